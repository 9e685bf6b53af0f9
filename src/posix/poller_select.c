/* SPDX-License-Identifier: MIT */
/*
 * poller_select.c - select(2), the oldest way, O(highest descriptor).
 *
 * The only file that calls select. The kernel reads as many bits as the
 * first argument says; FD_SETSIZE limits only the type fd_set and its
 * macros, and neither is used here. One bad descriptor makes select fail as a
 * whole, so then the bad ones are picked out and the rest is asked again.
 */
#include "pollers.h"

#include "fdbits.h"
#include "mem.h"

/* The rows of bits: what is wanted, and what a wait found. */
enum {
    WATCHED,
    WANT_READ,
    WANT_WRITE,
    GOT_READ,
    GOT_WRITE,
    ROWS
};

typedef struct select_state {
    duos__fdbits bits;
    int top;       /* one more than the highest watched descriptor */
    uint32_t next; /* where the next scan begins */
    sys_wakeup wakeup;
} select_state;

static select_state *select_state_of(const duos_poller *p)
{
    return (select_state *)p->state;
}

static void want(select_state *state, unsigned row, int fd, bool on)
{
    if (on) {
        duos__fdbits_set(&state->bits, row, fd);
    } else {
        duos__fdbits_clear(&state->bits, row, fd);
    }
}

static void set_wanted(select_state *state, int fd, unsigned interest)
{
    want(state, WANT_READ, fd, (interest & DUOS_READ) != 0);
    want(state, WANT_WRITE, fd, (interest & DUOS_WRITE) != 0);
}

static duos_err watch_fd(select_state *state, int fd, unsigned interest,
                         const duos_alloc *alloc)
{
    duos_err err = duos__fdbits_reserve(&state->bits, fd, alloc);

    if (err != DUOS_OK) {
        return err;
    }
    if (duos__fdbits_test(&state->bits, WATCHED, fd)) {
        return DUOS_EEXIST;
    }
    duos__fdbits_set(&state->bits, WATCHED, fd);
    set_wanted(state, fd, interest);
    if (fd >= state->top) {
        state->top = fd + 1;
    }
    return DUOS_OK;
}

static duos_err select_init(duos_poller *p)
{
    select_state *state =
        (select_state *)duos__new(&p->alloc, sizeof(select_state));
    duos_err err;

    if (state == NULL) {
        return DUOS_ENOMEM;
    }
    duos__fdbits_init(&state->bits, ROWS);
    err = sys_wakeup_open(&state->wakeup);
    if (err == DUOS_OK) {
        err = watch_fd(state, duos__fd(state->wakeup.recv_end), DUOS_READ,
                       &p->alloc);
        if (err != DUOS_OK) {
            sys_wakeup_close(&state->wakeup);
        }
    }
    if (err != DUOS_OK) {
        duos__free(&p->alloc, state, sizeof *state);
        return err;
    }
    p->state = state;
    return DUOS_OK;
}

static void select_fini(duos_poller *p)
{
    select_state *state = select_state_of(p);

    sys_wakeup_close(&state->wakeup);
    duos__fdbits_fini(&state->bits, &p->alloc);
    duos__free(&p->alloc, state, sizeof *state);
    p->state = NULL;
}

static duos_err select_add(duos_poller *p, uint32_t index)
{
    const duos__poller_entry *e = duos__poller_entry_at(p, index);

    return watch_fd(select_state_of(p), (int)e->os, e->slot.link, &p->alloc);
}

static duos_err select_mod(duos_poller *p, uint32_t index, unsigned interest)
{
    set_wanted(select_state_of(p), (int)duos__poller_entry_at(p, index)->os,
               interest);
    return DUOS_OK;
}

static void select_del(duos_poller *p, uint32_t index, bool closing)
{
    select_state *state = select_state_of(p);
    int fd = (int)duos__poller_entry_at(p, index)->os;

    (void)closing;
    set_wanted(state, fd, 0);
    duos__fdbits_clear(&state->bits, WATCHED, fd);
    while (state->top > 0 &&
           !duos__fdbits_test(&state->bits, WATCHED, state->top - 1)) {
        state->top--;
    }
}

