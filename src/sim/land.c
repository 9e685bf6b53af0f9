/* SPDX-License-Identifier: MIT */
/*
 * land.c - who on a host takes what has arrived there, and what becomes of a
 * datagram that nobody takes: its sender is told, if it has asked to be.
 */
#include "sim_internal.h"

static bool is_udp_of(const sim_socket *sock, uint32_t host)
{
    return sock->kind == SIM_DGRAM && sock->family != DUOS_UNIX &&
           sock->host == host;
}

/* A connected socket takes from its peer alone. */
static bool takes_from(const sim_socket *sock, const duos_addr *from)
{
    duos_addr seen = duos__sim_seen_by(sock, from);

    return sock->dgram.peer.family == 0 ||
           duos_addr_equal(&sock->dgram.peer, &seen);
}

/* 0: not for this one; more, the closer it fits. */
static unsigned fit(const sim_socket *sock, const sim_packet *packet)
{
    duos_addr to = duos__sim_seen_by(sock, &packet->to);
    bool is_strange =
        sock->family != (duos_family)packet->to.family &&
        (sock->family == DUOS_IPV4 || sock->options[DUOS_OPT_V6ONLY].on);
    unsigned score = 1;

    if (!is_udp_of(sock, packet->host) || is_strange ||
        !duos__sim_covers(sock, &to) || !takes_from(sock, &packet->from)) {
        return 0;
    }
    score += sock->dgram.peer.family != 0 ? 4 : 0;
    score += duos__sim_is_any(&sock->local) ? 0 : 2;
    return score;
}

/* What does not fit is dropped, and nobody is told. */
static void put(duos_sim *sim, sim_socket *sock, sim_packet *packet)
{
    if (sock->dgram.recv_closed || !duos__sim_queue_fits(sock, packet->len)) {
        duos__sim_packet_free(sim, packet);
        return;
    }
    duos__sim_queue_add(&sock->dgram.queue, packet);
}

/* The seed chooses among those who share a port. */
static sim_socket *best_of(duos_sim *sim, const sim_packet *packet)
{
    sim_socket *best = NULL;
    sim_socket *sock;
    unsigned most = 0;
    uint32_t equals = 0;

    for (sock = sim->first_socket; sock != NULL; sock = sock->next) {
        unsigned mine = fit(sock, packet);

        equals = mine > most ? 1 : equals + (mine > 0 && mine == most);
        if (mine > most ||
            (mine > 0 && mine == most && duos__sim_below(sim, equals) == 0)) {
            best = sock;
            most = mine;
        }
    }
    return best;
}

/* ---- one, many, none --------------------------------------------------- */

static void put_to_all(duos_sim *sim, sim_packet *packet)
{
    sim_socket *sock;

    for (sock = sim->first_socket; sock != NULL; sock = sock->next) {
        sim_packet *copy = NULL;

        if (fit(sock, packet) > 0 && duos__sim_group_hears(sock, packet)) {
            copy = duos__sim_packet_copy(sim, packet);
        }
        if (copy != NULL) {
            put(sim, sock, copy);
        }
    }
    duos__sim_packet_free(sim, packet);
}

/* The word goes back the way the datagram came, without its bytes. */
static void send_back(duos_sim *sim, sim_packet *packet)
{
    sim_packet *word = duos__sim_packet_new(sim, 0);

    if (word != NULL) {
        word->error = packet->host == 0 ? DUOS_EHOSTUNREACH : DUOS_ECONNREFUSED;
        word->from = packet->from;
        word->to = packet->to;
        word->from_host = packet->host;
        word->host = packet->from_host;
        duos__sim_fly(sim, word);
    }
    duos__sim_packet_free(sim, packet);
}

/* ---- what comes back ---------------------------------------------------- */

static void report(duos_sim *sim, sim_socket *sock, const sim_packet *word)
{
    sim_packet *copy = NULL;

    if (sock->dgram.reports.count < SIM_REPORTS_MAX) {
        copy = duos__sim_packet_copy(sim, word);
    }
    if (copy != NULL) {
        duos__sim_queue_add(&sock->dgram.reports, copy);
    }
    sock->dgram.error = word->error;
}

/* An unreachable host passes, a port without anybody does not. */
static void hear(duos_sim *sim, sim_socket *sock, const sim_packet *word)
{
    if (sock->options[DUOS_OPT_RECV_ERROR].on) {
        report(sim, sock, word);
    } else if (sock->dgram.peer.family != 0 &&
               word->error == DUOS_ECONNREFUSED) {
        sock->dgram.error = word->error;
    }
}

static bool is_sender(const sim_socket *sock, const sim_packet *word)
{
    return is_udp_of(sock, word->host) && sock->local.port == word->from.port &&
           takes_from(sock, &word->to);
}

static void hear_back(duos_sim *sim, sim_packet *word)
{
    sim_socket *sock = sim->first_socket;

    while (sock != NULL && !is_sender(sock, word)) {
        sock = sock->next;
    }
    if (sock != NULL) {
        hear(sim, sock, word);
    }
    duos__sim_packet_free(sim, word);
}

void duos__sim_land(duos_sim *sim, sim_packet *packet)
{
    sim_socket *best;

    if (packet->error != DUOS_OK) {
        hear_back(sim, packet);
        return;
    }
    if (packet->to_many) {
        put_to_all(sim, packet);
        return;
    }
    best = best_of(sim, packet);
    if (best != NULL) {
        put(sim, best, packet);
    } else {
        send_back(sim, packet);
    }
}
