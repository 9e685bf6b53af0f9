/* SPDX-License-Identifier: MIT */
/*
 * server.c - how a server is made and listens, and its table of connections.
 */
#include <duosock/server.h>

#include <string.h>

#include "conn_filter.h"
#include "mem.h"
#include "server_core.h"
#include "versioned.h"

#define ACCEPTS_PER_TURN 64u
#define PREFIX_V6        64u

/* ---- making one ------------------------------------------------------- */

void(duos_server_config_init)(duos_server_config *config, size_t size)
{
    duos_server_config known;

    memset(&known, 0, sizeof known);
    duos_conn_handler_init(&known.handler);
    known.max_clients = 10000;
    known.accepts_per_turn = ACCEPTS_PER_TURN;
    duos__limits_init(&known.limits);
    known.max_clients_per_address = 1000;
    known.prefix_v6 = PREFIX_V6;
    known.drain_first_byte_ms = 100;
    duos__versioned_init(config, size, &known, sizeof known);
}

static void set_up_server(duos_server *server, duos_loop *loop)
{
    server->stats.size = sizeof server->stats;
    server->owner.loop = loop;
    server->owner.engine = &duos__engine_ready;
    server->owner.handler = server->config.handler;
    server->owner.limits = server->config.limits;
    server->owner.user = server->config.user;
    server->owner.side = DUOS_TRANSPORT_SERVER;
    server->owner.transport = server->config.transport;
    server->owner.transport_user = server->config.transport_user;
    server->owner.proxies = server->config.proxy;
    server->owner.proxy_count = server->config.proxy_count;
    server->owner.named = duos__server_conn_named;
    duos__slots_init(&server->slots, sizeof(duos__conn_slot), &loop->alloc);
    duos__server_accept_init(server);
    duos__server_end_init(server);
}

/* What matches nothing is a mistake: a rule that does not do what it says. */
static bool cidrs_valid(const duos_cidr *list, size_t count)
{
    bool valid = list != NULL || count == 0;
    size_t i;

    for (i = 0; valid && i < count; i++) {
        valid = (list[i].family == DUOS_IPV4 && list[i].bits <= 32) ||
                (list[i].family == DUOS_IPV6 && list[i].bits <= 128);
    }
    return valid;
}

static duos_err read_server_config(duos_server_config *chosen,
                                   const duos_server_config *config)
{
    duos_server_config_init(chosen);
    if (config != NULL &&
        (!duos__versioned_copy(chosen, sizeof *chosen, config) ||
         !duos__handler_complete(&chosen->handler) ||
         !duos__transport_valid(chosen->transport))) {
        return DUOS_EINVAL;
    }
    if (!cidrs_valid(chosen->allow, chosen->allow_count) ||
        !cidrs_valid(chosen->deny, chosen->deny_count) ||
        !cidrs_valid(chosen->proxy, chosen->proxy_count)) {
        return DUOS_EINVAL;
    }
    if (chosen->accepts_per_turn == 0) {
        chosen->accepts_per_turn = ACCEPTS_PER_TURN;
    }
    if (chosen->prefix_v6 == 0) {
        chosen->prefix_v6 = PREFIX_V6;
    }
    if (chosen->prefix_v6 > 128 || chosen->drain_first_byte_ms < 0) {
        return DUOS_ERANGE;
    }
    return duos__limits_complete(&chosen->limits);
}

/* One list, into the block of all; the configuration points there then. */
static duos_cidr *copy_list(duos_cidr *to, const duos_cidr **list, size_t count)
{
    if (count > 0) {
        memcpy(to, *list, count * sizeof **list);
        *list = to;
    }
    return to + count;
}

static duos_err copy_cidrs(duos_server *server, const duos_alloc *alloc)
{
    duos_server_config *config = &server->config;
    size_t most = SIZE_MAX / 4 / sizeof *server->cidrs;
    duos_cidr *at;

    if (config->allow_count > most || config->deny_count > most ||
        config->proxy_count > most) {
        return DUOS_ENOMEM;
    }
    server->cidr_count =
        config->allow_count + config->deny_count + config->proxy_count;
    if (server->cidr_count == 0) {
        return DUOS_OK;
    }
    at = (duos_cidr *)duos__resize(alloc, NULL, 0, server->cidr_count,
                                   sizeof *server->cidrs);
    if (at == NULL) {
        return DUOS_ENOMEM;
    }
    server->cidrs = at;
    at = copy_list(at, &config->allow, config->allow_count);
    at = copy_list(at, &config->deny, config->deny_count);
    (void)copy_list(at, &config->proxy, config->proxy_count);
    return DUOS_OK;
}

/* What can fail of a server, in the order of duos__server_free. */
static duos_err equip(duos_server *server, duos_loop *loop)
{
    /* A server that can accept nobody must be able to wait. */
    duos_err err = duos__timers_reserve(&loop->timers);

    if (err != DUOS_OK) {
        return err;
    }
    err = duos__addresses_init(&server->addresses,
                               server->config.max_clients_per_address,
                               server->config.prefix_v6, &loop->alloc);
    if (err == DUOS_OK) {
        err = copy_cidrs(server, &loop->alloc);
    }
    if (err != DUOS_OK) {
        duos__timers_unreserve(&loop->timers);
    }
    return err;
}

