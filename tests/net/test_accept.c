/* SPDX-License-Identifier: MIT */
/*
 * test_accept.c - accept: what the new socket is like, and every way in which
 * there is none.
 */
#include "support/net.h"

#include <duosock/option.h>

static const duos_socket none = DUOS_SOCKET_INVALID;

static void test_accept_tells_the_peer(void **state)
{
    duos_addr at;
    duos_socket listener = net_listen(DUOS_IPV4, 0, &at);
    duos_socket client = net_connect(&at);
    duos_socket server;
    duos_addr local;
    duos_addr peer;

    (void)state;
    net_await(listener, DUOS_READ);
    assert_ok(duos_accept(listener, DUOS_NONBLOCK, &server, &peer));
    assert_ok(duos_local_addr(client, &local));
    assert_true(duos_addr_equal(&peer, &local));
    net_exchange(client, server);
    net_exchange(server, client);
    net_close(&client);
    net_close(&server);
    net_close(&listener);
}

static void test_accept_takes_connections_in_their_order(void **state)
{
    enum {
        COUNT = 10
    };
    duos_addr at;
    duos_socket listener = net_listen(DUOS_IPV4, COUNT, &at);
    duos_socket clients[COUNT];
    int i;

    (void)state;
    for (i = 0; i < COUNT; i++) {
        clients[i] = net_connect(&at);
    }
    for (i = 0; i < COUNT; i++) {
        duos_socket server = net_accept(listener);
        duos_addr peer;
        duos_addr local;

        assert_ok(duos_peer_addr(server, &peer));
        assert_ok(duos_local_addr(clients[i], &local));
        assert_true(duos_addr_equal(&peer, &local));
        net_close(&server);
        net_close(&clients[i]);
    }
    net_close(&listener);
}

/* Trap 6: some systems hand the listener's mode on, others do not. */
static void test_trap_6_accept_mode_is_the_callers_not_the_listeners(
    void **state)
{
    static const unsigned modes[] = {DUOS_BLOCKING, DUOS_NONBLOCK};
    int i;

    (void)state;
    for (i = 0; i < 4; i++) {
        unsigned wanted = modes[i % 2];
        duos_addr at;
        duos_socket listener = net_listen(DUOS_IPV4, 0, &at);
        duos_socket client = net_connect(&at);
        duos_socket server;
        char byte;
        size_t n;
        bool on;

        net_await(listener, DUOS_READ);
        assert_ok(duos_set_nonblocking(listener, i >= 2));
        assert_ok(duos_accept(listener, wanted, &server, NULL));
        if (os_get_nonblocking(server, &on)) {
            assert_int_equal(on, wanted == DUOS_NONBLOCK);
        }
        if (wanted == DUOS_NONBLOCK) {
            assert_err(DUOS_EWOULDBLOCK, duos_recv(server, &byte, 1, &n));
        } else {
            assert_ok(duos_set_ms(server, DUOS_OPT_RECV_TIMEOUT, 20));
            uint64_t begin = net_now();

            assert_true(duos_recv(server, &byte, 1, &n) < 0);
            assert_waited_at_least(begin, 10);
        }
        net_close(&client);
        net_close(&server);
        net_close(&listener);
    }
}

static void test_accept_inherits_nodelay(void **state)
{
    int i;

    (void)state;
    for (i = 0; i < 2; i++) {
        duos_addr at;
        duos_socket listener = net_listen(DUOS_IPV4, 0, &at);
        duos_socket client;
        duos_socket server;
        bool on = i == 0;

        assert_ok(duos_set_bool(listener, DUOS_OPT_NODELAY, i == 1));
        client = net_connect(&at);
        server = net_accept(listener);
        assert_ok(duos_get_bool(server, DUOS_OPT_NODELAY, &on));
        assert_int_equal(on, i == 1);
        net_close(&client);
        net_close(&server);
        net_close(&listener);
    }
}

static void test_accept_blocking_waits_for_a_connection(void **state)
{
    duos_addr at;
    duos_socket listener = net_listen(DUOS_IPV4, 0, &at);
    duos_socket client;
    duos_socket server;

    (void)state;
    assert_ok(duos_set_nonblocking(listener, false));
    client = net_connect(&at);
    assert_ok(duos_accept(listener, DUOS_NONBLOCK, &server, NULL));
    net_exchange(client, server);
    net_close(&client);
    net_close(&server);
    net_close(&listener);
}

