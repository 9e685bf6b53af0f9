/* SPDX-License-Identifier: MIT */
/*
 * client.c - a client: which address is tried next, and until when.
 */
#include <duosock/client.h>
#include <duosock/resolve.h>

#include <string.h>

#include "conn_core.h"
#include "conn_filter.h"
#include "deadline.h"
#include "dial.h"
#include "mem.h"
#include "versioned.h"

struct duos_client {
    duos__owner owner; /* first: the connection knows the client by it */
    duos_conn *conn;
    int32_t connect_ms;
    duos_lookup lookup;
    duos_addr *targets; /* NULL while they are looked up */
    size_t target_count;
    size_t next_target;
    duos__timer connect_deadline;
    duos__deferred end;
    bool destroyed;
};

static void connect_failed(duos__owner *owner, duos_conn *conn, duos_err err);
static void connection_gone(duos__owner *owner, duos_conn *conn);
static void connect_expired(duos__timer *timer);
static void looked_up(duos_lookup *lookup, duos_err err, const duos_addr *addrs,
                      size_t count, void *user);

/* ---- making one ------------------------------------------------------- */

void duos_client_config_init(duos_client_config *config)
{
    if (config != NULL) {
        memset(config, 0, sizeof *config);
        config->size = sizeof *config;
        duos_conn_handler_init(&config->handler);
        config->connect_ms = 10 * 1000;
        duos__limits_init(&config->limits);
        config->limits.first_byte_ms = 0;
        config->limits.idle_ms = 0;
        config->limits.backpressure = false;
    }
}

static duos_err read_config(duos_client_config *chosen,
                            const duos_client_config *config)
{
    duos_client_config_init(chosen);
    if (config != NULL &&
        (!duos__versioned_copy(chosen, sizeof *chosen, config) ||
         !duos__handler_complete(&chosen->handler) ||
         !duos__transport_valid(chosen->transport))) {
        return DUOS_EINVAL;
    }
    if (chosen->connect_ms < 0) {
        return DUOS_ERANGE;
    }
    return duos__limits_complete(&chosen->limits);
}

duos_err duos_client_create(duos_loop *loop, const duos_client_config *config,
                            duos_client **out)
{
    duos_client_config chosen;
    duos_client *client;
    duos_err err;

    if (loop == NULL || out == NULL) {
        return DUOS_EINVAL;
    }
    err = read_config(&chosen, config);
    if (err != DUOS_OK) {
        return err;
    }
    client = (duos_client *)duos__new(&loop->alloc, sizeof *client);
    if (client == NULL) {
        return DUOS_ENOMEM;
    }
    client->owner.loop = loop;
    client->owner.engine = &duos__engine_ready;
    client->owner.handler = chosen.handler;
    client->owner.limits = chosen.limits;
    client->owner.user = chosen.user;
    client->owner.connect_failed = connect_failed;
    client->owner.gone = connection_gone;
    client->owner.transport = chosen.transport;
    client->owner.transport_user = chosen.transport_user;
    client->connect_ms = chosen.connect_ms;
    client->connect_deadline.fire = connect_expired;
    (void)duos_lookup_init(&client->lookup, loop, looked_up, client);
    *out = client;
    return DUOS_OK;
}

/* ---- connecting ------------------------------------------------------- */

/* Begins with the next address that can be begun with. */
static duos_err try_next(duos_client *client)
{
    const duos__engine_ops *engine = client->owner.engine;
    duos_err err = DUOS_EADDRNOTAVAIL;

    while (client->next_target < client->target_count) {
        const duos_addr *addr = &client->targets[client->next_target++];

        err = engine->connect(&client->conn->stream, addr);
        if (err == DUOS_OK) {
            duos__conn_set_peer(client->conn, addr);
            return DUOS_OK;
        }
    }
    return err;
}

/* An attempt that was made says more than one that could not begin. */
static void connect_failed(duos__owner *owner, duos_conn *conn, duos_err err)
{
    owner->engine->close(&conn->stream, false);
    if (try_next((duos_client *)owner) != DUOS_OK) {
        duos__conn_finish(conn, err);
    }
}

static void connect_expired(duos__timer *timer)
{
    duos_client *client =
        (duos_client *)(void *)((char *)timer -
                                offsetof(duos_client, connect_deadline));

    if (client->conn != NULL && client->conn->state == DUOS__CONN_CONNECTING) {
        duos_lookup_stop(&client->lookup);
        duos__conn_finish(client->conn, DUOS_ETIMEDOUT);
    }
}

