/* SPDX-License-Identifier: MIT */
/*
 * sys_time.c - the clock that nobody can set.
 */
#include "posix.h"

uint64_t sys_now_ns(void)
{
    struct timespec now;

    /* It cannot fail: every system that is supported has this clock. */
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0) {
        return 0;
    }
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
