/* SPDX-License-Identifier: MIT */
/*
 * route.h - the version of IP by which a datagram goes: IPv6 sockets send to
 * IPv4, too, and what goes with the datagram must then be IPv4's.
 */
#ifndef DUOS_ROUTE_H
#define DUOS_ROUTE_H

#include "mapped.h"
#include "sys.h"

static inline int duos__route_to(const duos_addr *addr)
{
    return duos__addr_is_mapped(addr) ? DUOS_IPV4 : addr->family;
}

/*
 * *version: DUOS_IPV4 or DUOS_IPV6. DUOS_ENOTSUP for a socket of another
 * kind; DUOS_EAFNOSUPPORT when the message is to come from an address of the
 * other version.
 */
static inline duos_err duos__route_of(duos_socket s,
                                      const duos_message *message, int *version)
{
    const duos_addr *to = &message->peer;
    duos_addr addr;
    duos_err err = DUOS_OK;

    if ((message->has & DUOS_HAS_PEER) == 0) {
        to = &addr;
        err = sys_peer_addr(s, &addr);
        err = err == DUOS_ENOTCONN ? DUOS_EDESTADDRREQ : err;
    }
    if (err != DUOS_OK) {
        return err;
    }
    *version = duos__route_to(to);
    if (*version != DUOS_IPV4 && *version != DUOS_IPV6) {
        return DUOS_ENOTSUP;
    }
    return (message->has & DUOS_HAS_LOCAL) != 0 &&
                   duos__route_to(&message->local) != *version
               ? DUOS_EAFNOSUPPORT
               : DUOS_OK;
}

/* The 4 bytes of an address that goes by IPv4. */
static inline const uint8_t *duos__addr_bytes4(const duos_addr *addr)
{
    return duos__addr_is_mapped(addr) ? addr->ip.v6 + 12 : addr->ip.v4;
}

#endif
