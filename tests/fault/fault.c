/* SPDX-License-Identifier: MIT */
/*
 * fault.c - one run of a scenario with one failure in it, and what must hold
 * afterwards. fault_sweep.c goes through the positions.
 */
#include "fault_core.h"

#include <stdlib.h>

#include "support/check.h"

/* A turn takes a microsecond, so this many are a spin of two milliseconds. */
#define SLICE_FIRST_MS 2
#define SLICE_LAST_MS  500
#define TURNS_MAX      1500

/* Times that a program tries again after its loop could not wait. */
#define LOOP_ENDS_MAX 20

/* ---- what went wrong -------------------------------------------------- */

static void blame(fault_run *run, const char *what, duos_err reason)
{
    if (run->failure == NULL) {
        run->failure = what;
        run->reason = reason;
    }
}

void fault_check(fault_run *run, bool good, const char *what)
{
    if (!good) {
        blame(run, what, DUOS_OK);
    }
}

bool fault_struck(fault_run *run)
{
    run->struck = run->struck || run->plan.failed > 0 ||
                  failing_alloc_struck(&run->memory);
    return run->struck;
}

/* What the host was told when the failure happened. */
static duos_err error_that_happened(const fault_run *run)
{
    static const duos_err usual[] = {DUOS_ENOMEM,
#define USUAL_ERROR(NAME, name, err) err,
                                     DUOS_SIM_CALL_MAP(USUAL_ERROR)
#undef USUAL_ERROR
    };

    return usual[run->plan.failed > 0 ? run->plan.last : 0];
}

static bool is_in(const duos_err *list, duos_err err)
{
    if (list == NULL) {
        return false;
    }
    while (*list != DUOS_OK && *list != err) {
        list++;
    }
    return *list == err;
}

/* All that fails for good fails with its own error, not with the last one. */
static bool is_explained(fault_run *run, duos_err err)
{
    uint32_t call;

    if (!fault_struck(run)) {
        return false;
    }
    if (err == error_that_happened(run) || is_in(run->scenario->allowed, err)) {
        return true;
    }
    for (call = 1; call < DUOS_SIM_CALL_COUNT; call++) {
        if (run->failed_with[call] == err) {
            return true;
        }
    }
    return false;
}

duos_err fault_told(fault_run *run, duos_err err)
{
    if (err != DUOS_OK && !is_in(run->scenario->normal, err)) {
        run->told++;
        if (!is_explained(run, err)) {
            blame(run, "the wrong error was told", err);
        }
    }
    return err;
}

/* ---- the world -------------------------------------------------------- */

static void on_trace(const duos_sim_record *record, void *user)
{
    fault_run *run = (fault_run *)user;

    if (record->kind == DUOS_SIM_TURN) {
        run->turns++;
    } else if (record->kind == DUOS_SIM_FAIL) {
        run->failed_with[record->socket] = record->result;
        if (run->first_failed == 0) {
            run->first_failed = record->socket;
        }
    } else if (record->kind == DUOS_SIM_CLOSE && record->result == DUOS_EBADF) {
        blame(run, "a socket is closed twice", record->result);
    }
    if (run->loud) {
        char line[DUOS_SIM_RECORD_TEXT_MAX];

        if (duos_sim_record_text(record, line, sizeof line) == DUOS_OK) {
            (void)fprintf(stderr, "%s\n", line);
        }
    }
}

