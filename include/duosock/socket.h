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
 * duos_listen_at and duos_dial.
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
 * family: DUOS_IPV4 or DUOS_IPV6.
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
 * Platform: Windows: starts Winsock when nobody has; it stays started.
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
DUOS_API DUOS_CHECKED duos_err duos_open_raw(duos_family family,
                                             duos_type type,
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
 * addr: port 0 asks the system for a free one; duos_local_addr tells it.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL, or when s is bound already;
 *     DUOS_EBADF; DUOS_EADDRINUSE; DUOS_EADDRNOTAVAIL for an address that is
 *     not of this machine; DUOS_EAFNOSUPPORT when the families differ;
 *     DUOS_EACCES for a port that the user may not have; the system's code.
 * Blocking: never.
 * Thread: any.
 * Platform: Windows may say DUOS_EACCES for an address that another socket
 *     holds exclusively.
 * Source: bind(2).
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
 *     DUOS_EINVAL for a NULL address or port 0; DUOS_EBADF;
 *     DUOS_ECONNREFUSED; DUOS_EISCONN; DUOS_EAFNOSUPPORT when the families
 *     differ; the system's code. After a failure, close the socket and open
 *     a new one.
 * Blocking: until the attempt ends, if the socket is blocking; a signal does
 *     not cut it short.
 * Thread: any.
 * Platform: Windows tries a refused connect three times, 2 s in all; from
 *     Windows 10 1709 on not on loopback.
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
 *     DUOS_ECONNRESET; the system's code.
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
 *     a destination; the system's code.
 * Blocking: until it fits, if the socket is blocking.
 * Thread: any.
 * Platform: Linux sends from an IPv6 socket to an IPv4 address as well.
 * Source: sendto(2).
 */
DUOS_API DUOS_CHECKED duos_err duos_sendto(duos_socket s, const void *data,
                                           size_t len, const duos_addr *to);

/*
 * Receives one datagram and who sent it.
 *
 * data: receives up to cap bytes; NULL only if cap is 0.
 * received: receives the bytes that were stored, 0 for an empty datagram.
 * from: receives the sender; NULL when not wanted.
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
 * the system chose.
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
 * How a listener shares its address. Never lets another program take the
 * port away.
 */
typedef enum duos_reuse {
    /* A restart may bind at once although old connections linger; two
     * sockets on one port are refused. POSIX: SO_REUSEADDR for streams;
     * Windows: SO_EXCLUSIVEADDRUSE. */
    DUOS_REUSE_SAFE = 0,
    /* Several sockets may have the port: listeners of one user that the
     * kernel balances (Linux SO_REUSEPORT), or receivers of one multicast
     * group. DUOS_ENOTSUP for streams on Windows. */
    DUOS_REUSE_SHARED = 1
} duos_reuse;

/*
 * How duos_listen_at listens. Set by duos_listen_options_init; later versions
 * append fields.
 */
typedef struct duos_listen_options {
    size_t size;
    int backlog;      /* 0 or less: as many as the system allows */
    duos_reuse reuse; /* DUOS_REUSE_SAFE */
    bool v6only;      /* false: "*" and ":port" take IPv4 as well */
    bool nodelay;     /* true: TCP_NODELAY for what is accepted */
} duos_listen_options;

/*
 * Fills in the defaults.
 *
 * options: NULL is ignored.
 *
 * Blocking: never.
 * Thread: any.
 */
DUOS_API void duos_listen_options_init(duos_listen_options *options);

/*
 * A listener in one call: socket, options, bind, listen. "udp:" gives a bound
 * datagram socket.
 *
 * address: every form of duos_endpoint_parse. "*:port" and ":port" take IPv4
 *     and IPv6 on one socket; where the system has no IPv6, IPv4 alone.
 * options: NULL means the defaults.
 * out: receives the listener, which is non-blocking.
 * bound: receives the bound address with its port; NULL when not wanted.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for a NULL or options of an unknown size;
 *     DUOS_ESYNTAX, DUOS_ERANGE, DUOS_EAFNOSUPPORT or DUOS_ENOTSUP as
 *     duos_endpoint_parse and DUOS_REUSE_SHARED say; DUOS_EADDRINUSE;
 *     DUOS_EADDRNOTAVAIL; DUOS_EACCES; the system's code.
 * Ownership: the caller closes it.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API DUOS_CHECKED duos_err
duos_listen_at(const char *address, const duos_listen_options *options,
               duos_socket *out, duos_addr *bound);

/*
 * A connected stream socket in one call.
 *
 * address: a form of duos_endpoint_parse, or "name:port", which is looked up
 *     (see resolve.h). All addresses are tried in turn; for "localhost", and
 *     a host that is empty or "*", 127.0.0.1, then ::1.
 * timeout_ms: for looking up and all attempts together; less than 0 waits as
 *     long as the system does.
 * out: receives the socket, which is non-blocking: duos_send_all,
 *     duos_recv_exact and duos_recv_some wait for it.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL or port 0; DUOS_ESYNTAX,
 *     DUOS_ENAMETOOLONG, DUOS_ERANGE or DUOS_EAFNOSUPPORT for what is no
 *     address; DUOS_ENOTSUP for "udp:" or "unix:"; DUOS_ENONAME,
 *     DUOS_ENODATA, DUOS_ETRYAGAIN or DUOS_ENORECOVERY for a name, as
 *     duos_resolve; DUOS_ETIMEDOUT; DUOS_ECONNREFUSED and the system's other
 *     codes, for the address that was tried last.
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
