/* SPDX-License-Identifier: MIT */
/*
 * test_statistics.c - the mean and the interval of bench/judge on numbers whose
 * answers are known.
 */
#include "support/check.h"
#include "support/seeded.h"

#include "stats.h"

#include <math.h>

#define assert_near(a, b, within) assert_true(fabs((a) - (b)) <= (within))

/* As printed in any table of the distribution. */
static void test_student_is_that_of_the_tables(void **state)
{
    (void)state;
    assert_true(stats_student(0) == HUGE_VAL);
    assert_near(stats_student(1), 12.706, 0.001);
    assert_near(stats_student(5), 2.571, 0.001);
    assert_near(stats_student(6), 2.447, 0.001);
    assert_near(stats_student(10), 2.228, 0.001);
    assert_near(stats_student(30), 2.042, 0.001);
    assert_near(stats_student(59), 2.001, 0.001);
    assert_near(stats_student(100000), 1.960, 0.001);
}

/* Logarithms -1, 0, 1: mean 0, deviation 1, so 4.30265 / sqrt(3) each way. */
static void test_ratio_of_three_pairs_has_the_known_interval(void **state)
{
    const double above[] = {1, 5, 2.718281828459045};
    const double below[] = {2.718281828459045, 5, 1};
    estimate e = stats_ratio(above, below, 3);

    (void)state;
    assert_int_equal(e.n, 3);
    assert_near(e.value, 1, 1e-12);
    assert_near(log(e.high), 2.48414, 1e-5);
    assert_near(log(e.low), -2.48414, 1e-5);
    assert_near(e.half, e.high - 1, 1e-9);
}

static void test_ratio_leaves_out_pairs_that_lack_one(void **state)
{
    const double above[] = {3, 0, 6, 9};
    const double below[] = {1, 1, 2, 0};
    estimate e = stats_ratio(above, below, 4);

    (void)state;
    assert_int_equal(e.n, 2);
    assert_near(e.value, 3, 1e-12);
    assert_near(e.half, 0, 1e-12);
}

static void test_ratio_of_one_pair_has_no_end(void **state)
{
    const double one = 2;
    const double two = 4;
    estimate e = stats_ratio(&two, &one, 1);

    (void)state;
    assert_near(e.value, 2, 1e-12);
    assert_true(e.low == 0 && e.high == HUGE_VAL);
    e = stats_ratio(&two, &one, 0);
    assert_int_equal(e.n, 0);
    assert_true(e.value == 0);
}

/* Of 400 intervals, about 380 hold what is true: 19 of 20. */
static void test_interval_holds_the_truth_as_often_as_it_says(void **state)
{
    seeded random = {20};
    int held = 0;
    int i, k;

    (void)state;
    for (i = 0; i < 400; i++) {
        double values[20];
        estimate e;

        for (k = 0; k < 20; k++) {
            double sum = 0;
            int j;

            for (j = 0; j < 12; j++) { /* near enough to a normal one */
                sum += seeded_next(&random) / 4294967296.0;
            }
            values[k] = 3 * exp(0.13 * (sum - 6));
        }
        e = stats_mean(values, 20);
        held += e.low <= 3 && 3 <= e.high;
    }
    assert_in_range(held, 366, 394);
}

static void test_median_leaves_out_what_is_missing(void **state)
{
    double odd[] = {0, 9, 2, 0, 5};
    double even[] = {0, 8, 2, 4, 6};
    double none[] = {0, 0};

    (void)state;
    assert_near(stats_median(odd, 5), 5, 0);
    assert_near(stats_median(even, 5), 5, 0);
    assert_near(stats_median(none, 2), 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_student_is_that_of_the_tables),
        cmocka_unit_test(test_ratio_of_three_pairs_has_the_known_interval),
        cmocka_unit_test(test_ratio_leaves_out_pairs_that_lack_one),
        cmocka_unit_test(test_ratio_of_one_pair_has_no_end),
        cmocka_unit_test(test_interval_holds_the_truth_as_often_as_it_says),
        cmocka_unit_test(test_median_leaves_out_what_is_missing)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
