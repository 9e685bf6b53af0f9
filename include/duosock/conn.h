/* SPDX-License-Identifier: MIT */
/*
 * conn.h - one connection of a server or a client.
 *
 * A connection hands over data; how the bytes move is not its user's affair.
 * What is sent is taken whole or refused whole, and queued where the kernel
 * takes less. All memory that the peer could make grow is bounded.
 *
 * No callback runs inside the call that caused it. The pointer is valid until
 * on_close returns; to name a connection for longer, keep its duos_conn_id.
 */
#ifndef DUOSOCK_CONN_H
#define DUOSOCK_CONN_H

#include <duosock/local.h>
#include <duosock/loop.h>
#include <duosock/shared.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A connection.
 *
 * Life cycle: made by a server's accept or a client's connect; on_open;
 * any number of on_data and on_drain; perhaps on_eof; on_close exactly once;
 * then its memory goes. A client whose attempt failed gets on_close without
 * on_open; so does a connection whose greeting failed (a PROXY header, or the
 * handshake of a transport), and then its user pointer is the one that all
 * connections begin with.
 */
typedef struct duos_conn duos_conn;

/* Names a connection within its server, across its end; 0 is never one. */
typedef struct duos_conn_id {
    uint64_t value;
} duos_conn_id;

/*
 * What a user of connections is told. Members may be NULL where nothing is to
 * be done. user is what duos_conn_set_user set last, at first the server's or
 * client's. Set by duos_conn_handler_init; later versions append members.
 *
 * on_open: the connection stands.
 * on_data: bytes came, len at least 1. They are valid until the callback
 *     returns. Not called between duos_conn_pause and duos_conn_resume.
 * on_eof: the peer will send no more; it may still receive. NULL closes the
 *     connection once its output is out. After duos_conn_shutdown both
 *     directions have ended then, and on_close comes in its place.
 * on_drain: the queue, which had risen above queue_high, has fallen below
 *     queue_low.
 * on_close: the end, with the reason: DUOS_EEOF after the peer's end of
 *     stream, DUOS_ECANCELED after duos_conn_close or duos_conn_abort,
 *     DUOS_EIDLE, DUOS_ESTALLED, DUOS_ETIMEDOUT and DUOS_EDRAINED after a
 *     deadline of that kind, DUOS_ETRUNCATED where a transport has not seen
 *     the peer's goodbye or a greeting was not finished, otherwise what the
 *     system said. The connection may only be asked here, not used:
 *     duos_conn_queued for the bytes that were taken from the user and not by
 *     the system. Where output was lost, the peer sees a reset over TCP, never
 *     an end of stream that looks complete. Unix sockets have no reset.
 */
typedef struct duos_conn_handler {
    size_t size;
    void (*on_open)(duos_conn *conn, void *user);
    void (*on_data)(duos_conn *conn, const void *data, size_t len, void *user);
    void (*on_eof)(duos_conn *conn, void *user);
    void (*on_drain)(duos_conn *conn, void *user);
    void (*on_close)(duos_conn *conn, duos_err reason, void *user);
} duos_conn_handler;

/*
 * Limits of one connection; part of the configuration of server and client.
 * Every limit is on by default; 0 means none, unless it says otherwise.
 *
 * queue_max: bytes of output that may wait; a send that would exceed it is
 *     refused. queue_high, queue_low: marks for on_drain and back-pressure.
 * first_byte_ms: a connection that sends nothing at all, or nothing behind
 *     its greeting, is closed (DUOS_EIDLE). idle_ms: neither side moved a byte
 *     for so long (DUOS_EIDLE). stall_ms: output waits and the peer took none
 *     of it for so long (DUOS_ESTALLED). linger_ms: how long a closing
 *     connection may take to bring its last bytes to the peer.
 * handshake_ms: how long the greeting may take that comes before on_open, a
 *     PROXY header or the handshake of a transport (DUOS_ETIMEDOUT; 10 s).
 * backpressure: nothing is received from a peer while more than queue_high
 *     bytes wait for it, so a peer that does not read cannot make us work.
 * read_per_turn: bytes received from one connection before others have their
 *     turn, rounded up to whole receive buffers of the loop. write_per_turn:
 *     bytes of its queue that are sent in a turn. For both, 0 means the
 *     default, 256 KiB: there is always a limit, or one could starve the rest.
 */
