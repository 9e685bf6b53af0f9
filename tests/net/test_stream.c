/* SPDX-License-Identifier: MIT */
/*
 * test_stream.c - duos_send_all, duos_recv_exact and duos_recv_some: all of
 * it, or how far it came, before the deadline.
 */
#include "support/net.h"

#include <duosock/option.h>

#include <stdlib.h>

static const duos_socket none = DUOS_SOCKET_INVALID;

/* More than fits between two sockets. */
#define MUCH ((size_t)16 << 20)

typedef struct sender {
    duos_socket socket;
    const char *data;
    size_t len;
    size_t sent;
    duos_err err;
} sender;

static void run_sender(void *user)
{
    sender *s = user;

    s->err = duos_send_all(s->socket, s->data, s->len, PATIENCE_MS, &s->sent);
}

/* Byte number i of what is sent. */
static char byte_at(size_t i)
{
    return (char)(i * 7 + i / 255);
}

static char *make_bytes(size_t len)
{
    char *bytes = malloc(len);
    size_t i;

    assert_non_null(bytes);
    for (i = 0; i < len; i++) {
        bytes[i] = byte_at(i);
    }
    return bytes;
}

/* ---- all of it -------------------------------------------------------- */

static void assert_much_arrives(unsigned mode)
{
    pair p = net_pair(DUOS_IPV4);
    char *bytes = make_bytes(MUCH);
    char *back = malloc(MUCH);
    sender s = {p.client, bytes, MUCH, 0, DUOS_OK};
    os_thread *thread;
    size_t n = 0;

    assert_non_null(back);
    assert_ok(duos_set_nonblocking(p.client, mode == DUOS_NONBLOCK));
    assert_ok(duos_set_nonblocking(p.server, mode == DUOS_NONBLOCK));
    thread = os_thread_start(run_sender, &s);
    assert_non_null(thread);
    assert_ok(duos_recv_exact(p.server, back, MUCH, PATIENCE_MS, &n));
    os_thread_join(thread);
    assert_int_equal(n, MUCH);
    assert_int_equal(s.err, DUOS_OK);
    assert_int_equal(s.sent, MUCH);
    assert_memory_equal(bytes, back, MUCH);
    free(bytes);
    free(back);
    net_close_pair(&p);
}

static void test_ST1_send_all_and_recv_exact_move_much(void **state)
{
    (void)state;
    assert_much_arrives(DUOS_NONBLOCK);
}

static void test_ST1_send_all_and_recv_exact_move_much_blocking(void **state)
{
    (void)state;
    assert_much_arrives(DUOS_BLOCKING);
}

static void test_ST1_recv_exact_gathers_single_bytes(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    char text[6] = "";
    size_t n = 0;
    int i;

    (void)state;
    for (i = 0; i < 5; i++) {
        assert_ok(duos_send_all(p.client, &"hello"[i], 1, 0, &n));
        assert_int_equal(n, 1);
    }
    assert_ok(duos_recv_exact(p.server, text, 5, PATIENCE_MS, &n));
    assert_int_equal(n, 5);
    assert_string_equal(text, "hello");
    net_close_pair(&p);
}

static void test_recv_some_takes_what_comes_first(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    char text[100];
    size_t n = 0;

    (void)state;
    assert_ok(duos_send_all(p.client, "hello", 5, -1, NULL));
    assert_ok(duos_recv_some(p.server, text, sizeof text, -1, &n));
    assert_int_equal(n, 5);
    assert_ok(duos_send_all(p.client, "hello", 5, 0, NULL));
    assert_ok(duos_recv_some(p.server, text, 2, PATIENCE_MS, &n));
    assert_int_equal(n, 2);
    assert_memory_equal(text, "he", 2);
    net_close_pair(&p);
}

static void test_API1_stream_nothing_is_ok(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    size_t n = 9;

    (void)state;
    assert_ok(duos_send_all(p.client, NULL, 0, 0, &n));
    assert_int_equal(n, 0);
    n = 9;
    assert_ok(duos_recv_exact(p.client, NULL, 0, 0, &n));
    assert_int_equal(n, 0);
    net_close_pair(&p);
}

/* ---- deadlines -------------------------------------------------------- */

