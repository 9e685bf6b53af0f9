/* SPDX-License-Identifier: MIT */
/*
 * test_sim_net.c - the simulated network up to the connection: sockets,
 * addresses, ports, options, connecting. What others have to do meanwhile
 * happens within the calls.
 */
#include "sim_support.h"

/* ---- sockets and addresses -------------------------------------------- */

static void test_sim_net_nobody_about_not_ready(void **state)
{
    duos_sim *sim;
    duos_socket s;

    (void)state;
    assert_err(DUOS_ENOTREADY,
               duos_open(DUOS_IPV4, DUOS_STREAM, DUOS_BLOCKING, &s));
    assert_ok(duos_sim_create(NULL, &sim));
    assert_err(DUOS_ENOTREADY,
               duos_open(DUOS_IPV4, DUOS_STREAM, DUOS_BLOCKING, &s));
    assert_ok(duos_sim_destroy(sim));
    s = duos_socket_from_os(3);
    assert_err(DUOS_ENOTREADY, duos_close(&s));
}

static void test_sim_net_numbers_lowest_first(void **state)
{
    world *w = (world *)*state;
    duos_socket one = open_on(w, w->a, DUOS_BLOCKING);
    duos_socket two = open_on(w, w->b, DUOS_BLOCKING);
    intptr_t number = duos_socket_to_os(one);

    assert_true(duos_socket_to_os(two) > number);
    assert_ok(duos_close(&one));
    one = duos_socket_from_os(number);
    assert_err(DUOS_EBADF, duos_close(&one));
    one = open_on(w, w->a, DUOS_BLOCKING);
    assert_int_equal(duos_socket_to_os(one), number);
    assert_int_equal(duos_sim_sockets(w->sim), 2);
    close_both(&one, &two);
    assert_int_equal(duos_sim_sockets(w->sim), 0);
}

static void test_sim_net_bind_conflicts_refused(void **state)
{
    world *w = (world *)*state;
    duos_addr at;
    duos_addr v6 = duos_addr_loopback(DUOS_IPV6, 0);
    duos_addr elsewhere = duos_sim_addr(w->b, DUOS_IPV4, 80);
    duos_socket listener = listen_on_a(w, 0, &at);
    duos_socket s = open_on(w, w->a, DUOS_BLOCKING);

    assert_err(DUOS_EADDRINUSE, duos_bind(s, &at));
    assert_err(DUOS_EADDRNOTAVAIL, duos_bind(s, &elsewhere));
    assert_err(DUOS_EAFNOSUPPORT, duos_bind(s, &v6));
    assert_err(DUOS_EINVAL, duos_listen(s, 0));
    assert_err(DUOS_EINVAL, duos_bind(listener, &at));
    assert_ok(duos_close(&listener));
    assert_ok(duos_bind(s, &at));
    assert_ok(duos_close(&s));
}

static void test_sim_net_ephemeral_ports_skip_those_in_use(void **state)
{
    world *w = (world *)*state;
    duos_socket one = open_on(w, w->a, DUOS_BLOCKING);
    duos_socket two = open_on(w, w->a, DUOS_BLOCKING);
    duos_socket three = open_on(w, w->a, DUOS_BLOCKING);
    duos_addr any = duos_addr_ipv4(0, 0, 0, 0, 0);
    duos_addr at;

    assert_ok(duos_bind(one, &any));
    assert_ok(duos_local_addr(one, &at));
    at.port = (uint16_t)(at.port == 65535 ? 49152 : at.port + 1);
    assert_ok(duos_bind(two, &at));
    assert_ok(duos_bind(three, &any));
    assert_ok(duos_local_addr(three, &any));
    assert_int_not_equal(any.port, at.port);
    close_both(&one, &two);
    assert_ok(duos_close(&three));
}

static void test_sim_net_says_which_options_it_lacks(void **state)
{
    world *w = (world *)*state;
    duos_socket s = open_on(w, w->a, DUOS_BLOCKING);
    size_t len = 1;
    char byte = 0;
    bool on;

    assert_err(DUOS_ENOPROTOOPT, duos_setsockopt(s, 1, 1, &byte, 1));
    assert_err(DUOS_ENOPROTOOPT, duos_getsockopt(s, 1, 1, &byte, &len));
    assert_err(DUOS_ENOTSUP, duos_set_bool(s, DUOS_OPT_V6ONLY, true));
    assert_err(DUOS_ENOTSUP, duos_get_bool(s, DUOS_OPT_BROADCAST, &on));
    assert_ok(duos_close(&s));
}

