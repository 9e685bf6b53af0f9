/* SPDX-License-Identifier: MIT */
/*
 * test_sim_run.c - the simulation itself: its clock, whose turn it is, how a
 * run ends, and that a seed names it.
 */
#include "sim_support.h"

#define MS_NS 1000000u

/* A loop on host a or b of a world. */
static duos_loop *loop_on(world *w, uint32_t host)
{
    duos_loop_config config;
    duos_loop *loop;

    duos_loop_config_init(&config);
    config.ignore_env = true;
    config.alloc = &w->memory.alloc;
    assert_ok(duos_sim_set_host(w->sim, host));
    assert_ok(duos_loop_create(&config, &loop));
    assert_ok(duos_sim_add(w->sim, host, loop));
    return loop;
}

static void end_loop(world *w, duos_loop *loop)
{
    duos_sim_remove(w->sim, loop);
    assert_ok(duos_loop_destroy(loop));
}

static uint64_t now_ms(const world *w)
{
    return duos_sim_now_ns(w->sim) / MS_NS;
}

/* ---- making one ------------------------------------------------------- */

static void test_sim_create_bad_config_refused(void **state)
{
    duos_sim_config config;
    counting memory;
    duos_sim *sim;
    duos_sim *second;

    (void)state;
    assert_err(DUOS_EINVAL, duos_sim_create(NULL, NULL));
    duos_sim_config_init(&config);
    config.size = 1;
    assert_err(DUOS_EINVAL, duos_sim_create(&config, &sim));
    duos_sim_config_init(&config);
    config.short_io = 1001;
    assert_err(DUOS_ERANGE, duos_sim_create(&config, &sim));
    duos_sim_config_init(&config);
    config.latency_min_us = config.latency_max_us + 1;
    assert_err(DUOS_ERANGE, duos_sim_create(&config, &sim));
    duos_sim_config_init(&config);
    config.buffer = 0;
    assert_err(DUOS_ERANGE, duos_sim_create(&config, &sim));
    duos_sim_config_init(&config);
    counting_init(&memory);
    memory.fail_in = 1;
    config.alloc = &memory.alloc;
    assert_err(DUOS_ENOMEM, duos_sim_create(&config, &sim));
    assert_ok(duos_sim_create(&config, &sim));
    assert_err(DUOS_EBUSY, duos_sim_create(&config, &second));
    assert_ok(duos_sim_destroy(sim));
    assert_ok(duos_sim_destroy(NULL));
    assert_int_equal(memory.live, 0);
}

static void test_sim_hosts_have_addresses(void **state)
{
    world *w = (world *)*state;
    char text[DUOS_ADDR_TEXT_MAX];
    duos_addr addr = duos_sim_addr(w->b, DUOS_IPV6, 80);
    uint32_t host;
    int i;

    assert_ok(duos_addr_format(&addr, text, sizeof text));
    assert_string_equal(text, "[fd00::2]:80");
    addr = duos_sim_addr(DUOS_SIM_HOSTS_MAX + 1, DUOS_IPV4, 80);
    assert_int_equal(addr.family, DUOS_UNSPEC);
    assert_err(DUOS_EINVAL, duos_sim_add_host(w->sim, NULL));
    for (i = 2; i < DUOS_SIM_HOSTS_MAX; i++) {
        assert_ok(duos_sim_add_host(w->sim, &host));
    }
    assert_err(DUOS_ELIMIT, duos_sim_add_host(w->sim, &host));
    assert_err(DUOS_EINVAL, duos_sim_set_host(NULL, w->a));
    assert_err(DUOS_ENOENT, duos_sim_set_host(w->sim, 0));
    assert_err(DUOS_ENOENT, duos_sim_set_host(w->sim, host + 1));
}

static void test_sim_loops_added_once(void **state)
{
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->a);

    assert_err(DUOS_EINVAL, duos_sim_add(w->sim, w->a, NULL));
    assert_err(DUOS_EEXIST, duos_sim_add(w->sim, w->b, loop));
    duos_sim_remove(w->sim, loop);
    duos_sim_remove(w->sim, loop);
    duos_sim_remove(NULL, loop);
    assert_err(DUOS_ENOENT, duos_sim_add(w->sim, 3, loop));
    assert_ok(duos_loop_destroy(loop));
}

static void test_sim_add_without_memory_refused(void **state)
{
    world *w = (world *)*state;
    duos_loop *loop;

    assert_ok(duos_loop_create(NULL, &loop));
    w->memory.fail_in = 1;
    assert_err(DUOS_ENOMEM, duos_sim_add(w->sim, w->a, loop));
    assert_ok(duos_sim_add(w->sim, w->a, loop));
    end_loop(w, loop);
}

/* ---- the clock -------------------------------------------------------- */

static void test_sim_clock_sleep_jumps(void **state)
{
    world *w = (world *)*state;

    assert_true(duos_sim_now_ns(w->sim) == 0);
    assert_ok(duos_select(NULL, NULL, NULL, 3600 * 1000, NULL));
    assert_int_equal(now_ms(w), 3600 * 1000);
    assert_true(duos_sim_now_ns(NULL) == 0);
    assert_int_equal(duos_sim_sockets(NULL), 0);
}

