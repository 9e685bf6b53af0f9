/* SPDX-License-Identifier: MIT */
/*
 * test_fault_limits.c - a server whose limits all act: more is written than
 * the network holds, the reader is slow and then stalls, one says nothing,
 * one falls silent, one comes too many; pauses on both sides.
 */
#include "fault_peer.h"
#include "fault_service.h"

#include "support/check.h"

#define BULK     (48 * 1024)
#define VISITORS 2

/* One who asks for a lot and takes it slowly, or not at all. */
typedef struct reader {
    struct limits *at;
    duos_client *client;
    duos_timer resume;
    bool stalls;
    bool lasts;
    size_t heard;
} reader;

typedef struct limits {
    fault_service service;
    fault_visitor visitors[VISITORS]; /* an ordinary one, a silent one */
    reader slow;
    reader stalled;
    unsigned drains;
} limits;

static unsigned char bulk[BULK];

/* ---- the server --------------------------------------------------------- */

/* In two parts, so that a mark is passed twice. */
static void on_data(duos_conn *conn, const void *data, size_t len, void *user)
{
    limits *l = (limits *)user;
    bool wants_bulk = len == 4 && memcmp(data, "bulk", 4) == 0;
    duos_err err;

    if (wants_bulk) {
        err = duos_conn_send(conn, bulk, BULK / 2);
        if (err == DUOS_OK) {
            err = duos_conn_send(conn, bulk, BULK / 2);
        }
        err = err == DUOS_ESTATE ? DUOS_OK : err; /* on_close tells */
    } else {
        err = duos_conn_send(conn, data, len);
    }
    if (fault_told(l->service.run, err) != DUOS_OK) {
        duos_conn_abort(conn, DUOS_OK);
    }
}

static void on_drain(duos_conn *conn, void *user)
{
    limits *l = (limits *)user;

    (void)conn;
    l->drains++;
}

static duos_err make(fault_run *run, limits *l)
{
    duos_server_config config;

    fault_service_config(run, &l->service, &config);
    config.handler.on_data = on_data;
    config.handler.on_drain = on_drain;
    config.max_clients = 4;
    config.limits.first_byte_ms = 1000;
    config.limits.idle_ms = 3000;
    config.limits.stall_ms = 500;
    config.limits.queue_max = BULK;
    config.limits.queue_high = BULK / 4;
    config.limits.queue_low = BULK / 8;
    return fault_service_start(run, &l->service, &config, "*:7700");
}

/* ---- the readers -------------------------------------------------------- */

static void reader_open(duos_conn *conn, void *user)
{
    reader *r = (reader *)user;

    assert_ok(duos_conn_send(conn, "bulk", 4));
    if (r->stalls) { /* until the server has lost its patience */
        (void)duos_conn_pause(conn);
        assert_ok(duos_timer_start(&r->resume, 2000));
    }
}

static void reader_data(duos_conn *conn, const void *data, size_t len,
                        void *user)
{
    reader *r = (reader *)user;

    (void)data;
    r->heard += len;
    if (r->heard == BULK) {
        duos_conn_close(conn);
    } else {
        (void)duos_conn_pause(conn);
        assert_ok(duos_timer_start(&r->resume, 2));
    }
}

static void reader_resume(duos_timer *timer, void *user)
{
    (void)timer;
    (void)duos_conn_resume(duos_client_conn(((reader *)user)->client));
}

static void reader_close(duos_conn *conn, duos_err reason, void *user)
{
    (void)conn;
    (void)reason;
    ((reader *)user)->lasts = false;
}

static void read_much(fault_run *run, reader *r)
{
    duos_client_config config;

    fault_on_peer(run);
    if (r->client == NULL) {
        duos_client_config_init(&config);
        config.handler.on_open = reader_open;
        config.handler.on_data = reader_data;
        config.handler.on_close = reader_close;
        config.user = r;
        assert_ok(duos_client_create(run->peer_loop, &config, &r->client));
        assert_ok(
            duos_timer_init(&r->resume, run->peer_loop, reader_resume, r));
    }
    if (!r->lasts) {
        r->heard = 0;
        r->lasts = true;
        assert_ok(duos_client_connect(r->client, "10.0.0.1:7700"));
    }
    fault_on_host(run);
}

static void reader_end(fault_run *run, reader *r)
{
    fault_on_peer(run);
    duos_timer_stop(&r->resume);
    duos_client_destroy(r->client);
    fault_on_host(run);
}

/* ---- the scenario ------------------------------------------------------- */

static duos_err start(fault_run *run, void *state)
{
    limits *l = (limits *)state;
    duos_err err = make(run, l);

    l->drains = 0;
    l->stalled.stalls = true;
    l->visitors[1].silent = true;
    if (err == DUOS_OK) {
        fault_visit(run, &l->visitors[0], "10.0.0.1:7700");
        fault_visit(run, &l->visitors[1], "10.0.0.1:7700");
        read_much(run, &l->slow);
        read_much(run, &l->stalled);
    }
    return err;
}

static bool done(void *state)
{
    limits *l = (limits *)state;

    return fault_service_idle(&l->service) &&
           !fault_visiting(l->visitors, VISITORS) && !l->slow.lasts &&
           !l->stalled.lasts;
}

static bool whole(void *state)
{
    const limits *l = (const limits *)state;

    return l->visitors[0].content && l->slow.heard == BULK && l->drains > 0;
}

static void stop(fault_run *run, void *state)
{
    limits *l = (limits *)state;

    fault_service_end(run, &l->service);
    fault_visitors_end(l->visitors, VISITORS);
    reader_end(run, &l->slow);
    reader_end(run, &l->stalled);
}

static const duos_err normal[] = {DUOS_EEOF, DUOS_ECANCELED, DUOS_EIDLE,
                                  DUOS_ESTALLED, DUOS_OK};
static const duos_err allowed[] = {DUOS_OK};
static const fault_scenario scenario = {
    "limits", sizeof(limits), start,   done,  whole,
    stop,     normal,         allowed, 60000, 4096};

FAULT_MAIN(SY10_SY11_SY12_ST7_ST9, limits)
