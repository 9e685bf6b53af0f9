/* SPDX-License-Identifier: MIT */
/*
 * calls.c - figures B2 and B3: system calls per message and per connection
 * of duos_server.
 *
 * How many messages share one wait is the scheduler's affair: a load that
 * was late can only add waits. So what is above its bar is measured again.
 */
#include <stdio.h>

#include "figures/measure.h"

#define ATTEMPTS 3

typedef struct bar {
    const char *what;
    bool churn;
    int connections;
    int depth;
    double most;
    double epoll_ctl; /* exactly */
} bar;

static const bar bars[] = {
    {"B2 echo, 50 connections", false, 50, 1, 2.03, 0},
    {"B2 echo, 1 connection", false, 1, 1, 3.00, 0},
    {"B2 echo, 50 connections, 16 deep", false, 50, 16, 0.13, 0},
    {"B3 connect, echo, close", true, 100, 1, 6.10, 1}};

/* Counts per message come in steps of 1 / 8,000; this is less. */
#define ROUNDING 0.0001

static bool is_met(const bar *b, const measure_calls *calls)
{
    double ctl = calls->epoll_ctl - b->epoll_ctl;

    return calls->all <= b->most + ROUNDING && ctl < ROUNDING &&
           ctl > -ROUNDING && calls->fcntl < ROUNDING;
}

static bool holds(const bar *b)
{
    static const char *const server[] = {MEASURE_ECHO_SERVER, NULL};
    measure_load load = {server, false, 1, 1};
    measure_calls calls;
    bool held = false;
    int i;

    load.churn = b->churn;
    load.connections = b->connections;
    load.depth = b->depth;
    for (i = 0; i < ATTEMPTS && !held; i++) {
        if (!measure_system_calls(&load, &calls)) {
            return false;
        }
        held = is_met(b, &calls);
        printf("%-4s %s: %.4f system calls, bar %.2f; epoll_ctl %.4f, "
               "fcntl %.4f\n",
               held ? "ok" : "more", b->what, calls.all, b->most,
               calls.epoll_ctl, calls.fcntl);
    }
    return held;
}

int main(void)
{
    const char *reason = measure_no_calls();
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
