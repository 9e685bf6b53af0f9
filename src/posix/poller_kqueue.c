/* SPDX-License-Identifier: MIT */
/*
 * poller_kqueue.c - kqueue(2), level-triggered: the backend of macOS and the
 * BSDs, O(ready).
 *
 * A socket has two filters here, one per direction, and each is reported by
 * itself; what one wait says of a socket becomes one event (trap 64). udata
 * holds as much of the name of the entry as a pointer does. The wake-up is a
 * filter of its own, so it needs no descriptor. A child of fork has no queue.
 */
#include "pollers.h"

#include <sys/event.h>

#include "fdbits.h"
#include "mem.h"

/* Events that one wait takes from the kernel at most. */
#define BATCH 512

#define WATCHED 0 /* the only row of bits */

typedef struct kqueue_state {
    int fd;
    duos__fdbits bits;
    uint32_t *places; /* by entry: where its event of this wait stands */
    size_t room;
    struct kevent batch[BATCH];
} kqueue_state;

static kqueue_state *kqueue_state_of(const duos_poller *p)
{
    return (kqueue_state *)p->state;
}

/* ---- changes ---------------------------------------------------------- */

static void *udata_of(uint64_t name)
{
    return (void *)(uintptr_t)name;
}

/* A change without filter and flags: their types differ among systems. */
static void change_init(struct kevent *change, int fd, uint64_t name)
{
    memset(change, 0, sizeof *change);
    change->ident = (uintptr_t)fd;
    change->udata = udata_of(name);
}

/*
 * What a receipt says; 0 is success. A filter that is gone already went with
 * its descriptor. EPIPE: a pipe without a reader, which has no filter for
 * writing then; its writer learns it from write.
 */
static duos_err error_of(const struct kevent *receipt)
{
    errno = (int)receipt->data;
    return errno == 0 || errno == ENOENT || errno == EPIPE ? DUOS_OK
                                                           : duos__last_error();
}

/*
 * Turns the filters from one interest into another. Receipts answer each
 * change by itself and keep events in the queue.
 */
static duos_err change_filters(const kqueue_state *state, int fd, uint64_t name,
                               unsigned from, unsigned to)
{
    static const struct timespec at_once = {0, 0};
    struct kevent changes[2] = {{0}};
    duos_err err = DUOS_OK;
    int count = 0;
    int i;

    if (((from ^ to) & DUOS_READ) != 0) {
        change_init(&changes[count], fd, name);
        changes[count].filter = EVFILT_READ;
        changes[count++].flags = (to & DUOS_READ) != 0 ? EV_ADD | EV_RECEIPT
                                                       : EV_DELETE | EV_RECEIPT;
    }
    if (((from ^ to) & DUOS_WRITE) != 0) {
        change_init(&changes[count], fd, name);
        changes[count].filter = EVFILT_WRITE;
        changes[count++].flags = (to & DUOS_WRITE) != 0
                                     ? EV_ADD | EV_RECEIPT
                                     : EV_DELETE | EV_RECEIPT;
    }
    count = kevent(state->fd, changes, count, changes, count, &at_once);
    if (count < 0) {
        return duos__last_error();
    }
    for (i = 0; i < count && err == DUOS_OK; i++) {
        err = error_of(&changes[i]);
    }
    return err;
}

/* All or nothing. */
static duos_err set_fd_interest(const kqueue_state *state, int fd,
                                uint64_t name, unsigned from, unsigned to)
{
    duos_err err = change_filters(state, fd, name, from, to);

    if (err != DUOS_OK) {
        (void)change_filters(state, fd, name, to, from);
    }
    return err;
}

/* ---- life ------------------------------------------------------------- */

/* The number of the queue itself names the wake-up: no socket has it. */
static duos_err open_queue(kqueue_state *state)
{
    struct kevent change;
    duos_err err;

    state->fd = kqueue();
    if (state->fd < 0) {
        return duos__last_error();
    }
    change_init(&change, state->fd, 0);
    change.filter = EVFILT_USER;
    change.flags = EV_ADD | EV_CLEAR;
    if (fcntl(state->fd, F_SETFD, FD_CLOEXEC) != 0 ||
        kevent(state->fd, &change, 1, NULL, 0, NULL) != 0) {
        err = duos__last_error();
        (void)close(state->fd);
        return err;
    }
    return DUOS_OK;
}

static duos_err kqueue_init(duos_poller *p)
{
    kqueue_state *state =
        (kqueue_state *)duos__new(&p->alloc, sizeof(kqueue_state));
    duos_err err;

    if (state == NULL) {
        return DUOS_ENOMEM;
    }
    duos__fdbits_init(&state->bits, 1);
    err = open_queue(state);
    if (err != DUOS_OK) {
        duos__free(&p->alloc, state, sizeof *state);
        return err;
    }
    p->state = state;
    return DUOS_OK;
}

static void kqueue_fini(duos_poller *p)
{
    kqueue_state *state = kqueue_state_of(p);

    (void)close(state->fd);
    duos__fdbits_fini(&state->bits, &p->alloc);
    duos__free(&p->alloc, state->places, state->room * sizeof *state->places);
    duos__free(&p->alloc, state, sizeof *state);
    p->state = NULL;
}

/* ---- entries ---------------------------------------------------------- */

static duos_err reserve(kqueue_state *state, uint32_t index,
                        const duos_alloc *alloc)
{
    size_t room = state->room + state->room / 2 + 16;
    uint32_t *places;

    if (index < state->room) {
        return DUOS_OK;
    }
    room = room > index ? room : (size_t)index + 1;
    places = (uint32_t *)duos__resize(alloc, state->places, state->room, room,
                                      sizeof *places);
    if (places == NULL) {
        return DUOS_ENOMEM;
    }
    memset(&places[state->room], 0, (room - state->room) * sizeof *places);
    state->places = places;
    state->room = room;
    return DUOS_OK;
}

