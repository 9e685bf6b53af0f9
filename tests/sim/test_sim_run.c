/* SPDX-License-Identifier: MIT */
/*
 * test_sim_run.c - runs of the simulation: whose turn it is, what goes on
 * during a call that blocks, and how a run ends.
 */
#include "sim_support.h"

#define MS_NS 1000000u

/* ---- runs ------------------------------------------------------------- */

/* A timer that starts again, and what it saw. */
typedef struct ticker {
    world *w;
    duos_timer timer;
    int64_t period_ms;
    uint32_t ticks;
    uint32_t stop_at;
    void (*on_last)(struct ticker *ticker);
} ticker;

static void on_tick(duos_timer *timer, void *user)
{
    ticker *t = (ticker *)user;

    assert_ok(duos_timer_start(timer, t->period_ms));
    t->ticks++;
    if (t->ticks == t->stop_at) {
        t->on_last(t);
    }
}

static void ticker_start(ticker *t, world *w, duos_loop *loop,
                         int64_t period_ms)
{
    memset(t, 0, sizeof *t);
    t->w = w;
    t->period_ms = period_ms;
    assert_ok(duos_timer_init(&t->timer, loop, on_tick, t));
    assert_ok(duos_timer_start(&t->timer, period_ms));
}

static void stop_sim(ticker *t)
{
    assert_err(DUOS_EBUSY, duos_sim_run(t->w->sim, -1));
    assert_err(DUOS_EBUSY, duos_sim_destroy(t->w->sim));
    duos_sim_stop(t->w->sim);
}

static void try_destroy(ticker *t)
{
    assert_err(DUOS_EBUSY, duos_sim_destroy(t->w->sim));
}

static void stop_loop(ticker *t)
{
    duos_loop_stop(t->timer.loop);
}

static void test_sim_run_timers_of_all_hosts(void **state)
{
    world *w = (world *)*state;
    duos_loop *one = loop_on(w, w->a);
    duos_loop *two = loop_on(w, w->b);
    ticker slow;
    ticker fast;
    uint64_t before;

    assert_err(DUOS_EINVAL, duos_sim_run(NULL, 0));
    ticker_start(&slow, w, one, 1000);
    ticker_start(&fast, w, two, 10);
    slow.stop_at = 60;
    slow.on_last = stop_sim;
    assert_ok(duos_sim_run(w->sim, -1));
    assert_int_equal(slow.ticks, 60);
    assert_between(now_ms(w), 60 * 1000, 60 * 1000 + 60);
    assert_between(fast.ticks, 5400, 6000);
    assert_err(DUOS_ETIMEDOUT, duos_sim_run(w->sim, 500));
    assert_between(now_ms(w), 60 * 1000 + 500, 60 * 1000 + 560);
    duos_timer_stop(&fast.timer);
    before = duos_sim_now_ns(w->sim);
    assert_err(DUOS_ETIMEDOUT, duos_sim_run(w->sim, 50));
    assert_true(duos_sim_now_ns(w->sim) - before == 50 * MS_NS);
    duos_sim_stop(NULL);
    duos_sim_stop(w->sim);
    assert_ok(duos_sim_run(w->sim, -1));
    duos_timer_stop(&slow.timer);
    duos_timer_stop(&fast.timer);
    end_loop(w, one);
    end_loop(w, two);
}

static void test_sim_run_ends_when_all_loops_stopped(void **state)
{
    world *w = (world *)*state;
    duos_loop *one = loop_on(w, w->a);
    duos_loop *two = loop_on(w, w->b);
    ticker t[2];

    ticker_start(&t[0], w, one, 100);
    ticker_start(&t[1], w, two, 100);
    t[0].stop_at = 3;
    t[1].stop_at = 5;
    t[0].on_last = t[1].on_last = stop_loop;
    assert_ok(duos_sim_run(w->sim, -1));
    assert_int_equal(t[0].ticks, 3);
    assert_int_equal(t[1].ticks, 5);
    assert_err(DUOS_ETIMEDOUT, duos_sim_run(w->sim, 1000));
    assert_true(t[0].ticks > 3);
    duos_timer_stop(&t[0].timer);
    duos_timer_stop(&t[1].timer);
    end_loop(w, one);
    end_loop(w, two);
}

static void ignore_ready(duos_watch *watch, unsigned events, void *user)
{
    (void)watch;
    (void)events;
    ++*(uint32_t *)user;
}

/* Who never reads what is ready spins: time passes, so the limit ends it. */
static void test_sim_run_spinning_loop_meets_limit(void **state)
{
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->a);
    uint32_t calls = 0;
    duos_socket listener;
    duos_socket client;
    duos_watch watch;

    assert_ok(duos_listen_at("*:1", NULL, &listener, NULL));
    assert_ok(duos_dial("127.0.0.1:1", -1, &client));
    assert_ok(duos_watch_init(&watch, loop, ignore_ready, &calls));
    assert_ok(duos_watch_start(&watch, listener, DUOS_READ));
    assert_err(DUOS_ETIMEDOUT, duos_sim_run(w->sim, 5));
    assert_int_equal(calls, 5000);
    duos_watch_stop(&watch);
    assert_ok(duos_close(&client));
    assert_ok(duos_close(&listener));
    end_loop(w, loop);
}

/* ---- between hosts ---------------------------------------------------- */

/* Answers whoever connects with three bytes, and hangs up. */
static void on_caller(duos_watch *watch, unsigned events, void *user)
{
    duos_socket s;
    size_t sent;

    (void)watch;
    (void)events;
    assert_ok(duos_accept(*(duos_socket *)user, DUOS_NONBLOCK, &s, NULL));
    assert_ok(duos_send(s, "hi!", 3, &sent));
    assert_ok(duos_close(&s));
}

