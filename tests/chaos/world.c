/* SPDX-License-Identifier: MIT */
/*
 * world.c - the life of a world: it is set up without faults, lives with
 * them, and when they are over and all guests have gone, nothing may be left
 * and somebody new must be served.
 */
#include <stdio.h>
#include <string.h>

#include "chaos.h"

#include "conn_core.h"
#include "server_core.h"

/* When guests have gone, how long until the server knows of all of them. */
#define SETTLE_MS 6000

/* ---- setting up -------------------------------------------------------- */

/* Without callbacks of duosock, which it must not call: see sim.h. */
static void on_trace(const duos_sim_record *record, void *user)
{
    chaos_world *w = (chaos_world *)user;

    switch (record->kind) {
    case DUOS_SIM_TURN:
        w->turns++;
        break;
    case DUOS_SIM_JUMP:
    case DUOS_SIM_FAULT:
        break;
    default:
        w->acts += record->result != DUOS_EWOULDBLOCK;
    }
    if (w->on_trace != NULL) {
        w->on_trace(record, w->user);
    }
}

static duos_err add_names(chaos_world *w)
{
    duos_addr addrs[3];
    size_t count = 0;

    if (chaos_one_in(w, 2)) {
        addrs[count++] = duos_sim_addr(99, DUOS_IPV4, 0); /* nobody */
    }
    if (chaos_one_in(w, 2)) {
        addrs[count++] = duos_sim_addr(1, DUOS_IPV6, 0);
    }
    addrs[count++] = duos_sim_addr(1, DUOS_IPV4, 0);
    return duos_sim_add_name(w->sim, "chaos.test", DUOS_OK, addrs, count,
                             (int64_t)chaos_below(w, 20));
}

static duos_err add_loop(chaos_world *w, duos_loop **loop)
{
    duos_loop_config config;
    uint32_t host;
    duos_err err = duos_sim_add_host(w->sim, &host);

    duos_loop_config_init(&config);
    config.ignore_env = true;
    config.alloc = &w->memory.alloc;
    config.recv_buffer = w->plan.recv_buffer;
    if (err == DUOS_OK) {
        err = duos_sim_set_host(w->sim, host);
    }
    if (err == DUOS_OK) {
        err = duos_loop_create(&config, loop);
    }
    return err == DUOS_OK ? duos_sim_add(w->sim, host, *loop) : err;
}

static void make_network(chaos_world *w, uint64_t seed)
{
    static const uint32_t buffers[] = {200, 1000, 4096, 65536};
    static const uint32_t latencies[] = {0, 200, 5000};
    static const uint32_t bandwidths[] = {0, 0, 200, 2000};
    duos_sim_config config;
    duos_err err;
    uint32_t i;

    duos_sim_config_init(&config);
    config.seed = seed;
    config.alloc = &w->machines.alloc;
    config.buffer = w->plan.buffer = CHAOS_PICK(w, buffers);
    config.latency_max_us = CHAOS_PICK(w, latencies);
    config.latency_min_us = config.latency_max_us / 10;
    config.bandwidth = CHAOS_PICK(w, bandwidths);
    config.on_trace = on_trace;
    config.user = w;
    err = duos_sim_create(&config, &w->sim);
    for (i = 0; err == DUOS_OK && i < w->plan.hosts; i++) {
        err = add_loop(w, &w->loops[i]);
    }
    if (err == DUOS_OK) {
        err = add_names(w);
    }
    chaos_check(w, err == DUOS_OK, "network", err);
}

static void ask_to_quit(chaos_world *w)
{
    duos_err err = duos_sim_quit(w->sim, 1, DUOS_QUIT_TERMINATE);

    chaos_likely(w, err == DUOS_OK, "request to quit", err);
}

static void on_quit(duos_quit *quit, uint32_t count, duos_quit_kind kind,
                    void *user)
{
    chaos_world *w = (chaos_world *)user;

    (void)quit;
    chaos_delivered(w);
    chaos_check(w, count == 1 && kind == DUOS_QUIT_TERMINATE, "on_quit",
                DUOS_OK);
    chaos_server_drain(w);
}

