/* SPDX-License-Identifier: MIT */
/*
 * server.c - a server's life: its table of connections, draining, the end.
 */
#include <duosock/server.h>

#include <string.h>

#include "deadline.h"
#include "mem.h"
#include "server_core.h"
#include "versioned.h"

#define ACCEPTS_PER_TURN 64u

static void connection_gone(duos__owner *owner, duos_conn *conn);
static void drain_expired(duos__timer *timer);

/* ---- making one ------------------------------------------------------- */

void duos_server_config_init(duos_server_config *config)
{
    if (config != NULL) {
        memset(config, 0, sizeof *config);
        config->size = sizeof *config;
        duos_conn_handler_init(&config->handler);
        config->max_clients = 10000;
        config->accepts_per_turn = ACCEPTS_PER_TURN;
        duos__limits_init(&config->limits);
    }
}

static void setup(duos_server *server, duos_loop *loop,
                  const duos_server_config *config)
{
    server->config = *config;
    server->stats.size = sizeof server->stats;
    server->owner.loop = loop;
    server->owner.engine = &duos__engine_ready;
    server->owner.handler = config->handler;
    server->owner.limits = config->limits;
    server->owner.user = config->user;
    server->owner.gone = connection_gone;
    server->drain_deadline.fire = drain_expired;
    duos__slots_init(&server->slots, sizeof(duos__conn_slot), &loop->alloc);
    duos__server_accept_init(server);
}

static duos_err read_config(duos_server_config *chosen,
                            const duos_server_config *config)
{
    duos_server_config_init(chosen);
    if (config != NULL &&
        (!duos__versioned_copy(chosen, sizeof *chosen, config) ||
         !duos__handler_complete(&chosen->handler))) {
        return DUOS_EINVAL;
    }
    if (chosen->accepts_per_turn == 0) {
        chosen->accepts_per_turn = ACCEPTS_PER_TURN;
    }
    return duos__limits_complete(&chosen->limits);
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
    err = read_config(&chosen, config);
    if (err != DUOS_OK) {
        return err;
    }
    server = (duos_server *)duos__new(&loop->alloc, sizeof *server);
    if (server == NULL) {
        return DUOS_ENOMEM;
    }
    /* A server that can accept nobody must be able to wait. */
    err = duos__timers_reserve(&loop->timers);
    if (err != DUOS_OK) {
        duos__free(&loop->alloc, server, sizeof *server);
        return err;
    }
    setup(server, loop, &chosen);
    *out = server;
    return DUOS_OK;
}

