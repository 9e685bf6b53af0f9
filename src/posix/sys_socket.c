/* SPDX-License-Identifier: MIT */
/*
 * sys_socket.c - a socket from its address to its end, without the bytes.
 */
#include "posix.h"

static duos_err done(int result)
{
    return result == 0 ? DUOS_OK : duos__last_error();
}

duos_err sys_close(duos_socket s)
{
    /* After EINTR the descriptor is gone, too (trap 10). */
    if (close(duos__fd(s)) == 0 || errno == EINTR) {
        return DUOS_OK;
    }
    return duos__last_error();
}

duos_err sys_set_nonblocking(duos_socket s, bool on)
{
    int flags = fcntl(duos__fd(s), F_GETFL);
    int wanted = on ? flags | O_NONBLOCK : flags & ~O_NONBLOCK;

    if (flags == -1) {
        return duos__last_error();
    }
    return wanted == flags ? DUOS_OK
                           : done(fcntl(duos__fd(s), F_SETFL, wanted));
}

/* Linux finds an IPv4 address on an IPv6 socket too short, and says EINVAL. */
static duos_err addr_error(duos_socket s, const duos_addr *addr, int code)
{
    duos_addr local;

    if (code == EINVAL && sys_local_addr(s, &local) == DUOS_OK &&
        local.family != addr->family) {
        return DUOS_EAFNOSUPPORT;
    }
    return sys_err_from_native(code);
}

duos_err sys_bind(duos_socket s, const duos_addr *addr)
{
    duos__sockaddr native;
    socklen_t len;
    duos_err err = duos__addr_to_native(addr, &native, &len);

    if (err == DUOS_OK && bind(duos__fd(s), &native.any, len) != 0) {
        err = addr_error(s, addr, errno);
    }
    return err;
}

duos_err sys_listen(duos_socket s, int backlog)
{
    /* Kernels cut down to their maximum, which may be above SOMAXCONN. */
    return done(listen(duos__fd(s), backlog > 0 ? backlog : INT_MAX));
}

duos_err sys_connect(duos_socket s, const duos_addr *addr)
{
    duos__sockaddr native;
    socklen_t len;
    duos_err err = duos__addr_to_native(addr, &native, &len);

    if (err != DUOS_OK) {
        return err;
    }
    if (connect(duos__fd(s), &native.any, len) == 0) {
        return DUOS_OK;
    }
    if (errno == EAGAIN && addr->family == DUOS_UNIX) {
        return DUOS_EBUSY; /* the backlog is full; nothing goes on (trap 26) */
    }
    return addr_error(s, addr, errno);
}

duos_err sys_take_error(duos_socket s, duos_err *pending)
{
    int code = 0;
    socklen_t len = sizeof code;

    if (getsockopt(duos__fd(s), SOL_SOCKET, SO_ERROR, &code, &len) != 0) {
        return duos__last_error();
    }
    *pending = sys_err_from_native(code);
    return DUOS_OK;
}

duos_err sys_shutdown(duos_socket s, duos_how how)
{
    static const int native[] = {SHUT_RD, SHUT_WR, SHUT_RDWR};

    return done(shutdown(duos__fd(s), native[how]));
}

/* Reads what getsockname or getpeername gave. */
static duos_err take_address(int result, const duos__sockaddr *native,
                             socklen_t len, duos_addr *out)
{
    duos_addr addr;
    duos_err err = done(result);

    if (err == DUOS_OK) {
        err = duos__addr_from_native(native, len, &addr);
    }
    if (err == DUOS_OK) {
        *out = addr;
    }
    return err;
}

duos_err sys_local_addr(duos_socket s, duos_addr *out)
{
    duos__sockaddr native;
    socklen_t len = sizeof native;
    int result = getsockname(duos__fd(s), &native.any, &len);

    return take_address(result, &native, len, out);
}

duos_err sys_peer_addr(duos_socket s, duos_addr *out)
{
    duos__sockaddr native;
    socklen_t len = sizeof native;
    int result = getpeername(duos__fd(s), &native.any, &len);

    return take_address(result, &native, len, out);
}
