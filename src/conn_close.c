/* SPDX-License-Identifier: MIT */
/*
 * conn_close.c - every way in which a connection ends.
 *
 * GREETING, OPEN -> FLUSHING -> LINGERING -> CLOSED, each left out where there
 * is nothing to do; or at once to CLOSED when it breaks. CLOSED means: the
 * engine is silent, and on_close, close and free follow at the end of the
 * turn, when no callback of this connection can be under way.
 */
#include "conn_close.h"

#include "conn_core.h"
#include "conn_filter.h"
#include "mem.h"

/* ---- the end of the turn ---------------------------------------------- */

static duos_conn *conn_of_deferred(duos__deferred *deferred)
{
    return (duos_conn *)(void *)((char *)deferred -
                                 offsetof(duos_conn, end.closed));
}

static void end_released(duos__deferred *deferred)
{
    duos_conn *conn = conn_of_deferred(deferred);

    conn->owner->gone(conn->owner, conn);
    duos__conn_free(conn);
}

/* on_close comes first, so that the 4-tuple can still be asked for. */
static void end_closed(duos__deferred *deferred)
{
    duos_conn *conn = conn_of_deferred(deferred);
    duos__owner *owner = conn->owner;

    if (owner->handler.on_close != NULL) {
        owner->handler.on_close(conn, conn->stream.reason, conn->user);
    }
    owner->engine->close(&conn->stream, conn->reset);
    owner->gone(owner, conn);
    duos__conn_free(conn);
}

static void defer_end(duos_conn *conn, duos__conn_state state,
                      void (*run)(duos__deferred *deferred))
{
    duos_loop *loop = conn->stream.loop;

    duos__timers_stop(&loop->timers, &conn->end.timer);
    conn->state = (uint8_t)state;
    conn->end.closed.lost = 0;
    conn->end.closed.deferred.run = run;
    duos__loop_defer(loop, &conn->end.closed.deferred);
}

void duos__conn_finish(duos_conn *conn, duos_err reason)
{
    if (conn->state >= DUOS__CONN_CLOSED) {
        return;
    }
    conn->stream.reason = reason;
    if (conn->out.len > 0) {
        conn->reset = true; /* what is cut must not look complete */
    }
    conn->owner->engine->stop(&conn->stream);
    defer_end(conn, DUOS__CONN_CLOSED, end_closed);
}

/* ---- closing ---------------------------------------------------------- */

static void enter_state(duos_conn *conn, duos__conn_state state)
{
    conn->state = (uint8_t)state;
    conn->since_ms = duos__loop_stamp(conn->stream.loop);
    if (duos__conn_watch_deadlines(conn) != DUOS_OK) {
        duos__conn_finish(conn, DUOS_ENOMEM);
    }
}

/*
 * What was sent in this turn is still queued in the system or under way. A
 * drain ends a connection when its peer expects nothing of the kind and goes
 * on sending: there it counts for as long as we would linger.
 */
static bool sent_lately(const duos_conn *conn)
{
    uint32_t age = duos__loop_stamp(conn->stream.loop) - conn->active_ms;
    uint32_t most = conn->stream.reason == DUOS_EDRAINED
                        ? (uint32_t)conn->owner->limits.linger_ms
                        : 0;

    return conn->bytes_out > 0 && age <= most;
}

/*
 * Input that is unread when we close, or that comes afterwards, makes the
 * system send a reset, which can destroy our last bytes on their way (trap
 * 70). So where there was such input, or output is queued, with us or since a
 * moment with the system, we send our end and wait for the peer's.
 */
static void linger_or_finish(duos_conn *conn)
{
    const duos__engine_ops *engine = conn->owner->engine;

    if (conn->ended_in || conn->owner->limits.linger_ms == 0) {
        duos__conn_finish(conn, conn->stream.reason);
        return;
    }
    if (!engine->drop_input(&conn->stream) && !conn->queued &&
        !sent_lately(conn)) {
        duos__conn_finish(conn, conn->stream.reason);
        return;
    }
    if (conn->state == DUOS__CONN_CLOSED || conn->ended_in) {
        duos__conn_finish(conn, conn->stream.reason);
        return;
    }
    if (!conn->ended_out && engine->shutdown(&conn->stream) != DUOS_OK) {
        duos__conn_finish(conn, conn->stream.reason);
        return;
    }
    enter_state(conn, DUOS__CONN_LINGERING);
    if (conn->state == DUOS__CONN_LINGERING) {
        engine->recv_start(&conn->stream);
    }
}

void duos__conn_begin_close(duos_conn *conn, duos_err reason)
{
    duos__transport_goodbye(conn);
    if (conn->state != DUOS__CONN_OPEN && conn->state != DUOS__CONN_GREETING) {
        return;
    }
    conn->stream.reason = reason;
    conn->queued = conn->out.len > 0;
    if (conn->queued) {
        enter_state(conn, DUOS__CONN_FLUSHING);
        conn->owner->engine->recv_stop(&conn->stream);
    } else {
        conn->state = DUOS__CONN_FLUSHING;
        linger_or_finish(conn);
    }
}

static void send_end(duos_conn *conn)
{
    duos_err err = conn->owner->engine->shutdown(&conn->stream);

    if (err != DUOS_OK) {
        duos_conn_abort(conn, err);
    } else if (conn->ended_in) {
        duos__conn_begin_close(conn, DUOS_EEOF);
    }
}

void duos__conn_queue_out(duos_conn *conn)
{
    if (conn->state == DUOS__CONN_FLUSHING) {
        linger_or_finish(conn);
    } else if (conn->state == DUOS__CONN_OPEN && conn->ended_out) {
        send_end(conn);
    }
}

/* ---- what a user asks for --------------------------------------------- */

duos_err duos_conn_shutdown(duos_conn *conn)
{
    if (conn == NULL) {
        return DUOS_EINVAL;
    }
    if (conn->state != DUOS__CONN_OPEN) {
        return DUOS_ESTATE;
    }
    if (!conn->ended_out) {
        duos__transport_goodbye(conn);
        conn->ended_out = true;
        if (conn->out.len == 0 && conn->state == DUOS__CONN_OPEN) {
            send_end(conn);
        }
    }
    return DUOS_OK;
}

void duos_conn_close(duos_conn *conn)
{
    if (conn == NULL) {
        return;
    }
    conn->dismissed = true;
    if (conn->state == DUOS__CONN_CONNECTING) {
        duos__conn_finish(conn, DUOS_ECANCELED);
    } else {
        duos__conn_begin_close(conn, DUOS_ECANCELED);
    }
}

void duos_conn_abort(duos_conn *conn, duos_err reason)
{
    if (conn == NULL || conn->state >= DUOS__CONN_CLOSED) {
        return;
    }
    conn->reset = true;
    duos__conn_finish(conn, reason != DUOS_OK ? reason : DUOS_ECANCELED);
}

duos_err duos_conn_release(duos_conn *conn, duos_socket *out)
{
    if (conn == NULL || out == NULL) {
        return DUOS_EINVAL;
    }
    if (conn->state != DUOS__CONN_OPEN || conn->out.len > 0 ||
        duos__filter_holds(conn)) {
        return DUOS_ESTATE;
    }
    *out = conn->owner->engine->release(&conn->stream);
    defer_end(conn, DUOS__CONN_RELEASED, end_released);
    return DUOS_OK;
}