typedef struct duos_conn_limits {
    size_t queue_max;
    size_t queue_high;
    size_t queue_low;
    int32_t first_byte_ms;
    int32_t idle_ms;
    int32_t stall_ms;
    int32_t linger_ms;
    bool backpressure;
    size_t read_per_turn;
    size_t write_per_turn;
    int32_t handshake_ms;
} duos_conn_limits;

/*
 * Clears a handler and sets its size.
 *
 * handler: NULL is ignored.
 * size: sizeof(duos_conn_handler), which the macro of this name adds.
 *
 * Blocking: never.
 * Thread: any.
 */
DUOS_API void duos_conn_handler_init(duos_conn_handler *handler, size_t size);
#define duos_conn_handler_init(handler)                                        \
    (duos_conn_handler_init)(handler, sizeof(duos_conn_handler))

/*
 * Sends bytes: all of them, now or later, in order; or none.
 *
 * data: len bytes, copied as far as they must wait; NULL only if len is 0.
 *
 * Returns: DUOS_OK when taken; DUOS_EINVAL for NULL; DUOS_EWOULDBLOCK when
 *     the queue would exceed queue_max: nothing was taken, on_drain will
 *     tell; DUOS_EMSGSIZE when len is more than queue_max, so that it could
 *     never be taken; DUOS_ESTATE before on_open, after duos_conn_shutdown or
 *     duos_conn_close, and when on_close is on its way; DUOS_ENOMEM with
 *     nothing taken. The send that finds the connection broken gives DUOS_OK:
 *     on_close tells. Where the system has no buffers (ENOBUFS), the bytes
 *     wait in the queue and are tried again, within stall_ms.
 * Ownership: data stays the caller's.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API DUOS_CHECKED duos_err duos_conn_send(duos_conn *conn, const void *data,
                                              size_t len);

/*
 * Sends the bytes of a shared buffer, as duos_conn_send; what must wait is
 * not copied: the queue holds a reference, about 40 bytes, whatever the
 * length. Limits and duos_conn_queued count the bytes all the same.
 *
 * buffer: of the same thread; one that is empty is sent by doing nothing.
 *
 * Returns: as duos_conn_send: DUOS_OK; DUOS_EINVAL for NULL;
 *     DUOS_EWOULDBLOCK; DUOS_EMSGSIZE; DUOS_ESTATE; DUOS_ENOMEM.
 * Ownership: the caller keeps its reference and may release it at once.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API DUOS_CHECKED duos_err duos_conn_send_shared(duos_conn *conn,
                                                     duos_shared *buffer);

/*
 * Bytes that were sent and wait for the kernel to take them; in on_close, those
 * that it will never get. 0 for NULL.
 *
 * Returns: the number of bytes.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API size_t duos_conn_queued(const duos_conn *conn);

/*
 * Receives nothing until duos_conn_resume: no on_data comes, and the peer is
 * slowed down by its own send buffer.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_ESTATE after on_eof or
 *     duos_conn_close.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API duos_err duos_conn_pause(duos_conn *conn);

/*
 * Receives again.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_ESTATE after on_eof or
 *     duos_conn_close.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API duos_err duos_conn_resume(duos_conn *conn);

/*
 * Ends our sending once the queue is out: the peer sees the end of stream and
 * may still send.
 *
 * Returns: DUOS_OK, also the second time; DUOS_EINVAL for NULL; DUOS_ESTATE
 *     before on_open or after duos_conn_close.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API duos_err duos_conn_shutdown(duos_conn *conn);

/*
 * Closes: nothing more is received; the queue still goes out as long as the
 * peer takes it (see stall_ms); then on_close comes with DUOS_ECANCELED, or
 * with what kept the queue from going out. May be called anywhere, any number
 * of times.
 *
 * conn: NULL is ignored.
 *
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API void duos_conn_close(duos_conn *conn);

/*
 * Closes at once: the queue is dropped and the peer sees a reset (over TCP;
 * a unix socket just ends). on_close comes with reason.
 *
 * conn: NULL is ignored.
 * reason: DUOS_OK stands for DUOS_ECANCELED.
 *
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API void duos_conn_abort(duos_conn *conn, duos_err reason);

/*
 * Takes the socket out of an open connection whose queue is empty. on_close
 * does not come; the connection is gone when the call returns DUOS_OK, but
 * its memory stays until the end of the turn.
 *
 * out: receives the socket, which is non-blocking.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_ESTATE when not open, when
 *     output waits, with a transport, or while bytes that came with a PROXY
 *     header are still to be given to on_data.
 * Ownership: the caller closes the socket.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API DUOS_CHECKED duos_err duos_conn_release(duos_conn *conn,
                                                 duos_socket *out);

/*
 * The name of a connection, for duos_server_find.
 *
 * Returns: the id; 0 for NULL and for a client's connection.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API duos_conn_id duos_conn_id_of(const duos_conn *conn);

/*
 * The user pointer of a connection.
 *
 * Returns: the pointer; NULL for NULL.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API void *duos_conn_user(const duos_conn *conn);

/*
 * Sets the user pointer that the callbacks of this connection get.
 *
 * conn: NULL is ignored.
 *
 * Ownership: what it points to stays the caller's.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API void duos_conn_set_user(duos_conn *conn, void *user);

/*
 * The loop of a connection.
 *
 * Returns: the loop; NULL for NULL.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API duos_loop *duos_conn_loop(const duos_conn *conn);

/*
 * The address of the peer: what accept said, and for a client the one that
 * won. Before that it is the first one that is tried, or of DUOS_UNSPEC while
 * no name has led to one.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API DUOS_CHECKED duos_err duos_conn_peer(const duos_conn *conn,
                                              duos_addr *out);

/*
 * The 4-tuple of a connection. The local address is asked of the system.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_ESTATE when the socket is
 *     closed; the system's code.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API DUOS_CHECKED duos_err duos_conn_tuple(const duos_conn *conn,
                                               duos_tuple *out);

/*
 * Where a connection comes from and goes to as its client sees it: what a
 * header of the PROXY protocol said, otherwise the same as duos_conn_tuple.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_ESTATE when the socket is
 *     closed, unless a header said it; the system's code.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API DUOS_CHECKED duos_err duos_conn_origin(const duos_conn *conn,
                                                duos_tuple *out);

/*
 * The process at the other end of a unix socket.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_ESTATE when the socket is
 *     closed; DUOS_ENOTSUP when it is no unix socket; the system's code.
 * Blocking: never.
 * Thread: the loop's.
 * Platform: as duos_peer_credentials.
 */
DUOS_API DUOS_CHECKED duos_err duos_conn_credentials(const duos_conn *conn,
                                                     duos_credentials *out);

/*
 * The session that the transport of a connection has made for it, as for the
 * name in the peer's certificate.
 *
 * Returns: the session; NULL for NULL, without a transport, and before its
 *     create.
 * Ownership: stays with the connection; see transport.h.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API void *duos_conn_transport(const duos_conn *conn);

/*
 * Bytes that came from the peer, and bytes that the kernel took for it.
 *
 * received, sent: each may be NULL.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for a NULL conn.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API duos_err duos_conn_bytes(const duos_conn *conn, uint64_t *received,
                                  uint64_t *sent);

#ifdef __cplusplus
}
#endif

#endif
