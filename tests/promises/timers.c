/* SPDX-License-Identifier: MIT */
/*
 * timers.c - figure P10: timers COUNT fires so many timers of one loop, a
 * thousand at a time, and tells how many were early and how late the others
 * were, as the caller's clock has it.
 */
#include <duosock/duosock.h>

#include "support/seeded.h"
#include "sys.h"

#include <stdio.h>
#include <stdlib.h>

#define AT_A_TIME  1000
#define LONGEST_MS 50

/* Lateness is counted in steps of 10 us up to a second. */
#define STEP_NS UINT64_C(10000)
#define STEPS   100000

typedef struct alarm_clock {
    duos_timer timer;
    uint64_t due_ns;
} alarm_clock;

typedef struct bench {
    duos_loop *loop;
    seeded random;
    unsigned long started;
    unsigned long fired;
    unsigned long early;
    unsigned long wanted;
    unsigned long late[STEPS];
} bench;

static bench b;
static alarm_clock clocks[AT_A_TIME];

/* How long a timer runs counts from before its start. */
static void start(alarm_clock *clock)
{
    int64_t delay_ms = 1 + seeded_below(&b.random, LONGEST_MS);
    duos_err err;

    if (b.started == b.wanted) {
        return;
    }
    b.started++;
    clock->due_ns = sys_now_ns() + (uint64_t)delay_ms * 1000000;
    err = duos_timer_start(&clock->timer, delay_ms);
    if (err != DUOS_OK) {
        fprintf(stderr, "timer: %s\n", duos_err_text(err));
        exit(1);
    }
}

static void on_timer(duos_timer *timer, void *user)
{
    alarm_clock *clock = (alarm_clock *)user;
    uint64_t now = sys_now_ns();

    (void)timer;
    if (now < clock->due_ns) {
        b.early++;
    } else {
        uint64_t step = (now - clock->due_ns) / STEP_NS;

        b.late[step < STEPS ? step : STEPS - 1]++;
    }
    if (++b.fired == b.wanted) {
        duos_loop_stop(b.loop);
    }
    start(clock);
}

/* Milliseconds that only one of a hundred exceeds. */
static double p99(void)
{
    unsigned long rest = b.fired / 100;
    size_t step = STEPS;

    while (step > 0 && b.late[step - 1] <= rest) {
        rest -= b.late[--step];
    }
    return (double)step * (double)STEP_NS / 1e6;
}

int main(int argc, char **argv)
{
    duos_err err;
    size_t i;

    b.wanted = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
    if (b.wanted < AT_A_TIME) {
        fprintf(stderr, "usage: timers COUNT, at least %d\n", AT_A_TIME);
        return 2;
    }
    b.random.state = 10;
    err = duos_loop_create(NULL, &b.loop);
    for (i = 0; i < AT_A_TIME && err == DUOS_OK; i++) {
        err = duos_timer_init(&clocks[i].timer, b.loop, on_timer, &clocks[i]);
        start(&clocks[i]);
    }
    if (err == DUOS_OK) {
        err = duos_loop_run(b.loop);
    }
    duos_loop_destroy(b.loop);
    printf("%lu timers, %lu early, p99 %.2f ms late\n", b.fired, b.early,
           p99());
    if (err != DUOS_OK) {
        fprintf(stderr, "loop: %s\n", duos_err_text(err));
    }
    return err == DUOS_OK && b.early == 0 ? 0 : 1;
}
