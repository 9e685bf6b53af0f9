/* SPDX-License-Identifier: MIT */
/*
 * test_fault_release.c - connections that leave their server: the socket is
 * released and goes on by itself, with a watch and with messages in parts.
 */
#include <duosock/message.h>

#include "fault_peer.h"
#include "fault_service.h"

#include "support/check.h"

#define VISITORS 2
#define GUESTS   32

typedef struct release release;

/* A connection after its release. */
typedef struct guest {
    release *at;
    duos_socket sock;
    duos_watch watch;
} guest;

struct release {
    fault_service service;
    fault_visitor visitors[VISITORS];
    guest guests[GUESTS];
    unsigned count;
    unsigned lasting;
};

/* ---- by itself ---------------------------------------------------------- */

static void guest_end(guest *g)
{
    if (duos_socket_valid(g->sock)) {
        duos_watch_stop(&g->watch);
        (void)fault_told(g->at->service.run, duos_close(&g->sock));
        g->at->lasting--;
    }
}

/* Looks first, then takes, and gives it back in two parts. */
static duos_err guest_echo(guest *g)
{
    char front[4];
    char rest[60];
    duos_buf parts[2] = {{front, sizeof front}, {rest, sizeof rest}};
    size_t n = 0;
    size_t sent;
    duos_err err = duos_recvv(g->sock, parts, 2, 0, &n);

    fault_check(g->at->service.run, err != DUOS_OK || n > sizeof front,
                "less came than was sent");
    if (err == DUOS_OK) {
        parts[1].len = n - sizeof front;
        err = duos_sendv(g->sock, parts, 2, 0, &sent);
    }
    return err == DUOS_EWOULDBLOCK ? DUOS_OK : err;
}

static void guest_ready(duos_watch *watch, unsigned events, void *user)
{
    guest *g = (guest *)user;

    (void)watch;
    (void)events;
    if (fault_told(g->at->service.run, guest_echo(g)) != DUOS_OK) {
        guest_end(g);
    }
}

/* ---- out of the server --------------------------------------------------- */

static void take_out(release *r, duos_conn *conn)
{
    guest *g = &r->guests[r->count];
    duos_err err;

    assert_true(r->count < GUESTS);
    g->at = r;
    (void)duos_watch_init(&g->watch, r->service.loop, guest_ready, g);
    err = duos_conn_release(conn, &g->sock);
    if (fault_told(r->service.run, err) != DUOS_OK) {
        return;
    }
    r->count++;
    r->lasting++;
    r->service.closes++; /* there is no on_close */
    err = duos_watch_start(&g->watch, g->sock, DUOS_READ);
    if (fault_told(r->service.run, err) != DUOS_OK) {
        guest_end(g);
    }
}

static void on_open(duos_conn *conn, void *user)
{
    release *r = (release *)user;

    fault_service_opened(&r->service);
    take_out(r, conn);
}

/* ---- the scenario ------------------------------------------------------- */

static duos_err start(fault_run *run, void *state)
{
    release *r = (release *)state;
    duos_server_config config;
    duos_err err;
    int i;

    fault_service_config(run, &r->service, &config);
    config.handler.on_open = on_open;
    err = fault_service_start(run, &r->service, &config, "*:7700");
    for (i = 0; i < VISITORS && err == DUOS_OK; i++) {
        fault_visit(run, &r->visitors[i], "10.0.0.1:7700");
    }
    return err;
}

static bool done(void *state)
{
    release *r = (release *)state;

    return fault_service_idle(&r->service) && r->lasting == 0 &&
           !fault_visiting(r->visitors, VISITORS);
}

static bool whole(void *state)
{
    return fault_content(((release *)state)->visitors, VISITORS);
}

static void stop(fault_run *run, void *state)
{
    release *r = (release *)state;
    unsigned i;

    for (i = 0; i < r->count; i++) {
        guest_end(&r->guests[i]);
    }
    fault_service_end(run, &r->service);
    fault_visitors_end(r->visitors, VISITORS);
}

static const duos_err normal[] = {DUOS_EEOF, DUOS_ECANCELED, DUOS_OK};
static const duos_err allowed[] = {DUOS_OK};
static const fault_scenario scenario = {
    "release", sizeof(release), start,   done,  whole,
    stop,      normal,          allowed, 60000, 0};

FAULT_MAIN(SY10_SY11_SY12_SY14, release)
