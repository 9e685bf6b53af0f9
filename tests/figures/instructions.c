/* SPDX-License-Identifier: MIT */
/*
 * instructions.c - figure B1: instructions in user mode per 64-byte echo,
 * against the raw epoll server that is measured in the same run.
 */
#include <stdio.h>

#include "figures/measure.h"

typedef struct bar {
    measure_server server;
    int connections;
    double most; /* times raw epoll */
} bar;

/*
 * The aim for the last one is 1.40, which only the system's own recv and send
 * on a duos_poller reach (1.25). Checked arguments, and a wait and two
 * transfers that begin anew after a signal, keep duos_recv and duos_send from
 * it; until then it must not get worse.
 */
static const bar bars[] = {{ECHO_SERVER, 50, 1.60},
                           {ECHO_SERVER, 1, 2.00},
                           {ECHO_POLLER, 50, 1.25},
                           {ECHO_POLLER, 1, 1.75}};

/* The bars were set with GCC; others come within a tenth of it. */
#define OTHER_COMPILER 1.10

static bool measure(measure_server server, int connections, double *result)
{
    measure_load load = {RAW_EPOLL, false, 1, 1};

    load.server = server;
    load.connections = connections;
    return measure_instructions(&load, result);
}

static bool holds(const bar *b)
{
    double most = MEASURE_GCC ? b->most : b->most * OTHER_COMPILER;
    double raw;
    double ours;
    bool held;

    if (!measure(RAW_EPOLL, b->connections, &raw) ||
        !measure(b->server, b->connections, &ours)) {
        return false;
    }
    held = ours <= most * raw;
    printf("%-4s %s, %d connections: %.1f instructions, raw epoll %.1f: "
           "%.2f, bar %.2f\n",
           held ? "ok" : "FAIL", measure_name(b->server), b->connections, ours,
           raw, ours / raw, most);
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
