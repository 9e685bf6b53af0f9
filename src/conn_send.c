/* SPDX-License-Identifier: MIT */
/*
 * conn_send.c - the output of a connection: straight to the engine while
 * nothing waits, else into the queue, as a copy or as a reference to a shared
 * buffer; and the marks of that queue.
 */
#include <duosock/conn.h>

#include "conn_core.h"
#include "conn_close.h"
#include "conn_filter.h"

static void count_sent(duos_conn *conn, size_t n)
{
    conn->bytes_out += n;
    conn->active_ms = duos__loop_stamp(conn->stream.loop);
}

/* All from the byte on that the kernel has not taken; shared: or NULL. */
static duos_err append_bytes(duos_conn *conn, const void *data, size_t len,
                             duos_shared *shared, size_t taken)
{
    const duos_alloc *alloc = &conn->stream.loop->alloc;

    if (shared != NULL) {
        return duos__bufq_append_shared(&conn->out, alloc, shared, taken);
    }
    return duos__bufq_append(&conn->out, alloc, (const char *)data + taken,
                             len - taken);
}

static void watch_queue(duos_conn *conn)
{
    if (duos__conn_watch_deadlines(conn) != DUOS_OK) {
        duos__conn_finish(conn, DUOS_ENOMEM);
    }
}

/* The first bytes wait: for room, or for the system's buffers. */
static void begin_waiting(duos_conn *conn, bool starved)
{
    conn->sent_ms = duos__loop_stamp(conn->stream.loop);
    if (starved) {
        duos__stream_starved(&conn->stream);
    } else {
        conn->owner->engine->send_start(&conn->stream);
        watch_queue(conn);
    }
}

/* Behind all that waits; above the mark, no more is received. */
static void hold_above_mark(duos_conn *conn, size_t before)
{
    const duos_conn_limits *limits = &conn->owner->limits;

    if (conn->out.len > limits->queue_high) {
        conn->owner->counts.queue_holds += before <= limits->queue_high;
        conn->above = true;
        conn->held = limits->backpressure;
        duos__conn_update_receiving(conn);
    }
}

void duos__conn_lose(duos_conn *conn, duos_err reason, size_t len)
{
    duos_conn_abort(conn, reason);
    conn->end.closed.lost = len;
}

/* What the kernel did not take waits; taken is what it took of this send. */
static duos_err queue_rest(duos_conn *conn, const void *data, size_t len,
                           duos_shared *shared, size_t taken, bool starved)
{
    size_t before = conn->out.len;

    if (append_bytes(conn, data, len, shared, taken) != DUOS_OK) {
        if (taken == 0) {
            return DUOS_ENOMEM;
        }
        duos__conn_lose(conn, DUOS_ENOMEM, len - taken); /* half is out */
        return DUOS_OK;
    }
    if (before == 0) {
        begin_waiting(conn, starved);
    }
    hold_above_mark(conn, before);
    return DUOS_OK;
}

static duos_err refuse_full(duos_conn *conn, size_t len)
{
    conn->owner->counts.queue_refusals++;
    if (len > conn->owner->limits.queue_max) {
        return DUOS_EMSGSIZE;
    }
    conn->above = true;
    return DUOS_EWOULDBLOCK;
}

/* Not all has gone: other bytes wait already, or n is what the kernel said. */
static duos_err sent_less(duos_conn *conn, const void *data, size_t len,
                          duos_shared *shared, sys_count n)
{
    bool starved = n == DUOS_ENOBUFS;

    if (starved || duos__is_spurious(n)) {
        n = 0;
    }
    if (n < 0) {
        duos__conn_lose(conn, (duos_err)n, len);
        return DUOS_OK;
    }
    if (len > conn->owner->limits.queue_max - conn->out.len) {
        return refuse_full(conn, len);
    }
    if (n > 0) {
        count_sent(conn, (size_t)n);
    }
    return queue_rest(conn, data, len, shared, (size_t)n, starved);
}

