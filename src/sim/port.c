/* SPDX-License-Identifier: MIT */
/*
 * port.c - who has which port: sharing policies, ports for those who do not
 * ask for one, and address pairs that rest in TIME_WAIT.
 *
 * Streams and datagrams have ports of their own. Pairs that rest are counted
 * out when somebody looks, so that the clock never moves for them.
 */
#include "mem.h"
#include "sim_internal.h"

/* ---- TIME_WAIT -------------------------------------------------------- */

static void count_out(duos_sim *sim, uint64_t now_ns)
{
    sim_rest **at = &sim->rests;

    while (*at != NULL) {
        sim_rest *rest = *at;

        if (rest->until_ns <= now_ns) {
            *at = rest->next;
            duos__free(&sim->alloc, rest, sizeof *rest);
        } else {
            at = &rest->next;
        }
    }
}

void duos__sim_rest(duos_sim *sim, const sim_end *end)
{
    sim_rest *rest;

    count_out(sim, sim->now_ns);
    rest = (sim_rest *)duos__new(&sim->alloc, sizeof *rest);
    if (rest == NULL) {
        return; /* systems do without as well when they are short of memory */
    }
    rest->host = end->host;
    rest->local = end->local;
    rest->peer = end->peer;
    rest->until_ns = sim->now_ns + SIM_TIME_WAIT_NS;
    rest->next = sim->rests;
    sim->rests = rest;
}

void duos__sim_rests_fini(duos_sim *sim)
{
    count_out(sim, SIM_NEVER);
}

/* Whether a connection of this port is under way, or at rest: from the port
 * to peer, or to anybody if that is NULL. */
static bool is_used(duos_sim *sim, uint32_t host, uint16_t port,
                    const duos_addr *peer)
{
    const sim_rest *rest;
    const sim_conn *conn;
    uint32_t side;

    count_out(sim, sim->now_ns);
    for (rest = sim->rests; rest != NULL; rest = rest->next) {
        if (rest->host == host && rest->local.port == port &&
            (peer == NULL || duos_addr_equal(&rest->peer, peer))) {
            return true;
        }
    }
    for (conn = sim->conns; conn != NULL; conn = conn->next) {
        for (side = 0; side < 2; side++) {
            const sim_end *end = &conn->ends[side];

            if (!conn->local && end->host == host && end->local.port == port &&
                (end->state != SIM_GONE || end->first) &&
                (peer == NULL || duos_addr_equal(&end->peer, peer))) {
                return true;
            }
        }
    }
    return false;
}

/* ---- who has a port ----------------------------------------------------- */

static bool same_space(const sim_socket *a, const sim_socket *b)
{
    return a->host == b->host && a->family != DUOS_UNIX &&
           b->family != DUOS_UNIX &&
           (a->kind == SIM_DGRAM) == (b->kind == SIM_DGRAM);
}

/* One that was accepted has its listener's port and takes nothing. */
static bool has_port(const sim_socket *sock)
{
    return sock->local.port != 0 && !(sock->conn != NULL && sock->side == 1);
}

static bool may_share(const sim_socket *a, const sim_socket *b)
{
    return a->reuse == SIM_REUSE_SHARED && b->reuse == SIM_REUSE_SHARED;
}

static bool in_use(const sim_socket *mine)
{
    const sim_socket *other = mine->sim->first_socket;

    for (; other != NULL; other = other->next) {
        if (other != mine && same_space(other, mine) && has_port(other) &&
            !may_share(other, mine) &&
            (duos__sim_covers(other, &mine->local) ||
             duos__sim_covers(mine, &other->local))) {
            return true;
        }
    }
    /* Without a policy, what is left of old connections counts (trap 13). */
    return mine->kind != SIM_DGRAM && mine->reuse == SIM_REUSE_NONE &&
           is_used(mine->sim, mine->host, mine->local.port, NULL);
}

static bool port_is_free(const sim_socket *mine, uint16_t port,
                         const duos_addr *to)
{
    const sim_socket *sock = mine->sim->first_socket;

    for (; sock != NULL; sock = sock->next) {
        if (same_space(sock, mine) && sock->local.port == port) {
            return false;
        }
    }
    return mine->kind == SIM_DGRAM || !is_used(mine->sim, mine->host, port, to);
}

/* 0 when none is left. */
static uint16_t ephemeral_port(const sim_socket *mine, const duos_addr *to)
{
    sim_host *host = &mine->sim->host_of[mine->host];
    uint32_t tries;

    for (tries = host->port_min; tries <= host->port_max; tries++) {
        uint16_t port = host->next_port;

        host->next_port =
            (uint16_t)(port == host->port_max ? host->port_min : port + 1u);
        if (port_is_free(mine, port, to)) {
            return port;
        }
    }
    return 0;
}

/* ---- binding ---------------------------------------------------------- */

static duos_err may_bind(const sim_socket *sock, const duos_addr *addr)
{
    duos_addr plain = duos__sim_unmapped(addr);
    bool dgram = sock->kind == SIM_DGRAM;

    if (addr->family != (uint8_t)sock->family) {
        return DUOS_EAFNOSUPPORT;
    }
    if ((sock->kind != SIM_STREAM && !dgram) || sock->conn != NULL ||
        sock->local.port != 0) {
        return DUOS_EINVAL;
    }
    if (!duos__sim_is_any(&plain) && !(dgram && duos__sim_is_group(&plain)) &&
        duos__sim_route(sock->sim, sock->host, &plain) != sock->host) {
        return DUOS_EADDRNOTAVAIL;
    }
    return DUOS_OK;
}

duos_err duos__sim_bind(sim_socket *sock, const duos_addr *addr)
{
    duos_addr before = sock->local;
    duos_err err = may_bind(sock, addr);

    if (err != DUOS_OK) {
        return err;
    }
    sock->local = *addr;
    if (addr->port == 0) {
        sock->local.port = ephemeral_port(sock, NULL);
    }
    if (sock->local.port == 0 || in_use(sock)) {
        sock->local = before;
        return DUOS_EADDRINUSE;
    }
    return DUOS_OK;
}

duos_err duos__sim_autoport(sim_socket *sock, const duos_addr *to)
{
    if (sock->local.port == 0) {
        sock->local.port = ephemeral_port(sock, to);
    }
    return sock->local.port != 0 ? DUOS_OK : DUOS_EADDRNOTAVAIL;
}

duos_err duos__sim_autobind(sim_socket *sock, const duos_addr *to)
{
    uint16_t port = sock->local.port;
    duos_err err;

    if (!duos__sim_is_any(&sock->local) &&
        duos__sim_is_loopback(&sock->local) != duos__sim_is_loopback(to)) {
        return DUOS_EADDRNOTAVAIL;
    }
    if (sock->kind != SIM_DGRAM && port != 0 &&
        is_used(sock->sim, sock->host, port, to)) {
        return DUOS_EADDRNOTAVAIL;
    }
    err = duos__sim_autoport(sock, to);
    port = sock->local.port;
    if (err == DUOS_OK && duos__sim_is_any(&sock->local)) {
        sock->local =
            duos__sim_is_loopback(to)
                ? duos_addr_loopback((duos_family)to->family, 0)
                : duos_sim_addr(sock->host, (duos_family)to->family, 0);
        sock->local.port = port;
    }
    return err;
}
