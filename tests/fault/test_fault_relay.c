/* SPDX-License-Identifier: MIT */
/*
 * test_fault_relay.c - a relay: each connection that comes is connected
 * onward, and bytes pass both ways; what one side cannot take stops the other.
 */
#include "fault_peer.h"
#include "fault_service.h"

#include "support/check.h"

#define VISITORS 2
#define LINKS    16

typedef struct relay relay;

/* Two connections that belong together. */
typedef struct link_state {
    relay *at;
    duos_conn *in; /* NULL when it has ended */
    duos_client *client;
    bool out_lasts;
} link_state;

struct relay {
    fault_service service;
    fault_host onward;
    fault_visitor visitors[VISITORS];
    link_state links[LINKS];
    unsigned count;
};

/* ---- onward ------------------------------------------------------------- */

static void pass(link_state *l, duos_conn *to, const void *data, size_t len)
{
    if (to == NULL || fault_told(l->at->service.run,
                                 duos_conn_send(to, data, len)) != DUOS_OK) {
        duos_conn_abort(l->in, DUOS_OK);
        duos_conn_abort(duos_client_conn(l->client), DUOS_OK);
    }
}

static void out_open(duos_conn *conn, void *user)
{
    link_state *l = (link_state *)user;

    (void)conn;
    (void)duos_conn_resume(l->in);
}

static void out_data(duos_conn *conn, const void *data, size_t len, void *user)
{
    link_state *l = (link_state *)user;

    (void)conn;
    pass(l, l->in, data, len);
}

static void out_close(duos_conn *conn, duos_err reason, void *user)
{
    link_state *l = (link_state *)user;

    (void)conn;
    (void)fault_told(l->at->service.run, reason);
    fault_check(l->at->service.run, l->out_lasts, "onward ends twice");
    l->out_lasts = false;
    duos_conn_close(l->in);
    duos_client_destroy(l->client);
    l->client = NULL;
}

static duos_err connect_onward(link_state *l)
{
    duos_client_config config;
    duos_err err;

    duos_client_config_init(&config);
    config.handler.on_open = out_open;
    config.handler.on_data = out_data;
    config.handler.on_close = out_close;
    config.user = l;
    err = duos_client_create(l->at->service.loop, &config, &l->client);
    if (err == DUOS_OK) {
        err = duos_client_connect(l->client, "10.0.0.2:7800");
        l->out_lasts = err == DUOS_OK;
    }
    return err;
}

/* ---- what comes --------------------------------------------------------- */

static void in_open(duos_conn *conn, void *user)
{
    relay *r = (relay *)user;
    link_state *l = &r->links[r->count++];

    assert_true(r->count <= LINKS);
    l->at = r;
    l->in = conn;
    fault_service_opened(&r->service);
    duos_conn_set_user(conn, l);
    (void)duos_conn_pause(conn);
    if (fault_told(r->service.run, connect_onward(l)) != DUOS_OK) {
        duos_conn_abort(conn, DUOS_OK);
    }
}

static void in_data(duos_conn *conn, const void *data, size_t len, void *user)
{
    link_state *l = (link_state *)user;

    (void)conn;
    pass(l, duos_client_conn(l->client), data, len);
}

static void in_eof(duos_conn *conn, void *user)
{
    link_state *l = (link_state *)user;

    (void)duos_conn_shutdown(duos_client_conn(l->client));
    (void)conn;
}

static void in_close(duos_conn *conn, duos_err reason, void *user)
{
    link_state *l = (link_state *)user;

    (void)conn;
    l->in = NULL;
    fault_service_closed(&l->at->service, reason);
    duos_conn_close(duos_client_conn(l->client));
}

/* ---- the scenario ------------------------------------------------------- */

static duos_err start(fault_run *run, void *state)
{
    relay *r = (relay *)state;
    duos_server_config config;
    duos_err err;
    int i;

    fault_host_start(run, &r->onward, "*:7800");
    fault_service_config(run, &r->service, &config);
    config.handler.on_open = in_open;
    config.handler.on_data = in_data;
    config.handler.on_eof = in_eof;
    config.handler.on_close = in_close;
    err = fault_service_start(run, &r->service, &config, "*:7700");
    for (i = 0; i < VISITORS && err == DUOS_OK; i++) {
        fault_visit(run, &r->visitors[i], "10.0.0.1:7700");
    }
    return err;
}

static bool done(void *state)
{
    relay *r = (relay *)state;
    bool onward = false;
    unsigned i;

    for (i = 0; i < r->count; i++) {
        onward = onward || r->links[i].out_lasts;
    }
    return fault_service_idle(&r->service) && !onward &&
           !fault_visiting(r->visitors, VISITORS);
}

static bool whole(void *state)
{
    return fault_content(((relay *)state)->visitors, VISITORS);
}

static void stop(fault_run *run, void *state)
{
    relay *r = (relay *)state;
    unsigned i;

    fault_service_end_server(&r->service);
    for (i = 0; i < r->count; i++) {
        duos_client_destroy(r->links[i].client);
        fault_check(run, !r->links[i].out_lasts, "onward has no on_close");
    }
    fault_service_end(run, &r->service);
    fault_visitors_end(r->visitors, VISITORS);
    fault_host_end(run, &r->onward);
}

static const duos_err normal[] = {DUOS_EEOF, DUOS_ECANCELED, DUOS_OK};
static const duos_err allowed[] = {DUOS_OK};
static const fault_scenario scenario = {
    "relay", sizeof(relay), start,   done,  whole,
    stop,    normal,        allowed, 60000, 0};

FAULT_MAIN(SY8_SY9_SY10_SY11_SY12_SY14, relay)