static void test_sim_net_options_kept(void **state)
{
    world *w = (world *)*state;
    duos_socket s = open_on(w, w->a, DUOS_BLOCKING);
    int32_t number;
    bool on;

    assert_ok(duos_set_bool(s, DUOS_OPT_NODELAY, true));
    assert_ok(duos_get_bool(s, DUOS_OPT_NODELAY, &on));
    assert_true(on);
    assert_ok(duos_set_int(s, DUOS_OPT_TTL, 7));
    assert_ok(duos_get_int(s, DUOS_OPT_TTL, &number));
    assert_int_equal(number, 7);
    assert_ok(duos_get_int(s, DUOS_OPT_TYPE, &number));
    assert_int_equal(number, DUOS_STREAM);
    assert_ok(duos_close(&s));
    assert_ok(duos_listen_at("[::1]:0", NULL, &s, NULL));
    assert_err(DUOS_EINVAL, duos_set_bool(s, DUOS_OPT_V6ONLY, false));
    assert_ok(duos_close(&s));
}

static void test_sim_net_native_codes_both_ways(void **state)
{
    (void)state;
    assert_int_equal(duos_err_native(DUOS_ECONNRESET), -DUOS_ECONNRESET);
    assert_string_equal(duos_err_native_name(DUOS_ECONNRESET),
                        "SIM_ECONNRESET");
    assert_err(DUOS_ECONNRESET, duos_err_from_native(-DUOS_ECONNRESET));
    assert_int_equal(duos_err_native(DUOS_EEOF), 0);
    assert_string_equal(duos_err_native_name(DUOS_EEOF), "");
    assert_err(DUOS_ENATIVE_BASE - 5000, duos_err_from_native(5000));
    assert_err(DUOS_EINVAL, duos_err_from_native(-1));
}

static void test_sim_net_closed_socket_bad_everywhere(void **state)
{
    world *w = (world *)*state;
    duos_socket s = open_on(w, w->a, DUOS_BLOCKING);
    duos_socket gone = s;
    duos_addr at = duos_sim_addr(w->b, DUOS_IPV4, 80);
    duos_err pending;
    bool on;

    assert_ok(duos_close(&s));
    assert_err(DUOS_EBADF, duos_set_nonblocking(gone, true));
    assert_err(DUOS_EBADF, duos_bind(gone, &at));
    assert_err(DUOS_EBADF, duos_listen(gone, 0));
    assert_err(DUOS_EBADF, duos_accept(gone, 0, &s, NULL));
    assert_err(DUOS_EBADF, duos_connect(gone, &at));
    assert_err(DUOS_EBADF, duos_shutdown(gone, DUOS_SHUT_BOTH));
    assert_err(DUOS_EBADF, duos_local_addr(gone, &at));
    assert_err(DUOS_EBADF, duos_peer_addr(gone, &at));
    assert_err(DUOS_EBADF, duos_take_error(gone, &pending));
    assert_err(DUOS_EBADF, duos_set_bool(gone, DUOS_OPT_NODELAY, true));
    assert_err(DUOS_EBADF, duos_get_bool(gone, DUOS_OPT_NODELAY, &on));
    assert_err(DUOS_EBADF, duos_wait(gone, DUOS_READ, 0, NULL));
    expect_recv(DUOS_EBADF, gone);
    expect_send(DUOS_EBADF, gone);
}

static void test_sim_net_wrong_state_refused(void **state)
{
    world *w = (world *)*state;
    duos_addr at;
    duos_addr v6 = duos_sim_addr(w->a, DUOS_IPV6, 80);
    duos_addr loopback = duos_addr_loopback(DUOS_IPV4, 0);
    duos_socket listener = listen_on_a(w, 0, &at);
    duos_socket s = open_on(w, w->b, DUOS_NONBLOCK);
    duos_socket none;

    assert_err(DUOS_EOPNOTSUPP, duos_connect(listener, &at));
    assert_err(DUOS_EINVAL, duos_accept(s, 0, &none, NULL));
    assert_err(DUOS_EAFNOSUPPORT, duos_connect(s, &v6));
    expect_recv(DUOS_ENOTCONN, s);
    expect_send(DUOS_ENOTCONN, s);
    assert_ok(duos_wait(s, DUOS_WRITE, 0, NULL));
    assert_ok(duos_bind(s, &loopback));
    assert_err(DUOS_EADDRNOTAVAIL, duos_connect(s, &at));
    assert_ok(duos_close(&s));
    s = open_on(w, w->b, DUOS_NONBLOCK);
    loopback = duos_sim_addr(w->b, DUOS_IPV4, 0);
    assert_ok(duos_bind(s, &loopback));
    assert_err(DUOS_EINPROGRESS, duos_connect(s, &at));
    expect_recv(DUOS_EWOULDBLOCK, s);
    expect_send(DUOS_EWOULDBLOCK, s);
    assert_ok(duos_accept(listener, DUOS_BLOCKING, &none, NULL));
    close_both(&s, &none);
    assert_ok(duos_close(&listener));
}

