/* SPDX-License-Identifier: MIT */
/*
 * poller_afd.c - polls of AFD that complete to a port: a wait costs time in
 * proportion to what is ready, not to what is watched.
 *
 * A poll answers once and cannot be changed, only cancelled (trap 62). It is
 * issued when a wait begins and not before: watches whose poll does not fit
 * their interest are in a list, which is worked off then. So one that was
 * told is asked about again by the next wait, which is what level-triggered
 * means. The port is a queue: who was told stands behind those who were not.
 */
#include "afd_port.h"
#include "afd_watch.h"
#include "mem.h"

/* How long the end of a poller waits for a completion to come. */
#define DRAIN_MS 1000

/*
 * Both sides of a socket are told of a failure, since neither call would
 * block. That the peer has ended is for readers only: it stays true, and
 * would wake a writer for ever.
 */
#define FAILURES                                                               \
    (ULONG)(DUOS__AFD_ABORT | DUOS__AFD_CONNECT_FAIL | DUOS__AFD_LOCAL_CLOSE)
#define FOR_READERS                                                            \
    (ULONG)(DUOS__AFD_RECEIVE | DUOS__AFD_ACCEPT | DUOS__AFD_DISCONNECT)

typedef struct afd_state {
    duos__afd_port port;
    duos__afd_watches watches;
} afd_state;

static afd_state *afd_state_of(const duos_poller *p)
{
    return (afd_state *)p->state;
}

static duos__afd_watch *watch_at(const afd_state *state, uint32_t number)
{
    return duos__afd_watch_at(&state->watches, number);
}

/* ---- polls ------------------------------------------------------------- */

static ULONG wanted_by(unsigned interest)
{
    ULONG events = 0;

    if ((interest & DUOS_READ) != 0) {
        events |= FOR_READERS;
    }
    if ((interest & DUOS_WRITE) != 0) {
        events |= DUOS__AFD_SEND;
    }
    return events != 0 ? events | FAILURES : 0;
}

static ULONG wanted_of(const duos_poller *p, const duos__afd_watch *w)
{
    return wanted_by(duos__poller_entry_at(p, w->entry)->slot.link);
}

static duos_err submit(afd_state *state, uint32_t number, ULONG events)
{
    duos__afd_watch *w = watch_at(state, number);
    duos_err err = duos__afd_port_submit(&state->port, number, &w->request,
                                         w->base, events);

    if (err == DUOS_OK) {
        w->asked = (uint16_t)events;
        w->status = DUOS__AFD_PENDING;
    }
    return err;
}

static void cancel(afd_state *state, uint32_t number)
{
    duos__afd_watch *w = watch_at(state, number);

    duos__afd_port_cancel(&state->port, number, &w->request);
    w->status = DUOS__AFD_CANCELLED;
}

/* Brings what AFD is asked in line with the interest. */
static duos_err update(duos_poller *p, uint32_t number)
{
    afd_state *state = afd_state_of(p);
    duos__afd_watch *w = watch_at(state, number);
    ULONG wanted = wanted_of(p, w);

    switch ((duos__afd_status)w->status) {
    case DUOS__AFD_IDLE:
        return wanted != 0 ? submit(state, number, wanted) : DUOS_OK;
    case DUOS__AFD_PENDING:
        /* Too much may be asked: what nobody wants is dropped later. */
        if ((wanted & ~(ULONG)w->asked) != 0) {
            cancel(state, number);
        }
        break;
    case DUOS__AFD_CANCELLED: /* its completion comes, and asks again */
    case DUOS__AFD_GONE:
        break;
    }
    return DUOS_OK;
}

static duos_err update_all(duos_poller *p)
{
    duos__afd_watches *watches = &afd_state_of(p)->watches;

    while (watches->outdated != 0) {
        uint32_t number = watches->outdated;
        duos_err err = update(p, number);

        if (err != DUOS_OK) {
            return err; /* the next wait goes on here */
        }
        duos__afd_watch_unlist(watches, number);
    }
    return DUOS_OK;
}

