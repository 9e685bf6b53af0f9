/* SPDX-License-Identifier: MIT */
/*
 * timers.c - what one timer costs among many.
 *
 *   timers COUNT PHASES
 *
 * The letters of PHASES are worked off: a adds the timers, m moves each to
 * another time, e waits until all are due and lets them fire. Prints the
 * nanoseconds of CPU that each phase took for a timer, as a JSON object.
 */
#define _POSIX_C_SOURCE 200809L

#include <duosock/duosock.h>

#include "support/seeded.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* All are due within this time. */
#define SPAN_MS 1000

static duos_loop *loop;
static duos_timer *timers;
static seeded chance = {7};
static size_t timer_count;
static size_t fired;

static double cpu_ns(void)
{
    struct timespec t = {0, 0};

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static void need(duos_err err)
{
    if (err != DUOS_OK) {
        fprintf(stderr, "timers: %s\n", duos_err_text(err));
        exit(1);
    }
}

static void on_timer(duos_timer *timer, void *user)
{
    (void)timer;
    (void)user;
    if (++fired == timer_count) {
        duos_loop_stop(loop);
    }
}

static void start_all(void)
{
    size_t i;

    for (i = 0; i < timer_count; i++) {
        need(duos_timer_start(&timers[i],
                              1 + (int64_t)seeded_below(&chance, SPAN_MS)));
    }
}

static void expire(void)
{
    need(duos_loop_run(loop));
}

static void wait_until_due(void)
{
    const struct timespec span = {SPAN_MS / 1000, 10 * 1000 * 1000};

    nanosleep(&span, NULL);
}

static void play(char letter, const char *separator)
{
    double begin;

    if (letter == 'e') {
        wait_until_due();
    }
    begin = cpu_ns();
    if (letter == 'e') {
        expire();
    } else if (letter != '-') {
        start_all();
    }
    printf("%s\"%c\":%.1f", separator, letter,
           (cpu_ns() - begin) / (double)timer_count);
}

int main(int argc, char **argv)
{
    const char *phase;
    size_t i;

    timer_count = argc == 3 ? strtoul(argv[1], NULL, 10) : 0;
    timers = (duos_timer *)calloc(timer_count + 1, sizeof *timers);
    if (timer_count == 0 || timers == NULL) {
        fprintf(stderr, "usage: timers COUNT PHASES, as 1000000 ame\n");
        return 2;
    }
    need(duos_loop_create(NULL, &loop));
    for (i = 0; i < timer_count; i++) {
        need(duos_timer_init(&timers[i], loop, on_timer, NULL));
    }
    for (phase = argv[2]; *phase != '\0'; phase++) {
        play(*phase, phase == argv[2] ? "{" : ",");
    }
    printf("}\n");
    return 0; /* to take them down would be counted */
}
