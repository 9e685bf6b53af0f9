/* SPDX-License-Identifier: MIT */
/*
 * net.c - which sockets there are, and which addresses and ports they have.
 *
 * Host N has 10.0.0.N, fd00::N, 127.0.0.0/8 and ::1. Numbers of sockets are
 * those of the whole simulation, the lowest that is free first.
 */
#include <string.h>

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
    sock->local = sock->family == DUOS_IPV6 ? duos_addr_ipv6(NULL, 0)
                                            : duos_addr_ipv4(0, 0, 0, 0, 0);
    sock->options[DUOS_OPT_V6ONLY].on = true;
    sock->options[DUOS_OPT_TTL].number = 64;
    sock->options[DUOS_OPT_KEEPALIVE_IDLE].number = 7200;
    sock->options[DUOS_OPT_KEEPALIVE_INTERVAL].number = 75;
    sock->options[DUOS_OPT_KEEPALIVE_COUNT].number = 9;
    sock->options[DUOS_OPT_TYPE].number = DUOS_STREAM;
    sock->options[DUOS_OPT_SEND_BUFFER].number =
        (int32_t)sock->sim->config.buffer;
    sock->options[DUOS_OPT_RECV_BUFFER].number =
        (int32_t)sock->sim->config.buffer;
}

duos_err duos__sim_socket_new(sim_kind kind, duos_family family,
                              sim_socket **out)
{
    duos_sim *sim = duos__sim_current();
    sim_socket *sock;
    uint32_t index;
    duos_err err;

    if (sim == NULL || sim->host == 0) {
        return DUOS_ENOTREADY;
    }
    err = find_place(sim, &index);
    if (err != DUOS_OK) {
        return err;
    }
    sock = (sim_socket *)duos__new(&sim->alloc, sizeof *sock);
    if (sock == NULL) {
        return DUOS_ENOMEM;
    }
    sock->sim = sim;
    sock->kind = kind;
    sock->number = SIM_FIRST_SOCKET + index;
    sock->host = sim->host;
    sock->family = family;
    set_defaults(sock);
    sim->sockets[index] = sock;
    sim->socket_count++;
    *out = sock;
    return DUOS_OK;
}

void duos__sim_socket_free(sim_socket *sock)
{
    duos_sim *sim = sock->sim;

    sim->sockets[sock->number - SIM_FIRST_SOCKET] = NULL;
    sim->socket_count--;
    duos__free(&sim->alloc, sock, sizeof *sock);
}

/* ---- addresses -------------------------------------------------------- */

static bool is_any(const duos_addr *addr)
{
    duos_addr any = addr->family == DUOS_IPV6
                        ? duos_addr_ipv6(NULL, addr->port)
                        : duos_addr_ipv4(0, 0, 0, 0, addr->port);

    return duos_addr_equal(addr, &any);
}

static bool is_loopback(const duos_addr *addr)
{
    duos_addr v6 = duos_addr_loopback(DUOS_IPV6, addr->port);

    return addr->family == DUOS_IPV4 ? addr->ip.v4[0] == 127
                                     : duos_addr_equal(addr, &v6);
}

uint32_t duos__sim_route(const duos_sim *sim, uint32_t from,
                         const duos_addr *to)
{
    uint32_t host =
        to->family == DUOS_IPV4 ? to->ip.v4[3] : (uint32_t)to->ip.v6[15];
    duos_addr addr = duos_sim_addr(host, (duos_family)to->family, to->port);

    if (is_loopback(to)) {
        return from;
    }
    return host <= sim->hosts && duos_addr_equal(to, &addr) ? host : 0;
}

/* Whether a socket that is bound to a takes what is sent to b. */
static bool covers(const sim_socket *sock, const duos_addr *b)
{
    const duos_addr *a = &sock->local;

    if (a->port != b->port) {
        return false;
    }
    if (a->family != b->family) {
        return a->family == DUOS_IPV6 && is_any(a) &&
               !sock->options[DUOS_OPT_V6ONLY].on;
    }
    return is_any(a) || duos_addr_equal(a, b);
}

/* One that was accepted has its listener's port and takes nothing. */
static bool has_port(const sim_socket *sock, uint32_t host)
{
    return sock != NULL && sock->host == host && sock->local.port != 0 &&
           !(sock->conn != NULL && sock->side == 1);
}

sim_socket *duos__sim_listener(const duos_sim *sim, uint32_t host,
                               const duos_addr *addr)
{
    sim_socket *best = NULL;
    uint32_t i;

    for (i = 0; i < sim->socket_room; i++) {
        sim_socket *sock = sim->sockets[i];

        if (sock != NULL && sock->kind == SIM_LISTENER && sock->host == host &&
            covers(sock, addr) && (best == NULL || !is_any(&sock->local))) {
            best = sock;
        }
    }
    return best;
}

/* ---- ports ------------------------------------------------------------ */

static bool in_use(const sim_socket *mine)
{
    const duos_sim *sim = mine->sim;
    uint32_t i;

    for (i = 0; i < sim->socket_room; i++) {
        const sim_socket *other = sim->sockets[i];

        if (other != mine && has_port(other, mine->host) &&
            (covers(other, &mine->local) || covers(mine, &other->local))) {
            return true;
        }
    }
    return false;
}

static bool port_is_free(const duos_sim *sim, uint32_t host, uint16_t port)
{
    uint32_t i;

    for (i = 0; i < sim->socket_room; i++) {
        const sim_socket *sock = sim->sockets[i];

        if (sock != NULL && sock->host == host && sock->local.port == port) {
            return false;
        }
    }
    return true;
}

/* 0 when none is left. */
static uint16_t ephemeral_port(duos_sim *sim, uint32_t host)
{
    uint16_t *next = &sim->next_port[host];
    uint32_t tries;

    for (tries = SIM_PORT_MIN; tries <= SIM_PORT_MAX; tries++) {
        uint16_t port = *next;

        *next = (uint16_t)(port == SIM_PORT_MAX ? SIM_PORT_MIN : port + 1u);
        if (port_is_free(sim, host, port)) {
            return port;
        }
    }
    return 0;
}

duos_err duos__sim_bind(sim_socket *sock, const duos_addr *addr)
{
    duos_addr before = sock->local;

    if (addr->family != (uint8_t)sock->family) {
        return DUOS_EAFNOSUPPORT;
    }
    if (sock->kind != SIM_STREAM || sock->conn != NULL || before.port != 0) {
        return DUOS_EINVAL;
    }
    if (!is_any(addr) &&
        duos__sim_route(sock->sim, sock->host, addr) != sock->host) {
        return DUOS_EADDRNOTAVAIL;
    }
    sock->local = *addr;
    if (addr->port == 0) {
        sock->local.port = ephemeral_port(sock->sim, sock->host);
    }
    if (sock->local.port == 0 || in_use(sock)) {
        sock->local = before;
        return DUOS_EADDRINUSE;
    }
    return DUOS_OK;
}

duos_err duos__sim_autobind(sim_socket *sock, const duos_addr *to)
{
    uint16_t port = sock->local.port;

    if (port == 0) {
        port = ephemeral_port(sock->sim, sock->host);
    }
    if (port == 0 || (!is_any(&sock->local) &&
                      is_loopback(&sock->local) != is_loopback(to))) {
        return DUOS_EADDRNOTAVAIL;
    }
    if (!is_any(&sock->local)) {
        return DUOS_OK;
    }
    sock->local = is_loopback(to)
                      ? duos_addr_loopback(sock->family, port)
                      : duos_sim_addr(sock->host, sock->family, port);
    return DUOS_OK;
}
