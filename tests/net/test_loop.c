/* SPDX-License-Identifier: MIT */
/*
 * test_loop.c - loop.h: making, running, stepping and ending a loop.
 */
#include "support/scene.h"

#include <stdlib.h>

#include "loop_core.h"

static scene *scene_of(void **state)
{
    return (scene *)*state;
}

/* A timer of a scene that counts, and does what a test asks for. */
typedef struct clockwork {
    scene *s;
    duos_timer timer;
    unsigned fired;
    void (*act)(struct clockwork *c);
    duos_err err;
} clockwork;

static void tick(duos_timer *timer, void *user)
{
    clockwork *c = (clockwork *)user;

    assert_false(duos_timer_active(timer));
    c->fired++;
    if (c->act != NULL) {
        c->act(c);
    }
}

static void wind(clockwork *c, scene *s, int64_t ms, void (*act)(clockwork *c))
{
    memset(c, 0, sizeof *c);
    c->s = s;
    c->act = act;
    assert_ok(duos_timer_init(&c->timer, s->loop, tick, c));
    assert_ok(duos_timer_start(&c->timer, ms));
}

/* Keeps the thread busy, as a callback should not. */
static void hog(int64_t ms)
{
    uint64_t begin = net_now();

    while (net_now() - begin < (uint64_t)ms * 1000000) {
    }
}

/* ---- making one ------------------------------------------------------- */

static void test_loop_config_has_the_documented_defaults(void **state)
{
    duos_loop_config config;

    (void)state;
    memset(&config, 0xff, sizeof config);
    duos_loop_config_init(&config);
    assert_int_equal(config.size, sizeof config);
    assert_int_equal(config.backend, DUOS_POLLER_AUTO);
    assert_false(config.ignore_env);
    assert_null(config.alloc);
    assert_int_equal(config.recv_buffer, 65536);
    duos_loop_config_init(NULL);
}

static void test_loop_create_refuses_what_is_invalid(void **state)
{
    duos_loop_config config;
    duos_loop *loop = NULL;

    (void)state;
    duos_loop_config_init(&config);
    assert_err(DUOS_EINVAL, duos_loop_create(&config, NULL));
    config.size = sizeof config + 1;
    assert_err(DUOS_EINVAL, duos_loop_create(&config, &loop));
    config.size = 1;
    assert_err(DUOS_EINVAL, duos_loop_create(&config, &loop));
    duos_loop_config_init(&config);
    config.backend = (duos_poller_backend)99;
    assert_err(DUOS_EINVAL, duos_loop_create(&config, &loop));
    assert_null(loop);
}

static void test_ME4_loop_create_bounds_the_receive_buffer(void **state)
{
    static const size_t wrong[] = {0, 1, 511, ((size_t)1 << 30) + 1};
    duos_loop_config config;
    duos_loop *loop = NULL;
    size_t i;

    (void)state;
    duos_loop_config_init(&config);
    for (i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        config.recv_buffer = wrong[i];
        assert_err(DUOS_ERANGE, duos_loop_create(&config, &loop));
        assert_null(loop);
    }
    config.recv_buffer = 512;
    assert_ok(duos_loop_create(&config, &loop));
    assert_ok(duos_loop_destroy(loop));
}

static bool is_compiled(duos_poller_backend backend)
{
    duos_poller_backend list[8];
    size_t count = duos_poller_backends(list, 8);
    size_t i;

    for (i = 0; i < count; i++) {
        if (list[i] == backend) {
            return true;
        }
    }
    return false;
}

static void test_loop_create_does_not_replace_a_missing_backend(void **state)
{
    duos_loop_config config;
    duos_loop *loop = NULL;
    int backend;
    int missing = 0;

    (void)state;
    duos_loop_config_init(&config);
    for (backend = DUOS_POLLER_EPOLL; backend <= DUOS_POLLER_SIM; backend++) {
        config.backend = (duos_poller_backend)backend;
        if (!is_compiled(config.backend)) {
            assert_err(DUOS_ENOTSUP, duos_loop_create(&config, &loop));
            missing++;
        } else {
            assert_ok(duos_loop_create(&config, &loop));
            assert_int_equal(duos_poller_backend_of(duos_loop_poller(loop)),
                             backend);
            assert_ok(duos_loop_destroy(loop));
        }
    }
    assert_true(missing > 0);
}

static void test_loop_create_follows_the_environment_unless_told(void **state)
{
    const char *named = getenv("DUOSOCK_POLLER");
    duos_loop_config config;
    duos_loop *loop = NULL;

    (void)state;
    duos_loop_config_init(&config);
    assert_ok(duos_loop_create(&config, &loop));
    if (named != NULL && *named != '\0') {
        assert_string_equal(duos_poller_backend_name(
                                duos_poller_backend_of(duos_loop_poller(loop))),
                            named);
    }
    assert_ok(duos_loop_destroy(loop));

    config.ignore_env = true;
    assert_ok(duos_loop_create(&config, &loop));
    assert_true(is_compiled(duos_poller_backend_of(duos_loop_poller(loop))));
    assert_ok(duos_loop_destroy(loop));
}

