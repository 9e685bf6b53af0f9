/* SPDX-License-Identifier: MIT */
/*
 * transport.h - what stands between the bytes of a connection and the wire:
 * the place where TLS plugs in. duosock itself has no cryptography.
 *
 * A transport does no input or output, and knows no socket. It is given the
 * bytes that came from the wire and hands out what they mean (plain); it is
 * given what the user sends and hands out what goes onto the wire (cipher).
 * That is the shape of OpenSSL's memory BIOs, of SChannel and of mbedTLS; see
 * docs/transport.md.
 *
 * Server, client and connection stay what they are. on_open comes when the
 * transport stands; deadlines, limits and duos_conn_bytes count the bytes on
 * the wire.
 */
#ifndef DUOSOCK_TRANSPORT_H
#define DUOSOCK_TRANSPORT_H

#include <duosock/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Which end of a connection a session is for. */
typedef enum duos_transport_side {
    DUOS_TRANSPORT_CLIENT = 0,
    DUOS_TRANSPORT_SERVER = 1
} duos_transport_side;

/*
 * Where a session puts what it makes. Every connection has its own.
 *
 * emit_plain: len bytes for on_data; only within feed. They are copied, and
 *     handed over behind feed, so that a session is never entered twice.
 * emit_cipher: len bytes for the wire, in order; in any call of the session,
 *     and at any other time on the loop's thread until destroy.
 * wake: feed is to be called without bytes at the end of the turn, for a
 *     session that had to wait for something else, as for a key that is kept
 *     elsewhere. At any time on the loop's thread until destroy.
 *
 * Both emit functions return DUOS_OK, or an error when the connection is
 * lost: then nothing more is wanted, and the session may return that error or
 * any other.
 *
 * Life cycle: given to create, valid until destroy returns.
 */
typedef struct duos_transport_sink duos_transport_sink;
struct duos_transport_sink {
    duos_err (*emit_plain)(duos_transport_sink *sink, const void *data,
                           size_t len);
    duos_err (*emit_cipher)(duos_transport_sink *sink, const void *data,
                            size_t len);
    void (*wake)(duos_transport_sink *sink);
};

/*
 * A transport. All functions must be there, and are called on the loop's
 * thread; none of them calls functions of the connection. The table must live
 * as long as the server or client that it was given to.
 *
 * size: sizeof(duos_transport_ops).
 * create: makes the session of one connection. user: transport_user of the
 *     configuration. session: receives what the others get. DUOS_OK, or an
 *     error, with which the connection ends.
 * destroy: after on_close, exactly once for each session.
 * start: the connection stands: a client sends its greeting.
 * feed: len bytes came from the wire, in pieces of any size; all of them are
 *     taken. data is NULL and len 0 after wake.
 * seal: the user sends len bytes, at least one; only after the handshake, and
 *     not after close.
 * close: we send no more: says goodbye, if the protocol has a word for it.
 *     Only after the handshake, at most once.
 *
 * start and feed say how things stand: DUOS_EINPROGRESS, the handshake is
 * under way; DUOS_OK, it is done, and stays done; DUOS_EEOF, it is done, and
 * the peer has said goodbye; a goodbye before that is an error like any other.
 * Any other answer, and any but DUOS_OK of seal and close, is what on_close
 * tells; what was emitted before it, as an alert, still goes out.
 */
typedef struct duos_transport_ops {
    size_t size;
    duos_err (*create)(void *user, duos_transport_side side,
                       duos_transport_sink *sink, void **session);
    void (*destroy)(void *session);
    duos_err (*start)(void *session);
    duos_err (*feed)(void *session, const void *data, size_t len);
    duos_err (*seal)(void *session, const void *data, size_t len);
    duos_err (*close)(void *session);
} duos_transport_ops;

/*
 * What changes for the user of a connection that has a transport:
 *
 * on_open: after the handshake, which has handshake_ms for it. When that
 *     passes, or the handshake fails, on_close comes without on_open, with
 *     DUOS_ETIMEDOUT or the transport's code, and the user pointer is the one
 *     of the configuration.
 * duos_conn_send: queue_max is asked whether len bytes fit; what sealing adds
 *     to them may lie above it. What a session says by itself may lie above
 *     it by DUOS_TRANSPORT_EXTRA; more ends the connection (DUOS_ELIMIT).
 *     duos_conn_queued counts bytes for the wire; of a send that could not be
 *     sealed, all bytes are lost.
 * duos_conn_pause, back-pressure: no on_data comes. What was received before
 *     and is plain already, at most what one feed has made, is kept.
 * duos_conn_shutdown, duos_conn_close, a drain: say goodbye first. An abort
 *     does not.
 * on_eof: the peer's goodbye. What it sends behind that is not looked at.
 * DUOS_ETRUNCATED: the wire ended without a goodbye, so that an attacker may
 *     have cut it. on_close tells when our output is out; on_eof does not
 *     come.
 * duos_conn_release: DUOS_ESTATE.
 */
#define DUOS_TRANSPORT_EXTRA 65536

#ifdef __cplusplus
}
#endif

#endif
