/* SPDX-License-Identifier: MIT */
/*
 * test_listen.c - duos_listen_at: one socket for both families where that is
 * meant, and never more than was asked for.
 */
#include "support/net.h"

#include <duosock/option.h>

static duos_listen_options defaults(void)
{
    duos_listen_options options;

    duos_listen_options_init(&options);
    return options;
}

/*
 * Whether a connection to the port comes to the listener. In the other family
 * somebody else may have the same number.
 */
static bool reaches(duos_socket listener, duos_family family, uint16_t port)
{
    duos_addr at = duos_addr_loopback(family, port);
    duos_socket s = net_open(family, DUOS_STREAM);
    duos_socket server;
    duos_err err = duos_connect(s, &at);
    bool reached = false;

    if (err == DUOS_EINPROGRESS) {
        net_await(s, DUOS_WRITE);
        err = duos_connect_result(s);
    }
    assert_true(err == DUOS_OK || err == DUOS_ECONNREFUSED);
    if (err == DUOS_OK &&
        duos_wait(listener, DUOS_READ, 1000, NULL) == DUOS_OK) {
        server = net_accept(listener);
        net_close(&server);
        reached = true;
    }
    net_close(&s);
    return reached;
}

/* ---- which families --------------------------------------------------- */

/* Trap 18: V6ONLY differs from system to system unless it is set. */
static void test_trap_18_AD4_listen_at_all_interfaces_takes_both(void **state)
{
    static const char *const texts[] = {"*:0", ":0", "tcp:*:0"};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        duos_socket s;
        duos_addr at;

        assert_ok(duos_listen_at(texts[i], NULL, &s, &at));
        assert_true(at.port != 0);
        assert_true(reaches(s, DUOS_IPV4, at.port));
        if (net_has_ipv6()) {
            assert_int_equal(at.family, DUOS_IPV6);
            assert_true(reaches(s, DUOS_IPV6, at.port));
        }
        net_close(&s);
    }
}

static void test_trap_18_AD4_listen_at_ipv6_takes_ipv6_only(void **state)
{
    static const char *const texts[] = {"[::]:0", "tcp6:*:0", "[::1]:0",
                                        "tcp6:localhost:0"};
    size_t i;

    (void)state;
    net_need(DUOS_IPV6);
    for (i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        duos_socket s;
        duos_addr at;
        bool only = false;

        assert_ok(duos_listen_at(texts[i], NULL, &s, &at));
        assert_ok(duos_get_bool(s, DUOS_OPT_V6ONLY, &only));
        assert_true(only);
        assert_true(reaches(s, DUOS_IPV6, at.port));
        assert_false(reaches(s, DUOS_IPV4, at.port));
        net_close(&s);
    }
}

static void test_listen_at_v6only_takes_ipv6_only(void **state)
{
    duos_listen_options options = defaults();
    duos_socket s;
    duos_addr at;

    (void)state;
    net_need(DUOS_IPV6);
    options.v6only = true;
    assert_ok(duos_listen_at("*:0", &options, &s, &at));
    assert_true(reaches(s, DUOS_IPV6, at.port));
    assert_false(reaches(s, DUOS_IPV4, at.port));
    net_close(&s);
}

static void test_listen_at_ipv4_takes_ipv4_only(void **state)
{
    static const char *const texts[] = {"127.0.0.1:0", "0.0.0.0:0", "tcp4:*:0",
                                        "localhost:0"};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        duos_socket s;
        duos_addr at;

        assert_ok(duos_listen_at(texts[i], NULL, &s, &at));
        assert_int_equal(at.family, DUOS_IPV4);
        assert_true(reaches(s, DUOS_IPV4, at.port));
        if (net_has_ipv6()) {
            assert_false(reaches(s, DUOS_IPV6, at.port));
        }
        net_close(&s);
    }
}

