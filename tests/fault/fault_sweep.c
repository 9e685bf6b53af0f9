/* SPDX-License-Identifier: MIT */
/*
 * fault_sweep.c - one run for each position of a scenario, and the table of
 * what has failed.
 *
 * Positions are those of a run without failures: a run is the same up to the
 * failure. Each sweep writes a file into the working folder, from which
 * table.cmake makes the sum over all scenarios. DUOSOCK_FAULT=k plays positions
 * 1 to k, as the earlier ones count the calls of each kind, and writes the
 * trace of position k to stderr.
 */
#include "fault_core.h"

#include <stdlib.h>

#include "support/check.h"

/* What a sweep has counted. */
typedef struct sweep {
    const fault_scenario *scenario;
    fault_kind kind;
    fault_extent extent;
    uint64_t positions;
    uint64_t struck;
    uint64_t calls[DUOS_SIM_CALL_COUNT]; /* without failures */
    uint64_t failed[DUOS_SIM_CALL_COUNT];
} sweep;

static const char *kind_name(fault_kind kind)
{
    return kind == FAULT_CALL ? "call" : "allocation";
}

static const char *extent_name(fault_extent extent)
{
    static const char *const names[] = {"once", "for a round", "to the end"};

    return names[extent];
}

/* ---- one position ------------------------------------------------------ */

static void complain(const fault_run *run, const fault_case *c)
{
    fail_msg("%s: %s %lu of %s fails %s (%s): %s (%s)", run->scenario->name,
             kind_name(c->kind), (unsigned long)c->k,
             duos_sim_call_name((duos_sim_call)c->call),
             c->interrupted ? "interrupted" : extent_name(c->extent),
             duos_sim_call_name((duos_sim_call)run->first_failed), run->failure,
             duos_err_name(run->reason));
}

/* Returns the call that failed. */
static uint32_t play_one(const sweep *s, const fault_case *c, bool loud)
{
    fault_run run;

    fault_play(&run, s->scenario, c, loud);
    if (!run.struck && run.failure == NULL) {
        run.failure = "this position is not reached any more";
    }
    if (run.failure != NULL) {
        complain(&run, c);
    }
    return run.first_failed;
}

/*
 * For good means: all that comes, as if the system were gone, or all of that
 * kind, as if it had run out of one thing; while the rest goes on, and to the
 * end.
 */
static void play_position(sweep *s, uint64_t k, bool loud)
{
    fault_case c = {s->kind, s->extent, k, DUOS_SIM_ANY_CALL, false};

    c.call = play_one(s, &c, loud);
    c.k = ++s->failed[c.call];
    s->struck++;
    if (s->extent == FAULT_ONCE) {
        return;
    }
    if (s->kind == FAULT_CALL) {
        (void)play_one(s, &c, loud);
        c.extent = FAULT_TO_THE_END;
        (void)play_one(s, &c, loud);
    }
    c = (fault_case){s->kind, FAULT_TO_THE_END, k, DUOS_SIM_ANY_CALL, false};
    (void)play_one(s, &c, loud);
}

/* ---- all positions ----------------------------------------------------- */

static void count_positions(sweep *s)
{
    fault_case none = {FAULT_CALL, FAULT_ONCE, 0, DUOS_SIM_ANY_CALL, false};
    fault_run run;

    fault_play(&run, s->scenario, &none, false);
    if (run.failure != NULL) {
        complain(&run, &none);
    }
    memcpy(s->calls, run.calls, sizeof s->calls);
    s->positions =
        s->kind == FAULT_CALL ? run.calls[DUOS_SIM_ANY_CALL] : run.allocations;
}

/* The one that somebody wants to see; 0 for none. */
static uint64_t chosen_position(void)
{
    const char *text = getenv("DUOSOCK_FAULT");
    uint64_t k = 0;

    if (text != NULL && (duos_sim_seed(text, &k) != DUOS_OK || k == 0)) {
        fail_msg("DUOSOCK_FAULT: not a position, 1 or more: '%s'", text);
    }
    return k;
}

static void play_all(sweep *s)
{
    uint64_t chosen = chosen_position();
    uint64_t last = chosen > 0 ? chosen : s->positions;
    uint64_t k;

    for (k = 1; k <= last; k++) {
        play_position(s, k, k == chosen);
    }
}

/* ---- the results ------------------------------------------------------- */

