/* SPDX-License-Identifier: MIT */
/*
 * counted.c - instructions and system calls, by tests/figures/measure.h.
 *
 * How many messages share one wait is the scheduler's affair, which can only
 * add: what is above its bar is counted again.
 */
#include "counted.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "figures/measure.h"
#include "progress.h"
#include "rows.h"

#define ATTEMPTS 3

/* Counts per message come in steps of 1 / 8,000; this is less. */
#define ROUNDING 0.0001

static const char *programs;
static double seconds_left;
static bool is_valid = true;

bool counted_is_valid(void)
{
    return is_valid;
}

static void show(const char *what, const char *of)
{
    char text[120];

    snprintf(text, sizeof text, "%s: %s", what, of);
    progress_show(seconds_left - progress_passed(), text);
}

/* The command of a server, or NULL when it is not built here. */
static const char *const *command_of(const char *name)
{
    static char path[400];
    static const char *command[] = {path, NULL};

    snprintf(path, sizeof path, "%s/%s", programs, name);
    return access(path, X_OK) == 0 ? command : NULL;
}

/* ---- the yardstick --------------------------------------------------------
 */

/*
 * What a raw epoll server that somebody else wrote took where the bars were
 * set, with GCC 12 and -O2, and what chance adds. One that takes more would
 * flatter all who are compared to it.
 */
#define RAW_50            116.0
#define RAW_1             142.0
#define MORE_INSTRUCTIONS 2.0
#define RAW_CALLS_50      2.02
#define RAW_CALLS_1       3.00
#define RAW_CALLS_CHURN   6.03
#define MORE_CALLS        0.02

static void check(const char *what, double value, int digits, double most)
{
    is_valid = is_valid && value <= most;
    rows_add_exact("raw", what, "", digits, value, most);
}

/* ---- instructions ---------------------------------------------------------
 */

/* Times raw epoll's, by a server and by a bare poller. */
#define BAR_SERVER_50 1.6
#define BAR_SERVER_1  2.0
#define BAR_POLLER_50 1.25
#define BAR_POLLER_1  1.4

/* Per echo; 0 when the server is not built, below 0 when it failed. */
static double instructions(const char *name, int connections, double most)
{
    measure_load load = {NULL, false, 1, 1};
    double best = -1;
    double result;
    int i;

    load.server = command_of(name);
    load.connections = connections;
    if (load.server == NULL) {
        return 0;
    }
    show("counting instructions", name);
    for (i = 0; i < ATTEMPTS && (i == 0 || best > most); i++) {
        if (!measure_instructions(&load, &result)) {
            return -1;
        }
        best = i == 0 ? result : fmin(best, result);
    }
    return best;
}

static void compare(const char *what, double ours, double theirs, double most)
{
    if (ours > 0 && theirs > 0) {
        rows_add_exact("B1", what, "", 3, ours / theirs, most);
    } else if (theirs == 0) {
        rows_add_skipped("B1", what, "not built here");
    } else {
        rows_add_failed("B1", what, "the count failed");
    }
}

static void judge_instructions(void)
{
    const double most = RAW_50 + MORE_INSTRUCTIONS;
    const double most_1 = RAW_1 + MORE_INSTRUCTIONS;
    double raw = instructions("bench_raw_epoll", 50, most);
    double raw_1 = instructions("bench_raw_epoll", 1, most_1);
    double ours = instructions("bench_echo_server", 50, BAR_SERVER_50 * raw);
    double ours_1 = instructions("bench_echo_server", 1, BAR_SERVER_1 * raw_1);
    double uv = instructions("bench_uv_echo", 50, INFINITY);
    double uv_1 = instructions("bench_uv_echo", 1, INFINITY);

    check("raw epoll, instructions per echo, 50", raw, 1, most);
    check("raw epoll, instructions per echo, 1", raw_1, 1, most_1);
    rows_add_exact("B1", "duos_server, instructions per echo, 50", "", 1, ours,
                   0);
    rows_add_exact("B1", "duos_server, instructions per echo, 1", "", 1, ours_1,
                   0);
    compare("instructions, duos_server / raw epoll, 50", ours, raw,
            BAR_SERVER_50);
    compare("instructions, duos_server / raw epoll, 1", ours_1, raw_1,
            BAR_SERVER_1);
    compare("instructions, duos_server / libuv, 50", ours, uv, 0.6);
    compare("instructions, duos_server / libuv, 1", ours_1, uv_1, 0.45);
    compare("instructions, bare duos_poller / raw epoll, 50",
            instructions("bench_echo_bare", 50, BAR_POLLER_50 * raw), raw,
            BAR_POLLER_50);
    compare("instructions, bare duos_poller / raw epoll, 1",
            instructions("bench_echo_bare", 1, BAR_POLLER_1 * raw_1), raw_1,
            BAR_POLLER_1);
}

/* ---- system calls ---------------------------------------------------------
 */

