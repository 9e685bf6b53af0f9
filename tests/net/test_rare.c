/* SPDX-License-Identifier: MIT */
/*
 * test_rare.c - what few programs do: lengths beyond an int, a listener's
 * TCP_INFO, time stamps to the nanosecond; and verbs of the seam that are
 * called too early, when nothing is there.
 */
#include "support/letter.h"

#include <limits.h>

#include <duosock/option.h>
#include <duosock/tcpinfo.h>

#include "sys.h"
#include "sys_host.h"

static void test_setsockopt_longer_than_an_int_is_einval(void **state)
{
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);
    int on = 1;
    int found = 0;
    size_t len = (size_t)INT_MAX + 1;

    (void)state;
    assert_err(DUOS_EINVAL, duos_setsockopt(s, os_level_socket,
                                            os_opt_reuse_address, &on, len));
    assert_ok(duos_getsockopt(s, os_level_socket, os_opt_type, &found, &len));
    assert_true(len >= sizeof found); /* room for more is no error */
    assert_int_not_equal(found, 0);
    net_close(&s);
}

static void test_tcp_info_of_a_listener_has_nothing_in_flight(void **state)
{
    duos_addr at;
    duos_socket listener = net_listen(DUOS_IPV4, 5, &at);
    duos_tcp_info info;
    duos_err err;

    (void)state;
    duos_tcp_info_init(&info);
    err = duos_get_tcp_info(listener, &info);
    net_close(&listener);
    if (err == DUOS_ENOTSUP) {
        skip_because("the system does not tell");
    }
    assert_int_equal(err, DUOS_OK);
    assert_int_equal(info.state, DUOS_TCP_LISTEN);
    assert_int_equal(info.in_flight, -1);
}

static void test_message_tells_when_it_came_to_the_nanosecond(void **state)
{
    const uint64_t year_2020 = UINT64_C(1577836800) * 1000000000u;
    post p = post_open(DUOS_IPV4);
    duos_err err = duos_set_bool(p.b, DUOS_OPT_TIMESTAMP_NS, true);
    letter l;
    uint64_t first;

    (void)state;
    if (err == DUOS_ENOTSUP) {
        post_close(&p);
        skip_because("this system does not tell the time of arrival");
    }
    assert_int_equal(err, DUOS_OK);
    assert_ok(duos_sendto(p.a, "x", 1, &p.at_b));
    letter_to_read(&l);
    assert_ok(take(p.b, &l));
    assert_int_equal(l.m.has & DUOS_HAS_TIME, DUOS_HAS_TIME);
    assert_true(l.m.time_ns > year_2020);
    first = l.m.time_ns;
    assert_ok(duos_sendto(p.a, "x", 1, &p.at_b));
    assert_ok(take(p.b, &l));
    assert_between(l.m.time_ns, first, first + UINT64_C(60) * 1000000000u);
    post_close(&p);
}

/* ---- too early --------------------------------------------------------- */

static void test_input_peek_before_anything_came_is_ewouldblock(void **state)
{
    const void *data = NULL;
    duos_socket ready;
    sys_input *in;
    size_t len = 7;

    (void)state;
    if (!os_begin_input_pipe()) {
        skip_because("the standard input cannot be replaced here");
    }
    assert_ok(sys_input_open(&in, &ready));
    assert_err(DUOS_EWOULDBLOCK, sys_input_peek(in, &data, &len));
    assert_int_equal(len, 7);
    assert_true(os_type("x", 1));
    net_await(ready, DUOS_READ);
    assert_ok(sys_input_peek(in, &data, &len));
    assert_int_equal(len, 1);
    sys_input_close(in);
    os_end_input();
}

static void test_quit_take_before_anything_came_is_ewouldblock(void **state)
{
    duos_quit_kind kind = DUOS_QUIT_TERMINATE;
    duos_socket channel;

    (void)state;
    assert_ok(sys_quit_open(NULL, &channel));
    assert_err(DUOS_EWOULDBLOCK, sys_quit_take(channel, &kind));
    assert_int_equal(kind, DUOS_QUIT_TERMINATE);
    sys_quit_close(channel);
}

/* Not as if nobody had asked: a watch would wait for it in vain, or spin. */
static void test_quit_take_from_what_is_no_channel_says_so(void **state)
{
    duos_quit_kind kind = DUOS_QUIT_TERMINATE;
    duos_socket channel = DUOS_SOCKET_INVALID;

    (void)state;
    assert_err(DUOS_EBADF, sys_quit_take(channel, &kind));
    assert_int_equal(kind, DUOS_QUIT_TERMINATE);
}

/* Draining what holds nothing does not wait, and takes no later signal. */
static void test_wakeup_drain_of_nothing_returns(void **state)
{
    sys_wakeup w;

    (void)state;
    assert_ok(sys_wakeup_open(&w));
    sys_wakeup_drain(&w);
    assert_ok(sys_wakeup_signal(&w));
    assert_ok(sys_wakeup_signal(&w));
    net_await(w.recv_end, DUOS_READ);
    sys_wakeup_drain(&w);
    assert_err(DUOS_ETIMEDOUT, duos_wait(w.recv_end, DUOS_READ, 0, NULL));
    sys_wakeup_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_setsockopt_longer_than_an_int_is_einval),
        cmocka_unit_test(test_tcp_info_of_a_listener_has_nothing_in_flight),
        cmocka_unit_test(test_message_tells_when_it_came_to_the_nanosecond),
        cmocka_unit_test(test_input_peek_before_anything_came_is_ewouldblock),
        cmocka_unit_test(test_quit_take_before_anything_came_is_ewouldblock),
        cmocka_unit_test(test_quit_take_from_what_is_no_channel_says_so),
        cmocka_unit_test(test_wakeup_drain_of_nothing_returns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
