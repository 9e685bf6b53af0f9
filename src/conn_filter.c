/* SPDX-License-Identifier: MIT */
/*
 * conn_filter.c - the order of things at the beginning of a connection (the
 * PROXY header, then the transport, then on_open), and what is kept for a
 * user who does not want it now.
 */
#include "conn_filter.h"

#include <string.h>

#include "cidr_list.h"
#include "conn_close.h"
#include "mem.h"

static const duos_alloc *alloc_of(const duos_conn *conn)
{
    return &conn->stream.loop->alloc;
}

/* ---- the PROXY header ------------------------------------------------- */

static bool is_trusted(const duos_conn *conn)
{
    const duos__owner *owner = conn->owner;
    duos_addr peer;

    duos__peer_get(duos__conn_peer(conn), &peer);
    return duos__cidrs_match(owner->proxies, owner->proxy_count, &peer);
}

/* A trusted peer must send a header, and nobody else may. */
static duos_err expect_header(duos_conn *conn, duos__filter *f)
{
    if (!is_trusted(conn)) {
        f->sniffed = DUOS_EACCES;
        return DUOS_OK;
    }
    f->header = (duos__proxy *)duos__new(alloc_of(conn), sizeof *f->header);
    return f->header != NULL ? DUOS_OK : DUOS_ENOMEM;
}

static duos_err keep_origin(duos_conn *conn, duos__filter *f)
{
    duos__owner *owner = conn->owner;
    duos_err err = DUOS_OK;
    duos_tuple ends;

    if (!f->header->has_origin) {
        return DUOS_OK;
    }
    duos__proxy_origin(f->header, &ends);
    if (owner->named != NULL) {
        err = owner->named(owner, conn, &ends.remote);
    }
    if (err != DUOS_OK) {
        return err;
    }
    f->origin = (duos__origin *)duos__new(alloc_of(conn), sizeof *f->origin);
    if (f->origin == NULL) {
        return DUOS_ENOMEM;
    }
    duos__peer_set(&f->origin->remote, &ends.remote);
    duos__peer_set(&f->origin->local, &ends.local);
    return DUOS_OK;
}

static void drop_header(duos_conn *conn, duos__filter *f)
{
    duos__free(alloc_of(conn), f->header, sizeof *f->header);
    f->header = NULL;
}

/* Returns how many bytes were the header's. */
static size_t read_header(duos_conn *conn, const void *data, size_t len)
{
    duos__filter *f = conn->side.filter;
    size_t used;
    duos_err err = duos__proxy_read(f->header, data, len, &used);

    if (err == DUOS_EINPROGRESS) {
        return used;
    }
    if (err == DUOS_OK) {
        err = keep_origin(conn, f);
    }
    if (err != DUOS_OK) {
        duos_conn_abort(conn, err);
        return used;
    }
    drop_header(conn, f);
    f->sniffed = DUOS_EPROTO; /* one is enough */
    return used;
}

static void sniff(duos_conn *conn, const void *data, size_t len)
{
    duos__filter *f = conn->side.filter;

    switch (duos__proxy_sniff(&f->seen, data, len)) {
    case DUOS_EINPROGRESS:
        break;
    case DUOS_OK:
        f->sniffed = DUOS_OK;
        break;
    default:
        duos_conn_abort(conn, f->sniffed);
        break;
    }
}

/* ---- the beginning ---------------------------------------------------- */

static void begin_transport(duos_conn *conn)
{
    conn->side.filter->begun = true;
    if (conn->owner->transport != NULL) {
        duos__transport_begin(conn);
    } else {
        duos__filter_open(conn);
    }
}

void duos__filter_begin(duos_conn *conn)
{
    duos__filter *f = (duos__filter *)duos__new(alloc_of(conn), sizeof *f);
    duos_err err = f != NULL ? DUOS_OK : DUOS_ENOMEM;

    conn->state = DUOS__CONN_GREETING;
    if (err == DUOS_OK) {
        f->conn = conn;
        f->peer = conn->side.peer;
        conn->side.filter = f;
        conn->filtered = true;
        err = conn->owner->proxy_count > 0 ? expect_header(conn, f) : DUOS_OK;
    }
    if (err == DUOS_OK) {
        err = duos__conn_watch_deadlines(conn);
    }
    if (err != DUOS_OK) {
        duos__conn_finish(conn, err);
    } else if (f->header == NULL) {
        begin_transport(conn);
    }
}

void duos__filter_open(duos_conn *conn)
{
    conn->state = DUOS__CONN_OPEN;
    conn->since_ms = conn->active_ms = duos__loop_stamp(conn->stream.loop);
    if (duos__conn_watch_deadlines(conn) != DUOS_OK) {
        duos__conn_finish(conn, DUOS_ENOMEM);
        return;
    }
    duos__conn_update_receiving(conn); /* the greeting may wait to go out */
    if (conn->state == DUOS__CONN_OPEN) {
        duos__conn_tell_open(conn);
    }
}

