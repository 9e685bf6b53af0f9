/* SPDX-License-Identifier: MIT */
/*
 * local.h - unix sockets: addresses made of bytes, who the peer is, and
 * handles that travel.
 *
 * A unix socket is opened, bound, connected and accepted like any other, with
 * DUOS_UNIX as its family. It is named by a path or, on Linux, by an abstract
 * name, whose first byte is NUL. An abstract name has no permissions: every
 * process of the machine may connect.
 *
 * duos_bind makes a file and leaves it there. What is to be served under a
 * path is best opened by duos_listener_open (see listen.h), which replaces a
 * file that is left over, sets permissions, and removes its own.
 *
 * Windows has unix stream sockets since Windows 10 1803 and nothing of the
 * rest; whether it has them is found out when one is opened.
 */
#ifndef DUOSOCK_LOCAL_H
#define DUOSOCK_LOCAL_H

#include <duosock/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Builds the address of a unix socket.
 *
 * path: len bytes, which need no NUL at their end. A path holds no NUL; a
 *     first byte that is NUL makes an abstract name of all len bytes.
 * len: 1..DUOS_UNIX_PATH_MAX.
 * out: receives the address.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for a NULL, len 0, or a NUL within a path;
 *     DUOS_ENAMETOOLONG for a longer one: nothing is ever cut.
 * Blocking: never.
 * Thread: any.
 * Platform: BSD and macOS have room for 103 bytes; duos_bind and duos_connect
 *     say DUOS_ENAMETOOLONG there.
 * Source: unix(7).
 */
DUOS_API DUOS_CHECKED duos_err duos_addr_unix(const char *path, size_t len,
                                              duos_addr *out);

/* Which fields of duos_credentials the system has told. */
enum {
    DUOS_CREDENTIAL_PID = 1 << 0,
    DUOS_CREDENTIAL_UID = 1 << 1,
    DUOS_CREDENTIAL_GID = 1 << 2
};

/* The process at the other end, as it was when it connected or listened. */
typedef struct duos_credentials {
    unsigned known; /* DUOS_CREDENTIAL_...; other fields are 0 */
    uint64_t pid;
    uint32_t uid;
    uint32_t gid;
} duos_credentials;

/*
 * Asks who the peer of a unix stream socket is. The system answers, not the
 * peer, so the user can be trusted. The process id cannot: the process may
 * have ended, and its number may be another's by now.
 *
 * out: receives what the system tells.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_EBADF; DUOS_ENOTCONN;
 *     DUOS_ENOTSUP for a socket that is not a unix stream; the system's code.
 * Blocking: never.
 * Thread: any.
 * Platform: Linux and macOS tell all three, other BSDs user and group,
 *     Windows the process.
 * Source: unix(7) SO_PEERCRED, getpeereid(3), SIO_AF_UNIX_GETPEERPID.
 */
DUOS_API DUOS_CHECKED duos_err duos_peer_credentials(duos_socket s,
                                                     duos_credentials *out);

/*
 * Sends bytes and with them a handle: a descriptor of any kind, which the
 * receiver gets as one of its own.
 *
 * s: a connected unix socket.
 * data: len bytes, at least one: without data nothing can travel.
 * handle: a descriptor, as from duos_socket_to_os. It stays open here and may
 *     be closed as soon as this has succeeded.
 * sent: receives how many bytes were taken, 1..len; the handle went with the
 *     first of them. The rest goes by duos_send.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for a NULL or len 0; DUOS_EBADF when s or the
 *     handle is not open; DUOS_ENOTCONN; DUOS_EPIPE; DUOS_EWOULDBLOCK;
 *     DUOS_ENOTSUP for a socket that is not a unix one; the system's code.
 * Ownership: the handle stays the caller's; the receiver has another one.
 * Blocking: until some bytes fit, if the socket is blocking.
 * Thread: any. Never raises SIGPIPE.
 * Platform: Windows: DUOS_ENOTSUP.
 * Source: unix(7) SCM_RIGHTS.
 */
DUOS_API DUOS_CHECKED duos_err duos_send_handle(duos_socket s, const void *data,
                                                size_t len, intptr_t handle,
                                                size_t *sent);

/*
 * Receives bytes and the handle that came with them, if one did.
 *
 * data: receives up to cap bytes, at least one.
 * received: receives how many came; 0 is an empty message, as of a datagram
 *     socket.
 * handle: receives the handle, -1 when there was none. It is not inherited by
 *     child processes. A peer can send anything: check what it is before use.
 *     Of several in one message the first is given, the others are closed.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for a NULL or cap 0; DUOS_EBADF;
 *     DUOS_EWOULDBLOCK; DUOS_EEOF at the end of a stream; DUOS_EMFILE when
 *     handles were lost because this process may open no more: none is given,
 *     and the bytes are lost, so end the connection; DUOS_ENOTSUP for a
 *     socket that is not a unix one; the system's code.
 * Ownership: the caller closes the handle.
 * Blocking: until something comes, if the socket is blocking.
 * Thread: any.
 * Platform: Windows: DUOS_ENOTSUP. A handle that duos_recv meets is closed by
 *     the system.
 * Source: unix(7) SCM_RIGHTS, MSG_CTRUNC.
 */
DUOS_API DUOS_CHECKED duos_err duos_recv_handle(duos_socket s, void *data,
                                                size_t cap, size_t *received,
                                                intptr_t *handle);

#ifdef __cplusplus
}
#endif

#endif