static void test_sim_clock_waits_end_on_time(void **state)
{
    world *w = (world *)*state;
    duos_socket s;
    duos_socket client;
    duos_addr at;
    char byte;
    size_t n;

    assert_ok(duos_listen_at("*:1", NULL, &s, &at));
    assert_err(DUOS_ETIMEDOUT, duos_wait(s, DUOS_READ, 250, NULL));
    assert_int_equal(now_ms(w), 250);
    assert_ok(duos_dial("127.0.0.1:1", -1, &client));
    assert_ok(duos_set_nonblocking(client, false));
    assert_ok(duos_set_ms(client, DUOS_OPT_RECV_TIMEOUT, 5000));
    assert_err(DUOS_EWOULDBLOCK, duos_recv(client, &byte, 1, &n));
    assert_int_equal(now_ms(w), 5250);
    assert_ok(duos_close(&client));
    assert_ok(duos_close(&s));
}

/* ---- deadlock --------------------------------------------------------- */

typedef struct log {
    uint32_t kinds[16];
    uint32_t last;
} trace_log;

static void on_trace(const duos_sim_record *record, void *user)
{
    trace_log *log = (trace_log *)user;

    log->kinds[record->kind]++;
    log->last = record->kind;
}

static void test_sim_deadlock_told_to_whoever_waits(void **state)
{
    duos_sim_config config;
    trace_log log;
    duos_loop *loop;
    duos_socket s;
    duos_socket none;
    world w;

    (void)state;
    memset(&log, 0, sizeof log);
    duos_sim_config_init(&config);
    config.on_trace = on_trace;
    config.user = &log;
    world_open(&w, &config);
    assert_ok(duos_listen_at("*:1", NULL, &s, NULL));
    assert_ok(duos_set_nonblocking(s, false));
    assert_err(DUOS_EDEADLOCK, duos_accept(s, 0, &none, NULL));
    assert_err(DUOS_EDEADLOCK, duos_wait(s, DUOS_READ, -1, NULL));
    assert_err(DUOS_EDEADLOCK, duos_select(NULL, NULL, NULL, -1, NULL));
    loop = loop_on(&w, w.a);
    assert_err(DUOS_EDEADLOCK, duos_loop_run(loop));
    assert_err(DUOS_EDEADLOCK, duos_sim_run(w.sim, 1000));
    assert_int_equal(log.kinds[DUOS_SIM_DEADLOCK], 5);
    assert_int_equal(log.last, DUOS_SIM_DEADLOCK);
    assert_string_equal(duos_sim_kind_name(log.last), "deadlock");
    assert_string_equal(duos_sim_kind_name(99), "unknown");
    assert_true(duos_sim_now_ns(w.sim) == 0);
    assert_ok(duos_close(&s));
    end_loop(&w, loop);
    world_close(&w);
}

/* ---- runs ------------------------------------------------------------- */

/* A timer that starts again, and what it saw. */
typedef struct ticker {
    world *w;
    duos_timer timer;
    int64_t period_ms;
    uint32_t ticks;
    uint32_t stop_at;
    void (*stop)(struct ticker *ticker);
} ticker;

static void on_tick(duos_timer *timer, void *user)
{
    ticker *t = (ticker *)user;

    t->ticks++;
    if (t->ticks == t->stop_at) {
        t->stop(t);
    }
    assert_ok(duos_timer_start(timer, t->period_ms));
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

    assert_err(DUOS_EINVAL, duos_sim_run(NULL, 0));
    ticker_start(&slow, w, one, 1000);
    ticker_start(&fast, w, two, 10);
    slow.stop_at = 60;
    slow.stop = stop_sim;
    assert_ok(duos_sim_run(w->sim, -1));
    assert_int_equal(slow.ticks, 60);
    assert_in_range(now_ms(w), 60 * 1000, 60 * 1000 + 60);
    assert_in_range(fast.ticks, 5400, 6000);
    assert_err(DUOS_ETIMEDOUT, duos_sim_run(w->sim, 500));
    assert_in_range(now_ms(w), 60 * 1000 + 500, 60 * 1000 + 560);
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
    t[0].stop = t[1].stop = stop_loop;
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
    t.stop = ask_blocking;
    assert_ok(duos_sim_run(w->sim, 1000));
    duos_timer_stop(&t.timer);
    duos_watch_stop(&watch);
    assert_ok(duos_close(&listener));
    end_loop(w, one);
    end_loop(w, two);
}

static void on_post(duos_post *post, void *user)
{
    (void)post;
    duos_sim_stop((duos_sim *)user);
}

static void test_sim_run_post_wakes_loop(void **state)
{
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->b);
    duos_post post;

    assert_ok(duos_post_init(&post, on_post, w->sim));
    assert_ok(duos_loop_post(loop, &post));
    assert_ok(duos_sim_run(w->sim, 1000));
    end_loop(w, loop);
}

/* ---- pollers ---------------------------------------------------------- */

