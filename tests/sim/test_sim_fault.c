/* SPDX-License-Identifier: MIT */
/*
 * test_sim_fault.c - faults by chance and by plan: that they happen where and
 * as often as they were asked for, and are counted.
 */
#include "sim_support.h"

static uint64_t fired(const world *w, duos_sim_fault fault)
{
    return duos_sim_fired(w->sim, fault);
}

/* ---- by plan ---------------------------------------------------------- */

static void plan(world *w, duos_sim_failure *f, duos_sim_call call,
                 uint64_t first, uint64_t times)
{
    memset(f, 0, sizeof *f);
    f->call = (uint32_t)call;
    f->first = first;
    f->times = times;
    assert_ok(duos_sim_fail(w->sim, f));
}

static void test_sim_fail_senseless_plan_refused(void **state)
{
    world *w = (world *)*state;
    duos_sim_failure f;

    memset(&f, 0, sizeof f);
    f.first = 1;
    assert_err(DUOS_EINVAL, duos_sim_fail(NULL, &f));
    assert_err(DUOS_EINVAL, duos_sim_fail(w->sim, NULL));
    f.call = DUOS_SIM_CALL_COUNT;
    assert_err(DUOS_EINVAL, duos_sim_fail(w->sim, &f));
    f.call = DUOS_SIM_CALL_OPEN;
    f.first = 0;
    assert_err(DUOS_EINVAL, duos_sim_fail(w->sim, &f));
    f.first = 1;
    f.err = 1;
    assert_err(DUOS_EINVAL, duos_sim_fail(w->sim, &f));
    f.err = DUOS_OK;
    assert_ok(duos_sim_fail(w->sim, &f));
    assert_err(DUOS_EEXIST, duos_sim_fail(w->sim, &f));
    duos_sim_unfail(w->sim, &f);
    duos_sim_unfail(w->sim, &f);
    duos_sim_unfail(NULL, &f);
    duos_sim_unfail(w->sim, NULL);
}

static void test_sim_fail_nth_call_fails_as_often_as_asked(void **state)
{
    world *w = (world *)*state;
    duos_sim_failure f;
    duos_socket s = open_on(w, w->a, DUOS_BLOCKING);
    int32_t kept;
    int i;

    plan(w, &f, DUOS_SIM_CALL_OPT_GET, 3, 2);
    for (i = 1; i <= 6; i++) {
        duos_err err = duos_get_int(s, DUOS_OPT_TTL, &kept);

        assert_int_equal(err, i == 3 || i == 4 ? DUOS_ENOBUFS : DUOS_OK);
    }
    assert_int_equal(f.calls, 6);
    assert_int_equal(f.failed, 2);
    assert_int_equal(f.last, DUOS_SIM_CALL_OPT_GET);
    assert_int_equal(duos_sim_calls(w->sim, DUOS_SIM_CALL_OPT_GET), 6);
    assert_true(duos_sim_calls(w->sim, DUOS_SIM_ANY_CALL) > 6);
    assert_int_equal(duos_sim_calls(NULL, DUOS_SIM_CALL_OPEN), 0);
    assert_ok(duos_close(&s));
}

static void test_sim_fail_for_good_until_unfail(void **state)
{
    world *w = (world *)*state;
    duos_sim_failure f;
    duos_socket s;
    int i;

    assert_ok(duos_sim_set_host(w->sim, w->a));
    plan(w, &f, DUOS_SIM_CALL_OPEN, 1, 0);
    for (i = 0; i < 3; i++) {
        assert_err(DUOS_EMFILE,
                   duos_open(DUOS_IPV4, DUOS_STREAM, DUOS_BLOCKING, &s));
    }
    duos_sim_unfail(w->sim, &f);
    s = open_on(w, w->a, DUOS_BLOCKING);
    assert_int_equal(f.failed, 3);
    assert_ok(duos_close(&s));
}

