/* SPDX-License-Identifier: MIT */
/*
 * conn.c - the life of a connection: what its user asks for and what its
 * engine tells. conn_send.c has its output, conn_deadline.c watches the clock,
 * conn_close.c ends it.
 */
#include <duosock/conn.h>

#include <string.h>

#include "conn_core.h"
#include "conn_close.h"
#include "conn_filter.h"
#include "mem.h"
#include "versioned.h"

static duos_conn *conn_of(duos__stream *s)
{
    return (duos_conn *)s;
}

/* ---- beginning -------------------------------------------------------- */

void(duos_conn_handler_init)(duos_conn_handler *handler, size_t size)
{
    duos_conn_handler known;

    memset(&known, 0, sizeof known);
    duos__versioned_init(handler, size, &known, sizeof known);
}

bool duos__handler_complete(duos_conn_handler *handler)
{
    duos_conn_handler known;

    duos_conn_handler_init(&known);
    if (!duos__versioned_copy(&known, sizeof known, handler)) {
        return false;
    }
    *handler = known;
    return true;
}

void duos__conn_init(duos_conn *conn, duos__owner *owner)
{
    conn->stream.sock.os = -1;
    conn->stream.loop = owner->loop;
    conn->owner = owner;
    conn->user = owner->user;
    conn->state = DUOS__CONN_CONNECTING;
    conn->since_ms = conn->active_ms = duos__loop_stamp(owner->loop);
}

duos_conn *duos__conn_new(duos__owner *owner)
{
    duos_conn *conn = (duos_conn *)duos__new(&owner->loop->alloc, sizeof *conn);

    if (conn != NULL) {
        duos__conn_init(conn, owner);
    }
    return conn;
}

void duos__conn_free(duos_conn *conn)
{
    const duos_alloc *alloc = &conn->stream.loop->alloc;

    duos__filter_free(conn);
    duos__bufq_clear(&conn->out, alloc);
    duos__free(alloc, conn, sizeof *conn);
}

duos_err duos__conn_attach(duos_conn *conn, duos_socket sock)
{
    duos_err err = conn->owner->engine->attach(&conn->stream, sock);

    if (err == DUOS_OK) {
        conn->state = DUOS__CONN_OPEN;
    }
    return err;
}

void duos__conn_tell_open(duos_conn *conn)
{
    if (conn->owner->handler.on_open != NULL) {
        conn->owner->handler.on_open(conn, conn->user);
    }
}

void duos__conn_opened(duos_conn *conn)
{
    if (DUOS_UNLIKELY(duos__filter_wanted(conn->owner))) {
        duos__filter_begin(conn);
    } else {
        duos__conn_tell_open(conn);
    }
}

void duos__conn_begin(duos_conn *conn)
{
    conn->since_ms = conn->active_ms = conn->stream.loop->now_ms;
    if (duos__conn_watch_deadlines(conn) != DUOS_OK) {
        duos__conn_finish(conn, DUOS_ENOMEM);
    }
    if (conn->state == DUOS__CONN_OPEN) { /* one of these may have ended it */
        duos__conn_opened(conn);
    }
}

void duos__stream_connected(duos__stream *s, duos_err err)
{
    duos_conn *conn = conn_of(s);

    if (conn->state == DUOS__CONN_CONNECTING) {
        conn->owner->connected(conn->owner, conn, err);
    }
}

/* ---- receiving -------------------------------------------------------- */

void duos__stream_received(duos__stream *s, const void *data, size_t len)
{
    duos_conn *conn = conn_of(s);

    conn->bytes_in += len;
    conn->active_ms = s->loop->now_ms;
    if (DUOS_LIKELY(duos__conn_is_plain(conn) ||
                    (conn->state == DUOS__CONN_OPEN && !conn->filtered))) {
        duos__conn_tell_data(conn, data, len);
    } else if (conn->filtered) {
        duos__filter_received(conn, data, len);
    }
}

void duos__conn_peer_ended(duos_conn *conn)
{
    conn->ended_in = true;
    if (conn->state == DUOS__CONN_LINGERING) {
        duos__conn_finish(conn, conn->stream.reason);
    } else if (conn->state == DUOS__CONN_GREETING) {
        duos__conn_finish(conn,
                          conn->bytes_in > 0 ? DUOS_ETRUNCATED : DUOS_EEOF);
    } else if (duos__filter_is_cut(conn)) {
        duos__conn_begin_close(conn, DUOS_ETRUNCATED);
    } else if (conn->state == DUOS__CONN_OPEN) {
        if (conn->owner->handler.on_eof != NULL && !conn->ended_out) {
            conn->owner->handler.on_eof(conn, conn->user);
        } else {
            duos__conn_begin_close(conn, DUOS_EEOF);
        }
    }
}