/* ---- life -------------------------------------------------------------- */

/* Waits until the kernel will not write into any watch any more. */
static void drain(afd_state *state)
{
    uint32_t taken = 1;
    uint32_t i;

    for (i = 1; i <= state->watches.slots.used; i++) {
        if (watch_at(state, i)->status == DUOS__AFD_PENDING) {
            cancel(state, i);
        }
    }
    while (state->port.in_flight > 0 && taken > 0) {
        taken = 0;
        (void)duos__afd_port_take(&state->port, DUOS__AFD_BATCH, DRAIN_MS,
                                  &taken);
        for (i = 0; i < taken; i++) {
            (void)duos__afd_port_number(&state->port, i);
        }
    }
}

/* Watches that the kernel keeps, against all it promises, stay its own. */
static void afd_fini(duos_poller *p)
{
    afd_state *state = afd_state_of(p);

    drain(state);
    duos__afd_port_close(&state->port);
    if (state->port.in_flight == 0) {
        duos__afd_watches_fini(&state->watches);
    }
    duos__free(&p->alloc, state, sizeof *state);
    p->state = NULL;
}

static duos_err afd_init(duos_poller *p)
{
    afd_state *state = (afd_state *)duos__new(&p->alloc, sizeof *state);
    duos_err err;

    if (state == NULL) {
        return DUOS_ENOMEM;
    }
    err = duos__afd_watches_init(&state->watches, &p->alloc);
    if (err != DUOS_OK) {
        duos__free(&p->alloc, state, sizeof *state);
        return err;
    }
    p->state = state;
    err = duos__afd_port_open(&state->port, &p->alloc);
    if (err != DUOS_OK) {
        afd_fini(p);
    }
    return err;
}

/* ---- entries ----------------------------------------------------------- */

static duos_err add_watch(duos_poller *p, uint32_t index, SOCKET base)
{
    afd_state *state = afd_state_of(p);
    uint32_t number;
    duos_err err = duos__afd_watch_add(&state->watches, p, index, &number);

    if (err != DUOS_OK) {
        return err;
    }
    err = duos__afd_port_reserve(&state->port, number);
    if (err != DUOS_OK) {
        duos__afd_watch_forget(&state->watches, p, number);
        duos__afd_watch_free(&state->watches, number);
        return err;
    }
    watch_at(state, number)->base = base;
    duos__afd_watch_list(&state->watches, number);
    return DUOS_OK;
}

static duos_err afd_add(duos_poller *p, uint32_t index)
{
    duos_socket s = {duos__poller_entry_at(p, index)->os};
    duos_err err = duos__socket_check(s);
    SOCKET base;

    if (err != DUOS_OK) {
        return err;
    }
    if (duos__afd_watch_find(&afd_state_of(p)->watches, p, s.os) != 0) {
        return DUOS_EEXIST;
    }
    err = duos__afd_base(s, &base);
    return err == DUOS_OK ? add_watch(p, index, base) : err;
}

static uint32_t number_of(const duos_poller *p, uint32_t index)
{
    return duos__afd_watch_find(&afd_state_of(p)->watches, p,
                                duos__poller_entry_at(p, index)->os);
}

static duos_err afd_mod(duos_poller *p, uint32_t index, unsigned interest)
{
    (void)interest;
    duos__afd_watch_list(&afd_state_of(p)->watches, number_of(p, index));
    return DUOS_OK;
}

/* A poll that is pending completes by itself when its socket is closed. */
static void afd_del(duos_poller *p, uint32_t index, bool closing)
{
    afd_state *state = afd_state_of(p);
    uint32_t number = number_of(p, index);

    duos__afd_watch_forget(&state->watches, p, number);
    switch ((duos__afd_status)watch_at(state, number)->status) {
    case DUOS__AFD_PENDING:
        if (!closing) {
            cancel(state, number);
        }
        break;
    case DUOS__AFD_CANCELLED:
        break;
    case DUOS__AFD_IDLE:
    case DUOS__AFD_GONE:
        duos__afd_watch_free(&state->watches, number);
        break;
    }
}

