/* SPDX-License-Identifier: MIT */
/*
 * os_net.h - what tests ask of the network itself: that it vanishes, that it
 * is this process's own, that strangers knock. os_net_linux.c knows how; of
 * other systems nobody does. A result of false: not here, or not without
 * rights.
 */
#ifndef TEST_OS_NET_H
#define TEST_OS_NET_H

#include "support/check.h"

/*
 * From now on nothing that is sent to s arrives, not even an acknowledgement
 * comes back. To its peer it looks like a network that has vanished.
 */
bool os_cut_off(duos_socket s);

/*
 * From now on this process opens its sockets in a network of its own, with
 * loopback addresses, and with 10.0.0.0/8, where nobody answers. For good, and
 * only before there are threads.
 */
bool os_begin_island(void);

/* On an island: the first packet of a connection from 10.x.x.x to loopback. */
bool os_send_syn(uint32_t number, const duos_addr *to);

/* States of a connection. */
enum {
    OS_SYN_RECV = 3,
    OS_TIME_WAIT = 6
};

/* How many IPv4 connections are in a state, by their port here or there. */
bool os_count_tcp(int state, uint16_t local, uint16_t remote, unsigned *count);

#endif
