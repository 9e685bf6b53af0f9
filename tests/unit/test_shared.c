/* SPDX-License-Identifier: MIT */
/*
 * test_shared.c - shared.h: one copy, and gone with its last reference.
 */
#include "support/check.h"
#include "support/failing_alloc.h"

#include <duosock/shared.h>

static void test_shared_is_a_copy(void **state)
{
    char text[] = "hello";
    duos_shared *shared;

    (void)state;
    assert_ok(duos_shared_create(text, 5, NULL, &shared));
    memset(text, '-', 5);
    assert_int_equal(duos_shared_len(shared), 5);
    assert_memory_equal(duos_shared_data(shared), "hello", 5);
    duos_shared_release(shared);
}

static void test_shared_goes_with_its_last_reference(void **state)
{
    failing_alloc memory;
    duos_shared *shared;

    (void)state;
    failing_alloc_init(&memory);
    assert_ok(duos_shared_create("hello", 5, &memory.alloc, &shared));
    assert_int_equal(memory.blocks, 1);
    assert_ptr_equal(duos_shared_retain(shared), shared);
    duos_shared_release(shared);
    assert_int_equal(memory.blocks, 1);
    assert_memory_equal(duos_shared_data(shared), "hello", 5);
    duos_shared_release(shared);
    assert_all_freed(&memory);
}

static void test_shared_may_be_empty(void **state)
{
    duos_shared *shared;

    (void)state;
    assert_ok(duos_shared_create(NULL, 0, NULL, &shared));
    assert_int_equal(duos_shared_len(shared), 0);
    assert_non_null(duos_shared_data(shared));
    duos_shared_release(shared);
}

static void test_API1_shared_without_arguments_is_refused(void **state)
{
    duos_shared *shared = NULL;

    (void)state;
    assert_err(DUOS_EINVAL, duos_shared_create(NULL, 1, NULL, &shared));
    assert_err(DUOS_EINVAL, duos_shared_create("x", 1, NULL, NULL));
    assert_null(shared);
    assert_null(duos_shared_retain(NULL));
    assert_null(duos_shared_data(NULL));
    assert_int_equal(duos_shared_len(NULL), 0);
    duos_shared_release(NULL);
}

static void test_ME1_ME4_shared_without_memory_is_enomem(void **state)
{
    failing_alloc memory;
    duos_shared *shared = NULL;

    (void)state;
    failing_alloc_init(&memory);
    assert_err(DUOS_ENOMEM,
               duos_shared_create("x", SIZE_MAX - 8, &memory.alloc, &shared));
    assert_int_equal(memory.requests, 0);
    failing_alloc_arm(&memory, 1, false);
    assert_err(DUOS_ENOMEM, duos_shared_create("x", 1, &memory.alloc, &shared));
    assert_null(shared);
    assert_all_freed(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shared_is_a_copy),
        cmocka_unit_test(test_shared_goes_with_its_last_reference),
        cmocka_unit_test(test_shared_may_be_empty),
        cmocka_unit_test(test_API1_shared_without_arguments_is_refused),
        cmocka_unit_test(test_ME1_ME4_shared_without_memory_is_enomem),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