static void test_ME1_loop_create_fails_cleanly_at_every_allocation(void **state)
{
    failing_alloc memory;
    duos_loop_config config;
    duos_loop *loop = NULL;
    size_t k;

    (void)state;
    failing_alloc_init(&memory);
    duos_loop_config_init(&config);
    config.alloc = &memory.alloc;
    failing_alloc_arm(&memory, 1, false);
    assert_err(DUOS_ENOMEM, duos_loop_create(&config, &loop));
    for (k = 1;; k++) {
        duos_err err;

        failing_alloc_arm(&memory, k, true);
        err = duos_loop_create(&config, &loop);
        if (err == DUOS_OK) {
            break;
        }
        assert_int_equal(err, DUOS_ENOMEM);
        assert_all_freed(&memory);
    }
    assert_true(k > 3);
    assert_ok(duos_loop_destroy(loop));
    assert_all_freed(&memory);
}

static void test_SY6_loop_create_tells_that_no_descriptor_is_left(void **state)
{
    duos_loop *loop = NULL;

    (void)state;
    if (!os_begin_shortage()) {
        skip_because("no limit of descriptors on this system");
    }
    assert_err(DUOS_EMFILE, duos_loop_create(NULL, &loop));
    os_end_shortage();
    assert_null(loop);
}

static void test_loop_destroy_takes_null(void **state)
{
    (void)state;
    assert_ok(duos_loop_destroy(NULL));
}

/* ---- running ---------------------------------------------------------- */

static void stop_loop(clockwork *c)
{
    duos_loop_stop(c->s->loop);
}

static void test_CB4_loop_stop_in_a_callback_ends_the_run(void **state)
{
    scene *s = scene_of(state);
    clockwork c;
    int round;

    for (round = 1; round <= 3; round++) {
        wind(&c, s, 1, stop_loop);
        assert_ok(duos_loop_run(s->loop));
        assert_int_equal(c.fired, 1);
    }
}

static void test_loop_stop_before_the_run_ends_it_after_one_turn(void **state)
{
    scene *s = scene_of(state);
    clockwork c;

    wind(&c, s, 60 * 1000, NULL);
    duos_loop_stop(s->loop);
    assert_int_equal(duos_loop_next_timeout_ms(s->loop), 0);
    assert_ok(duos_loop_run(s->loop)); /* would last a minute */
    assert_int_equal(c.fired, 0);
    duos_timer_stop(&c.timer);
    duos_loop_stop(NULL);
}

static void test_loop_run_and_step_refuse_null(void **state)
{
    (void)state;
    assert_err(DUOS_EINVAL, duos_loop_run(NULL));
    assert_err(DUOS_EINVAL, duos_loop_step(NULL, 0));
}

static void run_within(clockwork *c)
{
    assert_err(DUOS_EBUSY, duos_loop_run(c->s->loop));
    assert_err(DUOS_EBUSY, duos_loop_step(c->s->loop, 0));
    assert_err(DUOS_EBUSY, duos_loop_destroy(c->s->loop));
    duos_loop_stop(c->s->loop);
}

static void test_CB3_loop_run_within_a_callback_is_refused(void **state)
{
    scene *s = scene_of(state);
    clockwork c;

    wind(&c, s, 0, run_within);
    assert_ok(duos_loop_run(s->loop));
    wind(&c, s, 0, run_within);
    assert_err(DUOS_ECANCELED, duos_loop_step(s->loop, -1));
    assert_int_equal(c.fired, 1);
    assert_ok(duos_loop_step(s->loop, 0)); /* the request was taken */
}

static void test_API7_loop_step_waits_as_long_as_it_may(void **state)
{
    scene *s = scene_of(state);
    uint64_t begin = net_now();
    clockwork c;

    assert_ok(duos_loop_step(s->loop, 0));
    assert_waited_less_than(begin, 0);

    begin = net_now();
    assert_ok(duos_loop_step(s->loop, 30));
    assert_waited_at_least(begin, 30);

    wind(&c, s, 30, NULL);
    begin = net_now();
    while (c.fired == 0) { /* a turn may end before its time */
        assert_ok(duos_loop_step(s->loop, INT64_MAX));
    }
    assert_waited_at_least(begin, 29);

    wind(&c, s, 30, NULL);
    while (c.fired == 0) {
        assert_ok(duos_loop_step(s->loop, -5));
    }
    assert_waited_less_than(begin, 60);
}

/* ---- time ------------------------------------------------------------- */

static void test_loop_next_timeout_tells_when_the_next_step_is_due(void **state)
{
    scene *s = scene_of(state);
    clockwork c;
    int64_t ms;

    assert_int_equal(duos_loop_next_timeout_ms(NULL), -1);
    assert_int_equal(duos_loop_next_timeout_ms(s->loop), -1);
    wind(&c, s, 100000, NULL);
    ms = duos_loop_next_timeout_ms(s->loop);
    assert_true(ms > 90000 && ms <= 100000);
    assert_ok(duos_timer_start(&c.timer, 0));
    assert_int_equal(duos_loop_next_timeout_ms(s->loop), 0);
    duos_timer_stop(&c.timer);
    assert_int_equal(duos_loop_next_timeout_ms(s->loop), -1);
}

