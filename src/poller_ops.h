/* SPDX-License-Identifier: MIT */
/*
 * poller_ops.h - the table of a poller backend, and what all backends share.
 *
 * src/poller.c owns the entries and their generations; a backend only knows
 * how to ask the system. Every backend a platform has is compiled, always.
 */
#ifndef DUOS_POLLER_OPS_H
#define DUOS_POLLER_OPS_H

#include <duosock/poller.h>

#include "slots.h"

/* One watched socket. slot.link holds the interest. */
typedef struct duos__poller_entry {
    duos__slot slot;
    intptr_t os;
    void *user;
} duos__poller_entry;

/*
 * A backend. All members but os_handle are set; each returns DUOS_OK or what
 * the system said, and leaves its state as it was when it fails.
 *
 * init: makes poller->state. fini: frees it; entries may be left.
 * add: begins to watch entry index with its interest; DUOS_EEXIST when the
 *     same socket is watched already.
 * mod: the entry's interest is still the old one; interest is the new one.
 * del: forgets entry index. closing: the caller closes the socket next and
 *     it was never duplicated, so a system that forgets closed sockets by
 *     itself need not be told.
 * wait: waits once, at most timeout_ms (-1: no limit), and reports up to cap
 *     events through duos__poller_emit. May come back early with none. Sets
 *     p->woken when it took a wake-up.
 * wakeup: any thread; ends the current or next wait.
 * os_handle: the descriptor a foreign loop can poll; NULL where there is none.
 */
typedef struct duos__poller_ops {
    duos_poller_backend id;
    duos_err (*init)(duos_poller *p);
    void (*fini)(duos_poller *p);
    duos_err (*add)(duos_poller *p, uint32_t index);
    duos_err (*mod)(duos_poller *p, uint32_t index, unsigned interest);
    void (*del)(duos_poller *p, uint32_t index, bool closing);
    duos_err (*wait)(duos_poller *p, duos_poll_event *events, size_t cap,
                     int32_t timeout_ms, size_t *count);
    duos_err (*wakeup)(duos_poller *p);
    duos_err (*os_handle)(const duos_poller *p, intptr_t *out);
} duos__poller_ops;

struct duos_poller {
    const duos__poller_ops *ops;
    duos_alloc alloc;
    duos__slots entries;
    void *state; /* the backend's own */
    bool woken;  /* a wait took a wake-up; who waits clears it */
};

static inline duos__poller_entry *duos__poller_entry_at(const duos_poller *p,
                                                        uint32_t index)
{
    return (duos__poller_entry *)duos__slots_at(&p->entries, index,
                                                sizeof(duos__poller_entry));
}

static inline duos__poller_entry *
duos__poller_find(const duos_poller *p, duos_token token)
{
    return (duos__poller_entry *)duos__slots_find(&p->entries, token.value,
                                                  sizeof(duos__poller_entry));
}

/*
 * Writes one event and returns 1, or returns 0 when nobody wants it: the name
 * is out of date, or only events came that were not asked for. Hints come
 * along with whatever interest there is.
 */
static inline size_t duos__poller_emit(const duos_poller *p, uint64_t name,
                                       unsigned events, duos_poll_event *out)
{
    duos_token token;
    const duos__poller_entry *e;

    token.value = name;
    e = duos__poller_find(p, token);
    if (DUOS_UNLIKELY(e == NULL || e->slot.link == 0)) {
        return 0;
    }
    events &= e->slot.link | DUOS_ERROR | DUOS_HANGUP;
    if (DUOS_UNLIKELY(events == 0)) {
        return 0;
    }
    out->token = token;
    out->user = e->user;
    out->events = events;
    return 1;
}

/*
 * For the loop: one wait that may come back early with no event, so that no
 * clock is read here. timeout_ms as for the backend.
 */
static inline duos_err duos__poller_wait_once(duos_poller *p,
                                              duos_poll_event *events,
                                              size_t cap, int32_t timeout_ms,
                                              size_t *count)
{
    return p->ops->wait(p, events, cap, timeout_ms, count);
}

/* duos_poller_del for a socket of our own that is closed next. */
duos_err duos__poller_del_closing(duos_poller *p, duos_token token);

#endif