/* By kind, so that a kind of call that nobody makes can be found. */
static void write_results(const sweep *s)
{
    char name[40];
    FILE *file;
    uint32_t call;

    (void)snprintf(name, sizeof name, "faults_%s_%d.txt", kind_name(s->kind),
                   (int)s->extent);
    file = fopen(name, "w");
    assert_non_null(file);
    (void)fprintf(file, "%s %d all %lu %lu\n", kind_name(s->kind),
                  (int)s->extent, (unsigned long)s->struck,
                  (unsigned long)s->positions);
    for (call = 1; s->kind == FAULT_CALL && call < DUOS_SIM_CALL_COUNT;
         call++) {
        (void)fprintf(file, "%s %d %s %lu %lu\n", kind_name(s->kind),
                      (int)s->extent, duos_sim_call_name((duos_sim_call)call),
                      (unsigned long)s->failed[call],
                      (unsigned long)s->calls[call]);
    }
    assert_int_equal(fclose(file), 0);
}

static void check_results(const sweep *s)
{
    uint32_t call;

    print_message("[  NUMBER  ] %s: %lu of %lu %ss failed %s\n",
                  s->scenario->name, (unsigned long)s->struck,
                  (unsigned long)s->positions, kind_name(s->kind),
                  s->extent == FAULT_ONCE ? "once" : "for good");
    assert_true(s->struck == s->positions);
    assert_true(s->positions > 0);
    for (call = 1; s->kind == FAULT_CALL && call < DUOS_SIM_CALL_COUNT;
         call++) {
        assert_true(s->failed[call] == s->calls[call]);
    }
}

static void go_through(const fault_scenario *scenario, fault_kind kind,
                       fault_extent extent)
{
    sweep s;

    memset(&s, 0, sizeof s);
    s.scenario = scenario;
    s.kind = kind;
    s.extent = extent;
    count_positions(&s);
    play_all(&s);
    if (chosen_position() == 0) {
        write_results(&s);
        check_results(&s);
    }
}

/* Those that the seam's callers repeat: what waits, or moves bytes. */
static const uint32_t interruptible[] = {
    DUOS_SIM_CALL_ACCEPT,      DUOS_SIM_CALL_SEND,
    DUOS_SIM_CALL_RECV,        DUOS_SIM_CALL_SENDTO,
    DUOS_SIM_CALL_RECVFROM,    DUOS_SIM_CALL_SENDV,
    DUOS_SIM_CALL_RECVV,       DUOS_SIM_CALL_SENDMSG,
    DUOS_SIM_CALL_RECVMSG,     DUOS_SIM_CALL_SEND_BATCH,
    DUOS_SIM_CALL_RECV_BATCH,  DUOS_SIM_CALL_SENDFILE,
    DUOS_SIM_CALL_FILE_READ,   DUOS_SIM_CALL_SEND_HANDLE,
    DUOS_SIM_CALL_RECV_HANDLE, DUOS_SIM_CALL_WAIT_MANY,
    DUOS_SIM_CALL_POLLER_WAIT};

void fault_calls_interrupted(const fault_scenario *scenario)
{
    fault_case c = {FAULT_CALL, FAULT_ONCE, 1, 0, true};
    unsigned long count = 0;
    sweep s;
    size_t i;

    memset(&s, 0, sizeof s);
    s.scenario = scenario;
    count_positions(&s);
    for (i = 0; i < sizeof interruptible / sizeof interruptible[0]; i++) {
        c.call = interruptible[i];
        for (c.k = 1; c.k <= s.calls[c.call]; c.k++) {
            (void)play_one(&s, &c, false);
            count++;
        }
    }
    print_message("[  NUMBER  ] %s: %lu calls were interrupted\n",
                  scenario->name, count);
    assert_true(count > 0);
}

void fault_calls_once(const fault_scenario *scenario)
{
    go_through(scenario, FAULT_CALL, FAULT_ONCE);
}

void fault_calls_for_good(const fault_scenario *scenario)
{
    go_through(scenario, FAULT_CALL, FAULT_FOR_A_ROUND);
}

void fault_allocations_once(const fault_scenario *scenario)
{
    go_through(scenario, FAULT_ALLOCATION, FAULT_ONCE);
}

void fault_allocations_for_good(const fault_scenario *scenario)
{
    go_through(scenario, FAULT_ALLOCATION, FAULT_FOR_A_ROUND);
}
