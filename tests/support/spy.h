/* SPDX-License-Identifier: MIT */
/*
 * spy.h - the system's calls as duosock makes them, seen and bent: the
 * program that links spy_posix.c or spy_win32.c has these calls itself, and
 * the linker prefers them. They ask the system, unless told otherwise here.
 *
 * For what cannot be brought about on demand: errors that a network passes on
 * through accept, a connect that is refused at once, an old or new Windows.
 */
#ifndef TEST_SPY_H
#define TEST_SPY_H

#include "support/check.h"

typedef struct spy {
    /* Seen since spy_reset. */
    unsigned opened;       /* sockets, by socket or WSASocketW */
    unsigned opened_tcp;   /* of them, streams */
    unsigned inheritable;  /* opened or accepted without the flag against it */
    unsigned blocking;     /* opened or accepted without SOCK_NONBLOCK */
    unsigned accepted;     /* accepts that gave a socket */
    unsigned pairs;        /* socketpairs */
    unsigned connects;     /* calls of connect */
    unsigned believed;     /* Windows: refusals that count at once */
    unsigned reuse;        /* SO_REUSEADDR set */
    unsigned shared;       /* SO_REUSEPORT set */
    unsigned exclusive;    /* SO_EXCLUSIVEADDRUSE set */
    unsigned silenced;     /* Windows: reports of lost datagrams turned off */
    unsigned send_buffers; /* settings of SO_SNDBUF */
    int send_buffer;       /* the last one */

    /* Told to happen. Native error numbers; 0 is none. */
    int accept_errors[16]; /* of the next accepts, in their order */
    int accept_always;     /* of all accepts after them */
    bool forget_peer;      /* accept gives an address of length 0 */
    int connect_error;     /* of every connect */
    unsigned lost;         /* Windows: receives that are 10054 instead */
    bool know_keepidle;    /* Windows: TCP_KEEPIDLE is there */
    uint32_t ideal;        /* Windows: the ideal send backlog, 0 to ask */
    uint32_t tcp_state;    /* Windows: what TCP_INFO tells, 0 to ask */
    bool old_windows;      /* Windows: no flag against inheriting */
    unsigned close_blocks; /* Windows: closes that would block instead */
    intptr_t layered;      /* Windows: has no base, but one below it, */
    intptr_t below;        /* ... which is this */
} spy;

extern spy spied;

/* Forgets what was seen, and lets everything happen as it does. */
void spy_reset(void);

/* The native numbers of some errors that accept and connect can have. */
extern const int spy_network_errors[];
extern const size_t spy_network_error_count;
extern const int spy_no_descriptor;
extern const int spy_refused;

#endif
