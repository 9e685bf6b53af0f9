/* SPDX-License-Identifier: MIT */
/*
 * test_timer.c - the timers of loop.h, on the real clock. The heap by itself
 * is tested in unit/test_timer.c.
 */
#include "support/scene.h"
#include "support/seeded.h"

#include "loop_core.h"

#define NS_PER_MS UINT64_C(1000000)

/* A timer that knows when it may fire. */
typedef struct bell {
    duos_timer timer;
    uint64_t earliest_ns; /* read before the start */
    uint64_t latest_ns;   /* read behind it */
    unsigned fired;
    int order; /* of its last firing among all */
    void (*act)(struct bell *a);
    struct bell *other;
    bool on; /* of the model */
} bell;

static int firings;

static void ring(duos_timer *timer, void *user)
{
    bell *a = (bell *)user;

    assert_ptr_equal(timer, &a->timer);
    assert_false(duos_timer_active(timer));
    assert_true(net_now() >= a->earliest_ns);
    a->fired++;
    a->order = firings++;
    if (a->act != NULL) {
        a->act(a);
    }
}

static void prepare(bell *a, const scene *s, void (*act)(bell *a))
{
    memset(a, 0, sizeof *a);
    a->act = act;
    assert_ok(duos_timer_init(&a->timer, s->loop, ring, a));
}

static void set(bell *a, int64_t ms)
{
    a->earliest_ns = net_now() + (uint64_t)ms * NS_PER_MS;
    assert_ok(duos_timer_start(&a->timer, ms));
    a->latest_ns = net_now() + (uint64_t)ms * NS_PER_MS;
}

static void test_timer_refuses_what_is_invalid(void **state)
{
    scene *s = (scene *)*state;
    duos_timer timer;

    memset(&timer, 0, sizeof timer);
    assert_err(DUOS_EINVAL, duos_timer_init(NULL, s->loop, ring, NULL));
    assert_err(DUOS_EINVAL, duos_timer_init(&timer, NULL, ring, NULL));
    assert_err(DUOS_EINVAL, duos_timer_init(&timer, s->loop, NULL, NULL));
    assert_err(DUOS_EINVAL, duos_timer_start(NULL, 1));
    assert_err(DUOS_EINVAL, duos_timer_start(&timer, 1));
    duos_timer_stop(NULL);
    duos_timer_stop(&timer);
    assert_false(duos_timer_active(NULL));
    assert_false(duos_timer_active(&timer));
    assert_ok(duos_timer_init(&timer, s->loop, ring, NULL));
    assert_err(DUOS_ERANGE, duos_timer_start(&timer, -1));
    assert_err(DUOS_ERANGE, duos_timer_start(&timer, INT64_MIN));
    assert_false(duos_timer_active(&timer));
}

static void test_timer_fires_once_and_never_early(void **state)
{
    scene *s = (scene *)*state;
    bell bells[20];
    int i;

    for (i = 0; i < 20; i++) {
        prepare(&bells[i], s, NULL);
        set(&bells[i], i);
        assert_true(duos_timer_active(&bells[i].timer));
    }
    for (i = 0; i < 20; i++) {
        scene_until(s, bells[i].fired, 1);
    }
    scene_idle(s);
    for (i = 0; i < 20; i++) {
        assert_int_equal(bells[i].fired, 1);
        assert_false(duos_timer_active(&bells[i].timer));
    }
}

static void test_TI3_timer_equal_delays_fire_in_order_of_starts(void **state)
{
    static bell bells[1000];
    scene *s = (scene *)*state;
    int i;

    for (i = 0; i < 1000; i++) {
        prepare(&bells[i], s, NULL);
        set(&bells[i], 1);
    }
    firings = 0;
    scene_until(s, bells[999].fired, 1);
    for (i = 0; i < 1000; i++) {
        assert_int_equal(bells[i].order, i);
    }
}

static void stop_other(bell *a)
{
    duos_timer_stop(&a->other->timer);
}