/* ---- connecting ------------------------------------------------------- */

static void test_sim_net_connect_tells_both_addresses(void **state)
{
    world *w = (world *)*state;
    duos_addr at;
    duos_addr peer;
    duos_tuple client_side;
    duos_tuple server_side;
    duos_socket listener = listen_on_a(w, 0, &at);
    duos_socket client = open_on(w, w->b, DUOS_NONBLOCK);
    duos_socket server;

    assert_err(DUOS_EINPROGRESS, duos_connect(client, &at));
    assert_err(DUOS_EALREADY, duos_connect(client, &at));
    assert_err(DUOS_EINPROGRESS, duos_connect_result(client));
    assert_ok(duos_wait(client, DUOS_WRITE, -1, NULL));
    assert_ok(duos_connect_result(client));
    assert_err(DUOS_EISCONN, duos_connect(client, &at));
    assert_true(duos_sim_now_ns(w->sim) >= 2 * 10 * 1000);
    assert_true(duos_sim_now_ns(w->sim) <= 2 * 200 * 1000);
    assert_ok(duos_accept(listener, DUOS_BLOCKING, &server, &peer));
    assert_ok(duos_socket_tuple(client, &client_side));
    assert_ok(duos_socket_tuple(server, &server_side));
    assert_true(duos_addr_equal(&client_side.remote, &at));
    assert_true(duos_addr_equal(&client_side.remote, &server_side.local));
    assert_true(duos_addr_equal(&client_side.local, &server_side.remote));
    assert_true(duos_addr_equal(&client_side.local, &peer));
    close_both(&client, &server);
    assert_ok(duos_close(&listener));
}

static void test_sim_net_connect_refused_both_ways(void **state)
{
    world *w = (world *)*state;
    duos_addr closed = duos_sim_addr(w->a, DUOS_IPV4, 81);
    duos_addr nobody = duos_addr_ipv4(192, 0, 2, 1, 80);
    duos_socket s = open_on(w, w->b, DUOS_BLOCKING);
    duos_socket t = open_on(w, w->b, DUOS_NONBLOCK);
    unsigned got;

    assert_err(DUOS_ECONNREFUSED, duos_connect(s, &closed));
    assert_err(DUOS_ECONNABORTED, duos_connect(s, &closed));
    assert_err(DUOS_EINPROGRESS, duos_connect(t, &closed));
    assert_ok(duos_wait(t, DUOS_WRITE, -1, &got));
    assert_int_equal(got, DUOS_WRITE | DUOS_ERROR | DUOS_HANGUP);
    assert_err(DUOS_ECONNREFUSED, duos_connect_result(t));
    close_both(&s, &t);
    s = open_on(w, w->b, DUOS_BLOCKING);
    assert_err(DUOS_EHOSTUNREACH, duos_connect(s, &nobody));
    expect_recv(DUOS_ENOTCONN, s);
    assert_ok(duos_close(&s));
}

static void test_sim_net_loopback_stays_on_its_host(void **state)
{
    world *w = (world *)*state;
    duos_socket listener;
    duos_socket s;
    duos_addr at;
    char text[DUOS_ADDR_TEXT_MAX];

    assert_ok(duos_sim_set_host(w->sim, w->a));
    assert_ok(duos_listen_at("127.0.0.1:0", NULL, &listener, &at));
    assert_ok(duos_addr_format(&at, text, sizeof text));
    assert_ok(duos_dial(text, 1000, &s));
    assert_ok(duos_close(&s));
    assert_ok(duos_sim_set_host(w->sim, w->b));
    assert_err(DUOS_ECONNREFUSED, duos_dial(text, 1000, &s));
    at = duos_sim_addr(w->a, DUOS_IPV4, at.port);
    assert_ok(duos_addr_format(&at, text, sizeof text));
    assert_err(DUOS_ECONNREFUSED, duos_dial(text, 1000, &s));
    assert_ok(duos_close(&listener));
}

