/* SPDX-License-Identifier: MIT */
/*
 * datagram.c - datagrams in memory: how they are made of a call's parts, wait
 * in the queue of a socket, and are received.
 */
#include <string.h>

#include "mem.h"
#include "sim_internal.h"

/* ---- packets ---------------------------------------------------------- */

sim_packet *duos__sim_packet_new(duos_sim *sim, uint32_t len)
{
    sim_packet *packet =
        (sim_packet *)duos__new(&sim->alloc, sizeof *packet + len);

    if (packet != NULL) {
        packet->len = len;
    }
    return packet;
}

sim_packet *duos__sim_packet_copy(duos_sim *sim, const sim_packet *packet)
{
    sim_packet *copy = duos__sim_packet_new(sim, packet->len);

    if (copy != NULL) {
        memcpy(copy, packet, sizeof *packet + packet->len);
    }
    return copy;
}

void duos__sim_packet_free(duos_sim *sim, sim_packet *packet)
{
    sim_socket *handle = packet->handle;

    duos__free(&sim->alloc, packet, sizeof *packet + packet->len);
    if (handle != NULL && !sim->ending) {
        duos__sim_release(handle);
    }
}

duos_err duos__sim_packet_of(duos_sim *sim, const sim_io *io, size_t max,
                             sim_packet **out)
{
    size_t len = duos__sim_total(&io->m);
    unsigned char *at;
    sim_packet *packet;
    size_t i;

    if (len > max) {
        return DUOS_EMSGSIZE;
    }
    packet = duos__sim_packet_new(sim, (uint32_t)len);
    if (packet == NULL) {
        return DUOS_ENOMEM;
    }
    at = (unsigned char *)(packet + 1);
    for (i = 0; i < io->m.count; i++) {
        if (io->m.parts[i].len > 0) {
            memcpy(at, io->m.parts[i].data, io->m.parts[i].len);
            at += io->m.parts[i].len;
        }
    }
    *out = packet;
    return DUOS_OK;
}

/* ---- queues ----------------------------------------------------------- */

void duos__sim_queue_add(sim_queue *queue, sim_packet *packet)
{
    packet->next = NULL;
    if (queue->first == NULL) {
        queue->first = packet;
    } else {
        queue->last->next = packet;
    }
    queue->last = packet;
    queue->count++;
    queue->cost += packet->len + SIM_PACKET_COST;
}

sim_packet *duos__sim_queue_take(sim_queue *queue)
{
    sim_packet *packet = queue->first;

    queue->first = packet->next;
    queue->count--;
    queue->cost -= packet->len + SIM_PACKET_COST;
    return packet;
}

bool duos__sim_queue_fits(const sim_socket *sock, uint32_t len)
{
    int32_t room = sock->options[DUOS_OPT_RECV_BUFFER].number;
    const sim_queue *queue = &sock->dgram.queue;

    return queue->count == 0 ||
           (uint64_t)queue->cost + len + SIM_PACKET_COST <= (uint64_t)room;
}

static void empty(duos_sim *sim, sim_queue *queue)
{
    while (queue->first != NULL) {
        duos__sim_packet_free(sim, duos__sim_queue_take(queue));
    }
}

/* ---- receiving -------------------------------------------------------- */

/* Fills the parts with what fits. */
static size_t scatter(const sim_packet *packet, const duos_message *m)
{
    const unsigned char *bytes = (const unsigned char *)(packet + 1);
    size_t done = 0;
    size_t i;

    for (i = 0; i < m->count && done < packet->len; i++) {
        size_t len = m->parts[i].len;

        if (len > packet->len - done) {
            len = packet->len - done;
        }
        if (len > 0) {
            memcpy(m->parts[i].data, bytes + done, len);
        }
        done += len;
    }
    return done;
}

