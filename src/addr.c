/* SPDX-License-Identifier: MIT */
/*
 * addr.c - address values: build and compare. addr_parse.c reads them,
 * addr_format.c prints them.
 */
#include <duosock/addr.h>

#include <string.h>

duos_addr duos_addr_ipv4(uint8_t a, uint8_t b, uint8_t c, uint8_t d,
                         uint16_t port)
{
    duos_addr addr;

    memset(&addr, 0, sizeof addr);
    addr.family = DUOS_IPV4;
    addr.port = port;
    addr.ip.v4[0] = a;
    addr.ip.v4[1] = b;
    addr.ip.v4[2] = c;
    addr.ip.v4[3] = d;
    return addr;
}

duos_addr duos_addr_ipv6(const uint8_t *bytes, uint16_t port)
{
    duos_addr addr;

    memset(&addr, 0, sizeof addr);
    addr.family = DUOS_IPV6;
    addr.port = port;
    if (bytes != NULL) {
        memcpy(addr.ip.v6, bytes, 16);
    }
    return addr;
}

duos_addr duos_addr_loopback(duos_family family, uint16_t port)
{
    duos_addr addr;

    if (family == DUOS_IPV4) {
        return duos_addr_ipv4(127, 0, 0, 1, port);
    }
    if (family == DUOS_IPV6) {
        addr = duos_addr_ipv6(NULL, port);
        addr.ip.v6[15] = 1;
        return addr;
    }
    memset(&addr, 0, sizeof addr);
    return addr;
}

bool duos_addr_equal(const duos_addr *a, const duos_addr *b)
{
    if (a == NULL || b == NULL || a->family != b->family) {
        return false;
    }
    switch (a->family) {
    case DUOS_IPV4:
        return a->port == b->port && memcmp(a->ip.v4, b->ip.v4, 4) == 0;
    case DUOS_IPV6:
        return a->port == b->port && a->scope == b->scope &&
               memcmp(a->ip.v6, b->ip.v6, 16) == 0;
    case DUOS_UNIX:
        return a->path_len == b->path_len &&
               memcmp(a->ip.path, b->ip.path, a->path_len) == 0;
    default:
        return true;
    }
}
