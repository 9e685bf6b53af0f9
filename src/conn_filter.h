/* SPDX-License-Identifier: MIT */
/*
 * conn_filter.h - what stands between the engine and the user of a rare
 * connection: a PROXY header to be read first, a transport, or both.
 *
 * Other connections have none, and pay one branch for that. Until a filter is
 * done with its beginning, its connection is in the state GREETING.
 */
#ifndef DUOS_CONN_FILTER_H
#define DUOS_CONN_FILTER_H

#include "conn_core.h"
#include "proxy.h"

/* The two ends that a PROXY header named. */
typedef struct duos__origin {
    duos__peer remote;
    duos__peer local;
} duos__origin;

struct duos__filter {
    duos_transport_sink sink; /* first: a session knows the filter by it */
    duos_conn *conn;
    duos__peer peer;    /* the connection has no room for it any more */
    void *session;      /* of the transport; has_session tells */
    duos__bufq plain;   /* what on_data has not been given yet */
    duos__deferred end; /* of the turn: hands over, or wakes the session */
    duos__proxy *header;
    duos__origin *origin;
    duos_err sniffed; /* no header may come: the reason if it does; or 0 */
    duos_err error;   /* of a sink within the call under way */
    uint8_t seen;     /* by the sniffing */
    bool begun;       /* the header is behind us */
    bool more;        /* on_open comes before bytes of the same receive */
    bool spoken;      /* bytes have come that were not the greeting's */
    bool has_session;
    bool feeding;  /* feed is under way */
    bool sealing;  /* seal is under way */
    bool parting;  /* close is under way */
    bool deferred; /* end is in the loop's list */
    bool woken;    /* feed is to be called without bytes */
    bool said;     /* our goodbye, or that there will be none */
    bool heard;    /* the peer's */
};

/* Where a connection has its peer's address. */
static inline const duos__peer *duos__conn_peer(const duos_conn *conn)
{
    return conn->filtered ? &conn->side.filter->peer : &conn->side.peer;
}

/* Whether the first byte has come; a greeting is not it. */
static inline bool duos__conn_has_spoken(const duos_conn *conn)
{
    return conn->filtered ? conn->side.filter->spoken : conn->bytes_in > 0;
}

/* Whether connections of this owner need a filter. */
static inline bool duos__filter_wanted(const duos__owner *owner)
{
    return owner->transport != NULL || owner->proxy_count > 0;
}

/* Whether what is sent goes through a transport. */
static inline bool duos__filter_seals(const duos_conn *conn)
{
    return conn->filtered && conn->side.filter->has_session;
}

/* Whether bytes still come in and go out by the filter. */
static inline bool duos__filter_is_alive(const duos_conn *conn)
{
    return conn->state == DUOS__CONN_GREETING || conn->state == DUOS__CONN_OPEN;
}

/* Whether an end of the wire came before the peer's goodbye. */
static inline bool duos__filter_is_cut(const duos_conn *conn)
{
    return duos__filter_seals(conn) && !conn->side.filter->heard;
}

/* Whether the bytes on the socket are not the user's, or not all of them. */
static inline bool duos__filter_holds(const duos_conn *conn)
{
    const duos__filter *f = conn->filtered ? conn->side.filter : NULL;

    return f != NULL && (f->has_session || f->more || f->plain.len > 0);
}

/* ---- conn_filter.c ---------------------------------------------------- */

/* Gives an attached connection its filter, and begins. on_open comes when
 * all is well, perhaps at once; otherwise the connection ends. */
void duos__filter_begin(duos_conn *conn);

void duos__filter_received(duos_conn *conn, const void *data, size_t len);

/* Receiving may go on: true if something must be handed over before, which
 * happens at the end of the turn, and then it goes on by itself. */
bool duos__filter_resume(duos_conn *conn);

void duos__filter_free(duos_conn *conn);

/* The greeting is over: on_open. */
void duos__filter_open(duos_conn *conn);

/* Hands over what is plain, as long as the user wants it. */
void duos__filter_deliver(duos_conn *conn);

/* Does at once what duos__filter_resume would do at the end of the turn. */
void duos__filter_catch_up(duos_conn *conn);

/* Asks for the end of the turn. */
void duos__filter_defer(duos__filter *f);

/* ---- conn_transport.c ------------------------------------------------- */

/* Checks a table that a user gave: NULL is one. */
bool duos__transport_valid(const duos_transport_ops *ops);

/* Makes and starts the session. */
void duos__transport_begin(duos_conn *conn);

/* Bytes, or none when the session wanted to be woken. */
void duos__transport_feed(duos_conn *conn, const void *data, size_t len);

/* len bytes that must go now, whatever becomes of them. */
void duos__transport_seal(duos_conn *conn, const void *data, size_t len);

/* Says goodbye, once; nothing to do without a transport. */
void duos__transport_goodbye(duos_conn *conn);

void duos__transport_end(duos__filter *f);

#endif