static void test_TI3_timer_stopped_in_a_callback_does_not_fire(void **state)
{
    scene *s = (scene *)*state;
    bell first, second, third;

    prepare(&first, s, stop_other);
    prepare(&second, s, NULL);
    prepare(&third, s, NULL);
    first.other = &second;
    set(&first, 1);
    set(&second, 1);
    set(&third, 2);
    scene_until(s, third.fired, 1);
    scene_idle(s);
    assert_int_equal(first.fired, 1);
    assert_int_equal(second.fired, 0);
    duos_timer_stop(&second.timer);
}

static void set_again(bell *a)
{
    set(a, 0);
}

/* Others must have their turn, and the run must be able to end. */
static void test_TI3_timer_of_no_delay_starves_nobody(void **state)
{
    scene *s = (scene *)*state;
    bell busy, other;
    duos_socket visitor;

    s->served.act = told_echo;
    scene_serve(s);
    prepare(&busy, s, set_again);
    prepare(&other, s, NULL);
    set(&busy, 0);
    set(&other, 2);
    scene_until(s, other.fired, 1);
    visitor = scene_visit(s);
    scene_echo(s, visitor);
    assert_true(busy.fired > 1);
    duos_timer_stop(&busy.timer);
    net_close(&visitor);
}

/* A turn fires a timer that its own callback started once, not for ever. */
static void test_timer_of_no_delay_does_not_make_a_turn_longer(void **state)
{
    scene *s = (scene *)*state;
    bell busy;
    unsigned turns;

    prepare(&busy, s, set_again);
    set(&busy, 0);
    for (turns = 0; turns < 100; turns++) {
        assert_ok(duos_loop_step(s->loop, 0));
        assert_true(busy.fired <= turns + 1);
    }
    duos_timer_stop(&busy.timer);
}

/* Waiting a millisecond between two of them would be a sleep. The best of five
 * stretches counts, since others want the machine, too. */
static void test_TI5_timer_of_no_delay_does_not_wait(void **state)
{
    scene *s = (scene *)*state;
    uint64_t best = UINT64_MAX;
    bell busy;
    unsigned i;

    prepare(&busy, s, set_again);
    set(&busy, 0);
    for (i = 1; i <= 5; i++) {
        uint64_t begin = net_now();
        uint64_t passed;

        while (busy.fired < 500 * i) {
            assert_ok(duos_loop_step(s->loop, -1));
        }
        passed = net_now() - begin;
        best = passed < best ? passed : best;
    }
    assert_true(best < 450 * NS_PER_MS);
    duos_timer_stop(&busy.timer);
}

static void test_API7_timer_takes_huge_delays(void **state)
{
    static const int64_t delays[] = {INT64_MAX, INT64_MAX / 1000000,
                                     INT64_MAX / 1000000 + 1,
                                     (int64_t)UINT32_MAX + 1, INT32_MAX};
    scene *s = (scene *)*state;
    bell bells[5];
    bell soon;
    int i;

    for (i = 0; i < 5; i++) {
        prepare(&bells[i], s, NULL);
        assert_ok(duos_timer_start(&bells[i].timer, delays[i]));
    }
    prepare(&soon, s, NULL);
    set(&soon, 2);
    scene_until(s, soon.fired, 1);
    for (i = 0; i < 5; i++) {
        assert_int_equal(bells[i].fired, 0);
        assert_true(duos_timer_active(&bells[i].timer));
        duos_timer_stop(&bells[i].timer);
    }
}

static void test_timer_started_anew_fires_at_the_new_time_only(void **state)
{
    scene *s = (scene *)*state;
    bell moved, end;

    prepare(&moved, s, NULL);
    prepare(&end, s, NULL);
    set(&moved, 1);
    set(&moved, 10);
    set(&end, 12);
    scene_until(s, end.fired, 1);
    assert_int_equal(moved.fired, 1);
    set(&moved, 60000);
    set(&moved, 1);
    set(&end, 3);
    scene_until(s, end.fired, 2);
    assert_int_equal(moved.fired, 2);
}

