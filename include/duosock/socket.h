/* SPDX-License-Identifier: MIT */
/*
 * socket.h - the BSD calls with one meaning on POSIX and on Windows.
 *
 * The names are those of the system calls; socket() is duos_open, since the
 * type is called duos_socket. A socket is as raw as a BSD descriptor: copies
 * are the caller's affair, closing one copy closes them all.
 *
 * Stages of a server: duos_open, duos_set_*, duos_bind, duos_listen,
 * duos_accept. Stages of a client: duos_open, duos_connect. The short way is
 * duos_listen_at of listen.h, and duos_dial of stream.h.
 *
 * Sockets are born safe: not inherited by child processes, never the cause of
 * SIGPIPE, and on Windows free of the 10054 that ends UDP receive loops.
 *
 * Wherever "the system's code" stands under Returns, any other named code or
 * a native one may come, as the operating system reports it.
 */
#ifndef DUOSOCK_SOCKET_H
#define DUOSOCK_SOCKET_H

#include <duosock/addr.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A socket: the descriptor on POSIX, the SOCKET on Windows; -1 is invalid on
 * both.
 *
 * Life cycle: made by duos_open, duos_accept, duos_listen_at, duos_dial or
 * duos_socket_from_os; ended by duos_close.
 */
typedef struct duos_socket {
    intptr_t os;
} duos_socket;

/* The socket that is none; for initialisers. */
#define DUOS_SOCKET_INVALID                                                    \
    {                                                                          \
        -1                                                                     \
    }

/* Flags of duos_open and duos_accept. */
enum {
    DUOS_BLOCKING = 0,
    DUOS_NONBLOCK = 1 << 0
};

/* What duos_shutdown closes. */
typedef enum duos_how {
    DUOS_SHUT_RECV = 0,
    DUOS_SHUT_SEND = 1,
    DUOS_SHUT_BOTH = 2
} duos_how;

/*
 * What a socket is waited for, and what was found: used by duos_wait and the
 * pollers. Readable and writable are promised; hang-up and error are hints.
 */
enum {
    DUOS_READ = 1 << 0,   /* recv or accept will not block */
    DUOS_WRITE = 1 << 1,  /* send will not block, or a connect has ended */
    DUOS_ERROR = 1 << 2,  /* hint: recv, send or connect_result will fail */
    DUOS_HANGUP = 1 << 3, /* hint: the peer will send no more */
    DUOS_PRIO = 1 << 4    /* out-of-band data; asked for by duos_select only */
};

/*
 * Opens a socket: the call that POSIX and Winsock name socket().
 *
 * family: DUOS_IPV4, DUOS_IPV6 or DUOS_UNIX.
 * type: DUOS_STREAM (TCP) or DUOS_DGRAM (UDP).
 * flags: DUOS_BLOCKING or DUOS_NONBLOCK.
 * out: receives the socket.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for a NULL out or an unknown type or flag;
 *     DUOS_EAFNOSUPPORT for another family, or one that the system lacks;
 *     DUOS_EMFILE when the process may open no more; the system's code.
 * Ownership: the caller closes it.
 * Blocking: never.
 * Thread: any.
 * Platform: Windows: starts Winsock when nobody has; it stays started. It has
 *     no unix datagrams (DUOS_ENOTSUP there), and unix streams since Windows
 *     10 1803 (DUOS_EAFNOSUPPORT before).
 * Source: socket(2), WSASocketW.
 */
DUOS_API DUOS_CHECKED duos_err duos_open(duos_family family, duos_type type,
                                         unsigned flags, duos_socket *out);

/*
 * Opens a socket exactly as the system gives it: blocking, inheritable on
 * POSIX, nothing set.
 *
 * Returns: as duos_open: DUOS_OK, DUOS_EINVAL, DUOS_EAFNOSUPPORT,
 *     DUOS_EMFILE, the system's code.
 * Ownership: the caller closes it.
 * Blocking: never.
 * Thread: any.
 * Source: socket(2).
 */
DUOS_API DUOS_CHECKED duos_err duos_open_raw(duos_family family, duos_type type,
                                             duos_socket *out);

