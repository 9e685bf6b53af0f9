/* SPDX-License-Identifier: MIT */
/*
 * stream.c - the bytes of streams: into the wire and out of it, part by part,
 * with the urgent byte and the sockets that travel among them; and when a
 * socket is ready.
 */
#include "sim_internal.h"

static uint32_t at_most(size_t len, uint32_t most)
{
    return len < most ? (uint32_t)len : most;
}

/* ---- sending ---------------------------------------------------------- */

static void put(const duos_sim *sim, sim_wire *wire, const duos_message *m,
                uint32_t n)
{
    size_t i;

    for (i = 0; n > 0; i++) {
        uint32_t len = at_most(m->parts[i].len, n);

        if (len > 0) {
            duos__sim_wire_put(sim, wire, m->parts[i].data, len);
        }
        n -= len;
    }
}

static void post_bytes(duos_sim *sim, sim_end *to, uint32_t n, bool urgent)
{
    sim_segment *segment = duos__sim_post(sim, to);

    segment->bytes += n;
    if (urgent) {
        segment->urgent = true;
        segment->mark = to->in.put - 1;
    }
}

/* By chance, sending breaks a connection that goes over the network. */
static bool is_cut(sim_socket *sock)
{
    duos_sim *sim = sock->sim;

    if (sock->conn->local || !duos__sim_strikes(sim, DUOS_SIM_FAULT_RESET)) {
        return false;
    }
    duos__sim_break(duos__sim_near(sock), DUOS_ECONNRESET);
    duos__sim_post(sim, duos__sim_far(sock))->error = DUOS_ECONNRESET;
    return true;
}

static sys_count send_connected(sim_socket *sock, const sim_io *io)
{
    duos_sim *sim = sock->sim;
    sim_wire *wire = &duos__sim_far(sock)->in;
    size_t len = duos__sim_total(&io->m);
    uint32_t n = at_most(len, wire->credit);
    duos_err err = DUOS_OK;

    if (duos__sim_near(sock)->send_closed) {
        return DUOS_EPIPE;
    }
    if (n == 0) {
        return len == 0 ? 0 : DUOS_EWOULDBLOCK;
    }
    if (is_cut(sock)) {
        return duos__sim_end_error(duos__sim_near(sock));
    }
    if (io->handle != NULL) {
        err = duos__sim_pass(sim, wire, io->handle);
    }
    if (err != DUOS_OK) {
        return err;
    }
    n = duos__sim_shorten(sim, n);
    put(sim, wire, &io->m, n);
    post_bytes(sim, duos__sim_far(sock), n, (io->m.flags & DUOS_MSG_OOB) != 0);
    duos__sim_flush(sim, sock->conn);
    return (sys_count)n;
}

static bool is_local(const sim_socket *sock)
{
    return sock->family == DUOS_UNIX;
}

sys_count duos__sim_send(sim_socket *sock, const sim_io *io)
{
    duos_err err;

    if (is_local(sock) && (io->m.flags & DUOS_MSG_OOB) != 0) {
        return DUOS_EOPNOTSUPP;
    }
    if (sock->conn == NULL) {
        return DUOS_ENOTCONN;
    }
    switch (duos__sim_near(sock)->state) {
    case SIM_CONNECTING:
        return DUOS_EWOULDBLOCK;
    case SIM_CONNECTED:
        return send_connected(sock, io);
    case SIM_FAILED:
    case SIM_RESET:
    case SIM_GONE:
        break;
    }
    err = is_local(sock) ? DUOS_OK : duos__sim_end_error(duos__sim_near(sock));
    return err != DUOS_OK ? err : DUOS_EPIPE;
}

/* ---- receiving -------------------------------------------------------- */

/* n bytes from the one that skip others stand before. */
static void get(const duos_sim *sim, const sim_wire *wire,
                const duos_message *m, uint32_t skip, uint32_t n)
{
    uint32_t done = 0;
    size_t i;

    for (i = 0; done < n; i++) {
        uint32_t len = at_most(m->parts[i].len, n - done);

        if (len > 0) {
            duos__sim_wire_read(wire, sim->config.buffer, skip + done,
                                m->parts[i].data, len);
        }
        done += len;
    }
}

static void drop(sim_socket *sock, uint32_t n)
{
    sim_end *end = duos__sim_near(sock);

    duos__sim_wire_drop(&end->in, sock->sim->config.buffer, n);
    if (end->in.marked != SIM_NO_MARK && end->in.got > end->in.mark) {
        end->in.marked = SIM_NO_MARK;
    }
    if (!end->eof) {
        duos__sim_post(sock->sim, duos__sim_far(sock))->window += n;
        duos__sim_flush(sock->sim, sock->conn);
    }
}

/* Whether the next byte is the urgent one, and not for this call. */
static bool is_kept_apart(const sim_socket *sock)
{
    const sim_wire *wire = &duos__sim_near(sock)->in;

    return wire->marked != SIM_NO_MARK && wire->got == wire->mark &&
           !sock->options[DUOS_OPT_OOB_INLINE].on;
}

