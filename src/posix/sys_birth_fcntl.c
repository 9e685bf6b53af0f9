/* SPDX-License-Identifier: MIT */
/*
 * sys_birth_fcntl.c - sockets that are made safe right after their birth:
 * macOS, and every system without accept4.
 *
 * A fork of another thread may come between and inherit the descriptor;
 * these systems have no way around that. accept copies O_NONBLOCK from the
 * listener on some of them (trap 6), so the mode is always set.
 */
#include "posix.h"

static duos_err never_signal(int fd)
{
    const int option = SO_NOSIGPIPE;
    const int on = 1;

    if (option == DUOS__NO_OPTION ||
        setsockopt(fd, SOL_SOCKET, option, &on, sizeof on) == 0) {
        return DUOS_OK;
    }
    return duos__last_error();
}

static duos_err make_safe(duos_socket s, bool nonblock)
{
    duos_err err = sys_disinherit(s);

    if (err == DUOS_OK) {
        err = never_signal(duos__fd(s));
    }
    if (err == DUOS_OK) {
        err = sys_set_nonblocking(s, nonblock);
    }
    return err;
}

duos_err sys_open(duos_family family, duos_type type, unsigned flags,
                  duos_socket *out)
{
    int domain = duos__family_to_native(family);
    int kind = type == DUOS_STREAM ? SOCK_STREAM : SOCK_DGRAM;
    bool nonblock = (flags & SYS_OPEN_NONBLOCK) != 0;
    duos_err err;
    duos_socket s;

    s.os = socket(domain, kind, 0);
    if (s.os < 0) {
        return duos__last_error();
    }
    if ((flags & SYS_OPEN_RAW) != 0) {
        err = nonblock ? sys_set_nonblocking(s, true) : DUOS_OK;
    } else {
        err = make_safe(s, nonblock);
    }
    if (err != DUOS_OK) {
        (void)sys_close(s);
        return err;
    }
    *out = s;
    return DUOS_OK;
}

duos_err sys_pair(duos_type type, unsigned flags, duos_socket out[2])
{
    bool nonblock = (flags & SYS_OPEN_NONBLOCK) != 0;
    duos_socket ends[2];
    int fds[2];
    duos_err err;

    if (socketpair(AF_UNIX, type == DUOS_STREAM ? SOCK_STREAM : SOCK_DGRAM, 0,
                   fds) != 0) {
        return duos__last_error();
    }
    ends[0].os = fds[0];
    ends[1].os = fds[1];
    err = make_safe(ends[0], nonblock);
    if (err == DUOS_OK) {
        err = make_safe(ends[1], nonblock);
    }
    if (err != DUOS_OK) {
        (void)sys_close(ends[0]);
        (void)sys_close(ends[1]);
        return err;
    }
    memcpy(out, ends, sizeof ends);
    return DUOS_OK;
}

duos_err sys_accept(duos_socket s, bool nonblock, duos_socket *out,
                    duos_addr *peer)
{
    duos__sockaddr native;
    socklen_t len = sizeof native;
    duos_socket made;
    duos_err err;

    made.os = accept(duos__fd(s), &native.any, &len);
    if (made.os < 0) {
        return duos__last_error();
    }
    err = make_safe(made, nonblock);
    if (err != DUOS_OK) {
        (void)sys_close(made);
        /* macOS refuses to set up what the peer has reset (trap 40). */
        return err == DUOS_EINVAL ? DUOS_ECONNABORTED : err;
    }
    if (peer != NULL) {
        /* What cannot be told is the unspecified address (trap 39). */
        (void)duos__addr_from_native(&native, len, peer);
    }
    *out = made;
    return DUOS_OK;
}
