/* SPDX-License-Identifier: MIT */
/*
 * server_core.h - a server from the inside: server.c and server_accept.c.
 */
#ifndef DUOS_SERVER_CORE_H
#define DUOS_SERVER_CORE_H

#include <duosock/server.h>

#include "conn_core.h"
#include "listen_path.h"
#include "slots.h"

/* A connection's place in the table; its name is the duos_conn_id. */
typedef struct duos__conn_slot {
    duos__slot slot;
    duos_conn *conn;
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
    duos__listen_socket *listeners;
    duos__timer retry; /* while no descriptor is left */
    uint32_t backoff_ms;
    bool accept_paused;
    bool draining;  /* takes no more listeners */
    bool finishing; /* the listeners are closed, connections finish */
    bool drained_told;
    bool destroyed;
    duos__timer drain_deadline;
    duos__deferred end; /* what comes next: begin_drain, tell_drained, end */
    bool end_deferred;
};

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

#endif
