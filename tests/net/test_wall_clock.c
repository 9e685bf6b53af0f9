/* SPDX-License-Identifier: MIT */
/*
 * test_wall_clock.c - a clock on the wall that jumps: this program has
 * clock_gettime, gettimeofday and time itself, and the linker prefers them.
 * Nobody in the library looks at that clock, so nothing changes (TI1).
 */
#define _GNU_SOURCE 1

#include "support/scene.h"

#include <dlfcn.h>
#include <sys/time.h>
#include <time.h>

static long shift_s;        /* what somebody has set the clock on by */
static unsigned wall_looks; /* at the clock on the wall */
static unsigned looks;      /* at any other */

/* The system's own function; C has no cast for what dlsym gives. */
static void find(void *function, const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);

    assert_non_null(found);
    memcpy(function, &found, sizeof found);
}

int clock_gettime(clockid_t id, struct timespec *now)
{
    int (*real)(clockid_t, struct timespec *);
    int result;

    find(&real, "clock_gettime");
    result = real(id, now);
    if (id == CLOCK_REALTIME) {
        wall_looks++;
        now->tv_sec += shift_s;
    } else {
        looks++;
    }
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec precise;
    int result = clock_gettime(CLOCK_REALTIME, &precise);

    (void)zone;
    now->tv_sec = precise.tv_sec;
    now->tv_usec = (suseconds_t)(precise.tv_nsec / 1000);
    return result;
}

time_t time(time_t *out)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (out != NULL) {
        *out = now.tv_sec;
    }
    return now.tv_sec;
}

/* An hour on, an hour back, to 1970, to 2040 and beyond. */
static void jump(unsigned turn)
{
    static const long shifts[] = {3600, -3600, 0, -2000000000L, 1000000000L, 0};

    shift_s = shifts[turn % (sizeof shifts / sizeof shifts[0])];
}

static unsigned fired;
static uint64_t earliest_ns;

static void ring(duos_timer *timer, void *user)
{
    (void)timer;
    (void)user;
    assert_true(net_now() >= earliest_ns);
    fired++;
}

static void test_TI1_jumps_of_the_wall_clock_change_nothing(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;
    duos_timer timer;
    uint64_t begin;
    unsigned turn;

    s->server_config.limits.idle_ms = 60;
    s->served.act = told_echo;
    scene_serve(s);
    assert_ok(duos_timer_init(&timer, s->loop, ring, NULL));
    wall_looks = looks = 0;
    visitor = scene_visit(s);
    begin = net_now();
    earliest_ns = begin + 40 * UINT64_C(1000000);
    assert_ok(duos_timer_start(&timer, 40));
    for (turn = 0; s->served.closes == 0; turn++) {
        jump(turn);
        assert_ok(duos_loop_step(s->loop, 1));
        if (fired == 0 && turn < 10) {
            scene_echo(s, visitor);
        }
        assert_waited_less_than(begin, PATIENCE_MS);
    }
    shift_s = 0;
    assert_int_equal(fired, 1);
    assert_int_equal(s->served.reason, DUOS_EIDLE);
    assert_waited_at_least(begin, 60);
    assert_true(looks > 0); /* ours are called at all */
    assert_int_equal(wall_looks, 0);
    net_close(&visitor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(test_TI1_jumps_of_the_wall_clock_change_nothing)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
