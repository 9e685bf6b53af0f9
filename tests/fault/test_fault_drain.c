/* SPDX-License-Identifier: MIT */
/*
 * test_fault_drain.c - a server drains with a deadline: one client has said
 * all, one comes in between, and one never ends by itself.
 */
#include "fault_peer.h"
#include "fault_service.h"

#include "support/check.h"

#define VISITORS 3

typedef struct drain {
    fault_service service;
    duos_timer begin;
    bool draining;
    bool unlimited; /* the deadline could not be set */
    bool drained;
    fault_visitor visitors[VISITORS]; /* the last one is silent */
} drain;

static void drain_now(drain *d)
{
    duos_err err = duos_server_drain(d->service.server, 300);

    d->draining = true;
    d->unlimited = fault_told(d->service.run, err) != DUOS_OK;
}

static void on_time(duos_timer *timer, void *user)
{
    (void)timer;
    drain_now((drain *)user);
}

static void on_drained(duos_server *server, void *user)
{
    drain *d = (drain *)user;

    (void)server;
    fault_check(d->service.run, !d->drained, "on_drained comes twice");
    d->drained = true;
}

static duos_err make(fault_run *run, drain *d)
{
    duos_server_config config;

    fault_service_config(run, &d->service, &config);
    config.on_drained = on_drained;
    return fault_service_start(run, &d->service, &config, "*:7700");
}

static duos_err start(fault_run *run, void *state)
{
    drain *d = (drain *)state;
    duos_err err;
    int i;

    if (d->draining) {
        fault_service_end_server(&d->service);
        d->draining = d->drained = d->unlimited = false;
    }
    err = make(run, d);
    if (err != DUOS_OK) {
        return err;
    }
    (void)duos_timer_init(&d->begin, d->service.loop, on_time, d);
    err = duos_timer_start(&d->begin, 20);
    d->visitors[VISITORS - 1].silent = true;
    for (i = 0; i < VISITORS && err == DUOS_OK; i++) {
        fault_visit(run, &d->visitors[i], "10.0.0.1:7700");
    }
    return err;
}

/* Without a deadline the silent one stays. */
static bool done(void *state)
{
    drain *d = (drain *)state;

    if (duos_timer_active(&d->begin)) {
        return false;
    }
    return d->unlimited ||
           (d->drained == d->draining && fault_service_idle(&d->service) &&
            !fault_visiting(d->visitors, VISITORS));
}

static bool whole(void *state)
{
    const drain *d = (const drain *)state;

    return d->drained && fault_content(d->visitors, VISITORS - 1);
}

static void stop(fault_run *run, void *state)
{
    drain *d = (drain *)state;

    duos_timer_stop(&d->begin);
    fault_service_end(run, &d->service);
    fault_visitors_end(d->visitors, VISITORS);
}

static const duos_err normal[] = {DUOS_EEOF, DUOS_ECANCELED, DUOS_EDRAINED,
                                  DUOS_OK};
static const duos_err allowed[] = {DUOS_OK};
static const fault_scenario scenario = {
    "drain", sizeof(drain), start,   done,  whole,
    stop,    normal,        allowed, 60000, 0};

FAULT_MAIN(SY12_SY14, drain)