duos_err duos_server_listen(duos_server *server, const char *address,
                            const duos_listen_options *options,
                            duos_addr *bound)
{
    duos_listener listener;
    duos_endpoint end;
    duos_addr first;
    duos_err err;

    if (server == NULL) {
        return DUOS_EINVAL;
    }
    if (server->draining) {
        return DUOS_ESTATE;
    }
    err = duos_endpoint_parse(address, &end);
    if (err == DUOS_OK && end.type != DUOS_STREAM) {
        err = DUOS_ENOTSUP;
    }
    if (err == DUOS_OK) {
        err = duos_listener_open(address, options, &listener);
    }
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

static duos__conn_slot *slot_at(duos_server *server, uint32_t index)
{
    return (duos__conn_slot *)duos__slots_at(&server->slots, index,
                                             sizeof(duos__conn_slot));
}

duos_conn_id duos_conn_id_of(const duos_conn *conn)
{
    duos_conn_id id = {0};

    if (conn != NULL && conn->owner->gone == connection_gone) {
        duos_server *server = (duos_server *)conn->owner;

        id.value =
            duos__slot_name(&slot_at(server, conn->slot)->slot, conn->slot);
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
    if (slot == NULL || slot->conn->state == DUOS__CONN_RELEASED) {
        return NULL;
    }
    return slot->conn;
}

/* The next connection at or behind index, whatever its state. */
static duos_conn *conn_from(duos_server *server, uint32_t index)
{
    for (; index < server->slots.used; index++) {
        duos__conn_slot *slot = slot_at(server, index);

        if ((slot->slot.generation & 1) != 0) {
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
        next = conn_from(server, index);
        index = next != NULL ? next->slot + 1 : 0;
    } while (next != NULL && next->state != DUOS__CONN_OPEN);
    return next;
}

duos_err duos_server_get_stats(const duos_server *server,
                               duos_server_stats *stats)
{
    size_t size;

    if (server == NULL || stats == NULL || stats->size < sizeof stats->size ||
        stats->size > sizeof *stats) {
        return DUOS_EINVAL;
    }
    size = stats->size;
    memcpy(stats, &server->stats, size);
    stats->size = size;
    return DUOS_OK;
}

void *duos_server_user(const duos_server *server)
{
    return server != NULL ? server->owner.user : NULL;
}

/* ---- the end ---------------------------------------------------------- */

static duos_server *server_of_end(duos__deferred *deferred)
{
    return (duos_server *)(void *)((char *)deferred -
                                   offsetof(duos_server, end));
}

static void defer_once(duos_server *server,
                       void (*run)(duos__deferred *deferred))
{
    server->end.run = run;
    if (!server->end_deferred) {
        server->end_deferred = true;
        duos__loop_defer(server->owner.loop, &server->end);
    }
}

static void free_server(duos_server *server)
{
    duos_loop *loop = server->owner.loop;

    while (server->listeners != NULL) {
        duos__listen_socket *l = server->listeners;

        server->listeners = l->next;
        duos__free(&loop->alloc, l, sizeof *l);
    }
    duos__slots_fini(&server->slots);
    duos__timers_unreserve(&loop->timers);
    duos__free(&loop->alloc, server, sizeof *server);
}

/* Runs behind the ends of all its connections, which were deferred before. */
static void end_server(duos__deferred *deferred)
{
    duos_server *server = server_of_end(deferred);

    server->end_deferred = false;
    if (server->stats.clients > 0) { /* deferred by another turn: wait */
        defer_once(server, end_server);
        return;
    }
    free_server(server);
}

static void tell_drained(duos__deferred *deferred)
{
    duos_server *server = server_of_end(deferred);

    server->end_deferred = false;
    if (!server->drained_told && server->stats.clients == 0) {
        server->drained_told = true;
        duos__timers_stop(&server->owner.loop->timers, &server->drain_deadline);
        if (server->config.on_drained != NULL) {
            server->config.on_drained(server, server->owner.user);
        }
    }
}

static void connection_gone(duos__owner *owner, duos_conn *conn)
{
    duos_server *server = (duos_server *)owner;

    duos__slots_del(&server->slots, conn->slot);
    server->stats.clients--;
    server->stats.bytes_received += conn->bytes_in;
    server->stats.bytes_sent += conn->bytes_out;
    duos__server_accept_resume(server);
    if (server->finishing && server->stats.clients == 0 && !server->destroyed) {
        defer_once(server, tell_drained);
    }
}

static void abort_all(duos_server *server, duos_err reason)
{
    duos_conn *conn = conn_from(server, 0);

    while (conn != NULL) {
        duos_conn_abort(conn, reason);
        conn = conn_from(server, conn->slot + 1);
    }
}

static void drain_expired(duos__timer *timer)
{
    abort_all((duos_server *)(void *)((char *)timer -
                                      offsetof(duos_server, drain_deadline)),
              DUOS_EDRAINED);
}

/* Hands over what has arrived, then closes behind what is queued. */
static void finish_conn(duos_server *server, duos_conn *conn)
{
    if (conn->stream.receiving) {
        (void)server->owner.engine->recv_now(&conn->stream);
    }
    duos__conn_begin_close(conn, DUOS_EDRAINED);
}

static void finish_all(duos_server *server)
{
    duos_conn *conn = duos_server_next(server, NULL);

    while (conn != NULL) {
        finish_conn(server, conn);
        conn = duos_server_next(server, conn);
    }
}

/* Behind all callbacks of the turn: it calls on_open and on_data itself. */
static void begin_drain(duos__deferred *deferred)
{
    duos_server *server = server_of_end(deferred);

    server->end_deferred = false;
    server->finishing = true;
    duos__server_accept_backlog(server);
    duos__server_close_listeners(server);
    if (!server->config.drain_waits) {
        finish_all(server);
    }
    if (server->stats.clients == 0 && !server->destroyed) {
        defer_once(server, tell_drained);
    }
}

duos_err duos_server_drain(duos_server *server, int64_t timeout_ms)
{
    duos__timers *timers;

    if (server == NULL) {
        return DUOS_EINVAL;
    }
    timers = &server->owner.loop->timers;
    if (!server->draining) {
        server->draining = true;
        defer_once(server, begin_drain);
        duos__loop_settle(server->owner.loop);
    }
    if (timeout_ms < 0 || server->drained_told || server->destroyed) {
        duos__timers_stop(timers, &server->drain_deadline);
        return DUOS_OK;
    }
    return duos__timers_start(timers, &server->drain_deadline,
                              duos__after_ms(sys_now_ns(), timeout_ms));
}

void duos_server_destroy(duos_server *server)
{
    duos_loop *loop;
    duos_conn *conn;

    if (server == NULL || server->destroyed) {
        return;
    }
    loop = server->owner.loop;
    server->destroyed = true;
    server->draining = true;
    duos__timers_stop(&loop->timers, &server->drain_deadline);
    duos__server_close_listeners(server);
    for (conn = conn_from(server, 0); conn != NULL;
         conn = conn_from(server, conn->slot + 1)) {
        duos__conn_finish(conn, DUOS_ECANCELED);
    }
    defer_once(server, end_server);
    duos__loop_settle(loop);
}
