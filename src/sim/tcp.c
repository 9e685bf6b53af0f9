/* SPDX-License-Identifier: MIT */
/*
 * tcp.c - what the two ends of a connection do and suffer.
 *
 * Where systems differ, the simulated one takes the answer that is harder on
 * its user: a reset drops what was not received yet, a socket whose connect
 * failed is of no use any more, and closing with unread input resets.
 */
#include <string.h>

#include "sim_internal.h"

static sim_end *near_end(const sim_socket *sock)
{
    return &sock->conn->ends[sock->side];
}

static sim_end *far_end(const sim_socket *sock)
{
    return &sock->conn->ends[1 - sock->side];
}

static duos_err take_error(sim_end *end)
{
    duos_err err = end->error;

    end->error = DUOS_OK;
    return err;
}

/* ---- what arrives ----------------------------------------------------- */

/* A host that has IPv4 on an IPv6 socket sees ::ffff:a.b.c.d. */
static duos_addr seen_by(const sim_socket *sock, const duos_addr *addr)
{
    uint8_t bytes[16] = {0};

    if (sock->family != DUOS_IPV6 || addr->family != DUOS_IPV4) {
        return *addr;
    }
    bytes[10] = bytes[11] = 0xff;
    memcpy(bytes + 12, addr->ip.v4, 4);
    return duos_addr_ipv6(bytes, addr->port);
}

static void enqueue(sim_socket *listener, sim_conn *conn)
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
    sim_segment *answer = duos__sim_post(sim, &conn->ends[0]);

    if (end->host == 0) {
        answer->error = DUOS_EHOSTUNREACH;
        end->state = SIM_GONE;
    } else if (listener == NULL ||
               listener->pending_count >= listener->backlog ||
               duos__sim_chance(sim, DUOS_SIM_FAULT_REFUSE)) {
        answer->error = DUOS_ECONNREFUSED;
        end->state = SIM_GONE;
    } else {
        answer->open = true;
        end->state = SIM_CONNECTED;
        end->local = seen_by(listener, &end->local);
        end->peer = seen_by(listener, &end->peer);
        enqueue(listener, conn);
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
        return;
    }
    conn->ends[1 - side].in.credit += segment->window;
    end->in.flying -= segment->bytes;
    end->in.arrived += segment->bytes;
    end->eof = end->eof || segment->fin;
    if (segment->error != DUOS_OK) {
        duos__sim_break(end, segment->error);
    }
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
        duos__sim_post(sim, other)->fin = true;
    }
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
    switch (near_end(sock)->state) {
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
    if (duos__sim_chance(sim, DUOS_SIM_FAULT_HANG)) {
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
        return DUOS_EINVAL;
    }
    if (conn == NULL) {
        return DUOS_EWOULDBLOCK;
    }
    if (duos__sim_chance(listener->sim, DUOS_SIM_FAULT_ABORT)) {
        dequeue(listener);
        leave(listener->sim, conn, 1, true);
        return DUOS_ECONNABORTED;
    }
    err = duos__sim_socket_new(SIM_STREAM, listener->family, &sock);
    if (err != DUOS_OK) {
        return err;
    }
    dequeue(listener);
    conn->ends[1].number = sock->number;
    sock->host = listener->host;
    sock->conn = conn;
    sock->side = 1;
    sock->local = conn->ends[1].local;
    sock->options[DUOS_OPT_NODELAY] = listener->options[DUOS_OPT_NODELAY];
    *out = sock;
    return DUOS_OK;
}

static sys_count send_connected(sim_socket *sock, const void *data, size_t len)
{
    duos_sim *sim = sock->sim;
    sim_wire *wire = &far_end(sock)->in;
    uint32_t n = len < wire->credit ? (uint32_t)len : wire->credit;

    if (near_end(sock)->send_closed) {
        return DUOS_EPIPE;
    }
    if (len == 0) {
        return 0;
    }
    if (n == 0) {
        return DUOS_EWOULDBLOCK;
    }
    if (duos__sim_chance(sim, DUOS_SIM_FAULT_RESET)) {
        duos__sim_break(near_end(sock), DUOS_ECONNRESET);
        duos__sim_post(sim, far_end(sock))->error = DUOS_ECONNRESET;
        return take_error(near_end(sock));
    }
    n = duos__sim_shorten(sim, n);
    duos__sim_wire_put(sim, wire, data, n);
    duos__sim_post(sim, far_end(sock))->bytes += n;
    return (sys_count)n;
}

sys_count duos__sim_send(sim_socket *sock, const void *data, size_t len)
{
    duos_err err;

    if (sock->conn == NULL) {
        return DUOS_ENOTCONN;
    }
    switch (near_end(sock)->state) {
    case SIM_CONNECTING:
        return DUOS_EWOULDBLOCK;
    case SIM_CONNECTED:
        return send_connected(sock, data, len);
    case SIM_FAILED:
    case SIM_RESET:
    case SIM_GONE:
        break;
    }
    err = take_error(near_end(sock));
    return err != DUOS_OK ? err : DUOS_EPIPE;
}

