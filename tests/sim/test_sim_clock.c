/* SPDX-License-Identifier: MIT */
/*
 * test_sim_clock.c - the simulation itself: how it is made, its clock, its
 * poller, waits that cannot end, and that a seed names a run.
 */
#include "sim_support.h"

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
    config.faults[DUOS_SIM_FAULT_SHORT_IO] = 1001;
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
    assert_between(now_ms(w), 20, 20);
    assert_ok(duos_poller_wakeup(poller));
    assert_ok(duos_poller_wait(poller, &event, 1, -1, &count));
    assert_int_equal(count, 0);
    duos_poller_destroy(poller);
}

static void test_sim_poller_without_memory_or_handle(void **state)
{
    world *w = (world *)*state;
    duos_poller_config config;
    duos_poller *poller;
    intptr_t handle;

    duos_poller_config_init(&config);
    config.alloc = &w->memory.alloc;
    config.backend = DUOS_POLLER_SIM;
    for (w->memory.fail_in = 1; w->memory.fail_in < 4;) {
        uint32_t nth = w->memory.fail_in;

        assert_err(DUOS_ENOMEM, duos_poller_create(&config, &poller));
        w->memory.fail_in = nth + 1;
    }
    w->memory.fail_in = 0;
    assert_ok(duos_poller_create(&config, &poller));
    assert_err(DUOS_ENOTSUP, duos_poller_os_handle(poller, &handle));
    duos_poller_destroy(poller);
}

/* Loops that outlive the simulation get errors, not somebody's memory. */
static void test_sim_destroy_before_the_rest_survived(void **state)
{
    counting memory;
    duos_sim_config config;
    duos_poll_event event;
    duos_poller *poller;
    duos_socket s;
    duos_sim *sim;
    uint32_t host;
    size_t count;

    (void)state;
    counting_init(&memory);
    duos_sim_config_init(&config);
    config.alloc = &memory.alloc;
    assert_ok(duos_sim_create(&config, &sim));
    assert_ok(duos_sim_add_host(sim, &host));
    assert_ok(duos_sim_set_host(sim, host));
    assert_ok(duos_poller_create(NULL, &poller));
    assert_ok(duos_listen_at("*:1", NULL, &s, NULL));
    assert_ok(duos_sim_destroy(sim));
    assert_int_equal(memory.live, 0);
    assert_err(DUOS_ENOTREADY, duos_poller_wait(poller, &event, 1, 0, &count));
    assert_err(DUOS_ENOTREADY, duos_wait(s, DUOS_READ, 0, NULL));
    assert_err(DUOS_ENOTREADY, duos_close(&s));
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
    config.faults[DUOS_SIM_FAULT_SHORT_IO] = 500;
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
    assert_between(fail_in, 6, 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sim_destroy_before_the_rest_survived),
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
        WORLD_TEST(test_sim_poller_takes_turns_when_room_is_short),
        WORLD_TEST(test_sim_poller_without_memory_or_handle),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
