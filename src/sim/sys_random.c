/* SPDX-License-Identifier: MIT */
/*
 * sys_random.c - random bytes that the seed has chosen.
 */
#include "sim_internal.h"

duos_err sys_random(void *data, size_t len)
{
    duos_sim *sim = duos__sim_current();
    unsigned char *bytes = (unsigned char *)data;
    size_t i;
    duos_err err = duos__sim_host_call(DUOS_SIM_CALL_RANDOM);

    if (sim == NULL || err != DUOS_OK) {
        return sim == NULL ? DUOS_ENOTREADY : err;
    }
    for (i = 0; i < len; i++) {
        bytes[i] = (unsigned char)(duos__sim_random(sim) >> 56);
    }
    return DUOS_OK;
}