/* select on the rows GOT_READ and GOT_WRITE: the number of bits it left. */
static int ask_select(select_state *state, int32_t timeout_ms)
{
    void *readable = duos__fdbits_row(&state->bits, GOT_READ);
    void *writable = duos__fdbits_row(&state->bits, GOT_WRITE);
    struct timeval limit;

    limit.tv_sec = timeout_ms / 1000;
    limit.tv_usec = (suseconds_t)(timeout_ms % 1000) * 1000;
    return select(state->top, (fd_set *)readable, (fd_set *)writable, NULL,
                  timeout_ms < 0 ? NULL : &limit);
}

static void copy_wanted(select_state *state)
{
    duos__fdbits_copy(&state->bits, GOT_READ, WANT_READ, state->top);
    duos__fdbits_copy(&state->bits, GOT_WRITE, WANT_WRITE, state->top);
}

/* Live entries with an interest; others are not in any row. */
static bool is_reported(const duos__poller_entry *e)
{
    return (e->slot.generation & 1) != 0 && e->slot.link != 0;
}

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) != -1;
}

/* Takes what is not open out of the rows to ask; returns how many it were. */
static int drop_bad(const duos_poller *p, select_state *state)
{
    uint32_t index;
    int bad = 0;

    for (index = 0; index < p->entries.used; index++) {
        const duos__poller_entry *e = duos__poller_entry_at(p, index);
        int fd = (int)e->os;

        if (is_reported(e) && !is_open(fd)) {
            duos__fdbits_clear(&state->bits, GOT_READ, fd);
            duos__fdbits_clear(&state->bits, GOT_WRITE, fd);
            bad++;
        }
    }
    return bad;
}

static unsigned found_of_fd(const select_state *state, int fd, bool any_bad)
{
    unsigned found = 0;

    if (duos__fdbits_test(&state->bits, GOT_READ, fd)) {
        found |= DUOS_READ;
    }
    if (duos__fdbits_test(&state->bits, GOT_WRITE, fd)) {
        found |= DUOS_WRITE;
    }
    if (found == 0 && any_bad && !is_open(fd)) {
        found = DUOS_READ | DUOS_WRITE | DUOS_ERROR;
    }
    return found;
}

/* Reports until all bits were seen or the caller's array is full. */
static void scan_sets(select_state *state, int bits, int bad,
                      duos__poller_sink *sink)
{
    const duos_poller *p = sink->poller;
    uint32_t index = state->next;
    uint32_t left = p->entries.used;

    for (; left > 0 && bits + bad > 0 && !duos__poller_sink_full(sink);
         left--) {
        const duos__poller_entry *e;
        unsigned found;

        index = index < p->entries.used ? index : 0;
        e = duos__poller_entry_at(p, index);
        found = is_reported(e) ? found_of_fd(state, (int)e->os, bad > 0) : 0;
        if ((found & DUOS_ERROR) != 0) {
            bad--;
        } else {
            bits -= ((found & DUOS_READ) != 0) + ((found & DUOS_WRITE) != 0);
        }
        if (found != 0) {
            duos__poller_sink_put(sink, index, found);
        }
        index++;
    }
    state->next = index;
}

static duos_err select_wait(duos_poller *p, duos_poll_event *events, size_t cap,
                            int32_t timeout_ms, size_t *count)
{
    select_state *state = select_state_of(p);
    int wakeup = duos__fd(state->wakeup.recv_end);
    duos__poller_sink sink = {p, events, cap, 0};
    int bits;
    int bad = 0;

    copy_wanted(state);
    bits = ask_select(state, timeout_ms);
    if (bits < 0 && errno == EBADF) {
        copy_wanted(state);
        bad = drop_bad(p, state);
        bits = ask_select(state, 0);
    }
    if (bits < 0) {
        return duos__last_error();
    }
    if (bits > 0 && duos__fdbits_test(&state->bits, GOT_READ, wakeup)) {
        sys_wakeup_drain(&state->wakeup);
        p->woken = true;
        bits--;
    }
    scan_sets(state, bits, bad, &sink);
    *count = sink.count;
    return DUOS_OK;
}

static duos_err select_wakeup(duos_poller *p)
{
    return sys_wakeup_signal(&select_state_of(p)->wakeup);
}

const duos__poller_ops duos__poller_select = {
    DUOS_POLLER_SELECT, select_init, select_fini,   select_add, select_mod,
    select_del,         select_wait, select_wakeup, NULL,
};