/* Peers of IPv4 show as mapped addresses. */
static void test_AD4_listen_at_dual_stack_peer_is_a_mapped_address(void **state)
{
    static const uint8_t prefix[12] = {[10] = 255, [11] = 255};
    duos_socket listener;
    duos_socket client;
    duos_socket server;
    duos_addr at;
    duos_addr target;
    duos_addr peer;

    (void)state;
    net_need(DUOS_IPV6);
    assert_ok(duos_listen_at("*:0", NULL, &listener, &at));
    target = duos_addr_loopback(DUOS_IPV4, at.port);
    client = net_connect(&target);
    net_await(listener, DUOS_READ);
    assert_ok(duos_accept(listener, DUOS_NONBLOCK, &server, &peer));
    assert_int_equal(peer.family, DUOS_IPV6);
    assert_memory_equal(peer.ip.v6, prefix, 12);
    assert_int_equal(peer.ip.v6[12], 127);
    net_close(&client);
    net_close(&server);
    net_close(&listener);
}

/* ---- what it is like -------------------------------------------------- */

static void test_listen_at_gives_a_nonblocking_listener(void **state)
{
    duos_socket listener;
    duos_socket s;
    bool on = false;

    (void)state;
    assert_ok(duos_listen_at("127.0.0.1:0", NULL, &listener, NULL));
    assert_ok(duos_get_bool(listener, DUOS_OPT_LISTENING, &on));
    assert_true(on);
    assert_err(DUOS_EWOULDBLOCK, duos_accept(listener, 0, &s, NULL));
    assert_ok(duos_get_bool(listener, DUOS_OPT_NODELAY, &on));
    assert_true(on);
    net_close(&listener);
}

static void test_listen_at_nodelay_may_be_off(void **state)
{
    duos_listen_options options = defaults();
    duos_socket listener;
    bool on = true;

    (void)state;
    options.nodelay = false;
    assert_ok(duos_listen_at("127.0.0.1:0", &options, &listener, NULL));
    assert_ok(duos_get_bool(listener, DUOS_OPT_NODELAY, &on));
    assert_false(on);
    net_close(&listener);
}

static void test_listen_at_udp_gives_a_bound_datagram_socket(void **state)
{
    duos_socket s;
    duos_socket sender = net_open(DUOS_IPV4, DUOS_DGRAM);
    duos_addr at;
    char text[10];
    size_t n = 0;

    (void)state;
    assert_ok(duos_listen_at("udp:127.0.0.1:0", NULL, &s, &at));
    assert_ok(duos_sendto(sender, "hello", 5, &at));
    net_await(s, DUOS_READ);
    assert_ok(duos_recvfrom(s, text, sizeof text, &n, NULL, NULL));
    assert_int_equal(n, 5);
    net_close(&s);
    /* On all interfaces, both families as well. */
    assert_ok(duos_listen_at("udp:*:0", NULL, &s, &at));
    at = duos_addr_loopback(DUOS_IPV4, at.port);
    assert_ok(duos_sendto(sender, "hello", 5, &at));
    net_await(s, DUOS_READ);
    net_close(&s);
    net_close(&sender);
}

/* ---- options ---------------------------------------------------------- */

static void test_listen_options_init_fills_in_the_defaults(void **state)
{
    duos_listen_options options;

    (void)state;
    memset(&options, 0xa5, sizeof options);
    duos_listen_options_init(&options);
    assert_int_equal(options.size, sizeof options);
    assert_int_equal(options.backlog, 0);
    assert_int_equal(options.reuse, DUOS_REUSE_SAFE);
    assert_false(options.v6only);
    assert_true(options.nodelay);
    duos_listen_options_init(NULL);
}

