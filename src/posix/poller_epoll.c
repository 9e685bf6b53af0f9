/* SPDX-License-Identifier: MIT */
/*
 * poller_epoll.c - epoll(7), level-triggered: the backend of Linux, O(ready).
 *
 * The kernel keeps the name of the entry (slot and generation), so an event
 * that was on its way when its socket was removed is known by its name. Name
 * 0 is the wake-up. The wait runs once per batch of messages; the loop over
 * the events is the hot path of every server on Linux.
 */
#include "pollers.h"

#include <sys/epoll.h>

#include "mem.h"

/* Events that one wait takes from the kernel at most. */
#define BATCH 512

#define WAKEUP_NAME ((uint64_t)0)

typedef struct epoll_state {
    int fd;
    sys_wakeup wakeup;
    struct epoll_event batch[BATCH];
} epoll_state;

/*
 * Errors and hang-ups come without being asked for. With no interest they
 * would be reported for ever (trap 65), so then one edge is all they get.
 */
static uint32_t events_of(unsigned interest)
{
    if (interest == 0) {
        return EPOLLET;
    }
    return ((interest & DUOS_READ) != 0 ? (uint32_t)EPOLLIN : 0) |
           ((interest & DUOS_WRITE) != 0 ? (uint32_t)EPOLLOUT : 0);
}

static duos_err control(const epoll_state *state, int verb, int fd,
                        uint32_t events, uint64_t name)
{
    struct epoll_event event;

    event.events = events;
    event.data.u64 = name;
    if (epoll_ctl(state->fd, verb, fd, &event) != 0) {
        return duos__last_error();
    }
    return DUOS_OK;
}

static duos_err open_state(epoll_state *state)
{
    duos_err err = sys_wakeup_open(&state->wakeup);

    if (err != DUOS_OK) {
        return err;
    }
    state->fd = epoll_create1(EPOLL_CLOEXEC);
    if (state->fd < 0) {
        err = duos__last_error();
        sys_wakeup_close(&state->wakeup);
        return err;
    }
    err = control(state, EPOLL_CTL_ADD, duos__fd(state->wakeup.recv_end),
                  EPOLLIN, WAKEUP_NAME);
    if (err != DUOS_OK) {
        (void)close(state->fd);
        sys_wakeup_close(&state->wakeup);
    }
    return err;
}

static duos_err make_state(duos_poller *p)
{
    epoll_state *state =
        (epoll_state *)duos__new(&p->alloc, sizeof(epoll_state));
    duos_err err;

    if (state == NULL) {
        return DUOS_ENOMEM;
    }
    err = open_state(state);
    if (err != DUOS_OK) {
        duos__free(&p->alloc, state, sizeof *state);
        return err;
    }
    p->state = state;
    return DUOS_OK;
}

/*
 * Slot 0 is taken first and kept, so that the name of the wake-up leads to a
 * slot, too, and is out of date there: the hot path need not look for it. Its
 * generation is that of a free slot, so no token can mean it either.
 */
static duos_err epoll_init(duos_poller *p)
{
    uint32_t place;
    duos_err err = duos__slots_add(&p->entries, &place);

    if (err != DUOS_OK) {
        return err;
    }
    err = make_state(p);
    if (err != DUOS_OK) {
        duos__slots_del(&p->entries, place);
        return err;
    }
    duos__poller_entry_at(p, place)->slot.generation++;
    return DUOS_OK;
}

static void epoll_fini(duos_poller *p)
{
    epoll_state *state = (epoll_state *)p->state;

    (void)close(state->fd);
    sys_wakeup_close(&state->wakeup);
    duos__free(&p->alloc, state, sizeof *state);
    p->state = NULL;
}

static duos_err set_fd_interest(const duos_poller *p, int verb, uint32_t index,
                                unsigned interest)
{
    const duos__poller_entry *e = duos__poller_entry_at(p, index);

    return control((const epoll_state *)p->state, verb, (int)e->os,
                   events_of(interest), duos__slot_name(&e->slot, index));
}

static duos_err epoll_add(duos_poller *p, uint32_t index)
{
    return set_fd_interest(p, EPOLL_CTL_ADD, index,
                           duos__poller_entry_at(p, index)->slot.link);
}

static duos_err epoll_mod(duos_poller *p, uint32_t index, unsigned interest)
{
    return set_fd_interest(p, EPOLL_CTL_MOD, index, interest);
}

