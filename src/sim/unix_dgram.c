/* SPDX-License-Identifier: MIT */
/*
 * unix_dgram.c - datagrams between unix sockets: none is lost, and a queue
 * that is full holds the sender up.
 */
#include "sim_internal.h"

duos_err duos__sim_unix_aim(sim_socket *sock, const duos_addr *addr)
{
    sim_socket *target;
    duos_err err = duos__sim_unix_find(sock, addr, &target);

    if (err == DUOS_OK) {
        sock->dgram.partner = target;
        sock->dgram.peer = target->local;
    }
    return err;
}

void duos__sim_unix_forget(sim_socket *gone)
{
    sim_socket *sock = gone->sim->first_socket;

    for (; sock != NULL; sock = sock->next) {
        if (sock->dgram.partner == gone) {
            sock->dgram.partner = NULL;
            sock->dgram.peer.family = 0;
            sock->dgram.deserted = true;
        }
    }
}

static duos_err find_target(sim_socket *sock, const duos_message *m,
                            sim_socket **out)
{
    sim_socket *target = sock->dgram.partner;
    duos_err err = DUOS_OK;

    if ((m->has & DUOS_HAS_PEER) != 0) {
        err = duos__sim_unix_find(sock, &m->peer, &target);
    } else if (target == NULL) {
        err = sock->dgram.deserted ? DUOS_ECONNREFUSED : DUOS_ENOTCONN;
        sock->dgram.deserted = false;
    }
    if (err == DUOS_OK && target != NULL && target->dgram.partner != NULL &&
        target->dgram.partner != sock) {
        err = DUOS_EPERM; /* it is connected to somebody else */
    }
    *out = target;
    return err;
}

sys_count duos__sim_unix_sendto(sim_socket *sock, const sim_io *io)
{
    size_t max = (size_t)sock->options[DUOS_OPT_SEND_BUFFER].number;
    sim_socket *target;
    sim_packet *packet;
    duos_err err = find_target(sock, &io->m, &target);

    if ((io->m.has & ~(unsigned)DUOS_HAS_PEER) != 0) {
        return DUOS_ENOTSUP;
    }
    if (err == DUOS_OK) {
        err = duos__sim_packet_of(sock->sim, io, max, &packet);
    }
    if (err != DUOS_OK) {
        return err;
    }
    if (target->dgram.recv_closed ||
        !duos__sim_queue_fits(target, packet->len)) {
        err = target->dgram.recv_closed ? DUOS_EPIPE : DUOS_EWOULDBLOCK;
        duos__sim_packet_free(sock->sim, packet);
        return err;
    }
    packet->from = sock->local;
    packet->time_ns = sock->sim->now_ns;
    packet->handle = io->handle;
    if (packet->handle != NULL) {
        packet->handle->holds++;
    }
    duos__sim_queue_add(&target->dgram.queue, packet);
    return (sys_count)packet->len;
}
