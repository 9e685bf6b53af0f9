/* SPDX-License-Identifier: MIT */
/*
 * deadline.h - a time limit that survives early returns.
 *
 * A wait that a signal cut short goes on with what is left, measured on the
 * monotonic clock and rounded up, so that it is never too short and never
 * spins on 0 ms. The clock is read only for limits that need one.
 */
#ifndef DUOS_DEADLINE_H
#define DUOS_DEADLINE_H

#include "sys.h"

#define DUOS__NS_PER_MS  1000000u
#define DUOS__NO_TIMEOUT (-1)

typedef struct duos__deadline {
    int64_t timeout_ms; /* as the caller gave it */
    uint64_t end_ns;    /* only if timeout_ms is more than 0 */
} duos__deadline;

/* timeout_ms from ns, added without overflow. */
uint64_t duos__after_ms(uint64_t ns, int64_t timeout_ms);

/* ns as milliseconds for one wait: rounded up, at most INT32_MAX. */
int32_t duos__ns_to_wait_ms(uint64_t ns);

/* The pause after one of ms that did not help, 0 for none yet: 50 ms, then
 * twice as long each time, up to a second. */
uint32_t duos__longer_pause(uint32_t ms);

/* Begins now. timeout_ms less than 0 has no limit. */
duos__deadline duos__deadline_in(int64_t timeout_ms);

/* For the next wait: DUOS__NO_TIMEOUT, or what is left; 0 when over. */
int32_t duos__deadline_left(const duos__deadline *deadline);

#endif