static void test_sim_net_dual_stack_maps_ipv4(void **state)
{
    world *w = (world *)*state;
    duos_socket listener;
    duos_socket v4;
    duos_socket v6;
    duos_socket server;
    duos_addr peer;
    char text[DUOS_ADDR_TEXT_MAX];
    bool nodelay;

    assert_ok(duos_sim_set_host(w->sim, w->a));
    assert_ok(duos_listen_at("*:7700", NULL, &listener, NULL));
    assert_ok(duos_sim_set_host(w->sim, w->b));
    assert_ok(duos_dial("10.0.0.1:7700", 1000, &v4));
    assert_ok(duos_dial("[fd00::1]:7700", 1000, &v6));
    assert_ok(duos_accept(listener, 0, &server, &peer));
    assert_ok(duos_addr_format(&peer, text, sizeof text));
    assert_memory_equal(text, "[::ffff:10.0.0.2]:", 18);
    assert_ok(duos_get_bool(server, DUOS_OPT_NODELAY, &nodelay));
    assert_true(nodelay); /* from the listener */
    assert_ok(duos_close(&server));
    assert_ok(duos_accept(listener, 0, &server, &peer));
    peer.port = 1;
    assert_ok(duos_addr_format(&peer, text, sizeof text));
    assert_string_equal(text, "[fd00::2]:1");
    assert_ok(duos_close(&server));
    close_both(&v4, &v6);
    assert_ok(duos_close(&listener));
}

static void test_sim_net_backlog_full_refused(void **state)
{
    world *w = (world *)*state;
    duos_addr at;
    duos_socket listener = listen_on_a(w, 2, &at);
    duos_socket s[3];
    duos_socket server;
    size_t i;

    for (i = 0; i < 3; i++) {
        s[i] = open_on(w, w->b, DUOS_BLOCKING);
        assert_err(i < 2 ? DUOS_OK : DUOS_ECONNREFUSED,
                   duos_connect(s[i], &at));
    }
    assert_ok(duos_accept(listener, DUOS_BLOCKING, &server, NULL));
    assert_ok(duos_close(&listener)); /* resets the one that still waits */
    expect_recv(DUOS_ECONNRESET, s[1]);
    close_both(&s[0], &server);
    close_both(&s[1], &s[2]);
}

static void test_sim_net_client_gone_before_accept_still_accepted(void **state)
{
    world *w = (world *)*state;
    duos_addr at;
    duos_socket listener = listen_on_a(w, 0, &at);
    duos_socket client = open_on(w, w->b, DUOS_NONBLOCK);
    duos_socket server;

    assert_err(DUOS_EINPROGRESS, duos_connect(client, &at));
    assert_ok(duos_close(&client));
    settle();
    assert_ok(duos_accept(listener, DUOS_NONBLOCK, &server, NULL));
    expect_recv(DUOS_ECONNRESET, server);
    close_both(&server, &listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sim_net_nobody_about_not_ready),
        cmocka_unit_test(test_sim_net_native_codes_both_ways),
#define WORLD_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
        WORLD_TEST(test_sim_net_numbers_lowest_first),
        WORLD_TEST(test_sim_net_bind_conflicts_refused),
        WORLD_TEST(test_sim_net_ephemeral_ports_skip_those_in_use),
        WORLD_TEST(test_sim_net_says_which_options_it_lacks),
        WORLD_TEST(test_sim_net_options_kept),
        WORLD_TEST(test_sim_net_connect_tells_both_addresses),
        WORLD_TEST(test_sim_net_connect_refused_both_ways),
        WORLD_TEST(test_sim_net_loopback_stays_on_its_host),
        WORLD_TEST(test_sim_net_dual_stack_maps_ipv4),
        WORLD_TEST(test_sim_net_backlog_full_refused),
        WORLD_TEST(test_sim_net_client_gone_before_accept_still_accepted),
        WORLD_TEST(test_sim_net_closed_socket_bad_everywhere),
        WORLD_TEST(test_sim_net_wrong_state_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
