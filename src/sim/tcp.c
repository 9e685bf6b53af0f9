/* SPDX-License-Identifier: MIT */
/*
 * tcp.c - what the two ends of a connection do and suffer; stream.c has the
 * bytes.
 *
 * Where systems differ, the simulated one takes the answer that is harder on
 * its user: a reset drops what was not received yet, a socket whose connect
 * failed is of no use any more, and closing with unread input resets.
 */
#include <string.h>

#include "sim_internal.h"

duos_err duos__sim_end_error(sim_end *end)
{
    duos_err err = end->error;

    end->error = DUOS_OK;
    return err;
}

/* ---- what arrives ----------------------------------------------------- */

void duos__sim_enqueue(sim_socket *listener, sim_conn *conn)
{
    if (listener->pending == NULL) {
        listener->pending = conn;
    } else {
        listener->pending_last->next_pending = conn;
    }
    listener->pending_last = conn;
    listener->pending_count++;
}

static void dequeue(sim_socket *listener)
{
    listener->pending = listener->pending->next_pending;
    listener->pending_count--;
}

/* The request to connect has come to where it was sent. */
static void requested(duos_sim *sim, sim_conn *conn)
{
    sim_end *end = &conn->ends[1];
    sim_socket *listener = duos__sim_listener(sim, end->host, &end->local);
    sim_segment *answer;

    if (end->state != SIM_CONNECTING) { /* reset while it was under way */
        end->state = SIM_GONE;
        return;
    }
    answer = duos__sim_post(sim, &conn->ends[0]);
    if (end->host == 0) {
        answer->error = DUOS_EHOSTUNREACH;
        end->state = SIM_GONE;
    } else if (listener == NULL ||
               listener->pending_count >= listener->backlog ||
               duos__sim_strikes(sim, DUOS_SIM_FAULT_REFUSE)) {
        answer->error = DUOS_ECONNREFUSED;
        end->state = SIM_GONE;
    } else {
        answer->open = true;
        end->state = SIM_CONNECTED;
        end->local = duos__sim_seen_by(listener, &end->local);
        end->peer = duos__sim_seen_by(listener, &end->peer);
        duos__sim_enqueue(listener, conn);
    }
}

static void opened(duos_sim *sim, sim_conn *conn, uint32_t side)
{
    if (side == 1) {
        requested(sim, conn);
    } else if (conn->ends[0].state == SIM_CONNECTING) {
        conn->ends[0].state = SIM_CONNECTED;
    }
}

void duos__sim_break(sim_end *end, duos_err err)
{
    if (end->state == SIM_CONNECTING || end->state == SIM_CONNECTED) {
        end->state = end->state == SIM_CONNECTING ? SIM_FAILED : SIM_RESET;
        end->error = err;
    }
}

/* Bytes for somebody who has closed: the sender is told, once. */
static void refuse_bytes(duos_sim *sim, sim_conn *conn, uint32_t side)
{
    sim_end *end = &conn->ends[side];

    if (!end->reset_sent) {
        end->reset_sent = true;
        duos__sim_post(sim, &conn->ends[1 - side])->error = DUOS_ECONNRESET;
    }
}

void duos__sim_arrive(duos_sim *sim, sim_conn *conn, uint32_t side,
                      const sim_segment *segment)
{
    sim_end *end = &conn->ends[side];

    duos__sim_trace(sim, DUOS_SIM_ARRIVE, end->host, end->number,
                    segment->error != DUOS_OK ? segment->error
                                              : (int64_t)segment->bytes);
    if (segment->open) {
        opened(sim, conn, side);
    }
    if (end->state == SIM_GONE) {
        if (segment->bytes > 0 && segment->error == DUOS_OK) {
            refuse_bytes(sim, conn, side);
        }
        if (segment->fin && end->first && !end->reset_sent) {
            duos__sim_rest(sim, end);
        }
        return;
    }
    conn->ends[1 - side].in.credit += segment->window;
    end->in.flying -= segment->bytes;
    end->in.arrived += segment->bytes;
    if (segment->urgent) {
        end->in.marked = SIM_MARKED;
        end->in.mark = segment->mark;
    }
    end->eof = end->eof || segment->fin;
    if (segment->error != DUOS_OK) {
        duos__sim_break(end, segment->error);
    }
}

