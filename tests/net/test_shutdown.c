/* SPDX-License-Identifier: MIT */
/*
 * test_shutdown.c - the end of one direction: half-close, writing after the
 * end, and close with bytes that nobody has read.
 */
#include "support/net.h"

#include <duosock/option.h>

static const duos_socket none = DUOS_SOCKET_INVALID;

static void test_ST5_shutdown_send_leaves_the_other_direction(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    char byte;
    size_t n;

    (void)state;
    net_exchange(p.client, p.server);
    assert_ok(duos_shutdown(p.client, DUOS_SHUT_SEND));
    net_await(p.server, DUOS_READ);
    assert_err(DUOS_EEOF, duos_recv(p.server, &byte, 1, &n));
    net_exchange(p.server, p.client);
    net_close_pair(&p);
}

/* The end comes behind the data, not instead of it. */
static void test_ST6_shutdown_lets_what_was_sent_arrive_first(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    char text[6];
    size_t n;

    (void)state;
    assert_ok(duos_send(p.client, "hello", 5, &n));
    assert_ok(duos_shutdown(p.client, DUOS_SHUT_SEND));
    assert_err(DUOS_EEOF, duos_recv_exact(p.server, text, 6, PATIENCE_MS, &n));
    assert_int_equal(n, 5);
    assert_memory_equal(text, "hello", 5);
    net_close_pair(&p);
}

static void test_ST5_shutdown_send_then_send_is_epipe(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    size_t n = 9;

    (void)state;
    assert_ok(duos_shutdown(p.client, DUOS_SHUT_SEND));
    assert_err(DUOS_EPIPE, duos_send(p.client, "x", 1, &n));
    assert_int_equal(n, 9);
    net_close_pair(&p);
}

static void test_ST5_shutdown_twice_is_ok(void **state)
{
    pair p = net_pair(DUOS_IPV4);

    (void)state;
    assert_ok(duos_shutdown(p.client, DUOS_SHUT_SEND));
    assert_ok(duos_shutdown(p.client, DUOS_SHUT_SEND));
    net_exchange(p.server, p.client);
    net_close_pair(&p);
}

static void test_ST5_shutdown_by_both_ends_is_the_end(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    char byte;
    size_t n;

    (void)state;
    assert_ok(duos_shutdown(p.client, DUOS_SHUT_SEND));
    assert_ok(duos_shutdown(p.server, DUOS_SHUT_SEND));
    net_await(p.client, DUOS_READ);
    net_await(p.server, DUOS_READ);
    assert_err(DUOS_EEOF, duos_recv(p.client, &byte, 1, &n));
    assert_err(DUOS_EEOF, duos_recv(p.server, &byte, 1, &n));
    net_close_pair(&p);
}

/* Trap 46: Windows says that we did it ourselves; for us it is the end. */
static void test_trap_46_shutdown_recv_then_recv_is_eeof(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    char byte;
    size_t n;

    (void)state;
    assert_ok(duos_shutdown(p.client, DUOS_SHUT_RECV));
    assert_err(DUOS_EEOF, duos_recv(p.client, &byte, 1, &n));
    net_exchange(p.client, p.server);
    net_close_pair(&p);
}

static void test_shutdown_both_ends_both(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    char byte;
    size_t n;

    (void)state;
    assert_ok(duos_shutdown(p.client, DUOS_SHUT_BOTH));
    assert_err(DUOS_EEOF, duos_recv(p.client, &byte, 1, &n));
    assert_err(DUOS_EPIPE, duos_send(p.client, "x", 1, &n));
    net_await(p.server, DUOS_READ);
    assert_err(DUOS_EEOF, duos_recv(p.server, &byte, 1, &n));
    net_close_pair(&p);
}

static void test_shutdown_wrong_argument_is_refused(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    duos_socket copy = p.client;

    (void)state;
    assert_err(DUOS_EINVAL, duos_shutdown(p.client, (duos_how)3));
    assert_err(DUOS_EINVAL, duos_shutdown(p.client, (duos_how)-1));
    assert_err(DUOS_EBADF, duos_shutdown(none, DUOS_SHUT_BOTH));
    net_close_pair(&p);
    assert_err(DUOS_EBADF, duos_shutdown(copy, DUOS_SHUT_BOTH));
}

static void test_trap_71_shutdown_unconnected_is_enotconn(void **state)
{
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);

    (void)state;
    assert_err(DUOS_ENOTCONN, duos_shutdown(s, DUOS_SHUT_SEND));
    net_close(&s);
}

/* ---- close ------------------------------------------------------------ */

static void test_close_lets_what_was_sent_arrive(void **state)
{
    static char bytes[100000];
    pair p = net_pair(DUOS_IPV4);
    size_t n = 0;

    (void)state;
    assert_ok(duos_send_all(p.client, bytes, sizeof bytes, PATIENCE_MS, NULL));
    net_close(&p.client);
    assert_ok(duos_recv_exact(p.server, bytes, sizeof bytes, PATIENCE_MS, &n));
    assert_int_equal(n, sizeof bytes);
    assert_err(DUOS_EEOF, duos_recv_exact(p.server, bytes, 1, PATIENCE_MS, &n));
    net_close(&p.server);
}

/* Trap 70: what nobody has read makes the end a reset. */
static void test_trap_70_close_with_unread_input_resets(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    char byte;
    size_t n;

    (void)state;
    assert_ok(duos_send(p.client, "hello", 5, &n));
    net_await(p.server, DUOS_READ);
    net_close(&p.server);
    net_await(p.client, DUOS_READ);
    if (os_is_wine()) {
        net_close(&p.client);
        skip_because("Wine's recv takes a reset for the end of the stream");
    }
    assert_err(DUOS_ECONNRESET, duos_recv(p.client, &byte, 1, &n));
    net_close(&p.client);
}

/*
 * Windows does not close a non-blocking socket that is to linger, but says
 * WSAEWOULDBLOCK; Linux waits, non-blocking or not.
 */
static void test_trap_10_SY14_close_with_linger_closes(void **state)
{
    const duos_linger linger = {true, 1};
    pair p = net_pair(DUOS_IPV4);
    duos_socket copy = p.client;

    (void)state;
    assert_ok(duos_set_linger(p.client, &linger));
    if (os_is_windows()) {
        (void)net_fill(p.client);
    }
    net_close(&p.client);
    assert_err(DUOS_EBADF, duos_close(&copy));
    net_close(&p.server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ST5_shutdown_send_leaves_the_other_direction),
        cmocka_unit_test(test_ST6_shutdown_lets_what_was_sent_arrive_first),
        cmocka_unit_test(test_ST5_shutdown_send_then_send_is_epipe),
        cmocka_unit_test(test_ST5_shutdown_twice_is_ok),
        cmocka_unit_test(test_ST5_shutdown_by_both_ends_is_the_end),
        cmocka_unit_test(test_trap_46_shutdown_recv_then_recv_is_eeof),
        cmocka_unit_test(test_shutdown_both_ends_both),
        cmocka_unit_test(test_shutdown_wrong_argument_is_refused),
        cmocka_unit_test(test_trap_71_shutdown_unconnected_is_enotconn),
        cmocka_unit_test(test_close_lets_what_was_sent_arrive),
        cmocka_unit_test(test_trap_70_close_with_unread_input_resets),
        cmocka_unit_test(test_trap_10_SY14_close_with_linger_closes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
