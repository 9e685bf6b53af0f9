/* SPDX-License-Identifier: MIT */
/*
 * crowd.h - an address where a connect gets no answer, on Linux: the backlog
 * of its listener is full. Elsewhere it is refused.
 */
#ifndef TEST_CROWD_H
#define TEST_CROWD_H

#include "support/net.h"

#define CROWD 8

typedef struct crowd {
    duos_addr at;
    duos_socket listener;
    duos_socket guests[CROWD];
} crowd;

static inline void crowd_open(crowd *c)
{
    int i;

    c->listener = net_listen(DUOS_IPV4, 1, &c->at);
    for (i = 0; i < CROWD; i++) {
        c->guests[i] = net_open(DUOS_IPV4, DUOS_STREAM);
        (void)!duos_connect(c->guests[i], &c->at);
    }
}

static inline void crowd_close(crowd *c)
{
    int i;

    for (i = 0; i < CROWD; i++) {
        net_close(&c->guests[i]);
    }
    net_close(&c->listener);
}

#endif
