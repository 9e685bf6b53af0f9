/* SPDX-License-Identifier: MIT */
/*
 * test_sim_partition.c - a network that is slow or cut in two, connections
 * that are reset, and a clock that is moved.
 */
#include "sim_support.h"

/* ---- what the network is told ----------------------------------------- */

static void test_sim_bandwidth_limits_a_direction(void **state)
{
    static char bytes[50000];
    world *w = (world *)*state;
    duos_sim_config config;
    duos_socket client, server;
    uint64_t before;
    size_t n;

    duos_sim_config_init(&config);
    config.bandwidth = 100;
    world_again(w, &config);
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
    duos_socket client, server;

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
    duos_socket client, server;

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
    duos_socket listener, client;

    listen_and_open(w, DUOS_BLOCKING, &listener, &client, &at);
    assert_ok(duos_sim_partition(w->sim, w->a, w->b, -1));
    assert_err(DUOS_ETIMEDOUT, duos_connect(client, &at));
    assert_between(duos_sim_now_ns(w->sim) / 1000000, 127000, 128000);
    close_both(&listener, &client);
}

static void test_sim_partition_before_the_answer_connect_gives_up(void **state)
{
    world *w = (world *)*state;
    duos_addr at;
    duos_socket listener, client;
    unsigned events;

    listen_and_open(w, DUOS_NONBLOCK, &listener, &client, &at);
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
    duos_socket client, server;
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
    duos_socket listener, client;
    duos_socket ghost;

    listen_and_open(w, DUOS_NONBLOCK, &listener, &client, &at);
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
    duos_socket client, server;

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

#define IN_WORLD(test)                                                         \
    cmocka_unit_test_setup_teardown(test, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
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
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
