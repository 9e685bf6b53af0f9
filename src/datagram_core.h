/* SPDX-License-Identifier: MIT */
/*
 * datagram_core.h - a server of datagrams from the inside: datagram.c has its
 * life, datagram_socket.c its sockets, datagram_io.c what a turn does.
 */
#ifndef DUOS_DATAGRAM_CORE_H
#define DUOS_DATAGRAM_CORE_H

#include <duosock/datagram.h>
#include <duosock/message.h>

#include "datagram_limit.h"
#include "loop_core.h"

/* A batch of messages, each with a buffer of max_size; one block of memory. */
typedef struct duos__parcels {
    duos_message *messages;
    duos_buf *parts;
} duos__parcels;

/* One of the sockets that a server receives from. */
typedef struct duos__datagram_socket {
    duos_watch watch;
    duos_socket sock; /* invalid once it is closed */
    duos_addr at;
    bool connected; /* answers go without an address */
    duos_datagram *datagram;
    struct duos__datagram_socket *next;
} duos__datagram_socket;

struct duos_datagram {
    duos_loop *loop;
    duos_datagram_config config;
    duos_datagram_stats stats;
    duos__limiter limiter;
    duos__datagram_socket *sockets;
    duos__parcels in;
    duos__parcels out;
    size_t answers;                 /* in out */
    duos__datagram_socket *serving; /* whose datagrams these are, or NULL */
    const duos_message *question;   /* that on_data is called for, or NULL */
    uint32_t answers_to_it;
    duos__timer retry; /* after an error that will not go away at once */
    uint32_t backoff_ms;
    bool draining; /* takes no more sockets */
    bool destroyed;
    duos__deferred drain;
    duos__deferred end;
};

/* Begins to receive, or begins again. */
duos_err duos__datagram_start(duos__datagram_socket *s);

/* Takes what is there, at most per_turn, and answers. */
void duos__datagram_receive(duos__datagram_socket *s);

/* Sends the answers that there are. */
void duos__datagram_flush(duos_datagram *datagram);

void duos__datagram_close_socket(duos__datagram_socket *s);

/* The watch of a socket, and the timer that tries again. */
void duos__datagram_ready(duos_watch *watch, unsigned events, void *user);
void duos__datagram_retry(duos__timer *timer);

#endif
