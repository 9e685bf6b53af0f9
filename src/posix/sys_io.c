/* SPDX-License-Identifier: MIT */
/*
 * sys_io.c - moving bytes.
 *
 * sys_send and sys_recv run once per message, so all they add to the system
 * call is one comparison; what went wrong is sorted out in functions of its
 * own. A peer that is gone is EPIPE, never SIGPIPE (trap 41).
 */
#include "posix.h"

sys_count duos__send_ended(ssize_t result, size_t len)
{
    if (result == 0) {
        return len == 0 ? 0 : DUOS_EWOULDBLOCK;
    }
    /* What macOS says while the connection is torn down (trap 45). */
    return errno == EPROTOTYPE ? DUOS_EPIPE : duos__last_error();
}

sys_count sys_send(duos_socket s, const void *data, size_t len)
{
    ssize_t result = send(duos__fd(s), data, len, MSG_NOSIGNAL);

    return DUOS_LIKELY(result > 0) ? result : duos__send_ended(result, len);
}

sys_count sys_recv(duos_socket s, void *data, size_t cap)
{
    ssize_t result = recv(duos__fd(s), data, cap, 0);

    return DUOS_LIKELY(result >= 0) ? result : duos__last_error();
}

sys_count sys_sendto(duos_socket s, const void *data, size_t len,
                     const duos_addr *to)
{
    duos__sockaddr native;
    socklen_t native_len;
    ssize_t result;

    if (to == NULL) {
        result = send(duos__fd(s), data, len, MSG_NOSIGNAL);
    } else {
        duos_err err = duos__addr_to_native(to, &native, &native_len);

        if (err != DUOS_OK) {
            return err;
        }
        result = sendto(duos__fd(s), data, len, MSG_NOSIGNAL, &native.any,
                        native_len);
    }
    return result >= 0 ? result : duos__last_error();
}

sys_count sys_recvfrom(duos_socket s, void *data, size_t cap, duos_addr *from,
                       bool *truncated)
{
    duos__sockaddr native;
    struct iovec part;
    struct msghdr message;
    ssize_t result;

    part.iov_base = data;
    part.iov_len = cap;
    memset(&message, 0, sizeof message);
    message.msg_name = &native;
    message.msg_namelen = sizeof native;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    /* recvfrom does not tell that the end of a datagram was lost. */
    result = recvmsg(duos__fd(s), &message, 0);
    if (result < 0) {
        return duos__last_error();
    }
    (void)duos__addr_from_native(&native, message.msg_namelen, from);
    *truncated = (message.msg_flags & MSG_TRUNC) != 0;
    return result;
}

/* These kernels tune the send buffer, unless somebody sets its size. */
void sys_send_blocked(duos_socket s)
{
    (void)s;
}