static void test_stream_time_0_takes_what_is_there_now(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    char text[10] = "";
    size_t n = 9;

    (void)state;
    assert_err(DUOS_ETIMEDOUT, duos_recv_exact(p.server, text, 5, 0, &n));
    assert_int_equal(n, 0);
    assert_err(DUOS_ETIMEDOUT, duos_recv_some(p.server, text, 5, 0, &n));
    assert_ok(duos_send_all(p.client, "hel", 3, 0, NULL));
    net_await(p.server, DUOS_READ);
    assert_err(DUOS_ETIMEDOUT, duos_recv_exact(p.server, text, 5, 0, &n));
    assert_int_equal(n, 3);
    assert_string_equal(text, "hel");
    net_close_pair(&p);
}

static void test_recv_times_out_in_time_and_not_before(void **state)
{
    static const unsigned modes[] = {DUOS_BLOCKING, DUOS_NONBLOCK};
    int i;

    (void)state;
    for (i = 0; i < 2; i++) {
        pair p = net_pair(DUOS_IPV4);
        char text[10];
        uint64_t begin;
        size_t n = 0;

        assert_ok(duos_set_nonblocking(p.server, modes[i] == DUOS_NONBLOCK));
        assert_ok(duos_send_all(p.client, "x", 1, 0, NULL));
        begin = net_now();
        assert_err(DUOS_ETIMEDOUT, duos_recv_exact(p.server, text, 2, 25, &n));
        assert_waited_at_least(begin, 25);
        assert_waited_less_than(begin, 25);
        assert_int_equal(n, 1);
        begin = net_now();
        assert_err(DUOS_ETIMEDOUT, duos_recv_some(p.server, text, 2, 25, &n));
        assert_waited_at_least(begin, 25);
        assert_waited_less_than(begin, 25);
        net_close_pair(&p);
    }
}

/* Sends a byte every few milliseconds until the peer is gone. */
static void run_drip(void *user)
{
    duos_socket s = *(const duos_socket *)user;
    size_t n;

    while (duos_send(s, "x", 1, &n) == DUOS_OK) {
        (void)duos_wait(s, DUOS_READ, 2, NULL);
    }
}

/* The deadline is for all of it, so a peer that drips cannot extend it. */
static void test_ST8_recv_exact_deadline_is_not_extended_by_a_byte(void **state)
{
    char bytes[1000];
    pair p = net_pair(DUOS_IPV4);
    os_thread *thread = os_thread_start(run_drip, &p.client);
    uint64_t begin = net_now();
    size_t n = 0;

    (void)state;
    assert_non_null(thread);
    assert_err(DUOS_ETIMEDOUT,
               duos_recv_exact(p.server, bytes, sizeof bytes, 300, &n));
    assert_waited_at_least(begin, 300);
    assert_waited_less_than(begin, 300);
    assert_true(n > 0 && n < sizeof bytes);
    net_reset(&p.server);
    os_thread_join(thread);
    net_close(&p.client);
}

static void test_ST7_send_all_to_a_peer_that_never_reads_times_out(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    char *bytes = make_bytes(MUCH);
    char *back = malloc(MUCH);
    uint64_t begin = net_now();
    size_t sent = 0;
    size_t n = 0;

    (void)state;
    assert_non_null(back);
    assert_err(DUOS_ETIMEDOUT, duos_send_all(p.client, bytes, MUCH, 50, &sent));
    assert_waited_at_least(begin, 50);
    assert_waited_less_than(begin, 50);
    assert_true(sent > 0 && sent < MUCH);
    /* What was taken arrives, no more and no less. */
    assert_ok(duos_shutdown(p.client, DUOS_SHUT_SEND));
    assert_err(DUOS_EEOF,
               duos_recv_exact(p.server, back, MUCH, PATIENCE_MS, &n));
    assert_int_equal(n, sent);
    assert_memory_equal(bytes, back, n);
    free(bytes);
    free(back);
    net_close_pair(&p);
}

/* ---- failures --------------------------------------------------------- */

static void test_recv_after_the_end_is_eeof(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    char text[10];
    size_t n = 9;

    (void)state;
    assert_ok(duos_send_all(p.client, "hel", 3, 0, NULL));
    net_close(&p.client);
    assert_err(DUOS_EEOF, duos_recv_exact(p.server, text, 5, PATIENCE_MS, &n));
    assert_int_equal(n, 3);
    assert_err(DUOS_EEOF, duos_recv_some(p.server, text, 5, PATIENCE_MS, &n));
    assert_err(DUOS_EEOF, duos_recv_some(p.server, text, 5, -1, &n));
    assert_int_equal(n, 3);
    net_close(&p.server);
}

