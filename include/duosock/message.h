/* SPDX-License-Identifier: MIT */
/*
 * message.h - bytes in several parts, urgent bytes, and datagrams with all
 * that the system knows of them: where they arrived, their TTL, their time.
 *
 * MSG_WAITALL and MSG_DONTWAIT are missing: Windows has them in part or not
 * at all. duos_recv_exact and duos_recv_some of stream.h do what they are for.
 *
 * A connected datagram socket is told, once, that nobody was there to take an
 * earlier datagram: the next receive, or send, gives DUOS_ECONNREFUSED, and
 * the one after it goes on. That is an answer, not the end of the socket. One
 * that is not connected is never told, unless DUOS_OPT_RECV_ERROR is on:
 * duos_take_report then says of which datagram.
 *
 * Wherever "the system's code" stands under Returns, any other named code or
 * a native one may come, as the operating system reports it.
 */
#ifndef DUOSOCK_MESSAGE_H
#define DUOSOCK_MESSAGE_H

#include <duosock/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A piece of memory, of which a message has several. What is sent is only
 * read, although data is no pointer to const.
 *
 * Life cycle: a plain value; data belongs to the caller.
 */
typedef struct duos_buf {
    void *data; /* may be NULL if len is 0 */
    size_t len; /* in bytes */
} duos_buf;

/* How bytes are moved. */
enum {
    DUOS_MSG_PEEK = 1 << 0, /* receive, but leave it for the next receive */
    DUOS_MSG_OOB = 1 << 1   /* the urgent byte of a stream */
};

/*
 * Sends the bytes of several parts to the connected peer, as many as fit; of
 * a datagram, all or nothing.
 *
 * parts: count of them, in this order.
 * flags: 0, or DUOS_MSG_OOB: the last byte that is taken is urgent.
 * sent: receives how many bytes were taken, 1 or more, or 0 if there are none.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for a NULL or an unknown flag; DUOS_EBADF;
 *     DUOS_EWOULDBLOCK; DUOS_ENOTCONN; DUOS_EPIPE or DUOS_ECONNRESET when the
 *     connection has ended; DUOS_EMSGSIZE for a datagram that is too long or
 *     has more parts than one call can take; DUOS_EOPNOTSUPP for an urgent
 *     datagram; DUOS_ECONNREFUSED when nobody took an earlier datagram; the
 *     system's code.
 * Blocking: until some bytes fit, if the socket is blocking.
 * Thread: any. Never raises SIGPIPE.
 * Platform: one call takes at most 1 GiB and 1,024 parts; what is above that
 *     is left for the next.
 * Source: sendmsg(2), WSASend.
 */
DUOS_API DUOS_CHECKED duos_err duos_sendv(duos_socket s, const duos_buf *parts,
                                          size_t count, unsigned flags,
                                          size_t *sent);

/*
 * Receives what is there into several parts, each filled before the next.
 *
 * parts: count of them.
 * flags: 0; DUOS_MSG_PEEK; or DUOS_MSG_OOB for the urgent byte alone, unless
 *     DUOS_OPT_OOB_INLINE leaves it within the stream.
 * received: receives how many bytes came. 0 is an empty datagram (or no room
 *     at all); the end of a stream is DUOS_EEOF.
 *
 * Returns: DUOS_OK; DUOS_EEOF when the peer will send no more; DUOS_EINVAL
 *     for a NULL, an unknown flag, or DUOS_MSG_OOB with DUOS_OPT_OOB_INLINE;
 *     DUOS_EBADF; DUOS_EWOULDBLOCK, also when no urgent byte is there;
 *     DUOS_ENOTCONN; DUOS_ECONNRESET; DUOS_EOPNOTSUPP for an urgent datagram;
 *     DUOS_EMSGSIZE for a datagram socket and more parts than one call can
 *     take; DUOS_ECONNREFUSED when nobody took an earlier datagram; the
 *     system's code.
 * Blocking: until something comes, if the socket is blocking; for the urgent
 *     byte on Windows alone.
 * Thread: any.
 * Platform: one call takes at most 1 GiB and 1,024 parts. A datagram that is
 *     longer than the parts is cut; duos_recvmsg tells.
 * Source: recvmsg(2), WSARecv.
 */
