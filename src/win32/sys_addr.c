/* SPDX-License-Identifier: MIT */
/*
 * sys_addr.c - duos_addr to struct sockaddr and back.
 */
#include "win32.h"

int duos__family_to_native(int family)
{
    switch (family) {
    case DUOS_IPV4:
        return AF_INET;
    case DUOS_IPV6:
        return AF_INET6;
    default:
        return AF_UNSPEC;
    }
}

static int v4_to_native(const duos_addr *addr, struct sockaddr_in *v4)
{
    memset(v4, 0, sizeof *v4);
    v4->sin_family = AF_INET;
    v4->sin_port = htons(addr->port);
    memcpy(&v4->sin_addr, addr->ip.v4, sizeof addr->ip.v4);
    return (int)sizeof *v4;
}

static int v6_to_native(const duos_addr *addr, struct sockaddr_in6 *v6)
{
    memset(v6, 0, sizeof *v6);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(addr->port);
    v6->sin6_scope_id = addr->scope;
    memcpy(&v6->sin6_addr, addr->ip.v6, sizeof addr->ip.v6);
    return (int)sizeof *v6;
}

duos_err duos__addr_to_native(const duos_addr *addr, duos__sockaddr *native,
                              int *len)
{
    switch (addr->family) {
    case DUOS_IPV4:
        *len = v4_to_native(addr, &native->v4);
        return DUOS_OK;
    case DUOS_IPV6:
        *len = v6_to_native(addr, &native->v6);
        return DUOS_OK;
    default:
        return DUOS_EAFNOSUPPORT;
    }
}

static void v4_from_native(const struct sockaddr_in *v4, duos_addr *addr)
{
    addr->family = DUOS_IPV4;
    addr->port = ntohs(v4->sin_port);
    memcpy(addr->ip.v4, &v4->sin_addr, sizeof addr->ip.v4);
}

static void v6_from_native(const struct sockaddr_in6 *v6, duos_addr *addr)
{
    addr->family = DUOS_IPV6;
    addr->port = ntohs(v6->sin6_port);
    addr->scope = (uint32_t)v6->sin6_scope_id;
    memcpy(addr->ip.v6, &v6->sin6_addr, sizeof addr->ip.v6);
}

void duos__addr_from_native(const duos__sockaddr *native, duos_addr *addr)
{
    memset(addr, 0, sizeof *addr);
    switch (native->any.sa_family) {
    case AF_INET:
        v4_from_native(&native->v4, addr);
        break;
    case AF_INET6:
        v6_from_native(&native->v6, addr);
        break;
    default:
        break; /* the system told nothing: unspecified */
    }
}