/* ---- handing over ----------------------------------------------------- */

static bool may_deliver(const duos_conn *conn)
{
    return conn->state == DUOS__CONN_OPEN && !conn->paused && !conn->held;
}

void duos__filter_deliver(duos_conn *conn)
{
    duos__filter *f = conn->side.filter;
    const void *data;
    size_t len;

    while (may_deliver(conn) &&
           (len = duos__bufq_front(&f->plain, &data)) > 0) {
        duos__conn_tell_data(conn, data, len);
        duos__bufq_consume(&f->plain, alloc_of(conn), len);
    }
    if (f->heard && f->plain.len == 0 && conn->state == DUOS__CONN_OPEN &&
        !conn->ended_in) {
        conn->owner->engine->recv_stop(&conn->stream);
        duos__conn_peer_ended(conn);
    }
}

/* Nothing is left to do for a connection that came without a header. */
static void drop_idle(duos_conn *conn)
{
    const duos__filter *f = conn->side.filter;

    if (conn->state == DUOS__CONN_OPEN && f->sniffed == DUOS_OK &&
        f->origin == NULL && !f->has_session && f->plain.len == 0 &&
        !f->deferred) {
        duos__filter_free(conn);
    }
}

static void pass_on(duos_conn *conn, const void *data, size_t len)
{
    duos__filter *f = conn->side.filter;

    f->spoken = f->spoken || conn->state == DUOS__CONN_OPEN;
    if (f->has_session) {
        duos__transport_feed(conn, data, len);
    } else if (may_deliver(conn) && f->plain.len == 0) {
        duos__conn_tell_data(conn, data, len);
    } else if (duos__bufq_append(&f->plain, alloc_of(conn), data, len) !=
               DUOS_OK) {
        duos_conn_abort(conn, DUOS_ENOMEM);
    }
}

void duos__filter_received(duos_conn *conn, const void *data, size_t len)
{
    duos__filter *f = conn->side.filter;
    size_t used = 0;

    if (!duos__filter_is_alive(conn) || conn->ended_in) {
        return; /* it is closing, or the peer has said goodbye */
    }
    if (f->header != NULL) {
        used = read_header(conn, data, len);
    }
    if (used < len && f->sniffed != DUOS_OK && duos__filter_is_alive(conn)) {
        sniff(conn, (const char *)data + used, len - used);
    }
    if (f->header == NULL && !f->begun && duos__filter_is_alive(conn)) {
        f->more = used < len;
        begin_transport(conn);
        f->more = false;
    }
    if (used < len && duos__filter_is_alive(conn)) {
        pass_on(conn, (const char *)data + used, len - used);
    }
    drop_idle(conn);
}

void duos__filter_catch_up(duos_conn *conn)
{
    duos__filter_deliver(conn);
    if (conn->side.filter->plain.len == 0) {
        duos__conn_update_receiving(conn);
    }
}

static void turn_ended(duos__deferred *deferred)
{
    duos__filter *f = (duos__filter *)(void *)((char *)deferred -
                                               offsetof(duos__filter, end));
    duos_conn *conn = f->conn;

    f->deferred = false;
    if (f->woken && duos__filter_is_alive(conn)) {
        f->woken = false;
        duos__transport_feed(conn, NULL, 0);
    }
    duos__filter_catch_up(conn);
    drop_idle(conn);
}

/* Comes before the end of the connection, which is deferred later if at all:
 * nobody asks for it once that has begun. */
void duos__filter_defer(duos__filter *f)
{
    if (!f->deferred) {
        f->deferred = true;
        f->end.run = turn_ended;
        duos__loop_defer(f->conn->stream.loop, &f->end);
    }
}

bool duos__filter_resume(duos_conn *conn)
{
    if (conn->side.filter->plain.len == 0) {
        return false;
    }
    duos__filter_defer(conn->side.filter);
    return true;
}

void duos__filter_free(duos_conn *conn)
{
    const duos_alloc *alloc = alloc_of(conn);
    duos__filter *f;

    if (!conn->filtered) {
        return;
    }
    f = conn->side.filter;
    duos__transport_end(f);
    duos__bufq_clear(&f->plain, alloc);
    duos__free(alloc, f->header, sizeof *f->header);
    duos__free(alloc, f->origin, sizeof *f->origin);
    conn->side.peer = f->peer;
    conn->filtered = false;
    duos__free(alloc, f, sizeof *f);
}

/* ---- asking ----------------------------------------------------------- */

duos_err duos_conn_origin(const duos_conn *conn, duos_tuple *out)
{
    if (conn == NULL || out == NULL) {
        return DUOS_EINVAL;
    }
    if (!conn->filtered || conn->side.filter->origin == NULL) {
        return duos_conn_tuple(conn, out);
    }
    duos__peer_get(&conn->side.filter->origin->remote, &out->remote);
    duos__peer_get(&conn->side.filter->origin->local, &out->local);
    return DUOS_OK;
}
