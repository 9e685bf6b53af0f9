/* SPDX-License-Identifier: MIT */
/*
 * conn_ready.c - the engine over a readiness poller.
 *
 * What makes it fast is what it leaves out: one receive into one buffer that
 * all connections share, one optimistic send, no interest in writability
 * before a send came up short, no second receive after a short one, and no
 * deregistration before close, which the system does by itself.
 */
#include <duosock/option.h>

#include "engine_ops.h"
#include "poller_ops.h"

static void read_ready(duos__watcher *watcher, unsigned events);
static void write_ready(duos__watcher *watcher, unsigned events);

/* ---- registration ----------------------------------------------------- */

static unsigned wanted(const duos__stream *s)
{
    return (s->receiving ? (unsigned)DUOS_READ : 0) |
           (s->sending || s->connecting ? (unsigned)DUOS_WRITE : 0);
}

/* Who waits for readability alone, as a rule, need not ask for more. */
static void set_interest(duos__stream *s, unsigned interest)
{
    s->interest = (uint8_t)interest;
    s->watcher.ready = (interest & DUOS_WRITE) != 0 ? write_ready : read_ready;
}

/* Tells the poller what is wanted now, if that is news. */
static void update_interest(duos__stream *s)
{
    unsigned interest = wanted(s);
    duos_err err;

    if (interest == s->interest || s->stopped) {
        return;
    }
    err = duos_poller_mod(s->loop->poller, s->token, interest);
    if (err == DUOS_OK) {
        set_interest(s, interest);
    } else {
        duos__stream_ended(s, err);
    }
}

static duos_err watch_stream(duos__stream *s)
{
    duos_err err;

    set_interest(s, wanted(s));
    err = duos_poller_add(s->loop->poller, s->sock, s->interest, &s->watcher,
                          &s->token);
    if (err != DUOS_OK) {
        s->token.value = 0;
    }
    return err;
}

/* ---- receiving -------------------------------------------------------- */

static void receive_ended(duos__stream *s, sys_count n)
{
    if (duos__is_spurious(n)) {
        return;
    }
    s->receiving = false;
    duos__stream_ended(s, n == 0 ? DUOS_EEOF : (duos_err)n);
    update_interest(s); /* or the end of stream would be told for ever */
}

/* Hands over what one receive brings; returns its length, 0 for none. */
static inline size_t receive_once(duos__stream *s)
{
    duos_loop *loop = s->loop;
    sys_count n = sys_recv(s->sock, loop->recv_buffer, loop->recv_size);

    if (DUOS_UNLIKELY(n <= 0)) {
        receive_ended(s, n);
        return 0;
    }
    duos__stream_received(s, loop->recv_buffer, (size_t)n);
    return (size_t)n;
}

/* So many receives are a stream's share of a turn. */
static size_t receive_share(const duos__stream *s)
{
    /* NOLINTNEXTLINE(clang-analyzer-core.DivideZero): a loop has a buffer */
    return (duos__stream_share(s, DUOS_READ) - 1) / s->loop->recv_size + 1;
}

/* Goes on, bounded, while at least so many bytes come at a time. */
static void receive_while(duos__stream *s, size_t least, size_t receives)
{
    while (s->receiving) {
        if (receives == 0) {
            duos__stream_yielded(s, DUOS_READ);
            return;
        }
        if (receive_once(s) < least) {
            return;
        }
        receives--;
    }
}

/* A short read has emptied the socket, so another would only say so. */
static inline void receive(duos__stream *s)
{
    if (DUOS_UNLIKELY(receive_once(s) == s->loop->recv_size)) {
        receive_while(s, s->loop->recv_size, receive_share(s) - 1);
    }
}

static void ready_recv_start(duos__stream *s)
{
    s->receiving = true;
    update_interest(s);
}

static void ready_recv_stop(duos__stream *s)
{
    s->receiving = false;
    update_interest(s);
}

/* Receives until there is nothing, unlike receive. */
static void ready_recv_now(duos__stream *s)
{
    receive_while(s, 1, receive_share(s));
}