static void test_accept_none_waits_is_ewouldblock(void **state)
{
    duos_addr at;
    duos_socket listener = net_listen(DUOS_IPV4, 0, &at);
    duos_socket s = {12345};
    duos_addr peer;

    (void)state;
    memset(&peer, 0xa5, sizeof peer);
    assert_err(DUOS_EWOULDBLOCK, duos_accept(listener, 0, &s, &peer));
    assert_int_equal(s.os, 12345);
    assert_int_equal(peer.family, 0xa5);
    net_close(&listener);
}

static void test_accept_wrong_argument_is_refused(void **state)
{
    duos_addr at;
    duos_socket listener = net_listen(DUOS_IPV4, 0, &at);
    duos_socket s;

    (void)state;
    assert_err(DUOS_EINVAL, duos_accept(listener, 0, NULL, NULL));
    assert_err(DUOS_EINVAL, duos_accept(listener, 2, &s, NULL));
    assert_err(DUOS_EBADF, duos_accept(none, 0, &s, NULL));
    net_close(&listener);
}

static void test_API3_accept_on_the_wrong_socket_names_the_state(void **state)
{
    duos_addr at;
    duos_socket bound = net_bind(DUOS_IPV4, DUOS_STREAM, &at);
    duos_socket datagram = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);
    pair p = net_pair(DUOS_IPV4);
    duos_socket s;

    (void)state;
    assert_err(DUOS_EINVAL, duos_accept(bound, 0, &s, NULL));
    assert_err(DUOS_EINVAL, duos_accept(p.client, 0, &s, NULL));
    assert_err(DUOS_EOPNOTSUPP, duos_accept(datagram, 0, &s, NULL));
    net_close(&bound);
    net_close(&datagram);
    net_close_pair(&p);
}

/*
 * Trap 36: gone before it was taken. Linux hands the connection out and lets
 * recv tell; the others say it here. Either way the next one can be taken.
 */
static void test_trap_36_accept_of_a_reset_connection_is_survived(void **state)
{
    duos_addr at;
    duos_socket listener = net_listen(DUOS_IPV4, 0, &at);
    duos_socket gone = net_connect(&at);
    duos_socket stays;
    duos_socket server = none;
    char byte;
    size_t n;

    (void)state;
    net_await(listener, DUOS_READ);
    net_reset(&gone);
    stays = net_connect(&at);
    net_await(listener, DUOS_READ);
    if (os_is_linux()) {
        server = net_accept(listener);
        net_await(server, DUOS_READ);
        assert_err(DUOS_ECONNRESET, duos_recv(server, &byte, 1, &n));
        net_close(&server);
    } else {
        assert_err(DUOS_ECONNABORTED, duos_accept(listener, 0, &server, NULL));
    }
    server = net_accept(listener);
    net_exchange(stays, server);
    net_close(&stays);
    net_close(&server);
    net_close(&listener);
}

static void test_SY4_accept_without_descriptors_is_emfile(void **state)
{
    duos_addr at;
    duos_socket listener = net_listen(DUOS_IPV4, 0, &at);
    duos_socket client = net_connect(&at);
    duos_socket server = none;

    (void)state;
    net_await(listener, DUOS_READ);
    if (!os_begin_shortage()) {
        net_close(&client);
        net_close(&listener);
        skip_because("no limit of descriptors on this system");
    }
    assert_err(DUOS_EMFILE, duos_accept(listener, 0, &server, NULL));
    assert_err(DUOS_EMFILE, duos_accept(listener, 0, &server, NULL));
    os_end_shortage();
    assert_false(duos_socket_valid(server));
    /* It still waits, and is as good as ever. */
    server = net_accept(listener);
    net_exchange(client, server);
    net_close(&client);
    net_close(&server);
    net_close(&listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accept_tells_the_peer),
        cmocka_unit_test(test_accept_takes_connections_in_their_order),
        cmocka_unit_test(
            test_trap_6_accept_mode_is_the_callers_not_the_listeners),
        cmocka_unit_test(test_accept_inherits_nodelay),
        cmocka_unit_test(test_accept_blocking_waits_for_a_connection),
        cmocka_unit_test(test_accept_none_waits_is_ewouldblock),
        cmocka_unit_test(test_accept_wrong_argument_is_refused),
        cmocka_unit_test(test_API3_accept_on_the_wrong_socket_names_the_state),
        cmocka_unit_test(test_trap_36_accept_of_a_reset_connection_is_survived),
        cmocka_unit_test(test_SY4_accept_without_descriptors_is_emfile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