static void ask_blocking(ticker *t)
{
    char answer[3];
    duos_socket s;

    /* Its own timer comes due meanwhile and has to wait. */
    assert_ok(duos_select(NULL, NULL, NULL, 10, NULL));
    assert_ok(duos_dial("10.0.0.1:7", -1, &s));
    assert_ok(duos_recv_exact(s, answer, 3, -1, NULL));
    assert_memory_equal(answer, "hi!", 3);
    assert_ok(duos_close(&s));
    duos_sim_stop(t->w->sim);
}

static void test_sim_run_blocking_call_lets_others_run(void **state)
{
    world *w = (world *)*state;
    duos_loop *one = loop_on(w, w->a);
    duos_loop *two = loop_on(w, w->b);
    duos_socket listener;
    duos_watch watch;
    ticker t;

    assert_ok(duos_sim_set_host(w->sim, w->a));
    assert_ok(duos_listen_at("*:7", NULL, &listener, NULL));
    assert_ok(duos_watch_init(&watch, one, on_caller, &listener));
    assert_ok(duos_watch_start(&watch, listener, DUOS_READ));
    ticker_start(&t, w, two, 1);
    t.stop_at = 1;
    t.on_last = ask_blocking;
    assert_ok(duos_sim_run(w->sim, 1000));
    duos_timer_stop(&t.timer);
    duos_watch_stop(&watch);
    assert_ok(duos_close(&listener));
    end_loop(w, one);
    end_loop(w, two);
}

static void count_post(duos_post *post, void *user)
{
    (void)post;
    ++*(uint32_t *)user;
}

static void stop_post(duos_post *post, void *user)
{
    (void)post;
    duos_sim_stop((duos_sim *)user);
}

static void test_sim_run_post_wakes_loop(void **state)
{
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->b);
    uint32_t count = 0;
    duos_post first;
    duos_post last;

    assert_ok(duos_post_init(&first, count_post, &count));
    assert_ok(duos_post_init(&last, stop_post, w->sim));
    assert_ok(duos_loop_post(loop, &first));
    assert_ok(duos_loop_post(loop, &last));
    assert_ok(duos_sim_run(w->sim, 1000));
    assert_int_equal(count, 1);
    end_loop(w, loop);
}

static void test_sim_run_destroy_in_a_turn_is_ebusy(void **state)
{
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->a);
    ticker t;

    ticker_start(&t, w, loop, 1);
    t.stop_at = 1;
    t.on_last = try_destroy;
    settle(); /* a call that blocks gives it its turns */
    assert_true(t.ticks > 0);
    duos_timer_stop(&t.timer);
    end_loop(w, loop);
}

static duos_err look(duos_socket s)
{
    char byte;
    size_t n;

    return duos_recv(s, &byte, 1, &n);
}

static duos_err knock(duos_socket s)
{
    duos_socket out;

    return duos_accept(s, DUOS_BLOCKING, &out, NULL);
}

/* The loop on host b has something to do, and cannot wait for it. */
static void expect_loop_told(world *w, duos_loop *loop, duos_socket s,
                             duos_err (*ask)(duos_socket s))
{
    duos_sim_failure failure = {0};
    ticker t;

    failure.host = w->b;
    failure.call = DUOS_SIM_CALL_POLLER_WAIT;
    failure.first = failure.times = 1;
    failure.err = DUOS_EIO;
    ticker_start(&t, w, loop, 0);
    duos_sim_pause(w->sim, 1); /* nobody has looked at this moment */
    assert_ok(duos_sim_fail(w->sim, &failure));
    assert_err(DUOS_EWOULDBLOCK, ask(s));
    assert_err(DUOS_EIO, ask(s));
    assert_err(DUOS_EWOULDBLOCK, ask(s));
    duos_sim_unfail(w->sim, &failure);
    duos_timer_stop(&t.timer);
}

static void test_sim_run_loop_that_fails_is_told_to_who_looks(void **state)
{
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->b);
    duos_socket client, server;
    duos_addr at;
    duos_socket listener = listen_on_a(w, 0, &at);

    connect_pair(w, &client, &server);
    assert_ok(duos_set_nonblocking(server, true));
    assert_ok(duos_set_nonblocking(listener, true));
    expect_loop_told(w, loop, server, look);
    expect_loop_told(w, loop, listener, knock);
    close_both(&client, &server);
    assert_ok(duos_close(&listener));
    end_loop(w, loop);
}

/* As unit.versioned shows it of the others. */
static void test_sim_config_of_older_headers_is_not_overrun(void **state)
{
    struct {
        struct {
            size_t size;
            uint64_t seed;
        } config;
        uint64_t behind;
    } old;

    (void)state;
    old.behind = 0x0123456789abcdef;
    (duos_sim_config_init)((duos_sim_config *)(void *)&old.config,
                           sizeof old.config);
    assert_int_equal(old.config.size, sizeof old.config);
    assert_int_equal(old.config.seed, 1);
    assert_true(old.behind == 0x0123456789abcdef);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sim_config_of_older_headers_is_not_overrun),
#define WORLD_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
        WORLD_TEST(test_sim_run_timers_of_all_hosts),
        WORLD_TEST(test_sim_run_ends_when_all_loops_stopped),
        WORLD_TEST(test_sim_run_spinning_loop_meets_limit),
        WORLD_TEST(test_sim_run_blocking_call_lets_others_run),
        WORLD_TEST(test_sim_run_post_wakes_loop),
        WORLD_TEST(test_sim_run_destroy_in_a_turn_is_ebusy),
        WORLD_TEST(test_sim_run_loop_that_fails_is_told_to_who_looks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