static void open_world(fault_run *run)
{
    duos_sim_config config;
    duos_loop_config loop;
    uint32_t host;

    failing_alloc_init(&run->memory);
    failing_alloc_init(&run->healthy);
    duos_sim_config_init(&config);
    config.alloc = &run->healthy.alloc;
    config.on_trace = on_trace;
    config.user = run;
    if (run->scenario->buffer > 0) {
        config.buffer = run->scenario->buffer;
    }
    assert_ok(duos_sim_create(&config, &run->sim));
    assert_ok(duos_sim_add_host(run->sim, &host));
    assert_int_equal(host, FAULT_HOST);
    assert_ok(duos_sim_add_host(run->sim, &host));
    assert_int_equal(host, FAULT_PEER);
    fault_on_peer(run);
    duos_loop_config_init(&loop);
    loop.ignore_env = true;
    loop.alloc = &run->healthy.alloc;
    assert_ok(duos_loop_create(&loop, &run->peer_loop));
    assert_ok(duos_sim_add(run->sim, FAULT_PEER, run->peer_loop));
    fault_on_host(run);
}

static void check_freed(fault_run *run, const failing_alloc *memory)
{
    fault_check(run, memory->bytes == 0 && memory->blocks == 0,
                "memory is left");
    fault_check(run, !memory->wrong_size, "memory is freed with a wrong size");
    fault_check(run, !memory->overrun, "memory is overrun");
}

static void close_world(fault_run *run)
{
    duos_sim_unfail(run->sim, &run->plan);
    failing_alloc_arm(&run->memory, 0, false);
    fault_on_peer(run);
    duos_sim_remove(run->sim, run->peer_loop);
    assert_ok(duos_loop_destroy(run->peer_loop));
    fault_check(run, duos_sim_sockets(run->sim) == 0, "a socket is left");
    assert_ok(duos_sim_destroy(run->sim));
    check_freed(run, &run->memory);
    check_freed(run, &run->healthy);
}

void fault_on_peer(fault_run *run)
{
    assert_ok(duos_sim_set_host(run->sim, FAULT_PEER));
}

void fault_on_host(fault_run *run)
{
    assert_ok(duos_sim_set_host(run->sim, FAULT_HOST));
}

duos_err fault_loop(fault_run *run, duos_loop **loop)
{
    duos_loop_config config;
    duos_err err;

    if (*loop != NULL) {
        return DUOS_OK;
    }
    duos_loop_config_init(&config);
    config.ignore_env = true;
    config.alloc = &run->memory.alloc;
    err = duos_loop_create(&config, loop);
    if (err == DUOS_OK) {
        assert_ok(duos_sim_add(run->sim, FAULT_HOST, *loop));
    }
    return err;
}

void fault_loop_end(fault_run *run, duos_loop **loop)
{
    duos_sim_remove(run->sim, *loop);
    fault_check(run, duos_loop_destroy(*loop) == DUOS_OK,
                "a loop could not be ended");
    *loop = NULL;
}

/* ---- a round ---------------------------------------------------------- */

static bool is_done(const fault_run *run)
{
    return run->scenario->done == NULL || run->scenario->done(run->state);
}

static bool is_whole(const fault_run *run)
{
    return run->scenario->whole != NULL ? run->scenario->whole(run->state)
                                        : run->result == DUOS_OK;
}

/* One slice of virtual time: whether the round goes on. */
static bool go_on(fault_run *run, int64_t slice_ms)
{
    duos_err err = duos_sim_run(run->sim, slice_ms);

    if (err == DUOS_EDEADLOCK) {
        return false;
    }
    if (err != DUOS_OK && err != DUOS_ETIMEDOUT) {
        (void)fault_told(run, err);
        run->loop_ends++;
    }
    return !is_done(run) && run->turns < TURNS_MAX &&
           run->loop_ends < LOOP_ENDS_MAX;
}

/* Until all is done, nothing can happen any more, or nothing but turns. */
static void run_loops(fault_run *run)
{
    uint64_t end = duos_sim_now_ns(run->sim) / 1000000 +
                   (uint64_t)run->scenario->patience_ms;
    int64_t slice_ms = SLICE_FIRST_MS;
    uint64_t turns = 0;

    run->turns = 0;
    run->loop_ends = 0;
    while (!is_done(run) && go_on(run, slice_ms) &&
           duos_sim_now_ns(run->sim) / 1000000 < end) {
        slice_ms = run->turns > turns             ? SLICE_FIRST_MS
                   : slice_ms * 2 < SLICE_LAST_MS ? slice_ms * 2
                                                  : SLICE_LAST_MS;
        turns = run->turns;
    }
    fault_check(run, run->turns < TURNS_MAX, "a loop spins");
}