static bool is_met(const measure_calls *calls, double most, double ctl)
{
    return calls->all <= most + ROUNDING &&
           fabs(calls->epoll_ctl - ctl) < ROUNDING && calls->fcntl < ROUNDING;
}

/* The best of a few counts; false when they failed. */
static bool count_calls(measure_load *load, double most, double ctl,
                        measure_calls *best)
{
    measure_calls calls;
    int i;

    for (i = 0; i < ATTEMPTS; i++) {
        if (!measure_system_calls(load, &calls)) {
            return false;
        }
        if (i == 0 || calls.all < best->all) {
            *best = calls;
        }
        if (is_met(best, most, ctl)) {
            break;
        }
    }
    return true;
}

typedef struct calls_plan {
    const char *id;
    const char *what;
    const char *server;
    double most;
    double ctl; /* epoll_ctl, exactly */
    bool churn;
    int connections;
    int depth;
} calls_plan;

static const calls_plan calls_plans[] = {
    {"raw", "raw epoll, system calls per echo, 50", "bench_raw_epoll",
     RAW_CALLS_50 + MORE_CALLS, 0, false, 50, 1},
    {"raw", "raw epoll, system calls per echo, 1", "bench_raw_epoll",
     RAW_CALLS_1 + MORE_CALLS, 0, false, 1, 1},
    {"raw", "raw epoll, connect, echo, close", "bench_raw_epoll",
     RAW_CALLS_CHURN + MORE_CALLS, 1, true, 100, 1},
    {"B2", "system calls per echo, 50 connections", "bench_echo_server", 2.03,
     0, false, 50, 1},
    {"B2", "system calls per echo, 1 connection", "bench_echo_server", 3.00, 0,
     false, 1, 1},
    {"B2", "system calls per echo, 50 connections, 16 deep",
     "bench_echo_server", 0.13, 0, false, 50, 16},
    {"B3", "system calls per connect, echo, close", "bench_echo_server", 6.10,
     1, true, 100, 1}};

static void judge_calls(const calls_plan *plan)
{
    measure_load load = {NULL, false, 1, 1};
    measure_calls calls = {0, 0, 0};
    char others[80];

    show("counting system calls", plan->what);
    load.server = command_of(plan->server);
    load.churn = plan->churn;
    load.connections = plan->connections;
    load.depth = plan->depth;
    if (load.server == NULL ||
        !count_calls(&load, plan->most, plan->ctl, &calls)) {
        rows_add_failed(plan->id, plan->what, "the count failed");
        return;
    }
    if (strcmp(plan->id, "raw") == 0) {
        check(plan->what, calls.all, 3, plan->most);
        return;
    }
    rows_add_exact(plan->id, plan->what, "", 3, calls.all,
                   plan->most + ROUNDING);
    snprintf(others, sizeof others, "... of them epoll_ctl (%.0f) and fcntl",
             plan->ctl);
    rows_add_exact(plan->id, others, "", 3, calls.epoll_ctl + calls.fcntl,
                   plan->ctl + ROUNDING);
}

/* ---- timers ---------------------------------------------------------------
 */

/* "bench_timers COUNT PHASES" does what its letters say, one after another. */
static double count_timers(const char *count, const char *phases)
{
    const char *program[] = {NULL, count, phases, NULL};
    const char *const *command = command_of("bench_timers");
    double result = 0;

    if (command == NULL) {
        return 0;
    }
    program[0] = command[0];
    show("counting instructions of timers", phases);
    return measure_program(program, &result) ? result : 0;
}

static void count_all_timers(unsigned timers)
{
    char count[16];
    double nothing, add, move, expire;

    snprintf(count, sizeof count, "%u", timers);
    nothing = count_timers(count, "-");
    add = count_timers(count, "a");
    move = count_timers(count, "am");
    expire = count_timers(count, "ae");
    rows_add_exact("timer", "instructions to start one of many timers", "", 0,
                   (add - nothing) / timers, 0);
    rows_add_exact("timer", "instructions to move one", "", 0,
                   (move - add) / timers, 0);
    rows_add_exact("timer", "instructions until one has fired", "", 0,
                   (expire - add) / timers, 0);
}

/* ---- all of it ------------------------------------------------------------
 */

void counted_measure(const char *folder, unsigned timers, double left)
{
    const char *reason = measure_no_instructions();
    size_t i;

    programs = folder;
    seconds_left = left;
    if (reason == NULL) {
        judge_instructions();
        count_all_timers(timers);
    } else {
        rows_add_failed("B1", "instructions per echo", reason);
    }
    reason = measure_no_calls();
    if (reason != NULL) {
        rows_add_failed("B2", "system calls per echo", reason);
        return;
    }
    for (i = 0; i < sizeof calls_plans / sizeof calls_plans[0]; i++) {
        judge_calls(&calls_plans[i]);
    }
}
