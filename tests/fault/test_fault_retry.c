/* SPDX-License-Identifier: MIT */
/*
 * test_fault_retry.c - a client that races to the addresses of a name, of
 * which one does not answer and one refuses, whose server then breaks the
 * connection, and which comes back by itself until it has heard its text.
 */
#include "fault_caller.h"

#include "support/check.h"

#define RETRIES 5

typedef struct retry {
    fault_caller caller; /* first: it finds the rest */
    duos_loop *loop;
    fault_host onward;
    uint32_t silent; /* a host that does not answer */
} retry;

/* What the report says of the attempts was told as well. */
static void read_report(fault_caller *c, duos_err reason)
{
    duos_client_report report;
    size_t i;

    report.size = sizeof report;
    fault_check(c->run, duos_client_get_report(c->client, &report) == DUOS_OK,
                "there is no report");
    for (i = 0; i < report.count; i++) {
        fault_check(c->run, report.attempts[i].err != DUOS_EINPROGRESS,
                    "an attempt outlives its connection");
        (void)fault_told(c->run, report.attempts[i].err);
    }
    c->lasts = report.retry_ms >= 0;
    fault_check(c->run, c->lasts == (report.retry_err == DUOS_OK),
                "no retry follows, and nobody knows why");
    (void)fault_told(c->run, report.retry_err);
    fault_check(c->run, !c->lasts || reason != DUOS_ECANCELED,
                "a close was retried");
}

static duos_err make_client(fault_run *run, retry *r)
{
    duos_client_config config;

    r->caller.ended = read_report;
    fault_caller_config(&r->caller, &config);
    config.attempt_delay_ms = 50;
    config.source = duos_sim_addr(FAULT_HOST, DUOS_IPV4, 0);
    config.retry_max = RETRIES;
    config.retry_first_ms = 10;
    return fault_caller_make(run, &r->caller, r->loop, &config);
}

/* One without an answer, one that refuses, and the one that it is. */
static void name_them(fault_run *run, retry *r)
{
    duos_addr many[3];

    if (r->silent == 0) {
        assert_ok(duos_sim_add_host(run->sim, &r->silent));
        assert_ok(duos_sim_partition(run->sim, FAULT_HOST, r->silent, -1));
    }
    many[0] = duos_sim_addr(FAULT_HOST, DUOS_IPV4, 0);
    many[1] = duos_sim_addr(r->silent, DUOS_IPV4, 0);
    many[2] = duos_sim_addr(FAULT_PEER, DUOS_IPV4, 0);
    assert_ok(duos_sim_add_name(run->sim, "many", DUOS_OK, many, 3, 3));
}

static duos_err start(fault_run *run, void *state)
{
    retry *r = (retry *)state;
    duos_err err;

    r->onward.drop_first = 2;
    name_them(run, r);
    fault_host_start(run, &r->onward, "*:7800");
    err = fault_loop(run, &r->loop);
    if (err == DUOS_OK) {
        err = make_client(run, r);
    }
    return err == DUOS_OK ? fault_call(&r->caller, "many:7800") : err;
}

static bool done(void *state)
{
    return !((const retry *)state)->caller.lasts;
}

static bool whole(void *state)
{
    return fault_caller_content(&((const retry *)state)->caller);
}

static void stop(fault_run *run, void *state)
{
    retry *r = (retry *)state;

    fault_caller_end(run, &r->caller);
    fault_loop_end(run, &r->loop);
    fault_host_end(run, &r->onward);
}

static const duos_err normal[] = {DUOS_EEOF, DUOS_ECANCELED, DUOS_ECONNRESET,
                                  DUOS_ECONNREFUSED, DUOS_OK};
static const duos_err allowed[] = {DUOS_EPROTO, DUOS_ETIMEDOUT, DUOS_ELIMIT,
                                   DUOS_OK};
static const fault_scenario scenario = {
    "retry", sizeof(retry), start,   done,  whole,
    stop,    normal,        allowed, 60000, 0};

FAULT_MAIN(DN3_SY6_SY8_SY9_SY10_SY11, retry)
