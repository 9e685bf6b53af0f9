/* SPDX-License-Identifier: MIT */
/*
 * client.c - a client from its configuration to its end, and what it tells.
 * client_connect.c has the way to a connection, client_retry.c the next one.
 */
#include <string.h>

#include "client_core.h"
#include "conn_filter.h"
#include "dial.h"
#include "mem.h"
#include "versioned.h"

static void connection_opened(duos_conn *conn, void *user);
static void connection_closed(duos_conn *conn, duos_err reason, void *user);
static void connection_gone(duos__owner *owner, duos_conn *conn);

/* RFC 8305, section 8. */
#define ATTEMPT_DELAY_MIN_MS 10
#define ATTEMPT_DELAY_MAX_MS 2000

/* ---- making one ------------------------------------------------------- */

void(duos_client_config_init)(duos_client_config *config, size_t size)
{
    duos_client_config known;

    memset(&known, 0, sizeof known);
    duos_conn_handler_init(&known.handler);
    known.connect_ms = 10 * 1000;
    duos__limits_init(&known.limits);
    known.limits.first_byte_ms = 0;
    known.limits.idle_ms = 0;
    known.limits.backpressure = false;
    known.attempt_delay_ms = DUOS__ATTEMPT_DELAY_MS;
    known.retry_first_ms = 250;
    known.retry_last_ms = 30 * 1000;
    known.retry_steady_ms = 10 * 1000;
    duos__versioned_init(config, size, &known, sizeof known);
}

static duos_err check_config(const duos_client_config *config)
{
    if (config->connect_ms < 0 || config->attempt_ms < 0 ||
        config->attempt_delay_ms < ATTEMPT_DELAY_MIN_MS ||
        config->attempt_delay_ms > ATTEMPT_DELAY_MAX_MS ||
        config->retry_first_ms < 1 ||
        config->retry_last_ms < config->retry_first_ms ||
        config->retry_steady_ms < 0) {
        return DUOS_ERANGE;
    }
    return config->source.family == DUOS_UNSPEC ||
                   config->source.family == DUOS_IPV4 ||
                   config->source.family == DUOS_IPV6
               ? DUOS_OK
               : DUOS_EAFNOSUPPORT;
}

static duos_err read_client_config(duos_client_config *chosen,
                                   const duos_client_config *config)
{
    duos_err err;

    duos_client_config_init(chosen);
    if (config != NULL &&
        (!duos__versioned_copy(chosen, sizeof *chosen, config) ||
         !duos__handler_complete(&chosen->handler) ||
         !duos__transport_valid(chosen->transport))) {
        return DUOS_EINVAL;
    }
    err = check_config(chosen);
    return err == DUOS_OK ? duos__limits_complete(&chosen->limits) : err;
}

static void set_up_client(duos_client *client, duos_loop *loop,
                          const duos_client_config *config)
{
    client->config = *config;
    client->owner.loop = loop;
    client->owner.engine = &duos__engine_ready;
    client->owner.handler = config->handler;
    client->owner.handler.on_open = connection_opened;
    client->owner.handler.on_close = connection_closed;
    client->owner.limits = config->limits;
    client->owner.user = config->user;
    client->owner.transport = config->transport;
    client->owner.transport_user = config->transport_user;
    client->owner.gone = connection_gone;
    client->open_ns = DUOS__NOT_OPEN;
    client->retry_ms = -1;
    client->again.fire = duos__client_retry;
    duos__client_prepare(client);
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
    err = read_client_config(&chosen, config);
    if (err != DUOS_OK) {
        return err;
    }
    client = (duos_client *)duos__new(&loop->alloc, sizeof *client);
    if (client == NULL) {
        return DUOS_ENOMEM;
    }
    set_up_client(client, loop, &chosen);
    *out = client;
    return DUOS_OK;
}

/* ---- connecting ------------------------------------------------------- */

static void free_address(duos_client *client)
{
    duos__free(&client->owner.loop->alloc, client->address,
               client->address_size);
    client->address = NULL;
}

static duos_err keep_address(duos_client *client, const char *address)
{
    size_t size = strlen(address) + 1;
    char *copy = (char *)duos__resize(&client->owner.loop->alloc, NULL, 0, size,
                                      sizeof *copy);

    if (copy == NULL) {
        return DUOS_ENOMEM;
    }
    memcpy(copy, address, size);
    free_address(client);
    client->address = copy;
    client->address_size = size;
    return DUOS_OK;
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
    if (err == DUOS_OK) {
        err = keep_address(client, address);
    }
    if (err != DUOS_OK) {
        return err;
    }
    client->conn = duos__conn_new(&client->owner);
    if (client->conn == NULL) {
        return DUOS_ENOMEM;
    }
    client->retries = 0;
    err = duos__client_begin(client);
    if (err != DUOS_OK) {
        duos__conn_free(client->conn);
        client->conn = NULL;
    }
    return err;
}

/* ---- asking ----------------------------------------------------------- */

duos_conn *duos_client_conn(const duos_client *client)
{
    return client != NULL ? client->conn : NULL;
}

duos_err duos_client_get_report(const duos_client *client,
                                duos_client_report *report)
{
    duos_client_report full;

    if (client == NULL || !duos__versioned_fits(report, sizeof full)) {
        return DUOS_EINVAL;
    }
    if (client->address == NULL) {
        return DUOS_ESTATE;
    }
    full.attempts = client->attempts;
    full.count = client->count;
    full.won = client->won;
    full.resolve_ms = client->resolve_ms;
    full.connect_ms = client->connect_ms;
    if (full.connect_ms < 0) {
        full.connect_ms = duos__ms_since(client->begin_ns, sys_now_ns());
    }
    full.retries = client->retries;
    full.retry_ms = client->retry_ms;
    full.retry_err = client->retry_err;
    duos__versioned_give(report, &full);
    return DUOS_OK;
}

/* ---- what a connection tells ------------------------------------------ */

/* With a transport that is after its handshake. */
static void connection_opened(duos_conn *conn, void *user)
{
    duos_client *client = (duos_client *)(void *)conn->owner;

    client->open_ns = sys_now_ns();
    if (client->config.handler.on_open != NULL) {
        client->config.handler.on_open(conn, user);
    }
}

static void connection_closed(duos_conn *conn, duos_err reason, void *user)
{
    duos_client *client = (duos_client *)(void *)conn->owner;

    duos__client_stop(client, reason);
    duos__client_plan_retry(client, reason);
    if (client->config.handler.on_close != NULL) {
        client->config.handler.on_close(conn, reason, user);
    }
}

static void connection_gone(duos__owner *owner, duos_conn *conn)
{
    duos_client *client = (duos_client *)(void *)owner;

    (void)conn;
    client->conn = client->next;
    client->next = NULL;
}

/* ---- the end ---------------------------------------------------------- */

static void end_client(duos__deferred *deferred)
{
    duos_client *client =
        (duos_client *)(void *)((char *)deferred - offsetof(duos_client, end));

    duos__client_forget(client);
    free_address(client);
    duos__free(&client->owner.loop->alloc, client, sizeof *client);
}

void duos_client_destroy(duos_client *client)
{
    if (client == NULL || client->destroyed) {
        return;
    }
    client->destroyed = true;
    duos__client_drop_retry(client, DUOS_ECANCELED);
    duos__client_stop(client, DUOS_ECANCELED);
    if (client->conn != NULL) {
        duos__conn_finish(client->conn, DUOS_ECANCELED);
    }
    client->end.run = end_client;
    duos__loop_defer(client->owner.loop, &client->end);
    duos__loop_settle(client->owner.loop);
}
