/* SPDX-License-Identifier: MIT */
/*
 * deadline.c - arithmetic of time limits.
 */
#include "deadline.h"

uint64_t duos__after_ms(uint64_t ns, int64_t timeout_ms)
{
    uint64_t ms = timeout_ms > 0 ? (uint64_t)timeout_ms : 0;

    if (ms > (UINT64_MAX - ns) / DUOS__NS_PER_MS) {
        return UINT64_MAX;
    }
    return ns + ms * DUOS__NS_PER_MS;
}

int32_t duos__ns_to_wait_ms(uint64_t ns)
{
    uint64_t ms = ns / DUOS__NS_PER_MS + (ns % DUOS__NS_PER_MS != 0);

    return ms > INT32_MAX ? INT32_MAX : (int32_t)ms;
}

duos__deadline duos__deadline_in(int64_t timeout_ms)
{
    duos__deadline deadline = {timeout_ms, 0};

    if (timeout_ms > 0) {
        deadline.end_ns = duos__after_ms(sys_now_ns(), timeout_ms);
    }
    return deadline;
}

int32_t duos__deadline_left(const duos__deadline *deadline)
{
    uint64_t now;

    if (deadline->timeout_ms < 0) {
        return DUOS__NO_TIMEOUT;
    }
    if (deadline->timeout_ms == 0) {
        return 0;
    }
    now = sys_now_ns();
    if (now >= deadline->end_ns) {
        return 0;
    }
    return duos__ns_to_wait_ms(deadline->end_ns - now);
}

uint32_t duos__longer_pause(uint32_t ms)
{
    if (ms == 0) {
        return 50;
    }
    return ms < 500 ? ms * 2 : 1000;
}
