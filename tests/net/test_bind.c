/* SPDX-License-Identifier: MIT */
/*
 * test_bind.c - bind, listen and the sharing of addresses: what may be taken
 * twice, and what never.
 */
#include "support/net.h"

#include <duosock/option.h>

static const duos_socket none = DUOS_SOCKET_INVALID;

/* An address of no machine: TEST-NET-1, RFC 5737. */
static duos_addr foreign(void)
{
    return duos_addr_ipv4(192, 0, 2, 1, 0);
}

static duos_socket open_with(duos_type type, duos_reuse policy)
{
    duos_socket s = net_open(DUOS_IPV4, type);

    assert_ok(duos_set_reuse(s, policy));
    return s;
}

/* ---- bind ------------------------------------------------------------- */

static void test_bind_port_0_gives_a_port(void **state)
{
    duos_addr at;
    duos_socket s = net_bind(DUOS_IPV4, DUOS_STREAM, &at);

    (void)state;
    assert_true(at.port != 0);
    net_close(&s);
}

static void test_bind_null_or_twice_is_einval(void **state)
{
    duos_addr at;
    duos_socket s = net_bind(DUOS_IPV4, DUOS_STREAM, &at);

    (void)state;
    assert_err(DUOS_EINVAL, duos_bind(s, NULL));
    at.port = 0;
    assert_err(DUOS_EINVAL, duos_bind(s, &at));
    net_close(&s);
}

static void test_bind_no_socket_is_ebadf(void **state)
{
    duos_addr at = duos_addr_loopback(DUOS_IPV4, 0);
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);
    duos_socket copy = s;

    (void)state;
    net_close(&s);
    assert_err(DUOS_EBADF, duos_bind(none, &at));
    assert_err(DUOS_EBADF, duos_bind(copy, &at));
}

static void test_SY7_bind_taken_port_is_eaddrinuse(void **state)
{
    duos_addr at;
    duos_socket first = net_listen(DUOS_IPV4, 0, &at);
    duos_socket second = net_open(DUOS_IPV4, DUOS_STREAM);

    (void)state;
    assert_err(DUOS_EADDRINUSE, duos_bind(second, &at));
    net_close(&second);
    net_close(&first);
}

static void test_SY7_bind_foreign_address_is_eaddrnotavail(void **state)
{
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);
    duos_addr at = foreign();

    (void)state;
    assert_err(DUOS_EADDRNOTAVAIL, duos_bind(s, &at));
    net_close(&s);
}

/* Linux words it differently for each family and direction. */
static void test_bind_other_family_is_eafnosupport(void **state)
{
    duos_addr v4 = duos_addr_loopback(DUOS_IPV4, 0);
    duos_addr v6 = duos_addr_loopback(DUOS_IPV6, 0);
    duos_addr unspecified = duos_addr_loopback(DUOS_UNSPEC, 0);
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);

    (void)state;
    assert_err(DUOS_EAFNOSUPPORT, duos_bind(s, &v6));
    assert_err(DUOS_EAFNOSUPPORT, duos_bind(s, &unspecified));
    assert_ok(duos_bind(s, &v4));
    net_close(&s);
    net_need(DUOS_IPV6);
    s = net_open(DUOS_IPV6, DUOS_STREAM);
    assert_err(DUOS_EAFNOSUPPORT, duos_bind(s, &v4));
    net_close(&s);
    s = net_open(DUOS_IPV6, DUOS_DGRAM);
    assert_err(DUOS_EAFNOSUPPORT, duos_bind(s, &v4));
    net_close(&s);
}

