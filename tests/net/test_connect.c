/* SPDX-License-Identifier: MIT */
/*
 * test_connect.c - connect and its result: at once, later, refused, to
 * itself, and with arguments that cannot work.
 */
#include "support/net.h"

#include <duosock/option.h>

static const duos_socket none = DUOS_SOCKET_INVALID;

/* Waits for the end of an attempt that was refused; returns how it ended. */
static duos_err refused_result(duos_socket s, const duos_addr *at)
{
    duos_err err = duos_connect(s, at);

    if (err == DUOS_EINPROGRESS) {
        net_await(s, DUOS_WRITE);
        err = duos_connect_result(s);
    }
    return err;
}

static void assert_connects(duos_family family, unsigned mode)
{
    duos_addr at;
    duos_socket listener = net_listen(family, 0, &at);
    duos_socket s = net_open(family, DUOS_STREAM);
    duos_socket server;
    duos_err err;

    assert_ok(duos_set_nonblocking(s, mode == DUOS_NONBLOCK));
    err = duos_connect(s, &at);
    if (mode == DUOS_NONBLOCK && err == DUOS_EINPROGRESS) {
        net_await(s, DUOS_WRITE);
        err = duos_connect_result(s);
    }
    assert_int_equal(err, DUOS_OK);
    server = net_accept(listener);
    net_exchange(s, server);
    net_close(&s);
    net_close(&server);
    net_close(&listener);
}

static void test_connect_blocking_is_connected_afterwards(void **state)
{
    (void)state;
    assert_connects(DUOS_IPV4, DUOS_BLOCKING);
}

static void test_connect_nonblocking_is_connected_when_writable(void **state)
{
    (void)state;
    assert_connects(DUOS_IPV4, DUOS_NONBLOCK);
}

static void test_connect_ipv6_is_connected(void **state)
{
    (void)state;
    net_need(DUOS_IPV6);
    assert_connects(DUOS_IPV6, DUOS_BLOCKING);
    assert_connects(DUOS_IPV6, DUOS_NONBLOCK);
}

/* Trap 26: WSAEWOULDBLOCK means the same as EINPROGRESS. */
static void test_trap_26_connect_nonblocking_is_einprogress(void **state)
{
    duos_addr at;
    duos_socket listener = net_listen(DUOS_IPV4, 0, &at);
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);

    (void)state;
    assert_err(DUOS_EINPROGRESS, duos_connect(s, &at));
    net_await(s, DUOS_WRITE);
    assert_ok(duos_connect_result(s));
    assert_ok(duos_connect_result(s)); /* may be asked again */
    net_close(&s);
    net_close(&listener);
}

/* Trap 31: Windows would refuse these. */
static void test_trap_31_connect_to_unspecified_means_loopback(void **state)
{
    duos_addr at;
    duos_socket listener = net_listen(DUOS_IPV4, 0, &at);
    duos_addr target = duos_addr_ipv4(0, 0, 0, 0, at.port);
    duos_socket s = net_connect(&target);

    (void)state;
    net_close(&s);
    net_close(&listener);
    net_need(DUOS_IPV6);
    listener = net_listen(DUOS_IPV6, 0, &at);
    target = duos_addr_ipv6(NULL, at.port);
    s = net_connect(&target);
    net_close(&s);
    net_close(&listener);
}

static void test_connect_datagram_notes_the_peer(void **state)
{
    duos_addr at;
    duos_socket receiver = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);
    duos_socket s = net_open(DUOS_IPV4, DUOS_DGRAM);
    duos_addr peer;

    (void)state;
    assert_ok(duos_connect(s, &at));
    assert_ok(duos_connect_result(s));
    assert_ok(duos_peer_addr(s, &peer));
    assert_true(duos_addr_equal(&peer, &at));
    net_close(&s);
    net_close(&receiver);
}

/* ---- failures --------------------------------------------------------- */

static void test_SY8_connect_refused_blocking_is_econnrefused(void **state)
{
    duos_addr at = net_deserted(DUOS_IPV4);
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);

    (void)state;
    assert_ok(duos_set_nonblocking(s, false));
    assert_err(DUOS_ECONNREFUSED, duos_connect(s, &at));
    net_close(&s);
}

/* Trap 29: writable, and yet not connected. */
static void test_trap_29_SY9_connect_result_of_refused_is_econnrefused(
    void **state)
{
    duos_addr at = net_deserted(DUOS_IPV4);
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);
    duos_err err = duos_connect(s, &at);

    (void)state;
    if (err == DUOS_EINPROGRESS) {
        net_await(s, DUOS_WRITE);
        assert_err(DUOS_ECONNREFUSED, duos_connect_result(s));
    } else {
        assert_int_equal(err, DUOS_ECONNREFUSED); /* trap 33 */
    }
    net_close(&s);
    net_need(DUOS_IPV6);
    at = net_deserted(DUOS_IPV6);
    s = net_open(DUOS_IPV6, DUOS_STREAM);
    assert_int_equal(refused_result(s, &at), DUOS_ECONNREFUSED);
    net_close(&s);
}

/* Trap 34: the socket of a failed attempt is thrown away, not used again. */
static void test_trap_34_connect_with_a_new_socket_after_refused(void **state)
{
    duos_addr at;
    duos_socket listener = net_bind(DUOS_IPV4, DUOS_STREAM, &at);
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);

    (void)state;
    assert_int_equal(refused_result(s, &at), DUOS_ECONNREFUSED);
    net_close(&s);
    assert_ok(duos_listen(listener, 0));
    s = net_connect(&at);
    net_close(&s);
    net_close(&listener);
}