/* The loop's buffer may hold what an on_data under way was given. */
static bool ready_drop_input(duos__stream *s)
{
    unsigned char dropped[512];
    sys_count n = sys_recv(s->sock, dropped, sizeof dropped);

    if (n <= 0) {
        receive_ended(s, n);
        return false;
    }
    duos__stream_received(s, dropped, (size_t)n);
    return true;
}

/* ---- sending ---------------------------------------------------------- */

static sys_count ready_try_send(duos__stream *s, const void *data, size_t len)
{
    return sys_send(s->sock, data, len < SYS_IO_MAX ? len : SYS_IO_MAX);
}

static void ready_send_start(duos__stream *s)
{
    sys_send_blocked(s->sock);
    s->sending = true;
    update_interest(s);
}

/* What is missing is not room, of which the poller would tell (trap 44). */
static void send_failed(duos__stream *s, duos_err err)
{
    s->sending = false;
    if (err == DUOS_ENOBUFS) {
        update_interest(s);
        duos__stream_starved(s);
    } else {
        duos__stream_ended(s, err);
    }
}

/* Sends what waits until the system takes no more, or the share is used up. */
static void send_queue(duos__stream *s)
{
    size_t share = duos__stream_share(s, DUOS_WRITE);
    const void *data;
    size_t len;

    while (s->sending && (len = duos__stream_pull(s, &data)) > 0) {
        sys_count n;

        if (share == 0) {
            duos__stream_yielded(s, DUOS_WRITE);
            return;
        }
        len = len < share ? len : share;
        n = ready_try_send(s, data, len);
        if (duos__is_spurious(n)) {
            n = 0;
        }
        if (n < 0) {
            send_failed(s, (duos_err)n);
            return;
        }
        duos__stream_sent(s, (size_t)n);
        if ((size_t)n < len) {
            sys_send_blocked(s->sock);
            return;
        }
        share -= len;
    }
    s->sending = false;
    update_interest(s);
}

static void ready_send_now(duos__stream *s)
{
    if (s->sending) {
        send_queue(s);
    }
}

/* ---- connecting ------------------------------------------------------- */

/* A port of the system's choice is chosen when the peer is known. */
static duos_err bind_source(duos_socket sock, const duos_addr *source)
{
    duos_err err;

    if (source->port == 0) {
        err = duos_set_bool(sock, DUOS_OPT_BIND_NO_PORT, true);
        (void)err; /* then it is one that no other socket here has */
    }
    return duos_bind(sock, source);
}

static duos_err begin_connect(duos__stream *s, const duos_addr *addr,
                              const duos_addr *source)
{
    duos_err err = source != NULL ? bind_source(s->sock, source) : DUOS_OK;

    if (err == DUOS_OK) {
        err = duos_connect(s->sock, addr);
    }
    if (err != DUOS_OK && err != DUOS_EINPROGRESS) {
        return err;
    }
    /* Small messages go at once; a socket that cannot do that still works. */
    err = duos_set_bool(s->sock, DUOS_OPT_NODELAY, true);
    (void)err;
    s->connecting = true;
    err = watch_stream(s);
    s->stopped = s->stopped && err != DUOS_OK; /* as it was, if it failed */
    return err;
}

static duos_err ready_connect(duos__stream *s, const duos_addr *addr,
                              const duos_addr *source)
{
    duos_err err = duos_open((duos_family)addr->family, DUOS_STREAM,
                             DUOS_NONBLOCK, &s->sock);

    if (err != DUOS_OK) {
        return err;
    }
    err = begin_connect(s, addr, source);
    if (err != DUOS_OK) {
        s->connecting = false;
        (void)duos_close(&s->sock);
    }
    return err;
}

static void connect_ready(duos__stream *s)
{
    duos_err err = duos_connect_result(s->sock);

    if (err == DUOS_EINPROGRESS) {
        return;
    }
    s->connecting = false;
    duos__stream_connected(s,
                           err == DUOS_ESELFCONNECT ? DUOS_ECONNREFUSED : err);
    update_interest(s);
}

/* ---- events ----------------------------------------------------------- */

