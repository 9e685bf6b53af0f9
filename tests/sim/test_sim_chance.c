/* SPDX-License-Identifier: MIT */
/*
 * test_sim_chance.c - faults by chance: what each one does, and that it
 * happens as often as was asked for, and is counted.
 */
#include "sim_support.h"

static uint64_t fired(const world *w, duos_sim_fault fault)
{
    return duos_sim_fired(w->sim, fault);
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

static void never(world *w, duos_sim_fault fault)
{
    assert_ok(duos_sim_chance(w->sim, fault, 0));
}

static void test_sim_chance_birth_without_descriptor_or_memory(void **state)
{
    world *w = (world *)*state;

    assert_ok(duos_sim_set_host(w->sim, w->a));
    always(w, DUOS_SIM_FAULT_NO_MEMORY);
    expect_open(DUOS_ENOMEM);
    always(w, DUOS_SIM_FAULT_NO_DESCRIPTOR);
    expect_open(DUOS_EMFILE);
    assert_int_equal(fired(w, DUOS_SIM_FAULT_NO_MEMORY), 1);
    assert_int_equal(fired(w, DUOS_SIM_FAULT_NO_DESCRIPTOR), 1);
}

static void test_sim_chance_ready_socket_would_block(void **state)
{
    world *w = (world *)*state;
    duos_socket client, server;

    connect_pair(w, &client, &server);
    expect_send(DUOS_OK, client);
    settle();
    always(w, DUOS_SIM_FAULT_WOULD_BLOCK);
    assert_ok(duos_set_nonblocking(server, true));
    expect_recv(DUOS_EWOULDBLOCK, server);
    expect_send(DUOS_EWOULDBLOCK, server);
    assert_int_equal(fired(w, DUOS_SIM_FAULT_WOULD_BLOCK), 2);
    never(w, DUOS_SIM_FAULT_WOULD_BLOCK);
    expect_recv(DUOS_OK, server);
    close_both(&client, &server);
}

static void test_sim_chance_sending_resets_both_ends(void **state)
{
    world *w = (world *)*state;
    duos_socket client, server;

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
    duos_socket client, server;

    connect_pair(w, &client, &server);
    always(w, DUOS_SIM_FAULT_NO_BUFFERS);
    expect_send(DUOS_ENOBUFS, client);
    never(w, DUOS_SIM_FAULT_NO_BUFFERS);
    expect_send(DUOS_OK, client);
    close_both(&client, &server);
}

static void test_sim_chance_request_refused(void **state)
{
    world *w = (world *)*state;
    duos_addr at;
    duos_socket listener, client;

    listen_and_open(w, DUOS_BLOCKING, &listener, &client, &at);
    always(w, DUOS_SIM_FAULT_REFUSE);
    assert_err(DUOS_ECONNREFUSED, duos_connect(client, &at));
    assert_int_equal(fired(w, DUOS_SIM_FAULT_REFUSE), 1);
    close_both(&listener, &client);
}

static void test_sim_chance_request_lost_times_out(void **state)
{
    world *w = (world *)*state;
    duos_addr at;
    duos_socket listener, client;

    listen_and_open(w, DUOS_BLOCKING, &listener, &client, &at);
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
    never(w, DUOS_SIM_FAULT_ACCEPT_ERROR);
    assert_ok(duos_accept(listener, DUOS_BLOCKING, &server, NULL));
    close_both(&client, &server);
    assert_ok(duos_close(&listener));
}

static void test_sim_chance_late_takes_a_hundred_times_as_long(void **state)
{
    world *w = (world *)*state;
    duos_sim_config config;
    duos_socket client, server;

    duos_sim_config_init(&config);
    config.latency_min_us = config.latency_max_us = 1000;
    config.faults[DUOS_SIM_FAULT_LATE] = 1000;
    world_again(w, &config);
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
    end_loop(w, loop);
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

#define IN_WORLD(test)                                                         \
    cmocka_unit_test_setup_teardown(test, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
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
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
