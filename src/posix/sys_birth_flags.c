/* SPDX-License-Identifier: MIT */
/*
 * sys_birth_flags.c - sockets that are close-on-exec and non-blocking from
 * their first moment: Linux, FreeBSD, NetBSD, OpenBSD.
 *
 * No fork of another thread can come between, and accept costs one call. All
 * these kernels copy TCP_NODELAY from the listener, none copies O_NONBLOCK
 * through accept4.
 */
#include "posix.h"

duos_err sys_open(duos_family family, duos_type type, unsigned flags,
                  duos_socket *out)
{
    int domain = duos__family_to_native(family);
    int kind = type == DUOS_STREAM ? SOCK_STREAM : SOCK_DGRAM;
    int fd;

    if ((flags & SYS_OPEN_RAW) == 0) {
        kind |= SOCK_CLOEXEC;
    }
    if ((flags & SYS_OPEN_NONBLOCK) != 0) {
        kind |= SOCK_NONBLOCK;
    }
    fd = socket(domain, kind, 0);
    if (fd < 0) {
        return duos__last_error();
    }
    out->os = fd;
    return DUOS_OK;
}

duos_err sys_pair(duos_type type, unsigned flags, duos_socket out[2])
{
    int kind = type == DUOS_STREAM ? SOCK_STREAM : SOCK_DGRAM;
    int mode = (flags & SYS_OPEN_NONBLOCK) != 0 ? SOCK_NONBLOCK : 0;
    int ends[2];

    if (socketpair(AF_UNIX, kind | SOCK_CLOEXEC | mode, 0, ends) != 0) {
        return duos__last_error();
    }
    out[0].os = ends[0];
    out[1].os = ends[1];
    return DUOS_OK;
}

duos_err sys_accept(duos_socket s, bool nonblock, duos_socket *out,
                    duos_addr *peer)
{
    int flags = SOCK_CLOEXEC | (nonblock ? SOCK_NONBLOCK : 0);
    duos__sockaddr native;
    socklen_t len = sizeof native;
    int fd;

    if (peer == NULL) {
        fd = accept4(duos__fd(s), NULL, NULL, flags);
    } else {
        fd = accept4(duos__fd(s), &native.any, &len, flags);
    }
    if (fd < 0) {
        return duos__last_error();
    }
    if (peer != NULL) {
        /* What cannot be told is the unspecified address (trap 39). */
        (void)duos__addr_from_native(&native, len, peer);
    }
    out->os = fd;
    return DUOS_OK;
}