/* The kernel would take a socket twice, and forget the first name. */
static duos_err kqueue_add(duos_poller *p, uint32_t index)
{
    kqueue_state *state = kqueue_state_of(p);
    const duos__poller_entry *e = duos__poller_entry_at(p, index);
    int fd = (int)e->os;
    duos_err err = duos__fdbits_reserve(&state->bits, fd, &p->alloc);

    if (err == DUOS_OK) {
        err = reserve(state, index, &p->alloc);
    }
    if (err != DUOS_OK) {
        return err;
    }
    if (duos__fdbits_test(&state->bits, WATCHED, fd)) {
        return DUOS_EEXIST;
    }
    if (e->slot.link == 0) {
        /* Without a filter the kernel is told nothing yet. */
        err = fcntl(fd, F_GETFD) < 0 ? duos__last_error() : DUOS_OK;
    } else {
        err = set_fd_interest(state, fd, duos__slot_name(&e->slot, index), 0,
                              e->slot.link);
    }
    if (err == DUOS_OK) {
        duos__fdbits_set(&state->bits, WATCHED, fd);
    }
    return err;
}

static duos_err kqueue_mod(duos_poller *p, uint32_t index, unsigned interest)
{
    const duos__poller_entry *e = duos__poller_entry_at(p, index);

    return set_fd_interest(kqueue_state_of(p), (int)e->os,
                           duos__slot_name(&e->slot, index), e->slot.link,
                           interest);
}

/* The close of a descriptor takes its filters along, duplicates or not. */
static void kqueue_del(duos_poller *p, uint32_t index, bool closing)
{
    kqueue_state *state = kqueue_state_of(p);
    const duos__poller_entry *e = duos__poller_entry_at(p, index);

    duos__fdbits_clear(&state->bits, WATCHED, (int)e->os);
    if (!closing && e->slot.link != 0) {
        (void)change_filters(state, (int)e->os, 0, e->slot.link, 0);
    }
}

/* ---- waiting ---------------------------------------------------------- */

/*
 * EV_EOF on the read filter only says that there is an end to read. On the
 * write filter it is a hang-up, or our own shutdown: a hint at most. A failed
 * connect is writable and has its error in fflags.
 */
static unsigned found_of(const struct kevent *event)
{
    bool eof = (event->flags & EV_EOF) != 0;
    unsigned hints = eof && event->fflags != 0 ? (unsigned)DUOS_ERROR : 0;

    if (event->filter == EVFILT_READ) {
        return hints | DUOS_READ;
    }
    return hints | DUOS_WRITE | (eof ? (unsigned)DUOS_HANGUP : 0);
}

/*
 * A place that an earlier wait left behind is known by the token that stands
 * there now, so nothing need be cleared between waits.
 */
static void put_event(const duos_poller *p, const struct kevent *event,
                      duos_poll_event *events, size_t *count)
{
    uint32_t index = (uint32_t)(uintptr_t)event->udata;
    const duos__poller_entry *e = duos__poller_entry_at(p, index);
    uint64_t name = duos__slot_name(&e->slot, index);
    uint32_t *place = &kqueue_state_of(p)->places[index];

    if (DUOS_UNLIKELY(event->udata != udata_of(name))) {
        return;
    }
    if (*place < *count && events[*place].token.value == name) {
        events[*place].events |= found_of(event);
    } else {
        *place = (uint32_t)*count;
        *count += duos__poller_emit(p, name, found_of(event), &events[*count]);
    }
}

/*
 * Two filters become one event at most, so cap is enough for what was taken.
 * The kernel puts what it reported behind the others: none starves.
 */
static duos_err kqueue_wait(duos_poller *p, duos_poll_event *events, size_t cap,
                            int32_t timeout_ms, size_t *count)
{
    kqueue_state *state = kqueue_state_of(p);
    struct timespec limit;
    int taken;
    int i;

    limit.tv_sec = timeout_ms / 1000;
    limit.tv_nsec = timeout_ms % 1000 * 1000000L;
    taken =
        kevent(state->fd, NULL, 0, state->batch, cap < BATCH ? (int)cap : BATCH,
               timeout_ms < 0 ? NULL : &limit);
    if (taken < 0) {
        return duos__last_error();
    }
    *count = 0;
    for (i = 0; i < taken; i++) {
        if (DUOS_UNLIKELY(state->batch[i].filter == EVFILT_USER)) {
            p->woken = true;
        } else {
            put_event(p, &state->batch[i], events, count);
        }
    }
    return DUOS_OK;
}

static duos_err kqueue_wakeup(duos_poller *p)
{
    struct kevent change;

    change_init(&change, kqueue_state_of(p)->fd, 0);
    change.filter = EVFILT_USER;
    change.fflags = NOTE_TRIGGER;
    if (kevent(kqueue_state_of(p)->fd, &change, 1, NULL, 0, NULL) != 0) {
        return duos__last_error();
    }
    return DUOS_OK;
}

static duos_err kqueue_os_handle(const duos_poller *p, intptr_t *out)
{
    *out = kqueue_state_of(p)->fd;
    return DUOS_OK;
}

const duos__poller_ops duos__poller_kqueue = {
    DUOS_POLLER_KQUEUE, kqueue_init,   kqueue_fini,
    kqueue_add,         kqueue_mod,    kqueue_del,
    kqueue_wait,        kqueue_wakeup, kqueue_os_handle,
};