/* The last close of a socket removes it without a call (trap 66). */
static void epoll_del(duos_poller *p, uint32_t index, bool closing)
{
    if (!closing) {
        (void)set_fd_interest(p, EPOLL_CTL_DEL, index, 0);
    }
}

/*
 * Our events for the kernel's, looked up: cheaper than any computation that
 * the hot path could do. Nobody blocks on a socket that failed or was hung
 * up, so both count as readable and writable.
 */
#define FAILED(e) (((e) & (EPOLLERR | EPOLLHUP)) != 0)
#define FOUND(e)                                                               \
    ((((e)&EPOLLIN) != 0 || FAILED(e) ? DUOS_READ : 0) |                       \
     (((e)&EPOLLOUT) != 0 || FAILED(e) ? DUOS_WRITE : 0) |                     \
     (((e)&EPOLLERR) != 0 ? DUOS_ERROR : 0) |                                  \
     (((e)&EPOLLHUP) != 0 ? DUOS_HANGUP : 0))
#define FOUND_4(e) FOUND(e), FOUND((e) + 1), FOUND((e) + 2), FOUND((e) + 3)

static const uint8_t found_of[] = {
    FOUND_4(0),  FOUND_4(4),  FOUND_4(8),  FOUND_4(12),
    FOUND_4(16), FOUND_4(20), FOUND_4(24), FOUND_4(28),
};

#define HINTS      ((unsigned)(DUOS_ERROR | DUOS_HANGUP))
#define FOUND_MASK (EPOLLIN | EPOLLOUT | EPOLLERR | EPOLLHUP)

/* Does not compile where the kernel's bits lie outside of the table. */
typedef char found_fits[FOUND_MASK < sizeof found_of ? 1 : -1];

/*
 * duos__poller_emit with what the kernel guarantees left out: a name that it
 * gives back is that of a slot, and only errors and hang-ups, which count as
 * readable and writable here, come without being asked for.
 */
static inline bool emit(const duos_poller *p, const struct epoll_event *event,
                        duos_poll_event *out)
{
    uint64_t name = event->data.u64;
    uint32_t native = event->events & FOUND_MASK;
    unsigned found = found_of[native];
    const duos__poller_entry *e =
        duos__poller_entry_at(p, duos__name_index(name));

    if (DUOS_UNLIKELY(e->slot.generation != (uint32_t)(name >> 32))) {
        return false;
    }
    if (DUOS_UNLIKELY(FAILED(native))) {
        if (e->slot.link == 0) {
            return false;
        }
        found &= e->slot.link | HINTS;
    }
    out->token.value = name;
    out->user = e->user;
    out->events = found;
    return true;
}

/* Among taken events is one that reached nobody: it is late, or this. */
static void take_wakeup(duos_poller *p, size_t taken)
{
    epoll_state *state = (epoll_state *)p->state;
    size_t i;

    for (i = 0; i < taken; i++) {
        if (state->batch[i].data.u64 == WAKEUP_NAME) {
            sys_wakeup_drain(&state->wakeup);
            p->woken = true;
        }
    }
}

static duos_err epoll_wait_once(duos_poller *p, duos_poll_event *events,
                                size_t cap, int32_t timeout_ms, size_t *count)
{
    epoll_state *state = (epoll_state *)p->state;
    const struct epoll_event *event = state->batch;
    const struct epoll_event *end;
    size_t missed = 0;
    int taken = epoll_wait(state->fd, state->batch,
                           cap < BATCH ? (int)cap : BATCH, timeout_ms);

    if (DUOS_UNLIKELY(taken < 0)) {
        return duos__last_error();
    }
    for (end = event + taken; event != end; event++) {
        if (DUOS_LIKELY(emit(p, event, events))) {
            events++;
        } else {
            missed++;
        }
    }
    *count = (size_t)taken - missed;
    if (DUOS_UNLIKELY(missed > 0)) {
        take_wakeup(p, (size_t)taken);
    }
    return DUOS_OK;
}

static duos_err epoll_wakeup(duos_poller *p)
{
    return sys_wakeup_signal(&((epoll_state *)p->state)->wakeup);
}

static duos_err epoll_os_handle(const duos_poller *p, intptr_t *out)
{
    *out = ((const epoll_state *)p->state)->fd;
    return DUOS_OK;
}

const duos__poller_ops duos__poller_epoll = {
    DUOS_POLLER_EPOLL, epoll_init,   epoll_fini,
    epoll_add,         epoll_mod,    epoll_del,
    epoll_wait_once,   epoll_wakeup, epoll_os_handle,
};
