/* SPDX-License-Identifier: MIT */
/*
 * situations.h - the states that a socket can be in while a poller watches
 * it, each brought about on real sockets over loopback.
 */
#ifndef TEST_SITUATIONS_H
#define TEST_SITUATIONS_H

#include "support/net.h"

/* What a situation is made of; sockets that it does not need are invalid. */
typedef struct stage {
    duos_socket watched;
    duos_socket peer;
    duos_socket third;
    duos_poller *poller;
    duos_token token; /* of watched, once it is in the poller */
} stage;

/*
 * One state. set: brings it about before the socket is watched. meanwhile:
 * does so while it is watched and was asked about; NULL where nothing happens
 * then.
 */
typedef struct situation {
    const char *name;
    void (*set)(stage *s);
    void (*meanwhile)(stage *s);
} situation;

extern const situation situations[];
extern const size_t situation_count;

#endif
