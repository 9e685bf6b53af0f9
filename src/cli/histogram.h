/* SPDX-License-Identifier: MIT */
/*
 * histogram.h - how often each value came, of any number of them, in bounded
 * memory: a value is known to within 1 in 128. Enough for percentiles.
 */
#ifndef CLI_HISTOGRAM_H
#define CLI_HISTOGRAM_H

#include <stdint.h>

enum {
    /* Values below 2 to the power of BITS are exact; above, each power of two
     * has as many places. */
    HISTOGRAM_BITS = 7,
    HISTOGRAM_PLACES = (64 - HISTOGRAM_BITS + 1) << HISTOGRAM_BITS
};

/* A zeroed one is empty. */
typedef struct histogram {
    uint64_t count;
    uint64_t most;
    uint64_t places[HISTOGRAM_PLACES];
} histogram;

void histogram_add(histogram *h, uint64_t value);

/*
 * The value that so many of a thousand do not exceed, rounded up to what the
 * histogram knows, but never above the largest. 0 for an empty one.
 */
uint64_t histogram_at(const histogram *h, unsigned of_thousand);

#endif
