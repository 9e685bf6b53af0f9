/* SPDX-License-Identifier: MIT */
/*
 * test_wait.c - duos_wait: one socket, one answer, and never too short.
 */
#include "support/net.h"

static const duos_socket none = DUOS_SOCKET_INVALID;

static void test_wait_fresh_connection_is_writable_only(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    unsigned got = 0;

    (void)state;
    assert_ok(duos_wait(p.client, DUOS_READ | DUOS_WRITE, PATIENCE_MS, &got));
    assert_int_equal(got, DUOS_WRITE);
    net_close_pair(&p);
}

static void test_wait_data_makes_readable(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    unsigned got = 0;
    size_t n;

    (void)state;
    assert_ok(duos_send(p.client, "x", 1, &n));
    assert_ok(duos_wait(p.server, DUOS_READ, PATIENCE_MS, &got));
    assert_int_equal(got, DUOS_READ);
    assert_ok(duos_wait(p.server, DUOS_READ | DUOS_WRITE, 0, &got));
    assert_int_equal(got, DUOS_READ | DUOS_WRITE);
    net_close_pair(&p);
}

static void test_wait_connection_makes_a_listener_readable(void **state)
{
    duos_addr at;
    duos_socket listener = net_listen(DUOS_IPV4, 0, &at);
    duos_socket client;

    (void)state;
    assert_err(DUOS_ETIMEDOUT, duos_wait(listener, DUOS_READ, 0, NULL));
    client = net_connect(&at);
    assert_true((net_await(listener, DUOS_READ) & DUOS_READ) != 0);
    net_close(&client);
    net_close(&listener);
}

static void test_trap_72_wait_end_of_stream_is_readable(void **state)
{
    pair p = net_pair(DUOS_IPV4);

    (void)state;
    net_close(&p.client);
    assert_true((net_await(p.server, DUOS_READ) & DUOS_READ) != 0);
    net_close(&p.server);
}

static void test_wait_full_connection_is_not_writable(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    static char bytes[65536];
    size_t n;

    (void)state;
    (void)net_fill(p.client);
    assert_err(DUOS_ETIMEDOUT, duos_wait(p.client, DUOS_WRITE, 0, NULL));
    while (duos_wait(p.client, DUOS_WRITE, 0, NULL) == DUOS_ETIMEDOUT) {
        net_await(p.server, DUOS_READ);
        assert_ok(duos_recv(p.server, bytes, sizeof bytes, &n));
    }
    net_close_pair(&p);
}

static void test_trap_27_wait_failed_connect_is_writable(void **state)
{
    duos_addr at = net_deserted(DUOS_IPV4);
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);
    duos_err err = duos_connect(s, &at);

    (void)state;
    if (err == DUOS_EINPROGRESS) {
        unsigned got = net_await(s, DUOS_WRITE);

        assert_true((got & DUOS_WRITE) != 0);
        assert_true((got & DUOS_ERROR) != 0);
        err = duos_connect_result(s);
    }
    assert_int_equal(err, DUOS_ECONNREFUSED);
    net_close(&s);
}

/* ---- time ------------------------------------------------------------- */

/* Trap 67: rounded down, a wait would be too short, or spin. */
static void test_trap_67_wait_is_never_shorter_than_its_timeout(void **state)
{
    static const int64_t timeouts[] = {0, 1, 2, 3, 7, 16, 31};
    duos_addr at;
    duos_socket s = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);
    size_t i;

    (void)state;
    for (i = 0; i < sizeof timeouts / sizeof timeouts[0]; i++) {
        uint64_t begin = net_now();

        assert_err(DUOS_ETIMEDOUT, duos_wait(s, DUOS_READ, timeouts[i], NULL));
        assert_waited_at_least(begin, timeouts[i]);
        assert_waited_less_than(begin, timeouts[i]);
    }
    net_close(&s);
}

static void test_API7_wait_any_timeout_ends_when_ready(void **state)
{
    static const int64_t timeouts[] = {
        -1, INT64_MIN, 0, INT32_MAX, (int64_t)INT32_MAX + 1, INT64_MAX};
    pair p = net_pair(DUOS_IPV4);
    size_t i;

    (void)state;
    for (i = 0; i < sizeof timeouts / sizeof timeouts[0]; i++) {
        assert_ok(duos_wait(p.client, DUOS_WRITE, timeouts[i], NULL));
    }
    net_close_pair(&p);
}

/* ---- what is refused -------------------------------------------------- */

static void test_wait_unknown_want_is_einval(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    unsigned got = 99;

    (void)state;
    assert_err(DUOS_EINVAL, duos_wait(p.client, 0, 0, &got));
    assert_err(DUOS_EINVAL, duos_wait(p.client, DUOS_PRIO, 0, &got));
    assert_err(DUOS_EINVAL, duos_wait(p.client, DUOS_READ | 32, 0, &got));
    assert_int_equal(got, 99);
    net_close_pair(&p);
}

/* At once, however long it was to wait. */
static void test_API2_wait_no_socket_is_ebadf(void **state)
{
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);
    duos_socket copy = s;
    unsigned got = 99;

    (void)state;
    net_close(&s);
    assert_err(DUOS_EBADF, duos_wait(none, DUOS_READ, -1, &got));
    assert_err(DUOS_EBADF, duos_wait(copy, DUOS_READ, PATIENCE_MS, &got));
    assert_err(DUOS_EBADF, duos_wait(copy, DUOS_WRITE, -1, &got));
    assert_int_equal(got, 99);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wait_fresh_connection_is_writable_only),
        cmocka_unit_test(test_wait_data_makes_readable),
        cmocka_unit_test(test_wait_connection_makes_a_listener_readable),
        cmocka_unit_test(test_trap_72_wait_end_of_stream_is_readable),
        cmocka_unit_test(test_wait_full_connection_is_not_writable),
        cmocka_unit_test(test_trap_27_wait_failed_connect_is_writable),
        cmocka_unit_test(test_trap_67_wait_is_never_shorter_than_its_timeout),
        cmocka_unit_test(test_API7_wait_any_timeout_ends_when_ready),
        cmocka_unit_test(test_wait_unknown_want_is_einval),
        cmocka_unit_test(test_API2_wait_no_socket_is_ebadf),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
