/* SPDX-License-Identifier: MIT */
/*
 * conn_send.c - the output of a connection: straight to the engine while
 * nothing waits, else into the queue; and the marks of that queue.
 */
#include <duosock/conn.h>

#include "conn_core.h"
#include "conn_close.h"

/* on_close tells why, and duos_conn_queued of what was taken for nothing. */
static void lose(duos_conn *conn, duos_err reason, size_t len)
{
    duos_conn_abort(conn, reason);
    conn->end.closed.lost = len;
}

/* What the kernel did not take waits; taken is what it took of this send. */
static duos_err queue_rest(duos_conn *conn, const void *data, size_t len,
                           size_t taken)
{
    const duos_conn_limits *limits = &conn->owner->limits;
    bool first = conn->out.len == 0;

    if (duos__bufq_append(&conn->out, &conn->stream.loop->alloc, data, len) !=
        DUOS_OK) {
        if (taken == 0) {
            return DUOS_ENOMEM;
        }
        lose(conn, DUOS_ENOMEM, len); /* half a message is out */
        return DUOS_OK;
    }
    if (first) {
        conn->sent_ms = duos__loop_stamp(conn->stream.loop);
        conn->owner->engine->send_start(&conn->stream);
        if (duos__conn_watch_deadlines(conn) != DUOS_OK) {
            duos__conn_finish(conn, DUOS_ENOMEM);
        }
    }
    if (conn->out.len > limits->queue_high) {
        conn->above = true;
        conn->held = limits->backpressure;
        duos__conn_update_receiving(conn);
    }
    return DUOS_OK;
}

static duos_err refuse_full(duos_conn *conn, size_t len)
{
    if (len > conn->owner->limits.queue_max) {
        return DUOS_EMSGSIZE;
    }
    conn->above = true;
    return DUOS_EWOULDBLOCK;
}

/* Not all has gone: other bytes wait already, or n is what the kernel said. */
static duos_err sent_less(duos_conn *conn, const void *data, size_t len,
                          sys_count n)
{
    if (duos__is_spurious(n)) {
        n = 0;
    }
    if (n < 0) {
        lose(conn, (duos_err)n, len);
        return DUOS_OK;
    }
    if (len > conn->owner->limits.queue_max - conn->out.len) {
        return refuse_full(conn, len);
    }
    if (n > 0) {
        conn->bytes_out += (size_t)n;
        conn->active_ms = duos__loop_stamp(conn->stream.loop);
    }
    return queue_rest(conn, (const char *)data + n, len - (size_t)n, (size_t)n);
}

duos_err duos_conn_send(duos_conn *conn, const void *data, size_t len)
{
    sys_count n;

    if (DUOS_UNLIKELY(conn == NULL || data == NULL)) {
        return conn != NULL && len == 0 ? DUOS_OK : DUOS_EINVAL;
    }
    if (DUOS_UNLIKELY(conn->state != DUOS__CONN_OPEN || conn->ended_out)) {
        return DUOS_ESTATE;
    }
    if (DUOS_UNLIKELY(conn->out.len > 0)) {
        return sent_less(conn, data, len, 0);
    }
    if (DUOS_UNLIKELY(len == 0 || len > conn->owner->limits.queue_max)) {
        return len == 0 ? DUOS_OK : DUOS_EMSGSIZE;
    }
    n = conn->owner->engine->try_send(&conn->stream, data, len);
    if (DUOS_UNLIKELY(n != (sys_count)len)) {
        return sent_less(conn, data, len, n);
    }
    conn->bytes_out += len;
    conn->active_ms = duos__loop_stamp(conn->stream.loop);
    return DUOS_OK;
}

size_t duos__stream_pull(duos__stream *s, const void **data)
{
    return duos__bufq_front(&((duos_conn *)s)->out, data);
}

static void below_mark(duos_conn *conn)
{
    conn->above = false;
    conn->held = false;
    duos__conn_update_receiving(conn);
    if (conn->state == DUOS__CONN_OPEN &&
        conn->owner->handler.on_drain != NULL) {
        conn->owner->handler.on_drain(conn, conn->user);
    }
}

void duos__stream_sent(duos__stream *s, size_t len)
{
    duos_conn *conn = (duos_conn *)s;

    if (len == 0) {
        return;
    }
    duos__bufq_consume(&conn->out, &s->loop->alloc, len);
    conn->bytes_out += len;
    conn->active_ms = conn->sent_ms = s->loop->now_ms;
    if (conn->out.len == 0) {
        duos__conn_queue_out(conn);
    }
    if (conn->above && conn->out.len <= conn->owner->limits.queue_low) {
        below_mark(conn);
    }
}

size_t duos_conn_queued(const duos_conn *conn)
{
    if (conn == NULL) {
        return 0;
    }
    return conn->state == DUOS__CONN_CLOSED
               ? conn->out.len + conn->end.closed.lost
               : conn->out.len;
}