/* An older caller has a shorter struct; the rest is the default. */
static void test_listen_at_older_options_are_taken(void **state)
{
    duos_listen_options options = defaults();
    duos_socket s;
    bool on = false;

    (void)state;
    options.size = offsetof(duos_listen_options, reuse);
    options.nodelay = false; /* which that caller does not have */
    assert_ok(duos_listen_at("127.0.0.1:0", &options, &s, NULL));
    assert_ok(duos_get_bool(s, DUOS_OPT_NODELAY, &on));
    assert_true(on);
    net_close(&s);
}

static void test_listen_at_unknown_options_are_einval(void **state)
{
    duos_listen_options options = defaults();
    duos_socket s = {12345};

    (void)state;
    options.size = 0;
    assert_err(DUOS_EINVAL, duos_listen_at(":0", &options, &s, NULL));
    options.size = sizeof options + 1;
    assert_err(DUOS_EINVAL, duos_listen_at(":0", &options, &s, NULL));
    options = defaults();
    options.reuse = (duos_reuse)9;
    assert_err(DUOS_EINVAL, duos_listen_at(":0", &options, &s, NULL));
    assert_err(DUOS_EINVAL, duos_listen_at(NULL, NULL, &s, NULL));
    assert_err(DUOS_EINVAL, duos_listen_at(":0", NULL, NULL, NULL));
    assert_int_equal(s.os, 12345);
}

static void test_trap_17_listen_at_shared_is_shared_or_enotsup(void **state)
{
    duos_listen_options options = defaults();
    duos_socket first;
    duos_socket second;
    duos_addr at;
    char text[DUOS_ADDR_TEXT_MAX];

    (void)state;
    options.reuse = DUOS_REUSE_SHARED;
    if (!os_is_linux()) {
        assert_err(DUOS_ENOTSUP,
                   duos_listen_at("127.0.0.1:0", &options, &first, &at));
        return;
    }
    assert_ok(duos_listen_at("127.0.0.1:0", &options, &first, &at));
    assert_ok(duos_addr_format(&at, text, sizeof text));
    assert_ok(duos_listen_at(text, &options, &second, &at));
    net_close(&first);
    net_close(&second);
}

/* ---- failures --------------------------------------------------------- */

static void test_listen_at_odd_text_is_refused(void **state)
{
    duos_socket s = {12345};
    duos_addr at;
    char path[200] = "unix:";

    (void)state;
    memset(&at, 0xa5, sizeof at);
    assert_err(DUOS_ESYNTAX, duos_listen_at("host:80", NULL, &s, &at));
    assert_err(DUOS_ERANGE, duos_listen_at(":65536", NULL, &s, &at));
    assert_err(DUOS_EAFNOSUPPORT,
               duos_listen_at("tcp4:[::1]:0", NULL, &s, &at));
    assert_err(DUOS_ENOENT,
               duos_listen_at("[::1%no-such-if]:0", NULL, &s, &at));
    memset(path + 5, 'p', sizeof path - 6);
    assert_err(DUOS_ENAMETOOLONG, duos_listen_at(path, NULL, &s, &at));
    assert_int_equal(s.os, 12345);
    assert_int_equal(at.family, 0xa5);
}

static void test_SY7_listen_at_foreign_address_is_eaddrnotavail(void **state)
{
    duos_socket s;

    (void)state;
    assert_err(DUOS_EADDRNOTAVAIL,
               duos_listen_at("192.0.2.1:0", NULL, &s, NULL));
}

static void test_SY7_listen_at_taken_port_is_eaddrinuse(void **state)
{
    char text[DUOS_ADDR_TEXT_MAX];
    duos_socket first;
    duos_socket second;
    duos_addr at;

    (void)state;
    assert_ok(duos_listen_at("127.0.0.1:0", NULL, &first, &at));
    assert_ok(duos_addr_format(&at, text, sizeof text));
    assert_err(DUOS_EADDRINUSE, duos_listen_at(text, NULL, &second, NULL));
    net_close(&first);
}

