/* SPDX-License-Identifier: MIT */
/*
 * run.c - which loops there are, and how time passes for them: one event, one
 * turn of one loop, or one jump of the clock after the other.
 *
 * duos_sim_run does that for ever; a call that blocks does it until it has
 * what it waits for. So a loop may be in the middle of a turn when another
 * one is stepped; it is left alone then.
 *
 * This file stands in for duos_loop_run and heeds duos_loop_stop as that
 * does, so it looks into the loops; nothing else of the simulator does.
 */
#include <string.h>

#include "loop_core.h"
#include "mem.h"
#include "sim_internal.h"

#define NS_PER_MS    1000000u
#define PAUSE_MAX_MS 1000u /* of those by chance */

/* ---- loops ------------------------------------------------------------ */

static uint32_t find_member(const duos_sim *sim, const duos_loop *loop)
{
    uint32_t i;

    for (i = 0; i < sim->member_count; i++) {
        if (sim->members[i].loop == loop) {
            break;
        }
    }
    return i;
}

static duos_err reserve_member(duos_sim *sim)
{
    uint32_t room = sim->member_room > 0 ? sim->member_room * 2 : 4;
    sim_member *members;

    if (sim->member_count < sim->member_room) {
        return DUOS_OK;
    }
    members = (sim_member *)duos__resize(
        &sim->alloc, sim->members, sim->member_room, room, sizeof *members);
    if (members == NULL) {
        return DUOS_ENOMEM;
    }
    sim->members = members;
    sim->member_room = room;
    return DUOS_OK;
}

duos_err duos_sim_add(duos_sim *sim, uint32_t host, duos_loop *loop)
{
    sim_member *member;
    duos_err err;

    if (sim == NULL || loop == NULL) {
        return DUOS_EINVAL;
    }
    if (host == 0 || host > sim->hosts) {
        return DUOS_ENOENT;
    }
    if (find_member(sim, loop) < sim->member_count) {
        return DUOS_EEXIST;
    }
    err = reserve_member(sim);
    if (err != DUOS_OK) {
        return err;
    }
    member = &sim->members[sim->member_count++];
    memset(member, 0, sizeof *member);
    member->loop = loop;
    member->host = host;
    return DUOS_OK;
}

void duos_sim_remove(duos_sim *sim, const duos_loop *loop)
{
    uint32_t i;

    if (sim == NULL || loop == NULL) {
        return;
    }
    i = find_member(sim, loop);
    if (i < sim->member_count) {
        sim->member_count--;
        memmove(&sim->members[i], &sim->members[i + 1],
                (sim->member_count - i) * sizeof *sim->members);
    }
}

/* ---- turns ------------------------------------------------------------ */

static bool can_run(const sim_member *member)
{
    return !member->stopped && !member->loop->running;
}

static bool has_work(const sim_member *member)
{
    return can_run(member) &&
           (duos_loop_next_timeout_ms(member->loop) == 0 ||
            duos__sim_poller_ready(duos_loop_poller(member->loop)));
}

/* The seed chooses among the loops that have something to do. */
static sim_member *choose(duos_sim *sim)
{
    uint32_t count = 0;
    uint32_t chosen;
    uint32_t i;

    for (i = 0; i < sim->member_count; i++) {
        sim->members[i].ready = has_work(&sim->members[i]);
        count += sim->members[i].ready;
    }
    if (count == 0) {
        return NULL;
    }
    chosen = duos__sim_below(sim, count);
    for (i = 0; !sim->members[i].ready || chosen-- > 0; i++) {
    }
    return &sim->members[i];
}

/* Loops may have been added and removed in the turn, but not destroyed. */
static void heed_stop(duos_sim *sim, duos_loop *loop)
{
    uint32_t i = find_member(sim, loop);

    if (i < sim->member_count) {
        sim->members[i].stopped = true;
    }
}

/* DUOS_EWOULDBLOCK: no loop has anything to do. */
static duos_err step_one(duos_sim *sim)
{
    const sim_member *member = choose(sim);
    uint32_t before = sim->host;
    duos_loop *loop;
    duos_err err;

    if (member == NULL) {
        return DUOS_EWOULDBLOCK;
    }
    loop = member->loop;
    sim->host = member->host;
    duos__sim_trace(sim, DUOS_SIM_TURN, sim->host, 0, DUOS_OK);
    sim->steps_within++;
    err = duos_loop_step(loop, 0);
    sim->steps_within--;
    sim->host = before;
    sim->now_ns += SIM_TURN_NS;
    if (duos__sim_strikes(sim, DUOS_SIM_FAULT_PAUSE)) {
        duos_sim_pause(sim, 1 + (int64_t)duos__sim_below(sim, PAUSE_MAX_MS));
    }
    if (err == DUOS_ECANCELED) {
        heed_stop(sim, loop);
        err = DUOS_OK;
    }
    return err;
}

/* ---- the clock -------------------------------------------------------- */

/* When something happens next, with no loop having anything to do now. */
static uint64_t next_due(const duos_sim *sim)
{
    const sim_event *event = duos__sim_event_first(sim);
    uint64_t due = event != NULL ? event->due_ns : SIM_NEVER;
    uint32_t i;

    for (i = 0; i < sim->member_count; i++) {
        const sim_member *member = &sim->members[i];
        int64_t ms = duos_loop_next_timeout_ms(member->loop);

        if (can_run(member) && ms >= 0 && duos__sim_limit(sim, ms) < due) {
            due = duos__sim_limit(sim, ms);
        }
    }
    return due;
}

