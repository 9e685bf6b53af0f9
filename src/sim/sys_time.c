/* SPDX-License-Identifier: MIT */
/*
 * sys_time.c - the clock that only moves when the simulation moves it.
 */
#include "sim_internal.h"

uint64_t sys_now_ns(void)
{
    return duos_sim_now_ns(duos__sim_current());
}
