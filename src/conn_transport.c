/* SPDX-License-Identifier: MIT */
/*
 * conn_transport.c - a connection and the session of its transport: what each
 * answer of the session means, and where the bytes go that it makes.
 *
 * A session is never entered twice: its sinks queue, and call nobody.
 */
#include "conn_filter.h"

static duos__filter *filter_of(duos_transport_sink *sink)
{
    return (duos__filter *)(void *)sink;
}

bool duos__transport_valid(const duos_transport_ops *ops)
{
    return ops == NULL ||
           (ops->size == sizeof *ops && ops->create != NULL &&
            ops->destroy != NULL && ops->start != NULL && ops->feed != NULL &&
            ops->seal != NULL && ops->close != NULL);
}

/* ---- the sinks -------------------------------------------------------- */

static duos_err emit_plain(duos_transport_sink *sink, const void *data,
                           size_t len)
{
    duos__filter *f = filter_of(sink);

    if (!f->feeding || !duos__filter_is_alive(f->conn)) {
        return DUOS_ESTATE;
    }
    if (f->error == DUOS_OK && len > 0) { /* behind a gap stands nothing */
        f->spoken = true;
        f->error = duos__bufq_append(&f->plain, &f->conn->stream.loop->alloc,
                                     data, len);
    }
    return f->error;
}

/* A peer could make a session talk, and not read what it says. */
static bool says_too_much(const duos_conn *conn, size_t len)
{
    size_t max = conn->owner->limits.queue_max;
    size_t over = conn->out.len > max ? conn->out.len - max : 0;
    size_t room = conn->out.len < max ? max - conn->out.len : 0;

    return over > DUOS_TRANSPORT_EXTRA ||
           (len > room && len - room > DUOS_TRANSPORT_EXTRA - over);
}

/* A goodbye is a courtesy: the peer may have hung up behind its own. */
static void sink_failed(duos__filter *f, duos_err err)
{
    f->error = err;
    if (!f->parting) {
        duos_conn_abort(f->conn, err);
    }
}

static duos_err emit_cipher(duos_transport_sink *sink, const void *data,
                            size_t len)
{
    duos__filter *f = filter_of(sink);
    duos_conn *conn = f->conn;
    duos_err err;

    if (!duos__filter_is_alive(conn)) {
        return DUOS_ESTATE;
    }
    if (f->said || len == 0) {
        return DUOS_OK; /* behind our goodbye stands nothing */
    }
    if (!f->sealing && says_too_much(conn, len)) {
        duos_conn_abort(conn, DUOS_ELIMIT);
        return DUOS_ELIMIT;
    }
    err = duos__conn_emit(conn, data, len);
    if (err != DUOS_OK) {
        sink_failed(f, err);
    }
    return err;
}

static void wake_session(duos_transport_sink *sink)
{
    duos__filter *f = filter_of(sink);

    if (duos__filter_is_alive(f->conn)) {
        f->woken = true;
        duos__filter_defer(f);
    }
}

/* ---- what a session says ---------------------------------------------- */

/* What was plain before is whole, and an alert still goes out. */
static void fail(duos_conn *conn, duos_err err)
{
    conn->side.filter->said = true;
    duos__filter_deliver(conn);
    duos__conn_begin_close(conn, err);
}

static void settle_session(duos_conn *conn, duos_err err)
{
    duos__filter *f = conn->side.filter;

    if (f->error != DUOS_OK) {
        err = f->error;
    }
    if (err == DUOS_EEOF && f->has_session) {
        f->heard = true;
        err = DUOS_OK; /* the handshake is done, be it in the same feed */
    }
    if (err == DUOS_OK && conn->state == DUOS__CONN_GREETING) {
        duos__filter_open(conn);
    }
    if (err == DUOS_OK || err == DUOS_EINPROGRESS) {
        duos__filter_deliver(conn);
    } else {
        fail(conn, err);
    }
}

void duos__transport_begin(duos_conn *conn)
{
    const duos__owner *owner = conn->owner;
    const duos_transport_ops *ops = owner->transport;
    duos__filter *f = conn->side.filter;
    duos_err err;

    f->sink.emit_plain = emit_plain;
    f->sink.emit_cipher = emit_cipher;
    f->sink.wake = wake_session;
    err =
        ops->create(owner->transport_user, owner->side, &f->sink, &f->session);
    if (err == DUOS_OK) {
        f->has_session = true;
        err = ops->start(f->session);
    }
    settle_session(conn, err);
}

void duos__transport_feed(duos_conn *conn, const void *data, size_t len)
{
    duos__filter *f = conn->side.filter;
    duos_err err;

    if (!f->has_session) {
        return;
    }
    f->feeding = true;
    err = conn->owner->transport->feed(f->session, data, len);
    f->feeding = false;
    settle_session(conn, err);
}

void duos__transport_seal(duos_conn *conn, const void *data, size_t len)
{
    duos__filter *f = conn->side.filter;
    size_t before = conn->out.len;
    duos_err err;

    f->sealing = true;
    err = conn->owner->transport->seal(f->session, data, len);
    f->sealing = false;
    if (err != DUOS_OK || conn->state == DUOS__CONN_CLOSED) {
        /* Half a record may be out, which is as good as nothing. */
        size_t waits = conn->out.len - before;

        duos__conn_lose(conn, err, len > waits ? len - waits : 0);
    }
}

void duos__transport_goodbye(duos_conn *conn)
{
    duos__filter *f = conn->side.filter;
    duos_err err;

    if (!duos__filter_seals(conn) || f->said ||
        conn->state != DUOS__CONN_OPEN) {
        return;
    }
    f->parting = true;
    err = conn->owner->transport->close(f->session);
    f->parting = false;
    f->said = true;
    if (err != DUOS_OK && f->error == DUOS_OK) {
        duos_conn_abort(conn, err);
    }
    f->error = DUOS_OK;
}

void duos__transport_end(duos__filter *f)
{
    if (f->has_session) {
        f->conn->owner->transport->destroy(f->session);
        f->has_session = false;
    }
}

void *duos_conn_transport(const duos_conn *conn)
{
    return conn != NULL && duos__filter_seals(conn) ? conn->side.filter->session
                                                    : NULL;
}
