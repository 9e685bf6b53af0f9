/* SPDX-License-Identifier: MIT */
/*
 * pair.h - two sockets that are connected to each other, on every system.
 */
#ifndef DUOSOCK_PAIR_H
#define DUOSOCK_PAIR_H

#include <duosock/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Makes two sockets of which each is the other's peer.
 *
 * type: DUOS_STREAM or DUOS_DGRAM.
 * flags: DUOS_BLOCKING or DUOS_NONBLOCK, for both.
 * out: receives the two.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL or an unknown type or flag;
 *     DUOS_EMFILE when the process may open no more; DUOS_ETIMEDOUT when
 *     loopback does not answer within 5 s; the system's code.
 * Ownership: the caller closes both. They are as safe as those of duos_open.
 * Blocking: never on POSIX; at most 5 s on Windows.
 * Thread: any.
 * Platform: a nameless pair of unix sockets on POSIX. Windows has none: there
 *     they are connected over loopback; both addresses and a random number
 *     are checked, so that a stranger who comes first gets nothing. What
 *     follows differs: datagrams are lost rather than waited for when the
 *     receiver is slow, and closing with unread bytes is a reset.
 * Source: socketpair(2).
 */
DUOS_API DUOS_CHECKED duos_err duos_socketpair(duos_type type, unsigned flags,
                                               duos_socket out[2]);

#ifdef __cplusplus
}
#endif

#endif