static void test_sim_fail_one_host_the_other_works(void **state)
{
    world *w = (world *)*state;
    duos_sim_failure f;
    duos_socket s;

    memset(&f, 0, sizeof f);
    f.host = w->a;
    f.call = DUOS_SIM_ANY_CALL;
    f.first = 1;
    f.err = DUOS_EACCES;
    assert_ok(duos_sim_fail(w->sim, &f));
    s = open_on(w, w->b, DUOS_BLOCKING);
    assert_ok(duos_close(&s));
    assert_ok(duos_sim_set_host(w->sim, w->a));
    assert_err(DUOS_EACCES,
               duos_open(DUOS_IPV4, DUOS_STREAM, DUOS_BLOCKING, &s));
}

static void test_sim_fail_close_closes_all_the_same(void **state)
{
    world *w = (world *)*state;
    duos_sim_failure f;
    duos_socket s = open_on(w, w->a, DUOS_BLOCKING);

    plan(w, &f, DUOS_SIM_CALL_CLOSE, 1, 1);
    assert_err(DUOS_EIO, duos_close(&s));
    assert_int_equal(duos_sim_sockets(w->sim), 0);
}

static void test_sim_fail_newest_plan_decides_all_count(void **state)
{
    world *w = (world *)*state;
    duos_sim_failure older;
    duos_sim_failure newer;
    duos_socket s;

    plan(w, &older, DUOS_SIM_CALL_OPEN, 1, 1);
    plan(w, &newer, DUOS_SIM_ANY_CALL, 1, 1);
    newer.err = DUOS_EACCES;
    assert_err(DUOS_EACCES,
               duos_open(DUOS_IPV4, DUOS_STREAM, DUOS_BLOCKING, &s));
    assert_int_equal(older.calls, 1);
    assert_int_equal(older.failed, 0);
    assert_int_equal(newer.failed, 1);
}

static void test_sim_names_of_calls_and_faults(void **state)
{
    (void)state;
    assert_string_equal(duos_sim_call_name(DUOS_SIM_ANY_CALL), "any");
    assert_string_equal(duos_sim_call_name(DUOS_SIM_CALL_OPEN), "open");
    assert_string_equal(duos_sim_call_name(DUOS_SIM_CALL_COUNT), "unknown");
    assert_string_equal(duos_sim_fault_name(DUOS_SIM_FAULT_PAUSE), "pause");
    assert_string_equal(duos_sim_fault_name(DUOS_SIM_FAULT_COUNT), "unknown");
}

/* ---- by chance -------------------------------------------------------- */

static void test_sim_chance_out_of_range_refused(void **state)
{
    world *w = (world *)*state;

    assert_err(DUOS_EINVAL, duos_sim_chance(NULL, DUOS_SIM_FAULT_RESET, 1));
    assert_err(DUOS_EINVAL, duos_sim_chance(w->sim, DUOS_SIM_FAULT_COUNT, 1));
    assert_err(DUOS_ERANGE,
               duos_sim_chance(w->sim, DUOS_SIM_FAULT_RESET, 1001));
    assert_int_equal(duos_sim_fired(NULL, DUOS_SIM_FAULT_RESET), 0);
    assert_int_equal(duos_sim_fired(w->sim, DUOS_SIM_FAULT_COUNT), 0);
}

static void always(world *w, duos_sim_fault fault)
{
    assert_ok(duos_sim_chance(w->sim, fault, 1000));
}

static void test_sim_chance_birth_without_descriptor_or_memory(void **state)
{
    world *w = (world *)*state;
    duos_socket s;

    assert_ok(duos_sim_set_host(w->sim, w->a));
    always(w, DUOS_SIM_FAULT_NO_MEMORY);
    assert_err(DUOS_ENOMEM,
               duos_open(DUOS_IPV4, DUOS_STREAM, DUOS_BLOCKING, &s));
    always(w, DUOS_SIM_FAULT_NO_DESCRIPTOR);
    assert_err(DUOS_EMFILE,
               duos_open(DUOS_IPV4, DUOS_STREAM, DUOS_BLOCKING, &s));
    assert_int_equal(fired(w, DUOS_SIM_FAULT_NO_MEMORY), 1);
    assert_int_equal(fired(w, DUOS_SIM_FAULT_NO_DESCRIPTOR), 1);
}

