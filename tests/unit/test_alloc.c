/* SPDX-License-Identifier: MIT */
/*
 * test_alloc.c - alloc.h and mem.h: the default allocator, and sizes that
 * must not overflow.
 */
#include "support/check.h"
#include "support/failing_alloc.h"

#include "mem.h"

static void test_alloc_default_allocates_resizes_and_frees(void **state)
{
    const duos_alloc *alloc = duos_alloc_default();
    char *block = alloc->resize(alloc->user, NULL, 0, 5);

    (void)state;
    assert_non_null(block);
    memcpy(block, "hello", 5);
    block = alloc->resize(alloc->user, block, 5, 100000);
    assert_non_null(block);
    assert_memory_equal(block, "hello", 5);
    assert_ptr_equal(alloc->resize(alloc->user, block, 100000, 0), NULL);
}

static void test_alloc_default_is_always_the_same(void **state)
{
    (void)state;
    assert_non_null(duos_alloc_default());
    assert_ptr_equal(duos_alloc_default(), duos_alloc_default());
}

static void test_mem_new_is_zeroed(void **state)
{
    static const unsigned char zeros[100];
    failing_alloc failing;
    void *block;

    (void)state;
    failing_alloc_init(&failing);
    block = duos__new(&failing.alloc, sizeof zeros);
    assert_non_null(block);
    assert_memory_equal(block, zeros, sizeof zeros);
    duos__free(&failing.alloc, block, sizeof zeros);
    assert_all_freed(&failing);
}

static void test_mem_new_without_memory_is_null(void **state)
{
    failing_alloc failing;

    (void)state;
    failing_alloc_init(&failing);
    failing_alloc_arm(&failing, 1, false);
    assert_ptr_equal(duos__new(&failing.alloc, 10), NULL);
    assert_true(failing_alloc_struck(&failing));
    assert_all_freed(&failing);
}

static void test_mem_resize_keeps_the_content(void **state)
{
    failing_alloc failing;
    uint32_t *array;

    (void)state;
    failing_alloc_init(&failing);
    array = duos__resize(&failing.alloc, NULL, 0, 2, sizeof *array);
    assert_non_null(array);
    array[0] = 17;
    array[1] = 18;
    array = duos__resize(&failing.alloc, array, 2, 1000, sizeof *array);
    assert_non_null(array);
    assert_int_equal(array[0], 17);
    assert_int_equal(array[1], 18);
    failing_alloc_arm(&failing, 1, false);
    assert_ptr_equal(
        duos__resize(&failing.alloc, array, 1000, 2000, sizeof *array), NULL);
    assert_int_equal(array[1], 18);
    duos__free(&failing.alloc, array, 1000 * sizeof *array);
    assert_all_freed(&failing);
}

/* A product that wraps around would give a block that is too small. */
static void test_ME4_mem_resize_with_a_size_that_overflows_is_null(void **state)
{
    failing_alloc failing;

    (void)state;
    failing_alloc_init(&failing);
    assert_ptr_equal(duos__resize(&failing.alloc, NULL, 0, SIZE_MAX / 8 + 1, 8),
                     NULL);
    assert_ptr_equal(duos__resize(&failing.alloc, NULL, 0, SIZE_MAX, 2), NULL);
    assert_int_equal(failing.requests, 0);
}

static void test_mem_free_of_null_does_nothing(void **state)
{
    failing_alloc failing;

    (void)state;
    failing_alloc_init(&failing);
    duos__free(&failing.alloc, NULL, 100);
    assert_all_freed(&failing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alloc_default_allocates_resizes_and_frees),
        cmocka_unit_test(test_alloc_default_is_always_the_same),
        cmocka_unit_test(test_mem_new_is_zeroed),
        cmocka_unit_test(test_mem_new_without_memory_is_null),
        cmocka_unit_test(test_mem_resize_keeps_the_content),
        cmocka_unit_test(
            test_ME4_mem_resize_with_a_size_that_overflows_is_null),
        cmocka_unit_test(test_mem_free_of_null_does_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
