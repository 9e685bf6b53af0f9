/* SPDX-License-Identifier: MIT */
/*
 * test_report.c - what became of earlier datagrams: each error is told once,
 * with the address that it is about, and the socket is quiet again.
 */
#include "support/letter.h"

#include <duosock/option.h>
#include <duosock/pair.h>
#include <duosock/poller.h>

static const duos_socket none = DUOS_SOCKET_INVALID;

/* An address of this family at which no datagram is taken. */
static duos_addr closed_port(duos_family family)
{
    duos_addr at;
    duos_socket s = net_bind(family, DUOS_DGRAM, &at);

    net_close(&s);
    return at;
}

static bool keeps_errors(duos_socket s)
{
    duos_err err = duos_set_bool(s, DUOS_OPT_RECV_ERROR, true);

    assert_true(err == DUOS_OK || (err == DUOS_ENOTSUP && !os_is_linux()));
    return err == DUOS_OK;
}

#define skip_without_reports(s)                                                \
    do {                                                                       \
        if (!keeps_errors(s)) {                                                \
            net_close(&(s));                                                   \
            skip_because("this system keeps no errors of datagrams");          \
        }                                                                      \
    } while (0)

/* Whether the poller tells of this socket within the time. */
static unsigned polled(duos_socket s, int64_t timeout_ms)
{
    duos_poller *poller;
    duos_poll_event event;
    duos_token token;
    size_t count = 0;
    duos_err err;

    assert_ok(duos_poller_create(NULL, &poller));
    assert_ok(duos_poller_add(poller, s, DUOS_READ, NULL, &token));
    err = duos_poller_wait(poller, &event, 1, timeout_ms, &count);
    assert_true(err == DUOS_OK || err == DUOS_ETIMEDOUT);
    duos_poller_destroy(poller);
    return count == 0 ? 0 : event.events;
}

static void check_told_once(duos_family family)
{
    duos_addr gone = closed_port(family);
    duos_addr at, to;
    duos_socket s = net_bind(family, DUOS_DGRAM, &at);
    duos_err what = DUOS_OK;

    skip_without_reports(s);
    assert_err(DUOS_EWOULDBLOCK, duos_take_report(s, &to, &what));
    assert_int_equal(polled(s, 0), 0);
    assert_ok(duos_sendto(s, "x", 1, &gone));
    assert_true((net_await(s, DUOS_READ) & DUOS_ERROR) != 0);
    assert_true(polled(s, PATIENCE_MS) != 0); /* select: DUOS_READ */
    assert_ok(duos_take_report(s, &to, &what));
    assert_int_equal(what, DUOS_ECONNREFUSED);
    assert_true(duos_addr_equal(&to, &gone));
    what = DUOS_OK;
    assert_err(DUOS_EWOULDBLOCK, duos_take_report(s, &to, &what));
    assert_int_equal(what, DUOS_OK);
    assert_int_equal(polled(s, 0), 0);
    net_close(&s);
}

static void test_UD3_report_of_a_lost_datagram_is_taken_once(void **state)
{
    (void)state;
    check_told_once(DUOS_IPV4);
}

static void test_UD3_report_of_a_lost_datagram_is_taken_once_ipv6(void **state)
{
    (void)state;
    net_need(DUOS_IPV6);
    check_told_once(DUOS_IPV6);
}

/* By way of an IPv6 socket, with an address as it was sent to. */
static void test_report_of_a_dual_socket_tells_of_ipv4(void **state)
{
    uint8_t mapped[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 127, 0, 0, 1};
    duos_addr gone = closed_port(DUOS_IPV4);
    duos_addr to;
    duos_socket s;
    duos_err what = DUOS_OK;

    (void)state;
    net_need(DUOS_IPV6);
    s = net_open(DUOS_IPV6, DUOS_DGRAM);
    assert_ok(duos_set_bool(s, DUOS_OPT_V6ONLY, false));
    skip_without_reports(s);
    gone = duos_addr_ipv6(mapped, gone.port);
    assert_ok(duos_sendto(s, "x", 1, &gone));
    net_await(s, DUOS_READ);
    assert_ok(duos_take_report(s, &to, &what));
    assert_int_equal(what, DUOS_ECONNREFUSED);
    assert_true(duos_addr_equal(&to, &gone));
    net_close(&s);
}

/* A receive may be told before the report is taken, and does not take it. */
static void test_report_stays_after_a_receive_was_told(void **state)
{
    duos_addr gone = closed_port(DUOS_IPV4);
    duos_addr at;
    duos_socket s = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);
    duos_err what = DUOS_OK;
    letter l;

    (void)state;
    skip_without_reports(s);
    assert_ok(duos_sendto(s, "x", 1, &gone));
    letter_to_read(&l);
    assert_err(DUOS_ECONNREFUSED, take(s, &l));
    assert_err(DUOS_EWOULDBLOCK, duos_recvmsg(s, &l.m));
    assert_ok(duos_take_report(s, NULL, &what));
    assert_int_equal(what, DUOS_ECONNREFUSED);
    assert_int_equal(polled(s, 0), 0);
    net_close(&s);
}

/* A unix socket would give bytes of its peer's instead. */
static void test_API9_report_of_what_keeps_none_is_enotsup(void **state)
{
    duos_socket ends[2];
    char byte = 0;
    size_t n = 0;
    duos_addr to;
    duos_err what = 5;

    (void)state;
    assert_ok(duos_socketpair(DUOS_STREAM, DUOS_NONBLOCK, ends));
    assert_ok(duos_send(ends[0], "x", 1, &n));
    assert_err(DUOS_ENOTSUP, duos_take_report(ends[1], &to, &what));
    assert_ok(duos_recv(ends[1], &byte, 1, &n));
    assert_int_equal(byte, 'x');
    assert_int_equal(what, 5);
    net_close(&ends[0]);
    net_close(&ends[1]);
}

static void test_API9_report_wrong_argument_is_refused(void **state)
{
    duos_socket s = net_open(DUOS_IPV4, DUOS_DGRAM);
    duos_addr to;
    duos_err what = 5;

    (void)state;
    assert_err(DUOS_EINVAL, duos_take_report(s, &to, NULL));
    assert_err(DUOS_EBADF, duos_take_report(none, &to, &what));
    assert_int_equal(what, 5);
    net_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_UD3_report_of_a_lost_datagram_is_taken_once),
        cmocka_unit_test(test_UD3_report_of_a_lost_datagram_is_taken_once_ipv6),
        cmocka_unit_test(test_report_of_a_dual_socket_tells_of_ipv4),
        cmocka_unit_test(test_report_stays_after_a_receive_was_told),
        cmocka_unit_test(test_API9_report_of_what_keeps_none_is_enotsup),
        cmocka_unit_test(test_API9_report_wrong_argument_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
