/* SPDX-License-Identifier: MIT */
/*
 * pair.h - two sockets over loopback as if they were one call, for systems
 * without socketpair.
 *
 * Everybody on the machine can reach the ends until they have found each
 * other. So a stream's listener takes only the connection whose address is
 * ours, and a random number must come through it; datagrams that came before
 * the number are thrown away.
 */
#ifndef DUOS_PAIR_H
#define DUOS_PAIR_H

#include "sys.h"

/* All of it within this time. */
#define DUOS__PAIR_TIMEOUT_MS 5000

/*
 * A pair that is being made. Two steps, so that tests can come between.
 *
 * Life cycle: begun; then joined or given up, which closes what is left.
 */
typedef struct duos__pairing {
    duos_type type;
    duos_socket listener; /* of a stream */
    duos_socket ends[2];  /* non-blocking; both bound, if datagrams */
    duos_addr at;         /* where the listener, or ends[0], is */
} duos__pairing;

/* family: DUOS_IPV4 or DUOS_IPV6. */
duos_err duos__pair_begin(duos__pairing *p, duos_type type, duos_family family);

/* out receives the ends; flags: SYS_OPEN_NONBLOCK. */
duos_err duos__pair_join(duos__pairing *p, unsigned flags, duos_socket out[2]);

/* Both steps, over IPv4 or, where that is missing, IPv6. */
duos_err duos__pair_loopback(duos_type type, unsigned flags,
                             duos_socket out[2]);

#endif
