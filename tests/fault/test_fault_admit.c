/* SPDX-License-Identifier: MIT */
/*
 * test_fault_admit.c - a server that lets two clients in and hands them over
 * to another one, and has only words for a third.
 */
#include "fault_peer.h"
#include "fault_service.h"

#include "support/check.h"

#include <string.h>

#define VISITORS 3 /* the last one is denied */
#define PLACES   8

/* On the way from one server to the other; then what on_gone is told. */
typedef struct place {
    struct admit *at;
    duos_timer hop;
    bool waits; /* for the hop, with a socket */
    bool taken;
    duos_socket sock;
    duos_addr peer;
    duos_ticket ticket;
} place;

typedef struct admit {
    fault_service service;
    duos_server *worker;
    unsigned denied;
    place places[PLACES];
    fault_visitor visitors[VISITORS];
} admit;

/* ---- the way of a client ------------------------------------------------ */

static void give_back(place *p)
{
    p->taken = false;
    fault_check(p->at->service.run,
                duos_server_give_back(p->at->service.server, p->ticket) ==
                    DUOS_OK,
                "a ticket is not known");
}

static void arrive(duos_timer *timer, void *user)
{
    place *p = (place *)user;
    duos_err err = duos_server_take(p->at->worker, p->sock, &p->peer, p);

    (void)timer;
    p->waits = false;
    if (fault_told(p->at->service.run, err) != DUOS_OK) {
        (void)duos_close(&p->sock);
        give_back(p);
    }
}

static duos_err on_admit(duos_server *server, duos_socket s,
                         const duos_addr *peer, duos_ticket ticket, void *user)
{
    admit *a = (admit *)user; /* the service is its first member */
    duos_err err;
    place *p = a->places;

    (void)server;
    while (p->taken && p < a->places + PLACES - 1) {
        p++;
    }
    fault_check(a->service.run, !p->taken, "clients are never given back");
    err = duos_timer_init(&p->hop, a->service.loop, arrive, p);
    if (err == DUOS_OK) {
        err = duos_timer_start(&p->hop, 1);
    }
    if (err == DUOS_OK) {
        p->at = a;
        p->waits = p->taken = true;
        p->sock = s;
        p->peer = *peer;
        p->ticket = ticket;
    }
    return err;
}

static void on_gone(duos_server *server, void *origin, void *user)
{
    (void)server;
    (void)user;
    give_back((place *)origin);
}

static duos_bytes on_refuse(duos_server *server, const duos_addr *peer,
                            duos_err reason, void *user)
{
    duos_bytes words = {fault_text, 3}; /* what a visitor may hear */
    admit *a = (admit *)user;

    (void)server;
    (void)peer;
    a->denied += reason == DUOS_EACCES;
    return words;
}

/* ---- the servers -------------------------------------------------------- */

static duos_err start_door(fault_run *run, admit *a)
{
    duos_server_config config;
    duos_cidr deny;

    assert_ok(duos_cidr_parse("fd00::/64", &deny));
    fault_service_config(run, &a->service, &config);
    config.deny = &deny;
    config.deny_count = 1;
    config.on_refuse = on_refuse;
    config.on_admit = on_admit;
    return fault_service_start(run, &a->service, &config, "*:7700");
}

static duos_err start_worker(fault_run *run, admit *a)
{
    duos_server_config config;

    if (a->worker != NULL) {
        return DUOS_OK;
    }
    fault_service_config(run, &a->service, &config);
    config.on_gone = on_gone;
    return duos_server_create(a->service.loop, &config, &a->worker);
}

/* ---- the scenario ------------------------------------------------------- */

static duos_err start(fault_run *run, void *state)
{
    admit *a = (admit *)state;
    duos_err err = start_door(run, a);
    int i;

    a->denied = 0;
    if (err == DUOS_OK) {
        err = start_worker(run, a);
    }
    a->visitors[VISITORS - 1].silent = true;
    for (i = 0; i < VISITORS && err == DUOS_OK; i++) {
        fault_visit(run, &a->visitors[i],
                    i < VISITORS - 1 ? "10.0.0.1:7700" : "[fd00::1]:7700");
    }
    return err;
}

static bool any_place_taken(const admit *a)
{
    int i;

    for (i = 0; i < PLACES; i++) {
        if (a->places[i].taken) {
            return true;
        }
    }
    return false;
}

static bool done(void *state)
{
    admit *a = (admit *)state;

    return fault_service_idle(&a->service) && !any_place_taken(a) &&
           !fault_visiting(a->visitors, VISITORS);
}

static bool whole(void *state)
{
    const admit *a = (const admit *)state;

    return a->denied > 0 && fault_content(a->visitors, VISITORS - 1);
}

/* Who waits for his hop has no server yet. */
static void stop(fault_run *run, void *state)
{
    admit *a = (admit *)state;
    int i;

    duos_server_destroy(a->worker);
    for (i = 0; i < PLACES; i++) {
        if (a->places[i].waits) {
            duos_timer_stop(&a->places[i].hop);
            (void)duos_close(&a->places[i].sock);
        }
    }
    fault_service_end(run, &a->service);
    fault_visitors_end(a->visitors, VISITORS);
}

static const duos_err normal[] = {DUOS_EEOF, DUOS_ECANCELED, DUOS_OK};
static const duos_err allowed[] = {DUOS_OK};
static const fault_scenario scenario = {
    "admit", sizeof(admit), start,   done,  whole,
    stop,    normal,        allowed, 60000, 0};

FAULT_MAIN(SY4_SY10_SY13, admit)