static sys_count recv_connected(sim_socket *sock, void *data, size_t cap)
{
    duos_sim *sim = sock->sim;
    sim_end *end = near_end(sock);
    uint32_t n = cap < end->in.arrived ? (uint32_t)cap : end->in.arrived;

    if (end->recv_closed || cap == 0) {
        return 0;
    }
    if (n == 0) {
        return end->eof ? 0 : DUOS_EWOULDBLOCK;
    }
    n = duos__sim_shorten(sim, n);
    duos__sim_wire_get(&end->in, sim->config.buffer, data, n);
    if (!end->eof) {
        duos__sim_post(sim, far_end(sock))->window += n;
    }
    return (sys_count)n;
}

sys_count duos__sim_recv(sim_socket *sock, void *data, size_t cap)
{
    if (sock->conn == NULL) {
        return DUOS_ENOTCONN;
    }
    switch (near_end(sock)->state) {
    case SIM_CONNECTING:
        return DUOS_EWOULDBLOCK;
    case SIM_CONNECTED:
        return recv_connected(sock, data, cap);
    case SIM_FAILED:
        if (near_end(sock)->error == DUOS_OK) {
            return DUOS_ENOTCONN;
        }
        break;
    case SIM_RESET:
    case SIM_GONE:
        break;
    }
    return take_error(near_end(sock)); /* then it is the end of the stream */
}

duos_err duos__sim_shutdown(sim_socket *sock, duos_how how)
{
    sim_end *end = sock->conn != NULL ? near_end(sock) : NULL;

    if (end == NULL || end->state != SIM_CONNECTED) {
        return DUOS_ENOTCONN;
    }
    if (how != DUOS_SHUT_RECV && !end->send_closed) {
        end->send_closed = true;
        duos__sim_post(sock->sim, far_end(sock))->fin = true;
    }
    end->recv_closed = end->recv_closed || how != DUOS_SHUT_SEND;
    return DUOS_OK;
}

duos_err duos__sim_take_error(sim_socket *sock)
{
    return sock->conn != NULL ? take_error(near_end(sock)) : DUOS_OK;
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
        if (conn->ends[0].host == host || conn->ends[1].host == host) {
            duos__sim_break(&conn->ends[0], DUOS_ECONNRESET);
            duos__sim_break(&conn->ends[1], DUOS_ECONNRESET);
        }
    }
    return DUOS_OK;
}

static void close_stream(sim_socket *sock)
{
    const duos_linger *linger = &sock->options[DUOS_OPT_LINGER].linger;
    const sim_end *end = near_end(sock);

    leave(sock->sim, sock->conn, sock->side,
          end->state == SIM_CONNECTING || end->in.arrived > 0 ||
              (linger->on && linger->seconds == 0));
}

void duos__sim_close(sim_socket *sock)
{
    sim_conn *conn;
    sim_conn *next;

    for (conn = sock->pending; conn != NULL; conn = next) {
        next = conn->next_pending;
        leave(sock->sim, conn, 1, true);
    }
    if (sock->conn != NULL) {
        close_stream(sock);
    }
    duos__sim_socket_free(sock);
}

/* ---- readiness -------------------------------------------------------- */

static unsigned stream_ready(const sim_socket *sock)
{
    const sim_end *end = near_end(sock);
    unsigned got = 0;

    switch (end->state) {
    case SIM_CONNECTING:
        return 0;
    case SIM_CONNECTED:
        if (end->in.arrived > 0 || end->eof || end->recv_closed) {
            got |= DUOS_READ;
        }
        if (far_end(sock)->in.credit > 0 || end->send_closed) {
            got |= DUOS_WRITE;
        }
        if (end->send_closed && (end->eof || end->recv_closed)) {
            got |= DUOS_HANGUP; /* both directions, see events.txt */
        }
        return got;
    case SIM_FAILED:
        got = DUOS_ERROR;
        break;
    case SIM_RESET:
    case SIM_GONE:
        got = end->error != DUOS_OK ? (unsigned)DUOS_ERROR : 0u;
        break;
    }
    return got | DUOS_READ | DUOS_WRITE | DUOS_HANGUP;
}

unsigned duos__sim_ready(const sim_socket *sock)
{
    switch (sock->kind) {
    case SIM_LISTENER:
        return sock->pending != NULL ? DUOS_READ : 0;
    case SIM_WAKEUP:
        return sock->signaled ? DUOS_READ : 0;
    case SIM_STREAM:
        break;
    }
    /* Not connected: no call would block, all would fail. */
    return sock->conn != NULL ? stream_ready(sock)
                              : (unsigned)(DUOS_WRITE | DUOS_HANGUP);
}
