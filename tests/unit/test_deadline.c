/* SPDX-License-Identifier: MIT */
/*
 * test_deadline.c - deadline.h: what is left of a time limit, and arithmetic
 * at the ends of its range.
 */
#include "support/check.h"

#include "deadline.h"

static void test_TI2_after_ms_adds_and_does_not_wrap(void **state)
{
    (void)state;
    assert_true(duos__after_ms(5, 0) == 5);
    assert_true(duos__after_ms(5, -1) == 5);
    assert_true(duos__after_ms(5, 2) == 2000005);
    assert_true(duos__after_ms(0, INT64_MAX) == UINT64_MAX);
    assert_true(duos__after_ms(UINT64_MAX - 1, 1) == UINT64_MAX);
    assert_true(duos__after_ms(UINT64_MAX - 1000000, 1) == UINT64_MAX);
    assert_true(duos__after_ms(UINT64_MAX - 1000001, 1) == UINT64_MAX - 1);
}

/* Rounded down, a wait would be too short and then spin on 0 ms. */
static void test_trap_67_ns_to_wait_ms_rounds_up(void **state)
{
    (void)state;
    assert_int_equal(duos__ns_to_wait_ms(0), 0);
    assert_int_equal(duos__ns_to_wait_ms(1), 1);
    assert_int_equal(duos__ns_to_wait_ms(999999), 1);
    assert_int_equal(duos__ns_to_wait_ms(1000000), 1);
    assert_int_equal(duos__ns_to_wait_ms(1000001), 2);
    assert_int_equal(duos__ns_to_wait_ms((uint64_t)INT32_MAX * 1000000),
                     INT32_MAX);
    assert_int_equal(duos__ns_to_wait_ms((uint64_t)INT32_MAX * 1000000 + 1),
                     INT32_MAX);
    assert_int_equal(duos__ns_to_wait_ms(UINT64_MAX), INT32_MAX);
}

static void test_deadline_without_limit_never_ends(void **state)
{
    duos__deadline deadline = duos__deadline_in(-1);

    (void)state;
    assert_int_equal(duos__deadline_left(&deadline), DUOS__NO_TIMEOUT);
    deadline = duos__deadline_in(INT64_MIN);
    assert_int_equal(duos__deadline_left(&deadline), DUOS__NO_TIMEOUT);
}

static void test_deadline_of_0_is_over(void **state)
{
    duos__deadline deadline = duos__deadline_in(0);

    (void)state;
    assert_int_equal(duos__deadline_left(&deadline), 0);
}

static void test_API7_deadline_huge_is_cut_to_what_a_wait_can_take(void **state)
{
    duos__deadline deadline = duos__deadline_in(INT64_MAX);

    (void)state;
    assert_int_equal(duos__deadline_left(&deadline), INT32_MAX);
}

static void test_deadline_left_is_never_less_than_what_is_left(void **state)
{
    const int64_t timeout_ms = 20;
    uint64_t begin = sys_now_ns();
    duos__deadline deadline = duos__deadline_in(timeout_ms);
    int32_t left;
    int32_t before = 20;

    (void)state;
    do {
        left = duos__deadline_left(&deadline);
        assert_between(left, 0, before);
        before = left;
    } while (left > 0);
    assert_true(sys_now_ns() - begin >= (uint64_t)timeout_ms * 1000000);
}

static void test_clock_never_goes_back(void **state)
{
    uint64_t before = sys_now_ns();
    int i;

    (void)state;
    for (i = 0; i < 10000; i++) {
        uint64_t now = sys_now_ns();

        assert_true(now >= before);
        before = now;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_TI2_after_ms_adds_and_does_not_wrap),
        cmocka_unit_test(test_trap_67_ns_to_wait_ms_rounds_up),
        cmocka_unit_test(test_deadline_without_limit_never_ends),
        cmocka_unit_test(test_deadline_of_0_is_over),
        cmocka_unit_test(
            test_API7_deadline_huge_is_cut_to_what_a_wait_can_take),
        cmocka_unit_test(test_deadline_left_is_never_less_than_what_is_left),
        cmocka_unit_test(test_clock_never_goes_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
