/* SPDX-License-Identifier: MIT */
/*
 * instructions.c - figure B1: instructions in user mode per 64-byte echo,
 * against the raw epoll server that is measured in the same run.
 */
#include <stdio.h>

#include "figures/measure.h"

typedef struct subject {
    const char *name;
    const char *command[2];
} subject;

static const subject raw_epoll = {"raw epoll", {MEASURE_RAW_EPOLL}};
static const subject server = {"duos_server", {MEASURE_ECHO_SERVER}};
static const subject bare = {"bare duos_poller", {MEASURE_ECHO_BARE}};
static const subject poller = {"duos_poller, duos_recv and duos_send",
                               {MEASURE_ECHO_POLLER}};

typedef struct bar {
    const subject *subject;
    int connections;
    double most; /* times raw epoll */
} bar;

/*
 * The bars of a bare poller are 1.25 and 1.40. With duos_recv and duos_send in
 * place of the system's calls come their checked arguments and their new
 * start after a signal; that must not get dearer than it is.
 */
static const bar bars[] = {{&server, 50, 1.60}, {&server, 1, 2.00},
                           {&bare, 50, 1.25},   {&bare, 1, 1.40},
                           {&poller, 50, 1.30}, {&poller, 1, 1.80}};

/* The bars were set with GCC; others come within a tenth of it. */
#define OTHER_COMPILER 1.10

static bool measure(const subject *s, int connections, double *result)
{
    measure_load load = {NULL, false, 1, 1};

    load.server = s->command;
    load.connections = connections;
    return measure_instructions(&load, result);
}

static bool holds(const bar *b)
{
    double most = MEASURE_GCC ? b->most : b->most * OTHER_COMPILER;
    double raw;
    double ours;
    bool held;

    if (!measure(&raw_epoll, b->connections, &raw) ||
        !measure(b->subject, b->connections, &ours)) {
        return false;
    }
    held = ours <= most * raw;
    printf("%-4s %s, %d connections: %.1f instructions, raw epoll %.1f: "
           "%.2f, bar %.2f\n",
           held ? "ok" : "FAIL", b->subject->name, b->connections, ours, raw,
           ours / raw, most);
    return held;
}

int main(void)
{
    const char *reason = measure_no_instructions();
    bool all = true;
    size_t i;

    if (reason != NULL) {
        printf("skipped: %s\n", reason);
        return MEASURE_SKIPPED;
    }
    for (i = 0; i < sizeof bars / sizeof bars[0]; i++) {
        all = holds(&bars[i]) && all;
    }
    return all ? 0 : 1;
}