/* How many of n bytes stand before what ends a receive. */
static uint32_t bound(const sim_wire *wire, uint32_t n)
{
    if (wire->marked != SIM_NO_MARK && wire->mark > wire->got &&
        wire->mark - wire->got < n) {
        n = (uint32_t)(wire->mark - wire->got);
    }
    return duos__sim_pass_bound(wire, n);
}

/* A socket that came along goes to who asked for it, or is closed. */
static void take_passed(sim_socket *sock, sim_io *io)
{
    sim_socket *came =
        duos__sim_pass_take(sock->sim, &duos__sim_near(sock)->in);

    if (came != NULL && io->wants_handle) {
        io->handle = came;
    } else if (came != NULL) {
        duos__sim_release(came);
    }
}

static sys_count recv_connected(sim_socket *sock, sim_io *io)
{
    duos_sim *sim = sock->sim;
    sim_end *end = duos__sim_near(sock);
    size_t cap = duos__sim_total(&io->m);
    bool peek = (io->m.flags & DUOS_MSG_PEEK) != 0;
    uint32_t skip = 0;
    uint32_t n;

    if (end->recv_closed || cap == 0) {
        return 0;
    }
    if (is_kept_apart(sock) && peek) {
        skip = 1;
    } else if (is_kept_apart(sock)) {
        drop(sock, 1);
    }
    n = at_most(cap, end->in.arrived - skip);
    if (n == 0) {
        return end->eof ? 0 : DUOS_EWOULDBLOCK;
    }
    n = duos__sim_shorten(sim, bound(&end->in, n));
    get(sim, &end->in, &io->m, skip, n);
    if (!peek) {
        take_passed(sock, io);
        drop(sock, n);
    }
    return (sys_count)n;
}

/* DUOS_EINVAL where there is none: see sys_recvv. */
static sys_count recv_urgent(sim_socket *sock, const sim_io *io)
{
    sim_wire *wire = &duos__sim_near(sock)->in;
    duos_message m = io->m;

    if (wire->marked != SIM_MARKED || sock->options[DUOS_OPT_OOB_INLINE].on) {
        return DUOS_EINVAL;
    }
    while (m.count > 0 && m.parts->len == 0) {
        m.parts++;
        m.count--;
    }
    if (m.count == 0) {
        return 0;
    }
    duos__sim_wire_read(wire, sock->sim->config.buffer,
                        (uint32_t)(wire->mark - wire->got), m.parts->data, 1);
    if ((m.flags & DUOS_MSG_PEEK) == 0) {
        wire->marked = SIM_TAKEN;
    }
    return 1;
}

sys_count duos__sim_recv(sim_socket *sock, sim_io *io)
{
    bool urgent = (io->m.flags & DUOS_MSG_OOB) != 0;

    if (urgent && is_local(sock)) {
        return DUOS_EOPNOTSUPP;
    }
    if (sock->conn == NULL) {
        return urgent ? DUOS_EINVAL : DUOS_ENOTCONN;
    }
    switch (duos__sim_near(sock)->state) {
    case SIM_CONNECTING:
        return urgent ? DUOS_EINVAL : DUOS_EWOULDBLOCK;
    case SIM_CONNECTED:
        return urgent ? recv_urgent(sock, io) : recv_connected(sock, io);
    case SIM_FAILED:
        if (duos__sim_near(sock)->error == DUOS_OK) {
            return DUOS_ENOTCONN;
        }
        break;
    case SIM_RESET:
    case SIM_GONE:
        break;
    }
    return duos__sim_end_error(
        duos__sim_near(sock)); /* then the stream is at its end */
}

/* ---- readiness -------------------------------------------------------- */

static unsigned bytes_ready(const sim_socket *sock)
{
    const sim_end *end = duos__sim_near(sock);
    uint32_t apart = is_kept_apart(sock);
    unsigned got = 0;

    if (end->in.arrived > apart || end->eof || end->recv_closed) {
        got |= DUOS_READ;
    }
    if (duos__sim_far(sock)->in.credit > 0 || end->send_closed) {
        got |= DUOS_WRITE;
    }
    if (end->in.marked == SIM_MARKED) {
        got |= DUOS_PRIO;
    }
    if (end->send_closed && (end->eof || end->recv_closed)) {
        got |= DUOS_HANGUP;
    }
    return got;
}

static unsigned stream_ready(const sim_socket *sock)
{
    const sim_end *end = duos__sim_near(sock);
    unsigned got = 0;

    switch (end->state) {
    case SIM_CONNECTING:
        return 0;
    case SIM_CONNECTED:
        return bytes_ready(sock);
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
    case SIM_DGRAM:
        return duos__sim_dgram_ready(sock);
    case SIM_STREAM:
        break;
    }
    /* Not connected: no call would block, all would fail. */
    return sock->conn != NULL ? stream_ready(sock)
                              : (unsigned)(DUOS_WRITE | DUOS_HANGUP);
}