static void test_SY7_bind_without_the_right_is_eacces(void **state)
{
    duos_addr at = duos_addr_loopback(DUOS_IPV4, 1);
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);
    duos_err err;

    (void)state;
    if (!os_begin_no_rights()) {
        net_close(&s);
        skip_because("every user may have every port on this system");
    }
    err = duos_bind(s, &at);
    os_end_no_rights();
    net_close(&s);
    if (err == DUOS_OK) {
        skip_because("port 1 is free for all here, as in some containers");
    }
    s = net_open(DUOS_IPV4, DUOS_STREAM);
    assert_true(os_begin_no_rights());
    assert_err(DUOS_EACCES, duos_bind(s, &at));
    os_end_no_rights();
    net_close(&s);
}

/* ---- listen ----------------------------------------------------------- */

static void test_listen_makes_a_listener(void **state)
{
    duos_addr at;
    duos_socket s = net_bind(DUOS_IPV4, DUOS_STREAM, &at);
    bool listening = true;

    (void)state;
    assert_ok(duos_get_bool(s, DUOS_OPT_LISTENING, &listening));
    assert_false(listening);
    assert_ok(duos_listen(s, 5));
    assert_ok(duos_get_bool(s, DUOS_OPT_LISTENING, &listening));
    assert_true(listening);
    net_close(&s);
}

/* Trap 21: 0 and less than 0 mean as many as the system allows. */
static void test_trap_21_listen_any_backlog_takes_connections(void **state)
{
    static const int backlogs[] = {1, 0, -1, INT32_MIN, INT32_MAX, 1 << 20};
    size_t i, n;

    (void)state;
    for (i = 0; i < sizeof backlogs / sizeof backlogs[0]; i++) {
        size_t wanted = backlogs[i] == 1 ? 1 : 20;
        duos_socket clients[20];
        duos_addr at;
        duos_socket s = net_listen(DUOS_IPV4, backlogs[i], &at);

        for (n = 0; n < wanted; n++) {
            clients[n] = net_connect(&at);
        }
        for (n = 0; n < wanted; n++) {
            net_close(&clients[n]);
        }
        net_close(&s);
    }
}

static void test_listen_no_socket_is_ebadf(void **state)
{
    (void)state;
    assert_err(DUOS_EBADF, duos_listen(none, 0));
}

static void test_listen_connected_is_einval(void **state)
{
    pair p = net_pair(DUOS_IPV4);

    (void)state;
    assert_err(DUOS_EINVAL, duos_listen(p.client, 0));
    net_close_pair(&p);
}

static void test_API3_listen_datagram_is_eopnotsupp(void **state)
{
    duos_addr at;
    duos_socket s = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);

    (void)state;
    assert_err(DUOS_EOPNOTSUPP, duos_listen(s, 0));
    net_close(&s);
}

/* Trap 20: on some systems the port is refused at listen only. */
static void test_trap_20_listen_taken_port_is_eaddrinuse(void **state)
{
    duos_socket first = open_with(DUOS_STREAM, DUOS_REUSE_SAFE);
    duos_socket second = open_with(DUOS_STREAM, DUOS_REUSE_SAFE);
    duos_addr at = duos_addr_loopback(DUOS_IPV4, 0);
    duos_err err;

    (void)state;
    assert_ok(duos_bind(first, &at));
    assert_ok(duos_local_addr(first, &at));
    err = duos_bind(second, &at);
    if (err != DUOS_OK) {
        assert_int_equal(err, DUOS_EADDRINUSE);
        net_close(&first);
        net_close(&second);
        skip_because("this system refuses it at bind already");
    }
    assert_ok(duos_listen(first, 0));
    assert_err(DUOS_EADDRINUSE, duos_listen(second, 0));
    net_close(&first);
    net_close(&second);
}

/* ---- sharing ---------------------------------------------------------- */

