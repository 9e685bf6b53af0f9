/* SPDX-License-Identifier: MIT */
/*
 * judge.c - what must hold: every byte in its place, an end that was cut
 * never looks like one that is complete, no deadline early, and no reason of
 * on_close without a cause.
 */
#include <stdio.h>
#include <string.h>

#include "chaos.h"

#include "conn_filter.h"

/* What the simulated system waits for an answer to a connect. */
#define CONNECT_MS 127000u
#define RESEND_MS  924000u

void chaos_check(chaos_world *w, bool good, const char *what, duos_err reason)
{
    if (!good && w->failure == NULL) {
        w->failure = what;
        (void)snprintf(w->detail, sizeof w->detail, "%s",
                       duos_err_name(reason));
        duos_sim_stop(w->sim);
    }
}

void chaos_likely(chaos_world *w, bool good, const char *what, duos_err reason)
{
    chaos_check(w, good || w->plan.lax, what, reason);
}

void chaos_check_guest(chaos_guest *g, bool good, const char *what)
{
    chaos_world *w = g->world;

    if (!good && w->failure == NULL) {
        chaos_check(w, false, what, g->reason);
        (void)snprintf(
            w->detail, sizeof w->detail,
            "guest %u (%s) said %u, heard %u, %s; the server heard %u, %s",
            (unsigned)g->number, chaos_habits_of(g->character)->name,
            (unsigned)g->said_len, (unsigned)g->heard, duos_err_name(g->reason),
            g->door != NULL ? (unsigned)g->door->received : 0,
            g->door != NULL ? duos_err_name(g->door->reason) : "never");
    }
}

/* ---- bytes ------------------------------------------------------------- */

/* All that a guest may have heard by now. */
static const void *expected(const chaos_guest *g, uint64_t *len)
{
    const chaos_door *d = g->door;

    *len = 0;
    switch (g->world->plan.mode) {
    case CHAOS_ECHO:
        *len = d->received;
        return g->said;
    case CHAOS_CHAT:
        *len = d->model->heard.len;
        return d->model->heard.at;
    case CHAOS_SINK:
    case CHAOS_MODE_COUNT:
        break;
    }
    return NULL;
}

void chaos_judge_heard(chaos_guest *g, const void *data, size_t len)
{
    const unsigned char *wanted;
    uint64_t most;

    g->world->totals->bytes += len;
    chaos_check_guest(g, g->door != NULL || g->world->plan.lax,
                      "bytes from nobody");
    if (g->door == NULL) {
        return;
    }
    wanted = (const unsigned char *)expected(g, &most);
    if (len > most - g->heard) {
        chaos_check_guest(g, g->world->unsure, "more than was sent to it");
        len = (size_t)(most - g->heard);
    }
    if (len == 0) {
        return;
    }
    chaos_check_guest(g, memcmp(wanted + g->heard, data, len) == 0,
                      "not what was sent to it");
    g->heard += len;
}

void chaos_judge_received(chaos_door *d, const void *data, size_t len)
{
    const chaos_guest *g = d->guest;

    chaos_likely(d->world, g != NULL, "bytes of nobody", DUOS_OK);
    if (g == NULL) {
        return;
    }
    chaos_check_guest(d->guest, d->received + len <= g->said_len,
                      "more than it said");
    if (d->received + len <= g->said_len) {
        chaos_check_guest(d->guest,
                          memcmp(g->said + d->received, data, len) == 0,
                          "not what it said");
    }
    d->received += len;
}

/* ---- reasons and deadlines --------------------------------------------- */

void chaos_clock_look(chaos_world *w, chaos_clock *clock, const duos_conn *conn)
{
    uint64_t sent = 0;

    (void)duos_conn_bytes(conn, NULL, &sent);
    if (sent != clock->taken) {
        clock->taken = sent;
        clock->taken_ns = clock->looked_ns;
    }
    clock->looked_ns = chaos_now(w);
}

static bool passed(const chaos_world *w, uint64_t since_ns, int64_t limit_ms)
{
    return chaos_now(w) - since_ns >= (uint64_t)limit_ms * CHAOS_NS_PER_MS;
}

static bool idle_long_enough(const chaos_world *w, const chaos_clock *clock,
                             const duos_conn *conn,
                             const duos_conn_limits *limits)
{
    if (!duos__conn_has_spoken(conn) && limits->first_byte_ms > 0 &&
        passed(w, clock->open_ns, limits->first_byte_ms)) {
        return true;
    }
    return limits->idle_ms > 0 && passed(w, clock->moved_ns, limits->idle_ms);
}

static bool waited_long_enough(const chaos_world *w, const chaos_clock *clock,
                               const duos_conn *conn)
{
    int64_t ms = CONNECT_MS;

    if (clock->open_ns != 0) {
        return passed(w, clock->open_ns, RESEND_MS);
    }
    if (conn != NULL && w->plan.connect_ms > 0 && w->plan.connect_ms < ms) {
        ms = w->plan.connect_ms;
    }
    return passed(w, clock->begun_ns, ms);
}

/* By force only when the time for it was over. */
static bool may_be_drained(const chaos_world *w, const duos_conn *conn,
                           chaos_side side)
{
    if (side != CHAOS_SERVER || w->drain_ns == 0) {
        return false;
    }
    return !conn->reset || (w->plan.drain_limit_ms >= 0 &&
                            passed(w, w->drain_ns, w->plan.drain_limit_ms));
}