static void test_sim_chance_ready_socket_would_block(void **state)
{
    world *w = (world *)*state;
    duos_socket client;
    duos_socket server;

    connect_pair(w, &client, &server);
    expect_send(DUOS_OK, client);
    settle();
    always(w, DUOS_SIM_FAULT_WOULD_BLOCK);
    assert_ok(duos_set_nonblocking(server, true));
    expect_recv(DUOS_EWOULDBLOCK, server);
    expect_send(DUOS_EWOULDBLOCK, server);
    assert_int_equal(fired(w, DUOS_SIM_FAULT_WOULD_BLOCK), 2);
    assert_ok(duos_sim_chance(w->sim, DUOS_SIM_FAULT_WOULD_BLOCK, 0));
    expect_recv(DUOS_OK, server);
    close_both(&client, &server);
}

static void test_sim_chance_sending_resets_both_ends(void **state)
{
    world *w = (world *)*state;
    duos_socket client;
    duos_socket server;

    connect_pair(w, &client, &server);
    always(w, DUOS_SIM_FAULT_RESET);
    expect_send(DUOS_ECONNRESET, client);
    expect_send(DUOS_EPIPE, client);
    settle();
    expect_recv(DUOS_ECONNRESET, server);
    assert_int_equal(fired(w, DUOS_SIM_FAULT_RESET), 1);
    close_both(&client, &server);
}

static void test_sim_chance_no_buffers_then_sends(void **state)
{
    world *w = (world *)*state;
    duos_socket client;
    duos_socket server;

    connect_pair(w, &client, &server);
    always(w, DUOS_SIM_FAULT_NO_BUFFERS);
    expect_send(DUOS_ENOBUFS, client);
    assert_ok(duos_sim_chance(w->sim, DUOS_SIM_FAULT_NO_BUFFERS, 0));
    expect_send(DUOS_OK, client);
    close_both(&client, &server);
}

static void test_sim_chance_request_refused(void **state)
{
    world *w = (world *)*state;
    duos_addr at;
    duos_socket listener = listen_on_a(w, 0, &at);
    duos_socket client = open_on(w, w->b, DUOS_BLOCKING);

    always(w, DUOS_SIM_FAULT_REFUSE);
    assert_err(DUOS_ECONNREFUSED, duos_connect(client, &at));
    assert_int_equal(fired(w, DUOS_SIM_FAULT_REFUSE), 1);
    close_both(&listener, &client);
}

static void test_sim_chance_request_lost_times_out(void **state)
{
    world *w = (world *)*state;
    duos_addr at;
    duos_socket listener = listen_on_a(w, 0, &at);
    duos_socket client = open_on(w, w->b, DUOS_BLOCKING);

    always(w, DUOS_SIM_FAULT_HANG);
    assert_err(DUOS_ETIMEDOUT, duos_connect(client, &at));
    assert_int_equal(duos_sim_now_ns(w->sim) / 1000000000, 127);
    close_both(&listener, &client);
}

static duos_socket connect_only(world *w, const duos_addr *at)
{
    duos_socket client = open_on(w, w->b, DUOS_BLOCKING);

    assert_ok(duos_connect(client, at));
    assert_ok(duos_sim_set_host(w->sim, w->a));
    return client;
}

static void test_sim_chance_aborted_connection_is_gone(void **state)
{
    world *w = (world *)*state;
    duos_addr at;
    duos_socket listener = listen_on_a(w, 0, &at);
    duos_socket client = connect_only(w, &at);
    duos_socket server;

    always(w, DUOS_SIM_FAULT_ABORT);
    assert_err(DUOS_ECONNABORTED,
               duos_accept(listener, DUOS_BLOCKING, &server, NULL));
    settle();
    expect_recv(DUOS_ECONNRESET, client);
    assert_ok(duos_set_nonblocking(listener, true));
    assert_err(DUOS_EWOULDBLOCK,
               duos_accept(listener, DUOS_BLOCKING, &server, NULL));
    close_both(&listener, &client);
}

