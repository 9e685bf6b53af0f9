/* SPDX-License-Identifier: MIT */
/*
 * test_sim_ports.c - who gets which port: TIME_WAIT, the end of the ephemeral
 * ones, sharing.
 */
#include "sim_support.h"

/* One connection from b to a; the server's end closes first. */
static void connect_and_end(world *w, const duos_addr *at, duos_socket listener,
                            bool server_first)
{
    duos_socket client = open_on(w, w->b, DUOS_BLOCKING);
    duos_socket server;

    assert_ok(duos_connect(client, at));
    assert_ok(duos_accept(listener, DUOS_BLOCKING, &server, NULL));
    assert_ok(duos_close(server_first ? &server : &client));
    settle();
    assert_ok(duos_close(server_first ? &client : &server));
    settle();
}

static duos_err bind_again(world *w, const duos_addr *at, bool safe)
{
    duos_socket s = open_on(w, w->a, DUOS_BLOCKING);
    duos_err err;

    if (safe) {
        assert_ok(duos_set_reuse(s, DUOS_REUSE_SAFE));
    }
    err = duos_bind(s, at);
    assert_ok(duos_close(&s));
    return err;
}

static void test_trap_13_sim_ports_rest_for_a_minute(void **state)
{
    world *w = (world *)*state;
    duos_addr at;
    duos_socket listener = listen_on_a(w, 0, &at);

    connect_and_end(w, &at, listener, false);
    assert_ok(duos_close(&listener));
    assert_err(DUOS_OK,
               bind_again(w, &at, false)); /* the client closed first */
    listener = listen_on_a(w, 0, &at);
    connect_and_end(w, &at, listener, true);
    assert_ok(duos_close(&listener));
    assert_err(DUOS_EADDRINUSE, bind_again(w, &at, false));
    assert_err(DUOS_OK, bind_again(w, &at, true));
    let_rest_end();
    assert_err(DUOS_OK, bind_again(w, &at, false));
}

static void test_sim_ports_of_one_peer_run_out(void **state)
{
    world *w = (world *)*state;
    duos_addr at;
    duos_addr any = duos_addr_ipv4(0, 0, 0, 0, 0);
    duos_socket listener = listen_on_a(w, 0, &at);
    duos_socket s;
    int i;

    assert_ok(duos_sim_set_ports(w->sim, w->b, 50000, 50003));
    for (i = 0; i < 4; i++) {
        connect_and_end(w, &at, listener, false);
    }
    s = open_on(w, w->b, DUOS_BLOCKING);
    assert_err(DUOS_EADDRNOTAVAIL, duos_connect(s, &at));
    assert_err(DUOS_EADDRINUSE, duos_bind(s, &any));
    let_rest_end();
    assert_ok(duos_connect(s, &at));
    close_both(&s, &listener);
}

static void test_sim_ports_of_datagrams_run_out(void **state)
{
    world *w = (world *)*state;
    duos_addr to = duos_sim_addr(w->a, DUOS_IPV4, 9);
    duos_socket one, other;

    assert_ok(duos_sim_set_ports(w->sim, w->b, 50000, 50000));
    assert_ok(duos_sim_set_host(w->sim, w->b));
    assert_ok(duos_open(DUOS_IPV4, DUOS_DGRAM, DUOS_NONBLOCK, &one));
    assert_ok(duos_open(DUOS_IPV4, DUOS_DGRAM, DUOS_NONBLOCK, &other));
    assert_ok(duos_sendto(one, "x", 1, &to));
    assert_err(DUOS_EADDRNOTAVAIL, duos_sendto(other, "x", 1, &to));
    close_both(&one, &other);
}

static void test_sim_ports_range_is_checked(void **state)
{
    world *w = (world *)*state;

    assert_err(DUOS_EINVAL, duos_sim_set_ports(NULL, 1, 1, 2));
    assert_err(DUOS_EINVAL, duos_sim_set_ports(w->sim, w->a, 0, 2));
    assert_err(DUOS_EINVAL, duos_sim_set_ports(w->sim, w->a, 3, 2));
    assert_err(DUOS_ENOENT, duos_sim_set_ports(w->sim, 9, 1, 2));
}

static duos_socket share(world *w, const duos_addr *at)
{
    duos_socket s = open_on(w, w->a, DUOS_NONBLOCK);

    assert_ok(duos_set_reuse(s, DUOS_REUSE_SHARED));
    assert_ok(duos_bind(s, at));
    assert_ok(duos_listen(s, 0));
    return s;
}

static void test_sim_ports_shared_listeners_take_turns_by_seed(void **state)
{
    world *w = (world *)*state;
    duos_addr at = duos_sim_addr(w->a, DUOS_IPV4, 80);
    duos_socket one = share(w, &at);
    duos_socket other = share(w, &at);
    duos_socket client, server;
    int first = 0;
    int i;

    for (i = 0; i < 20; i++) {
        duos_err err;

        client = open_on(w, w->b, DUOS_BLOCKING);
        assert_ok(duos_connect(client, &at));
        err = duos_accept(one, 0, &server, NULL);
        first += err == DUOS_OK;
        if (err != DUOS_OK) {
            assert_ok(duos_accept(other, 0, &server, NULL));
        }
        close_both(&client, &server);
    }
    assert_true(first > 2 && first < 18);
    close_both(&one, &other);
}

static void test_sim_ports_tcp_info_tells_state_and_time(void **state)
{
    world *w = (world *)*state;
    duos_socket client, server;
    duos_tcp_info info;

    connect_pair(w, &client, &server);
    duos_tcp_info_init(&info);
    assert_ok(duos_get_tcp_info(client, &info));
    assert_int_equal(info.state, DUOS_TCP_ESTABLISHED);
    assert_int_equal(info.rtt_us, 210);
    assert_ok(duos_close(&server));
    settle();
    assert_ok(duos_get_tcp_info(client, &info));
    assert_int_equal(info.state, DUOS_TCP_CLOSE_WAIT);
    assert_ok(duos_close(&client));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define WORLD_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
        WORLD_TEST(test_trap_13_sim_ports_rest_for_a_minute),
        WORLD_TEST(test_sim_ports_of_one_peer_run_out),
        WORLD_TEST(test_sim_ports_of_datagrams_run_out),
        WORLD_TEST(test_sim_ports_range_is_checked),
        WORLD_TEST(test_sim_ports_shared_listeners_take_turns_by_seed),
        WORLD_TEST(test_sim_ports_tcp_info_tells_state_and_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