static bool is_allowed(const chaos_world *w, const chaos_clock *clock,
                       const duos_conn *conn, chaos_side side, duos_err reason)
{
    const uint32_t *faults = w->plan.faults;
    const duos_conn_limits *limits =
        side == CHAOS_SERVER ? &w->plan.server : &w->plan.client;

    switch (reason) {
    case DUOS_EEOF:
    case DUOS_EPIPE:
        return clock->open_ns != 0;
    case DUOS_ECONNRESET:
        return true;
    case DUOS_ECONNREFUSED:
        return clock->open_ns == 0;
    case DUOS_EHOSTUNREACH: /* the others could not begin, and say less */
        return w->plan.by_name && clock->open_ns == 0;
    case DUOS_EIDLE:
        return conn != NULL && idle_long_enough(w, clock, conn, limits);
    case DUOS_ESTALLED:
        return limits->stall_ms > 0 &&
               passed(w, clock->taken_ns, limits->stall_ms);
    case DUOS_ETIMEDOUT:
        return waited_long_enough(w, clock, conn);
    case DUOS_EDRAINED:
        return may_be_drained(w, conn, side);
    case DUOS_EMFILE:
        return faults[DUOS_SIM_FAULT_NO_DESCRIPTOR] > 0;
    case DUOS_ENOMEM:
        return w->plan.deny > 0 || faults[DUOS_SIM_FAULT_NO_MEMORY] > 0;
    default: /* DUOS_ECANCELED: see below; DUOS_ENOBUFS ends nobody */
        return false;
    }
}

void chaos_judge_end(chaos_world *w, const chaos_clock *clock,
                     const duos_conn *conn, chaos_side side, duos_err reason,
                     bool ours)
{
    if (!ours) {
        chaos_likely(w, is_allowed(w, clock, conn, side, reason),
                     side == CHAOS_SERVER ? "reason of the server's on_close"
                                          : "reason of a guest's on_close",
                     reason);
    }
}

void chaos_judge_greeting(chaos_world *w, const duos_conn *conn,
                          duos_err reason)
{
    const duos_conn_limits *limits = &w->plan.server;
    int64_t age_ms = conn->stream.loop->now_ms - conn->since_ms;
    bool allowed = false;

    switch (reason) {
    case DUOS_EEOF:
    case DUOS_ETRUNCATED:
    case DUOS_ECONNRESET:
        allowed = true;
        break;
    case DUOS_EIDLE:
        allowed =
            (limits->first_byte_ms > 0 && age_ms >= limits->first_byte_ms) ||
            (limits->idle_ms > 0 && age_ms >= limits->idle_ms);
        break;
    case DUOS_ETIMEDOUT:
        allowed = limits->handshake_ms > 0 && age_ms >= limits->handshake_ms;
        break;
    case DUOS_EDRAINED:
        allowed = w->drain_ns != 0;
        break;
    case DUOS_ECANCELED:
        allowed = w->destroyed;
        break;
    case DUOS_ENOMEM:
        allowed =
            w->plan.deny > 0 || w->plan.faults[DUOS_SIM_FAULT_NO_MEMORY] > 0;
        break;
    default: /* a header that was cut is no wrong one */
        break;
    }
    chaos_likely(w, allowed && w->plan.proxied, "the end of a greeting",
                 reason);
}

/* ---- when all is over -------------------------------------------------- */

/* What the server sent is all there; nothing was forgotten on the way. */
static bool is_complete(const chaos_guest *g)
{
    uint64_t wanted;

    (void)expected(g, &wanted);
    return g->heard == wanted || g->world->unsure;
}

static void judge_pair(chaos_guest *g)
{
    const chaos_door *d = g->door;
    bool left_open = d->released || d->reason == DUOS_OK;

    if (d->reason == DUOS_EEOF && !d->ours) {
        chaos_check_guest(g, d->received == g->said_len,
                          "cut on its way to the server, without a sign");
    }
    if (g->reason != DUOS_EEOF || d->ours || left_open) {
        return;
    }
    if (d->reason != DUOS_EDRAINED) {
        chaos_check_guest(g, is_complete(g),
                          "cut on its way back, without a sign");
    } else if (!d->reset) {
        chaos_check_guest(g, g->heard >= d->due || g->world->unsure,
                          "drained, and not all of it came");
    }
}

static void judge_guest(chaos_guest *g)
{
    const chaos_habits *habits = chaos_habits_of(g->character);

    chaos_check_guest(g, g->opened <= 1, "opened more than once");
    chaos_check_guest(g, g->closed == (g->begun ? 1u : 0u),
                      habits->raw ? "a bare socket was not told its end"
                                  : "not one on_close");
    if (g->door != NULL && g->opened > 0 && !g->world->plan.lax) {
        judge_pair(g);
    }
}

void chaos_judge_world(chaos_world *w)
{
    uint32_t i;

    for (i = 0; i < w->plan.guests; i++) {
        judge_guest(&w->guests[i]);
    }
    if (w->fresh.world != NULL) {
        judge_guest(&w->fresh);
    }
}