static void test_ME1_timer_without_memory_stays_as_it_was(void **state)
{
    scene *s = (scene *)*state;
    bell old, fresh;

    prepare(&old, s, NULL);
    prepare(&fresh, s, NULL);
    failing_alloc_arm(&s->memory, 1, true);
    assert_err(DUOS_ENOMEM, duos_timer_start(&fresh.timer, 1));
    assert_false(duos_timer_active(&fresh.timer));
    failing_alloc_arm(&s->memory, 0, false);
    set(&old, 60000);
    failing_alloc_arm(&s->memory, 1, true);
    set(&old, 1); /* needs none */
    scene_until(s, old.fired, 1);
    assert_int_equal(fresh.fired, 0);
    failing_alloc_arm(&s->memory, 0, false);
}

/* In the middle of them the numbers of starts would change their order. */
static void test_TI2_timer_fires_after_billions_of_other_starts(void **state)
{
    scene *s = (scene *)*state;
    bell patient, young;

    prepare(&patient, s, NULL);
    prepare(&young, s, NULL);
    set(&patient, 5);
    s->loop->timers.sequence += UINT32_C(0x80000001);
    set(&young, 6);
    scene_until(s, young.fired, 1);
    assert_int_equal(patient.fired, 1);
}

/* ---- a model ---------------------------------------------------------- */

#define BELLS      300
#define OPERATIONS 100000

static bell crowd[BELLS];
static uint64_t last_earliest;

static void check_order(bell *a)
{
    assert_true(a->on);
    a->on = false;
    assert_true(a->latest_ns >= last_earliest);
    last_earliest = a->earliest_ns;
}

/* What must have fired by the turn that began at begin_ns has. */
static void check_turn(const scene *s, uint64_t begin_ns)
{
    int i;

    for (i = 0; i < BELLS; i++) {
        assert_int_equal(duos_timer_active(&crowd[i].timer), crowd[i].on);
        assert_false(crowd[i].on && crowd[i].latest_ns <= begin_ns);
    }
    (void)s;
}

static void test_TI3_timer_random_operations_agree_with_a_model(void **state)
{
    scene *s = (scene *)*state;
    seeded random = {20240229};
    int operation, i;

    for (i = 0; i < BELLS; i++) {
        prepare(&crowd[i], s, check_order);
    }
    for (operation = 0; operation < OPERATIONS; operation++) {
        bell *a = &crowd[seeded_below(&random, BELLS)];
        uint32_t what = seeded_below(&random, 100);

        if (what < 60) {
            set(a, (int64_t)seeded_below(&random, what < 50 ? 4 : 100000));
            a->on = true;
        } else if (what < 99) {
            duos_timer_stop(&a->timer);
            a->on = false;
        } else {
            uint64_t begin = net_now();

            last_earliest = 0;
            assert_ok(duos_loop_step(s->loop, 0));
            check_turn(s, begin);
        }
    }
    for (i = 0; i < BELLS; i++) {
        duos_timer_stop(&crowd[i].timer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(test_timer_refuses_what_is_invalid),
        scene_test(test_timer_fires_once_and_never_early),
        scene_test(test_TI3_timer_equal_delays_fire_in_order_of_starts),
        scene_test(test_TI3_timer_stopped_in_a_callback_does_not_fire),
        scene_test(test_TI3_timer_of_no_delay_starves_nobody),
        scene_test(test_timer_of_no_delay_does_not_make_a_turn_longer),
        scene_test(test_TI5_timer_of_no_delay_does_not_wait),
        scene_test(test_API7_timer_takes_huge_delays),
        scene_test(test_timer_started_anew_fires_at_the_new_time_only),
        scene_test(test_ME1_timer_without_memory_stays_as_it_was),
        scene_test(test_TI2_timer_fires_after_billions_of_other_starts),
        scene_test(test_TI3_timer_random_operations_agree_with_a_model),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
