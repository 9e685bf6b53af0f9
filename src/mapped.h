/* SPDX-License-Identifier: MIT */
/*
 * mapped.h - IPv4 addresses in the clothes of IPv6 ones, ::ffff:0:0/96, as
 * sockets that take both versions show them.
 */
#ifndef DUOS_MAPPED_H
#define DUOS_MAPPED_H

#include <duosock/addr.h>

#include <string.h>

/* Of 16 bytes; the last 4 are the IPv4 address then. */
static inline bool duos__is_mapped(const uint8_t *v6)
{
    static const uint8_t prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255};

    return memcmp(v6, prefix, sizeof prefix) == 0;
}

static inline void duos__map(uint8_t *v6, const uint8_t *v4)
{
    memset(v6, 0, 10);
    memset(v6 + 10, 255, 2);
    memcpy(v6 + 12, v4, 4);
}

static inline duos_addr duos__addr_map(const duos_addr *v4)
{
    uint8_t bytes[16];

    duos__map(bytes, v4->ip.v4);
    return duos_addr_ipv6(bytes, v4->port);
}

static inline bool duos__addr_is_mapped(const duos_addr *addr)
{
    return addr->family == DUOS_IPV6 && duos__is_mapped(addr->ip.v6);
}

#endif
