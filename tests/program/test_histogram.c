/* SPDX-License-Identifier: MIT */
/*
 * test_histogram.c - the percentiles of duosock bench against those of sorted
 * samples.
 */
#include "cli/histogram.h"

#include "support/check.h"

#include <stdlib.h>

static histogram h;

static void clear(void)
{
    memset(&h, 0, sizeof h);
}

static void test_histogram_of_nothing_is_0(void **state)
{
    (void)state;
    clear();
    assert_int_equal(histogram_at(&h, 0), 0);
    assert_int_equal(histogram_at(&h, 999), 0);
}

static void test_histogram_of_small_values_is_exact(void **state)
{
    unsigned i;

    (void)state;
    clear();
    for (i = 1; i <= 100; i++) {
        histogram_add(&h, i);
    }
    assert_int_equal(histogram_at(&h, 0), 0);
    assert_int_equal(histogram_at(&h, 10), 1);
    assert_int_equal(histogram_at(&h, 500), 50);
    assert_int_equal(histogram_at(&h, 990), 99);
    assert_int_equal(histogram_at(&h, 991), 100);
    assert_int_equal(histogram_at(&h, 1000), 100);
    assert_int_equal(h.most, 100);
}

/* Each bit length, and both ends of each place. */
static void test_histogram_knows_every_value_to_within_1_in_128(void **state)
{
    unsigned bits;

    (void)state;
    for (bits = 0; bits < 64; bits++) {
        uint64_t value = (uint64_t)1 << bits;
        int64_t change;

        for (change = -1; change <= 1; change++) {
            uint64_t wanted = value + (uint64_t)change;
            uint64_t got;

            clear();
            histogram_add(&h, wanted);
            histogram_add(&h, UINT64_MAX); /* so that nothing is cut */
            got = histogram_at(&h, 500);
            assert_true(got >= wanted);
            assert_true(got - wanted <= wanted / 128);
            assert_true(histogram_at(&h, 1000) == UINT64_MAX);
        }
    }
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

static void test_histogram_agrees_with_sorted_samples(void **state)
{
    enum {
        SAMPLES = 12345
    };
    static uint64_t samples[SAMPLES];
    static const unsigned points[] = {1, 500, 900, 990, 999, 1000};
    uint64_t random = 1;
    size_t i;

    (void)state;
    clear();
    for (i = 0; i < SAMPLES; i++) {
        random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
        samples[i] = random >> (20 + random % 40);
        histogram_add(&h, samples[i]);
    }
    qsort(samples, SAMPLES, sizeof samples[0], compare);
    assert_true(h.most == samples[SAMPLES - 1]);
    for (i = 0; i < sizeof points / sizeof points[0]; i++) {
        size_t rank = ((size_t)SAMPLES * points[i] + 999) / 1000;
        uint64_t exact = samples[rank - 1];
        uint64_t got = histogram_at(&h, points[i]);

        assert_true(got >= exact);
        assert_true(got - exact <= exact / 128);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_histogram_of_nothing_is_0),
        cmocka_unit_test(test_histogram_of_small_values_is_exact),
        cmocka_unit_test(test_histogram_knows_every_value_to_within_1_in_128),
        cmocka_unit_test(test_histogram_agrees_with_sorted_samples),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