/* ---- waiting ----------------------------------------------------------- */

static unsigned events_of(ULONG found)
{
    unsigned events = 0;

    if ((found & FOR_READERS) != 0) {
        events |= DUOS_READ;
    }
    if ((found & DUOS__AFD_SEND) != 0) {
        events |= DUOS_WRITE;
    }
    if ((found & FAILURES) != 0) {
        events |= DUOS_READ | DUOS_WRITE | DUOS_ERROR;
    }
    if ((found & (DUOS__AFD_ABORT | DUOS__AFD_CONNECT_FAIL)) != 0) {
        events |= DUOS_HANGUP;
    }
    return events;
}

static size_t afd_emit(const duos_poller *p, uint32_t index, ULONG found,
                       duos_poll_event *event)
{
    const duos__poller_entry *e = duos__poller_entry_at(p, index);

    return duos__poller_emit(p, duos__slot_name(&e->slot, index),
                             events_of(found), event);
}

/*
 * What one completion tells. An answer to a question that is not the present
 * one is dropped and the present one asked at once, so that a wait without
 * time is exact, too. A failure answers every question.
 */
static size_t afd_tell(duos_poller *p, uint32_t number, duos_poll_event *event)
{
    afd_state *state = afd_state_of(p);
    duos__afd_watch *w = watch_at(state, number);
    ULONG found = duos__afd_found(&w->request);
    bool outdated = w->status == DUOS__AFD_CANCELLED;

    w->status =
        (found & DUOS__AFD_LOCAL_CLOSE) != 0 ? DUOS__AFD_GONE : DUOS__AFD_IDLE;
    if (w->entry == DUOS__AFD_NO_ENTRY) {
        duos__afd_watch_free(&state->watches, number);
        return 0;
    }
    outdated = outdated || w->asked != wanted_of(p, w);
    if (outdated && (found & FAILURES) == 0 && update(p, number) == DUOS_OK) {
        return 0;
    }
    duos__afd_watch_list(&state->watches, number);
    return afd_emit(p, w->entry, found, event);
}

static size_t tell_all(duos_poller *p, uint32_t taken, duos_poll_event *events,
                       size_t *missed)
{
    size_t count = 0;
    uint32_t i;

    *missed = 0;
    for (i = 0; i < taken; i++) {
        uint32_t number = duos__afd_port_number(&afd_state_of(p)->port, i);

        if (number == 0) {
            p->woken = true;
        } else if (afd_tell(p, number, &events[count]) > 0) {
            count++;
        } else {
            (*missed)++;
        }
    }
    return count;
}

/* Completions that tell nothing must not hide others behind them. */
static duos_err afd_wait(duos_poller *p, duos_poll_event *events, size_t cap,
                         int32_t timeout_ms, size_t *count)
{
    size_t n = 0;
    size_t missed;
    duos_err err = update_all(p);

    if (err != DUOS_OK) {
        return err;
    }
    do {
        uint32_t taken = 0;

        err = duos__afd_port_take(&afd_state_of(p)->port, cap - n, timeout_ms,
                                  &taken);
        n += tell_all(p, taken, &events[n], &missed);
        timeout_ms = 0;
    } while (missed > 0 && n < cap);
    if (err == DUOS_OK || n > 0) {
        *count = n;
        return DUOS_OK;
    }
    return err;
}

static duos_err afd_wakeup(duos_poller *p)
{
    return duos__afd_port_wake(&afd_state_of(p)->port);
}

const duos__poller_ops duos__poller_afd = {
    .id = DUOS_POLLER_AFD,
    .init = afd_init,
    .fini = afd_fini,
    .add = afd_add,
    .mod = afd_mod,
    .del = afd_del,
    .wait = afd_wait,
    .wakeup = afd_wakeup,
    .os_handle = NULL,
};
