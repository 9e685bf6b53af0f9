/* SPDX-License-Identifier: MIT */
/*
 * client_retry.c - whether a client connects again, and after how long.
 *
 * Before on_close of a connection its successor is made and its timer runs,
 * so that on_close can say for certain what follows.
 */
#include "client_core.h"
#include "deadline.h"

/* ---- how long --------------------------------------------------------- */

/* Without random numbers it is the whole wait. */
static int32_t without_part(int32_t wait_ms)
{
    uint32_t number = 0;

    if (sys_random(&number, sizeof number) != DUOS_OK) {
        number = 0;
    }
    return wait_ms - (int32_t)(number % ((uint32_t)wait_ms / 2 + 1));
}

/* Twice as long for each retry that went before it. */
static int32_t wait_of(const duos_client *client)
{
    int32_t last = client->config.retry_last_ms;
    int32_t wait = client->config.retry_first_ms;
    uint32_t n;

    for (n = 1; n < client->retries && wait < last; n++) {
        wait = wait > last / 2 ? last : wait * 2;
    }
    return without_part(wait);
}

/* ---- whether ---------------------------------------------------------- */

static bool stood_long(const duos_client *client)
{
    return client->won != NULL &&
           sys_now_ns() >=
               duos__after_ms(client->open_ns, client->config.retry_steady_ms);
}

static bool may_retry(duos_client *client, duos_err reason)
{
    if (stood_long(client)) {
        client->retries = 0;
    }
    return !client->destroyed && reason != DUOS_ECANCELED &&
           client->retries < client->config.retry_max;
}

static int32_t decide(duos_client *client, duos_err reason)
{
    const duos_client_config *config = &client->config;
    int32_t wait;

    client->retries += client->retries < UINT32_MAX;
    wait = wait_of(client);
    if (config->on_retry != NULL) {
        wait = config->on_retry(client, client->retries, reason, wait,
                                config->user);
    }
    return client->destroyed ? -1 : wait;
}

static bool prepare(duos_client *client, int32_t wait_ms)
{
    duos_loop *loop = client->owner.loop;

    client->next = duos__conn_new(&client->owner);
    return client->next != NULL &&
           duos__timers_start(&loop->timers, &client->again,
                              duos__after_ms(sys_now_ns(), wait_ms)) == DUOS_OK;
}

void duos__client_plan_retry(duos_client *client, duos_err reason)
{
    int32_t wait;

    duos__client_drop_retry(client); /* what ends may have waited itself */
    if (!may_retry(client, reason)) {
        return;
    }
    wait = decide(client, reason);
    if (wait >= 0 && prepare(client, wait)) {
        client->retry_ms = wait;
    } else {
        duos__client_drop_retry(client);
    }
}

void duos__client_drop_retry(duos_client *client)
{
    duos__timers_stop(&client->owner.loop->timers, &client->again);
    if (client->next != NULL) {
        duos__conn_free(client->next);
        client->next = NULL;
    }
    client->retry_ms = -1;
}

/* ---- when it is time -------------------------------------------------- */

void duos__client_retry(duos__timer *timer)
{
    duos_client *client =
        (duos_client *)(void *)((char *)timer - offsetof(duos_client, again));
    duos_err err;

    if (client->conn->state != DUOS__CONN_CONNECTING) {
        return; /* its end comes in this turn */
    }
    err = duos__client_begin(client);
    if (err != DUOS_OK) {
        duos__conn_finish(client->conn, err);
    }
}
