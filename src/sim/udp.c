/* SPDX-License-Identifier: MIT */
/*
 * udp.c - where a UDP datagram goes, by which interface and from which
 * address, and how long it is under way. Those from one host to another keep
 * their order, unless a fault says otherwise.
 */
#include <string.h>

#include "mapped.h"
#include "sim_internal.h"

/* ---- the way ---------------------------------------------------------- */

static void list(duos_sim *sim, sim_packet *packet)
{
    packet->prev = NULL;
    packet->next = sim->flying;
    if (packet->next != NULL) {
        packet->next->prev = packet;
    }
    sim->flying = packet;
}

static void unlist(duos_sim *sim, sim_packet *packet)
{
    if (packet->prev != NULL) {
        packet->prev->next = packet->next;
    } else {
        sim->flying = packet->next;
    }
    if (packet->next != NULL) {
        packet->next->prev = packet->prev;
    }
    duos__sim_event_unpromise(sim, 1);
}

static void arrive(duos_sim *sim, sim_event *event)
{
    sim_packet *packet = (sim_packet *)(void *)event; /* its first member */

    unlist(sim, packet);
    if (duos__sim_apart(sim, packet->from_host, packet->host)) {
        duos__sim_packet_free(sim, packet);
        return;
    }
    packet->time_ns = sim->now_ns;
    duos__sim_trace(sim, DUOS_SIM_ARRIVE, packet->host, 0,
                    packet->error != DUOS_OK ? packet->error
                                             : (int64_t)packet->len);
    duos__sim_land(sim, packet);
}

/* Not before what went the same way earlier. */
static uint64_t due_of(duos_sim *sim, const sim_packet *packet)
{
    uint64_t due = duos__sim_arrival(sim);
    const sim_packet *other = sim->flying;

    for (; other != NULL && !packet->reordered; other = other->next) {
        if (other->from_host == packet->from_host &&
            other->host == packet->host && !other->reordered &&
            other->event.due_ns > due) {
            due = other->event.due_ns;
        }
    }
    return due;
}

void duos__sim_fly(duos_sim *sim, sim_packet *packet)
{
    if (duos__sim_event_promise(sim, 1) != DUOS_OK) {
        duos__sim_packet_free(sim, packet); /* networks may lose some */
        return;
    }
    packet->event.due_ns = due_of(sim, packet);
    packet->event.run = arrive;
    list(sim, packet);
    duos__sim_event_add(sim, &packet->event);
}

void duos__sim_flying_fini(duos_sim *sim)
{
    while (sim->flying != NULL) {
        sim_packet *packet = sim->flying;

        unlist(sim, packet);
        duos__sim_packet_free(sim, packet);
    }
}

/* What stays within a host is safe from the network. The packet is taken
 * over. */
static void send_off(duos_sim *sim, sim_packet *packet)
{
    sim_packet *twin = NULL;

    if (packet->host != packet->from_host) {
        duos__sim_maybe_part(sim, packet->from_host, packet->host);
        if (duos__sim_strikes(sim, DUOS_SIM_FAULT_LOSE)) {
            duos__sim_packet_free(sim, packet);
            return;
        }
        packet->reordered = duos__sim_strikes(sim, DUOS_SIM_FAULT_OVERTAKE);
        if (duos__sim_strikes(sim, DUOS_SIM_FAULT_TWICE)) {
            twin = duos__sim_packet_copy(sim, packet);
        }
    }
    duos__sim_fly(sim, packet);
    if (twin != NULL) {
        duos__sim_fly(sim, twin);
    }
}

/* A copy for each host; it comes back to its own if loop says so. */
static void send_to_all(duos_sim *sim, sim_packet *packet, bool loop,
                        bool leaves)
{
    uint32_t host;

    packet->to_many = true;
    for (host = 1; host <= sim->hosts; host++) {
        sim_packet *copy = NULL;

        if (host == packet->from_host ? loop : leaves) {
            copy = duos__sim_packet_copy(sim, packet);
        }
        if (copy != NULL) {
            copy->host = host;
            send_off(sim, copy);
        }
    }
    duos__sim_packet_free(sim, packet);
}

/* ---- addresses -------------------------------------------------------- */

/* IPv4 through an IPv6 socket; the any address means this host. */
static duos_err resolve(const sim_socket *sock, duos_addr *to)
{
    if (to->family != (uint8_t)sock->family) {
        return DUOS_EAFNOSUPPORT;
    }
    if (duos__addr_is_mapped(to)) {
        if (sock->options[DUOS_OPT_V6ONLY].on) {
            return DUOS_ENETUNREACH;
        }
        *to = duos__sim_unmapped(to);
    }
    if (duos__sim_is_any(to)) {
        *to = duos_addr_loopback((duos_family)to->family, to->port);
    }
    return to->port == 0 ? DUOS_EINVAL : DUOS_OK;
}

/* The interface that a datagram leaves by: 0 if the one wished for is none. */
static uint32_t way_of(const sim_socket *sock, const duos_message *m,
                       const duos_addr *to)
{
    uint32_t wish = 0;

    if ((m->has & DUOS_HAS_IFINDEX) != 0) {
        wish = m->ifindex;
    } else if (duos__sim_is_group(to)) {
        wish = (uint32_t)sock->options[DUOS_OPT_MULTICAST_IF].number;
    }
    if (wish > SIM_INTERFACES) {
        return 0;
    }
    if (duos__sim_is_group(to)) {
        return wish != 0 ? wish : SIM_ETHERNET;
    }
    return duos__sim_route(sock->sim, sock->host, to) == sock->host
               ? SIM_LOOPBACK
               : SIM_ETHERNET;
}