duos_err duos_server_create(duos_loop *loop, const duos_server_config *config,
                            duos_server **out)
{
    duos_server_config chosen;
    duos_server *server;
    duos_err err;

    if (loop == NULL || out == NULL) {
        return DUOS_EINVAL;
    }
    err = read_server_config(&chosen, config);
    if (err != DUOS_OK) {
        return err;
    }
    server = (duos_server *)duos__new(&loop->alloc, sizeof *server);
    if (server == NULL) {
        return DUOS_ENOMEM;
    }
    server->config = chosen;
    err = equip(server, loop);
    if (err != DUOS_OK) {
        duos__free(&loop->alloc, server, sizeof *server);
        return err;
    }
    set_up_server(server, loop);
    *out = server;
    return DUOS_OK;
}

duos_err duos_server_listen(duos_server *server, const char *address,
                            const duos_listen_options *options,
                            duos_addr *bound)
{
    duos_listener listener;
    duos_addr first;
    duos_err err;

    if (server == NULL) {
        return DUOS_EINVAL;
    }
    if (server->draining) {
        return DUOS_ESTATE;
    }
    err = duos__listener_open(address, DUOS_STREAM, options, &listener);
    if (err != DUOS_OK) {
        return err;
    }
    first = listener.bound[0];
    err = duos_server_adopt_listener(server, &listener);
    if (err != DUOS_OK) {
        duos_listener_close(&listener);
    } else if (bound != NULL) {
        *bound = first;
    }
    return err;
}

/* DUOS_EINVAL for what would never be acceptable, yet always ready. */
static duos_err check_listens(duos_socket s)
{
    sys_optval listening;
    duos_err err = sys_opt_get(s, DUOS_OPT_LISTENING, &listening);

    if (err == DUOS_ENOTSUP || (err == DUOS_OK && !listening.on)) {
        return DUOS_EINVAL;
    }
    return err;
}

duos_err duos_server_adopt_listener(duos_server *server,
                                    duos_listener *listener)
{
    duos_err err;

    if (server == NULL || listener == NULL || listener->count == 0) {
        return DUOS_EINVAL;
    }
    if (server->draining) {
        return DUOS_ESTATE;
    }
    err = check_listens(listener->socks[0]);
    if (err == DUOS_OK) {
        err = duos__server_add_all(server, listener);
    }
    if (err == DUOS_OK) {
        memset(listener, 0, sizeof *listener);
    }
    return err;
}

duos_err duos_server_adopt(duos_server *server, duos_socket s)
{
    duos_err err;

    if (server == NULL) {
        return DUOS_EINVAL;
    }
    if (server->draining) {
        return DUOS_ESTATE;
    }
    err = check_listens(s);
    if (err == DUOS_OK) {
        err = duos_set_nonblocking(s, true);
    }
    return err == DUOS_OK ? duos__server_add_listener(server, s) : err;
}

/* ---- the table -------------------------------------------------------- */

duos__conn_slot *duos__server_slot(const duos_server *server, uint32_t index)
{
    return (duos__conn_slot *)duos__slots_at(&server->slots, index,
                                             sizeof(duos__conn_slot));
}

duos_conn_id duos_conn_id_of(const duos_conn *conn)
{
    duos_conn_id id = {0};

    if (conn != NULL && conn->owner->gone == duos__server_conn_gone) {
        duos_server *server = (duos_server *)conn->owner;

        id.value = duos__slot_name(&duos__server_slot(server, conn->slot)->slot,
                                   conn->slot);
    }
    return id;
}

duos_conn *duos_server_find(duos_server *server, duos_conn_id id)
{
    duos__conn_slot *slot;

    if (server == NULL) {
        return NULL;
    }
    slot = (duos__conn_slot *)duos__slots_find(&server->slots, id.value,
                                               sizeof *slot);
    if (slot == NULL || slot->conn == NULL ||
        slot->conn->state == DUOS__CONN_RELEASED) {
        return NULL;
    }
    return slot->conn;
}

duos_conn *duos__server_conn_from(const duos_server *server, uint32_t index)
{
    for (; index < server->slots.used; index++) {
        duos__conn_slot *slot = duos__server_slot(server, index);

        if ((slot->slot.generation & 1) != 0 && slot->conn != NULL) {
            return slot->conn;
        }
    }
    return NULL;
}

duos_conn *duos_server_next(duos_server *server, const duos_conn *conn)
{
    uint32_t index = conn != NULL ? conn->slot + 1 : 0;
    duos_conn *next;

    if (server == NULL) {
        return NULL;
    }
    do {
        next = duos__server_conn_from(server, index);
        index = next != NULL ? next->slot + 1 : 0;
    } while (next != NULL && next->state != DUOS__CONN_OPEN);
    return next;
}

/* What is counted by the server's connections. */
static void add_counts(duos_server_stats *stats, const duos__counts *counts)
{
    stats->read_yields = counts->read_yields;
    stats->write_yields = counts->write_yields;
    stats->no_buffers = counts->no_buffers;
    stats->first_byte_ends = counts->first_byte_ends;
    stats->idle_ends = counts->idle_ends;
    stats->stall_ends = counts->stall_ends;
    stats->linger_ends = counts->linger_ends;
    stats->handshake_ends = counts->handshake_ends;
    stats->queue_holds = counts->queue_holds;
    stats->queue_refusals = counts->queue_refusals;
}

duos_err duos_server_get_stats(const duos_server *server,
                               duos_server_stats *stats)
{
    duos_server_stats all;

    if (server == NULL || !duos__versioned_fits(stats, sizeof all)) {
        return DUOS_EINVAL;
    }
    all = server->stats;
    add_counts(&all, &server->owner.counts);
    duos__versioned_give(stats, &all);
    return DUOS_OK;
}

void *duos_server_user(const duos_server *server)
{
    return server != NULL ? server->owner.user : NULL;
}
