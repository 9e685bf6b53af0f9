/* SPDX-License-Identifier: MIT */
/*
 * stream.h - the short way with streams: connect by name or address, send all
 * of it, receive all of it, each before a deadline.
 *
 * Wherever "the system's code" stands under Returns, any other named code or
 * a native one may come, as the operating system reports it.
 */
#ifndef DUOSOCK_STREAM_H
#define DUOSOCK_STREAM_H

#include <duosock/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A connected stream socket in one call.
 *
 * address: a form of duos_endpoint_parse, or "name:port", which is looked up
 *     (see resolve.h). Its addresses race as duos_client_connect says, with
 *     250 ms between them; for "localhost", and a host that is empty or "*",
 *     these are 127.0.0.1, then ::1.
 * timeout_ms: for looking up and all attempts together; less than 0 waits as
 *     long as the system does.
 * out: receives the socket, which is non-blocking: duos_send_all,
 *     duos_recv_exact and duos_recv_some wait for it.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL or port 0; DUOS_ESYNTAX,
 *     DUOS_ENAMETOOLONG, DUOS_ERANGE, DUOS_EAFNOSUPPORT or DUOS_ENOENT for
 *     what is no address; DUOS_ENOTSUP for "udp:"; DUOS_ENONAME,
 *     DUOS_ENODATA, DUOS_ETRYAGAIN or DUOS_ENORECOVERY for a name, as
 *     duos_resolve; DUOS_ETIMEDOUT; DUOS_ECONNREFUSED and what else
 *     duos_connect says, for the address whose failure says most, as with
 *     duos_client_connect; DUOS_EMFILE, DUOS_ENFILE, DUOS_ENOBUFS or
 *     DUOS_ENOMEM at once.
 * Ownership: the caller closes it.
 * Blocking: at most timeout_ms.
 * Thread: any.
 */
DUOS_API DUOS_CHECKED duos_err duos_dial(const char *address,
                                         int64_t timeout_ms, duos_socket *out);

/*
 * Sends all bytes or tells how far it came.
 *
 * data: len bytes; NULL only if len is 0.
 * timeout_ms: for all of it; 0 sends what fits now; less than 0 has no limit.
 * sent: receives how many were taken, also on failure; NULL when not wanted.
 *
 * Returns: DUOS_OK when all were taken; DUOS_ETIMEDOUT; DUOS_EINVAL for NULL;
 *     DUOS_EBADF; DUOS_EPIPE or DUOS_ECONNRESET when the connection has
 *     ended; the system's code.
 * Blocking: at most timeout_ms on a non-blocking socket. On a blocking one
 *     the deadline bounds the waiting before each send, not the send.
 * Thread: any.
 */
DUOS_API duos_err duos_send_all(duos_socket s, const void *data, size_t len,
                                int64_t timeout_ms, size_t *sent);

/*
 * Receives exactly len bytes.
 *
 * data: receives them; NULL only if len is 0.
 * timeout_ms: for all of it; 0 takes what is there now; less than 0 has no
 *     limit.
 * received: receives how many came, also on failure; NULL when not wanted.
 *
 * Returns: DUOS_OK when all came; DUOS_EEOF when the stream ended before;
 *     DUOS_ETIMEDOUT; DUOS_EINVAL for NULL; DUOS_EBADF; DUOS_ECONNRESET; the
 *     system's code.
 * Blocking: at most timeout_ms.
 * Thread: any.
 */
DUOS_API duos_err duos_recv_exact(duos_socket s, void *data, size_t len,
                                  int64_t timeout_ms, size_t *received);

/*
 * Receives what comes first, up to cap bytes.
 *
 * data: receives them; cap must not be 0.
 * timeout_ms: less than 0 has no limit.
 * received: receives how many came.
 *
 * Returns: DUOS_OK; DUOS_EEOF; DUOS_ETIMEDOUT; DUOS_EINVAL for a NULL or
 *     cap 0; DUOS_EBADF; DUOS_ECONNRESET; the system's code.
 * Blocking: at most timeout_ms.
 * Thread: any.
 */
DUOS_API DUOS_CHECKED duos_err duos_recv_some(duos_socket s, void *data,
                                              size_t cap, int64_t timeout_ms,
                                              size_t *received);

#ifdef __cplusplus
}
#endif

#endif