static void test_sim_chance_accept_error_leaves_the_connection(void **state)
{
    world *w = (world *)*state;
    duos_addr at;
    duos_socket listener = listen_on_a(w, 0, &at);
    duos_socket client = connect_only(w, &at);
    duos_socket server;

    always(w, DUOS_SIM_FAULT_ACCEPT_ERROR);
    assert_int_not_equal(duos_accept(listener, DUOS_BLOCKING, &server, NULL),
                         DUOS_OK);
    assert_ok(duos_sim_chance(w->sim, DUOS_SIM_FAULT_ACCEPT_ERROR, 0));
    assert_ok(duos_accept(listener, DUOS_BLOCKING, &server, NULL));
    close_both(&client, &server);
    assert_ok(duos_close(&listener));
}

static void test_sim_chance_late_takes_a_hundred_times_as_long(void **state)
{
    world *w = (world *)*state;
    duos_sim_config config;
    duos_socket client;
    duos_socket server;

    world_close(w);
    duos_sim_config_init(&config);
    config.latency_min_us = config.latency_max_us = 1000;
    config.faults[DUOS_SIM_FAULT_LATE] = 1000;
    world_open(w, &config);
    connect_pair(w, &client, &server);
    assert_int_equal(duos_sim_now_ns(w->sim), UINT64_C(200000000));
    close_both(&client, &server);
}

static void count_turn(duos_timer *timer, void *user)
{
    (*(int *)user)++;
    assert_ok(duos_timer_start(timer, 1));
}

static void test_sim_chance_pause_makes_a_turn_long(void **state)
{
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->a);
    duos_timer timer;
    int turns = 0;

    always(w, DUOS_SIM_FAULT_PAUSE);
    assert_ok(duos_timer_init(&timer, loop, count_turn, &turns));
    assert_ok(duos_timer_start(&timer, 0));
    assert_err(DUOS_ETIMEDOUT, duos_sim_run(w->sim, 60000));
    assert_between(turns, 60, 6000);
    duos_timer_stop(&timer);
    duos_sim_remove(w->sim, loop);
    assert_ok(duos_loop_destroy(loop));
}

/* A rate of 300 in 1,000 over 10,000 occasions: 4.5 deviations to each side. */
static void test_sim_chance_happens_at_its_rate(void **state)
{
    world *w = (world *)*state;
    duos_socket s = open_on(w, w->a, DUOS_NONBLOCK);
    duos_socket other;
    int i;

    assert_ok(duos_sim_chance(w->sim, DUOS_SIM_FAULT_NO_DESCRIPTOR, 300));
    for (i = 0; i < 10000; i++) {
        if (duos_open(DUOS_IPV4, DUOS_STREAM, 0, &other) == DUOS_OK) {
            assert_ok(duos_close(&other));
        }
    }
    assert_between(fired(w, DUOS_SIM_FAULT_NO_DESCRIPTOR), 2794, 3206);
    assert_ok(duos_close(&s));
}

/* ---- what the network is told ----------------------------------------- */

static void test_sim_bandwidth_limits_a_direction(void **state)
{
    static char bytes[50000];
    world *w = (world *)*state;
    duos_sim_config config;
    duos_socket client;
    duos_socket server;
    uint64_t before;
    size_t n;

    world_close(w);
    duos_sim_config_init(&config);
    config.bandwidth = 100;
    world_open(w, &config);
    connect_pair(w, &client, &server);
    before = duos_sim_now_ns(w->sim);
    assert_ok(duos_send(client, bytes, sizeof bytes, &n));
    assert_int_equal(n, sizeof bytes);
    assert_ok(duos_recv_exact(server, bytes, sizeof bytes, -1, &n));
    assert_true(duos_sim_now_ns(w->sim) - before >= UINT64_C(500000000));
    assert_true(duos_sim_now_ns(w->sim) - before < UINT64_C(510000000));
    close_both(&client, &server);
}