static void test_connect_result_while_it_lasts_is_einprogress(void **state)
{
    duos_addr at;
    duos_socket listener = net_listen(DUOS_IPV4, 1, &at);
    duos_socket fill[8];
    bool pending = false;
    int i;

    (void)state;
    /* A full backlog: Linux leaves further attempts without an answer. */
    for (i = 0; i < 8; i++) {
        fill[i] = net_open(DUOS_IPV4, DUOS_STREAM);
        assert_err(DUOS_EINPROGRESS, duos_connect(fill[i], &at));
        if (duos_wait(fill[i], DUOS_WRITE, 50, NULL) == DUOS_ETIMEDOUT) {
            assert_err(DUOS_EINPROGRESS, duos_connect_result(fill[i]));
            pending = true;
        }
        if (pending) {
            break;
        }
    }
    for (; i >= 0; i--) {
        if (i < 8) {
            net_close(&fill[i]);
        }
    }
    net_close(&listener);
    if (!pending) {
        skip_because("this system answers although the backlog is full");
    }
}

static void test_connect_result_without_an_attempt_is_enotconn(void **state)
{
    duos_socket datagram = net_open(DUOS_IPV4, DUOS_DGRAM);
    duos_socket stream = net_open(DUOS_IPV4, DUOS_STREAM);

    (void)state;
    assert_err(DUOS_ENOTCONN, duos_connect_result(datagram));
    if (os_is_windows() && !os_is_wine()) {
        assert_err(DUOS_EINPROGRESS, duos_connect_result(stream));
    } else {
        assert_err(DUOS_ENOTCONN, duos_connect_result(stream));
    }
    net_close(&datagram);
    net_close(&stream);
}

/* Trap 35: an ephemeral port can meet itself when nobody listens there. */
static void test_trap_35_SY8_connect_result_to_itself_is_eselfconnect(
    void **state)
{
    duos_addr at;
    duos_socket s = net_bind(DUOS_IPV4, DUOS_STREAM, &at);
    duos_err err = duos_connect(s, &at);

    (void)state;
    if (err == DUOS_EINPROGRESS) {
        net_await(s, DUOS_WRITE);
        err = duos_connect_result(s);
    }
    if (err != DUOS_OK && err != DUOS_ESELFCONNECT) {
        net_close(&s);
        skip_because("this system refuses to connect a socket to itself");
    }
    assert_err(DUOS_ESELFCONNECT, duos_connect_result(s));
    net_close(&s);
}

static void test_AD2_connect_null_or_port_0_is_einval(void **state)
{
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);
    duos_addr at = duos_addr_loopback(DUOS_IPV4, 0);

    (void)state;
    assert_err(DUOS_EINVAL, duos_connect(s, NULL));
    assert_err(DUOS_EINVAL, duos_connect(s, &at));
    net_close(&s);
}

static void test_connect_no_socket_is_ebadf(void **state)
{
    duos_addr at = duos_addr_loopback(DUOS_IPV4, 1);

    (void)state;
    assert_err(DUOS_EBADF, duos_connect(none, &at));
    assert_err(DUOS_EBADF, duos_connect_result(none));
}

static void test_SY8_connect_connected_is_eisconn(void **state)
{
    duos_addr at;
    duos_socket listener = net_listen(DUOS_IPV4, 0, &at);
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);

    (void)state;
    /* Linux answers the first call after a non-blocking one with success. */
    assert_ok(duos_set_nonblocking(s, false));
    assert_ok(duos_connect(s, &at));
    assert_err(DUOS_EISCONN, duos_connect(s, &at));
    net_close(&s);
    net_close(&listener);
}

static void test_connect_other_family_is_eafnosupport(void **state)
{
    duos_addr v4 = duos_addr_loopback(DUOS_IPV4, 80);
    duos_addr v6 = duos_addr_loopback(DUOS_IPV6, 80);
    duos_addr unspecified = duos_addr_loopback(DUOS_UNSPEC, 0);
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);

    (void)state;
    unspecified.port = 80;
    assert_err(DUOS_EAFNOSUPPORT, duos_connect(s, &v6));
    assert_err(DUOS_EAFNOSUPPORT, duos_connect(s, &unspecified));
    net_close(&s);
    net_need(DUOS_IPV6);
    s = net_open(DUOS_IPV6, DUOS_STREAM);
    assert_err(DUOS_EAFNOSUPPORT, duos_connect(s, &v4));
    net_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_connect_blocking_is_connected_afterwards),
        cmocka_unit_test(test_connect_nonblocking_is_connected_when_writable),
        cmocka_unit_test(test_connect_ipv6_is_connected),
        cmocka_unit_test(test_trap_26_connect_nonblocking_is_einprogress),
        cmocka_unit_test(test_trap_31_connect_to_unspecified_means_loopback),
        cmocka_unit_test(test_connect_datagram_notes_the_peer),
        cmocka_unit_test(test_SY8_connect_refused_blocking_is_econnrefused),
        cmocka_unit_test(
            test_trap_29_SY9_connect_result_of_refused_is_econnrefused),
        cmocka_unit_test(test_trap_34_connect_with_a_new_socket_after_refused),
        cmocka_unit_test(test_connect_result_while_it_lasts_is_einprogress),
        cmocka_unit_test(test_connect_result_without_an_attempt_is_enotconn),
        cmocka_unit_test(
            test_trap_35_SY8_connect_result_to_itself_is_eselfconnect),
        cmocka_unit_test(test_AD2_connect_null_or_port_0_is_einval),
        cmocka_unit_test(test_connect_no_socket_is_ebadf),
        cmocka_unit_test(test_SY8_connect_connected_is_eisconn),
        cmocka_unit_test(test_connect_other_family_is_eafnosupport),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
