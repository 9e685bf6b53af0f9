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
    return sys_now_ns() >=
           duos__after_ms(client->open_ns, client->config.retry_steady_ms);
}

/* DUOS_OK: another connection may follow. */
static duos_err may_retry(const duos_client *client, duos_err reason)
{
    if (client->destroyed || client->conn->dismissed ||
        reason == DUOS_ECANCELED) {
        return DUOS_ECANCELED;
    }
    return client->config.retry_max == DUOS_RETRY_ENDLESS ||
                   client->retries < client->config.retry_max
               ? DUOS_OK
               : DUOS_ELIMIT;
}

/* The wait; less than 0 for none. */
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

static duos_err prepare_retry(duos_client *client, int32_t wait_ms)
{
    duos_loop *loop = client->owner.loop;

    client->next = duos__conn_new(&client->owner);
    if (client->next == NULL) {
        return DUOS_ENOMEM;
    }
    return duos__timers_start(&loop->timers, &client->again,
                              duos__after_ms(sys_now_ns(), wait_ms));
}

void duos__client_plan_retry(duos_client *client, duos_err reason)
{
    duos_err err;
    int32_t wait = -1;

    /* What ends here may itself have waited. */
    duos__client_drop_retry(client, DUOS_OK);
    if (stood_long(client)) {
        client->retries = 0;
    }
    client->open_ns = DUOS__NOT_OPEN;
    err = may_retry(client, reason);
    if (err == DUOS_OK) {
        wait = decide(client, reason);
        err = wait < 0 ? DUOS_ECANCELED : prepare_retry(client, wait);
    }
    if (err == DUOS_OK) {
        client->retry_ms = wait;
        client->retry_err = DUOS_OK;
    } else {
        duos__client_drop_retry(client, err);
    }
}

void duos__client_drop_retry(duos_client *client, duos_err err)
{
    duos__timers_stop(&client->owner.loop->timers, &client->again);
    if (client->next != NULL) {
        duos__conn_free(client->next);
        client->next = NULL;
    }
    client->retry_ms = -1;
    client->retry_err = err;
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
