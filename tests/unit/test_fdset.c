/* SPDX-License-Identifier: MIT */
/*
 * test_fdset.c - the set of sockets in select.h, one operation at a time.
 * Nothing here is a real socket: a set holds numbers.
 */
#include "support/check.h"
#include "support/failing_alloc.h"

#include <limits.h>

#include "fdset.h"

typedef struct sets {
    failing_alloc failing;
    duos_fdset a;
    duos_fdset b;
} sets;

static int set_up(void **state)
{
    static sets shared;

    failing_alloc_init(&shared.failing);
    duos_fdset_init(&shared.a, &shared.failing.alloc);
    duos_fdset_init(&shared.b, &shared.failing.alloc);
    *state = &shared;
    return 0;
}

static int tear_down(void **state)
{
    sets *s = *state;

    duos_fdset_fini(&s->a);
    duos_fdset_fini(&s->b);
    assert_all_freed(&s->failing);
    return 0;
}

static duos_socket number(intptr_t os)
{
    return duos_socket_from_os(os);
}

static void fill(duos_fdset *set, intptr_t begin, intptr_t end)
{
    for (; begin < end; begin++) {
        assert_ok(duos_fdset_set(set, number(begin)));
    }
}

static void test_fdset_empty_holds_nothing(void **state)
{
    sets *s = *state;

    assert_int_equal(duos_fdset_count(&s->a), 0);
    assert_false(duos_fdset_isset(&s->a, number(0)));
    assert_false(duos_fdset_isset(&s->a, number(-1)));
    duos_fdset_clr(&s->a, number(0));
    duos_fdset_zero(&s->a);
    assert_int_equal(s->failing.bytes, 0);
}

static void test_fdset_null_is_refused_or_ignored(void **state)
{
    sets *s = *state;

    duos_fdset_init(NULL, NULL);
    duos_fdset_fini(NULL);
    duos_fdset_zero(NULL);
    duos_fdset_clr(NULL, number(1));
    assert_false(duos_fdset_isset(NULL, number(1)));
    assert_int_equal(duos_fdset_count(NULL), 0);
    assert_err(DUOS_EINVAL, duos_fdset_set(NULL, number(1)));
    assert_err(DUOS_EINVAL, duos_fdset_copy(NULL, &s->a));
    assert_err(DUOS_EINVAL, duos_fdset_copy(&s->a, NULL));
}

static void test_fdset_set_of_an_invalid_socket_is_einval(void **state)
{
    sets *s = *state;

    assert_err(DUOS_EINVAL, duos_fdset_set(&s->a, number(-1)));
    assert_int_equal(duos_fdset_count(&s->a), 0);
}

static void test_fdset_set_twice_is_in_once(void **state)
{
    sets *s = *state;

    fill(&s->a, 5, 6);
    fill(&s->a, 5, 6);
    assert_int_equal(duos_fdset_count(&s->a), 1);
    duos_fdset_clr(&s->a, number(5));
    assert_false(duos_fdset_isset(&s->a, number(5)));
    assert_int_equal(duos_fdset_count(&s->a), 0);
}

static void test_fdset_clr_of_one_leaves_the_others(void **state)
{
    sets *s = *state;
    intptr_t i;

    fill(&s->a, 0, 100);
    duos_fdset_clr(&s->a, number(50));
    duos_fdset_clr(&s->a, number(50));
    duos_fdset_clr(&s->a, number(1000));
    assert_int_equal(duos_fdset_count(&s->a), 99);
    for (i = 0; i < 100; i++) {
        assert_int_equal(duos_fdset_isset(&s->a, number(i)), i != 50);
    }
}

/* Trap 60: no number is too large, and none reaches past an end. */
static void test_trap_60_fdset_holds_any_number(void **state)
{
    sets *s = *state;
    const intptr_t odd[] = {0,          1,           1023,       1024,
                            65536,      INT_MAX - 2, INTPTR_MAX, INTPTR_MAX - 1,
                            INTPTR_MIN, -2};
    size_t i;

    for (i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        assert_ok(duos_fdset_set(&s->a, number(odd[i])));
    }
    assert_int_equal(duos_fdset_count(&s->a), sizeof odd / sizeof odd[0]);
    for (i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        assert_true(duos_fdset_isset(&s->a, number(odd[i])));
        duos_fdset_clr(&s->a, number(odd[i]));
    }
    assert_int_equal(duos_fdset_count(&s->a), 0);
}

static void test_fdset_zero_empties_and_keeps_the_memory(void **state)
{
    sets *s = *state;
    size_t bytes;

    fill(&s->a, 0, 100);
    bytes = s->failing.bytes;
    duos_fdset_zero(&s->a);
    assert_int_equal(duos_fdset_count(&s->a), 0);
    assert_false(duos_fdset_isset(&s->a, number(50)));
    failing_alloc_arm(&s->failing, 1, true);
    fill(&s->a, 0, 100);
    assert_int_equal(s->failing.bytes, bytes);
}

static void test_fdset_fini_leaves_an_empty_set_that_can_be_used(void **state)
{
    sets *s = *state;

    fill(&s->a, 0, 100);
    duos_fdset_fini(&s->a);
    assert_int_equal(s->failing.bytes, 0);
    assert_int_equal(duos_fdset_count(&s->a), 0);
    assert_false(duos_fdset_isset(&s->a, number(5)));
    fill(&s->a, 0, 10);
    assert_true(s->failing.bytes > 0);
}

