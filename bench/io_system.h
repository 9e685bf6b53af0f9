/* SPDX-License-Identifier: MIT */
/*
 * io_system.h - the two transfers of echo_poller.c by the system's own calls,
 * so that what remains is the price of the bare poller.
 */
#include <errno.h>

#include <sys/socket.h>

static inline duos_err io_result(ssize_t n, size_t *moved)
{
    if (n <= 0) {
        return n == 0 ? DUOS_EEOF : duos_err_from_native(errno);
    }
    *moved = (size_t)n;
    return DUOS_OK;
}

static inline duos_err io_recv(duos_socket s, void *data, size_t cap,
                               size_t *got)
{
    return io_result(recv((int)s.os, data, cap, 0), got);
}

static inline duos_err io_send(duos_socket s, const void *data, size_t len,
                               size_t *sent)
{
    return io_result(send((int)s.os, data, len, MSG_NOSIGNAL), sent);
}
