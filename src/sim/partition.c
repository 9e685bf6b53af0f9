/* SPDX-License-Identifier: MIT */
/*
 * partition.c - which hosts do not hear each other, and until when.
 */
#include "sim_internal.h"

#define NS_PER_MS 1000000u

/* What chance makes lasts at most a second. */
#define LONGEST_MS 1000u

static sim_partition *find(duos_sim *sim, uint32_t a, uint32_t b)
{
    uint32_t i;

    for (i = 0; i < sim->partition_count; i++) {
        sim_partition *p = &sim->partitions[i];

        if ((p->a == a && p->b == b) || (p->a == b && p->b == a)) {
            return p;
        }
    }
    return NULL;
}

static void forget(duos_sim *sim, sim_partition *p)
{
    *p = sim->partitions[--sim->partition_count];
}

static void forget_old(duos_sim *sim)
{
    uint32_t i = 0;

    while (i < sim->partition_count) {
        if (sim->partitions[i].until_ns <= sim->now_ns) {
            forget(sim, &sim->partitions[i]);
        } else {
            i++;
        }
    }
}

static duos_err part(duos_sim *sim, uint32_t a, uint32_t b, uint64_t until_ns)
{
    sim_partition *p = find(sim, a, b);

    if (p == NULL) {
        forget_old(sim);
        if (sim->partition_count == DUOS_SIM_PARTITIONS_MAX) {
            return DUOS_ELIMIT;
        }
        p = &sim->partitions[sim->partition_count++];
        p->a = a;
        p->b = b;
    }
    p->until_ns = until_ns;
    return DUOS_OK;
}

bool duos__sim_apart(duos_sim *sim, uint32_t a, uint32_t b)
{
    const sim_partition *p = sim->partition_count > 0 ? find(sim, a, b) : NULL;

    return p != NULL && p->until_ns > sim->now_ns;
}

void duos__sim_maybe_part(duos_sim *sim, uint32_t a, uint32_t b)
{
    if (a != b && a != 0 && b != 0 &&
        duos__sim_strikes(sim, DUOS_SIM_FAULT_PARTITION)) {
        uint64_t ms = 1 + duos__sim_below(sim, LONGEST_MS);

        (void)part(sim, a, b, sim->now_ns + ms * NS_PER_MS);
    }
}

duos_err duos_sim_partition(duos_sim *sim, uint32_t a, uint32_t b,
                            int64_t for_ms)
{
    if (sim == NULL || a == b) {
        return DUOS_EINVAL;
    }
    if (a == 0 || a > sim->hosts || b == 0 || b > sim->hosts) {
        return DUOS_ENOENT;
    }
    return part(sim, a, b, duos__sim_limit(sim, for_ms));
}

void duos_sim_heal(duos_sim *sim, uint32_t a, uint32_t b)
{
    sim_partition *p = sim != NULL ? find(sim, a, b) : NULL;

    if (p != NULL) {
        forget(sim, p);
    }
}
