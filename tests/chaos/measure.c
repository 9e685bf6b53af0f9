/* SPDX-License-Identifier: MIT */
/*
 * measure.c - memory and time of a world: how much the library may hold at
 * most with so many connections, and timers that know when they are due.
 */
#include <stdlib.h>

#include "chaos.h"

/* ---- memory ------------------------------------------------------------ */

static size_t room_of(const duos_conn_limits *limits)
{
    return 2 * limits->queue_max + 3 * (size_t)4096 + 1024;
}

/* Two more of each, which are made or freed just now. */
static size_t most_memory(const chaos_world *w)
{
    return w->memory.base + (size_t)w->plan.guests * 1024 +
           (w->doors_open + 2) * room_of(&w->plan.server) +
           (w->clients_live + 2) * room_of(&w->plan.client);
}

static bool is_denied(chaos_memory *m)
{
    if (m->world->plan.deny == 0 || m->base == 0 || m->world->quiet) {
        return false;
    }
    m->state = m->state * UINT64_C(6364136223846793005) +
               UINT64_C(1442695040888963407);
    if ((uint32_t)(m->state >> 33) % 1000 >= m->world->plan.deny) {
        return false;
    }
    m->denied++;
    return true;
}

static void *counted_resize(void *user, void *ptr, size_t old_size,
                            size_t new_size)
{
    chaos_memory *m = (chaos_memory *)user;
    void *moved;

    if (new_size == 0) {
        m->live -= old_size;
        free(ptr);
        return NULL;
    }
    moved = is_denied(m) ? NULL : realloc(ptr, new_size);
    if (moved != NULL) {
        m->live += new_size - old_size;
        m->peak = m->live > m->peak ? m->live : m->peak;
        chaos_check(m->world, m->base == 0 || m->live <= most_memory(m->world),
                    "more memory than the limits allow", DUOS_OK);
    }
    return moved;
}

void chaos_memory_init(chaos_memory *m, chaos_world *w, uint64_t seed)
{
    m->alloc.resize = counted_resize;
    m->alloc.user = m;
    m->world = w;
    m->state = seed;
}

/* ---- time -------------------------------------------------------------- */

void chaos_delivered(chaos_world *w)
{
    w->delivered++;
}

uint64_t chaos_now(const chaos_world *w)
{
    return duos_sim_now_ns(w->sim);
}

static void on_timer(duos_timer *timer, void *user)
{
    chaos_timer *t = (chaos_timer *)user;

    (void)timer;
    t->world->timers++;
    chaos_check(t->world, chaos_now(t->world) >= t->due_ns, "a timer was early",
                DUOS_OK);
    t->due_ns = UINT64_MAX; /* until it is started again */
    t->run(t->user);
}

void chaos_timer_init(chaos_timer *t, chaos_world *w, duos_loop *loop,
                      void (*run)(void *user), void *user)
{
    t->world = w;
    t->run = run;
    t->user = user;
    (void)duos_timer_init(&t->timer, loop, on_timer, t);
}

duos_err chaos_timer_start(chaos_timer *t, uint32_t ms)
{
    duos_err err = duos_timer_start(&t->timer, ms);

    if (err == DUOS_OK) {
        t->due_ns = chaos_now(t->world) + ms * CHAOS_NS_PER_MS;
    }
    return err;
}