static void play_round(fault_run *run, unsigned round)
{
    run->round = round;
    fault_on_host(run);
    run->result = fault_told(run, run->scenario->start(run, run->state));
    if (run->result == DUOS_OK || !is_done(run)) {
        run_loops(run);
    }
    fault_on_host(run);
}

/* ---- a run ------------------------------------------------------------ */

/* Plans that never come due, one for each kind. */
static void start_counting(fault_run *run)
{
    uint32_t call;

    for (call = 0; call < DUOS_SIM_CALL_COUNT; call++) {
        duos_sim_failure *counter = &run->counters[call];

        counter->host = FAULT_HOST;
        counter->call = call;
        counter->first = UINT64_MAX;
        assert_ok(duos_sim_fail(run->sim, counter));
    }
}

static void stop_counting(fault_run *run)
{
    uint32_t call;

    for (call = 0; call < DUOS_SIM_CALL_COUNT; call++) {
        duos_sim_unfail(run->sim, &run->counters[call]);
        run->calls[call] = run->counters[call].calls;
    }
    run->allocations = run->memory.requests;
}

static void arm(fault_run *run, const fault_case *c)
{
    if (c->k == 0) {
        start_counting(run);
    }
    run->plan.host = FAULT_HOST;
    run->plan.call = c->call;
    run->plan.err = c->interrupted ? DUOS_EINTERRUPTED : DUOS_OK;
    run->plan.first = c->kind == FAULT_CALL && c->k > 0 ? c->k : UINT64_MAX;
    run->plan.times = c->extent == FAULT_ONCE ? 1 : 0;
    assert_ok(duos_sim_fail(run->sim, &run->plan));
    failing_alloc_arm(&run->memory,
                      c->kind == FAULT_ALLOCATION ? (size_t)c->k : 0,
                      c->extent != FAULT_ONCE);
}

/*
 * The failure is over. What was begun before comes to its end, and what
 * begins now must go well.
 */
static void play_second_round(fault_run *run)
{
    duos_sim_unfail(run->sim, &run->plan);
    failing_alloc_arm(&run->memory, 0, false);
    run_loops(run);
    fault_check(run, is_done(run), "hangs behind the failure");
    play_round(run, 2);
    fault_check(run, is_done(run), "hangs after the failure");
    fault_check(run, is_whole(run), "does not work after the failure");
}

static void check_round(fault_run *run, const fault_case *c)
{
    bool whole = is_whole(run);

    if (c->k == 0 || c->interrupted) {
        fault_check(run, whole && run->told == 0, "fails without a failure");
    }
    if (c->extent == FAULT_ONCE) {
        fault_check(run, is_done(run) || run->told > 0, "hangs");
        fault_check(run, whole || run->told > 0, "fails in silence");
    }
}

void fault_play(fault_run *run, const fault_scenario *scenario,
                const fault_case *c, bool loud)
{
    memset(run, 0, sizeof *run);
    run->scenario = scenario;
    run->loud = loud;
    run->state = calloc(1, scenario->size);
    assert_non_null(run->state);
    open_world(run);
    fault_default_memory(&run->memory);
    arm(run, c);
    play_round(run, 1);
    check_round(run, c);
    if (c->k > 0 && c->extent != FAULT_TO_THE_END && fault_struck(run)) {
        play_second_round(run);
    }
    fault_on_host(run);
    if (scenario->stop != NULL) {
        scenario->stop(run, run->state);
    }
    (void)fault_struck(run);
    stop_counting(run);
    close_world(run);
    fault_default_memory(NULL);
    free(run->state);
}
