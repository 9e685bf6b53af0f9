/* SPDX-License-Identifier: MIT */
/*
 * test_fault_inherited.c - a listener that was open before the program began,
 * handed over by a service manager, and a server that takes it on.
 */
#include "fault_peer.h"
#include "fault_service.h"

#include "support/check.h"

#define VISITORS 2

typedef struct inherited {
    fault_service service;
    duos_socket listener; /* the manager's until it was taken on */
    bool opened;
    fault_visitor visitors[VISITORS];
} inherited;

/* The manager's part. */
static duos_err hand_over(fault_run *run, inherited *h)
{
    duos_err err = DUOS_OK;

    if (!h->opened) {
        err = duos_listen_at("10.0.0.1:7700", NULL, &h->listener, NULL);
        h->opened = err == DUOS_OK;
    }
    if (err == DUOS_OK) {
        assert_ok(duos_sim_handover(run->sim, FAULT_HOST, "1", "1", "web",
                                    h->listener));
    }
    return err;
}

static duos_err take_on(fault_run *run, inherited *h)
{
    duos_inherited_socket list[2];
    size_t count = 0;
    duos_err err = duos_inherited(true, list, 2, &count);

    fault_check(
        run, err != DUOS_OK || (count == 1 && strcmp(list[0].name, "web") == 0),
        "another socket was handed over");
    if (err == DUOS_OK) {
        err = duos_server_adopt(h->service.server, list[0].sock);
    }
    h->service.listening = err == DUOS_OK;
    return err;
}

static duos_err start(fault_run *run, void *state)
{
    inherited *h = (inherited *)state;
    duos_server_config config;
    duos_err err;
    int i;

    err = hand_over(run, h);
    fault_service_config(run, &h->service, &config);
    if (err == DUOS_OK) {
        err = fault_loop(run, &h->service.loop);
    }
    if (err == DUOS_OK && h->service.server == NULL) {
        err = duos_server_create(h->service.loop, &config, &h->service.server);
    }
    if (err == DUOS_OK && !h->service.listening) {
        err = take_on(run, h);
    }
    for (i = 0; i < VISITORS && err == DUOS_OK; i++) {
        fault_visit(run, &h->visitors[i], "10.0.0.1:7700");
    }
    return err;
}

static bool done(void *state)
{
    inherited *h = (inherited *)state;

    return fault_service_idle(&h->service) &&
           !fault_visiting(h->visitors, VISITORS);
}

static bool whole(void *state)
{
    return fault_content(((inherited *)state)->visitors, VISITORS);
}

static void stop(fault_run *run, void *state)
{
    inherited *h = (inherited *)state;

    if (h->opened && !h->service.listening) {
        (void)fault_told(run, duos_close(&h->listener));
    }
    fault_service_end(run, &h->service);
    fault_visitors_end(h->visitors, VISITORS);
}

static const duos_err normal[] = {DUOS_EEOF, DUOS_ECANCELED, DUOS_OK};
static const duos_err allowed[] = {DUOS_OK};
static const fault_scenario scenario = {
    "inherited", sizeof(inherited), start, done, whole, stop,
    normal,      allowed,           60000, 0};

FAULT_MAIN(SY4_SY12, inherited)
