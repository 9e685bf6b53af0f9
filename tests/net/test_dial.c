/* SPDX-License-Identifier: MIT */
/*
 * test_dial.c - duos_dial: from a text to a connection, before a deadline.
 */
#include "support/crowd.h"

/* "prefix host:port" as text. */
static const char *with_port(const char *host, uint16_t port)
{
    static char text[64];

    (void)snprintf(text, sizeof text, "%s:%u", host, (unsigned)port);
    return text;
}

static void assert_dials(duos_family family, const char *host)
{
    duos_addr at;
    duos_socket listener = net_listen(family, 0, &at);
    duos_socket s = DUOS_SOCKET_INVALID;
    duos_socket server;
    bool on;

    assert_ok(duos_dial(with_port(host, at.port), PATIENCE_MS, &s));
    server = net_accept(listener);
    if (os_get_nonblocking(s, &on)) {
        assert_true(on);
    }
    net_exchange(s, server);
    net_exchange(server, s);
    net_close(&s);
    net_close(&server);
    net_close(&listener);
}

static void test_dial_ipv4_connects(void **state)
{
    (void)state;
    assert_dials(DUOS_IPV4, "127.0.0.1");
    assert_dials(DUOS_IPV4, "tcp:127.0.0.1");
    assert_dials(DUOS_IPV4, "tcp4:localhost");
    assert_dials(DUOS_IPV4, "tcp4:*");
}

static void test_dial_ipv6_connects(void **state)
{
    (void)state;
    net_need(DUOS_IPV6);
    assert_dials(DUOS_IPV6, "[::1]");
    assert_dials(DUOS_IPV6, "tcp6:[::1]");
    assert_dials(DUOS_IPV6, "tcp6:localhost");
    assert_dials(DUOS_IPV6, "tcp6:*");
}

/* Without a family, IPv4 is tried first, then IPv6. */
static void test_DN3_dial_localhost_finds_either_family(void **state)
{
    (void)state;
    assert_dials(DUOS_IPV4, "localhost");
    assert_dials(DUOS_IPV4, "*");
    assert_dials(DUOS_IPV4, "");
    net_need(DUOS_IPV6);
    assert_dials(DUOS_IPV6, "localhost");
    assert_dials(DUOS_IPV6, "*");
}

static void test_dial_without_limit_connects(void **state)
{
    duos_addr at;
    duos_socket listener = net_listen(DUOS_IPV4, 0, &at);
    duos_socket s;

    (void)state;
    assert_ok(duos_dial(with_port("127.0.0.1", at.port), -1, &s));
    net_close(&s);
    net_close(&listener);
}

/* ---- failures --------------------------------------------------------- */

static void test_SY8_dial_nobody_listens_is_econnrefused(void **state)
{
    duos_addr at = net_deserted(DUOS_IPV4);
    duos_socket s = {12345};

    (void)state;
    assert_err(DUOS_ECONNREFUSED,
               duos_dial(with_port("127.0.0.1", at.port), PATIENCE_MS, &s));
    assert_err(DUOS_ECONNREFUSED,
               duos_dial(with_port("127.0.0.1", at.port), -1, &s));
    assert_int_equal(s.os, 12345);
}

/* What is known at once is told, and the next address is tried. Windows takes
 * 2 s to refuse (trap 32). */
static void test_dial_without_time_tells_what_is_known(void **state)
{
    duos_addr at = net_deserted(DUOS_IPV4);
    duos_socket listener;
    duos_socket s = {12345};
    duos_err err = duos_dial(with_port("127.0.0.1", at.port), 0, &s);

    (void)state;
    assert_true(err == DUOS_ECONNREFUSED ||
                (err == DUOS_ETIMEDOUT && !os_is_linux()));
    assert_int_equal(s.os, 12345);
    net_need(DUOS_IPV6);
    listener = net_listen(DUOS_IPV6, 0, &at);
    err = duos_dial(with_port("localhost", at.port), 0, &s);
    assert_true(err == DUOS_OK || (err == DUOS_ETIMEDOUT && !os_is_linux()));
    if (err == DUOS_OK) {
        net_close(&s);
    }
    net_close(&listener);
}

