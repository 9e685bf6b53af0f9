/* SPDX-License-Identifier: MIT */
/*
 * net.h - sockets as tests want them: a pair that is connected, a listener on
 * loopback, a peer that resets; and time, to check how long a wait was.
 * Everything that goes wrong here fails the test.
 */
#ifndef TEST_NET_H
#define TEST_NET_H

#include "support/check.h"
#include "support/os.h"

/* The two ends of a connection. */
typedef struct pair {
    duos_socket client;
    duos_socket server;
} pair;

/* Whether ::1 can be used here. */
bool net_has_ipv6(void);

/* Skips a test of IPv6 where there is none. */
#define net_need(family)                                                       \
    do {                                                                       \
        if ((family) == DUOS_IPV6 && !net_has_ipv6()) {                        \
            skip_because("no ::1 on this machine");                            \
        }                                                                      \
    } while (0)

/* Whether the system has unix sockets, and of this type. */
bool net_has_unix(duos_type type);

/* Skips a test of unix sockets where there are none. */
#define net_need_unix(type)                                                    \
    do {                                                                       \
        if (!net_has_unix(type)) {                                             \
            skip_because("the system has no such unix sockets");               \
        }                                                                      \
    } while (0)

/* The address of a path, or, with "@" first, of an abstract name. */
duos_addr net_unix(const char *path);

/* An open, non-blocking socket. */
duos_socket net_open(duos_family family, duos_type type);

/* One that is bound to loopback; *at receives the address. */
duos_socket net_bind(duos_family family, duos_type type, duos_addr *at);

/* A non-blocking listener on loopback. */
duos_socket net_listen(duos_family family, int backlog, duos_addr *at);

/* A connection of non-blocking sockets, TCP_NODELAY on at both ends. */
pair net_pair(duos_family family);
void net_close_pair(pair *p);

/* A connection to a listener, whose other end waits in the backlog. */
duos_socket net_connect(const duos_addr *at);

/* The first that waits in the backlog, non-blocking. */
duos_socket net_accept(duos_socket listener);

/* An address on which nobody listens: the same for the whole process. */
duos_addr net_deserted(duos_family family);

/* Closes so that the peer gets a reset. */
void net_reset(duos_socket *s);

/* Waits until s is ready for want; returns all that was found. */
unsigned net_await(duos_socket s, unsigned want);

/* Sends until no more fits; returns how many bytes were taken. */
size_t net_fill(duos_socket s);

/* Sends and receives a text, to see that a connection works. */
void net_exchange(duos_socket from, duos_socket to);

void net_close(duos_socket *s);

/* A point in time, and what has passed since. */
uint64_t net_now(void);
void assert_waited_at_least(uint64_t begin, int64_t timeout_ms);
void assert_waited_less_than(uint64_t begin, int64_t timeout_ms);

#endif