static void test_sim_partition_senseless_refused(void **state)
{
    world *w = (world *)*state;
    uint32_t host;
    uint32_t i;

    assert_err(DUOS_EINVAL, duos_sim_partition(NULL, 1, 2, 1));
    assert_err(DUOS_EINVAL, duos_sim_partition(w->sim, 1, 1, 1));
    assert_err(DUOS_ENOENT, duos_sim_partition(w->sim, 1, 3, 1));
    assert_err(DUOS_ENOENT, duos_sim_partition(w->sim, 0, 1, 1));
    duos_sim_heal(NULL, 1, 2);
    duos_sim_heal(w->sim, 1, 2);
    for (i = 0; i < DUOS_SIM_PARTITIONS_MAX; i++) {
        assert_ok(duos_sim_add_host(w->sim, &host));
        assert_ok(duos_sim_partition(w->sim, 1, host, -1));
        assert_ok(duos_sim_partition(w->sim, host, 1, -1));
    }
    assert_err(DUOS_ELIMIT, duos_sim_partition(w->sim, 1, 2, -1));
    duos_sim_heal(w->sim, host, 1);
    assert_ok(duos_sim_partition(w->sim, 1, 2, 0));
    assert_ok(duos_sim_partition(w->sim, 1, host, -1));
}

static void test_sim_partition_bytes_come_after_it(void **state)
{
    world *w = (world *)*state;
    duos_socket client;
    duos_socket server;

    connect_pair(w, &client, &server);
    assert_ok(duos_sim_partition(w->sim, w->a, w->b, 5000));
    expect_send(DUOS_OK, client);
    expect_recv(DUOS_OK, server);
    assert_between(duos_sim_now_ns(w->sim) / 1000000, 5000, 5300);
    close_both(&client, &server);
}

static void test_sim_partition_for_good_sender_gives_up(void **state)
{
    world *w = (world *)*state;
    duos_socket client;
    duos_socket server;

    connect_pair(w, &client, &server);
    assert_ok(duos_sim_partition(w->sim, w->a, w->b, -1));
    expect_send(DUOS_OK, client);
    expect_recv(DUOS_ETIMEDOUT, client);
    assert_between(duos_sim_now_ns(w->sim) / 1000000, 924000, 925000);
    close_both(&client, &server);
}

static void test_sim_partition_connect_gives_up_sooner(void **state)
{
    world *w = (world *)*state;
    duos_addr at;
    duos_socket listener = listen_on_a(w, 0, &at);
    duos_socket client = open_on(w, w->b, DUOS_BLOCKING);

    assert_ok(duos_sim_partition(w->sim, w->a, w->b, -1));
    assert_err(DUOS_ETIMEDOUT, duos_connect(client, &at));
    assert_between(duos_sim_now_ns(w->sim) / 1000000, 127000, 128000);
    close_both(&listener, &client);
}

static void test_sim_partition_before_the_answer_connect_gives_up(void **state)
{
    world *w = (world *)*state;
    duos_addr at;
    duos_socket listener = listen_on_a(w, 0, &at);
    duos_socket client = open_on(w, w->b, DUOS_NONBLOCK);
    unsigned events;

    assert_err(DUOS_EINPROGRESS, duos_connect(client, &at));
    assert_ok(duos_wait(listener, DUOS_READ, -1, &events)); /* it was asked */
    assert_ok(duos_sim_partition(w->sim, w->a, w->b, -1));
    assert_ok(duos_wait(client, DUOS_WRITE, -1, &events));
    expect_recv(DUOS_ETIMEDOUT, client);
    assert_between(now_ms(w), 127000, 128000);
    close_both(&listener, &client);
}