/* Who says so first will have to wait for a minute. */
static void send_fin(duos_sim *sim, sim_end *end, sim_end *other)
{
    end->send_closed = true;
    end->first = !end->eof && !other->in.conn->local;
    duos__sim_post(sim, other)->fin = true;
}

/* The owner of one end is gone; abort tells the peer so by a reset. */
static void leave(duos_sim *sim, sim_conn *conn, uint32_t side, bool abort)
{
    sim_end *end = &conn->ends[side];
    sim_end *other = &conn->ends[1 - side];
    bool alive = end->state == SIM_CONNECTED || end->state == SIM_CONNECTING;

    end->number = 0;
    end->state = SIM_GONE;
    if (alive && abort) {
        end->reset_sent = true;
        duos__sim_post(sim, other)->error = DUOS_ECONNRESET;
    } else if (alive && !end->send_closed) {
        send_fin(sim, end, other);
    }
    if (end->first && end->eof && !end->reset_sent) {
        duos__sim_rest(sim, end);
    }
    duos__sim_flush(sim, conn);
    duos__sim_conn_collect(sim, conn);
}

/* ---- the verbs -------------------------------------------------------- */

static duos_err may_connect(const sim_socket *sock, const duos_addr *addr)
{
    if (addr->family != (uint8_t)sock->family) {
        return DUOS_EAFNOSUPPORT;
    }
    if (sock->kind != SIM_STREAM) {
        return DUOS_EOPNOTSUPP;
    }
    if (sock->conn == NULL) {
        return DUOS_OK;
    }
    switch (duos__sim_near(sock)->state) {
    case SIM_CONNECTING:
        return DUOS_EALREADY;
    case SIM_CONNECTED:
        return DUOS_EISCONN;
    case SIM_FAILED: /* of no use any more (trap 34) */
    case SIM_RESET:
    case SIM_GONE:
        break;
    }
    return DUOS_ECONNABORTED;
}

static void request(duos_sim *sim, sim_conn *conn)
{
    if (duos__sim_strikes(sim, DUOS_SIM_FAULT_HANG)) {
        conn->ends[1].state = SIM_GONE;
        duos__sim_post_at(sim, &conn->ends[0], sim->now_ns + SIM_CONNECT_NS)
            ->error = DUOS_ETIMEDOUT;
    } else {
        duos__sim_post(sim, &conn->ends[1])->open = true;
    }
}

duos_err duos__sim_connect(sim_socket *sock, const duos_addr *addr)
{
    duos_sim *sim = sock->sim;
    sim_conn *conn;
    duos_err err = may_connect(sock, addr);

    if (err == DUOS_OK && sock->family == DUOS_UNIX) {
        return duos__sim_unix_connect(sock, addr);
    }
    if (err == DUOS_OK) {
        err = duos__sim_autobind(sock, addr);
    }
    if (err != DUOS_OK) {
        return err;
    }
    conn = duos__sim_conn_new(sim);
    if (conn == NULL) {
        return DUOS_ENOMEM;
    }
    conn->ends[0].host = sock->host;
    conn->ends[0].number = sock->number;
    conn->ends[0].local = conn->ends[1].peer = sock->local;
    conn->ends[0].peer = conn->ends[1].local = *addr;
    conn->ends[1].host = duos__sim_route(sim, sock->host, addr);
    sock->conn = conn;
    sock->side = 0;
    request(sim, conn);
    return DUOS_EINPROGRESS;
}

