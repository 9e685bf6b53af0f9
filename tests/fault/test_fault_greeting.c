/* SPDX-License-Identifier: MIT */
/*
 * test_fault_greeting.c - what comes before on_open: a server that reads a
 * PROXY header from each client, and one with a transport, whose handshake
 * takes its time. Both echo.
 */
#include "fault_peer.h"
#include "fault_service.h"

#include "support/check.h"

#define VISITORS 4

/* What a connection has for its user: one before on_open, one after it. */
typedef struct mark {
    fault_service *service;
    struct mark *opened; /* NULL: this is it */
} mark;

typedef struct greeting {
    fault_service proxied;
    fault_service sealed;
    mark marks[4];
    toy served;
    toy called;
    fault_visitor visitors[VISITORS];
} greeting;

/* ---- the servers -------------------------------------------------------- */

static void on_open(duos_conn *conn, void *user)
{
    mark *m = (mark *)user;

    fault_service_opened(m->service);
    duos_conn_set_user(conn, m->opened);
}

static void on_data(duos_conn *conn, const void *data, size_t len, void *user)
{
    fault_run *run = ((mark *)user)->service->run;

    if (fault_told(run, duos_conn_send(conn, data, len)) != DUOS_OK) {
        duos_conn_abort(conn, DUOS_OK);
    }
}

static void on_close(duos_conn *conn, duos_err reason, void *user)
{
    mark *m = (mark *)user;

    (void)conn;
    if (m->opened != NULL) { /* its greeting has failed */
        fault_service_opened(m->service);
    }
    fault_service_closed(m->service, reason);
}

static void on_error(duos_server *server, duos_err err, void *user)
{
    (void)server;
    (void)fault_told(((mark *)user)->service->run, err);
}

static void configure(fault_run *run, fault_service *s, mark *marks,
                      duos_server_config *config)
{
    marks[0].service = marks[1].service = s;
    marks[0].opened = &marks[1];
    fault_service_config(run, s, config);
    config->handler.on_open = on_open;
    config->handler.on_data = on_data;
    config->handler.on_close = on_close;
    config->on_error = on_error;
    config->user = marks;
}

static duos_err start_proxied(fault_run *run, greeting *g)
{
    duos_cidr all;
    duos_server_config config;

    assert_ok(duos_cidr_parse("0.0.0.0/0", &all));
    configure(run, &g->proxied, g->marks, &config);
    config.proxy = &all;
    config.proxy_count = 1;
    return fault_service_start(run, &g->proxied, &config, "0.0.0.0:7700");
}

static duos_err start_sealed(fault_run *run, greeting *g)
{
    duos_server_config config;

    configure(run, &g->sealed, g->marks + 2, &config);
    config.transport = &toy_ops;
    config.transport_user = &g->served;
    return fault_service_start(run, &g->sealed, &config, "0.0.0.0:7701");
}

/* ---- the scenario ------------------------------------------------------- */

static void visit(fault_run *run, greeting *g)
{
    int i;

    for (i = 0; i < VISITORS; i++) {
        fault_visitor *v = &g->visitors[i];

        if (i % 2 == 0) {
            v->header = i == 0 ? "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n"
                               : "PROXY UNKNOWN\r\n";
        } else {
            v->transport = &g->called;
        }
        fault_visit(run, v, i % 2 == 0 ? "10.0.0.1:7700" : "10.0.0.1:7701");
    }
}

static duos_err start(fault_run *run, void *state)
{
    greeting *g = (greeting *)state;
    duos_err err;

    if (g->served.alloc == NULL) {
        toy_init(&g->served, &run->memory.alloc);
        toy_init(&g->called, &run->healthy.alloc);
    }
    g->sealed.loop = g->proxied.loop;
    err = start_proxied(run, g);
    if (err == DUOS_OK) {
        g->sealed.loop = g->served.loop = g->proxied.loop;
        g->served.delay_ms = 50;
        err = start_sealed(run, g);
    }
    if (err == DUOS_OK) {
        visit(run, g);
    }
    return err;
}

static bool done(void *state)
{
    greeting *g = (greeting *)state;
    bool proxied = fault_service_idle(&g->proxied);

    return fault_service_idle(&g->sealed) && proxied &&
           !fault_visiting(g->visitors, VISITORS);
}

static bool whole(void *state)
{
    return fault_content(((greeting *)state)->visitors, VISITORS);
}

static void stop(fault_run *run, void *state)
{
    greeting *g = (greeting *)state;

    fault_service_end_server(&g->sealed);
    fault_service_end(run, &g->proxied);
    fault_visitors_end(g->visitors, VISITORS);
    fault_check(run, g->served.created == g->served.destroyed,
                "a session was not destroyed");
    fault_check(run, !g->served.nested, "a session was entered twice");
}

static const duos_err normal[] = {DUOS_EEOF, DUOS_ECANCELED, DUOS_OK};
/* A client whose handshake got no answer in time drops it. */
static const duos_err allowed[] = {DUOS_ECONNRESET, DUOS_OK};
static const fault_scenario scenario = {
    "greeting", sizeof(greeting), start,   done,  whole,
    stop,       normal,           allowed, 60000, 0};

FAULT_MAIN(SY10_SY11_SY12_SY13_SY14, greeting)
