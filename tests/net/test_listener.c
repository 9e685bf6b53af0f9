/* SPDX-License-Identifier: MIT */
/*
 * test_listener.c - duos_listener_open on addresses of IPv4 and IPv6: how
 * many sockets, on which port, reached by whom. test_listen_fallback.c takes
 * from the system what other systems lack.
 */
#include <stdio.h>

#include "support/net.h"

static bool reaches(duos_family family, uint16_t port)
{
    duos_addr at = duos_addr_loopback(family, port);
    char text[DUOS_ADDR_TEXT_MAX];
    duos_socket s;

    assert_ok(duos_addr_format(&at, text, sizeof text));
    if (duos_dial(text, PATIENCE_MS, &s) != DUOS_OK) {
        return false;
    }
    net_close(&s);
    return true;
}

static void test_trap_18_listener_on_all_interfaces_is_reached_by_both(
    void **state)
{
    static const char *const texts[] = {"*:0", ":0", "tcp:*:0"};
    duos_listener l;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_ok(duos_listener_open(texts[i], NULL, &l));
        assert_between(l.count, 1, 2);
        assert_int_not_equal(l.bound[0].port, 0);
        assert_false(os_is_inherited(l.socks[0]));
        assert_true(reaches(DUOS_IPV4, l.bound[0].port));
        assert_true(!net_has_ipv6() || reaches(DUOS_IPV6, l.bound[0].port));
        duos_listener_close(&l);
        assert_int_equal(l.count, 0);
    }
}

static void test_listener_localhost_is_two_sockets_on_one_port(void **state)
{
    duos_listener l;

    (void)state;
    assert_ok(duos_listener_open("localhost:0", NULL, &l));
    assert_int_equal(l.count, net_has_ipv6() ? 2 : 1);
    assert_int_equal(l.bound[0].family, DUOS_IPV4);
    assert_true(reaches(DUOS_IPV4, l.bound[0].port));
    if (l.count == 2) {
        assert_int_equal(l.bound[1].family, DUOS_IPV6);
        assert_int_equal(l.bound[1].port, l.bound[0].port);
        assert_true(reaches(DUOS_IPV6, l.bound[1].port));
    }
    duos_listener_close(&l);
}

static void test_listener_single_addresses_are_one_socket(void **state)
{
    duos_listener l;

    (void)state;
    assert_ok(duos_listener_open("127.0.0.1:0", NULL, &l));
    assert_int_equal(l.count, 1);
    assert_int_equal(l.bound[0].family, DUOS_IPV4);
    duos_listener_close(&l);
    assert_ok(duos_listener_open("tcp4:localhost:0", NULL, &l));
    assert_int_equal(l.count, 1);
    duos_listener_close(&l);
    assert_ok(duos_listener_open("tcp4:*:0", NULL, &l));
    assert_int_equal(l.count, 1);
    duos_listener_close(&l);
    assert_ok(duos_listener_open("udp:127.0.0.1:0", NULL, &l));
    assert_int_equal(l.count, 1);
    duos_listener_close(&l);
}

/* Another program may have this port of IPv4. */
static bool v6only_is_reached_by_ipv4(void)
{
    duos_listen_options options;
    duos_listener l;
    bool reached;

    duos_listen_options_init(&options);
    options.v6only = true;
    assert_ok(duos_listener_open("*:0", &options, &l));
    assert_int_equal(l.count, 1);
    assert_true(reaches(DUOS_IPV6, l.bound[0].port));
    reached = reaches(DUOS_IPV4, l.bound[0].port);
    duos_listener_close(&l);
    return reached;
}

static void test_listener_v6only_takes_ipv6_only(void **state)
{
    int tries = 1;

    (void)state;
    net_need(DUOS_IPV6);
    while (v6only_is_reached_by_ipv4()) {
        assert_true(tries++ < 5);
    }
}

/* The second family's port is taken: nothing of the first stays open. What
 * opening it again gives afterwards; an error, too, where the first one's port
 * is another program's, which may be quicker. */
