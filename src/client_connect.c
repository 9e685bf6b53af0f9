/* SPDX-License-Identifier: MIT */
/*
 * client_connect.c - the way to a connection: a name is looked up, its
 * addresses race, and the winner's socket becomes the connection's, all before
 * one deadline.
 */
#include <string.h>

#include "addr_order.h"
#include "client_core.h"
#include "deadline.h"
#include "family.h"
#include "mem.h"

/* ---- attempts --------------------------------------------------------- */

void duos__client_forget(duos_client *client)
{
    duos__free(&client->owner.loop->alloc, client->attempts,
               client->count * sizeof *client->attempts);
    client->attempts = NULL;
    client->won = NULL;
    client->count = 0;
}

static duos_err list_attempts(duos_client *client, const duos_addr *addrs,
                              size_t count)
{
    uint8_t order[DUOS__DIAL_MAX];
    size_t i;

    client->attempts = (duos_client_attempt *)duos__resize(
        &client->owner.loop->alloc, NULL, 0, count, sizeof *client->attempts);
    if (client->attempts == NULL) {
        return DUOS_ENOMEM;
    }
    client->count = count;
    duos__addr_order(addrs, count, order);
    for (i = 0; i < count; i++) {
        client->attempts[i].addr = addrs[order[i]];
        client->attempts[i].err = DUOS_ECANCELED;
        client->attempts[i].started_ms = -1;
        client->attempts[i].took_ms = 0;
    }
    return DUOS_OK;
}

/* The name was found, or is given up. */
static void note_resolved(duos_client *client)
{
    client->resolve_ms = duos__ms_since(client->begin_ns, sys_now_ns());
}

/* Whatever the way to a connection needed. */
void duos__client_stop(duos_client *client, duos_err reason)
{
    duos__timers_stop(&client->owner.loop->timers, &client->deadline);
    if (duos_lookup_active(&client->lookup)) {
        note_resolved(client);
        duos_lookup_stop(&client->lookup);
    }
    if (client->race != NULL) {
        duos__race_end(client->race, reason);
        client->race = NULL;
    }
    if (client->connect_ms < 0) {
        client->connect_ms = duos__ms_since(client->begin_ns, sys_now_ns());
    }
}

static void open_won(duos_client *client, duos_client_attempt *won,
                     duos_socket sock)
{
    duos_conn *conn = client->conn;
    duos_err err = duos__conn_attach(conn, sock);

    if (err != DUOS_OK) {
        (void)duos_close(&sock);
        won->err = err;
        duos__conn_finish(conn, err);
        return;
    }
    client->won = won;
    duos__conn_set_peer(conn, &won->addr);
    duos__conn_begin(conn);
}

static void race_done(void *user, duos_err err, duos_client_attempt *won,
                      duos_socket sock)
{
    duos_client *client = (duos_client *)user;
    bool wanted = client->conn->state == DUOS__CONN_CONNECTING;

    if (!wanted && duos_socket_valid(sock)) {
        won->err = DUOS_ECANCELED; /* the end comes in this turn */
        (void)duos_close(&sock);
    }
    duos__client_stop(client, DUOS_ECANCELED);
    if (wanted && err != DUOS_OK) {
        duos__conn_finish(client->conn, err);
    } else if (wanted) {
        open_won(client, won, sock);
    }
}

static duos_err race_to(duos_client *client, const duos_addr *addrs,
                        size_t count)
{
    duos__course course;
    duos_err err = list_attempts(client, addrs, count);

    if (err != DUOS_OK) {
        return err;
    }
    duos__conn_set_peer(client->conn, &client->attempts[0].addr);
    course.loop = client->owner.loop;
    course.engine = client->owner.engine;
    course.list = client->attempts;
    course.count = count;
    course.begin_ns = client->begin_ns;
    course.delay_ms = client->config.attempt_delay_ms;
    course.attempt_ms = client->config.attempt_ms;
    course.source = client->config.source;
    course.done = race_done;
    course.user = client;
    return duos__race_start(&course, &client->race);
}

/* ---- connecting ------------------------------------------------------- */

static void connect_expired(duos__timer *timer)
{
    duos_client *client =
        (duos_client *)(void *)((char *)timer -
                                offsetof(duos_client, deadline));

    if (client->conn->state == DUOS__CONN_CONNECTING) {
        duos__client_stop(client, DUOS_ETIMEDOUT);
        duos__conn_finish(client->conn, DUOS_ETIMEDOUT);
    }
}

static void looked_up(duos_lookup *lookup, duos_err err, const duos_addr *addrs,
                      size_t count, void *user)
{
    duos_client *client = (duos_client *)user;

    (void)lookup;
    if (client->conn->state != DUOS__CONN_CONNECTING) {
        return; /* its end comes in this turn */
    }
    note_resolved(client);
    if (err == DUOS_OK) {
        err = race_to(client, addrs, count);
    }
    if (err != DUOS_OK) {
        duos__conn_finish(client->conn, err);
    }
}

/* What the system refuses at once is told like what it refuses later. */
static duos_err race_to_known(duos_client *client, const duos__target *target)
{
    duos_err err = race_to(client, target->addrs, target->count);

    if (err != DUOS_OK && !duos__is_shortage(err)) {
        duos__conn_finish(client->conn, err);
        err = DUOS_OK;
    }
    return err;
}

static duos_err begin_client(duos_client *client)
{
    duos__target target;
    duos_err err = duos__dial_parse(client->address, &target);

    if (err == DUOS_OK && client->config.connect_ms > 0) {
        err = duos__timers_start(
            &client->owner.loop->timers, &client->deadline,
            duos__after_ms(client->begin_ns, client->config.connect_ms));
    }
    if (err != DUOS_OK) {
        return err;
    }
    if (target.count > 0) {
        return race_to_known(client, &target);
    }
    return duos_lookup_start(&client->lookup, client->address, DUOS_UNSPEC,
                             DUOS__NO_TIMEOUT);
}

duos_err duos__client_begin(duos_client *client)
{
    duos_err err;

    duos__client_forget(client);
    client->begin_ns = sys_now_ns();
    client->resolve_ms = 0;
    client->connect_ms = -1;
    client->retry_ms = -1;
    client->retry_err = DUOS_OK;
    err = begin_client(client);
    if (err != DUOS_OK) {
        duos__client_stop(client, err);
    }
    return err;
}

void duos__client_prepare(duos_client *client)
{
    client->deadline.fire = connect_expired;
    (void)duos_lookup_init(&client->lookup, client->owner.loop, looked_up,
                           client);
}
