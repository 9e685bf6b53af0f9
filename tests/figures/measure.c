/* SPDX-License-Identifier: MIT */
/*
 * measure.c - measure.h by cachegrind, which counts instructions without a
 * simulation of caches, and by strace -c.
 */
#include "figures/measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/spawn.h"

#define PATIENCE_MS (120 * 1000)

/* Messages in the short and in the long run. */
#define SHORT 3200
#define LONG  11200

#define COUNTS "counts.txt"
#define ERRORS "errors.txt"

#define ARGUMENTS_MAX 24

static const char *const valgrind[] = {MEASURE_VALGRIND,
                                       "-q",
                                       "--tool=cachegrind",
                                       "--cache-sim=no",
                                       "--cachegrind-out-file=" COUNTS,
                                       NULL};

static const char *const strace[] = {MEASURE_STRACE, "-f",   "-c",
                                     "-o",           COUNTS, NULL};

/* ---- running ---------------------------------------------------------- */

static void show_file(const char *path)
{
    FILE *file = fopen(path, "r");
    char line[256];

    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        fprintf(stderr, "  %s", line);
    }
    if (file != NULL) {
        fclose(file);
    }
}

/* The end of its input at once is what makes a server end. */
static int run(const char *const argv[])
{
    spawn *process = spawn_start(argv, SPAWN_PIPE, "output.txt", ERRORS);

    if (process == NULL) {
        return 127;
    }
    spawn_close_input(process);
    return spawn_wait(process, PATIENCE_MS);
}

/* Appends a list that ends with NULL. */
static int append(const char *argv[], int argc, const char *const list[])
{
    for (; *list != NULL; list++) {
        argv[argc++] = *list;
    }
    argv[argc] = NULL;
    return argc;
}

static const char *why_not(const char *name, const char *const tool[],
                           const char *reason)
{
    const char *argv[ARGUMENTS_MAX];
    const char *nothing[] = {MEASURE_RAW_EPOLL, NULL};
    int argc = append(argv, 0, tool);

    if (tool[0][0] != '/') {
        return name;
    }
    (void)append(argv, argc, nothing);
    return run(argv) == 0 ? NULL : reason;
}

const char *measure_no_instructions(void)
{
    return why_not("valgrind was not found", valgrind,
                   "valgrind does not work here");
}

const char *measure_no_calls(void)
{
    return why_not("strace was not found", strace,
                   "strace does not work here: ptrace is not permitted?");
}

static bool run_load(const measure_load *load, const char *const tool[],
                     int messages)
{
    char connections[16];
    char depth[16];
    char number[16];
    const char *begin[] = {MEASURE_LOAD, "-c",  connections,
                           "-d",         depth, "-n",
                           number,       "-m",  load->churn ? "churn" : "echo",
                           "--",         NULL};
    const char *argv[ARGUMENTS_MAX];
    int argc;

    snprintf(connections, sizeof connections, "%d", load->connections);
    snprintf(depth, sizeof depth, "%d", load->depth);
    snprintf(number, sizeof number, "%d", messages);
    argc = append(argv, 0, begin);
    argc = append(argv, argc, tool);
    (void)append(argv, argc, load->server);
    if (run(argv) != 0) {
        fprintf(stderr, "%s failed:\n", load->server[0]);
        show_file(ERRORS);
        return false;
    }
    return true;
}

/* ---- instructions ----------------------------------------------------- */

/* "summary: 12345" */
static bool read_summary(double *count)
{
    FILE *file = fopen(COUNTS, "r");
    char line[256];
    bool found = false;

    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "summary:", 8) == 0) {
            *count = strtod(line + 8, NULL);
            found = true;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return found;
}

bool measure_instructions(const measure_load *load, double *result)
{
    double few;
    double many;

    if (!run_load(load, valgrind, SHORT) || !read_summary(&few) ||
        !run_load(load, valgrind, LONG) || !read_summary(&many)) {
        return false;
    }
    *result = (many - few) / (LONG - SHORT);
    return true;
}

bool measure_program(const char *const program[], double *result)
{
    const char *argv[ARGUMENTS_MAX];
    int argc = append(argv, 0, valgrind);

    (void)append(argv, argc, program);
    return run(argv) == 0 && read_summary(result);
}

/* ---- system calls ----------------------------------------------------- */

/* "% time  seconds  usecs/call  calls  errors  name", errors may be blank. */
static void read_row(const char *line, measure_calls *counts)
{
    const char *name = strrchr(line, ' ');
    double calls;

    if (sscanf(line, "%*f %*f %*f %lf", &calls) != 1 || name == NULL ||
        strcmp(name + 1, "total\n") == 0) {
        return;
    }
    counts->all += calls;
    if (strcmp(name + 1, "epoll_ctl\n") == 0) {
        counts->epoll_ctl = calls;
    } else if (strcmp(name + 1, "fcntl\n") == 0) {
        counts->fcntl = calls;
    }
}

static bool read_table(measure_calls *counts)
{
    FILE *file = fopen(COUNTS, "r");
    char line[256];

    memset(counts, 0, sizeof *counts);
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        read_row(line, counts);
    }
    if (file != NULL) {
        fclose(file);
    }
    return counts->all > 0;
}

bool measure_system_calls(const measure_load *load, measure_calls *result)
{
    measure_calls few;
    measure_calls many;

    if (!run_load(load, strace, SHORT) || !read_table(&few) ||
        !run_load(load, strace, LONG) || !read_table(&many)) {
        return false;
    }
    result->all = (many.all - few.all) / (LONG - SHORT);
    result->epoll_ctl = (many.epoll_ctl - few.epoll_ctl) / (LONG - SHORT);
    result->fcntl = (many.fcntl - few.fcntl) / (LONG - SHORT);
    return true;
}