/*
 * Adopts a descriptor or SOCKET that was opened elsewhere. Nothing is
 * checked and nothing is set.
 *
 * Returns: the socket.
 * Ownership: one handle, two names; whoever closes it first closes both.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API duos_socket duos_socket_from_os(intptr_t os);

/*
 * The descriptor or SOCKET of a socket, for calls that duosock does not have.
 *
 * Returns: the handle; -1 for an invalid socket.
 * Ownership: stays with the socket.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API intptr_t duos_socket_to_os(duos_socket s);

/*
 * Whether this is a socket at all, that is, not -1. The system is not asked.
 *
 * Returns: true or false.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API bool duos_socket_valid(duos_socket s);

/*
 * Closes a socket and sets it to invalid. Data that was sent still goes out,
 * unless DUOS_OPT_LINGER says otherwise.
 *
 * s: NULL is refused; an invalid socket is closed already.
 *
 * Returns: DUOS_OK, also for an invalid socket; DUOS_EINVAL for NULL;
 *     DUOS_EBADF when the handle was not open; the system's code. The socket
 *     is invalid afterwards in every case and must not be closed again.
 * Blocking: never, unless linger is set; POSIX systems then wait on a
 *     non-blocking socket, too.
 * Thread: any, but not while another thread uses the socket.
 * Source: close(2), closesocket.
 */
DUOS_API duos_err duos_close(duos_socket *s);

/*
 * Switches between blocking and non-blocking. There is no getter, because
 * Windows has none.
 *
 * Returns: DUOS_OK; DUOS_EBADF when s is not open; the system's code.
 * Blocking: never.
 * Thread: any.
 * Source: fcntl(2) O_NONBLOCK, ioctlsocket FIONBIO.
 */
DUOS_API duos_err duos_set_nonblocking(duos_socket s, bool on);

/*
 * Gives a socket its local address.
 *
 * addr: port 0 asks the system for a free one; duos_local_addr tells it. A
 *     unix path must not exist: duos_listener_open replaces stale ones.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL, when s is bound already, for an
 *     empty unix path or one with a NUL within; DUOS_ENAMETOOLONG for one
 *     that is too long for the system; DUOS_EBADF; DUOS_EADDRINUSE;
 *     DUOS_EADDRNOTAVAIL for an address that is not of this machine;
 *     DUOS_EAFNOSUPPORT when the families differ; DUOS_EACCES for a port or
 *     directory that the user may not have; the system's code.
 * Blocking: never.
 * Thread: any.
 * Platform: Windows may say DUOS_EACCES for an address that another socket
 *     holds exclusively. Whether an IPv6 socket takes IPv4 as well is the
 *     system's default (yes on Linux, no on Windows) unless DUOS_OPT_V6ONLY
 *     was set before, as duos_listen_at and duos_listener_open do. Abstract
 *     unix names: DUOS_ENOTSUP but on Linux.
 * Source: bind(2), unix(7).
 */
DUOS_API DUOS_CHECKED duos_err duos_bind(duos_socket s, const duos_addr *addr);

/*
 * Makes a bound stream socket a listener.
 *
 * backlog: connections that may wait for duos_accept; 0 or less means as
 *     many as the system allows.
 *
 * Returns: DUOS_OK; DUOS_EBADF; DUOS_EINVAL for a connected socket or, on
 *     Windows, one that is not bound; DUOS_EOPNOTSUPP for a datagram socket;
 *     DUOS_EADDRINUSE; the system's code.
 * Blocking: never.
 * Thread: any.
 * Source: listen(2).
 */
DUOS_API DUOS_CHECKED duos_err duos_listen(duos_socket s, int backlog);

/*
 * Takes the first waiting connection from a listener.
 *
 * flags: DUOS_BLOCKING or DUOS_NONBLOCK, for the new socket; what the
 *     listener is does not matter.
 * out: receives the new socket.
 * peer: receives the peer's address; NULL when not wanted.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for a NULL out, an unknown flag, or a socket
 *     that does not listen; DUOS_EBADF; DUOS_EWOULDBLOCK when none waits;
 *     DUOS_EOPNOTSUPP for a datagram socket; DUOS_ECONNABORTED when the
 *     connection is gone again, whatever the network said of it (take the
 *     next); DUOS_EMFILE; the system's code.
 * Ownership: the caller closes the new socket; it is as safe as one from
 *     duos_open and carries the listener's TCP_NODELAY.
 * Blocking: until a connection comes, if the listener is blocking.
 * Thread: any.
 * Source: accept4(2), accept.
 */
DUOS_API DUOS_CHECKED duos_err duos_accept(duos_socket s, unsigned flags,
                                           duos_socket *out, duos_addr *peer);

