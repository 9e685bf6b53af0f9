/* SPDX-License-Identifier: MIT */
/*
 * sys_socket.c - a socket from its birth to its end, without the bytes.
 *
 * sys_open and sys_lookup see to it that Winsock is started. Every other verb
 * needs a socket, so it comes later.
 */
#include "win32.h"

/* ---- birth ------------------------------------------------------------- */

/* Overlapped, as socket() makes them: waiting through AFD asks for it. */
static SOCKET create_inheritable(int family, int type)
{
    return WSASocketW(family, type, 0, NULL, 0, WSA_FLAG_OVERLAPPED);
}

static SOCKET create_private(int family, int type)
{
    SOCKET os = WSASocketW(family, type, 0, NULL, 0,
                           WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
    duos_socket s;

    if (os != INVALID_SOCKET || WSAGetLastError() != WSAEINVAL) {
        return os;
    }
    /* Windows 7 without its service pack does not know the flag. */
    os = create_inheritable(family, type);
    s.os = (intptr_t)os;
    if (os != INVALID_SOCKET && sys_disinherit(s) != DUOS_OK) {
        closesocket(os);
        WSASetLastError(WSAEINVAL);
        return INVALID_SOCKET;
    }
    return os;
}

static SOCKET create(duos_family family, duos_type type, unsigned flags)
{
    int os_family = duos__family_to_native((int)family);
    int os_type = type == DUOS_STREAM ? SOCK_STREAM : SOCK_DGRAM;

    return (flags & SYS_OPEN_RAW) != 0 ? create_inheritable(os_family, os_type)
                                       : create_private(os_family, os_type);
}

/* A system that lacks an ioctl is no obstacle, nor is a stream. */
static void report(SOCKET os, DWORD which, BOOL on)
{
    DWORD bytes;

    (void)WSAIoctl(os, which, &on, sizeof on, NULL, 0, &bytes, NULL, NULL);
}

/*
 * The ICMP answer to one datagram must not end a receive loop (trap 48);
 * sys_recvfrom passes over what comes all the same. sys_connect turns the
 * first one on again: a socket with one peer is told of it, as on POSIX.
 */
static void ignore_unreachable(SOCKET os)
{
    report(os, SIO_UDP_CONNRESET, FALSE);
    report(os, SIO_UDP_NETRESET, FALSE);
}

static duos_err prepare_socket(duos_socket s, duos_type type, unsigned flags)
{
    if (type == DUOS_DGRAM && (flags & SYS_OPEN_RAW) == 0) {
        ignore_unreachable(duos__os(s));
    }
    return (flags & SYS_OPEN_NONBLOCK) != 0 ? sys_set_nonblocking(s, true)
                                            : DUOS_OK;
}

duos_err sys_open(duos_family family, duos_type type, unsigned flags,
                  duos_socket *out)
{
    duos_socket s;
    duos_err err;
    SOCKET os;

    if (family == DUOS_UNIX && type != DUOS_STREAM) {
        return DUOS_ENOTSUP; /* no datagrams there (trap 23) */
    }
    (void)duos__hold_winsock(); /* create tells when that did not help */
    os = create(family, type, flags);
    if (os == INVALID_SOCKET && duos__winsock_restarted(WSAGetLastError())) {
        os = create(family, type, flags);
    }
    if (os == INVALID_SOCKET) {
        return sys_err_from_native(WSAGetLastError());
    }
    s.os = (intptr_t)os;
    err = prepare_socket(s, type, flags);
    if (err != DUOS_OK) {
        closesocket(os);
        return err;
    }
    *out = s;
    return DUOS_OK;
}

/* An accepted socket can be inherited and has the listener's mode. */
static duos_err adopt_accepted(duos_socket s, bool nonblock)
{
    duos_err err = sys_disinherit(s);

    return err == DUOS_OK ? sys_set_nonblocking(s, nonblock) : err;
}

/* Unix sockets have no pairs here, and not every Windows has unix sockets. */
duos_err sys_pair(duos_type type, unsigned flags, duos_socket out[2])
{
    (void)type;
    (void)flags;
    (void)out;
    return DUOS_ENOTSUP;
}

/* TCP_NODELAY comes from the listener by itself. */
duos_err sys_accept(duos_socket s, bool nonblock, duos_socket *out,
                    duos_addr *peer)
{
    duos__sockaddr native = {0};
    int len = (int)sizeof native;
    SOCKET os = accept(duos__os(s), &native.any, &len);
    duos_socket accepted;
    duos_err err;

    if (os == INVALID_SOCKET) {
        int code = WSAGetLastError();

        /* The peer reset it in the backlog: aborted, says POSIX (trap 36). */
        return code == WSAECONNRESET || code == WSAENOTCONN
                   ? DUOS_ECONNABORTED
                   : duos__wsa_error(s, code);
    }
    accepted.os = (intptr_t)os;
    err = adopt_accepted(accepted, nonblock);
    if (err != DUOS_OK) {
        closesocket(os);
        return err;
    }
    *out = accepted;
    if (peer != NULL) {
        duos__addr_from_native(&native, peer);
    }
    return DUOS_OK;
}

/* ---- use --------------------------------------------------------------- */

duos_err sys_set_nonblocking(duos_socket s, bool on)
{
    u_long mode = on ? 1 : 0;

    return duos__wsa_result(s, ioctlsocket(duos__os(s), (long)FIONBIO, &mode));
}

duos_err sys_bind(duos_socket s, const duos_addr *addr)
{
    duos__sockaddr native;
    int len;
    duos_err err = duos__addr_to_native(addr, &native, &len);

    if (err == DUOS_OK && bind(duos__os(s), &native.any, len) != 0) {
        err = duos__wsa_addr_error(s, addr, WSAGetLastError());
    }
    return err;
}

duos_err sys_listen(duos_socket s, int backlog)
{
    duos_err err = duos__wsa_result(
        s, listen(duos__os(s), backlog > 0 ? backlog : SOMAXCONN));

    return err == DUOS_EISCONN ? DUOS_EINVAL : err;
}

duos_err sys_connect(duos_socket s, const duos_addr *addr)
{
    duos__sockaddr native;
    int len, code;
    duos_err err = duos__addr_to_native(addr, &native, &len);

    if (err != DUOS_OK) {
        return err;
    }
    duos__believe_refusals(s, addr);
    if (connect(duos__os(s), &native.any, len) == 0) {
        report(duos__os(s), SIO_UDP_CONNRESET, TRUE);
        return DUOS_OK;
    }
    code = WSAGetLastError();
    /* What POSIX calls EINPROGRESS (trap 26). */
    return code == WSAEWOULDBLOCK ? DUOS_EINPROGRESS
                                  : duos__wsa_addr_error(s, addr, code);
}

duos_err sys_take_error(duos_socket s, duos_err *pending)
{
    int code = 0;
    int len = (int)sizeof code;
    duos_err err = duos__wsa_result(
        s, getsockopt(duos__os(s), SOL_SOCKET, SO_ERROR, (char *)&code, &len));

    if (err == DUOS_OK) {
        *pending = sys_err_from_native(code);
    }
    return err;
}

duos_err sys_local_addr(duos_socket s, duos_addr *out)
{
    duos__sockaddr native = {0};
    int len = (int)sizeof native;
    duos_err err =
        duos__wsa_result(s, getsockname(duos__os(s), &native.any, &len));

    if (err == DUOS_OK) {
        duos__addr_from_native(&native, out);
    }
    return err;
}

duos_err sys_peer_addr(duos_socket s, duos_addr *out)
{
    duos__sockaddr native = {0};
    int len = (int)sizeof native;
    duos_err err =
        duos__wsa_result(s, getpeername(duos__os(s), &native.any, &len));

    if (err == DUOS_OK) {
        duos__addr_from_native(&native, out);
    }
    return err;
}

/* ---- end --------------------------------------------------------------- */

duos_err sys_shutdown(duos_socket s, duos_how how)
{
    static const int native[] = {SD_RECEIVE, SD_SEND, SD_BOTH};

    return duos__wsa_result(s, shutdown(duos__os(s), native[how]));
}

/*
 * A non-blocking socket that is to linger does not close but says
 * WSAEWOULDBLOCK. The handle is still ours then, so it can be closed once
 * more; without linger the data goes out in the background.
 */
static duos_err close_without_linger(duos_socket s)
{
    const struct linger off = {0, 0};

    (void)setsockopt(duos__os(s), SOL_SOCKET, SO_LINGER, (const char *)&off,
                     (int)sizeof off);
    return duos__wsa_result(s, closesocket(duos__os(s)));
}

duos_err sys_close(duos_socket s)
{
    duos_err err = duos__wsa_result(s, closesocket(duos__os(s)));

    return err == DUOS_EWOULDBLOCK ? close_without_linger(s) : err;
}
