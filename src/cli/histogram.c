/* SPDX-License-Identifier: MIT */
/*
 * histogram.c - the places of values: a power of two, and the bits below its
 * highest one.
 */
#include "histogram.h"

#include <stddef.h>

enum {
    HALF = 1 << HISTOGRAM_BITS
};

/* How many bits must go until a value is below two halves. */
static unsigned shift_of(uint64_t value)
{
    unsigned shift = 0;

    while (value >> shift >= 2 * HALF) {
        shift++;
    }
    return shift;
}

static size_t place_of(uint64_t value)
{
    unsigned shift = shift_of(value);

    return (size_t)shift * HALF + (size_t)(value >> shift);
}

/* The largest value that has the place. */
static uint64_t last_of(size_t place)
{
    unsigned shift = place < 2 * HALF ? 0 : (unsigned)(place / HALF) - 1;
    uint64_t first = (uint64_t)(place - (size_t)shift * HALF) << shift;

    return first + (((uint64_t)1 << shift) - 1);
}

void histogram_add(histogram *h, uint64_t value)
{
    h->count++;
    h->most = value > h->most ? value : h->most;
    h->places[place_of(value)]++;
}

uint64_t histogram_at(const histogram *h, unsigned of_thousand)
{
    /* Of so many, rounded up; no product, which could overflow. */
    uint64_t wanted = h->count / 1000 * of_thousand +
                      (h->count % 1000 * of_thousand + 999) / 1000;
    uint64_t seen = 0;
    size_t place = 0;

    if (h->count == 0) {
        return 0;
    }
    for (; place < HISTOGRAM_PLACES - 1; place++) {
        seen += h->places[place];
        if (seen >= wanted) {
            break;
        }
    }
    return last_of(place) < h->most ? last_of(place) : h->most;
}
