/* SPDX-License-Identifier: MIT */
/*
 * others.c - others.h: runs them and reads what they print. The paths come from
 * CMake; "" is what was not built.
 */
#define _POSIX_C_SOURCE 200809L

#include "others.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "process.h"
#include "progress.h"
#include "rounds.h"
#include "rows.h"

#define KIB 1024.0

static char output[64 * 1024];

/* The number behind a text in the output; false when it is not there. */
static bool number_behind(const char *text, double *number)
{
    const char *found = strstr(output, text);

    if (found == NULL) {
        return false;
    }
    *number = strtod(found + strlen(text), NULL);
    return true;
}

/* ---- memory ---------------------------------------------------------------
 */

static void measure_memory(const char *poller)
{
    const char *argv[] = {JUDGE_MEMORY, NULL};
    char what[80];
    double bytes;

    snprintf(what, sizeof what, "memory of an idle connection, %s", poller);
    if (JUDGE_MEMORY[0] == '\0') {
        rows_add_skipped("B6", what, "CMocka was not found");
        return;
    }
    setenv("DUOSOCK_POLLER", poller, 1);
    if (process_run(argv, output, sizeof output) == 0 &&
        number_behind("at worst ", &bytes)) {
        rows_add_exact("B6", what, " B", 0, bytes, 256);
    } else {
        rows_add_failed("B6", what, process_complaint());
    }
    unsetenv("DUOSOCK_POLLER");
}

/* ---- size -----------------------------------------------------------------
 */

/* test is one of ctest's, flags the compiler's that it tells of. */
static void measure_size(const char *test, const char *flags, double most,
                         double most_thin)
{
    const char *argv[] = {JUDGE_CTEST,     "--test-dir", JUDGE_BUILD, "-V",
                          "--tests-regex", test,         NULL};
    char what[80];
    double kib;

    (void)process_run(argv, output, sizeof output);
    snprintf(what, sizeof what, "code of the library, %s", flags);
    if (number_behind("library: code ", &kib)) {
        rows_add_exact("B10", what, " KiB", 1, kib, most);
    } else {
        rows_add_failed("B10", what, "size does not work");
    }
    snprintf(what, sizeof what, "code of the thin layer alone, %s", flags);
    if (number_behind("thin: code ", &kib)) {
        rows_add_exact("B10", what, " KiB", 1, kib, most_thin);
    }
}

#define STARTS 50

static void measure_start(void)
{
    const char *argv[] = {JUDGE_DUOSOCK, "--version", NULL};
    double ms[STARTS];
    estimate e;
    int i;

    for (i = 0; i < STARTS; i++) {
        double begin = process_clock();

        if (process_run(argv, output, sizeof output) != 0) {
            rows_add_failed("B10", "duosock --version", process_complaint());
            return;
        }
        ms[i] = (process_clock() - begin) * 1000;
    }
    e = stats_mean(ms, STARTS);
    rows_add_estimate("B10", "duosock --version, from start to end", " ms", 2,
                      &e, 5, true);
}

/* ---- timers ---------------------------------------------------------------
 */

static void measure_timers(const char *folder, const char *count)
{
    static const char *const whats[] = {"CPU to start one of many timers",
                                        "CPU to move one",
                                        "CPU until one has fired"};
    static const char *const keys[] = {"\"a\":", "\"m\":", "\"e\":"};
    char path[400];
    const char *argv[] = {path, count, "ame", NULL};
    double ns;
    int i;

    snprintf(path, sizeof path, "%s/bench_timers", folder);
    if (process_run(argv, output, sizeof output) != 0) {
        rows_add_failed("timer", whats[0], process_complaint());
        return;
    }
    for (i = 0; i < 3; i++) {
        if (number_behind(keys[i], &ns)) {
            rows_add_exact("timer", whats[i], " ns", 0, ns, 0);
        }
    }
}

/* ---- all of it ------------------------------------------------------------
 */

void others_measure(const char *folder, const char *timers)
{
    measure_memory("epoll");
    measure_memory("poll");
    measure_memory("select");
    measure_size("figures.code$", "-O2", 150, 48);
    measure_size("figures.code_shipped$", "as Release has it", 150, 0);
    measure_start();
    measure_timers(folder, timers);
}

/* The load would have failed had one been refused, or not been served. */
void others_held(void)
{
    static const server backends[] = {SERVER_EPOLL, SERVER_POLL, SERVER_SELECT};
    int i;

    for (i = 0; i < 3; i++) {
        char what[100];
        bool absent;
        const char *why = rounds_missing(ECHO_19900, backends[i], &absent);

        snprintf(what, sizeof what,
                 "held and served at a limit of %d descriptors, %s",
                 PLAN_DESCRIPTORS, plan_servers[backends[i]].name);
        if (why != NULL) {
            rows_add_failed("B9", what, why);
        } else {
            rows_add_held("B9", what, plan_scenes[ECHO_19900].connections);
        }
    }
}