duos_err duos__conn_emit(duos_conn *conn, const void *data, size_t len)
{
    sys_count n = 0;
    bool starved;
    duos_err err;

    if (conn->out.len == 0) {
        n = conn->owner->engine->try_send(&conn->stream, data, len);
    }
    starved = n == DUOS_ENOBUFS;
    n = starved || duos__is_spurious(n) ? 0 : n;
    if (n < 0) {
        return (duos_err)n;
    }
    if (n > 0) {
        count_sent(conn, (size_t)n);
    }
    if ((size_t)n == len) {
        return DUOS_OK;
    }
    err = queue_rest(conn, data, len, NULL, (size_t)n, starved);
    return conn->state < DUOS__CONN_CLOSED ? err : conn->stream.reason;
}

/* The limit is asked first: what has been sealed must go. */
static duos_err send_sealed(duos_conn *conn, const void *data, size_t len)
{
    size_t max = conn->owner->limits.queue_max;
    size_t room = conn->out.len < max ? max - conn->out.len : 0;

    if (conn->side.filter->said) {
        return DUOS_ESTATE; /* the session has failed */
    }
    if (len > room) {
        return refuse_full(conn, len);
    }
    if (len > 0) {
        duos__transport_seal(conn, data, len);
    }
    return DUOS_OK; /* if that has failed, on_close tells */
}

/* Everything but what duos_conn_send does at once. */
static duos_err send_otherwise(duos_conn *conn, const void *data, size_t len,
                               duos_shared *shared)
{
    sys_count n;

    if (conn->state != DUOS__CONN_OPEN || conn->ended_out) {
        return DUOS_ESTATE;
    }
    if (duos__filter_seals(conn)) {
        return send_sealed(conn, data, len);
    }
    if (conn->out.len > 0) {
        return sent_less(conn, data, len, shared, 0);
    }
    if (len == 0 || len > conn->owner->limits.queue_max) {
        return len == 0 ? DUOS_OK : refuse_full(conn, len);
    }
    n = conn->owner->engine->try_send(&conn->stream, data, len);
    if (n != (sys_count)len) {
        return sent_less(conn, data, len, shared, n);
    }
    count_sent(conn, len);
    return DUOS_OK;
}

/* An open connection with nothing before these bytes, as a rule. */
duos_err duos_conn_send(duos_conn *conn, const void *data, size_t len)
{
    sys_count n;

    if (DUOS_UNLIKELY(conn == NULL || data == NULL)) {
        return conn != NULL && len == 0 ? DUOS_OK : DUOS_EINVAL;
    }
    if (DUOS_UNLIKELY(!duos__conn_is_plain(conn) || conn->out.len > 0 ||
                      len - 1 >= conn->owner->limits.queue_max)) {
        return send_otherwise(conn, data, len, NULL);
    }
    n = conn->owner->engine->try_send(&conn->stream, data, len);
    if (DUOS_UNLIKELY(n != (sys_count)len)) {
        return sent_less(conn, data, len, NULL, n);
    }
    count_sent(conn, len);
    return DUOS_OK;
}

duos_err duos_conn_send_shared(duos_conn *conn, duos_shared *buffer)
{
    if (conn == NULL || buffer == NULL) {
        return DUOS_EINVAL;
    }
    return send_otherwise(conn, duos_shared_data(buffer),
                          duos_shared_len(buffer), buffer);
}

/* ---- what the engine tells --------------------------------------------- */

/* The count grows the pauses, so it need not go beyond their limit. */
void duos__stream_starved(duos__stream *s)
{
    duos_conn *conn = (duos_conn *)s;

    if (s->starved < DUOS__STARVED_MAX) {
        s->starved++;
    }
    s->starved_ms = duos__loop_stamp(s->loop);
    conn->owner->counts.no_buffers++;
    watch_queue(conn);
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
    s->starved = 0;
    if (conn->out.len == 0) {
        duos__conn_queue_out(conn);
    }
    if (conn->above && conn->out.len <= conn->owner->limits.queue_low) {
        below_mark(conn);
    }
}

size_t duos__stream_share(const duos__stream *s, unsigned direction)
{
    const duos_conn_limits *limits = &((const duos_conn *)s)->owner->limits;

    return direction == DUOS_READ ? limits->read_per_turn
                                  : limits->write_per_turn;
}

void duos__stream_yielded(duos__stream *s, unsigned direction)
{
    duos__counts *counts = &((duos_conn *)s)->owner->counts;

    if (direction == DUOS_READ) {
        counts->read_yields++;
    } else {
        counts->write_yields++;
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
