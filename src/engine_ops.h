/* SPDX-License-Identifier: MIT */
/*
 * engine_ops.h - how the bytes of a connection move.
 *
 * Above this line nobody knows whether the system tells readiness (epoll,
 * AFD, select) or completions (io_uring, IOCP). Two kinds of objects: a
 * stream is a connection as the engine sees it, an acceptor is a listener.
 *
 * The contract that lets a completion engine be added without a change above:
 * no bytes are asked for, they come; what cannot be sent at once is pulled
 * out of the queue and reported when it has gone; after close nothing comes.
 */
#ifndef DUOS_ENGINE_OPS_H
#define DUOS_ENGINE_OPS_H

#include "loop_core.h"

/* One connection. Fields are the engine's own, but loop is read by all. */
typedef struct duos__stream {
    duos__watcher watcher;
    duos_token token; /* 0 while not watched */
    duos_socket sock;
    duos_loop *loop;
    uint8_t interest; /* what the poller was told */
    bool receiving;   /* recv_start was called */
    bool sending;     /* send_start was called, and it goes on */
    bool connecting;
    bool stopped; /* stop was called */
    /* For the layer above: */
    uint8_t starved;     /* sends in a row that found no buffers */
    duos_err reason;     /* why it ended */
    uint32_t starved_ms; /* when the last of those sends was */
} duos__stream;

/* One listener. */
typedef struct duos__acceptor {
    duos__watcher watcher;
    duos_token token;
    duos_socket sock;
    duos_loop *loop;
    uint32_t per_turn; /* accepted before others have their turn */
    bool accepting;
} duos__acceptor;

/*
 * An engine. What can fail returns DUOS_OK or an error with nothing changed.
 *
 * connect: opens a socket and begins to connect, from source unless that is
 *     NULL; the end comes as duos__stream_connected, never within this call.
 * attach: takes over a connected, non-blocking socket and receives.
 * recv_start, recv_stop: bytes come as duos__stream_received until stopped.
 * recv_now: hands over what has arrived, bounded, before it returns, unless
 *     stopped; never within duos__stream_received.
 * drop_input: takes something of what has arrived, for a stream whose data
 *     nobody wants any more; true if there was anything.
 * try_send: sends what can go without waiting; 0..len, or an error, among
 *     them what is only spurious, and DUOS_ENOBUFS, which time may heal: none
 *     went. Not to be called between send_start and the end of the queue.
 * send_start: pulls bytes with duos__stream_pull and tells with
 *     duos__stream_sent how many have gone, until nothing is left or it tells
 *     duos__stream_starved.
 * send_now: goes on with that at once, bounded, without being told of room.
 * shutdown: the end of our stream.
 * stop: nothing comes after it; close follows in the same turn, so the
 *     system need not be told.
 * close: closes the socket; reset drops what has not gone yet.
 * release: stops watching and returns the socket, open.
 * accept_start, accept_stop: connections come as duos__acceptor_accepted.
 */
typedef struct duos__engine_ops {
    duos_err (*connect)(duos__stream *s, const duos_addr *addr,
                        const duos_addr *source);
    duos_err (*attach)(duos__stream *s, duos_socket sock);
    void (*recv_start)(duos__stream *s);
    void (*recv_stop)(duos__stream *s);
    void (*recv_now)(duos__stream *s);
    bool (*drop_input)(duos__stream *s);
    sys_count (*try_send)(duos__stream *s, const void *data, size_t len);
    void (*send_start)(duos__stream *s);
    void (*send_now)(duos__stream *s);
    duos_err (*shutdown)(duos__stream *s);
    void (*stop)(duos__stream *s);
    void (*close)(duos__stream *s, bool reset);
    duos_socket (*release)(duos__stream *s);
    duos_err (*accept_start)(duos__acceptor *a);
    void (*accept_stop)(duos__acceptor *a);
} duos__engine_ops;

/* Not an error of the connection: the system was not ready after all. */
static inline bool duos__is_spurious(sys_count n)
{
    return n == DUOS_EWOULDBLOCK || n == DUOS_EINTERRUPTED;
}

/* The engine over a readiness poller: conn_ready.c. */
extern const duos__engine_ops duos__engine_ready;

/* ---- what an engine tells; conn.c and server.c implement it ------------ */

void duos__stream_connected(duos__stream *s, duos_err err);

/* data is valid until this returns. */
void duos__stream_received(duos__stream *s, const void *data, size_t len);

/* Nothing more will come: DUOS_EEOF, or what broke the connection. */
void duos__stream_ended(duos__stream *s, duos_err reason);

/* The first bytes that wait; they stay where they are until sent. */
size_t duos__stream_pull(duos__stream *s, const void **data);
void duos__stream_sent(duos__stream *s, size_t len);

/* The system has no buffers for what waits, and will not say when it has:
 * sending has ended, and send_start after a while tries again. */
void duos__stream_starved(duos__stream *s);

/* Bytes that a stream may move in a turn, one way, before others have theirs:
 * DUOS_READ or DUOS_WRITE. And that it has come to the end of them. */
size_t duos__stream_share(const duos__stream *s, unsigned direction);
void duos__stream_yielded(duos__stream *s, unsigned direction);

/* Takes over the socket, also when it has no use for it. */
void duos__acceptor_accepted(duos__acceptor *a, duos_socket sock,
                             const duos_addr *peer);

/* True: try the next one. False: it has stopped the acceptor. */
bool duos__acceptor_failed(duos__acceptor *a, duos_err err);

/* A turn has come to the end of per_turn. */
void duos__acceptor_yielded(duos__acceptor *a);

#endif
