/* SPDX-License-Identifier: MIT */
/*
 * server.h - many clients in one thread.
 *
 * A server has any number of listeners, accepts within its limits, and hands
 * each connection's data to one handler. One that misbehaves harms nobody
 * else: every limit is on by default.
 */
#ifndef DUOSOCK_SERVER_H
#define DUOSOCK_SERVER_H

#include <duosock/conn.h>
#include <duosock/listen.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A server.
 *
 * Life cycle: duos_server_create, duos_server_listen, the loop runs,
 * duos_server_drain or not, duos_server_destroy.
 */
typedef struct duos_server duos_server;

/*
 * How a server works. Set by duos_server_config_init; 0 in a limit means
 * none.
 *
 * handler: what connections report to; copied. user: the user pointer that
 *     connections begin with.
 * max_clients: connections at a time; one more is closed at once (10,000).
 * accepts_per_turn: taken from a listener before others have their turn (64,
 *     and 0 means that as well: there is always a limit).
 * limits: of each connection: 1 MiB, 256 KiB and 64 KiB for the queue,
 *     30 s to the first byte, 5 min idle, 30 s stalled, 2 s lingering,
 *     back-pressure on.
 * drain_waits: duos_server_drain closes no connection: each ends when its
 *     user or its peer ends it, at the latest at the deadline (off). For who
 *     cannot tell what is still to be answered, as a relay.
 * on_error: a listener failed (DUOS_EMFILE while no descriptor is left, told
 *     once per pause, or what ended it); may be NULL.
 * on_drained: after duos_server_drain, no connection is left; may be NULL.
 */
typedef struct duos_server_config {
    size_t size;
    duos_conn_handler handler;
    void *user;
    uint32_t max_clients;
    uint32_t accepts_per_turn;
    duos_conn_limits limits;
    void (*on_error)(duos_server *server, duos_err err, void *user);
    void (*on_drained)(duos_server *server, void *user);
    bool drain_waits;
} duos_server_config;

/* What a server has counted since it was made. */
typedef struct duos_server_stats {
    size_t size;
    uint32_t clients;        /* connections now */
    uint32_t clients_peak;   /* the most at a time */
    uint64_t accepted;       /* connections that were opened */
    uint64_t refused_limit;  /* closed at once: max_clients */
    uint64_t accept_errors;  /* gone before they could be accepted */
    uint64_t accept_pauses;  /* times that no descriptor was left */
    uint64_t bytes_received; /* of connections that have ended */
    uint64_t bytes_sent;     /* of connections that have ended */
} duos_server_stats;

/*
 * Fills in the defaults.
 *
 * config: NULL is ignored.
 *
 * Blocking: never.
 * Thread: any.
 */
DUOS_API void duos_server_config_init(duos_server_config *config);

/*
 * Makes a server on a loop. It listens nowhere yet.
 *
 * config: copied; NULL means the defaults, which discard what comes.
 * out: receives the server.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for a NULL, a config of an unknown size;
 *     DUOS_ERANGE for a negative time, or marks that are not
 *     queue_low <= queue_high <= queue_max; DUOS_ENOMEM.
 * Ownership: the caller destroys it before the loop.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API DUOS_CHECKED duos_err duos_server_create(
    duos_loop *loop, const duos_server_config *config, duos_server **out);

/*
 * Listens on an address, with as many sockets as it asks for.
 *
 * address, options: as for duos_listener_open; "udp:" is refused.
 * bound: receives the first bound address with its port; NULL when not
 *     wanted. Who wants all of them calls duos_listener_open and
 *     duos_server_adopt_listener.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_ESTATE while draining;
 *     DUOS_ENOTSUP for "udp:"; DUOS_ESYNTAX; DUOS_EADDRINUSE; DUOS_ENOMEM;
 *     others as duos_listener_open and duos_poller_add.
 * Ownership: the server closes the sockets, and removes the file of a unix
 *     one.
 * Blocking: never; for the path of a unix socket, at most a second, in
 *     which the loop stands still, while another program has the lock (see
 *     listen.h).
 * Thread: the loop's.
 */
DUOS_API DUOS_CHECKED duos_err
duos_server_listen(duos_server *server, const char *address,
                   const duos_listen_options *options, duos_addr *bound);

/*
 * Adds what duos_listener_open has made.
 *
 * listener: it has no sockets afterwards.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL, a listener without sockets, or one
 *     of datagrams;
 *     DUOS_ESTATE while draining; DUOS_ENOMEM; the system's code.
 * Ownership: on success the server closes the sockets, and removes the file
 *     of a unix one; otherwise the listener is unchanged.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API DUOS_CHECKED duos_err
duos_server_adopt_listener(duos_server *server, duos_listener *listener);

/*
 * Adds a listener that was made elsewhere.
 *
 * s: a listening stream socket; it becomes non-blocking.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL or a socket that does not listen;
 *     DUOS_ESTATE while draining; DUOS_EBADF; DUOS_ENOMEM; the system's code.
 * Ownership: on success the server closes s; otherwise it stays the caller's.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API DUOS_CHECKED duos_err duos_server_adopt(duos_server *server,
                                                 duos_socket s);

/*
 * Ends gracefully: takes what waits in the backlogs (accepts_per_turn of
 * each), closes the listeners, and (unless drain_waits says otherwise) lets
 * each connection finish: what has arrived is handed over (except to one that
 * is paused or held by back-pressure), what waits is sent, then it is closed.
 * on_drained tells the end. The second call changes only the deadline. In a
 * callback it begins at the end of the turn; elsewhere on_open, on_data and
 * on_close may be called within this call.
 *
 * timeout_ms: connections that are left then are aborted with DUOS_EDRAINED;
 *     less than 0 waits without limit.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_ENOMEM, in which case it
 *     drains without a deadline.
 * Blocking: never; the loop does it.
 * Thread: the loop's.
 */
DUOS_API duos_err duos_server_drain(duos_server *server, int64_t timeout_ms);

/*
 * Ends a server at once: listeners and connections are closed, and where
 * output still waits the peer sees a reset; duos_server_drain comes first if
 * that matters. Each connection gets its on_close (DUOS_ECANCELED) within this
 * call; a callback of the server may call it as well, and then they come at the
 * end of the turn.
 *
 * server: NULL is ignored.
 *
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API void duos_server_destroy(duos_server *server);

/*
 * The connection of an id.
 *
 * Returns: the connection; NULL when it has ended or never was, or for a
 *     NULL server.
 * Ownership: stays with the server.
 * Blocking: never. O(1).
 * Thread: the loop's.
 */
DUOS_API duos_conn *duos_server_find(duos_server *server, duos_conn_id id);

/*
 * The connection after one, for walks over all:
 * for (c = duos_server_next(s, NULL); c; c = duos_server_next(s, c)). The
 * body may send to, close or abort any connection.
 *
 * conn: NULL gives the first.
 *
 * Returns: an open connection, in no special order; NULL after the last.
 * Ownership: stays with the server.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API duos_conn *duos_server_next(duos_server *server,
                                     const duos_conn *conn);

/*
 * What the server has counted.
 *
 * stats: its size must be set; as many fields as fit are filled in.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL or an unknown size.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API duos_err duos_server_get_stats(const duos_server *server,
                                        duos_server_stats *stats);

/*
 * The user pointer of the configuration.
 *
 * Returns: the pointer; NULL for NULL.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API void *duos_server_user(const duos_server *server);

#ifdef __cplusplus
}
#endif

#endif
