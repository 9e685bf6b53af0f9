/* SPDX-License-Identifier: MIT */
/*
 * poller_sim.c - the one poller backend of the simulated system.
 *
 * It asks every watched socket, in the order of their slots, so that the
 * order of events is that of the run and not of an address. Where more are
 * ready than the caller has room for, the next wait goes on behind them.
 */
#include "mem.h"
#include "poller_ops.h"
#include "sim_internal.h"

typedef struct sim_poller {
    sys_wakeup wakeup;
    uint32_t next; /* where the next scan begins */
} sim_poller;

static sim_poller *state_of(const duos_poller *p)
{
    return (sim_poller *)p->state;
}

static duos_err sim_init(duos_poller *p)
{
    sim_poller *state = (sim_poller *)duos__new(&p->alloc, sizeof *state);
    duos_err err;

    if (state == NULL) {
        return DUOS_ENOMEM;
    }
    err = duos__sim_wakeup_open(&state->wakeup);
    if (err != DUOS_OK) {
        duos__free(&p->alloc, state, sizeof *state);
        return err;
    }
    p->state = state;
    return DUOS_OK;
}

static void sim_fini(duos_poller *p)
{
    sys_wakeup_close(&state_of(p)->wakeup);
    duos__free(&p->alloc, p->state, sizeof(sim_poller));
}

static bool in_use(const duos__poller_entry *e)
{
    return (e->slot.generation & 1) != 0;
}

static duos_err sim_add(duos_poller *p, uint32_t index)
{
    const duos__poller_entry *mine = duos__poller_entry_at(p, index);
    sim_socket *sock;
    uint32_t i;

    for (i = 0; i < p->entries.used; i++) {
        const duos__poller_entry *e = duos__poller_entry_at(p, i);

        if (i != index && in_use(e) && e->os == mine->os) {
            return DUOS_EEXIST;
        }
    }
    return duos__sim_call(DUOS_SIM_CALL_POLLER_ADD,
                          duos_socket_from_os(mine->os), &sock);
}

static duos_err sim_mod(duos_poller *p, uint32_t index, unsigned interest)
{
    (void)p;
    (void)index;
    (void)interest;
    return duos__sim_host_call(DUOS_SIM_CALL_POLLER_MOD);
}

static void sim_del(duos_poller *p, uint32_t index, bool closing)
{
    (void)p;
    (void)index;
    (void)closing;
}

static size_t report(const duos_poller *p, uint32_t index,
                     duos_poll_event *event)
{
    const duos__poller_entry *e = duos__poller_entry_at(p, index);
    unsigned events = DUOS_ERROR; /* for one that was closed */
    sim_socket *sock;

    if (!in_use(e)) {
        return 0;
    }
    if (duos__sim_find(duos_socket_from_os(e->os), &sock) == DUOS_OK) {
        events = duos__sim_ready(sock);
    }
    return duos__poller_emit(p, duos__slot_name(&e->slot, index), events,
                             event);
}

/* One round over all entries; *next is where the following one begins. */
static size_t scan(const duos_poller *p, duos_poll_event *events, size_t cap,
                   uint32_t *next)
{
    uint32_t used = p->entries.used;
    size_t count = 0;
    uint32_t i;

    for (i = 0; i < used && count < cap; i++) {
        count += report(p, (*next + i) % used, &events[count]);
    }
    *next = i < used ? (*next + i) % used : 0;
    return count;
}

static bool is_woken(const duos_poller *p)
{
    sim_socket *sock;

    return duos__sim_find(state_of(p)->wakeup.recv_end, &sock) == DUOS_OK &&
           sock->signaled;
}

static duos_err sim_wait(duos_poller *p, duos_poll_event *events, size_t cap,
                         int32_t timeout_ms, size_t *count)
{
    duos_sim *sim = duos__sim_current();
    sim_poller *state = state_of(p);
    uint64_t limit;
    size_t n;
    duos_err err;

    if (sim == NULL) {
        return DUOS_ENOTREADY;
    }
    err = duos__sim_host_call(DUOS_SIM_CALL_POLLER_WAIT);
    if (err != DUOS_OK) {
        return err;
    }
    limit = duos__sim_wait_limit(sim, timeout_ms);
    n = scan(p, events, cap, &state->next);
    while (n == 0 && err == DUOS_OK && !is_woken(p)) {
        err = duos__sim_wait(sim, limit);
        n = scan(p, events, cap, &state->next);
    }
    if (err != DUOS_OK && err != DUOS_ETIMEDOUT) {
        return err;
    }
    if (is_woken(p)) {
        sys_wakeup_drain(&state->wakeup);
        p->woken = true;
    }
    if (n > 0) {
        duos__sim_turn(sim);
    }
    *count = n;
    return DUOS_OK;
}

static duos_err sim_wakeup(duos_poller *p)
{
    return sys_wakeup_signal(&state_of(p)->wakeup);
}

bool duos__sim_poller_ready(const duos_poller *p)
{
    duos_poll_event event;
    uint32_t from = 0;

    return is_woken(p) || scan(p, &event, 1, &from) > 0;
}

static const duos__poller_ops sim_ops = {DUOS_POLLER_SIM, sim_init,   sim_fini,
                                         sim_add,         sim_mod,    sim_del,
                                         sim_wait,        sim_wakeup, NULL};

const duos__poller_ops *const sys_pollers[] = {&sim_ops, NULL};