static void on_drain_time(void *user)
{
    chaos_world *w = (chaos_world *)user;

    if (w->plan.quit) {
        ask_to_quit(w);
    } else {
        chaos_server_drain(w);
    }
}

static void plan_drain(chaos_world *w)
{
    duos_err err = DUOS_OK;

    chaos_timer_init(&w->drain, w, w->loops[w->plan.quit ? 1 : 0],
                     on_drain_time, w);
    (void)duos_quit_init(&w->quit, w->loops[0], on_quit, w);
    if (w->plan.drain_ms > 0 && w->plan.quit) {
        err = duos_quit_start(&w->quit, NULL);
    }
    if (w->plan.drain_ms > 0 && err == DUOS_OK) {
        err = chaos_timer_start(&w->drain, w->plan.drain_ms);
    }
    chaos_check(w, err == DUOS_OK, "drain", err);
}

static void set_chance(chaos_world *w, uint32_t fault, uint32_t per_mille)
{
    duos_err err = duos_sim_chance(w->sim, (duos_sim_fault)fault, per_mille);

    chaos_check(w, err == DUOS_OK, "chance", err);
}

static chaos_character choose_character(chaos_world *w, uint32_t number)
{
    return w->plan.cast != NULL
               ? w->plan.cast[number % w->plan.cast_size]
               : (chaos_character)chaos_below(w, CHAOS_CHARACTER_COUNT);
}

static void set_up(chaos_world *w, const chaos_setup *setup)
{
    uint32_t i;

    make_network(w, setup->seed);
    (void)duos_sim_set_host(w->sim, 1);
    chaos_server_start(w);
    plan_drain(w);
    chaos_askers_start(w);

    for (i = 0; i < w->plan.guests; i++) {
        chaos_guest_init(w, &w->guests[i], i, choose_character(w, i));
    }
    for (i = 0; i < DUOS_SIM_FAULT_COUNT; i++) {
        set_chance(w, i, w->plan.faults[i]);
    }
    w->memory.base = w->memory.live;
    if (setup->arrange != NULL) {
        setup->arrange(w, setup->user);
    }
}

/* ---- living ------------------------------------------------------------ */

void chaos_over(chaos_guest *g)
{
    chaos_world *w = g->world;

    if (g->over) {
        return;
    }
    g->over = true;
    duos_timer_stop(&g->timer.timer);
    duos_timer_stop(&g->rest.timer);
    if (g->begun && !chaos_habits_of(g->character)->raw) {
        w->clients_live--;
    }
    if (++w->guests_over >= w->plan.guests && !w->ending) {
        duos_sim_stop(w->sim);
    }
}

static void live(chaos_world *w, uint32_t ms)
{
    duos_err err;

    if (w->failure == NULL) {
        err = duos_sim_run(w->sim, ms);
        chaos_likely(
            w, err == DUOS_OK || err == DUOS_ETIMEDOUT || err == DUOS_EDEADLOCK,
            "run", err);
    }
}

static void end_faults(chaos_world *w)
{
    uint32_t a;
    uint32_t b;

    w->quiet = true;
    for (a = 0; a < DUOS_SIM_FAULT_COUNT; a++) {
        w->totals->fired[a] += duos_sim_fired(w->sim, (duos_sim_fault)a);
        set_chance(w, a, 0);
    }
    for (a = 1; a <= w->plan.hosts; a++) {
        for (b = a + 1; b <= w->plan.hosts; b++) {
            duos_sim_heal(w->sim, a, b);
        }
    }
}

static void end_guests(chaos_world *w)
{
    uint32_t i;

    w->ending = true;
    for (i = 0; i < w->plan.guests; i++) {
        if (w->guests[i].world != NULL) {
            (void)duos_sim_set_host(w->sim, w->guests[i].loop + 1);
            chaos_guest_end(&w->guests[i]);
        }
    }
}

/* Whatever has happened, the server still serves. */
static void serve_one(chaos_world *w)
{
    chaos_guest *g = &w->fresh;

    w->plan.arrival_ms = 1;
    w->plan.connect_ms = 0;
    w->plan.client.idle_ms = 0;
    w->plan.client.backpressure = false; /* or both might wait: client.h */
    chaos_guest_init(w, g, w->plan.guests, CHAOS_HALF);
    live(w, SETTLE_MS);
    chaos_check_guest(g, g->opened == 1 && g->door != NULL, "not served");
    chaos_check_guest(
        g, g->over && (g->reason == DUOS_EEOF || w->plan.mode == CHAOS_CHAT),
        "served, but not to the end");
    chaos_guest_end(g);
}