/* What the socket has asked for. */
static void tell(const sim_socket *sock, const sim_packet *packet,
                 duos_message *m)
{
    const sys_optval *asked = sock->options;

    m->has = DUOS_HAS_PEER;
    m->peer = duos__sim_seen_by(sock, &packet->from);
    if (asked[DUOS_OPT_PKTINFO].on) {
        m->has |= DUOS_HAS_LOCAL | DUOS_HAS_IFINDEX;
        m->local = duos__sim_seen_by(sock, &packet->to);
        m->local.port = 0;
        m->ifindex = packet->ifindex;
    }
    if (asked[DUOS_OPT_RECV_TTL].on) {
        m->has |= DUOS_HAS_TTL;
        m->ttl = packet->ttl;
    }
    if (asked[DUOS_OPT_RECV_TOS].on) {
        m->has |= DUOS_HAS_TOS;
        m->tos = packet->tos;
    }
    if (asked[DUOS_OPT_TIMESTAMP].on || asked[DUOS_OPT_TIMESTAMP_NS].on) {
        m->has |= DUOS_HAS_TIME;
        m->time_ns = SIM_EPOCH_NS + packet->time_ns;
        m->time_ns -= asked[DUOS_OPT_TIMESTAMP_NS].on ? 0 : m->time_ns % 1000;
    }
}

static void take_out(sim_socket *sock, sim_io *io)
{
    sim_packet *packet = duos__sim_queue_take(&sock->dgram.queue);

    if (io->wants_handle) {
        io->handle = packet->handle;
        packet->handle = NULL;
    }
    duos__sim_packet_free(sock->sim, packet);
}

sys_count duos__sim_dgram_recv(sim_socket *sock, sim_io *io)
{
    const sim_packet *packet = sock->dgram.queue.first;
    duos_err err = sock->dgram.error;

    if (err != DUOS_OK) { /* once (trap 48) */
        sock->dgram.error = DUOS_OK;
        return err;
    }
    if ((io->m.flags & DUOS_MSG_OOB) != 0) {
        return DUOS_EOPNOTSUPP;
    }
    if (packet == NULL) {
        io->m.len = 0;
        io->m.has = 0;
        io->m.truncated = false;
        return sock->dgram.recv_closed ? 0 : DUOS_EWOULDBLOCK;
    }
    io->m.len = scatter(packet, &io->m);
    io->m.truncated = io->m.len < packet->len;
    tell(sock, packet, &io->m);
    if ((io->m.flags & DUOS_MSG_PEEK) == 0) {
        take_out(sock, io);
    }
    return (sys_count)io->m.len;
}

/* ---- the rest --------------------------------------------------------- */

sys_count duos__sim_dgram_send(sim_socket *sock, const sim_io *io)
{
    duos_err err = sock->dgram.error;

    if (err != DUOS_OK) {
        sock->dgram.error = DUOS_OK;
        return err;
    }
    if ((io->m.flags & DUOS_MSG_OOB) != 0) {
        return DUOS_EOPNOTSUPP;
    }
    if (sock->dgram.send_closed) {
        return DUOS_EPIPE;
    }
    return sock->family == DUOS_UNIX ? duos__sim_unix_sendto(sock, io)
                                     : duos__sim_udp_send(sock, io);
}

static bool is_connected(const sim_socket *sock)
{
    return sock->family == DUOS_UNIX ? sock->dgram.partner != NULL
                                     : sock->dgram.peer.family != 0;
}

duos_err duos__sim_dgram_shutdown(sim_socket *sock, duos_how how)
{
    if (!is_connected(sock)) {
        return DUOS_ENOTCONN;
    }
    sock->dgram.recv_closed = sock->dgram.recv_closed || how != DUOS_SHUT_SEND;
    sock->dgram.send_closed = sock->dgram.send_closed || how != DUOS_SHUT_RECV;
    return DUOS_OK;
}

unsigned duos__sim_dgram_ready(const sim_socket *sock)
{
    const sim_dgram *dgram = &sock->dgram;
    unsigned got = 0;

    if (dgram->queue.count > 0 || dgram->recv_closed ||
        dgram->error != DUOS_OK) {
        got |= DUOS_READ;
    }
    if (dgram->partner == NULL || dgram->send_closed ||
        duos__sim_queue_fits(dgram->partner, 0)) {
        got |= DUOS_WRITE;
    }
    if (dgram->error != DUOS_OK || dgram->reports.count > 0) {
        got |= DUOS_ERROR;
    }
    return got;
}

void duos__sim_dgram_close(sim_socket *sock)
{
    empty(sock->sim, &sock->dgram.queue);
    empty(sock->sim, &sock->dgram.reports);
    duos__sim_groups_free(sock);
}
