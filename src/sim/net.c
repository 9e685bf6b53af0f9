/* SPDX-License-Identifier: MIT */
/*
 * net.c - which sockets there are, and where addresses lead.
 *
 * Host N has 10.0.0.N, fd00::N, 127.0.0.0/8 and ::1. Numbers of sockets are
 * those of the whole simulation, the lowest that is free first. A socket may
 * have several, and lives as long as one of them, or until it has arrived
 * where it was sent to.
 */
#include <string.h>

#include "mapped.h"
#include "mem.h"
#include "sim_internal.h"

/* ---- the table -------------------------------------------------------- */

duos_err duos__sim_find(duos_socket s, sim_socket **out)
{
    const duos_sim *sim = duos__sim_current();
    intptr_t index = s.os - (intptr_t)SIM_FIRST_SOCKET;

    if (sim == NULL) {
        return DUOS_ENOTREADY;
    }
    if (s.os < (intptr_t)SIM_FIRST_SOCKET ||
        index >= (intptr_t)sim->socket_room || sim->sockets[index] == NULL) {
        return DUOS_EBADF;
    }
    *out = sim->sockets[index];
    return DUOS_OK;
}

static duos_err find_place(duos_sim *sim, uint32_t *index)
{
    uint32_t room = sim->socket_room > 0 ? sim->socket_room * 2 : 16;
    sim_socket **sockets;
    uint32_t i;

    for (i = 0; i < sim->socket_room; i++) {
        if (sim->sockets[i] == NULL) {
            *index = i;
            return DUOS_OK;
        }
    }
    sockets = (sim_socket **)duos__resize(
        &sim->alloc, sim->sockets, sim->socket_room, room, sizeof *sockets);
    if (sockets == NULL) {
        return DUOS_ENOMEM;
    }
    for (i = sim->socket_room; i < room; i++) {
        sockets[i] = NULL;
    }
    *index = sim->socket_room;
    sim->sockets = sockets;
    sim->socket_room = room;
    return DUOS_OK;
}

/* IPv6 sockets are born without IPv4, as on Windows (trap 18). */
static void set_defaults(sim_socket *sock)
{
    sys_optval *options = sock->options;
    bool dgram = sock->kind == SIM_DGRAM;

    sock->local.family = (uint8_t)sock->family;
    options[DUOS_OPT_V6ONLY].on = true;
    options[DUOS_OPT_TTL].number = 64;
    options[DUOS_OPT_MULTICAST_TTL].number = 1;
    options[DUOS_OPT_MULTICAST_LOOP].on = true;
    options[DUOS_OPT_KEEPALIVE_IDLE].number = 7200;
    options[DUOS_OPT_KEEPALIVE_INTERVAL].number = 75;
    options[DUOS_OPT_KEEPALIVE_COUNT].number = 9;
    options[DUOS_OPT_TYPE].number = dgram ? DUOS_DGRAM : DUOS_STREAM;
    options[DUOS_OPT_PROTOCOL].number = dgram ? 17 : 6;
    options[DUOS_OPT_SEND_BUFFER].number = (int32_t)sock->sim->config.buffer;
    options[DUOS_OPT_RECV_BUFFER].number = (int32_t)sock->sim->config.buffer;
}

duos_err duos__sim_number_new(sim_socket *sock, uint32_t *number)
{
    duos_sim *sim = sock->sim;
    sim_host *host = &sim->host_of[sock->host];
    uint32_t index;
    duos_err err;

    if (host->open >= host->limit) {
        return DUOS_EMFILE;
    }
    err = find_place(sim, &index);
    if (err != DUOS_OK) {
        return err;
    }
    sim->sockets[index] = sock;
    sim->socket_count++;
    host->open++;
    sock->holds++;
    *number = SIM_FIRST_SOCKET + index;
    return DUOS_OK;
}

void duos__sim_number_free(duos_sim *sim, uint32_t number)
{
    sim_socket *sock = sim->sockets[number - SIM_FIRST_SOCKET];

    sim->sockets[number - SIM_FIRST_SOCKET] = NULL;
    sim->socket_count--;
    sim->host_of[sock->host].open--;
    duos__sim_release(sock);
}

void duos__sim_release(sim_socket *sock)
{
    if (--sock->holds == 0) {
        duos__sim_close(sock);
    }
}

static void append(duos_sim *sim, sim_socket *sock)
{
    sock->prev = sim->last_socket;
    if (sock->prev != NULL) {
        sock->prev->next = sock;
    } else {
        sim->first_socket = sock;
    }
    sim->last_socket = sock;
}

