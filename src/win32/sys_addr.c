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
    case DUOS_UNIX:
        return AF_UNIX;
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

/* Abstract names are documented, but do not work (trap 23). */
static duos_err path_to_native(const duos_addr *addr, duos__sockaddr_un *un,
                               int *len)
{
    if (addr->path_len > 0 && addr->ip.path[0] == '\0') {
        return DUOS_ENOTSUP;
    }
    if (addr->path_len >= sizeof un->sun_path) {
        return DUOS_ENAMETOOLONG;
    }
    memset(un, 0, sizeof *un);
    un->sun_family = AF_UNIX;
    memcpy(un->sun_path, addr->ip.path, addr->path_len);
    *len = (int)sizeof *un;
    return DUOS_OK;
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
    case DUOS_UNIX:
        return path_to_native(addr, &native->path, len);
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

/* A path that fills all its room is more than an address holds. */
static void path_from_native(const duos__sockaddr_un *un, duos_addr *addr)
{
    const char *end =
        (const char *)memchr(un->sun_path, '\0', sizeof un->sun_path);

    if (end != NULL) {
        addr->family = DUOS_UNIX;
        addr->path_len = (uint8_t)(end - un->sun_path);
        memcpy(addr->ip.path, un->sun_path, addr->path_len);
    }
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
    case AF_UNIX:
        path_from_native(&native->path, addr);
        break;
    default:
        break; /* the system told nothing: unspecified */
    }
}
