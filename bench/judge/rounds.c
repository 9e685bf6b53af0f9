/* SPDX-License-Identifier: MIT */
/*
 * rounds.c - rounds.h by bench_load.
 */
#define _POSIX_C_SOURCE 200809L

#include "rounds.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "process.h"
#include "progress.h"
#include "support/seeded.h"

#define ROUNDS_MAX 400

/* How long one run is measured; bench_load warms up besides. */
#define RUN_S "0.4"

/* An interval of fewer rounds is not believed. */
#define ROUNDS_MIN 12

/* Half of an interval's width that is narrow enough. */
#define NARROW 0.04

/* The deviation of one pair, before it is known; and of a run's cost. */
#define PAIR_DEVIATION 0.13
#define RUN_COST_S     0.55
#define CONN_COST_S    0.0001

#define WORDS_MAX 24

/* A server in a scene. */
typedef struct track {
    sample samples[ROUNDS_MAX];
    char missing[100]; /* the reason, or "" */
    bool is_absent;
} track;

static track tracks[SCENES][SERVERS];
static unsigned rounds[SCENES];
static double cost[SCENES]; /* seconds of a judged round, 0: not known */
static const char *programs;
static seeded chance;

void rounds_begin(const char *folder)
{
    programs = folder;
    chance.state = (uint64_t)time(NULL) | 1;
}

unsigned rounds_count(scene where)
{
    return rounds[where];
}

/* ---- one run ------------------------------------------------------------- */

/* The number behind "key": of a flat JSON object; 0 for none. */
static double number_of(const char *json, const char *key)
{
    char quoted[40];
    const char *found;

    snprintf(quoted, sizeof quoted, "\"%s\":", key);
    found = strstr(json, quoted);
    return found != NULL ? strtod(found + strlen(quoted), NULL) : 0;
}

static sample read_sample(const char *json)
{
    sample s;

    s.cpu_ns = number_of(json, "cpu_ns_per_message");
    s.per_second = number_of(json, "per_second");
    s.p50_us = number_of(json, "p50_us");
    s.p99_us = number_of(json, "p99_us");
    s.p999_us = number_of(json, "p999_us");
    s.kib = number_of(json, "server_user_kib_per_connection");
    return s;
}

static int run_load(scene where, const char *path, const server_plan *which,
                    char *json, size_t cap)
{
    const scene_plan *plan = &plan_scenes[where];
    char load[400], connections[16], idle[16], size[24], depth[16];
    const char *argv[WORDS_MAX] = {
        load, "-j", "-m", plan->mode, "-c", connections, "-i", idle,
        "-s", size, "-d", depth,      "-r", RUN_S,       "--", path};
    int argc = 16;
    int i;

    snprintf(load, sizeof load, "%s/bench_load", programs);
    snprintf(connections, sizeof connections, "%d", plan->connections);
    snprintf(idle, sizeof idle, "%d", plan->idle);
    snprintf(size, sizeof size, "%ld", plan->size);
    snprintf(depth, sizeof depth, "%d", plan->depth);
    for (i = 1; i < SERVER_WORDS; i++) {
        argv[argc++] = which->words[i];
    }
    return process_run(argv, json, cap);
}

/* Once more where it went wrong: the ports of a moment may be used up. */
static void run(scene where, server which, sample *s)
{
    const server_plan *plan = &plan_servers[which];
    track *t = &tracks[where][which];
    char path[400];
    char json[2000];
    int code;

    snprintf(path, sizeof path, "%s/%s", programs, plan->words[0]);
    t->is_absent = access(path, X_OK) != 0;
    if (t->is_absent) {
        snprintf(t->missing, sizeof t->missing, "not built here");
        return;
    }
    code = run_load(where, path, plan, json, sizeof json);
    if (code != 0) {
        code = run_load(where, path, plan, json, sizeof json);
    }
    if (code == 0) {
        *s = read_sample(json);
    }
    if (s->cpu_ns <= 0) {
        snprintf(t->missing, sizeof t->missing, "%.90s", process_complaint());
        t->is_absent = which == URING; /* not every kernel allows it */
    }
}

/* ---- one round ----------------------------------------------------------- */

/* The members of a set that can run, in an order by chance. */
static unsigned line_up(scene where, uint32_t set, server order[SERVERS])
{
    unsigned count = 0;
    server s;

    for (s = 0; s < SERVERS; s++) {
        if ((set & SET(s)) != 0 && tracks[where][s].missing[0] == '\0') {
            unsigned at = seeded_below(&chance, ++count);

            order[count - 1] = order[at];
            order[at] = s;
        }
    }
    return count;
}