static void test_sim_poller_takes_turns_when_room_is_short(void **state)
{
    world *w = (world *)*state;
    duos_poller_config config;
    duos_poller *poller;
    duos_token tokens[3];
    duos_poll_event event;
    duos_socket s[3];
    size_t count;
    size_t i;

    duos_poller_config_init(&config);
    config.backend = DUOS_POLLER_SIM;
    config.alloc = &w->memory.alloc;
    assert_ok(duos_poller_create(&config, &poller));
    for (i = 0; i < 3; i++) {
        assert_ok(duos_open(DUOS_IPV4, DUOS_STREAM, 0, &s[i]));
        assert_ok(duos_poller_add(poller, s[i], DUOS_WRITE, &s[i], &tokens[i]));
    }
    assert_err(DUOS_EEXIST,
               duos_poller_add(poller, s[0], DUOS_READ, NULL, &event.token));
    for (i = 0; i < 6; i++) {
        assert_ok(duos_poller_wait(poller, &event, 1, -1, &count));
        assert_int_equal(count, 1);
        assert_ptr_equal(event.user, &s[i % 3]);
    }
    for (i = 0; i < 3; i++) {
        assert_ok(duos_poller_del(poller, tokens[i]));
        assert_ok(duos_close(&s[i]));
    }
    assert_ok(duos_poller_wait(poller, &event, 1, 20, &count));
    assert_int_equal(count, 0);
    assert_in_range(now_ms(w), 20, 20);
    assert_ok(duos_poller_wakeup(poller));
    assert_ok(duos_poller_wait(poller, &event, 1, -1, &count));
    assert_int_equal(count, 0);
    duos_poller_destroy(poller);
}

/* ---- seeds and memory ------------------------------------------------- */

/* Ten messages over one connection; DUOS_ENOMEM may end it anywhere. */
static duos_err chat(world *w)
{
    duos_socket s[3] = {{-1}, {-1}, {-1}};
    char text[100] = "";
    size_t n;
    int i;
    duos_err err = duos_listen_at("*:9", NULL, &s[0], NULL);

    if (err == DUOS_OK) {
        err = duos_sim_set_host(w->sim, w->b);
    }
    if (err == DUOS_OK) {
        err = duos_dial("10.0.0.1:9", -1, &s[1]);
    }
    if (err == DUOS_OK) {
        err = duos_accept(s[0], 0, &s[2], NULL);
    }
    for (i = 0; i < 10 && err == DUOS_OK; i++) {
        err = duos_send(s[1], text, sizeof text, &n);
        if (err == DUOS_OK) {
            err = duos_recv(s[2], text, sizeof text, &n);
        }
    }
    for (i = 0; i < 3; i++) {
        assert_ok(duos_close(&s[i]));
    }
    return err;
}

static uint64_t hash_of(uint64_t seed)
{
    duos_sim_config config;
    uint64_t hash;
    world w;

    duos_sim_config_init(&config);
    config.seed = seed;
    config.short_io = 500;
    world_open(&w, &config);
    assert_ok(chat(&w));
    hash = duos_sim_trace_hash(w.sim);
    world_close(&w);
    return hash;
}

static void test_sim_seed_names_the_run(void **state)
{
    uint64_t hash = hash_of(1);

    (void)state;
    assert_true(hash == hash_of(1));
    assert_true(hash != hash_of(2));
    assert_true(duos_sim_trace_hash(NULL) == 0);
}

static void test_sim_memory_short_anywhere_nothing_leaks(void **state)
{
    uint32_t fail_in = 0;
    duos_err err;
    world w;

    (void)state;
    do {
        world_open(&w, NULL);
        w.memory.fail_in = ++fail_in;
        err = chat(&w);
        assert_true(err == DUOS_ENOMEM || err == DUOS_OK);
        assert_int_equal(duos_sim_sockets(w.sim), 0);
        world_close(&w);
    } while (err == DUOS_ENOMEM);
    assert_in_range(fail_in, 6, 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sim_create_bad_config_refused),
        cmocka_unit_test(test_sim_deadlock_told_to_whoever_waits),
        cmocka_unit_test(test_sim_seed_names_the_run),
        cmocka_unit_test(test_sim_memory_short_anywhere_nothing_leaks),
#define WORLD_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
        WORLD_TEST(test_sim_hosts_have_addresses),
        WORLD_TEST(test_sim_loops_added_once),
        WORLD_TEST(test_sim_add_without_memory_refused),
        WORLD_TEST(test_sim_clock_sleep_jumps),
        WORLD_TEST(test_sim_clock_waits_end_on_time),
        WORLD_TEST(test_sim_run_timers_of_all_hosts),
        WORLD_TEST(test_sim_run_ends_when_all_loops_stopped),
        WORLD_TEST(test_sim_run_spinning_loop_meets_limit),
        WORLD_TEST(test_sim_run_blocking_call_lets_others_run),
        WORLD_TEST(test_sim_run_post_wakes_loop),
        WORLD_TEST(test_sim_poller_takes_turns_when_room_is_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
