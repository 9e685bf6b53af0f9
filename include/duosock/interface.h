/* SPDX-License-Identifier: MIT */
/*
 * interface.h - the network interfaces of this machine and their addresses.
 *
 * An interface has a name and an index. The index is what the zone of an IPv6
 * address holds (duos_addr.scope); it is not kept over a restart of the
 * machine, and goes with the interface.
 */
#ifndef DUOSOCK_INTERFACE_H
#define DUOSOCK_INTERFACE_H

#include <duosock/addr.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Longest name of an interface in bytes, without its final NUL. */
#define DUOS_INTERFACE_NAME_MAX 63

/*
 * One address of an interface. An interface with several addresses comes
 * several times, one without any comes once, with an addr of DUOS_UNSPEC.
 *
 * name: "lo", "eth0"; on Windows "loopback_0", "ethernet_32768", not the name
 * that Settings show. addr: port 0; a link-local one with its scope. prefix:
 * how many bits of addr name the network. up: it is switched on and, where
 * the system tells, connected.
 *
 * Life cycle: a plain value; nothing is to be freed.
 */
typedef struct duos_interface {
    char name[DUOS_INTERFACE_NAME_MAX + 1];
    uint32_t index;
    duos_addr addr;
    uint8_t prefix;
    bool up;
    bool loopback;
    bool multicast;
} duos_interface;

/*
 * Lists the interfaces with their IPv4 and IPv6 addresses, in the system's
 * order.
 *
 * list: receives up to cap elements; NULL if cap is 0.
 * count: receives how many there are, which may be more than cap: the rest
 *     was left out, and the call may be repeated with a larger list.
 *
 * Returns: DUOS_OK; DUOS_EINVAL when count is NULL, or list without a cap of
 *     0; DUOS_ENOMEM; the system's code.
 * Blocking: never.
 * Thread: any.
 * Platform: the system uses memory of its own meanwhile; on Windows
 *     iphlpapi.dll is loaded for the call, which Windows 7 can do safely only
 *     with the update KB2533623 (DUOS_ENOTSUP without). On the simulator
 *     every host has lo and eth0.
 * Source: getifaddrs(3), GetAdaptersAddresses.
 */
DUOS_API DUOS_CHECKED duos_err duos_interfaces(duos_interface *list, size_t cap,
                                               size_t *count);

/*
 * The index of an interface.
 *
 * name: as duos_interfaces gives it.
 * index: receives the index, never 0.
 *
 * Returns: DUOS_OK; DUOS_EINVAL when name or index is NULL; DUOS_ENOENT when
 *     no interface has this name; DUOS_ENAMETOOLONG for more than
 *     DUOS_INTERFACE_NAME_MAX bytes; the system's code.
 * Blocking: never.
 * Thread: any.
 * Platform: Windows as duos_interfaces.
 * Source: RFC 3493 section 4, if_nametoindex(3).
 */
DUOS_API DUOS_CHECKED duos_err duos_interface_index(const char *name,
                                                    uint32_t *index);

/*
 * The name of an interface.
 *
 * name: receives the name with its final NUL; DUOS_INTERFACE_NAME_MAX + 1
 *     bytes are enough.
 * cap: bytes that name has room for.
 *
 * Returns: DUOS_OK; DUOS_EINVAL when name is NULL; DUOS_ENOENT when no
 *     interface has this index; DUOS_ENOSPACE when cap is too small, with
 *     nothing written; the system's code.
 * Blocking: never.
 * Thread: any.
 * Platform: Windows as duos_interfaces.
 * Source: RFC 3493 section 4, if_indextoname(3).
 */
DUOS_API DUOS_CHECKED duos_err duos_interface_name(uint32_t index, char *name,
                                                   size_t cap);

#ifdef __cplusplus
}
#endif

#endif