/* Every turn has a cause; a signal, or what was not ready, makes one more. */
static void judge_turns(chaos_world *w)
{
    uint64_t extra = duos_sim_fired(w->sim, DUOS_SIM_FAULT_INTERRUPT) +
                     duos_sim_fired(w->sim, DUOS_SIM_FAULT_WOULD_BLOCK);

    chaos_check(w, w->turns <= 100 + extra + 2 * (w->acts + w->timers),
                "a loop spins", DUOS_OK);
}

static void settle(chaos_world *w)
{
    end_faults(w);
    end_guests(w);
    live(w, SETTLE_MS);
    chaos_likely(w, w->doors_open == 0, "the server keeps a client", DUOS_OK);
    chaos_check(w, w->server->stats.clients == w->doors_open,
                "the server counts wrong", DUOS_OK);
    chaos_likely(w, w->drained == (w->drain_ns != 0 ? 1u : 0u), "on_drained",
                 DUOS_OK);
    if (w->failure == NULL && w->drain_ns == 0 && !w->plan.lax) {
        serve_one(w);
    }
}

/* ---- the end ----------------------------------------------------------- */

static void tear_down(chaos_world *w)
{
    uint32_t i;

    duos_timer_stop(&w->drain.timer);
    duos_quit_stop(&w->quit);
    chaos_askers_end(w);
    (void)duos_sim_set_host(w->sim, 1);
    chaos_server_end(w);
    for (i = 0; i < w->plan.guests; i++) {
        chaos_guest_free(&w->guests[i]);
    }
    chaos_guest_free(&w->fresh);
    for (i = 0; i < w->plan.hosts; i++) {
        duos_sim_remove(w->sim, w->loops[i]);
        (void)duos_loop_destroy(w->loops[i]);
    }
    chaos_check(w, duos_sim_sockets(w->sim) == 0, "a socket is left", DUOS_OK);
    w->totals->hash = (w->totals->hash ^ duos_sim_trace_hash(w->sim)) *
                      UINT64_C(0x100000001b3);
    (void)duos_sim_destroy(w->sim);
    w->sim = NULL;
    chaos_check(w, w->memory.live == 0, "memory is left", DUOS_OK);
    chaos_check(w, w->machines.live == 0, "the simulator leaks", DUOS_OK);
}

static void sum_up(const chaos_world *w)
{
    chaos_totals *t = w->totals;

    t->runs++;
    t->delivered += w->delivered;
    t->timers += w->timers;
    t->turns += w->turns;
    t->denied += w->memory.denied;
    t->modes[w->plan.mode]++;
    t->memory = w->memory.peak > t->memory ? w->memory.peak : t->memory;
}

/* The first failure with what is known of it. */
static const char *describe(const chaos_world *w)
{
    static const char *const modes[] = {"echo", "sink", "chat"};
    static char text[200];

    if (w->failure != NULL) {
        (void)snprintf(text, sizeof text, "%s: %s, %s", modes[w->plan.mode],
                       w->failure, w->detail);
    }
    return w->failure != NULL ? text : NULL;
}

const char *chaos_run(const chaos_setup *setup)
{
    static chaos_world world; /* large, and one at a time */
    chaos_world *w = &world;

    memset(w, 0, sizeof *w);
    w->totals = setup->totals;
    w->on_trace = setup->on_trace;
    w->user = setup->user;
    w->dice.state = setup->seed;
    w->dice.at = setup->bytes;
    w->dice.left = setup->len;
    chaos_memory_init(&w->memory, w, setup->seed);
    chaos_memory_init(&w->machines, w, 0);
    chaos_choose(w);
    if (setup->adjust != NULL) {
        setup->adjust(w, setup->user);
    }
    set_up(w, setup);
    live(w, w->plan.end_ms);
    settle(w);
    judge_turns(w);
    tear_down(w);
    sum_up(w);
    return describe(w);
}
