/* SPDX-License-Identifier: MIT */
/*
 * spy.c - in which state a connection was when something happened to it: an
 * engine between the connections and their own, which looks at each end.
 */
#include "chaos.h"

#include "conn_core.h"
#include "server_core.h"

static chaos_state open_state(const duos_conn *conn)
{
    if (conn->ended_out) {
        return conn->out.len > 0 ? CHAOS_STATE_HALF_QUEUED
                                 : CHAOS_STATE_HALF_OUT;
    }
    if (conn->ended_in) {
        return CHAOS_STATE_HALF_IN;
    }
    if (conn->held) {
        return CHAOS_STATE_HELD;
    }
    if (conn->paused) {
        return CHAOS_STATE_PAUSED;
    }
    return conn->out.len > 0 ? CHAOS_STATE_QUEUED : CHAOS_STATE_OPEN;
}

static chaos_state state_of(const duos_conn *conn)
{
    switch ((duos__conn_state)conn->state) {
    case DUOS__CONN_CONNECTING:
        return CHAOS_STATE_CONNECTING;
    case DUOS__CONN_FLUSHING:
        return CHAOS_STATE_FLUSHING;
    case DUOS__CONN_LINGERING:
        return CHAOS_STATE_LINGERING;
    case DUOS__CONN_GREETING:
        return CHAOS_STATE_GREETING;
    case DUOS__CONN_OPEN:
    case DUOS__CONN_CLOSED:
    case DUOS__CONN_RELEASED:
        break;
    }
    return open_state(conn);
}

static chaos_event event_of(duos_err reason)
{
    switch (reason) {
    case DUOS_EEOF:
        return CHAOS_EVENT_EEOF;
    case DUOS_ECONNRESET:
    case DUOS_EPIPE:
        return CHAOS_EVENT_BROKEN;
    case DUOS_ETIMEDOUT:
        return CHAOS_EVENT_TIMEDOUT;
    case DUOS_EIDLE:
        return CHAOS_EVENT_IDLE;
    case DUOS_ESTALLED:
        return CHAOS_EVENT_STALLED;
    case DUOS_EDRAINED:
        return CHAOS_EVENT_DRAINED;
    case DUOS_EMFILE:
    case DUOS_ENOBUFS:
    case DUOS_ENOMEM:
        return CHAOS_EVENT_EXHAUSTED;
    case DUOS_ECONNREFUSED:
    case DUOS_EHOSTUNREACH:
        return CHAOS_EVENT_UNREACHED;
    default: /* DUOS_ECANCELED, and what the echo ends a connection with */
        return CHAOS_EVENT_CANCELED;
    }
}

void chaos_spy_event(chaos_world *w, chaos_side side, const duos_conn *conn,
                     chaos_event event)
{
    w->totals->pairs[side][state_of(conn)][event]++;
}

/* ---- the engine between ------------------------------------------------ */

/* Engines know no world, and there is one at a time. */
static chaos_world *watched;
static duos__engine_ops spies[2];

static void stop_server(duos__stream *s)
{
    const duos_conn *conn = (const duos_conn *)s;

    chaos_spy_event(watched, CHAOS_SERVER, conn, event_of(s->reason));
    duos__engine_ready.stop(s);
}

static void stop_client(duos__stream *s)
{
    const duos_conn *conn = (const duos_conn *)s;

    chaos_spy_event(watched, CHAOS_CLIENT, conn, event_of(s->reason));
    duos__engine_ready.stop(s);
}

static const duos__engine_ops *spy(chaos_world *w, chaos_side side)
{
    watched = w;
    spies[side] = duos__engine_ready;
    spies[side].stop = side == CHAOS_SERVER ? stop_server : stop_client;
    return &spies[side];
}

void chaos_spy_server(chaos_world *w)
{
    w->server->owner.engine = spy(w, CHAOS_SERVER);
}

/* The owner is the first member of a client. */
void chaos_spy_client(duos_client *client, chaos_world *w)
{
    ((duos__owner *)(void *)client)->engine = spy(w, CHAOS_CLIENT);
}