DUOS_API DUOS_CHECKED duos_err duos_recvv(duos_socket s, const duos_buf *parts,
                                          size_t count, unsigned flags,
                                          size_t *received);

/*
 * Whether the next byte of a stream is the one that was sent as urgent; a
 * receive never goes beyond it.
 *
 * at: receives the answer.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_EBADF; DUOS_EOPNOTSUPP for a
 *     datagram socket; the system's code.
 * Blocking: never.
 * Thread: any.
 * Platform: Windows says true whenever no urgent byte is waiting: once it was
 *     received, and before it has come. Ask after DUOS_PRIO was seen.
 * Source: sockatmark(3), SIOCATMARK.
 */
DUOS_API DUOS_CHECKED duos_err duos_at_mark(duos_socket s, bool *at);

/* Which fields of a message hold something: bits of has. */
enum {
    DUOS_HAS_PEER = 1 << 0,
    DUOS_HAS_LOCAL = 1 << 1,
    DUOS_HAS_IFINDEX = 1 << 2,
    DUOS_HAS_TTL = 1 << 3,
    DUOS_HAS_TOS = 1 << 4,
    DUOS_HAS_TIME = 1 << 5
};

/*
 * A datagram and what goes with it. duos_recvmsg fills in len, truncated, has
 * and the fields that has names; duos_sendmsg reads has and those fields.
 *
 * To answer from the address that was asked, send with has cut down to
 * DUOS_HAS_PEER | DUOS_HAS_LOCAL and new parts. What was sent to a group or to
 * a broadcast address cannot be answered from there, and the system refuses
 * it: cut has down to DUOS_HAS_PEER then, and the system chooses.
 *
 * Life cycle: a plain value; a zeroed one has no parts. The parts belong to
 * the caller.
 */
typedef struct duos_message {
    const duos_buf *parts; /* where the bytes are, or go; NULL if count is 0 */
    size_t count;
    size_t len;       /* bytes received, 0 for an empty datagram */
    unsigned flags;   /* 0, or DUOS_MSG_PEEK for duos_recvmsg */
    unsigned has;     /* DUOS_HAS_... */
    bool truncated;   /* its end did not fit the parts and is lost */
    uint8_t ttl;      /* IPv4 TTL or IPv6 hop limit */
    uint8_t tos;      /* IPv4 TOS or IPv6 traffic class: DSCP and ECN */
    uint32_t ifindex; /* interface it came through, or is to leave by */
    uint64_t time_ns; /* when the system got it, since 1970, in UTC */
    duos_addr peer;   /* from whom, or to whom */
    duos_addr local;  /* the address it was sent to, or is to come from;
                         port 0 */
} duos_message;

/*
 * Receives one datagram and what the system tells of it.
 *
 * message: parts, count and flags go in, the rest comes out. Besides
 *     DUOS_HAS_PEER, the socket must have been asked for what has may name:
 *     DUOS_OPT_PKTINFO (local and ifindex), DUOS_OPT_RECV_TTL,
 *     DUOS_OPT_RECV_TOS, DUOS_OPT_TIMESTAMP. What the system does not tell is
 *     not in has; its field is left as it was. When it fails, all are.
 *
 * Returns: DUOS_OK, also for an empty datagram; DUOS_EINVAL for a NULL or
 *     another flag than DUOS_MSG_PEEK; DUOS_EBADF; DUOS_EWOULDBLOCK;
 *     DUOS_EMSGSIZE for more parts than one call can take; DUOS_ECONNREFUSED
 *     when nobody took an earlier datagram; DUOS_EEOF at the end of a stream;
 *     the system's code.
 * Blocking: until one comes, if the socket is blocking.
 * Thread: any.
 * Platform: a stream has no datagrams: POSIX gives bytes of it, Windows says
 *     DUOS_EOPNOTSUPP. Descriptors that a unix socket brings are closed.
 * Source: recvmsg(2), WSARecvMsg, RFC 3542.
 */
DUOS_API DUOS_CHECKED duos_err duos_recvmsg(duos_socket s,
                                            duos_message *message);