/*
 * A backlog that is full leaves an attempt without an answer. Windows refuses
 * it there, but takes 2 s to refuse (trap 32).
 */
static void test_dial_no_answer_is_etimedout(void **state)
{
    duos_socket s = {12345};
    uint64_t begin;
    crowd c;

    (void)state;
    crowd_open(&c);
    begin = net_now();
    assert_err(DUOS_ETIMEDOUT,
               duos_dial(with_port("127.0.0.1", c.at.port), 50, &s));
    assert_waited_at_least(begin, 50);
    assert_waited_less_than(begin, 50);
    assert_int_equal(s.os, 12345);
    crowd_close(&c);
}

static void test_dial_odd_text_is_refused(void **state)
{
    duos_socket s = {12345};

    (void)state;
    assert_err(DUOS_EINVAL, duos_dial(NULL, 0, &s));
    assert_err(DUOS_EINVAL, duos_dial("127.0.0.1:80", 0, NULL));
    assert_err(DUOS_EINVAL, duos_dial("127.0.0.1:0", 0, &s));
    assert_err(DUOS_ESYNTAX, duos_dial("exa mple.com:80", 0, &s));
    assert_err(DUOS_ESYNTAX, duos_dial("", 0, &s));
    assert_err(DUOS_ERANGE, duos_dial("127.0.0.1:65536", 0, &s));
    assert_err(DUOS_EAFNOSUPPORT, duos_dial("tcp4:[::1]:80", 0, &s));
    assert_err(DUOS_ENOTSUP, duos_dial("udp:127.0.0.1:80", 0, &s));
    assert_err(DUOS_ENOENT, duos_dial("[fe80::1%no-such-if]:80", 0, &s));
    assert_int_equal(s.os, 12345);
}

/* IPv4 is refused; that ::1 may be missing must not hide it. */
static void test_dial_localhost_nobody_listens_is_econnrefused(void **state)
{
    duos_addr at = net_deserted(DUOS_IPV4);
    duos_socket s = DUOS_SOCKET_INVALID;

    (void)state;
    assert_err(DUOS_ECONNREFUSED,
               duos_dial(with_port("localhost", at.port), PATIENCE_MS, &s));
    assert_false(duos_socket_valid(s));
}

/* Nothing stays open behind a failure. */
static void test_DN3_dial_failure_leaves_no_descriptor(void **state)
{
    duos_addr at = net_deserted(DUOS_IPV4);
    duos_socket before = net_open(DUOS_IPV4, DUOS_STREAM);
    duos_socket after;
    duos_socket s;

    (void)state;
    if (os_is_windows()) {
        net_close(&before);
        skip_because("handles do not tell how many are open");
    }
    assert_err(DUOS_ECONNREFUSED,
               duos_dial(with_port("localhost", at.port), PATIENCE_MS, &s));
    after = net_open(DUOS_IPV4, DUOS_STREAM);
    assert_int_equal(after.os, before.os + 1);
    net_close(&before);
    net_close(&after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dial_ipv4_connects),
        cmocka_unit_test(test_dial_ipv6_connects),
        cmocka_unit_test(test_DN3_dial_localhost_finds_either_family),
        cmocka_unit_test(test_dial_without_limit_connects),
        cmocka_unit_test(test_SY8_dial_nobody_listens_is_econnrefused),
        cmocka_unit_test(test_dial_localhost_nobody_listens_is_econnrefused),
        cmocka_unit_test(test_dial_without_time_tells_what_is_known),
        cmocka_unit_test(test_dial_no_answer_is_etimedout),
        cmocka_unit_test(test_dial_odd_text_is_refused),
        cmocka_unit_test(test_DN3_dial_failure_leaves_no_descriptor),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
