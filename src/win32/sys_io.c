/* SPDX-License-Identifier: MIT */
/*
 * sys_io.c - moving bytes.
 *
 * Knows which of Winsock's receive errors are none: the end of a stream that
 * we shut down ourselves, a datagram that was cut, and the report that some
 * earlier datagram did not arrive. Lengths are at most SYS_IO_MAX, so they fit
 * an int (trap 42).
 */
#include "win32.h"

static bool is_datagram(duos_socket s)
{
    int family, type;

    return duos__socket_kind(s, &family, &type) == DUOS_OK &&
           type == SOCK_DGRAM;
}

/*
 * A connected datagram socket has no connection that could be reset: the peer
 * is unreachable, which POSIX calls refused (trap 48).
 */
duos_err duos__io_error(duos_socket s, int code)
{
    return code == WSAECONNRESET && is_datagram(s) ? DUOS_ECONNREFUSED
                                                   : duos__wsa_error(s, code);
}

static sys_count send_ended(duos_socket s, int result, size_t len)
{
    if (result == 0) {
        return len == 0 ? 0 : DUOS_EWOULDBLOCK;
    }
    return duos__io_error(s, WSAGetLastError());
}

sys_count sys_send(duos_socket s, const void *data, size_t len)
{
    int result = send(duos__os(s), (const char *)data, (int)len, 0);

    return DUOS_LIKELY(result > 0) ? result : send_ended(s, result, len);
}

/* Winsock calls a missing destination a missing connection, Wine EINVAL. */
static sys_count send_to_peer(duos_socket s, const void *data, size_t len)
{
    duos_addr peer;
    sys_count sent = sys_send(s, data, len);

    return sent < 0 && sys_peer_addr(s, &peer) == DUOS_ENOTCONN
               ? DUOS_EDESTADDRREQ
               : sent;
}

sys_count sys_sendto(duos_socket s, const void *data, size_t len,
                     const duos_addr *to)
{
    duos__sockaddr native;
    int native_len, result;
    duos_err err;

    if (to == NULL) {
        return send_to_peer(s, data, len);
    }
    err = duos__addr_to_native(to, &native, &native_len);
    if (err != DUOS_OK) {
        return err;
    }
    result = sendto(duos__os(s), (const char *)data, (int)len, 0, &native.any,
                    native_len);
    return DUOS_LIKELY(result >= 0)
               ? result
               : duos__wsa_addr_error(s, to, WSAGetLastError());
}

sys_count duos__receive_ended(duos_socket s, int code, size_t cap,
                              bool *truncated)
{
    switch (code) {
    case WSAESHUTDOWN: /* we did that ourselves (trap 46) */
        return 0;
    case WSAEMSGSIZE: /* what POSIX calls MSG_TRUNC (trap 47) */
        *truncated = true;
        return (sys_count)cap;
    default:
        return duos__io_error(s, code);
    }
}

/* A socket without a peer has nobody who could have reset it (trap 48). */
bool duos__is_stale_report(duos_socket s, int code)
{
    duos_addr peer;

    return (code == WSAECONNRESET || code == WSAENETRESET) && is_datagram(s) &&
           sys_peer_addr(s, &peer) == DUOS_ENOTCONN;
}

/* from may be NULL. *truncated is only ever set to true. */
static sys_count receive_bytes(duos_socket s, void *data, size_t cap,
                               duos__sockaddr *from, bool *truncated)
{
    int tries;

    for (tries = 0; tries < DUOS__STALE_REPORTS_MAX; tries++) {
        int len = (int)sizeof *from;
        int result = recvfrom(duos__os(s), (char *)data, (int)cap, 0,
                              from != NULL ? &from->any : NULL,
                              from != NULL ? &len : NULL);
        int code;

        if (DUOS_LIKELY(result >= 0)) {
            return result;
        }
        code = WSAGetLastError();
        if (!duos__is_stale_report(s, code)) {
            return duos__receive_ended(s, code, cap, truncated);
        }
    }
    return DUOS_EWOULDBLOCK;
}

sys_count sys_recv(duos_socket s, void *data, size_t cap)
{
    bool truncated;

    return receive_bytes(s, data, cap, NULL, &truncated);
}

sys_count sys_recvfrom(duos_socket s, void *data, size_t cap, duos_addr *from,
                       bool *truncated)
{
    duos__sockaddr native = {0};
    bool cut = false;
    sys_count count = receive_bytes(s, data, cap, &native, &cut);

    if (count >= 0) {
        duos__addr_from_native(&native, from);
        *truncated = cut;
    }
    return count;
}
