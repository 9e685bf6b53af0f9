/* SPDX-License-Identifier: MIT */
/*
 * test_fault_resolve.c - lookups on a loop: names with several addresses,
 * slow ones, one that never answers, addresses and services, more than run at
 * a time; and a client that connects by a name whose first address is dead.
 */
#include <duosock/resolve.h>

#include "fault_caller.h"

#include "support/check.h"

/* What is asked for, and what must come of it. */
typedef enum question {
    ASK_MANY,
    ASK_SLOW,
    ASK_NEVER,
    ASK_NODATA,
    ASK_REVERSE,
    ASK_SERVICE,
    ASK_NUMBER,
    QUESTIONS
} question;

static const duos_err answers[QUESTIONS] = {
    DUOS_OK, DUOS_OK, DUOS_ETIMEDOUT, DUOS_ENODATA, DUOS_OK, DUOS_OK, DUOS_OK};

typedef struct resolve resolve;

typedef struct asked {
    resolve *at;
    duos_lookup lookup;
    question what;
    bool answered; /* as it must be */
} asked;

struct resolve {
    fault_run *run;
    duos_loop *loop;
    asked list[QUESTIONS];
    fault_caller caller; /* by name */
    fault_host onward;
};

/* ---- lookups ------------------------------------------------------------ */

static void on_done(duos_lookup *lookup, duos_err err, const duos_addr *addrs,
                    size_t count, void *user)
{
    asked *a = (asked *)user;
    bool whole = err == answers[a->what];

    if (err == DUOS_OK && a->what == ASK_SERVICE) {
        whole = whole && count == 1 && addrs[0].port == 80;
    } else if (err == DUOS_OK && a->what == ASK_REVERSE) {
        whole = whole && strcmp(duos_lookup_name(lookup), "slow") == 0;
    }
    a->answered = whole;
    if (err != answers[a->what]) {
        (void)fault_told(a->at->run, err);
    }
}

static duos_err ask(asked *a)
{
    static const char *const names[] = {"many:7800", "slow:7800", "never:7800",
                                        "nodata:7800"};
    duos_addr known = duos_sim_addr(FAULT_PEER, DUOS_IPV6, 0);

    switch (a->what) {
    case ASK_MANY:
    case ASK_SLOW:
    case ASK_NEVER:
    case ASK_NODATA:
        return duos_lookup_start(&a->lookup, names[a->what], DUOS_UNSPEC, 100);
    case ASK_REVERSE:
        return duos_lookup_start_reverse(&a->lookup, &known, 100);
    case ASK_SERVICE:
        return duos_lookup_start_service(&a->lookup, "http", DUOS_STREAM, 100);
    case ASK_NUMBER:
        return duos_lookup_start(&a->lookup, "10.0.0.2:1", DUOS_IPV4, 100);
    case QUESTIONS:
        break;
    }
    return DUOS_EINVAL;
}

static duos_err ask_all(resolve *r)
{
    duos_err first = DUOS_OK;
    int i;

    for (i = 0; i < QUESTIONS; i++) {
        asked *a = &r->list[i];
        duos_err err;

        if (a->at == NULL) {
            a->at = r;
            a->what = (question)i;
            (void)duos_lookup_init(&a->lookup, r->loop, on_done, a);
        }
        a->answered = false;
        err = fault_told(r->run, ask(a));
        first = first == DUOS_OK ? err : first;
    }
    return first;
}

/* ---- the scenario ------------------------------------------------------- */

static void teach(fault_run *run)
{
    duos_addr many[4];
    duos_addr slow = duos_sim_addr(FAULT_PEER, DUOS_IPV6, 0);

    many[0] = duos_sim_addr(FAULT_PEER + 7, DUOS_IPV4, 0); /* nobody */
    many[1] = duos_sim_addr(FAULT_HOST, DUOS_IPV4, 0);     /* refused */
    many[2] = duos_sim_addr(FAULT_PEER, DUOS_IPV4, 0);
    many[3] = duos_sim_addr(FAULT_PEER, DUOS_IPV6, 0);
    assert_ok(duos_sim_add_name(run->sim, "many", DUOS_OK, many, 4, 3));
    assert_ok(duos_sim_add_name(run->sim, "slow", DUOS_OK, &slow, 1, 50));
    assert_ok(duos_sim_add_name(run->sim, "never", DUOS_OK, many, 1, -1));
    assert_ok(duos_sim_add_name(run->sim, "nodata", DUOS_ENODATA, NULL, 0, 1));
}

static duos_err start(fault_run *run, void *state)
{
    resolve *r = (resolve *)state;
    duos_err err;

    r->run = run;
    fault_host_start(run, &r->onward, "*:7800");
    teach(run);
    err = fault_loop(run, &r->loop);
    if (err == DUOS_OK) {
        duos_err asking = ask_all(r);

        err = fault_caller_make(run, &r->caller, r->loop, NULL);
        if (err == DUOS_OK) {
            err = fault_call(&r->caller, "many:7800");
        }
        err = err == DUOS_OK ? asking : err;
    }
    return err;
}

static bool done(void *state)
{
    const resolve *r = (const resolve *)state;
    bool asking = false;
    int i;

    for (i = 0; i < QUESTIONS; i++) {
        asking = asking || duos_lookup_active(&r->list[i].lookup);
    }
    return !asking && !r->caller.lasts;
}

static bool whole(void *state)
{
    const resolve *r = (const resolve *)state;
    bool answered = true;
    int i;

    for (i = 0; i < QUESTIONS; i++) {
        answered = answered && r->list[i].answered;
    }
    return answered && fault_caller_content(&r->caller);
}

static void stop(fault_run *run, void *state)
{
    resolve *r = (resolve *)state;
    int i;

    for (i = 0; i < QUESTIONS; i++) {
        duos_lookup_stop(&r->list[i].lookup);
    }
    fault_caller_end(run, &r->caller);
    fault_loop_end(run, &r->loop);
    fault_host_end(run, &r->onward);
}

static const duos_err normal[] = {DUOS_EEOF, DUOS_ECANCELED, DUOS_OK};
/* An address that failed by a fault leaves the last one's reason. */
static const duos_err allowed[] = {DUOS_ECONNREFUSED, DUOS_EHOSTUNREACH,
                                   DUOS_ETIMEDOUT, DUOS_EPROTO, DUOS_OK};
static const fault_scenario scenario = {
    "resolve", sizeof(resolve), start,   done,  whole,
    stop,      normal,          allowed, 60000, 0};

FAULT_MAIN(DN1_DN2_DN3_DN5, resolve)