/*
 * Connects to an address. A datagram socket only notes the peer.
 *
 * addr: port 0 is refused. An unspecified address (0.0.0.0 or ::) means
 *     the loopback of its family, on Windows too.
 *
 * Returns: DUOS_OK when connected; DUOS_EINPROGRESS when a non-blocking
 *     socket has begun: wait for DUOS_WRITE, then ask duos_connect_result;
 *     DUOS_EINVAL for a NULL address, port 0 or as duos_bind; DUOS_EBADF;
 *     DUOS_ECONNREFUSED; DUOS_EISCONN; DUOS_EAFNOSUPPORT when the families
 *     differ; DUOS_ENOENT for a unix path without a file, DUOS_ENAMETOOLONG
 *     as duos_bind; DUOS_EBUSY when the backlog of a unix listener is full:
 *     this attempt does not go on; the system's code. After a failure, close
 *     the socket and open a new one.
 * Blocking: until the attempt ends, if the socket is blocking; a signal does
 *     not cut it short.
 * Thread: any.
 * Platform: Windows tries a refused connect three times, 2 s in all; from
 *     Windows 10 1709 on not on loopback. A full unix backlog is
 *     DUOS_ECONNREFUSED on BSD and macOS.
 * Source: connect(2).
 */
DUOS_API DUOS_CHECKED duos_err duos_connect(duos_socket s,
                                            const duos_addr *addr);

/*
 * How an attempt that duos_connect began has ended.
 *
 * Returns: DUOS_OK when connected; DUOS_EINPROGRESS while it lasts;
 *     DUOS_ENOTCONN when no attempt was made; DUOS_EBADF;
 *     DUOS_ECONNREFUSED; DUOS_ESELFCONNECT when the socket met itself (both
 *     ends of the 4-tuple are the same): close it; the system's code.
 * Blocking: never.
 * Thread: any.
 * Source: connect(2) (EINPROGRESS), SO_ERROR.
 */
DUOS_API DUOS_CHECKED duos_err duos_connect_result(duos_socket s);

/*
 * Ends one direction of a connection, or both.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for an unknown how; DUOS_EBADF;
 *     DUOS_ENOTCONN when not connected, or not any more; the system's code.
 * Blocking: never.
 * Thread: any.
 * Source: shutdown(2).
 */
DUOS_API duos_err duos_shutdown(duos_socket s, duos_how how);

/*
 * Sends bytes to the connected peer, as many as fit.
 *
 * data: len bytes; NULL only if len is 0.
 * sent: receives how many were taken, 1..len, or 0 if len is 0.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for a NULL; DUOS_EBADF; DUOS_EWOULDBLOCK;
 *     DUOS_ENOTCONN; DUOS_EPIPE or DUOS_ECONNRESET when the connection has
 *     ended; DUOS_EMSGSIZE for a datagram that is too long; the system's
 *     code.
 * Blocking: until some bytes fit, if the socket is blocking.
 * Thread: any. Never raises SIGPIPE.
 * Platform: one call takes at most 1 GiB. Windows does not tune the buffer of
 *     a socket that does not block: connections and duos_send_all do so when
 *     it is full; with this call it is the caller's affair
 *     (DUOS_OPT_SEND_BUFFER).
 * Source: send(2).
 */
DUOS_API DUOS_CHECKED duos_err duos_send(duos_socket s, const void *data,
                                         size_t len, size_t *sent);

/*
 * Receives what is there, up to cap bytes.
 *
 * data: receives the bytes; NULL only if cap is 0.
 * received: receives how many came. 0 is an empty datagram (or cap 0);
 *     the end of a stream is DUOS_EEOF.
 *
 * Returns: DUOS_OK; DUOS_EEOF when the peer will send no more; DUOS_EINVAL
 *     for a NULL; DUOS_EBADF; DUOS_EWOULDBLOCK; DUOS_ENOTCONN;
 *     DUOS_ECONNRESET; DUOS_ECONNREFUSED, once, when nobody was there to take
 *     an earlier datagram of a connected socket, which goes on (message.h);
 *     the system's code.
 * Blocking: until something comes, if the socket is blocking.
 * Thread: any.
 * Platform: a datagram that is longer than cap is cut; duos_recvfrom tells.
 * Source: recv(2).
 */
DUOS_API DUOS_CHECKED duos_err duos_recv(duos_socket s, void *data, size_t cap,
                                         size_t *received);