/*
 * Sends one datagram, whole, with what its fields ask for. For datagram
 * sockets: of a stream's bytes it may take a part without telling, so use
 * duos_sendv there.
 *
 * message: has may name DUOS_HAS_PEER (not for a connected socket, unless the
 *     system allows it), DUOS_HAS_LOCAL and DUOS_HAS_IFINDEX (where it comes
 *     from), DUOS_HAS_TTL and DUOS_HAS_TOS (for this datagram alone). Nothing
 *     is written to it.
 *
 * Returns: DUOS_OK when the whole datagram was taken; DUOS_EINVAL for a NULL,
 *     a flag, DUOS_HAS_TIME, or a TTL of 0; DUOS_EBADF; DUOS_EWOULDBLOCK;
 *     DUOS_EMSGSIZE when it is too long or has more parts than one call can
 *     take; DUOS_EAFNOSUPPORT when the families differ; DUOS_EDESTADDRREQ
 *     without a destination; DUOS_ENOTSUP for a field that this system cannot
 *     set for one datagram, with nothing sent; DUOS_ECONNREFUSED when nobody
 *     took an earlier datagram; the system's code.
 * Blocking: until it fits, if the socket is blocking.
 * Thread: any.
 * Platform: macOS and the BSDs say DUOS_ENOBUFS when the queue of an
 *     interface is full, and call the socket writable all the while: the
 *     datagram was not sent; try again after some time. Windows has no TTL
 *     for one datagram.
 * Source: sendmsg(2), WSASendMsg, RFC 3542.
 */
DUOS_API DUOS_CHECKED duos_err duos_sendmsg(duos_socket s,
                                            const duos_message *message);

/*
 * Receives the datagrams that are there, up to count, with as few system
 * calls as the system allows.
 *
 * list: count messages as for duos_recvmsg, with flags 0. Those that hold
 *     nothing afterwards may have been written to.
 * received: receives how many came, 1..count, or 0 if count is 0. It may be
 *     fewer than there are.
 *
 * Returns: DUOS_OK when at least one came; otherwise DUOS_EINVAL for a NULL
 *     or a flag; DUOS_EBADF; DUOS_EWOULDBLOCK; DUOS_EMSGSIZE,
 *     DUOS_ECONNREFUSED, DUOS_EEOF as duos_recvmsg; the system's code.
 *     An error that comes after the first datagram is given by the next call.
 * Blocking: until the first one comes, if the socket is blocking.
 * Thread: any.
 * Platform: one system call takes up to 32 on Linux, one elsewhere.
 * Source: recvmmsg(2).
 */
DUOS_API DUOS_CHECKED duos_err duos_recv_batch(duos_socket s,
                                               duos_message *list, size_t count,
                                               size_t *received);

/*
 * Sends datagrams in order, up to count, with as few system calls as the
 * system allows.
 *
 * list: count messages as for duos_sendmsg.
 * sent: receives how many were taken, 1..count, or 0 if count is 0. When it
 *     is fewer, go on with list[sent].
 *
 * Returns: DUOS_OK when at least one was taken; otherwise what became of
 *     list[0]: DUOS_EINVAL, DUOS_EBADF, DUOS_EWOULDBLOCK, DUOS_EMSGSIZE,
 *     DUOS_EAFNOSUPPORT, DUOS_EDESTADDRREQ, DUOS_ENOTSUP, DUOS_ECONNREFUSED
 *     as duos_sendmsg; the system's code.
 * Blocking: until all fit, if the socket is blocking.
 * Thread: any.
 * Platform: one system call takes up to 32 on Linux, one elsewhere. Linux
 *     from 4.18 on carries those together that follow each other the same way,
 *     are of one size (the last may be shorter), and hold one part of up to
 *     1,452 bytes; each arrives by itself. The report that nobody took an
 *     earlier datagram may be lost when it comes amid a batch.
 * Source: sendmmsg(2), UDP_SEGMENT of udp(7).
 */
DUOS_API DUOS_CHECKED duos_err duos_send_batch(duos_socket s,
                                               const duos_message *list,
                                               size_t count, size_t *sent);

#ifdef __cplusplus
}
#endif

#endif
