/* SPDX-License-Identifier: MIT */
/*
 * stats.h - what measured pairs say of a ratio: its mean and its 95 % interval.
 *
 * A ratio's mistakes multiply, so the mean is that of the logarithms, and the
 * interval is Student's around it.
 */
#ifndef JUDGE_STATS_H
#define JUDGE_STATS_H

#include <stddef.h>

typedef struct estimate {
    size_t n;     /* pairs */
    double value; /* 0 without a pair */
    double low;   /* the interval; 0 and HUGE_VAL below two pairs */
    double high;
    double half; /* half of its width, as a part of the value */
} estimate;

/*
 * The ratio of two measurements that were made one beside the other, count
 * times. A pair without one of them, 0 or less, does not count.
 */
estimate stats_ratio(const double *above, const double *below, size_t count);

/* The same of a single measurement. */
estimate stats_mean(const double *values, size_t count);

/* What 97.5 % of a Student distribution lie below. */
double stats_student(size_t freedom);

/* The middle of what is above 0; sorts the values. 0 when there is none. */
double stats_median(double *values, size_t count);

#endif
