/* SPDX-License-Identifier: MIT */
/*
 * test_fault_reconnect.c - a client whose server breaks the connection, and
 * which connects again after a while until it has heard its text.
 */
#include "fault_peer.h"

#include "support/check.h"

#define TRIES 5

typedef struct reconnect {
    fault_run *run;
    duos_loop *loop;
    duos_client *client;
    duos_timer again;
    fault_host onward;
    bool lasts;
    unsigned tries;
    size_t heard;
} reconnect;

static void try_again(reconnect *r);

static void on_open(duos_conn *conn, void *user)
{
    reconnect *r = (reconnect *)user;

    r->heard = 0;
    if (fault_told(r->run, duos_conn_send(conn, fault_text, FAULT_TEXT_LEN)) !=
        DUOS_OK) {
        duos_conn_abort(conn, DUOS_OK);
    }
}

static void on_data(duos_conn *conn, const void *data, size_t len, void *user)
{
    reconnect *r = (reconnect *)user;

    fault_check(r->run,
                len <= FAULT_TEXT_LEN - r->heard &&
                    memcmp(fault_text + r->heard, data, len) == 0,
                "a byte came that was not sent");
    r->heard += len;
    if (r->heard == FAULT_TEXT_LEN) {
        duos_conn_close(conn);
    }
}

static void on_close(duos_conn *conn, duos_err reason, void *user)
{
    reconnect *r = (reconnect *)user;

    (void)conn;
    fault_check(r->run, r->lasts, "a connection ends twice");
    (void)fault_told(r->run, reason);
    r->lasts = false;
    try_again(r);
}

static void on_time(duos_timer *timer, void *user)
{
    reconnect *r = (reconnect *)user;

    (void)timer;
    r->lasts =
        fault_told(r->run, duos_client_connect(r->client, "10.0.0.2:7800")) ==
        DUOS_OK;
    if (!r->lasts) {
        try_again(r);
    }
}

static void try_again(reconnect *r)
{
    if (r->heard < FAULT_TEXT_LEN && r->tries > 0) {
        r->tries--;
        (void)fault_told(r->run, duos_timer_start(&r->again, 10));
    }
}

static duos_err make_client(reconnect *r)
{
    duos_client_config config;

    if (r->client != NULL) {
        return DUOS_OK;
    }
    duos_client_config_init(&config);
    config.handler.on_open = on_open;
    config.handler.on_data = on_data;
    config.handler.on_close = on_close;
    config.user = r;
    (void)duos_timer_init(&r->again, r->loop, on_time, r);
    return duos_client_create(r->loop, &config, &r->client);
}

static duos_err start(fault_run *run, void *state)
{
    reconnect *r = (reconnect *)state;
    duos_err err;

    r->run = run;
    r->onward.drop_first = 2;
    fault_host_start(run, &r->onward, "*:7800");
    err = fault_loop(run, &r->loop);
    if (err == DUOS_OK) {
        err = make_client(r);
    }
    if (err != DUOS_OK) {
        return err;
    }
    r->tries = TRIES;
    r->heard = 0;
    return duos_timer_start(&r->again, 0);
}

static bool done(void *state)
{
    const reconnect *r = (const reconnect *)state;

    return !r->lasts && !duos_timer_active(&r->again);
}

static bool whole(void *state)
{
    return ((const reconnect *)state)->heard == FAULT_TEXT_LEN;
}

static void stop(fault_run *run, void *state)
{
    reconnect *r = (reconnect *)state;

    r->tries = 0;
    duos_client_destroy(r->client);
    duos_timer_stop(&r->again);
    fault_check(run, !r->lasts, "a connection has no on_close");
    fault_loop_end(run, &r->loop);
    fault_host_end(run, &r->onward);
}

static const duos_err normal[] = {DUOS_EEOF, DUOS_ECANCELED, DUOS_ECONNRESET,
                                  DUOS_OK};
static const duos_err allowed[] = {DUOS_OK};
static const fault_scenario scenario = {
    "reconnect", sizeof(reconnect), start, done, whole, stop,
    normal,      allowed,           60000, 0};

FAULT_MAIN(SY6_SY8_SY9_SY10_SY11, reconnect)
