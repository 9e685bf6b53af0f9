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

#include <duosock/cidr.h>
#include <duosock/conn.h>
#include <duosock/frame.h>
#include <duosock/listen.h>
#include <duosock/transport.h>

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
 * Names a client that was handed over by on_admit, until it is given back; 0
 * is never one.
 */
typedef struct duos_ticket {
    uint64_t value;
} duos_ticket;

/*
 * How a server works. Set by duos_server_config_init; 0 in a limit means
 * none.
 *
 * handler: what connections report to; copied. user: the user pointer that
 *     connections begin with.
 * max_clients: connections at a time; one more is refused (10,000).
 * accepts_per_turn: taken from a listener before others have their turn (64,
 *     and 0 means that as well: there is always a limit).
 * limits: of each connection: 1 MiB, 256 KiB and 64 KiB for the queue,
 *     30 s to the first byte, 5 min idle, 30 s stalled, 2 s lingering,
 *     back-pressure on, 256 KiB each way in a turn.
 * drain_waits: duos_server_drain closes no connection: each ends when its
 *     user or its peer ends it, at the latest at the deadline (off). For users
 *     who cannot tell what is still to be answered, as a relay.
 * on_error: a listener failed (DUOS_EMFILE while no descriptor is left, or
 *     what else makes it pause, told once per pause; or what ended it); may be
 *     NULL.
 * on_drained: after duos_server_drain, no client is left; may be NULL.
 * max_clients_per_address: connections at a time of one address; one more is
 *     refused (1,000). An IPv4-mapped address is the IPv4 address that it
 *     stands for; unix sockets have no limit.
 * prefix_v6: so many bits of an IPv6 address are one address for that limit
 *     (64, since whoever has one address has all behind it; 0 means that as
 *     well).
 * deny, allow: prefixes of addresses, copied. One that a prefix of deny
 *     matches is refused; so is one that no prefix of allow does, unless
 *     allow is empty. Neither is asked about unix sockets.
 * on_refuse: one is refused; the words that are returned are its farewell:
 *     sent as far as they go without waiting, then its socket is closed. No
 *     words ({NULL, 0}): it is closed without. reason: DUOS_ELIMIT for
 *     max_clients, DUOS_EUSERS for its address, DUOS_EACCES for allow or
 *     deny, DUOS_EMFILE when no descriptor is left (see below), DUOS_ENOMEM or
 *     what else kept it out, on_admit among that. NULL: closed without words.
 * on_admit: takes over the socket of a client that was let in, non-blocking,
 *     to serve it elsewhere: see duos_server_take. It counts as a client here
 *     until its ticket is given back. DUOS_OK: the socket is the callee's. An
 *     error: it is refused for that reason. NULL: clients are connections of
 *     this server.
 * on_gone: a connection of duos_server_take has ended and its socket is
 *     closed, or was released; origin is what was given there. May be NULL.
 * transport, transport_user: what stands between the wire and the handler,
 *     as TLS (see transport.h); NULL for nothing.
 * proxy: proxy_count prefixes of load balancers, copied; none as a rule. A
 *     client from one of them must begin with a header of the PROXY protocol,
 *     version 1 or 2, at most 107 or 4096 bytes, within handshake_ms: on_open
 *     comes behind it, and duos_conn_origin tells what it said. Anything else
 *     ends the connection: DUOS_EPROTO, also for a second header,
 *     DUOS_ETRUNCATED for the end of the stream within it. A client from
 *     elsewhere begins as ever, without a header: one who sends one is
 *     refused (DUOS_EACCES); of a header that came in pieces, the handler may
 *     have seen the first. Headers of unix streams and of unknown families
 *     are taken and name nobody. max_clients_per_address counts whom the
 *     header names, not the load balancer, and deny holds for both of them:
 *     one who is refused for that gets no words, and on_close without on_open,
 *     with DUOS_EUSERS or DUOS_EACCES. allow is for the TCP peer alone.
 * drain_first_byte_ms: in a drain, one that has sent nothing yet, but for its
 *     greeting, is not idle before it has been there for so long, or open for
 *     so long (100): its first bytes may be under way.
 *
 * When no descriptor is left, a server with listeners has a spare one: it
 * accepts one with that, refuses it (DUOS_EMFILE), and pauses for 50 ms, then
 * 100, up to a second, or until a client leaves. For want of memory it only
 * pauses, and so it does when nothing but errors comes that are not of the
 * network, as EPERM. Clients that are there notice nothing.
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
    uint32_t max_clients_per_address;
    uint32_t prefix_v6;
    const duos_cidr *allow;
    size_t allow_count;
    const duos_cidr *deny;
    size_t deny_count;
    duos_bytes (*on_refuse)(duos_server *server, const duos_addr *peer,
                            duos_err reason, void *user);
    duos_err (*on_admit)(duos_server *server, duos_socket s,
                         const duos_addr *peer, duos_ticket ticket, void *user);
    void (*on_gone)(duos_server *server, void *origin, void *user);
    const duos_transport_ops *transport;
    void *transport_user;
    const duos_cidr *proxy;
    size_t proxy_count;
    int32_t drain_first_byte_ms;
    bool drain_waits;
} duos_server_config;

/* What a server has counted since it was made: each limit has a counter. */
typedef struct duos_server_stats {
    size_t size;
    uint32_t clients;         /* now, those handed over included */
    uint32_t clients_peak;    /* the most at a time */
    uint64_t accepted;        /* let in, by a listener or duos_server_take */
    uint64_t refused_limit;   /* max_clients */
    uint64_t accept_errors;   /* gone before they could be accepted, or no
                                 memory for them, or refused by on_admit */
    uint64_t accept_pauses;   /* times that no descriptor was left, or what
                                 else keeps a listener from accepting */
    uint64_t bytes_received;  /* of connections that have ended */
    uint64_t bytes_sent;      /* of connections that have ended */
    uint64_t refused_address; /* max_clients_per_address */
    uint64_t refused_denied;  /* allow and deny */
    uint64_t shed;            /* refused with the spare descriptor */
    uint64_t read_yields;     /* turns that came to read_per_turn */
    uint64_t write_yields;    /* turns that came to write_per_turn */
    uint64_t no_buffers;      /* sends that the system had no buffers for */
    uint64_t accept_yields;   /* turns that came to accepts_per_turn */
    uint64_t first_byte_ends; /* connections that first_byte_ms has ended */
    uint64_t idle_ends;       /* idle_ms */
    uint64_t stall_ends;      /* stall_ms */
    uint64_t linger_ends;     /* linger_ms: the peer did not end in time */
    uint64_t handshake_ends;  /* handshake_ms */
    uint64_t queue_holds;     /* times that a queue rose above queue_high */
    uint64_t queue_refusals;  /* sends that queue_max has refused */
} duos_server_stats;

