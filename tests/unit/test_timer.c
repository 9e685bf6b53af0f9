/* SPDX-License-Identifier: MIT */
/*
 * test_timer.c - timer.h: the heap of timers, without a loop around it.
 */
#include "support/check.h"
#include "support/failing_alloc.h"
#include "support/seeded.h"

#include "timer.h"

#define NODES 1000

typedef struct bench {
    failing_alloc failing;
    duos__timers timers;
    duos__timer nodes[NODES];
    int fired[NODES]; /* in this order */
    int fired_count;
    int again; /* node that starts itself again, or -1 */
    int stops; /* node that node 0 stops, or -1 */
} bench;

static bench b;

static void on_fire(duos__timer *node)
{
    int which = (int)(node - b.nodes);

    b.fired[b.fired_count++] = which;
    if (which == b.again) {
        assert_ok(duos__timers_start(&b.timers, node, 0));
    }
    if (which == 0 && b.stops >= 0) {
        duos__timers_stop(&b.timers, &b.nodes[b.stops]);
    }
}

static int set_up(void **state)
{
    int i;

    memset(&b, 0, sizeof b);
    failing_alloc_init(&b.failing);
    duos__timers_init(&b.timers, &b.failing.alloc);
    for (i = 0; i < NODES; i++) {
        b.nodes[i].fire = on_fire;
    }
    b.again = b.stops = -1;
    *state = NULL;
    return 0;
}

static int tear_down(void **state)
{
    int i;

    (void)state;
    duos__timers_fini(&b.timers);
    assert_all_freed(&b.failing);
    for (i = 0; i < NODES; i++) {
        assert_int_equal(b.nodes[i].position, 0);
    }
    return 0;
}

static void start(int which, uint64_t due_ns)
{
    assert_ok(duos__timers_start(&b.timers, &b.nodes[which], due_ns));
}

static void test_timer_none_started_is_never_due(void **state)
{
    (void)state;
    assert_true(duos__timers_next(&b.timers) == UINT64_MAX);
    duos__timers_fire(&b.timers, UINT64_MAX);
    assert_int_equal(b.fired_count, 0);
}

static void test_timer_fires_when_due_and_not_before(void **state)
{
    (void)state;
    start(0, 100);
    assert_true(duos__timers_next(&b.timers) == 100);
    duos__timers_fire(&b.timers, 99);
    assert_int_equal(b.fired_count, 0);
    duos__timers_fire(&b.timers, 100);
    assert_int_equal(b.fired_count, 1);
    duos__timers_fire(&b.timers, 200);
    assert_int_equal(b.fired_count, 1);
}

static void test_TI3_timer_equal_times_fire_in_order_of_starts(void **state)
{
    int i;

    (void)state;
    for (i = 0; i < NODES; i++) {
        start((i * 7) % NODES, 5);
    }
    duos__timers_fire(&b.timers, 5);
    assert_int_equal(b.fired_count, NODES);
    for (i = 0; i < NODES; i++) {
        assert_int_equal(b.fired[i], (i * 7) % NODES);
    }
}

#define MANY 200000

static unsigned many_fired;

/* Their starts are their order where their times are equal. */
static void check_many(duos__timer *node)
{
    static const duos__timer *last;

    if (many_fired++ > 0) {
        assert_true(node->due_ns > last->due_ns ||
                    (node->due_ns == last->due_ns && node > last));
    }
    last = node;
}

/* With a list in place of the heap this would take a minute. */
static void test_TI3_timer_many_thousands_fire_in_order(void **state)
{
    static duos__timer many[MANY];
    seeded random = {7};
    unsigned i;

    (void)state;
    many_fired = 0;
    for (i = 0; i < MANY; i++) {
        many[i].fire = check_many;
        assert_ok(duos__timers_start(&b.timers, &many[i],
                                     seeded_below(&random, MANY / 10)));
    }
    for (i = 0; i < MANY; i += 4) {
        duos__timers_stop(&b.timers, &many[i]);
    }
    duos__timers_fire(&b.timers, MANY);
    assert_int_equal(many_fired, MANY - MANY / 4);
}

/* The sequence of starts is 32 bits wide; its order must survive the end. */
static void test_TI2_timer_order_survives_the_wrap_of_the_sequence(void **state)
{
    int i;

    (void)state;
    b.timers.sequence = UINT32_MAX - 4;
    for (i = 0; i < 10; i++) {
        start(i, 5);
    }
    duos__timers_fire(&b.timers, 5);
    assert_int_equal(b.fired_count, 10);
    for (i = 0; i < 10; i++) {
        assert_int_equal(b.fired[i], i);
    }
}

static void test_timer_stopped_does_not_fire(void **state)
{
    (void)state;
    start(0, 1);
    start(1, 2);
    duos__timers_stop(&b.timers, &b.nodes[0]);
    duos__timers_stop(&b.timers, &b.nodes[0]);
    duos__timers_stop(&b.timers, &b.nodes[2]);
    assert_true(duos__timers_next(&b.timers) == 2);
    duos__timers_fire(&b.timers, 10);
    assert_int_equal(b.fired_count, 1);
    assert_int_equal(b.fired[0], 1);
}

