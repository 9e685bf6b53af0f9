/* SPDX-License-Identifier: MIT */
/*
 * rng.c - everything that happens by chance.
 *
 * One generator (SplitMix64) is asked in the order in which things happen, so
 * the seed alone names a run. Integers of fixed width only.
 */
#include "sim_internal.h"

#define NS_PER_US   1000u
#define LATE_FACTOR 100u

uint64_t duos__sim_random(duos_sim *sim)
{
    uint64_t z = sim->rng += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

uint32_t duos__sim_below(duos_sim *sim, uint32_t n)
{
    return (uint32_t)((duos__sim_random(sim) >> 32) * n >> 32);
}

uint32_t duos__sim_shorten(duos_sim *sim, uint32_t n)
{
    return duos__sim_strikes(sim, DUOS_SIM_FAULT_SHORT_IO)
               ? 1 + duos__sim_below(sim, n)
               : n;
}

uint64_t duos__sim_arrival(duos_sim *sim)
{
    uint32_t least = sim->config.latency_min_us;
    uint32_t span = sim->config.latency_max_us - least + 1;
    uint64_t us = (uint64_t)least + duos__sim_below(sim, span);

    if (duos__sim_strikes(sim, DUOS_SIM_FAULT_LATE)) {
        us *= LATE_FACTOR;
    }
    return sim->now_ns + us * NS_PER_US;
}