duos_err duos__sim_accept(sim_socket *listener, sim_socket **out)
{
    sim_conn *conn = listener->pending;
    sim_socket *sock;
    duos_err err;

    if (listener->kind != SIM_LISTENER) {
        return listener->kind == SIM_DGRAM ? DUOS_EOPNOTSUPP : DUOS_EINVAL;
    }
    if (conn == NULL) {
        return DUOS_EWOULDBLOCK;
    }
    if (duos__sim_strikes(listener->sim, DUOS_SIM_FAULT_ABORT)) {
        dequeue(listener);
        leave(listener->sim, conn, 1, true);
        return DUOS_ECONNABORTED;
    }
    err = duos__sim_socket_new(listener->host, SIM_STREAM, listener->family,
                               &sock);
    if (err != DUOS_OK) {
        return err;
    }
    dequeue(listener);
    conn->ends[1].number = sock->number;
    sock->conn = conn;
    sock->side = 1;
    sock->reuse = listener->reuse;
    sock->local = conn->ends[1].local;
    sock->options[DUOS_OPT_NODELAY] = listener->options[DUOS_OPT_NODELAY];
    *out = sock;
    return DUOS_OK;
}

duos_err duos__sim_shutdown(sim_socket *sock, duos_how how)
{
    sim_end *end = sock->conn != NULL ? duos__sim_near(sock) : NULL;

    if (sock->kind == SIM_DGRAM) {
        return duos__sim_dgram_shutdown(sock, how);
    }
    if (end == NULL || end->state != SIM_CONNECTED) {
        return DUOS_ENOTCONN;
    }
    if (how != DUOS_SHUT_RECV && !end->send_closed) {
        send_fin(sock->sim, end, duos__sim_far(sock));
    }
    end->recv_closed = end->recv_closed || how != DUOS_SHUT_SEND;
    duos__sim_flush(sock->sim, sock->conn);
    return DUOS_OK;
}

duos_err duos__sim_take_error(sim_socket *sock)
{
    duos_err err = sock->dgram.error;

    if (sock->kind == SIM_DGRAM) {
        sock->dgram.error = DUOS_OK;
        return err;
    }
    return sock->conn != NULL ? duos__sim_end_error(duos__sim_near(sock))
                              : DUOS_OK;
}

/* ---- the end ---------------------------------------------------------- */

duos_err duos_sim_reset(duos_sim *sim, uint32_t host)
{
    sim_conn *conn;

    if (sim == NULL) {
        return DUOS_EINVAL;
    }
    if (host == 0 || host > sim->hosts) {
        return DUOS_ENOENT;
    }
    for (conn = sim->conns; conn != NULL; conn = conn->next) {
        if (!conn->local &&
            (conn->ends[0].host == host || conn->ends[1].host == host)) {
            duos__sim_break(&conn->ends[0], DUOS_ECONNRESET);
            duos__sim_break(&conn->ends[1], DUOS_ECONNRESET);
        }
    }
    return DUOS_OK;
}

static void close_stream(sim_socket *sock)
{
    const duos_linger *linger = &sock->options[DUOS_OPT_LINGER].linger;
    const sim_end *end = duos__sim_near(sock);
    bool hard = linger->on && linger->seconds == 0 &&
                sock->family != DUOS_UNIX; /* which knows no lingering */

    leave(sock->sim, sock->conn, sock->side,
          end->state == SIM_CONNECTING || end->in.arrived > 0 || hard);
}

static void close_listener(sim_socket *sock)
{
    sim_conn *conn;
    sim_conn *next;

    for (conn = sock->pending; conn != NULL; conn = next) {
        next = conn->next_pending;
        leave(sock->sim, conn, 1, true);
    }
}

void duos__sim_close(sim_socket *sock)
{
    close_listener(sock);
    if (sock->conn != NULL) {
        close_stream(sock);
    }
    duos__sim_dgram_close(sock);
    duos__sim_unix_leave(sock);
    duos__sim_socket_free(sock);
}
