/* SPDX-License-Identifier: MIT */
/*
 * test_fault_echo.c - a server that echoes, and three clients of it, while
 * each of its calls and allocations fails in turn.
 */
#include "fault_peer.h"
#include "fault_service.h"

#include "support/check.h"

#define VISITORS 3

typedef struct echo {
    fault_service service;
    fault_visitor visitors[VISITORS];
} echo;

static duos_err start(fault_run *run, void *state)
{
    static const char *const addresses[VISITORS] = {
        "10.0.0.1:7700", "[fd00::1]:7700", "10.0.0.1:7700"};
    echo *e = (echo *)state;
    duos_server_config config;
    duos_err err;
    int i;

    fault_service_config(run, &e->service, &config);
    err = fault_service_start(run, &e->service, &config, "*:7700");
    for (i = 0; i < VISITORS && err == DUOS_OK; i++) {
        fault_visit(run, &e->visitors[i], addresses[i]);
    }
    return err;
}

static bool done(void *state)
{
    echo *e = (echo *)state;

    return fault_service_idle(&e->service) &&
           !fault_visiting(e->visitors, VISITORS);
}

static bool whole(void *state)
{
    return fault_content(((echo *)state)->visitors, VISITORS);
}

static void stop(fault_run *run, void *state)
{
    echo *e = (echo *)state;

    fault_service_end(run, &e->service);
    fault_visitors_end(e->visitors, VISITORS);
}

static const duos_err normal[] = {DUOS_EEOF, DUOS_ECANCELED, DUOS_OK};
static const duos_err allowed[] = {DUOS_OK};
static const fault_scenario scenario = {
    "echo", sizeof(echo), start, done, whole, stop, normal, allowed, 60000, 0};

FAULT_MAIN(SY4_SY10_SY11_SY12_SY13_SY14, echo)
