/* SPDX-License-Identifier: MIT */
/*
 * server_core.h - a server from the inside: server.c has its life and its
 * table, server_accept.c its listeners, server_admit.c who is let in,
 * server_end.c how it ends.
 */
#ifndef DUOS_SERVER_CORE_H
#define DUOS_SERVER_CORE_H

#include <duosock/server.h>

#include "conn_core.h"
#include "listen_path.h"
#include "server_address.h"
#include "slots.h"

/*
 * A client's place in the table; its name is the duos_conn_id, or the
 * duos_ticket of one that was handed over. The slot's link is its entry in
 * the table of addresses.
 */
typedef struct duos__conn_slot {
    duos__slot slot;
    duos_conn *conn; /* NULL: handed over */
} duos__conn_slot;

/* One of the sockets that a server listens on. */
typedef struct duos__listen_socket {
    duos__acceptor acceptor; /* first: the engine's events are for it */
    duos_server *server;
    struct duos__listen_socket *next;
    bool has_path; /* of a unix socket: its file goes with it */
    duos_addr path;
    sys_path_id file;
} duos__listen_socket;

struct duos_server {
    duos__owner owner; /* first: connections know the server by it */
    duos_server_config config;
    duos_server_stats stats;
    duos__slots slots;
    duos__addresses addresses;
    duos_cidr *cidrs; /* the copies of allow, deny and proxy, in one block */
    size_t cidr_count;
    void **origins; /* of connections that were taken, by their slots */
    uint32_t origin_count;
    duos__listen_socket *listeners;
    duos_socket spare; /* a descriptor to refuse with when none is left */
    duos__timer retry; /* while no descriptor is left, or one is held */
    uint32_t backoff_ms;
    uint32_t doubts;   /* errors in a row of which nobody knows whose */
    uint64_t arrivals; /* that accept gave */
    bool accept_paused;
    bool draining;  /* takes no more listeners */
    bool finishing; /* the listeners are closed, connections finish */
    bool overdue;   /* the deadline has passed */
    bool drained_told;
    bool destroyed;
    duos__timer drain_deadline;
    uint64_t patience_ns; /* until then, what is held may read on */
    duos__deferred end;   /* what comes next: begin_drain, tell_drained, end */
    bool end_deferred;
};

/* ---- server.c: the table ----------------------------------------------- */

duos__conn_slot *duos__server_slot(const duos_server *server, uint32_t index);

/* The next connection at or behind index, whatever its state. */
duos_conn *duos__server_conn_from(const duos_server *server, uint32_t index);

/* ---- server_accept.c: listeners ---------------------------------------- */

/* Takes over a listener's socket, already non-blocking. */
duos_err duos__server_add_listener(duos_server *server, duos_socket sock);

/* Takes over all that a duos_listener has, or nothing. */
duos_err duos__server_add_all(duos_server *server,
                              const duos_listener *listener);

/* Closes all listeners. */
void duos__server_close_listeners(duos_server *server);

/* Takes what waits in the backlogs, once, bounded. */
void duos__server_accept_backlog(duos_server *server);

/* A descriptor has become free: accepts again, if that was paused. */
void duos__server_accept_resume(duos_server *server);

void duos__server_accept_init(duos_server *server);

/* ---- server_admit.c: who is let in ------------------------------------- */

/* Lets in or refuses one who was accepted; takes over the socket. */
void duos__server_admit(duos_server *server, duos_socket sock,
                        const duos_addr *peer);

/* Closes the socket of one who cannot be let in, with words if there are. */
void duos__server_refuse(duos_server *server, duos_socket sock,
                         const duos_addr *peer, duos_err reason);

/* The owner's named: a client of a load balancer is judged and counted by the
 * address that the header says. */
duos_err duos__server_conn_named(duos__owner *owner, duos_conn *conn,
                                 const duos_addr *remote);

/* A client is gone: it is counted no more, and its place is free. */
void duos__server_leave(duos_server *server, uint32_t index);

/* ---- server_end.c ------------------------------------------------------ */

/* The owner's gone, by which a server's connections are known. */
void duos__server_conn_gone(duos__owner *owner, duos_conn *conn);

void duos__server_end_init(duos_server *server);

#endif