static void test_sim_partition_window_update_breaks_nobody(void **state)
{
    static char bytes[1000];
    world *w = (world *)*state;
    duos_socket client;
    duos_socket server;
    size_t n;

    connect_pair(w, &client, &server);
    assert_ok(duos_send(client, bytes, sizeof bytes, &n));
    settle();
    assert_ok(duos_sim_partition(w->sim, w->a, w->b, 1000000));
    assert_ok(duos_recv(server, bytes, sizeof bytes, &n));
    assert_ok(duos_select(NULL, NULL, NULL, 1000000, NULL));
    expect_send(DUOS_OK, server);
    expect_recv(DUOS_OK, client);
    close_both(&client, &server);
}

static void test_sim_reset_ends_a_connect_under_way(void **state)
{
    world *w = (world *)*state;
    duos_addr at;
    duos_socket listener = listen_on_a(w, 0, &at);
    duos_socket client = open_on(w, w->b, DUOS_NONBLOCK);
    duos_socket ghost;

    assert_err(DUOS_EINPROGRESS, duos_connect(client, &at));
    assert_ok(duos_sim_reset(w->sim, w->b));
    settle();
    assert_ok(duos_set_nonblocking(listener, true));
    assert_err(DUOS_EWOULDBLOCK,
               duos_accept(listener, DUOS_BLOCKING, &ghost, NULL));
    expect_recv(DUOS_ECONNRESET, client);
    close_both(&listener, &client);
}

static void test_sim_reset_breaks_the_host_s_connections(void **state)
{
    world *w = (world *)*state;
    duos_socket client;
    duos_socket server;

    connect_pair(w, &client, &server);
    assert_err(DUOS_EINVAL, duos_sim_reset(NULL, w->a));
    assert_err(DUOS_ENOENT, duos_sim_reset(w->sim, 3));
    assert_ok(duos_sim_reset(w->sim, w->a));
    expect_recv(DUOS_ECONNRESET, client);
    expect_recv(DUOS_ECONNRESET, server);
    close_both(&client, &server);
}

static void test_sim_pause_moves_the_clock(void **state)
{
    world *w = (world *)*state;

    duos_sim_pause(NULL, 5);
    duos_sim_pause(w->sim, -5);
    assert_int_equal(duos_sim_now_ns(w->sim), 0);
    duos_sim_pause(w->sim, 5);
    assert_int_equal(duos_sim_now_ns(w->sim), 5000000);
}

/* ---- what people read ------------------------------------------------- */

static void test_sim_record_text_says_all(void **state)
{
    duos_sim_record r = {UINT64_C(12000345678), DUOS_SIM_RECV, 2, 17, 4711};
    char line[DUOS_SIM_RECORD_TEXT_MAX];

    (void)state;
    assert_ok(duos_sim_record_text(&r, line, sizeof line));
    assert_string_equal(line, "12.000345678 host 2 recv #17 = 4711");
    r.socket = 0;
    assert_ok(duos_sim_record_text(&r, line, sizeof line));
    assert_string_equal(line, "12.000345678 host 2 recv = 4711");
    r.kind = DUOS_SIM_FAIL;
    r.socket = DUOS_SIM_CALL_ACCEPT;
    r.result = DUOS_EMFILE;
    assert_ok(duos_sim_record_text(&r, line, sizeof line));
    assert_string_equal(line, "12.000345678 host 2 fail accept = EMFILE");
    r.kind = DUOS_SIM_FAULT;
    r.socket = DUOS_SIM_FAULT_LATE;
    r.result = 0;
    assert_ok(duos_sim_record_text(&r, line, sizeof line));
    assert_string_equal(line, "12.000345678 host 2 fault late = 0");
    assert_err(DUOS_EINVAL, duos_sim_record_text(NULL, line, sizeof line));
    assert_err(DUOS_EINVAL, duos_sim_record_text(&r, NULL, 0));
    assert_err(DUOS_ENOSPACE, duos_sim_record_text(&r, line, 34));
    assert_ok(duos_sim_record_text(&r, line, 35));
}

