/* SPDX-License-Identifier: MIT */
/*
 * retry_support.h - a client in a world of races that connects again, and
 * what its on_retry was asked.
 */
#ifndef TESTS_RETRY_SUPPORT_H
#define TESTS_RETRY_SUPPORT_H

#include "race_support.h"

#define RETRY_ADDRESS "10.0.0.1:7"

/* What on_retry was asked, and what it answers. */
typedef struct retry_asked {
    unsigned count;
    uint32_t attempt[64];
    duos_err reason[64];
    int32_t delay_ms[64];
    uint64_t at_ms[64];
    int32_t answer; /* INT32_MIN: what it was offered */
    race_world *r;
    void (*act)(struct retry_asked *a);
} retry_asked;

static retry_asked retry_told;

static inline int32_t retry_decide(duos_client *client, uint32_t attempt,
                                   duos_err reason, int32_t delay_ms,
                                   void *user)
{
    retry_asked *a = &retry_told;
    duos_client_report report;

    assert_ptr_equal(client, a->r->client);
    assert_ptr_equal(user, a->r);
    assert_true(a->count < 64);
    a->attempt[a->count] = attempt;
    a->reason[a->count] = reason;
    a->delay_ms[a->count] = delay_ms;
    a->at_ms[a->count] = now_ms(&a->r->w);
    a->count++;
    report.size = sizeof report;
    assert_ok(duos_client_get_report(client, &report));
    assert_int_equal(report.retries, attempt);
    assert_int_equal(report.retry_ms, -1); /* it is being decided */
    assert_ok(report.retry_err);
    if (a->act != NULL) {
        a->act(a);
    }
    return a->answer == INT32_MIN ? delay_ms : a->answer;
}

static inline void retry_prepare(race_world *r, uint32_t retry_max)
{
    memset(&retry_told, 0, sizeof retry_told);
    retry_told.answer = INT32_MIN;
    retry_told.r = r;
    r->config.retry_max = retry_max;
    r->config.on_retry = retry_decide;
}

static inline void retry_begin(race_world *r)
{
    if (r->client == NULL) {
        race_client(r);
    }
    assert_ok(duos_sim_set_host(r->w.sim, r->w.b));
    assert_ok(duos_client_connect(r->client, RETRY_ADDRESS));
}

static inline void retry_pass(race_world *r, int64_t ms)
{
    assert_err(DUOS_ETIMEDOUT, duos_sim_run(r->w.sim, ms));
    assert_ok(duos_sim_set_host(r->w.sim, r->w.b));
}

/* A connection that is made anew without an end. */
static inline void retry_stands(race_world *r)
{
    retry_prepare(r, DUOS_RETRY_ENDLESS);
    race_serve(r);
    retry_begin(r);
    race_run(r);
    assert_string_equal(r->log, "o");
}

/* One that was refused, and waits. */
static inline void retry_waits(race_world *r)
{
    retry_prepare(r, DUOS_RETRY_ENDLESS);
    retry_begin(r);
    retry_pass(r, 20);
    assert_string_equal(r->log, "c");
}

#endif
