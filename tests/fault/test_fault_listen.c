/* SPDX-License-Identifier: MIT */
/*
 * test_fault_listen.c - every way to a listener: one socket for both
 * families, or one each where that is refused; "localhost"; a listener that is
 * made elsewhere and handed to a server; a plain socket.
 */
#include "fault_peer.h"
#include "fault_service.h"

#include "support/check.h"

#define VISITORS 3

typedef struct listening {
    fault_service service; /* at port 7700 */
    bool has_local;        /* what was handed to it */
    bool has_plain;
    fault_visitor visitors[VISITORS];
} listening;

/* Both families of loopback, by a listener of its own. */
static duos_err add_local(listening *l)
{
    duos_listener listener;
    duos_err err = duos_listener_open("localhost:7701", NULL, &listener);

    if (err != DUOS_OK) {
        return err;
    }
    fault_check(l->service.run, listener.count >= 1, "a listener is missing");
    err = duos_server_adopt_listener(l->service.server, &listener);
    l->has_local = err == DUOS_OK;
    duos_listener_close(&listener);
    return err;
}

static duos_err add_plain(listening *l)
{
    duos_listen_options options;
    duos_socket s = DUOS_SOCKET_INVALID;
    duos_addr bound;
    duos_err err;

    duos_listen_options_init(&options);
    options.v6only = true;
    options.nodelay = true;
    options.backlog = 2;
    err = duos_listen_at("[::]:7702", &options, &s, &bound);
    if (err == DUOS_OK) {
        err = duos_server_adopt(l->service.server, s);
    }
    l->has_plain = err == DUOS_OK;
    if (err != DUOS_OK) {
        (void)duos_close(&s);
    }
    return err;
}

static duos_err start(fault_run *run, void *state)
{
    static const char *const addresses[VISITORS] = {
        "10.0.0.1:7700", "10.0.0.1:7700", "[fd00::1]:7702"};
    listening *l = (listening *)state;
    duos_server_config config;
    duos_err err;
    int i;

    fault_service_config(run, &l->service, &config);
    config.accepts_per_turn = 1;
    err = fault_service_start(run, &l->service, &config, "*:7700");
    if (err == DUOS_OK && !l->has_local) {
        err = add_local(l);
    }
    if (err == DUOS_OK && !l->has_plain) {
        err = add_plain(l);
    }
    for (i = 0; i < VISITORS && err == DUOS_OK; i++) {
        fault_visit(run, &l->visitors[i], addresses[i]);
    }
    return err;
}

static bool done(void *state)
{
    listening *l = (listening *)state;

    return fault_service_idle(&l->service) &&
           !fault_visiting(l->visitors, VISITORS);
}

static bool whole(void *state)
{
    return fault_content(((listening *)state)->visitors, VISITORS);
}

static void stop(fault_run *run, void *state)
{
    listening *l = (listening *)state;

    fault_service_end(run, &l->service);
    fault_visitors_end(l->visitors, VISITORS);
}

static const duos_err normal[] = {DUOS_EEOF, DUOS_ECANCELED, DUOS_OK};
static const duos_err allowed[] = {DUOS_OK};
static const fault_scenario scenario = {
    "listen", sizeof(listening), start, done, whole, stop,
    normal,   allowed,           60000, 0};

FAULT_MAIN(SY4_SY6_SY7_SY12, listen)
