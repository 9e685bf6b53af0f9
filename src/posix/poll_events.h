/* SPDX-License-Identifier: MIT */
/*
 * poll_events.h - what poll(2) says, in our words.
 *
 * poll reports failure and hang-up without being asked, and on some systems
 * without POLLIN or POLLOUT. A socket in that state blocks nobody, so both
 * count as readable and writable; callers drop what was not asked for.
 */
#ifndef DUOS_POLL_EVENTS_H
#define DUOS_POLL_EVENTS_H

#include "posix.h"

static inline short duos__poll_wanted(unsigned want)
{
    return (short)(((want & DUOS_READ) != 0 ? POLLIN : 0) |
                   ((want & DUOS_WRITE) != 0 ? POLLOUT : 0) |
                   ((want & DUOS_PRIO) != 0 ? POLLPRI : 0));
}

/* POLLNVAL is an error like any other here. */
static inline unsigned duos__poll_found(short revents)
{
    const unsigned both = DUOS_READ | DUOS_WRITE;

    return ((revents & POLLIN) != 0 ? (unsigned)DUOS_READ : 0) |
           ((revents & POLLOUT) != 0 ? (unsigned)DUOS_WRITE : 0) |
           ((revents & POLLPRI) != 0 ? (unsigned)DUOS_PRIO : 0) |
           ((revents & POLLHUP) != 0 ? both | DUOS_HANGUP : 0) |
           ((revents & (POLLERR | POLLNVAL)) != 0 ? both | DUOS_ERROR : 0);
}

#endif