static void test_API7_loop_next_timeout_survives_huge_delays(void **state)
{
    scene *s = scene_of(state);
    clockwork c;

    wind(&c, s, INT64_MAX, NULL);
    assert_int_equal(duos_loop_next_timeout_ms(s->loop), -1);
    assert_ok(duos_timer_start(&c.timer, (int64_t)1 << 40));
    assert_int_equal(duos_loop_next_timeout_ms(s->loop), INT32_MAX);
    assert_ok(duos_loop_step(s->loop, 0));
    assert_int_equal(c.fired, 0);
    duos_timer_stop(&c.timer);
}

static void compare_now(clockwork *c)
{
    uint64_t now = duos_loop_now_ms(c->s->loop);

    hog(5);
    assert_true(duos_loop_now_ms(c->s->loop) == now);
}

static void test_loop_now_stands_still_during_a_turn_only(void **state)
{
    scene *s = scene_of(state);
    uint64_t before = duos_loop_now_ms(s->loop);
    clockwork c;

    wind(&c, s, 5, compare_now);
    while (c.fired == 0) {
        assert_ok(duos_loop_step(s->loop, -1));
    }
    assert_ok(duos_loop_step(s->loop, 0));
    assert_true(duos_loop_now_ms(s->loop) >= before + 10);
    assert_int_equal(duos_loop_now_ms(NULL), 0);
    assert_null(duos_loop_poller(NULL));
}

static uint64_t hog_end;

static void hog_long(clockwork *c)
{
    (void)c;
    hog(910);
    hog_end = net_now();
}

/* A wait that is reckoned from the turn before is too long by that turn. */
static void test_TI4_loop_does_not_wait_for_a_timer_that_is_overdue(
    void **state)
{
    scene *s = scene_of(state);
    clockwork slow, next;

    wind(&next, s, 900, stop_loop);
    wind(&slow, s, 0, hog_long);
    assert_ok(duos_loop_run(s->loop));
    assert_int_equal(slow.fired + next.fired, 2);
    assert_true(net_now() - hog_end < 800 * UINT64_C(1000000));
}

/* ---- work for the end of a turn --------------------------------------- */

typedef struct chore {
    duos__deferred deferred;
    duos_loop *loop;
    struct chore *next;
    unsigned done;
} chore;

static void do_chore(duos__deferred *deferred)
{
    chore *c = (chore *)(void *)deferred;

    c->done++;
    if (c->next != NULL) {
        duos__loop_defer(c->loop, &c->next->deferred);
    }
}

/* Endings may begin others; none may be forgotten. */
static void test_loop_destroy_does_all_that_was_deferred(void **state)
{
    chore chores[3];
    duos_loop *loop;
    int i;

    (void)state;
    assert_ok(duos_loop_create(NULL, &loop));
    memset(chores, 0, sizeof chores);
    for (i = 0; i < 3; i++) {
        chores[i].deferred.run = do_chore;
        chores[i].loop = loop;
        chores[i].next = i < 2 ? &chores[i + 1] : NULL;
    }
    duos__loop_defer(loop, &chores[0].deferred);
    assert_int_equal(duos_loop_next_timeout_ms(loop), 0);
    assert_ok(duos_loop_destroy(loop));
    for (i = 0; i < 3; i++) {
        assert_int_equal(chores[i].done, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_loop_config_has_the_documented_defaults),
        cmocka_unit_test(test_loop_create_refuses_what_is_invalid),
        cmocka_unit_test(test_ME4_loop_create_bounds_the_receive_buffer),
        cmocka_unit_test(test_loop_create_does_not_replace_a_missing_backend),
        cmocka_unit_test(test_loop_create_follows_the_environment_unless_told),
        cmocka_unit_test(
            test_ME1_loop_create_fails_cleanly_at_every_allocation),
        cmocka_unit_test(test_SY6_loop_create_tells_that_no_descriptor_is_left),
        cmocka_unit_test(test_loop_destroy_takes_null),
        scene_test(test_CB4_loop_stop_in_a_callback_ends_the_run),
        scene_test(test_loop_stop_before_the_run_ends_it_after_one_turn),
        cmocka_unit_test(test_loop_run_and_step_refuse_null),
        scene_test(test_CB3_loop_run_within_a_callback_is_refused),
        scene_test(test_API7_loop_step_waits_as_long_as_it_may),
        scene_test(test_loop_next_timeout_tells_when_the_next_step_is_due),
        scene_test(test_API7_loop_next_timeout_survives_huge_delays),
        scene_test(test_loop_now_stands_still_during_a_turn_only),
        scene_test(test_TI4_loop_does_not_wait_for_a_timer_that_is_overdue),
        cmocka_unit_test(test_loop_destroy_does_all_that_was_deferred),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