static void test_fdset_default_allocator_serves_too(void **state)
{
    duos_fdset set;

    (void)state;
    duos_fdset_init(&set, NULL);
    fill(&set, 0, 1000);
    assert_int_equal(duos_fdset_count(&set), 1000);
    duos_fdset_fini(&set);
}

static void test_fdset_copy_holds_what_the_other_holds(void **state)
{
    sets *s = *state;

    fill(&s->a, 0, 100);
    fill(&s->b, 50, 60);
    fill(&s->b, 200, 300);
    assert_ok(duos_fdset_copy(&s->b, &s->a));
    assert_int_equal(duos_fdset_count(&s->b), 100);
    assert_true(duos_fdset_isset(&s->b, number(0)));
    assert_false(duos_fdset_isset(&s->b, number(250)));
    /* They are two sets, not one. */
    duos_fdset_clr(&s->b, number(0));
    assert_true(duos_fdset_isset(&s->a, number(0)));
}

static void test_fdset_copy_of_an_empty_set_empties(void **state)
{
    sets *s = *state;

    assert_ok(duos_fdset_copy(&s->a, &s->b));
    assert_int_equal(duos_fdset_count(&s->a), 0);
    fill(&s->a, 0, 100);
    assert_ok(duos_fdset_copy(&s->a, &s->b));
    assert_int_equal(duos_fdset_count(&s->a), 0);
    assert_false(duos_fdset_isset(&s->a, number(5)));
}

static void test_fdset_copy_onto_itself_changes_nothing(void **state)
{
    sets *s = *state;

    fill(&s->a, 0, 10);
    assert_ok(duos_fdset_copy(&s->a, &s->a));
    assert_int_equal(duos_fdset_count(&s->a), 10);
}

/* Index and members are two allocations each time that the set grows. */
static void test_ME1_fdset_set_without_memory_leaves_the_set(void **state)
{
    sets *s = *state;
    int failures = 0;
    intptr_t i;
    size_t k;

    for (i = 0; i < 200; i++) {
        for (k = 1; k <= 2; k++) {
            failing_alloc_arm(&s->failing, k, false);
            if (duos_fdset_set(&s->a, number(i)) == DUOS_OK) {
                break;
            }
            failures++;
            assert_true(failing_alloc_struck(&s->failing));
            assert_int_equal(duos_fdset_count(&s->a), i);
            assert_false(duos_fdset_isset(&s->a, number(i)));
            assert_int_equal(duos_fdset_isset(&s->a, number(0)), i > 0);
        }
        failing_alloc_arm(&s->failing, 0, false);
        fill(&s->a, i, i + 1);
    }
    assert_true(failures >= 8);
    failing_alloc_arm(&s->failing, 1, true);
    assert_err(DUOS_ENOMEM, duos_fdset_set(&s->b, number(1)));
}

static void test_ME1_fdset_copy_without_memory_leaves_the_target(void **state)
{
    sets *s = *state;
    size_t k;

    fill(&s->a, 0, 100);
    fill(&s->b, 500, 505);
    for (k = 1; k <= 2; k++) {
        failing_alloc_arm(&s->failing, k, false);
        assert_err(DUOS_ENOMEM, duos_fdset_copy(&s->b, &s->a));
        assert_true(failing_alloc_struck(&s->failing));
        assert_int_equal(duos_fdset_count(&s->b), 5);
        assert_true(duos_fdset_isset(&s->b, number(502)));
        assert_false(duos_fdset_isset(&s->b, number(50)));
    }
    failing_alloc_arm(&s->failing, 0, false);
    assert_ok(duos_fdset_copy(&s->b, &s->a));
    assert_int_equal(duos_fdset_count(&s->b), 100);
}

static void test_ME1_fdset_scratch_without_memory_keeps_the_old(void **state)
{
    sets *s = *state;
    unsigned char *memory = NULL;
    unsigned char *again = NULL;

    assert_ok(duos__fdset_reserve_scratch(&s->a, 100, &memory));
    memset(memory, 1, 100);
    failing_alloc_arm(&s->failing, 1, true);
    assert_err(DUOS_ENOMEM, duos__fdset_reserve_scratch(&s->a, 101, &again));
    assert_null(again);
    assert_ok(duos__fdset_reserve_scratch(&s->a, 100, &again));
    assert_ptr_equal(again, memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        TEST(test_fdset_empty_holds_nothing),
        TEST(test_fdset_null_is_refused_or_ignored),
        TEST(test_fdset_set_of_an_invalid_socket_is_einval),
        TEST(test_fdset_set_twice_is_in_once),
        TEST(test_fdset_clr_of_one_leaves_the_others),
        TEST(test_trap_60_fdset_holds_any_number),
        TEST(test_fdset_zero_empties_and_keeps_the_memory),
        TEST(test_fdset_fini_leaves_an_empty_set_that_can_be_used),
        TEST(test_fdset_default_allocator_serves_too),
        TEST(test_fdset_copy_holds_what_the_other_holds),
        TEST(test_fdset_copy_of_an_empty_set_empties),
        TEST(test_fdset_copy_onto_itself_changes_nothing),
        TEST(test_ME1_fdset_set_without_memory_leaves_the_set),
        TEST(test_ME1_fdset_copy_without_memory_leaves_the_target),
        TEST(test_ME1_fdset_scratch_without_memory_keeps_the_old),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