static duos_err jump(duos_sim *sim, uint64_t limit_ns)
{
    uint64_t due = next_due(sim);

    if (due == SIM_NEVER) {
        return DUOS_EDEADLOCK;
    }
    sim->now_ns = due < limit_ns ? due : limit_ns;
    duos__sim_trace(sim, DUOS_SIM_JUMP, 0, 0, DUOS_OK);
    return DUOS_OK;
}

duos_err duos__sim_advance(duos_sim *sim, uint64_t limit_ns)
{
    sim_event *event = duos__sim_event_first(sim);
    duos_err err;

    if (event != NULL && event->due_ns <= sim->now_ns) {
        duos__sim_event_pop(sim);
        event->run(sim, event);
        return DUOS_OK;
    }
    if (sim->now_ns >= limit_ns) {
        return DUOS_ETIMEDOUT;
    }
    err = step_one(sim);
    return err == DUOS_EWOULDBLOCK ? jump(sim, limit_ns) : err;
}

duos_err duos__sim_wait(duos_sim *sim, uint64_t limit_ns)
{
    duos_err err = duos__sim_advance(sim, limit_ns);

    if (err != DUOS_EDEADLOCK) {
        return err;
    }
    if (limit_ns == SIM_NEVER) {
        duos__sim_trace(sim, DUOS_SIM_DEADLOCK, sim->host, 0, err);
        return err;
    }
    sim->now_ns = limit_ns;
    duos__sim_trace(sim, DUOS_SIM_JUMP, 0, 0, DUOS_OK);
    return DUOS_OK;
}

uint64_t duos__sim_limit(const duos_sim *sim, int64_t timeout_ms)
{
    uint64_t most = (SIM_NEVER - 1 - sim->now_ns) / NS_PER_MS;
    uint64_t ms = (uint64_t)timeout_ms;

    if (timeout_ms < 0) {
        return SIM_NEVER;
    }
    return sim->now_ns + (ms < most ? ms : most) * NS_PER_MS;
}

uint64_t duos__sim_wait_limit(duos_sim *sim, int32_t timeout_ms)
{
    bool again = timeout_ms == 0 && sim->steps_within == 0 &&
                 sim->looked_ns == sim->now_ns;

    sim->looked_ns = sim->now_ns;
    return duos__sim_limit(sim, timeout_ms) + (again ? SIM_TURN_NS : 0);
}

void duos__sim_turn(duos_sim *sim)
{
    if (sim->steps_within == 0) {
        sim->now_ns += SIM_TURN_NS;
    }
}

duos_err duos__sim_look(duos_sim *sim)
{
    duos_err err = DUOS_OK;

    if (sim->steps_within == 0 && sim->looked_ns == sim->now_ns) {
        err = duos__sim_wait(sim, sim->now_ns + SIM_TURN_NS);
    } else {
        sim->looked_ns = sim->now_ns;
    }
    return err == DUOS_ETIMEDOUT ? DUOS_OK : err;
}

void duos__sim_catch_up(duos_sim *sim)
{
    sim_event *event = duos__sim_event_first(sim);

    if (sim->steps_within > 0) {
        return;
    }
    sim->steps_within++;
    while (event != NULL && event->due_ns <= sim->now_ns) {
        duos__sim_event_pop(sim);
        event->run(sim, event);
        event = duos__sim_event_first(sim);
    }
    sim->steps_within--;
}

void duos_sim_pause(duos_sim *sim, int64_t ms)
{
    if (sim != NULL && ms > 0) {
        sim->now_ns = duos__sim_limit(sim, ms);
        duos__sim_trace(sim, DUOS_SIM_JUMP, 0, 0, DUOS_OK);
    }
}

/* ---- the whole run ---------------------------------------------------- */

static void start_all(duos_sim *sim)
{
    uint32_t i;

    for (i = 0; i < sim->member_count; i++) {
        sim->members[i].stopped = false;
    }
}

static bool is_over(const duos_sim *sim)
{
    uint32_t left = sim->member_count;
    uint32_t i;

    for (i = 0; i < sim->member_count; i++) {
        left -= sim->members[i].stopped;
    }
    return sim->stopped || (left == 0 && sim->member_count > 0);
}

duos_err duos_sim_run(duos_sim *sim, int64_t limit_ms)
{
    uint64_t limit_ns;
    duos_err err = DUOS_OK;

    if (sim == NULL) {
        return DUOS_EINVAL;
    }
    if (sim->running) {
        return DUOS_EBUSY;
    }
    limit_ns = duos__sim_limit(sim, limit_ms);
    sim->running = true;
    start_all(sim);
    while (!is_over(sim) && err == DUOS_OK) {
        err = duos__sim_advance(sim, limit_ns);
    }
    if (err == DUOS_EDEADLOCK) {
        duos__sim_trace(sim, DUOS_SIM_DEADLOCK, 0, 0, err);
    }
    sim->running = false;
    sim->stopped = false;
    return err;
}

void duos_sim_stop(duos_sim *sim)
{
    if (sim != NULL) {
        sim->stopped = true;
    }
}
