/* SPDX-License-Identifier: MIT */
/*
 * multicast.h - which multicast groups a socket hears.
 *
 * The way to receive that works on every system: duos_open, duos_set_reuse
 * with DUOS_REUSE_SHARED if others listen to the port, duos_bind to the any
 * address (Windows cannot bind to a group), and a join. Sending needs none of
 * this; the options MULTICAST_IF, MULTICAST_TTL and MULTICAST_LOOP say where
 * to and how far.
 *
 * Interfaces are named by index, for IPv4 as for IPv6; 0 is the system's
 * choice. Groups are addresses whose port is not looked at.
 */
#ifndef DUOSOCK_MULTICAST_H
#define DUOSOCK_MULTICAST_H

#include <duosock/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Joins a group on one interface.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL or an address that is no multicast
 *     address; DUOS_EAFNOSUPPORT for a group of another family than the
 *     socket's; DUOS_ENOENT: there is no such interface; DUOS_EBADF; the
 *     system's code: the group was joined before.
 * Blocking: never.
 * Thread: any.
 * Platform: on Linux a socket bound to the any address also receives what
 *     other sockets joined, unless MULTICAST_ALL is off.
 * Source: RFC 3678 MCAST_JOIN_GROUP.
 */
DUOS_API DUOS_CHECKED duos_err duos_multicast_join(duos_socket s,
                                                   const duos_addr *group,
                                                   uint32_t if_index);

/*
 * Leaves a group that was joined on that interface.
 *
 * Returns: DUOS_OK; DUOS_EINVAL, DUOS_EAFNOSUPPORT, DUOS_ENOENT, DUOS_EBADF
 *     as duos_multicast_join; the system's code for a group that was not
 *     joined.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API DUOS_CHECKED duos_err duos_multicast_leave(duos_socket s,
                                                    const duos_addr *group,
                                                    uint32_t if_index);

/*
 * Joins a group for what one sender sends. More senders may be added.
 *
 * Returns: DUOS_OK; DUOS_EINVAL, DUOS_EAFNOSUPPORT, DUOS_ENOENT, DUOS_EBADF
 *     as duos_multicast_join, the source being of the socket's family, too;
 *     the system's code, DUOS_ENOTSUP where it knows no sources.
 * Blocking: never.
 * Thread: any.
 * Source: RFC 3678 MCAST_JOIN_SOURCE_GROUP.
 */
DUOS_API DUOS_CHECKED duos_err
duos_multicast_join_source(duos_socket s, const duos_addr *group,
                           const duos_addr *source, uint32_t if_index);

/*
 * No longer receives what this sender sends to the group.
 *
 * Returns: DUOS_OK; DUOS_EINVAL, DUOS_EAFNOSUPPORT, DUOS_ENOENT, DUOS_EBADF
 *     as duos_multicast_join_source; the system's code.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API DUOS_CHECKED duos_err
duos_multicast_leave_source(duos_socket s, const duos_addr *group,
                            const duos_addr *source, uint32_t if_index);

#ifdef __cplusplus
}
#endif

#endif
