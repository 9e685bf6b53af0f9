/* SPDX-License-Identifier: MIT */
/*
 * sys_addr.c - duos_addr to struct sockaddr and back.
 *
 * sa_len, which the BSDs have, is left alone: their kernels fill it in from
 * the length that is passed along.
 */
#include "posix.h"

#define PATH_OFFSET ((socklen_t)offsetof(struct sockaddr_un, sun_path))
#define PATH_ROOM   (sizeof((struct sockaddr_un *)0)->sun_path)

int duos__family_to_native(duos_family family)
{
    switch (family) {
    case DUOS_IPV4:
        return AF_INET;
    case DUOS_IPV6:
        return AF_INET6;
    case DUOS_UNIX:
        return AF_UNIX;
    case DUOS_UNSPEC:
        break;
    }
    return AF_UNSPEC;
}

static socklen_t v4_to_native(const duos_addr *addr, struct sockaddr_in *v4)
{
    memset(v4, 0, sizeof *v4);
    v4->sin_family = AF_INET;
    v4->sin_port = htons(addr->port);
    memcpy(&v4->sin_addr, addr->ip.v4, sizeof addr->ip.v4);
    return sizeof *v4;
}

static socklen_t v6_to_native(const duos_addr *addr, struct sockaddr_in6 *v6)
{
    memset(v6, 0, sizeof *v6);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(addr->port);
    v6->sin6_scope_id = addr->scope;
    memcpy(&v6->sin6_addr, addr->ip.v6, sizeof addr->ip.v6);
    return sizeof *v6;
}

/*
 * Paths are passed with their NUL, abstract names without one. What does not
 * fit is refused, never cut (trap 22).
 */
static duos_err path_to_native(const duos_addr *addr, struct sockaddr_un *un,
                               socklen_t *len)
{
    bool abstract = addr->path_len > 0 && addr->ip.path[0] == '\0';

    if (abstract && !DUOS__ABSTRACT_NAMES) {
        return DUOS_ENOTSUP;
    }
    if (addr->path_len >= PATH_ROOM) {
        return DUOS_ENAMETOOLONG;
    }
    memset(un, 0, sizeof *un);
    un->sun_family = AF_UNIX;
    memcpy(un->sun_path, addr->ip.path, addr->path_len);
    *len = PATH_OFFSET + addr->path_len + (abstract ? 0 : 1);
    return DUOS_OK;
}

duos_err duos__addr_to_native(const duos_addr *addr, duos__sockaddr *native,
                              socklen_t *len)
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
    addr->scope = v6->sin6_scope_id;
    memcpy(addr->ip.v6, &v6->sin6_addr, sizeof addr->ip.v6);
}

/*
 * The length of a name that fills room bytes at most. A path ends at its NUL
 * or, where it fills sun_path, without one. Outside Linux a leading NUL means
 * that there is no name, whatever the length says.
 */
static size_t path_length(const char *path, size_t room)
{
    const char *end = (const char *)memchr(path, '\0', room);

    if (end == NULL || (DUOS__ABSTRACT_NAMES && end == path)) {
        return room;
    }
    return (size_t)(end - path);
}

static duos_err path_from_native(const struct sockaddr_un *un, socklen_t len,
                                 duos_addr *addr)
{
    size_t room = len > PATH_OFFSET ? (size_t)(len - PATH_OFFSET) : 0;
    size_t length;

    /* The kernel tells the full length of what it has cut. */
    length = path_length(un->sun_path, room < PATH_ROOM ? room : PATH_ROOM);
    if (length > DUOS_UNIX_PATH_MAX) {
        return DUOS_ENAMETOOLONG;
    }
    addr->family = DUOS_UNIX;
    addr->path_len = (uint8_t)length;
    memcpy(addr->ip.path, un->sun_path, length);
    return DUOS_OK;
}

duos_err duos__addr_from_native(const duos__sockaddr *native, socklen_t len,
                                duos_addr *addr)
{
    memset(addr, 0, sizeof *addr);
    if (len == 0) {
        return DUOS_OK;
    }
    switch (native->any.sa_family) {
    case AF_INET:
        v4_from_native(&native->v4, addr);
        return DUOS_OK;
    case AF_INET6:
        v6_from_native(&native->v6, addr);
        return DUOS_OK;
    case AF_UNIX:
        return path_from_native(&native->path, len, addr);
    default:
        return DUOS_EAFNOSUPPORT;
    }
}