static duos_err set_targets(duos_client *client, const duos_addr *addrs,
                            size_t count)
{
    client->targets = (duos_addr *)duos__resize(&client->owner.loop->alloc,
                                                NULL, 0, count, sizeof *addrs);
    if (client->targets == NULL) {
        return DUOS_ENOMEM;
    }
    memcpy(client->targets, addrs, count * sizeof *addrs);
    client->target_count = count;
    client->next_target = 0;
    return DUOS_OK;
}

static void free_targets(duos_client *client)
{
    duos__free(&client->owner.loop->alloc, client->targets,
               client->target_count * sizeof *client->targets);
    client->targets = NULL;
}

static void looked_up(duos_lookup *lookup, duos_err err, const duos_addr *addrs,
                      size_t count, void *user)
{
    duos_client *client = (duos_client *)user;

    (void)lookup;
    if (client->conn->state != DUOS__CONN_CONNECTING) {
        return; /* its end comes in this turn */
    }
    if (err == DUOS_OK) {
        err = set_targets(client, addrs, count);
    }
    if (err == DUOS_OK) {
        err = try_next(client);
    }
    if (err != DUOS_OK) {
        duos__conn_finish(client->conn, err);
    }
}

/* What the system refuses at once is told like what it refuses later. */
static duos_err try_known(duos_client *client, const duos__target *target)
{
    duos_err err = set_targets(client, target->addrs, target->count);

    if (err == DUOS_OK) {
        err = try_next(client);
    }
    if (err != DUOS_OK && err != DUOS_ENOMEM && err != DUOS_EMFILE) {
        duos__conn_finish(client->conn, err);
        err = DUOS_OK;
    }
    return err;
}

static duos_err begin(duos_client *client, const char *address,
                      const duos__target *target)
{
    duos_loop *loop = client->owner.loop;
    duos_err err = DUOS_OK;

    if (client->connect_ms > 0) {
        err = duos__timers_start(
            &loop->timers, &client->connect_deadline,
            duos__after_ms(sys_now_ns(), client->connect_ms));
    }
    if (err != DUOS_OK) {
        return err;
    }
    if (target->count > 0) {
        return try_known(client, target);
    }
    return duos_lookup_start(&client->lookup, address, DUOS_UNSPEC,
                             DUOS__NO_TIMEOUT);
}

/* Whatever the attempt needed besides its connection. */
static void end_attempt(duos_client *client)
{
    duos__timers_stop(&client->owner.loop->timers, &client->connect_deadline);
    duos_lookup_stop(&client->lookup);
    free_targets(client);
    client->conn = NULL;
}

duos_err duos_client_connect(duos_client *client, const char *address)
{
    duos__target target;
    duos_err err;

    if (client == NULL) {
        return DUOS_EINVAL;
    }
    if (client->conn != NULL) {
        return DUOS_EBUSY;
    }
    err = duos__dial_parse(address, &target);
    if (err != DUOS_OK) {
        return err;
    }
    client->conn = duos__conn_new(&client->owner);
    if (client->conn == NULL) {
        return DUOS_ENOMEM;
    }
    err = begin(client, address, &target);
    if (err != DUOS_OK) {
        duos__conn_free(client->conn);
        end_attempt(client);
    }
    return err;
}

duos_conn *duos_client_conn(const duos_client *client)
{
    return client != NULL ? client->conn : NULL;
}

/* ---- the end ---------------------------------------------------------- */

static void connection_gone(duos__owner *owner, duos_conn *conn)
{
    (void)conn;
    end_attempt((duos_client *)owner);
}

static void end_client(duos__deferred *deferred)
{
    duos_client *client =
        (duos_client *)(void *)((char *)deferred - offsetof(duos_client, end));

    duos__free(&client->owner.loop->alloc, client, sizeof *client);
}

void duos_client_destroy(duos_client *client)
{
    duos_loop *loop;

    if (client == NULL || client->destroyed) {
        return;
    }
    loop = client->owner.loop;
    client->destroyed = true;
    duos__timers_stop(&loop->timers, &client->connect_deadline);
    duos_lookup_stop(&client->lookup);
    if (client->conn != NULL) {
        duos__conn_finish(client->conn, DUOS_ECANCELED);
    }
    client->end.run = end_client;
    duos__loop_defer(loop, &client->end);
    duos__loop_settle(loop);
}
