/* SPDX-License-Identifier: MIT */
/*
 * conn_core.h - a connection from the inside, for server and client.
 *
 * An idle connection costs its struct, a slot, a poller entry and nothing
 * else: no buffer, one timer. tests/figures hold the budget.
 */
#ifndef DUOS_CONN_CORE_H
#define DUOS_CONN_CORE_H

#include <duosock/cidr.h>
#include <duosock/conn.h>
#include <duosock/transport.h>

#include <stddef.h>
#include <string.h>

#include "bufq.h"
#include "engine_ops.h"

typedef struct duos__owner duos__owner;
typedef struct duos__filter duos__filter;

/* How often each limit of connections has acted. */
typedef struct duos__counts {
    uint64_t read_yields; /* turns that ended with a share used up */
    uint64_t write_yields;
    uint64_t no_buffers; /* sends that the system had no memory for */
    uint64_t first_byte_ends;
    uint64_t idle_ends;
    uint64_t stall_ends;
    uint64_t linger_ends;
    uint64_t handshake_ends;
    uint64_t queue_holds;    /* rises above queue_high */
    uint64_t queue_refusals; /* sends that queue_max was too small for */
} duos__counts;

/* What a server or a client is to its connections. */
struct duos__owner {
    duos_loop *loop;
    const duos__engine_ops *engine;
    duos_conn_handler handler;
    duos_conn_limits limits; /* 0 for none; queue_max and _high: SIZE_MAX */
    void *user;              /* that connections begin with */
    duos__counts counts;
    const duos_transport_ops *transport; /* NULL for none */
    void *transport_user;
    duos_transport_side side;
    const duos_cidr *proxies; /* whose PROXY header is believed */
    size_t proxy_count;
    /* An attempt to connect has ended; conn is still in state CONNECTING. */
    void (*connected)(duos__owner *owner, duos_conn *conn, duos_err err);
    /* A PROXY header has named whom conn is for: DUOS_OK, or why it must end.
     * NULL: nobody asks. */
    duos_err (*named)(duos__owner *owner, duos_conn *conn,
                      const duos_addr *remote);
    /* After on_close, or release; conn is freed next. */
    void (*gone)(duos__owner *owner, duos_conn *conn);
};

typedef enum duos__conn_state {
    DUOS__CONN_OPEN = 0, /* see duos__conn_is_plain */
    DUOS__CONN_CONNECTING,
    DUOS__CONN_GREETING,  /* conn_filter.h: on_open has not been told */
    DUOS__CONN_FLUSHING,  /* closing: the queue goes out */
    DUOS__CONN_LINGERING, /* our end is sent: waiting for the peer's */
    DUOS__CONN_CLOSED,    /* on_close comes at the end of the turn */
    DUOS__CONN_RELEASED   /* the socket is somebody else's */
} duos__conn_state;

/* An address without what a unix path needs: 24 bytes in place of 116. */
typedef struct duos__peer {
    uint8_t family;
    uint16_t port;
    uint32_t scope;
    uint8_t ip[16];
} duos__peer;

struct duos_conn {
    duos__stream stream; /* first: the engine's events are for it */
    duos__owner *owner;
    void *user;
    duos__bufq out;
    uint64_t bytes_in;
    uint64_t bytes_out;
    union {
        duos__timer timer; /* one for all deadlines, moved lazily */
        struct {           /* once closed */
            duos__deferred deferred;
            size_t lost; /* taken from the user, and not in the queue */
        } closed;
    } end;
    union {
        duos__peer peer;
        duos__filter *filter; /* of one that is filtered, with its peer */
    } side;
    uint32_t slot;      /* in the server's table */
    uint32_t since_ms;  /* the state began */
    uint32_t active_ms; /* a byte was moved, either way */
    uint32_t sent_ms;   /* the queue began to wait, or went on */
    uint8_t state;      /* a duos__conn_state; these four: see below */
    bool ended_out;     /* our end of stream was asked for */
    bool above;         /* on_drain is owed */
    bool filtered;      /* there is a filter */
    bool paused;        /* by the user */
    bool held;          /* by back-pressure */
    bool ended_in;      /* the peer's end of stream was seen */
    bool queued : 1;    /* the queue was in use when it began to close */
    bool reset : 1;     /* close drops what has not gone */
    bool dismissed : 1; /* the user has closed it, however it ends */
};

/* The most that duos__stream.starved counts. */
#define DUOS__STARVED_MAX 8

typedef char duos__plain_is_a_word
    [offsetof(duos_conn, filtered) == offsetof(duos_conn, state) + 3 ? 1 : -1];

/* Open, with nothing special about it: one look at four bytes for the hot
 * path. Who gets false looks at each of them. */
static inline bool duos__conn_is_plain(const duos_conn *conn)
{
    uint32_t word;

    memcpy(&word, (const char *)conn + offsetof(duos_conn, state), sizeof word);
    return word == 0;
}

/* Checks and completes limits: DUOS_OK or DUOS_ERANGE. */
duos_err duos__limits_complete(duos_conn_limits *limits);

/* Checks and completes a user's handler: false for an unknown size. */
bool duos__handler_complete(duos_conn_handler *handler);

/* The limits that a server begins with. */
void duos__limits_init(duos_conn_limits *limits);

/* Makes a connection in state CONNECTING, without a socket; NULL: no memory. */
duos_conn *duos__conn_new(duos__owner *owner);

/* The same in memory that is the caller's, and zero. */
void duos__conn_init(duos_conn *conn, duos__owner *owner);

/* Frees a connection that was never told to anybody. */
void duos__conn_free(duos_conn *conn);

/* Takes over an accepted socket, in state OPEN. The socket stays the caller's
 * on failure. on_open is the caller's affair. */
duos_err duos__conn_attach(duos_conn *conn, duos_socket sock);

/* The socket stands: on_open, or first what comes before that. */
void duos__conn_opened(duos_conn *conn);

/* Calls on_open. */
void duos__conn_tell_open(duos_conn *conn);

static inline void duos__conn_tell_data(duos_conn *conn, const void *data,
                                        size_t len)
{
    if (DUOS_LIKELY(conn->owner->handler.on_data != NULL)) {
        conn->owner->handler.on_data(conn, data, len, conn->user);
    }
}

/* A connection that was attached after connecting begins: on_open. */
void duos__conn_begin(duos_conn *conn);

/* Starts the timer for the deadlines of the current state. */
duos_err duos__conn_watch_deadlines(duos_conn *conn);

/* Ends a connection: on_close with this reason at the end of the turn. */
void duos__conn_finish(duos_conn *conn, duos_err reason);

/* Closes after what waits has gone; on_close with this reason. */
void duos__conn_begin_close(duos_conn *conn, duos_err reason);

/* Aborts; duos_conn_queued then tells in on_close of len bytes more, which
 * were taken from the user and are not in the queue. */
void duos__conn_lose(duos_conn *conn, duos_err reason, size_t len);

/* Receives exactly if nobody is against it: neither the user nor the queue. */
void duos__conn_update_receiving(duos_conn *conn);

void duos__conn_set_peer(duos_conn *conn, const duos_addr *addr);

/* Addresses of 24 bytes, and back. */
void duos__peer_set(duos__peer *peer, const duos_addr *addr);
void duos__peer_get(const duos__peer *peer, duos_addr *addr);

/* Sends or queues, whatever the limits say: DUOS_OK, or what must end the
 * connection, if it has not done so yet. */
duos_err duos__conn_emit(duos_conn *conn, const void *data, size_t len);

#endif
