/* SPDX-License-Identifier: MIT */
/*
 * sys_time.c - the clock: the performance counter.
 *
 * Its frequency is read each time, which costs next to nothing and spares a
 * global. Neither call can fail since Windows XP.
 */
#include "win32.h"

uint64_t sys_now_ns(void)
{
    LARGE_INTEGER frequency, counter;
    uint64_t ticks, hz;

    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&counter);
    hz = (uint64_t)frequency.QuadPart;
    ticks = (uint64_t)counter.QuadPart;
    /* Seconds and the rest apart: ticks * 10^9 would overflow in hours. */
    return ticks / hz * 1000000000u + ticks % hz * 1000000000u / hz;
}
