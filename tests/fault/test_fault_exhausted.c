/* SPDX-License-Identifier: MIT */
/*
 * test_fault_exhausted.c - a server that is out of descriptors when its
 * clients come, pauses, and begins to accept again, while all else fails.
 */
#include "fault_peer.h"
#include "fault_service.h"

#include "support/check.h"

#define VISITORS 2

typedef struct exhausted {
    fault_service service;
    duos_timer relief; /* of a peer: there are descriptors again */
    fault_visitor visitors[VISITORS];
} exhausted;

static void relieve(duos_timer *timer, void *user)
{
    const exhausted *e = (const exhausted *)user;

    (void)timer;
    assert_ok(
        duos_sim_chance(e->service.run->sim, DUOS_SIM_FAULT_NO_DESCRIPTOR, 0));
}

/* That none is left is no news; anything else is. */
static void on_error(duos_server *server, duos_err err, void *user)
{
    const fault_service *s = (const fault_service *)user;

    (void)server;
    if (err != DUOS_EMFILE) {
        (void)fault_told(s->run, err);
    }
}

/* From when the clients are on their way, for 70 ms. */
static void exhaust(fault_run *run, exhausted *e)
{
    assert_ok(duos_sim_chance(run->sim, DUOS_SIM_FAULT_NO_DESCRIPTOR, 1000));
    fault_on_peer(run);
    assert_ok(duos_timer_init(&e->relief, run->peer_loop, relieve, e));
    assert_ok(duos_timer_start(&e->relief, 70));
    fault_on_host(run);
}

static duos_err start(fault_run *run, void *state)
{
    exhausted *e = (exhausted *)state;
    duos_server_config config;
    duos_err err;
    int i;

    fault_service_config(run, &e->service, &config);
    config.on_error = on_error;
    err = fault_service_start(run, &e->service, &config, "*:7700");
    if (err != DUOS_OK) {
        return err;
    }
    for (i = 0; i < VISITORS; i++) {
        fault_visit(run, &e->visitors[i], "10.0.0.1:7700");
    }
    exhaust(run, e);
    return DUOS_OK;
}

static bool done(void *state)
{
    exhausted *e = (exhausted *)state;

    return fault_service_idle(&e->service) && !duos_timer_active(&e->relief) &&
           !fault_visiting(e->visitors, VISITORS);
}

static bool whole(void *state)
{
    return fault_content(((exhausted *)state)->visitors, VISITORS);
}

static void stop(fault_run *run, void *state)
{
    exhausted *e = (exhausted *)state;

    fault_on_peer(run);
    duos_timer_stop(&e->relief);
    fault_on_host(run);
    fault_service_end(run, &e->service);
    fault_visitors_end(e->visitors, VISITORS);
}

static const duos_err normal[] = {DUOS_EEOF, DUOS_ECANCELED, DUOS_OK};
static const duos_err allowed[] = {DUOS_OK};
static const fault_scenario scenario = {
    "exhausted", sizeof(exhausted), start, done, whole, stop,
    normal,      allowed,           60000, 0};

FAULT_MAIN(SY4_SY12, exhausted)
