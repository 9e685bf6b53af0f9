/* SPDX-License-Identifier: MIT */
/*
 * stats.c - means and intervals of logarithms.
 */
#include "stats.h"

#include <math.h>
#include <stdlib.h>

/* The normal distribution's 97.5 %. */
#define NORMAL 1.959963984540054

/* Cornish and Fisher's series is exact enough where the table ends. */
double stats_student(size_t freedom)
{
    static const double few[] = {HUGE_VAL, 12.70620, 4.30265, 3.18245,
                                 2.77645,  2.57058,  2.44691, 2.36462,
                                 2.30600,  2.26216,  2.22814};
    const double z = NORMAL;
    const double z3 = z * z * z;
    const double z5 = z3 * z * z;
    const double z7 = z5 * z * z;
    double v = (double)freedom;

    if (freedom < sizeof few / sizeof few[0]) {
        return few[freedom];
    }
    return z + (z3 + z) / (4 * v) + (5 * z5 + 16 * z3 + 3 * z) / (96 * v * v) +
           (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * v * v * v);
}

/* Welford's way, which does not subtract large sums from each other. */
typedef struct tally {
    size_t n;
    double mean;
    double squares; /* of the distances from it */
} tally;

static void tally_add(tally *t, double value)
{
    double from = value - t->mean;

    t->n++;
    t->mean += from / (double)t->n;
    t->squares += from * (value - t->mean);
}

static estimate estimate_of(const tally *logs)
{
    estimate e = {0, 0, 0, HUGE_VAL, HUGE_VAL};
    double n = (double)logs->n;
    double width;

    e.n = logs->n;
    if (logs->n == 0) {
        return e;
    }
    e.value = exp(logs->mean);
    if (logs->n > 1) {
        width = stats_student(logs->n - 1) * sqrt(logs->squares / (n - 1) / n);
        e.low = exp(logs->mean - width);
        e.high = exp(logs->mean + width);
        e.half = exp(width) - 1;
    }
    return e;
}

estimate stats_ratio(const double *above, const double *below, size_t count)
{
    tally logs = {0, 0, 0};
    size_t i;

    for (i = 0; i < count; i++) {
        if (above[i] > 0 && below[i] > 0) {
            tally_add(&logs, log(above[i] / below[i]));
        }
    }
    return estimate_of(&logs);
}

estimate stats_mean(const double *values, size_t count)
{
    tally logs = {0, 0, 0};
    size_t i;

    for (i = 0; i < count; i++) {
        if (values[i] > 0) {
            tally_add(&logs, log(values[i]));
        }
    }
    return estimate_of(&logs);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

double stats_median(double *values, size_t count)
{
    const double *first;
    size_t n;

    qsort(values, count, sizeof *values, by_value);
    for (first = values; first < values + count && *first <= 0; first++) {
    }
    n = (size_t)(values + count - first);
    if (n == 0) {
        return 0;
    }
    return n % 2 == 1 ? first[n / 2] : (first[n / 2 - 1] + first[n / 2]) / 2;
}