/*
 * Sends one datagram. For datagram sockets: of a stream's bytes it may take a
 * part without telling, so use duos_send there.
 *
 * data: len bytes; NULL only if len is 0. An empty datagram is one, too.
 * to: the destination; NULL on a connected socket.
 *
 * Returns: DUOS_OK when the whole datagram was taken; DUOS_EINVAL for a NULL;
 *     DUOS_EBADF; DUOS_EWOULDBLOCK; DUOS_EMSGSIZE when it is too long;
 *     DUOS_EAFNOSUPPORT when the families differ; DUOS_EDESTADDRREQ without
 *     a destination; DUOS_ENAMETOOLONG as duos_bind; the system's code.
 * Blocking: until it fits, if the socket is blocking.
 * Thread: any.
 * Platform: Linux sends from an IPv6 socket to an IPv4 address as well. macOS
 *     and the BSDs say DUOS_ENOBUFS when the queue of an interface is full,
 *     and call the socket writable all the while: try again after some time.
 * Source: sendto(2).
 */
DUOS_API DUOS_CHECKED duos_err duos_sendto(duos_socket s, const void *data,
                                           size_t len, const duos_addr *to);

/*
 * Receives one datagram and who sent it.
 *
 * data: receives up to cap bytes; NULL only if cap is 0.
 * received: receives the bytes that were stored, 0 for an empty datagram.
 * from: receives the sender, the unspecified address for a unix socket
 *     without a name; NULL when not wanted.
 * truncated: receives whether the datagram was longer than cap and its rest
 *     is lost; NULL when not wanted.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for a NULL; DUOS_EBADF; DUOS_EWOULDBLOCK; the
 *     system's code.
 * Blocking: until one comes, if the socket is blocking.
 * Thread: any.
 * Source: recvmsg(2) MSG_TRUNC, WSARecvFrom WSAEMSGSIZE.
 */
DUOS_API DUOS_CHECKED duos_err duos_recvfrom(duos_socket s, void *data,
                                             size_t cap, size_t *received,
                                             duos_addr *from, bool *truncated);

/*
 * The local address of a socket: after duos_bind with port 0, the port that
 * the system chose. A unix socket without a name has an empty path.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL, on Windows also for a socket that
 *     is not bound; DUOS_EBADF; the system's code.
 * Blocking: never.
 * Thread: any.
 * Source: getsockname(2).
 */
DUOS_API DUOS_CHECKED duos_err duos_local_addr(duos_socket s, duos_addr *out);

/*
 * The address of the connected peer.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_EBADF; DUOS_ENOTCONN; the
 *     system's code.
 * Blocking: never.
 * Thread: any.
 * Source: getpeername(2).
 */
DUOS_API DUOS_CHECKED duos_err duos_peer_addr(duos_socket s, duos_addr *out);

/*
 * Both at once: the 4-tuple that names a connection.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_EBADF; DUOS_ENOTCONN; the
 *     system's code.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API DUOS_CHECKED duos_err duos_socket_tuple(duos_socket s,
                                                 duos_tuple *out);

/*
 * Waits until one socket is ready.
 *
 * want: DUOS_READ, DUOS_WRITE or both.
 * timeout_ms: 0 asks without waiting; less than 0 waits without limit.
 * got: receives what is ready, DUOS_ERROR and DUOS_HANGUP included; NULL
 *     when not wanted.
 *
 * Returns: DUOS_OK; DUOS_ETIMEDOUT; DUOS_EINVAL for an unknown or empty
 *     want; DUOS_EBADF; the system's code. Signals do not cut the wait short.
 * Blocking: at most timeout_ms, never less.
 * Thread: any.
 */
DUOS_API duos_err duos_wait(duos_socket s, unsigned want, int64_t timeout_ms,
                            unsigned *got);

/*
 * How a socket shares its local address. With DUOS_REUSE_SAFE no other program
 * can take the port away.
 */
typedef enum duos_reuse {
    /* A restart may bind at once although old connections linger; two
     * sockets on one port are refused. POSIX: SO_REUSEADDR for streams;
     * Windows: SO_EXCLUSIVEADDRUSE. */
    DUOS_REUSE_SAFE = 0,
    /* Several sockets may have the port. Streams: listeners of one user that
     * the kernel balances (Linux SO_REUSEPORT, FreeBSD SO_REUSEPORT_LB);
     * DUOS_ENOTSUP on Windows, macOS, OpenBSD and NetBSD. Datagrams: receivers
     * of one multicast group; any program that asks for the same may join
     * them, on Linux and Windows (SO_REUSEADDR) whoever runs it. */
    DUOS_REUSE_SHARED = 1
} duos_reuse;

#ifdef __cplusplus
}
#endif

#endif