/* Traps 13 and 14: old connections linger, a restart binds all the same. */
static void test_trap_13_reuse_safe_lets_a_restart_bind_at_once(void **state)
{
    duos_socket s = open_with(DUOS_STREAM, DUOS_REUSE_SAFE);
    duos_addr at = duos_addr_loopback(DUOS_IPV4, 0);
    duos_socket client;
    duos_socket server;

    (void)state;
    assert_ok(duos_bind(s, &at));
    assert_ok(duos_local_addr(s, &at));
    assert_ok(duos_listen(s, 0));
    client = net_connect(&at);
    server = net_accept(s);
    net_close(&server); /* first, so that this end lingers */
    net_await(client, DUOS_READ);
    net_close(&client);
    net_close(&s);
    s = open_with(DUOS_STREAM, DUOS_REUSE_SAFE);
    assert_ok(duos_bind(s, &at));
    assert_ok(duos_listen(s, 0));
    net_close(&s);
}

static void test_trap_13_reuse_safe_refuses_a_second_listener(void **state)
{
    duos_socket first = open_with(DUOS_STREAM, DUOS_REUSE_SAFE);
    duos_socket second = open_with(DUOS_STREAM, DUOS_REUSE_SAFE);
    duos_addr at = duos_addr_loopback(DUOS_IPV4, 0);

    (void)state;
    assert_ok(duos_bind(first, &at));
    assert_ok(duos_local_addr(first, &at));
    assert_ok(duos_listen(first, 0));
    assert_err(DUOS_EADDRINUSE, duos_bind(second, &at));
    net_close(&first);
    net_close(&second);
}

/* FAULTS row 26: SO_REUSEADDR must not take the port of a safe listener. */
static void test_trap_14_reuse_safe_port_cannot_be_stolen(void **state)
{
    const int on = 1;
    duos_socket owner = open_with(DUOS_STREAM, DUOS_REUSE_SAFE);
    duos_socket thief = net_open(DUOS_IPV4, DUOS_STREAM);
    duos_addr at = duos_addr_loopback(DUOS_IPV4, 0);

    (void)state;
    assert_ok(duos_bind(owner, &at));
    assert_ok(duos_local_addr(owner, &at));
    assert_ok(duos_listen(owner, 0));
    assert_ok(duos_setsockopt(thief, os_level_socket, os_opt_reuse_address, &on,
                              sizeof on));
    if (os_is_windows()) {
        assert_err(DUOS_EACCES, duos_bind(thief, &at));
    } else {
        assert_err(DUOS_EADDRINUSE, duos_bind(thief, &at));
    }
    net_close(&owner);
    net_close(&thief);
}

static void test_trap_17_reuse_shared_streams_share_or_are_enotsup(void **state)
{
    duos_socket first = net_open(DUOS_IPV4, DUOS_STREAM);
    duos_socket second = net_open(DUOS_IPV4, DUOS_STREAM);
    duos_addr at = duos_addr_loopback(DUOS_IPV4, 0);

    (void)state;
    if (!os_is_linux()) {
        assert_err(DUOS_ENOTSUP, duos_set_reuse(first, DUOS_REUSE_SHARED));
        net_close(&first);
        net_close(&second);
        return;
    }
    assert_ok(duos_set_reuse(first, DUOS_REUSE_SHARED));
    assert_ok(duos_set_reuse(second, DUOS_REUSE_SHARED));
    assert_ok(duos_bind(first, &at));
    assert_ok(duos_local_addr(first, &at));
    assert_ok(duos_bind(second, &at));
    assert_ok(duos_listen(first, 0));
    assert_ok(duos_listen(second, 0));
    net_close(&first);
    net_close(&second);
}

static void test_trap_16_reuse_shared_datagrams_share(void **state)
{
    duos_socket first = open_with(DUOS_DGRAM, DUOS_REUSE_SHARED);
    duos_socket second = open_with(DUOS_DGRAM, DUOS_REUSE_SHARED);
    duos_addr at = duos_addr_loopback(DUOS_IPV4, 0);

    (void)state;
    assert_ok(duos_bind(first, &at));
    assert_ok(duos_local_addr(first, &at));
    assert_ok(duos_bind(second, &at));
    net_close(&first);
    net_close(&second);
}