void duos__stream_ended(duos__stream *s, duos_err reason)
{
    duos_conn *conn = conn_of(s);

    if (reason == DUOS_EEOF) {
        duos__conn_peer_ended(conn);
    } else if (conn->state == DUOS__CONN_LINGERING) {
        /* The bytes are out; how the peer hangs up is its own affair. */
        duos__conn_finish(conn, s->reason);
    } else {
        duos_conn_abort(conn, reason);
    }
}

void duos__conn_update_receiving(duos_conn *conn)
{
    bool wanted = !conn->paused && !conn->held;

    if (conn->state != DUOS__CONN_OPEN || conn->ended_in ||
        wanted == conn->stream.receiving) {
        return;
    }
    if (wanted && conn->filtered && duos__filter_resume(conn)) {
        return;
    }
    if (wanted) {
        conn->owner->engine->recv_start(&conn->stream);
    } else {
        conn->owner->engine->recv_stop(&conn->stream);
    }
}

static duos_err set_paused(duos_conn *conn, bool paused)
{
    if (conn == NULL) {
        return DUOS_EINVAL;
    }
    if (conn->state != DUOS__CONN_OPEN || conn->ended_in) {
        return DUOS_ESTATE;
    }
    conn->paused = paused;
    duos__conn_update_receiving(conn);
    return DUOS_OK;
}

duos_err duos_conn_pause(duos_conn *conn)
{
    return set_paused(conn, true);
}

duos_err duos_conn_resume(duos_conn *conn)
{
    return set_paused(conn, false);
}

/* ---- asking ----------------------------------------------------------- */

void duos__peer_set(duos__peer *peer, const duos_addr *addr)
{
    size_t len = addr->family == DUOS_IPV4 ? 4 : 16;

    memset(peer, 0, sizeof *peer);
    peer->family = addr->family;
    if (addr->family == DUOS_IPV4 || addr->family == DUOS_IPV6) {
        peer->port = addr->port;
        peer->scope = addr->scope;
        memcpy(peer->ip, addr->ip.v6, len);
    }
}

void duos__peer_get(const duos__peer *peer, duos_addr *addr)
{
    *addr = duos_addr_ipv6(peer->ip, peer->port);
    addr->family = peer->family;
    addr->scope = peer->scope;
}

void duos__conn_set_peer(duos_conn *conn, const duos_addr *addr)
{
    duos__peer_set(&conn->side.peer, addr);
}

duos_err duos_conn_peer(const duos_conn *conn, duos_addr *out)
{
    const duos__peer *peer;

    if (conn == NULL || out == NULL) {
        return DUOS_EINVAL;
    }
    peer = duos__conn_peer(conn);
    if (peer->family == DUOS_UNIX &&
        duos_peer_addr(conn->stream.sock, out) == DUOS_OK) {
        return DUOS_OK; /* a path would cost every connection 108 bytes */
    }
    duos__peer_get(peer, out);
    return DUOS_OK;
}

duos_err duos_conn_tuple(const duos_conn *conn, duos_tuple *out)
{
    duos_tuple tuple;
    duos_err err;

    if (conn == NULL || out == NULL) {
        return DUOS_EINVAL;
    }
    if (!duos_socket_valid(conn->stream.sock)) {
        return DUOS_ESTATE;
    }
    err = duos_conn_peer(conn, &tuple.remote);
    if (err == DUOS_OK) {
        err = duos_local_addr(conn->stream.sock, &tuple.local);
    }
    if (err == DUOS_OK) {
        *out = tuple;
    }
    return err;
}

duos_err duos_conn_credentials(const duos_conn *conn, duos_credentials *out)
{
    if (conn == NULL || out == NULL) {
        return DUOS_EINVAL;
    }
    if (!duos_socket_valid(conn->stream.sock)) {
        return DUOS_ESTATE;
    }
    return duos_peer_credentials(conn->stream.sock, out);
}

duos_err duos_conn_bytes(const duos_conn *conn, uint64_t *received,
                         uint64_t *sent)
{
    if (conn == NULL) {
        return DUOS_EINVAL;
    }
    if (received != NULL) {
        *received = conn->bytes_in;
    }
    if (sent != NULL) {
        *sent = conn->bytes_out;
    }
    return DUOS_OK;
}

void *duos_conn_user(const duos_conn *conn)
{
    return conn != NULL ? conn->user : NULL;
}

void duos_conn_set_user(duos_conn *conn, void *user)
{
    if (conn != NULL) {
        conn->user = user;
    }
}

duos_loop *duos_conn_loop(const duos_conn *conn)
{
    return conn != NULL ? conn->stream.loop : NULL;
}