/* From where: what the message says, or the socket is bound to, or fits. */
static duos_err find_source(const sim_socket *sock, const duos_message *m,
                            const duos_addr *to, uint32_t way, duos_addr *from)
{
    bool told = (m->has & DUOS_HAS_LOCAL) != 0 && !duos__sim_is_any(&m->local);

    *from = told ? m->local : sock->local;
    *from = duos__sim_unmapped(from);
    if (told && from->family != to->family) {
        return DUOS_EAFNOSUPPORT;
    }
    if (told && duos__sim_route(sock->sim, sock->host, from) != sock->host) {
        return DUOS_EADDRNOTAVAIL;
    }
    if (duos__sim_is_any(from) || from->family != to->family ||
        duos__sim_is_group(from)) {
        *from = way == SIM_LOOPBACK &&
                        (duos__sim_is_group(to) || duos__sim_is_loopback(to))
                    ? duos_addr_loopback((duos_family)to->family, 0)
                    : duos_sim_addr(sock->host, (duos_family)to->family, 0);
    }
    from->port = sock->local.port;
    if (duos__sim_is_loopback(from) && way != SIM_LOOPBACK &&
        !duos__sim_is_group(to)) {
        return DUOS_EINVAL;
    }
    return DUOS_OK;
}

/* ---- the verbs -------------------------------------------------------- */

duos_err duos__sim_udp_connect(sim_socket *sock, const duos_addr *addr)
{
    duos_addr to = *addr;
    duos_addr at;
    duos_err err = resolve(sock, &to);

    if (err != DUOS_OK) {
        return err;
    }
    at = sock->local;
    if (!duos__sim_is_group(&to)) {
        err = duos__sim_autobind(sock, &to);
        sock->local = duos__sim_seen_by(sock, &sock->local);
    } else {
        err = duos__sim_autoport(sock, &to);
    }
    if (err != DUOS_OK) {
        sock->local = at;
        return err;
    }
    sock->dgram.peer = duos__sim_seen_by(sock, &to);
    return DUOS_OK;
}

/* Fills in all but the bytes; the port of the sender is there already. */
static duos_err address(const sim_socket *sock, const duos_message *m,
                        const duos_addr *to, sim_packet *packet)
{
    duos_opt ttl =
        duos__sim_is_group(to) ? DUOS_OPT_MULTICAST_TTL : DUOS_OPT_TTL;

    packet->ifindex = way_of(sock, m, to);
    if (packet->ifindex == 0) {
        return DUOS_ENXIO;
    }
    packet->to = *to;
    packet->from_host = sock->host;
    packet->host = duos__sim_route(sock->sim, sock->host, to);
    packet->ttl = (m->has & DUOS_HAS_TTL) != 0
                      ? m->ttl
                      : (uint8_t)sock->options[ttl].number;
    packet->tos = (m->has & DUOS_HAS_TOS) != 0
                      ? m->tos
                      : (uint8_t)sock->options[DUOS_OPT_TOS].number;
    return find_source(sock, m, to, packet->ifindex, &packet->from);
}

static void dispatch(sim_socket *sock, sim_packet *packet)
{
    if (duos__sim_is_broadcast(&packet->to)) {
        send_to_all(sock->sim, packet, true, true);
    } else if (duos__sim_is_group(&packet->to)) {
        send_to_all(sock->sim, packet,
                    sock->options[DUOS_OPT_MULTICAST_LOOP].on,
                    packet->ifindex != SIM_LOOPBACK && packet->ttl > 0);
    } else {
        send_off(sock->sim, packet);
    }
}

static duos_err destination(const sim_socket *sock, const duos_message *m,
                            duos_addr *to)
{
    duos_err err;

    *to = (m->has & DUOS_HAS_PEER) != 0 ? m->peer : sock->dgram.peer;
    if (to->family == 0) {
        return DUOS_EDESTADDRREQ;
    }
    err = resolve(sock, to);
    if (err == DUOS_OK && duos__sim_is_broadcast(to) &&
        !sock->options[DUOS_OPT_BROADCAST].on) {
        err = DUOS_EACCES;
    }
    return err;
}

sys_count duos__sim_udp_send(sim_socket *sock, const sim_io *io)
{
    sim_packet *packet;
    duos_addr to;
    sys_count n;
    duos_err err = destination(sock, &io->m, &to);

    if (err == DUOS_OK) {
        err = duos__sim_autoport(sock, NULL);
    }
    if (err == DUOS_OK) {
        err = duos__sim_packet_of(sock->sim, io, SIM_DATAGRAM_MAX, &packet);
    }
    if (err != DUOS_OK) {
        return err;
    }
    err = address(sock, &io->m, &to, packet);
    if (err != DUOS_OK) {
        duos__sim_packet_free(sock->sim, packet);
        return err;
    }
    n = (sys_count)packet->len;
    dispatch(sock, packet);
    return n;
}