static void test_reuse_safe_datagrams_do_not_share(void **state)
{
    duos_socket first = open_with(DUOS_DGRAM, DUOS_REUSE_SAFE);
    duos_socket second = open_with(DUOS_DGRAM, DUOS_REUSE_SAFE);
    duos_addr at = duos_addr_loopback(DUOS_IPV4, 0);

    (void)state;
    assert_ok(duos_bind(first, &at));
    assert_ok(duos_local_addr(first, &at));
    assert_err(DUOS_EADDRINUSE, duos_bind(second, &at));
    net_close(&first);
    net_close(&second);
}

/* Trap 15: one enum, not two switches; what was said last holds. */
static void test_trap_15_reuse_last_policy_holds(void **state)
{
    duos_socket first = open_with(DUOS_STREAM, DUOS_REUSE_SAFE);
    duos_socket second = open_with(DUOS_STREAM, DUOS_REUSE_SAFE);
    duos_addr at = duos_addr_loopback(DUOS_IPV4, 0);
    duos_err err = duos_set_reuse(first, DUOS_REUSE_SHARED);

    (void)state;
    assert_true(err == DUOS_OK || err == DUOS_ENOTSUP);
    assert_int_equal(duos_set_reuse(second, DUOS_REUSE_SHARED), err);
    assert_ok(duos_set_reuse(first, DUOS_REUSE_SAFE));
    assert_ok(duos_set_reuse(second, DUOS_REUSE_SAFE));
    assert_ok(duos_bind(first, &at));
    assert_ok(duos_local_addr(first, &at));
    assert_ok(duos_listen(first, 0));
    assert_err(DUOS_EADDRINUSE, duos_bind(second, &at));
    net_close(&first);
    net_close(&second);
}

static void test_reuse_wrong_argument_is_refused(void **state)
{
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);

    (void)state;
    assert_err(DUOS_EINVAL, duos_set_reuse(s, (duos_reuse)2));
    assert_err(DUOS_EINVAL, duos_set_reuse(s, (duos_reuse)-1));
    assert_err(DUOS_EBADF, duos_set_reuse(none, DUOS_REUSE_SAFE));
    net_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bind_port_0_gives_a_port),
        cmocka_unit_test(test_bind_null_or_twice_is_einval),
        cmocka_unit_test(test_bind_no_socket_is_ebadf),
        cmocka_unit_test(test_SY7_bind_taken_port_is_eaddrinuse),
        cmocka_unit_test(test_SY7_bind_foreign_address_is_eaddrnotavail),
        cmocka_unit_test(test_bind_other_family_is_eafnosupport),
        cmocka_unit_test(test_SY7_bind_without_the_right_is_eacces),
        cmocka_unit_test(test_listen_makes_a_listener),
        cmocka_unit_test(test_trap_21_listen_any_backlog_takes_connections),
        cmocka_unit_test(test_listen_no_socket_is_ebadf),
        cmocka_unit_test(test_listen_connected_is_einval),
        cmocka_unit_test(test_API3_listen_datagram_is_eopnotsupp),
        cmocka_unit_test(test_trap_20_listen_taken_port_is_eaddrinuse),
        cmocka_unit_test(test_trap_13_reuse_safe_lets_a_restart_bind_at_once),
        cmocka_unit_test(test_trap_13_reuse_safe_refuses_a_second_listener),
        cmocka_unit_test(test_trap_14_reuse_safe_port_cannot_be_stolen),
        cmocka_unit_test(
            test_trap_17_reuse_shared_streams_share_or_are_enotsup),
        cmocka_unit_test(test_trap_16_reuse_shared_datagrams_share),
        cmocka_unit_test(test_reuse_safe_datagrams_do_not_share),
        cmocka_unit_test(test_trap_15_reuse_last_policy_holds),
        cmocka_unit_test(test_reuse_wrong_argument_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
