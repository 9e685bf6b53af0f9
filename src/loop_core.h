/* SPDX-License-Identifier: MIT */
/*
 * loop_core.h - what connections, servers and clients need of a loop besides
 * its public functions.
 */
#ifndef DUOS_LOOP_CORE_H
#define DUOS_LOOP_CORE_H

#include <duosock/loop.h>

#include "mailbox.h"
#include "offload.h"
#include "timer.h"

/* Events taken from the system at a time. */
#define DUOS__LOOP_EVENTS 512

typedef struct duos__watcher duos__watcher;

/*
 * Work for the end of the turn, when no callback is under way: endings and
 * the freeing of memory. Storage is the user's.
 */
typedef struct duos__deferred {
    struct duos__deferred *next;
    void (*run)(struct duos__deferred *deferred);
} duos__deferred;

struct duos_loop {
    duos_poller *poller;
    uint64_t now_ns; /* of this turn */
    uint32_t now_ms; /* the same for stamps; only differences mean something */
    bool running;
    bool stopping;
    unsigned char *recv_buffer; /* one for all connections */
    size_t recv_size;
    duos__deferred *deferred;
    duos__deferred **deferred_end;
    duos__timers timers;
    duos_alloc alloc;
    duos__mailbox posts;
    duos__desk *desk; /* lookups of names; NULL before the first */
    duos_post desk_post;
    duos_poll_event events[DUOS__LOOP_EVENTS];
};

/* Reads the clock into now_ns and now_ms. */
void duos__loop_touch_clock(duos_loop *loop);

/* For stamps: the time of this turn, or, outside of one, of now. */
static inline uint32_t duos__loop_stamp(duos_loop *loop)
{
    if (DUOS_UNLIKELY(!loop->running)) {
        duos__loop_touch_clock(loop);
    }
    return loop->now_ms;
}

/* Appends to the work for the end of this turn, or of the next one. */
void duos__loop_defer(duos_loop *loop, duos__deferred *deferred);

/* For callbacks outside of a turn: what they end must outlive them, so until
 * leave this is one. Within a turn neither does anything. */
bool duos__loop_enter(duos_loop *loop);
void duos__loop_leave(duos_loop *loop, bool entered);

/* Outside of a turn: does the deferred work now. Within one: nothing. */
void duos__loop_settle(duos_loop *loop);

#endif
