/* SPDX-License-Identifier: MIT */
/*
 * poller_poll.c - poll(2): the backend that every POSIX system has, O(n).
 *
 * Place 0 of the array is the wake-up, entry i has place i + 1. Holes and
 * entries without interest hold descriptor -1, which poll passes over. The
 * array is all that is kept between waits, so mod writes one place.
 */
#include "pollers.h"

#include "fdbits.h"
#include "mem.h"
#include "poll_events.h"

#define FIRST_ROOM 16
#define WATCHED    0 /* the only row of bits */

typedef struct poll_state {
    struct pollfd *places;
    size_t room;  /* places that exist; those at count and above are holes */
    size_t count; /* places that poll is given */
    size_t next;  /* where the next scan begins */
    duos__fdbits bits;
    sys_wakeup wakeup;
} poll_state;

static poll_state *poll_state_of(const duos_poller *p)
{
    return (poll_state *)p->state;
}

static duos_err grow_places(poll_state *state, size_t room,
                            const duos_alloc *alloc)
{
    struct pollfd *places = (struct pollfd *)duos__resize(
        alloc, state->places, state->room, room, sizeof *places);

    if (places == NULL) {
        return DUOS_ENOMEM;
    }
    state->places = places;
    for (; state->room < room; state->room++) {
        places[state->room].fd = -1;
        places[state->room].events = 0;
        places[state->room].revents = 0;
    }
    return DUOS_OK;
}

/* Growth by half keeps adding cheap without leaving much unused. */
static duos_err reserve_place(poll_state *state, size_t place,
                              const duos_alloc *alloc)
{
    size_t room = state->room + state->room / 2;

    if (place < state->room) {
        return DUOS_OK;
    }
    return grow_places(state, room > place ? room : place + 1, alloc);
}

static void put_polled(poll_state *state, size_t place, int fd,
                       unsigned interest)
{
    struct pollfd *polled = &state->places[place];

    polled->fd = interest != 0 ? fd : -1;
    polled->events = duos__poll_wanted(interest);
    polled->revents = 0;
    if (interest != 0 && place >= state->count) {
        state->count = place + 1;
    }
    while (state->places[state->count - 1].fd < 0) {
        state->count--;
    }
}

static duos_err poll_init(duos_poller *p)
{
    poll_state *state = (poll_state *)duos__new(&p->alloc, sizeof *state);
    duos_err err;

    if (state == NULL) {
        return DUOS_ENOMEM;
    }
    duos__fdbits_init(&state->bits, 1);
    err = grow_places(state, FIRST_ROOM, &p->alloc);
    if (err == DUOS_OK) {
        err = sys_wakeup_open(&state->wakeup);
    }
    if (err != DUOS_OK) {
        duos__free(&p->alloc, state->places,
                   state->room * sizeof *state->places);
        duos__free(&p->alloc, state, sizeof *state);
        return err;
    }
    state->count = 1;
    put_polled(state, 0, duos__fd(state->wakeup.recv_end), DUOS_READ);
    p->state = state;
    return DUOS_OK;
}

static void poll_fini(duos_poller *p)
{
    poll_state *state = poll_state_of(p);

    sys_wakeup_close(&state->wakeup);
    duos__fdbits_fini(&state->bits, &p->alloc);
    duos__free(&p->alloc, state->places, state->room * sizeof *state->places);
    duos__free(&p->alloc, state, sizeof *state);
    p->state = NULL;
}

static duos_err poll_add(duos_poller *p, uint32_t index)
{
    poll_state *state = poll_state_of(p);
    const duos__poller_entry *e = duos__poller_entry_at(p, index);
    int fd = (int)e->os;
    duos_err err = duos__fdbits_reserve(&state->bits, fd, &p->alloc);

    if (err == DUOS_OK) {
        err = reserve_place(state, (size_t)index + 1, &p->alloc);
    }
    if (err != DUOS_OK) {
        return err;
    }
    if (duos__fdbits_test(&state->bits, WATCHED, fd)) {
        return DUOS_EEXIST;
    }
    duos__fdbits_set(&state->bits, WATCHED, fd);
    put_polled(state, (size_t)index + 1, fd, e->slot.link);
    return DUOS_OK;
}

static duos_err poll_mod(duos_poller *p, uint32_t index, unsigned interest)
{
    const duos__poller_entry *e = duos__poller_entry_at(p, index);

    put_polled(poll_state_of(p), (size_t)index + 1, (int)e->os, interest);
    return DUOS_OK;
}

static void poll_del(duos_poller *p, uint32_t index, bool closing)
{
    poll_state *state = poll_state_of(p);
    int fd = (int)duos__poller_entry_at(p, index)->os;

    (void)closing;
    duos__fdbits_clear(&state->bits, WATCHED, fd);
    put_polled(state, (size_t)index + 1, fd, 0);
}

/* Reports until found places were seen or the caller's array is full. */
static void scan_polled(poll_state *state, size_t found,
                        duos__poller_sink *sink)
{
    size_t left = state->count - 1;
    size_t place = state->next;

    for (; left > 0 && found > 0 && !duos__poller_sink_full(sink); left--) {
        if (place == 0 || place >= state->count) {
            place = 1;
        }
        if (state->places[place].revents != 0) {
            duos__poller_sink_put(
                sink, (uint32_t)(place - 1),
                duos__poll_found(state->places[place].revents));
            found--;
        }
        place++;
    }
    state->next = place;
}

static duos_err poll_wait(duos_poller *p, duos_poll_event *events, size_t cap,
                          int32_t timeout_ms, size_t *count)
{
    poll_state *state = poll_state_of(p);
    duos__poller_sink sink = {p, events, cap, 0};
    int found = poll(state->places, (nfds_t)state->count, timeout_ms);

    if (found < 0) {
        return duos__last_error();
    }
    if (found > 0 && state->places[0].revents != 0) {
        sys_wakeup_drain(&state->wakeup);
        p->woken = true;
        found--;
    }
    scan_polled(state, (size_t)found, &sink);
    *count = sink.count;
    return DUOS_OK;
}

static duos_err poll_wakeup(duos_poller *p)
{
    return sys_wakeup_signal(&poll_state_of(p)->wakeup);
}

const duos__poller_ops duos__poller_poll = {
    DUOS_POLLER_POLL, poll_init, poll_fini,   poll_add, poll_mod,
    poll_del,         poll_wait, poll_wakeup, NULL,
};
