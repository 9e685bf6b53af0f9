/* SPDX-License-Identifier: MIT */
/*
 * plan.c - what a world is like: the dice choose its size, its limits, and a
 * few kinds of faults with a rate for each.
 */
#include "chaos.h"

/* Of 1,000 occasions; some faults have many occasions, others few. */
static uint32_t rate_of(chaos_world *w, duos_sim_fault fault)
{
    static const uint32_t often[] = {20, 100, 300, 600};
    static const uint32_t seldom[] = {1, 2, 5, 10, 40};
    static const uint32_t at_times[] = {20, 50, 100, 300};

    switch (fault) {
    case DUOS_SIM_FAULT_SHORT_IO:
    case DUOS_SIM_FAULT_WOULD_BLOCK:
    case DUOS_SIM_FAULT_INTERRUPT:
    case DUOS_SIM_FAULT_LOSE:
    case DUOS_SIM_FAULT_TWICE:
    case DUOS_SIM_FAULT_OVERTAKE:
        return CHAOS_PICK(w, often);
    case DUOS_SIM_FAULT_RESET:
    case DUOS_SIM_FAULT_PARTITION:
    case DUOS_SIM_FAULT_PAUSE:
    case DUOS_SIM_FAULT_LATE:
        return CHAOS_PICK(w, seldom);
    case DUOS_SIM_FAULT_NO_DESCRIPTOR:
    case DUOS_SIM_FAULT_NO_BUFFERS:
    case DUOS_SIM_FAULT_NO_MEMORY:
    case DUOS_SIM_FAULT_ACCEPT_ERROR:
    case DUOS_SIM_FAULT_ABORT:
    case DUOS_SIM_FAULT_REFUSE:
    case DUOS_SIM_FAULT_HANG:
    case DUOS_SIM_FAULT_COUNT:
        break;
    }
    return CHAOS_PICK(w, at_times);
}

/* One world of eight has none. */
static void choose_faults(chaos_world *w)
{
    uint32_t kinds = chaos_one_in(w, 8) ? 0 : 1 + chaos_below(w, 5);
    uint32_t i;

    for (i = 0; i < kinds; i++) {
        uint32_t fault = chaos_below(w, DUOS_SIM_FAULT_COUNT);

        w->plan.faults[fault] = rate_of(w, (duos_sim_fault)fault);
    }
    if (chaos_one_in(w, 6)) {
        static const uint32_t denied[] = {1, 5, 20, 100};

        w->plan.deny = CHAOS_PICK(w, denied);
    }
}

static int32_t choose_ms(chaos_world *w)
{
    static const uint32_t times[] = {0, 0, 30, 150, 1000, 30000};

    return (int32_t)CHAOS_PICK(w, times);
}

static void choose_limits(chaos_world *w, duos_conn_limits *limits)
{
    static const uint32_t queues[] = {4096, 16384, 65536, 1u << 20};
    static const uint32_t shares[] = {0, 1000, 5000, 65536};

    limits->queue_max = CHAOS_PICK(w, queues);
    limits->queue_high = limits->queue_max >> (1 + chaos_below(w, 6));
    limits->queue_low = limits->queue_high >> chaos_below(w, 4);
    limits->stall_ms = choose_ms(w);
    limits->linger_ms = choose_ms(w);
    limits->read_per_turn = CHAOS_PICK(w, shares);
    limits->write_per_turn = CHAOS_PICK(w, shares);
}

static void choose_server(chaos_world *w)
{
    static const uint32_t clients[] = {0, 3, 10, 100};
    static const uint32_t accepts[] = {0, 1, 3, 64};
    static const uint32_t lines[] = {20, 100, 500, 1000};
    static const uint32_t buffers[] = {512, 1000, 4096, 65536};
    chaos_plan *plan = &w->plan;

    choose_limits(w, &plan->server);
    plan->server.first_byte_ms = choose_ms(w);
    plan->server.idle_ms = choose_ms(w);
    plan->server.backpressure = !chaos_one_in(w, 4);
    plan->max_clients = CHAOS_PICK(w, clients);
    plan->accepts_per_turn = CHAOS_PICK(w, accepts);
    plan->max_line = CHAOS_PICK(w, lines);
    plan->recv_buffer = CHAOS_PICK(w, buffers);
    plan->ends_self = chaos_one_in(w, 3);
    plan->by_line = chaos_one_in(w, 2);
    plan->meddle = chaos_one_in(w, 3) ? 10 : 0;
}

static void choose_end(chaos_world *w)
{
    static const uint32_t ends[] = {300, 1000, 3000, 40000};
    chaos_plan *plan = &w->plan;

    plan->end_ms = CHAOS_PICK(w, ends);
    if (chaos_one_in(w, 4)) {
        plan->drain_ms = 1 + chaos_below(w, 300);
        plan->drain_limit_ms = (int32_t)chaos_below(w, 500) - 100;
        plan->quit = chaos_one_in(w, 2);
    }
}

static void choose_greeting(chaos_world *w)
{
    static const uint32_t times[] = {0, 200, 1000, 30000};

    w->plan.proxied = chaos_one_in(w, 5);
    if (w->plan.proxied) {
        w->plan.server.handshake_ms = (int32_t)CHAOS_PICK(w, times);
    }
}

void chaos_choose(chaos_world *w)
{
    chaos_plan *plan = &w->plan;

    plan->mode = (chaos_mode)chaos_below(w, CHAOS_MODE_COUNT);
    plan->hosts = 2 + chaos_below(w, CHAOS_HOSTS_MAX - 1);
    plan->guests = 4 + chaos_below(w, CHAOS_GUESTS_MAX - 3);
    plan->askers = chaos_below(w, CHAOS_ASKERS_MAX + 1);
    plan->arrival_ms = 1 + chaos_below(w, 400);
    plan->by_name = chaos_one_in(w, 4);
    plan->connect_ms = choose_ms(w);
    choose_server(w);
    choose_limits(w, &plan->client);
    plan->client.idle_ms = chaos_one_in(w, 4) ? choose_ms(w) : 0;
    plan->client.backpressure = chaos_one_in(w, 4);
    choose_end(w);
    choose_faults(w);
    choose_greeting(w);
}
