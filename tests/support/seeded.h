/* SPDX-License-Identifier: MIT */
/*
 * seeded.h - random numbers that are the same in every run and on every
 * system: xorshift64*. A test that fails tells its seed.
 */
#ifndef TEST_SEEDED_H
#define TEST_SEEDED_H

#include <stdint.h>

typedef struct seeded {
    uint64_t state; /* not 0 */
} seeded;

static inline uint32_t seeded_next(seeded *random)
{
    uint64_t x = random->state;

    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    random->state = x;
    return (uint32_t)((x * UINT64_C(0x2545f4914f6cdd1d)) >> 32);
}

/* 0 to below - 1. */
static inline uint32_t seeded_below(seeded *random, uint32_t below)
{
    return (uint32_t)(((uint64_t)seeded_next(random) * below) >> 32);
}

#endif