static void test_sim_record_text_longest_fits(void **state)
{
    duos_sim_record r = {UINT64_MAX, DUOS_SIM_FAIL, UINT32_MAX, 0, 0};
    char line[DUOS_SIM_RECORD_TEXT_MAX];

    (void)state;
    for (r.socket = 0; r.socket < DUOS_SIM_CALL_COUNT; r.socket++) {
        r.result = DUOS_EPROTONOSUPPORT;
        assert_ok(duos_sim_record_text(&r, line, sizeof line));
    }
}

static void test_sim_seed_only_numbers(void **state)
{
    static const char *const wrong[] = {"",
                                        " 1",
                                        "1 ",
                                        "-1",
                                        "+1",
                                        "1x",
                                        "0x",
                                        "0xg",
                                        "007",
                                        "x1",
                                        "1.0",
                                        "12345678901234567890",
                                        "0x11223344556677889"};
    uint64_t seed = 7;
    size_t i;

    (void)state;
    assert_err(DUOS_EINVAL, duos_sim_seed(NULL, &seed));
    assert_err(DUOS_EINVAL, duos_sim_seed("1", NULL));
    for (i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_err(DUOS_ESYNTAX, duos_sim_seed(wrong[i], &seed));
    }
    assert_int_equal(seed, 7);
    assert_ok(duos_sim_seed("1234567890123456789", &seed));
    assert_true(seed == UINT64_C(1234567890123456789));
    assert_ok(duos_sim_seed("0xfedcba9876543210", &seed));
    assert_true(seed == UINT64_C(0xfedcba9876543210));
}

#define IN_WORLD(test)                                                         \
    cmocka_unit_test_setup_teardown(test, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(test_sim_fail_senseless_plan_refused),
        IN_WORLD(test_sim_fail_nth_call_fails_as_often_as_asked),
        IN_WORLD(test_sim_fail_for_good_until_unfail),
        IN_WORLD(test_sim_fail_one_host_the_other_works),
        IN_WORLD(test_sim_fail_close_closes_all_the_same),
        IN_WORLD(test_sim_fail_newest_plan_decides_all_count),
        cmocka_unit_test(test_sim_names_of_calls_and_faults),
        IN_WORLD(test_sim_chance_out_of_range_refused),
        IN_WORLD(test_sim_chance_birth_without_descriptor_or_memory),
        IN_WORLD(test_sim_chance_ready_socket_would_block),
        IN_WORLD(test_sim_chance_sending_resets_both_ends),
        IN_WORLD(test_sim_chance_no_buffers_then_sends),
        IN_WORLD(test_sim_chance_request_refused),
        IN_WORLD(test_sim_chance_request_lost_times_out),
        IN_WORLD(test_sim_chance_aborted_connection_is_gone),
        IN_WORLD(test_sim_chance_accept_error_leaves_the_connection),
        IN_WORLD(test_sim_chance_late_takes_a_hundred_times_as_long),
        IN_WORLD(test_sim_chance_pause_makes_a_turn_long),
        IN_WORLD(test_sim_chance_happens_at_its_rate),
        IN_WORLD(test_sim_bandwidth_limits_a_direction),
        IN_WORLD(test_sim_partition_senseless_refused),
        IN_WORLD(test_sim_partition_bytes_come_after_it),
        IN_WORLD(test_sim_partition_for_good_sender_gives_up),
        IN_WORLD(test_sim_partition_connect_gives_up_sooner),
        IN_WORLD(test_sim_partition_before_the_answer_connect_gives_up),
        IN_WORLD(test_sim_partition_window_update_breaks_nobody),
        IN_WORLD(test_sim_reset_ends_a_connect_under_way),
        IN_WORLD(test_sim_reset_breaks_the_host_s_connections),
        IN_WORLD(test_sim_pause_moves_the_clock),
        cmocka_unit_test(test_sim_record_text_says_all),
        cmocka_unit_test(test_sim_record_text_longest_fits),
        cmocka_unit_test(test_sim_seed_only_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