static duos_err open_half_taken_then_free(void)
{
    duos_addr at;
    char text[64];
    duos_socket taken = net_listen(DUOS_IPV6, 0, &at);
    duos_listener l;
    bool reached;
    duos_err err;

    (void)snprintf(text, sizeof text, "localhost:%u", (unsigned)at.port);
    if (os_is_windows()) {
        assert_int_not_equal(duos_listener_open(text, NULL, &l), DUOS_OK);
    } else {
        assert_err(DUOS_EADDRINUSE, duos_listener_open(text, NULL, &l));
    }
    reached = reaches(DUOS_IPV4, at.port);
    net_close(&taken);
    err = reached ? DUOS_EADDRINUSE : duos_listener_open(text, NULL, &l);
    if (err == DUOS_OK) {
        duos_listener_close(&l);
    }
    return err;
}

static void test_listener_localhost_half_taken_is_eaddrinuse(void **state)
{
    int tries = 1;

    (void)state;
    net_need(DUOS_IPV6);
    while (open_half_taken_then_free() != DUOS_OK) {
        assert_true(tries++ < 5);
    }
}

/*
 * Both have bound with reuse before either listens: Linux lets them, and
 * tells the second one only when it listens.
 */
static void test_trap_20_address_in_use_may_show_at_listen(void **state)
{
    duos_socket first;
    duos_socket second;
    duos_addr at = duos_addr_loopback(DUOS_IPV4, 0);
    char text[DUOS_ADDR_TEXT_MAX];
    duos_listener l;

    (void)state;
    if (!os_is_linux()) {
        skip_because("this system tells at bind");
    }
    first = net_open(DUOS_IPV4, DUOS_STREAM);
    second = net_open(DUOS_IPV4, DUOS_STREAM);
    assert_ok(duos_set_reuse(first, DUOS_REUSE_SAFE));
    assert_ok(duos_set_reuse(second, DUOS_REUSE_SAFE));
    assert_ok(duos_bind(first, &at));
    assert_ok(duos_local_addr(first, &at));
    assert_ok(duos_bind(second, &at));
    assert_ok(duos_listen(first, 0));
    assert_err(DUOS_EADDRINUSE, duos_listen(second, 0));
    net_close(&second);
    assert_ok(duos_addr_format(&at, text, sizeof text));
    assert_err(DUOS_EADDRINUSE, duos_listener_open(text, NULL, &l));
    net_close(&first);
}

static void test_listener_wrong_argument_is_refused(void **state)
{
    duos_listen_options options;
    char path[200] = "unix:";
    duos_listener before;
    duos_listener l;

    (void)state;
    memset(&before, 0xa5, sizeof before);
    l = before;
    duos_listen_options_init(&options);
    options.size += 8;
    assert_err(DUOS_EINVAL, duos_listener_open("127.0.0.1:0", NULL, NULL));
    assert_err(DUOS_EINVAL, duos_listener_open(NULL, NULL, &l));
    assert_err(DUOS_EINVAL, duos_listener_open("127.0.0.1:0", &options, &l));
    assert_err(DUOS_ESYNTAX, duos_listener_open("host:80", NULL, &l));
    assert_err(DUOS_ERANGE, duos_listener_open(":65536", NULL, &l));
    assert_err(DUOS_EAFNOSUPPORT, duos_listener_open("tcp4:[::1]:0", NULL, &l));
    assert_err(DUOS_EADDRNOTAVAIL, duos_listener_open("192.0.2.1:0", NULL, &l));
    memset(path + 5, 'p', sizeof path - 6);
    assert_err(DUOS_ENAMETOOLONG, duos_listener_open(path, NULL, &l));
    assert_memory_equal(&l, &before, sizeof l);
}

/* As the options were before they had a mode. */
static void test_listener_older_options_are_taken(void **state)
{
    duos_listen_options options;
    duos_listener l;

    (void)state;
    duos_listen_options_init(&options);
    options.size = offsetof(duos_listen_options, mode);
    options.mode = 07777;
    assert_ok(duos_listener_open("127.0.0.1:0", &options, &l));
    duos_listener_close(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_trap_18_listener_on_all_interfaces_is_reached_by_both),
        cmocka_unit_test(test_listener_localhost_is_two_sockets_on_one_port),
        cmocka_unit_test(test_listener_single_addresses_are_one_socket),
        cmocka_unit_test(test_listener_v6only_takes_ipv6_only),
        cmocka_unit_test(test_listener_localhost_half_taken_is_eaddrinuse),
        cmocka_unit_test(test_trap_20_address_in_use_may_show_at_listen),
        cmocka_unit_test(test_listener_wrong_argument_is_refused),
        cmocka_unit_test(test_listener_older_options_are_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