static void test_ST4_stream_after_a_reset_is_econnreset(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    char text[10];
    size_t n;

    (void)state;
    if (os_is_wine()) {
        net_close_pair(&p);
        skip_because("Wine's recv takes a reset for the end of the stream");
    }
    net_reset(&p.client);
    assert_err(DUOS_ECONNRESET,
               duos_recv_exact(p.server, text, 5, PATIENCE_MS, &n));
    net_close(&p.server);
    p = net_pair(DUOS_IPV4);
    net_reset(&p.client);
    assert_err(DUOS_ECONNRESET,
               duos_recv_some(p.server, text, 5, PATIENCE_MS, &n));
    net_close(&p.server);
}

static void test_ST4_send_all_after_a_reset_is_econnreset(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    size_t n = 9;

    (void)state;
    net_reset(&p.client);
    net_await(p.server, DUOS_READ);
    assert_err(DUOS_ECONNRESET,
               duos_send_all(p.server, "x", 1, PATIENCE_MS, &n));
    assert_int_equal(n, 0);
    net_close(&p.server);
}

static void test_ST5_send_all_after_shutdown_is_epipe(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    size_t n = 9;

    (void)state;
    assert_ok(duos_shutdown(p.client, DUOS_SHUT_SEND));
    assert_err(DUOS_EPIPE, duos_send_all(p.client, "x", 1, PATIENCE_MS, &n));
    assert_int_equal(n, 0);
    net_close_pair(&p);
}

static void test_API1_stream_null_is_einval(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    char byte;
    size_t n;

    (void)state;
    assert_err(DUOS_EINVAL, duos_send_all(p.client, NULL, 1, 0, &n));
    assert_err(DUOS_EINVAL, duos_recv_exact(p.client, NULL, 1, 0, &n));
    assert_err(DUOS_EINVAL, duos_recv_some(p.client, NULL, 1, 0, &n));
    assert_err(DUOS_EINVAL, duos_recv_some(p.client, &byte, 0, 0, &n));
    assert_err(DUOS_EINVAL, duos_recv_some(p.client, &byte, 1, 0, NULL));
    net_close_pair(&p);
}

static void test_API2_stream_on_no_socket_is_ebadf(void **state)
{
    char byte;
    size_t n = 9;

    (void)state;
    assert_err(DUOS_EBADF, duos_send_all(none, "x", 1, 0, &n));
    assert_int_equal(n, 0);
    assert_err(DUOS_EBADF, duos_send_all(none, "x", 1, -1, NULL));
    assert_err(DUOS_EBADF, duos_recv_exact(none, &byte, 1, PATIENCE_MS, NULL));
    assert_err(DUOS_EBADF, duos_recv_exact(none, &byte, 1, -1, NULL));
    assert_err(DUOS_EBADF, duos_recv_some(none, &byte, 1, PATIENCE_MS, &n));
    assert_err(DUOS_EBADF, duos_recv_some(none, &byte, 1, -1, &n));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ST1_send_all_and_recv_exact_move_much),
        cmocka_unit_test(test_ST1_send_all_and_recv_exact_move_much_blocking),
        cmocka_unit_test(test_ST1_recv_exact_gathers_single_bytes),
        cmocka_unit_test(test_recv_some_takes_what_comes_first),
        cmocka_unit_test(test_API1_stream_nothing_is_ok),
        cmocka_unit_test(test_stream_time_0_takes_what_is_there_now),
        cmocka_unit_test(test_recv_times_out_in_time_and_not_before),
        cmocka_unit_test(
            test_ST8_recv_exact_deadline_is_not_extended_by_a_byte),
        cmocka_unit_test(
            test_ST7_send_all_to_a_peer_that_never_reads_times_out),
        cmocka_unit_test(test_recv_after_the_end_is_eeof),
        cmocka_unit_test(test_ST4_stream_after_a_reset_is_econnreset),
        cmocka_unit_test(test_ST4_send_all_after_a_reset_is_econnreset),
        cmocka_unit_test(test_ST5_send_all_after_shutdown_is_epipe),
        cmocka_unit_test(test_API1_stream_null_is_einval),
        cmocka_unit_test(test_API2_stream_on_no_socket_is_ebadf),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