static void test_timer_restarted_has_the_new_time_only(void **state)
{
    (void)state;
    start(0, 1);
    start(1, 5);
    start(0, 9);
    assert_int_equal(b.timers.count, 2);
    duos__timers_fire(&b.timers, 8);
    assert_int_equal(b.fired_count, 1);
    assert_int_equal(b.fired[0], 1);
    duos__timers_fire(&b.timers, 9);
    assert_int_equal(b.fired_count, 2);
}

/* Otherwise a timer of 0 ms would keep its loop for ever. */
static void test_timer_started_by_a_callback_waits_for_the_next_call(
    void **state)
{
    (void)state;
    b.again = 0;
    start(0, 1);
    duos__timers_fire(&b.timers, 10);
    assert_int_equal(b.fired_count, 1);
    duos__timers_fire(&b.timers, 10);
    assert_int_equal(b.fired_count, 2);
}

static void test_TI3_timer_stopped_by_a_callback_does_not_fire(void **state)
{
    (void)state;
    b.stops = 1;
    start(0, 1);
    start(1, 1);
    start(2, 1);
    duos__timers_fire(&b.timers, 1);
    assert_int_equal(b.fired_count, 2);
    assert_int_equal(b.fired[0], 0);
    assert_int_equal(b.fired[1], 2);
}

/* Whatever others start meanwhile, the place is kept. */
static void test_ME1_timer_with_a_place_starts_without_memory(void **state)
{
    duos__timer *kept = &b.nodes[NODES - 1];
    int round;
    int i = 0;

    (void)state;
    assert_ok(duos__timers_reserve(&b.timers));
    failing_alloc_arm(&b.failing, 2, true);
    while (duos__timers_start(&b.timers, &b.nodes[i], 10) == DUOS_OK) {
        i++;
    }
    assert_between(i, 10, 100);
    for (round = 0; round < 3; round++) {
        duos__timers_start_reserved(&b.timers, kept, 5);
        assert_true(duos__timers_next(&b.timers) == 5);
        assert_ok(duos__timers_start(&b.timers, &b.nodes[0], 10));
        duos__timers_stop(&b.timers, kept);
        assert_err(DUOS_ENOMEM, duos__timers_start(&b.timers, &b.nodes[i], 10));
    }
    duos__timers_unreserve(&b.timers);
    assert_ok(duos__timers_start(&b.timers, &b.nodes[i], 10));
}

static void test_ME1_timer_start_without_memory_changes_nothing(void **state)
{
    int i = 0;
    int failures = 0;

    (void)state;
    while (i < 100) {
        failing_alloc_arm(&b.failing, 1, false);
        if (duos__timers_start(&b.timers, &b.nodes[i], 5) != DUOS_OK) {
            failures++;
            assert_int_equal(b.nodes[i].position, 0);
            assert_int_equal(b.timers.count, i);
            failing_alloc_arm(&b.failing, 0, false);
            start(i, 5);
        }
        i++;
    }
    assert_true(failures > 2);
    /* One that is started already needs no memory. */
    failing_alloc_arm(&b.failing, 1, true);
    start(0, 6);
    duos__timers_fire(&b.timers, 6);
    assert_int_equal(b.fired_count, 100);
}

/* The earliest of the model, by looking at all. */
static uint64_t model_next(const uint64_t *due)
{
    uint64_t earliest = UINT64_MAX;
    int i;

    for (i = 0; i < NODES; i++) {
        earliest = due[i] < earliest ? due[i] : earliest;
    }
    return earliest;
}

static void test_timer_random_operations_agree_with_a_model(void **state)
{
    static uint64_t due[NODES]; /* UINT64_MAX: not started */
    seeded random = {31337};
    uint64_t now = 0;
    int step, i;

    (void)state;
    memset(due, 0xff, sizeof due);
    for (step = 0; step < 20000; step++) {
        uint32_t which = seeded_below(&random, NODES);

        switch (seeded_below(&random, 4)) {
        case 0:
            duos__timers_stop(&b.timers, &b.nodes[which]);
            due[which] = UINT64_MAX;
            break;
        case 1:
            now += seeded_below(&random, 20);
            b.fired_count = 0;
            duos__timers_fire(&b.timers, now);
            for (i = 0; i < b.fired_count; i++) {
                assert_true(due[b.fired[i]] <= now);
                due[b.fired[i]] = UINT64_MAX;
            }
            break;
        default:
            due[which] = now + seeded_below(&random, 1000);
            start((int)which, due[which]);
            break;
        }
        assert_true(duos__timers_next(&b.timers) == model_next(due));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        TEST(test_timer_none_started_is_never_due),
        TEST(test_timer_fires_when_due_and_not_before),
        TEST(test_TI3_timer_equal_times_fire_in_order_of_starts),
        TEST(test_TI3_timer_many_thousands_fire_in_order),
        TEST(test_TI2_timer_order_survives_the_wrap_of_the_sequence),
        TEST(test_timer_stopped_does_not_fire),
        TEST(test_timer_restarted_has_the_new_time_only),
        TEST(test_timer_started_by_a_callback_waits_for_the_next_call),
        TEST(test_TI3_timer_stopped_by_a_callback_does_not_fire),
        TEST(test_ME1_timer_with_a_place_starts_without_memory),
        TEST(test_ME1_timer_start_without_memory_changes_nothing),
        TEST(test_timer_random_operations_agree_with_a_model),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