duos_err duos__sim_socket_new(uint32_t host, sim_kind kind, duos_family family,
                              sim_socket **out)
{
    duos_sim *sim = duos__sim_current();
    sim_socket *sock;
    duos_err err;

    if (sim == NULL || host == 0) {
        return DUOS_ENOTREADY;
    }
    sock = (sim_socket *)duos__new(&sim->alloc, sizeof *sock);
    if (sock == NULL) {
        return DUOS_ENOMEM;
    }
    sock->sim = sim;
    sock->kind = kind;
    sock->host = host;
    sock->family = family;
    set_defaults(sock);
    err = duos__sim_number_new(sock, &sock->number);
    if (err != DUOS_OK) {
        duos__free(&sim->alloc, sock, sizeof *sock);
        return err;
    }
    append(sim, sock);
    *out = sock;
    return DUOS_OK;
}

void duos__sim_socket_free(sim_socket *sock)
{
    duos_sim *sim = sock->sim;

    if (sock->prev != NULL) {
        sock->prev->next = sock->next;
    } else {
        sim->first_socket = sock->next;
    }
    if (sock->next != NULL) {
        sock->next->prev = sock->prev;
    } else {
        sim->last_socket = sock->prev;
    }
    duos__free(&sim->alloc, sock, sizeof *sock);
}

/* ---- addresses -------------------------------------------------------- */

bool duos__sim_is_any(const duos_addr *addr)
{
    duos_addr any = addr->family == DUOS_IPV6
                        ? duos_addr_ipv6(NULL, addr->port)
                        : duos_addr_ipv4(0, 0, 0, 0, addr->port);

    return duos_addr_equal(addr, &any);
}

bool duos__sim_is_loopback(const duos_addr *addr)
{
    duos_addr v6 = duos_addr_loopback(DUOS_IPV6, addr->port);

    return addr->family == DUOS_IPV4 ? addr->ip.v4[0] == 127
                                     : duos_addr_equal(addr, &v6);
}

bool duos__sim_is_group(const duos_addr *addr)
{
    return addr->family == DUOS_IPV4 ? (addr->ip.v4[0] & 0xf0) == 0xe0
                                     : addr->ip.v6[0] == 0xff;
}

bool duos__sim_is_broadcast(const duos_addr *addr)
{
    duos_addr all = duos_addr_ipv4(255, 255, 255, 255, addr->port);
    duos_addr net = duos_addr_ipv4(10, 0, 0, 255, addr->port);

    return duos_addr_equal(addr, &all) || duos_addr_equal(addr, &net);
}

duos_addr duos__sim_seen_by(const sim_socket *sock, const duos_addr *addr)
{
    bool mapped = sock->family == DUOS_IPV6 && addr->family == DUOS_IPV4;

    return mapped ? duos__addr_map(addr) : *addr;
}

duos_addr duos__sim_unmapped(const duos_addr *addr)
{
    const uint8_t *v4 = addr->ip.v6 + 12;

    return duos__addr_is_mapped(addr)
               ? duos_addr_ipv4(v4[0], v4[1], v4[2], v4[3], addr->port)
               : *addr;
}

uint32_t duos__sim_route(const duos_sim *sim, uint32_t from,
                         const duos_addr *to)
{
    uint32_t host =
        to->family == DUOS_IPV4 ? to->ip.v4[3] : (uint32_t)to->ip.v6[15];
    duos_addr addr = duos_sim_addr(host, (duos_family)to->family, to->port);

    if (duos__sim_is_loopback(to)) {
        return from;
    }
    return host <= sim->hosts && duos_addr_equal(to, &addr) ? host : 0;
}

bool duos__sim_covers(const sim_socket *sock, const duos_addr *b)
{
    const duos_addr *a = &sock->local;

    if (a->port != b->port) {
        return false;
    }
    if (a->family != b->family) {
        return a->family == DUOS_IPV6 && b->family == DUOS_IPV4 &&
               duos__sim_is_any(a) && !sock->options[DUOS_OPT_V6ONLY].on;
    }
    return duos__sim_is_any(a) || duos_addr_equal(a, b);
}

/* 0: it does not listen there; more, the closer its address fits. */
static unsigned fit(const sim_socket *sock, uint32_t host,
                    const duos_addr *addr)
{
    if (sock->kind != SIM_LISTENER || sock->host != host ||
        sock->family == DUOS_UNIX || !duos__sim_covers(sock, addr)) {
        return 0;
    }
    return duos__sim_is_any(&sock->local) ? 1 : 2;
}

/* The seed chooses among those who share a port. */
sim_socket *duos__sim_listener(duos_sim *sim, uint32_t host,
                               const duos_addr *addr)
{
    sim_socket *best = NULL;
    sim_socket *sock;
    uint32_t equals = 0;

    for (sock = sim->first_socket; sock != NULL; sock = sock->next) {
        unsigned mine = fit(sock, host, addr);
        unsigned most = best != NULL ? fit(best, host, addr) : 0;

        equals = mine > most ? 1 : equals + (mine > 0 && mine == most);
        if (mine > most ||
            (mine > 0 && mine == most && duos__sim_below(sim, equals) == 0)) {
            best = sock;
        }
    }
    return best;
}
