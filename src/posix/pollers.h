/* SPDX-License-Identifier: MIT */
/*
 * pollers.h - the backends of this folder, and what they share: the entry
 * behind an index, and an order of scanning that starves nobody.
 */
#ifndef DUOS_POLLERS_H
#define DUOS_POLLERS_H

#include "posix.h"

#include "poller_ops.h"

extern const duos__poller_ops duos__poller_epoll; /* Linux only */
extern const duos__poller_ops duos__poller_kqueue; /* macOS, BSD */
extern const duos__poller_ops duos__poller_poll;
extern const duos__poller_ops duos__poller_select;

/*
 * Where the caller's array of events is being filled. A backend that finds
 * events by scanning stops when the array is full, and begins its next scan
 * where this one ended; otherwise those behind would never be told.
 */
typedef struct duos__poller_sink {
    const duos_poller *poller;
    duos_poll_event *events;
    size_t cap;
    size_t count;
} duos__poller_sink;

static inline bool duos__poller_sink_full(const duos__poller_sink *sink)
{
    return sink->count == sink->cap;
}

/* Reports what was found of an entry; emit drops what nobody wants. */
static inline void duos__poller_sink_put(duos__poller_sink *sink,
                                         uint32_t index, unsigned found)
{
    const duos__poller_entry *e = duos__poller_entry_at(sink->poller, index);

    sink->count +=
        duos__poller_emit(sink->poller, duos__slot_name(&e->slot, index), found,
                          &sink->events[sink->count]);
}

#endif