/*
 * Fills in the defaults.
 *
 * config: NULL is ignored.
 * size: sizeof(duos_server_config), which the macro of this name adds.
 *
 * Blocking: never.
 * Thread: any.
 */
DUOS_API void duos_server_config_init(duos_server_config *config, size_t size);
#define duos_server_config_init(config)                                        \
    (duos_server_config_init)(config, sizeof(duos_server_config))

/*
 * Makes a server on a loop. It listens nowhere yet.
 *
 * config: copied; NULL means the defaults, which discard what comes.
 * out: receives the server.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for a NULL, a config of an unknown size, a
 *     transport that is not complete, NULL for prefixes that are counted, or
 *     one that can match nothing;
 *     DUOS_ERANGE for a negative time, for marks that are not
 *     queue_low <= queue_high <= queue_max, or for prefix_v6 above 128;
 *     DUOS_ENOMEM; the system's code when it has no random bytes.
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
 *     wanted. To learn all of them, call duos_listener_open and
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
 * Takes a connected socket in as a client, as if it had been accepted here:
 * one that another server's on_admit was given, as a rule, whose loop runs in
 * another thread:
 *
 *     acceptor's thread             worker's thread
 *     on_admit: makes a record      duos_server_take(..., record); what it
 *       of socket, peer, ticket;      refuses goes back at once
 *       posts it                    ... on_open, on_data, on_close
 *     duos_server_give_back         on_gone: posts the record back
 *
 * The limits, allow and deny hold here as well. on_open comes within this
 * call.
 *
 * s: a connected stream socket; it becomes non-blocking.
 * peer: its address; NULL: the system is asked.
 * origin: for on_gone, once; NULL: that is not called.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_ESTATE while draining;
 *     DUOS_ELIMIT, DUOS_EUSERS and DUOS_EACCES when it is refused, as
 *     on_refuse would tell, which is not called; DUOS_ENOMEM; the system's
 *     code.
 * Ownership: on success the connection has the socket; otherwise it stays the
 *     caller's.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API DUOS_CHECKED duos_err duos_server_take(duos_server *server,
                                                duos_socket s,
                                                const duos_addr *peer,
                                                void *origin);

/*
 * Tells the server that let a client in that it is gone: it counts no more.
 *
 * ticket: as on_admit was given it. Those of a server that was destroyed must
 *     not be given back.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_EBADHANDLE for a ticket that
 *     was given back before, or never was one.
 * Blocking: never.
 * Thread: the loop's; from another thread, post it.
 */
DUOS_API duos_err duos_server_give_back(duos_server *server,
                                        duos_ticket ticket);

/*
 * Ends gracefully. First, connections that have nothing to say are closed, so
 * that their descriptors are free; what waits in the backlogs is taken (4,096
 * at most of each), and the listeners are closed. Unless drain_waits says
 * otherwise, each connection finishes:
 * what has arrived is handed over (except to one that is paused), what waits
 * is sent, then it is closed. One that is held by back-pressure may read on
 * for a second, or for half of timeout_ms if that is less, before the rest of
 * its input is given up. Clients that were handed over end where they are;
 * on_drained waits for their tickets, without a deadline. on_drained tells the
 * end. The second call changes only the deadline. In a callback it begins at
 * the end of the turn; elsewhere on_open, on_data and on_close may be called
 * within this call.
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
 * call; a callback of the server may call it as well, and then they come at
 * the end of the turn. Clients that were handed over are forgotten.
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
