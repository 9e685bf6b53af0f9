/* SPDX-License-Identifier: MIT */
/*
 * poller_select.c - the backend that every Windows has.
 *
 * A wait costs time in proportion to what is watched, not to what is ready.
 * The list for sys_wait_many is made anew for each wait, straight from the
 * entries: element 0 is the wake-up channel, and after it stands every slot,
 * beginning with another one whenever the caller had no room for all events.
 */
#include "win32.h"

#include "mem.h"
#include "poller_ops.h"

typedef struct select_state {
    sys_wakeup wakeup;
    sys_wait *list; /* room of them */
    void *scratch;  /* sys_wait_scratch(room) bytes */
    size_t room;
    uint32_t first; /* the slot that the list begins with */
} select_state;

/* Slots that fit before the list grows. */
#define ROOM_MIN 64u

static select_state *select_state_of(const duos_poller *p)
{
    return (select_state *)p->state;
}

/* ---- life -------------------------------------------------------------- */

static void free_list(const duos_alloc *alloc, sys_wait *list, void *scratch,
                      size_t room)
{
    duos__free(alloc, list, room * sizeof *list);
    duos__free(alloc, scratch, sys_wait_scratch(room));
}

/* A new list needs nothing of the old one, so that nothing is copied. */
static duos_err set_room(duos_poller *p, size_t room)
{
    select_state *state = select_state_of(p);
    sys_wait *list =
        (sys_wait *)duos__new(&p->alloc, room * sizeof *state->list);
    void *scratch = duos__new(&p->alloc, sys_wait_scratch(room));

    if (list == NULL || scratch == NULL) {
        free_list(&p->alloc, list, scratch, room);
        return DUOS_ENOMEM;
    }
    free_list(&p->alloc, state->list, state->scratch, state->room);
    state->list = list;
    state->scratch = scratch;
    state->room = room;
    return DUOS_OK;
}

static void select_fini(duos_poller *p)
{
    select_state *state = select_state_of(p);

    sys_wakeup_close(&state->wakeup);
    free_list(&p->alloc, state->list, state->scratch, state->room);
    duos__free(&p->alloc, state, sizeof *state);
    p->state = NULL;
}

static duos_err select_init(duos_poller *p)
{
    select_state *state = (select_state *)duos__new(&p->alloc, sizeof *state);
    duos_err err;

    if (state == NULL) {
        return DUOS_ENOMEM;
    }
    err = sys_wakeup_open(&state->wakeup);
    if (err != DUOS_OK) {
        duos__free(&p->alloc, state, sizeof *state);
        return err;
    }
    p->state = state;
    err = set_room(p, ROOM_MIN);
    if (err != DUOS_OK) {
        select_fini(p);
    }
    return err;
}

/* ---- entries ----------------------------------------------------------- */

static bool is_live(const duos__poller_entry *e)
{
    return (e->slot.generation & 1) != 0;
}

static bool is_watched(const duos_poller *p, uint32_t except)
{
    intptr_t os = duos__poller_entry_at(p, except)->os;
    uint32_t i;

    for (i = 0; i < p->entries.used; i++) {
        const duos__poller_entry *e = duos__poller_entry_at(p, i);

        if (i != except && e->os == os && is_live(e)) {
            return true;
        }
    }
    return false;
}

static duos_err select_add(duos_poller *p, uint32_t index)
{
    duos_socket s = {duos__poller_entry_at(p, index)->os};
    duos_err err = duos__socket_check(s);
    size_t room = select_state_of(p)->room;

    if (err != DUOS_OK) {
        return err;
    }
    if (is_watched(p, index)) {
        return DUOS_EEXIST;
    }
    return (size_t)index + 1 < room ? DUOS_OK : set_room(p, room * 2);
}

/* The list is made from the entries, so there is nothing to tell. */
static duos_err select_mod(duos_poller *p, uint32_t index, unsigned interest)
{
    (void)p;
    (void)index;
    (void)interest;
    return DUOS_OK;
}

static void select_del(duos_poller *p, uint32_t index, bool closing)
{
    (void)p;
    (void)index;
    (void)closing;
}

/* ---- waiting ----------------------------------------------------------- */

/* Slots that stand in the list: one that found no room was never added. */
static uint32_t listed(const duos_poller *p)
{
    size_t room = select_state_of(p)->room - 1;

    return p->entries.used < room ? p->entries.used : (uint32_t)room;
}

/* The slot that element 1 + i of the list stands for. */
static uint32_t slot_of(const duos_poller *p, size_t i)
{
    return (uint32_t)((select_state_of(p)->first + i) % listed(p));
}

static void fill_list(const duos_poller *p)
{
    const select_state *state = select_state_of(p);
    size_t i;

    state->list[0].sock = state->wakeup.recv_end;
    state->list[0].want = DUOS_READ;
    for (i = 0; i < listed(p); i++) {
        const duos__poller_entry *e = duos__poller_entry_at(p, slot_of(p, i));
        sys_wait *w = &state->list[1 + i];

        w->sock.os = e->os;
        w->want = is_live(e) ? (uint8_t)e->slot.link : 0;
    }
}

static size_t select_emit(const duos_poller *p, uint32_t index,
                          const sys_wait *w, duos_poll_event *event)
{
    const duos__poller_entry *e = duos__poller_entry_at(p, index);
    unsigned events = w->bad ? DUOS_READ | DUOS_WRITE | DUOS_ERROR : w->got;

    if (events == 0) {
        return 0;
    }
    return duos__poller_emit(p, duos__slot_name(&e->slot, index), events,
                             event);
}

/* What does not fit comes first in the next list. */
static size_t emit_all(duos_poller *p, duos_poll_event *events, size_t cap)
{
    select_state *state = select_state_of(p);
    size_t count = 0;
    size_t i;

    for (i = 0; i < listed(p); i++) {
        uint32_t index = slot_of(p, i);

        if (count == cap) {
            state->first = index;
            break;
        }
        count += select_emit(p, index, &state->list[1 + i], &events[count]);
    }
    return count;
}

static duos_err select_wait(duos_poller *p, duos_poll_event *events, size_t cap,
                            int32_t timeout_ms, size_t *count)
{
    select_state *state = select_state_of(p);
    size_t ready;
    duos_err err;

    fill_list(p);
    err = sys_wait_many(state->list, 1 + (size_t)listed(p), timeout_ms,
                        state->scratch, &ready);
    if (err != DUOS_OK) {
        return err;
    }
    if (state->list[0].bad) {
        return DUOS_EBADF; /* no wake-up would come any more */
    }
    if (state->list[0].got != 0) {
        sys_wakeup_drain(&state->wakeup);
        p->woken = true;
    }
    *count = ready > 0 ? emit_all(p, events, cap) : 0;
    return DUOS_OK;
}

static duos_err select_wakeup(duos_poller *p)
{
    return sys_wakeup_signal(&select_state_of(p)->wakeup);
}

const duos__poller_ops duos__poller_select = {
    .id = DUOS_POLLER_SELECT,
    .init = select_init,
    .fini = select_fini,
    .add = select_add,
    .mod = select_mod,
    .del = select_del,
    .wait = select_wait,
    .wakeup = select_wakeup,
    .os_handle = NULL,
};