/* Whatever the event is: to receive for nothing does no harm. */
static void read_ready(duos__watcher *watcher, unsigned events)
{
    duos__stream *s = (duos__stream *)watcher;

    (void)events;
    if (DUOS_LIKELY(s->receiving)) {
        receive(s);
    }
}

static void write_ready(duos__watcher *watcher, unsigned events)
{
    duos__stream *s = (duos__stream *)watcher;

    if ((events & DUOS_WRITE) != 0 && s->connecting) {
        connect_ready(s);
    } else if ((events & DUOS_WRITE) != 0 && s->sending) {
        send_queue(s);
    }
    if ((events & DUOS_READ) != 0 && s->receiving) {
        receive(s);
    }
}

/* ---- beginning and end ------------------------------------------------ */

static duos_err ready_attach(duos__stream *s, duos_socket sock)
{
    duos_err err;

    s->sock = sock;
    s->receiving = true;
    err = watch_stream(s);
    if (err != DUOS_OK) {
        s->sock.os = -1;
    }
    return err;
}

/* What is not connected any more is shut down (trap 71); recv tells why. */
static duos_err ready_shutdown(duos__stream *s)
{
    duos_err err = sys_shutdown(s->sock, DUOS_SHUT_SEND);

    return err == DUOS_ENOTCONN ? DUOS_OK : err;
}

static void ready_stop(duos__stream *s)
{
    s->receiving = s->sending = s->connecting = false;
    s->stopped = true;
}

static void ready_close(duos__stream *s, bool reset)
{
    if (s->token.value != 0) {
        (void)duos__poller_del_closing(s->loop->poller, s->token);
        s->token.value = 0;
    }
    if (duos_socket_valid(s->sock)) {
        if (reset) {
            duos_linger drop = {true, 0};
            duos_err err = duos_set_linger(s->sock, &drop);

            (void)err; /* then it is an ordinary close */
        }
        (void)duos_close(&s->sock);
    }
}

static duos_socket ready_release(duos__stream *s)
{
    duos_socket sock = s->sock;

    (void)duos_poller_del(s->loop->poller, s->token);
    s->token.value = 0;
    s->sock.os = -1;
    ready_stop(s);
    return sock;
}

/* ---- accepting -------------------------------------------------------- */

static void acceptor_ready(duos__watcher *watcher, unsigned events)
{
    duos__acceptor *a = (duos__acceptor *)watcher;
    uint32_t left;

    (void)events;
    for (left = a->per_turn; left > 0 && a->accepting; left--) {
        duos_socket sock = DUOS_SOCKET_INVALID;
        duos_addr peer;
        duos_err err = sys_accept(a->sock, true, &sock, &peer);

        if (err == DUOS_OK) {
            duos__acceptor_accepted(a, sock, &peer);
        } else if (err == DUOS_EWOULDBLOCK ||
                   (err != DUOS_EINTERRUPTED &&
                    !duos__acceptor_failed(a, err))) {
            return;
        }
    }
    if (left == 0 && a->accepting) {
        duos__acceptor_yielded(a);
    }
}

static duos_err ready_accept_start(duos__acceptor *a)
{
    duos_err err;

    a->watcher.ready = acceptor_ready;
    err = duos_poller_add(a->loop->poller, a->sock, DUOS_READ, &a->watcher,
                          &a->token);
    a->accepting = err == DUOS_OK;
    return err;
}

static void ready_accept_stop(duos__acceptor *a)
{
    if (a->token.value != 0) {
        (void)duos_poller_del(a->loop->poller, a->token);
        a->token.value = 0;
    }
    a->accepting = false;
}

const duos__engine_ops duos__engine_ready = {
    .connect = ready_connect,
    .attach = ready_attach,
    .recv_start = ready_recv_start,
    .recv_stop = ready_recv_stop,
    .recv_now = ready_recv_now,
    .drop_input = ready_drop_input,
    .try_send = ready_try_send,
    .send_start = ready_send_start,
    .send_now = ready_send_now,
    .shutdown = ready_shutdown,
    .stop = ready_stop,
    .close = ready_close,
    .release = ready_release,
    .accept_start = ready_accept_start,
    .accept_stop = ready_accept_stop,
};
