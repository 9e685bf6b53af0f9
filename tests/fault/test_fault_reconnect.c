/* SPDX-License-Identifier: MIT */
/*
 * test_fault_reconnect.c - a client whose server breaks the connection, and
 * which its user connects again after a while until it has heard its text.
 * In test_fault_retry.c it does so by itself.
 */
#include "fault_caller.h"

#include "support/check.h"

#define TRIES 5

typedef struct reconnect {
    fault_caller caller; /* first: it finds the rest */
    duos_loop *loop;
    duos_timer again;
    fault_host onward;
    unsigned tries;
} reconnect;

static void try_again(fault_caller *c, duos_err reason)
{
    reconnect *r = (reconnect *)(void *)c;

    (void)reason;
    if (!fault_caller_content(c) && r->tries > 0) {
        r->tries--;
        (void)fault_told(c->run, duos_timer_start(&r->again, 10));
    }
}

static void on_time(duos_timer *timer, void *user)
{
    fault_caller *c = (fault_caller *)user;
    duos_err err = fault_told(c->run, fault_call(c, "10.0.0.2:7800"));

    (void)timer;
    if (err != DUOS_OK) {
        try_again(c, err);
    }
}

static duos_err start(fault_run *run, void *state)
{
    reconnect *r = (reconnect *)state;
    duos_err err;

    r->onward.drop_first = 2;
    r->caller.ended = try_again;
    fault_host_start(run, &r->onward, "*:7800");
    err = fault_loop(run, &r->loop);
    if (err == DUOS_OK && r->again.loop == NULL) {
        (void)duos_timer_init(&r->again, r->loop, on_time, &r->caller);
    }
    if (err == DUOS_OK) {
        err = fault_caller_make(run, &r->caller, r->loop, NULL);
    }
    if (err != DUOS_OK) {
        return err;
    }
    r->tries = TRIES;
    r->caller.heard = 0;
    return duos_timer_start(&r->again, 0);
}

static bool done(void *state)
{
    const reconnect *r = (const reconnect *)state;

    return !r->caller.lasts && !duos_timer_active(&r->again);
}

static bool whole(void *state)
{
    return fault_caller_content(&((const reconnect *)state)->caller);
}

static void stop(fault_run *run, void *state)
{
    reconnect *r = (reconnect *)state;

    r->tries = 0;
    fault_caller_end(run, &r->caller);
    duos_timer_stop(&r->again);
    fault_loop_end(run, &r->loop);
    fault_host_end(run, &r->onward);
}

static const duos_err normal[] = {DUOS_EEOF, DUOS_ECANCELED, DUOS_ECONNRESET,
                                  DUOS_OK};
static const duos_err allowed[] = {DUOS_EPROTO, DUOS_OK};
static const fault_scenario scenario = {
    "reconnect", sizeof(reconnect), start, done, whole, stop,
    normal,      allowed,           60000, 0};

FAULT_MAIN(SY6_SY8_SY9_SY10_SY11, reconnect)