static void play(scene where, uint32_t set, double left)
{
    char what[100];
    server order[SERVERS];
    unsigned count = line_up(where, set, order);
    unsigned number = rounds[where]++;
    double begin = process_clock();
    unsigned i;

    for (i = 0; i < count; i++) {
        snprintf(what, sizeof what, "%s, round %u: %s",
                 plan_scenes[where].title, number + 1,
                 plan_servers[order[i]].name);
        progress_show(left, what);
        run(where, order[i], &tracks[where][order[i]].samples[number]);
    }
    if (set == plan_scenes[where].judged) {
        cost[where] = process_clock() - begin;
    }
}

/* ---- how long ------------------------------------------------------------ */

static void cpu_of(scene where, server which, double cpu[ROUNDS_MAX])
{
    unsigned i;

    for (i = 0; i < rounds[where]; i++) {
        cpu[i] = tracks[where][which].samples[i].cpu_ns;
    }
}

estimate rounds_ratio(scene where, server subject, server reference)
{
    static double above[ROUNDS_MAX];
    static double below[ROUNDS_MAX];

    cpu_of(where, subject, above);
    cpu_of(where, reference, below);
    return stats_ratio(above, below, rounds[where]);
}

/* The rounds that a scene wants besides those it had, as far as one can tell.
 */
static double wanted(scene where)
{
    double most = 0;
    unsigned i;

    if (rounds[where] >= ROUNDS_MAX) {
        return 0;
    }
    for (i = 0; i < plan_bar_count; i++) {
        const bar_plan *bar = &plan_bars[i];
        estimate e;
        double n;

        if (bar->scene != where || plan_scenes[where].judged == 0 ||
            tracks[where][bar->subject].missing[0] != '\0' ||
            tracks[where][bar->reference].missing[0] != '\0') {
            continue;
        }
        e = rounds_ratio(where, bar->subject, bar->reference);
        n = e.n < ROUNDS_MIN ? pow(2 * PAIR_DEVIATION / NARROW, 2)
                             : (double)e.n * pow(e.half / NARROW, 2);
        n = e.half <= NARROW && e.n >= ROUNDS_MIN ? 0 : ceil(n - (double)e.n);
        most = n > most ? n : most;
    }
    return most;
}

static unsigned members(uint32_t set)
{
    unsigned count = 0;

    for (; set != 0; set &= set - 1) {
        count++;
    }
    return count;
}

static double round_cost(scene where, uint32_t set)
{
    const scene_plan *plan = &plan_scenes[where];
    double run = RUN_COST_S + CONN_COST_S * (plan->connections + plan->idle);

    if (set == plan->judged && cost[where] > 0) {
        return cost[where];
    }
    return run * members(set);
}

/* Seconds until all is known, at most until the deadline. */
static double left_of(unsigned shown, double deadline)
{
    double rest = deadline - progress_passed();
    double sum = 0;
    scene s;

    for (s = 0; s < SCENES; s++) {
        const scene_plan *plan = &plan_scenes[s];

        if (rounds[s] < shown) {
            sum +=
                (shown - rounds[s]) * round_cost(s, plan->judged | plan->shown);
        }
        sum += wanted(s) * round_cost(s, plan->judged);
    }
    return sum < rest ? sum : rest;
}

/* The scene that wants most; SCENES when none does. */
static scene neediest(void)
{
    scene found = SCENES;
    double most = 0;
    scene s;

    for (s = 0; s < SCENES; s++) {
        double n = wanted(s);

        if (n > most) {
            most = n;
            found = s;
        }
    }
    return found;
}

void rounds_measure(unsigned shown, double deadline)
{
    unsigned i;
    scene s;

    for (i = 0; i < shown; i++) {
        for (s = 0; s < SCENES; s++) {
            play(s, plan_scenes[s].judged | plan_scenes[s].shown,
                 left_of(shown, deadline));
        }
    }
    for (s = neediest(); s != SCENES && progress_passed() < deadline;
         s = neediest()) {
        play(s, plan_scenes[s].judged, left_of(shown, deadline));
    }
}

/* ---- asking -------------------------------------------------------------- */

const char *rounds_missing(scene where, server which, bool *absent)
{
    const track *t = &tracks[where][which];

    *absent = t->is_absent;
    return t->missing[0] != '\0' ? t->missing : NULL;
}

static double median_of(const track *t, unsigned count, size_t offset)
{
    static double values[ROUNDS_MAX];
    unsigned i;

    for (i = 0; i < count; i++) {
        memcpy(&values[i], (const char *)&t->samples[i] + offset,
               sizeof values[i]);
    }
    return stats_median(values, count);
}

sample rounds_median(scene where, server which)
{
    const track *t = &tracks[where][which];
    unsigned n = rounds[where];
    sample s;

    s.cpu_ns = median_of(t, n, offsetof(sample, cpu_ns));
    s.per_second = median_of(t, n, offsetof(sample, per_second));
    s.p50_us = median_of(t, n, offsetof(sample, p50_us));
    s.p99_us = median_of(t, n, offsetof(sample, p99_us));
    s.p999_us = median_of(t, n, offsetof(sample, p999_us));
    s.kib = median_of(t, n, offsetof(sample, kib));
    return s;
}
