/* SPDX-License-Identifier: MIT */
/*
 * timer.h - the timers of a loop: a binary heap ordered by due time, then by
 * the order of starts. Nodes belong to their users.
 */
#ifndef DUOS_TIMER_H
#define DUOS_TIMER_H

#include <duosock/loop.h>

typedef struct duos__timer duos__timer;

typedef struct duos__timers {
    const duos_alloc *alloc; /* outlives the heap */
    duos__timer **heap;
    uint32_t count;
    uint32_t room;
    uint32_t reserved; /* places for nodes that must not fail to start */
    uint32_t sequence; /* of the next start */
    uint64_t next_ns;  /* when heap[0] is due; UINT64_MAX without any */
} duos__timers;

void duos__timers_init(duos__timers *timers, const duos_alloc *alloc);
void duos__timers_fini(duos__timers *timers);

/* Starts or restarts; DUOS_ENOMEM leaves the node as it was. */
duos_err duos__timers_start(duos__timers *timers, duos__timer *node,
                            uint64_t due_ns);
void duos__timers_stop(duos__timers *timers, duos__timer *node);

/*
 * Keeps a place for one node, until unreserve; DUOS_ENOMEM. Only who has such
 * a place starts its node with start_reserved, which cannot fail.
 */
duos_err duos__timers_reserve(duos__timers *timers);
void duos__timers_unreserve(duos__timers *timers);
void duos__timers_start_reserved(duos__timers *timers, duos__timer *node,
                                 uint64_t due_ns);

/* When the next one is due; UINT64_MAX when none is started. */
static inline uint64_t duos__timers_next(const duos__timers *timers)
{
    return timers->next_ns;
}

/*
 * Stops and fires what is due at now_ns. A timer that is started by another
 * one's callback waits for the next call, so this ends.
 */
void duos__timers_fire(duos__timers *timers, uint64_t now_ns);

#endif
