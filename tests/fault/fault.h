/* SPDX-License-Identifier: MIT */
/*
 * fault.h - the fault suite: every call of the simulated system and every
 * allocation that a scenario makes fails, at every position, once and for
 * good.
 *
 * A scenario is a small program on the host under test, with healthy peers on
 * another host. It runs in rounds. The first one is counted, and then run
 * again and again with a failure at each position: a call or an allocation
 * that fails once, or all from that one on, until the second round or until
 * the end. In the second round nothing fails any more, and all must be well
 * again, with what is left of the first one or with what is made anew.
 *
 * After each run: no crash, nothing leaked, nothing hangs or spins, every
 * error that was told is the one that happened or one that it explains, and
 * what did not work was told.
 */
#ifndef TEST_FAULT_H
#define TEST_FAULT_H

#include <duosock/duosock.h>
#include <duosock/sim.h>

#include "support/failing_alloc.h"

/* The hosts of every simulation. */
enum {
    FAULT_HOST = 1, /* under test: all that fails, fails here */
    FAULT_PEER = 2  /* healthy */
};

typedef struct fault_run fault_run;

/*
 * name: of the scenario, as in the table of the results. size: of its state,
 * which is zero before each run.
 *
 * start: begins a round on the host under test: makes what is missing, whether
 * it never was, was refused, or has ended. It returns the first error and
 * leaves the rest for the next round; what it returns was told.
 * done: all that was begun has ended.
 * whole: it ended as in a world without failures.
 * stop: ends what there is, however far it came. After it the program must
 * have closed and freed everything.
 *
 * normal: reasons and codes that belong to the scenario; they tell of nothing.
 * allowed: what a failure may look like besides its own code: consequences
 * that the headers name. Both end with DUOS_OK.
 *
 * A scenario of calls that block needs start only: without done it is over
 * when start returns, without whole it is well when start gave DUOS_OK. stop,
 * normal and allowed may be NULL, too.
 *
 * patience_ms: the longest that a round may take, in virtual time. buffer:
 * bytes that one direction of a connection holds, 0 for many.
 */
typedef struct fault_scenario {
    const char *name;
    size_t size;
    duos_err (*start)(fault_run *run, void *state);
    bool (*done)(void *state);
    bool (*whole)(void *state);
    void (*stop)(fault_run *run, void *state);
    const duos_err *normal;
    const duos_err *allowed;
    int64_t patience_ms;
    uint32_t buffer;
} fault_scenario;

/* One run of a scenario. */
struct fault_run {
    const fault_scenario *scenario;
    void *state;
    unsigned round;  /* 1 or 2 */
    duos_err result; /* of its start */
    duos_sim *sim;
    failing_alloc memory;  /* for all that is made on the host under test */
    failing_alloc healthy; /* for the network and the peers */
    duos_loop *peer_loop;
    duos_sim_failure plan;
    unsigned told;      /* errors, besides the normal ones */
    unsigned loop_ends; /* times that the loop under test could not wait */
    uint64_t turns;
    bool struck;                         /* the failure has happened */
    bool loud;                           /* the trace goes to stderr */
    uint32_t first_failed;               /* a duos_sim_call, 0 before it */
    uint64_t allocations;                /* that the host under test has made */
    uint64_t calls[DUOS_SIM_CALL_COUNT]; /* and calls */
    duos_sim_failure counters[DUOS_SIM_CALL_COUNT];
    duos_err failed_with[DUOS_SIM_CALL_COUNT];
    const char *failure; /* the first thing that went wrong, NULL for none */
    duos_err reason;
};

/* ---- for scenarios ----------------------------------------------------- */

/* An error came to the program, by whatever way; DUOS_OK is nothing. */
duos_err fault_told(fault_run *run, duos_err err);

/* Something is as it must never be, whatever failed. */
void fault_check(fault_run *run, bool good, const char *what);

/* A loop on the host under test; nothing to do when there is one. */
duos_err fault_loop(fault_run *run, duos_loop **loop);
void fault_loop_end(fault_run *run, duos_loop **loop);

/* Switches to the peers' host and back. */
void fault_on_peer(fault_run *run);
void fault_on_host(fault_run *run);

/* ---- the tests of a scenario -------------------------------------------- */

void fault_calls_once(const fault_scenario *scenario);
void fault_calls_for_good(const fault_scenario *scenario);
void fault_calls_interrupted(const fault_scenario *scenario);
void fault_allocations_once(const fault_scenario *scenario);
void fault_allocations_for_good(const fault_scenario *scenario);

/*
 * The tests of the scenario that the file calls scenario, and main. ids:
 * what the failures of its calls show, as SY12_SY13; NAME: of the scenario.
 */
#define FAULT_MAIN(ids, NAME)                                                  \
    FAULT_CALL_TESTS(ids, NAME)                                                \
    FAULT_TEST(test_ME1_##NAME##_each_allocation_fails_once,                   \
               fault_allocations_once)                                         \
    FAULT_TEST(test_ME1_ME2_##NAME##_each_allocation_fails_for_good,           \
               fault_allocations_for_good)                                     \
    int main(void)                                                             \
    {                                                                          \
        const struct CMUnitTest tests[] = {                                    \
            FAULT_CALL_ENTRIES(ids, NAME),                                     \
            cmocka_unit_test(test_ME1_##NAME##_each_allocation_fails_once),    \
            cmocka_unit_test(                                                  \
                test_ME1_ME2_##NAME##_each_allocation_fails_for_good),         \
        };                                                                     \
                                                                               \
        return cmocka_run_group_tests(tests, NULL, NULL);                      \
    }

/* The same for a scenario that needs no memory. */
#define FAULT_MAIN_WITHOUT_MEMORY(ids, NAME)                                   \
    FAULT_CALL_TESTS(ids, NAME)                                                \
    int main(void)                                                             \
    {                                                                          \
        const struct CMUnitTest tests[] = {FAULT_CALL_ENTRIES(ids, NAME)};     \
                                                                               \
        return cmocka_run_group_tests(tests, NULL, NULL);                      \
    }

#define FAULT_CALL_TESTS(ids, NAME)                                            \
    FAULT_TEST(test_##ids##_##NAME##_each_call_fails_once, fault_calls_once)   \
    FAULT_TEST(test_##ids##_##NAME##_each_call_fails_for_good,                 \
               fault_calls_for_good)                                           \
    FAULT_TEST(test_SY1_##NAME##_each_call_is_interrupted,                     \
               fault_calls_interrupted)

#define FAULT_CALL_ENTRIES(ids, NAME)                                          \
    cmocka_unit_test(test_##ids##_##NAME##_each_call_fails_once),              \
        cmocka_unit_test(test_##ids##_##NAME##_each_call_fails_for_good),      \
        cmocka_unit_test(test_SY1_##NAME##_each_call_is_interrupted)

#define FAULT_TEST(function, sweep)                                            \
    static void function(void **state)                                         \
    {                                                                          \
        (void)state;                                                           \
        sweep(&scenario);                                                      \
    }

#endif