/* Windows may say that somebody else has the port for himself. */
static void test_SY7_listen_at_taken_port_on_all_interfaces(void **state)
{
    char text[DUOS_ADDR_TEXT_MAX];
    duos_socket first;
    duos_socket second;
    duos_addr at;

    (void)state;
    assert_ok(duos_listen_at("*:0", NULL, &first, &at));
    (void)snprintf(text, sizeof text, "*:%u", (unsigned)at.port);
    if (os_is_wine()) {
        assert_err(DUOS_EACCES, duos_listen_at(text, NULL, &second, NULL));
    } else if (os_is_windows()) {
        duos_err err = duos_listen_at(text, NULL, &second, NULL);

        assert_true(err == DUOS_EADDRINUSE || err == DUOS_EACCES);
    } else {
        assert_err(DUOS_EADDRINUSE, duos_listen_at(text, NULL, &second, NULL));
    }
    net_close(&first);
}

static void test_SY7_listen_at_without_the_right_is_eacces(void **state)
{
    duos_socket s = DUOS_SOCKET_INVALID;
    duos_err err;

    (void)state;
    if (!os_begin_no_rights()) {
        skip_because("every user may have every port on this system");
    }
    err = duos_listen_at("127.0.0.1:1", NULL, &s, NULL);
    os_end_no_rights();
    if (err == DUOS_OK) {
        net_close(&s);
        skip_because("port 1 is free for all here, as in some containers");
    }
    assert_true(os_begin_no_rights());
    assert_err(DUOS_EACCES, duos_listen_at("127.0.0.1:1", NULL, &s, NULL));
    os_end_no_rights();
}

/* Trap 13, all in one call: a server that is started again at once. */
static void test_trap_13_listen_at_again_after_a_restart(void **state)
{
    char text[DUOS_ADDR_TEXT_MAX];
    duos_socket listener;
    duos_addr at;
    int i;

    (void)state;
    assert_ok(duos_listen_at("127.0.0.1:0", NULL, &listener, &at));
    assert_ok(duos_addr_format(&at, text, sizeof text));
    for (i = 0; i < 3; i++) {
        duos_socket client = net_connect(&at);
        duos_socket server = net_accept(listener);

        net_close(&server); /* this end lingers */
        net_await(client, DUOS_READ);
        net_close(&client);
        net_close(&listener);
        assert_ok(duos_listen_at(text, NULL, &listener, &at));
    }
    net_close(&listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trap_18_AD4_listen_at_all_interfaces_takes_both),
        cmocka_unit_test(test_trap_18_AD4_listen_at_ipv6_takes_ipv6_only),
        cmocka_unit_test(test_listen_at_v6only_takes_ipv6_only),
        cmocka_unit_test(test_listen_at_ipv4_takes_ipv4_only),
        cmocka_unit_test(
            test_AD4_listen_at_dual_stack_peer_is_a_mapped_address),
        cmocka_unit_test(test_listen_at_gives_a_nonblocking_listener),
        cmocka_unit_test(test_listen_at_nodelay_may_be_off),
        cmocka_unit_test(test_listen_at_udp_gives_a_bound_datagram_socket),
        cmocka_unit_test(test_listen_options_init_fills_in_the_defaults),
        cmocka_unit_test(test_listen_at_older_options_are_taken),
        cmocka_unit_test(test_listen_at_unknown_options_are_einval),
        cmocka_unit_test(test_trap_17_listen_at_shared_is_shared_or_enotsup),
        cmocka_unit_test(test_listen_at_odd_text_is_refused),
        cmocka_unit_test(test_SY7_listen_at_foreign_address_is_eaddrnotavail),
        cmocka_unit_test(test_SY7_listen_at_taken_port_is_eaddrinuse),
        cmocka_unit_test(test_SY7_listen_at_taken_port_on_all_interfaces),
        cmocka_unit_test(test_SY7_listen_at_without_the_right_is_eacces),
        cmocka_unit_test(test_trap_13_listen_at_again_after_a_restart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
