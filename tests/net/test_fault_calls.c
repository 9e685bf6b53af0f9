/* SPDX-License-Identifier: MIT */
/*
 * test_fault_calls.c - the thin layer over a platform whose calls fail: what
 * is asked again, what is told, and that nothing is cut or left open.
 */
#include "support/bytes.h"
#include "support/letter.h"
#include "support/verbs.h"

#include "pair.h"

#define STORM 5

static int set_up(void **state)
{
    (void)state;
    verbs_reset();
    return 0;
}

static size_t handles(void)
{
    size_t count = 0;

    (void)os_count_handles(&count);
    return count;
}

/* ---- SY1: signals ------------------------------------------------------ */

/* From here on, each verb that moves bytes is interrupted so many times. */
static void interrupt_all(void)
{
    int which;

    for (which = VERB_SEND; which <= VERB_WAIT_MANY; which++) {
        verbs_fail((verb)which, DUOS_EINTERRUPTED, STORM);
    }
    verbs_fail(VERB_ACCEPT, DUOS_EINTERRUPTED, STORM);
}

static void assert_asked_again(verb first, verb second)
{
    assert_int_equal(verbs_left(first), 0);
    assert_int_equal(verbs_left(second), 0);
}

static void test_SY1_calls_of_streams_are_asked_again(void **state)
{
    duos_addr at;
    duos_socket listener = net_listen(DUOS_IPV4, 0, &at);
    pair p = {net_connect(&at), DUOS_SOCKET_INVALID};
    char text[5];
    duos_buf out = {(void *)(intptr_t) "hello", 5};
    duos_buf in = {text, 5};
    size_t n;

    (void)state;
    net_await(listener, DUOS_READ);
    interrupt_all();
    assert_ok(duos_accept(listener, DUOS_NONBLOCK, &p.server, NULL));
    assert_int_equal(verbs_left(VERB_ACCEPT), 0);
    assert_ok(duos_send(p.client, "hello", 5, &n));
    assert_ok(duos_wait(p.server, DUOS_READ, PATIENCE_MS, NULL));
    assert_int_equal(verbs_left(VERB_WAIT_MANY), 0);
    assert_ok(duos_recv(p.server, text, 5, &n));
    assert_memory_equal(text, "hello", 5);
    assert_asked_again(VERB_SEND, VERB_RECV);
    interrupt_all();
    assert_ok(duos_send_all(p.client, "hello", 5, PATIENCE_MS, NULL));
    assert_ok(duos_recv_exact(p.server, text, 5, PATIENCE_MS, NULL));
    assert_asked_again(VERB_SEND, VERB_RECV);
    assert_ok(duos_sendv(p.client, &out, 1, 0, &n));
    net_await(p.server, DUOS_READ);
    assert_ok(duos_recvv(p.server, &in, 1, 0, &n));
    assert_asked_again(VERB_SENDV, VERB_RECVV);
    net_close(&listener);
    net_close_pair(&p);
}

static void test_SY1_calls_of_datagrams_are_asked_again(void **state)
{
    post p = post_open(DUOS_IPV4);
    letter l;
    char text[5];
    size_t n;

    (void)state;
    interrupt_all();
    assert_ok(duos_sendto(p.a, "hello", 5, &p.at_b));
    net_await(p.b, DUOS_READ);
    assert_ok(duos_recvfrom(p.b, text, 5, &n, NULL, NULL));
    assert_asked_again(VERB_SENDTO, VERB_RECVFROM);
    letter_to_write(&l, "hello");
    l.m.has = DUOS_HAS_PEER;
    l.m.peer = p.at_b;
    assert_ok(duos_sendmsg(p.a, &l.m));
    letter_to_read(&l);
    net_await(p.b, DUOS_READ);
    assert_ok(duos_recvmsg(p.b, &l.m));
    assert_asked_again(VERB_SENDMSG, VERB_RECVMSG);
    interrupt_all();
    letter_to_write(&l, "hello");
    l.m.has = DUOS_HAS_PEER;
    l.m.peer = p.at_b;
    assert_ok(duos_send_batch(p.a, &l.m, 1, &n));
    letter_to_read(&l);
    net_await(p.b, DUOS_READ);
    assert_ok(duos_recv_batch(p.b, &l.m, 1, &n));
    assert_int_equal(n, 1);
    assert_asked_again(VERB_SEND_BATCH, VERB_RECV_BATCH);
    post_close(&p);
}

static void test_SY1_sendfile_is_asked_again(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    char text[5];
    intptr_t file;
    size_t n;

    (void)state;
    assert_true(bytes_open_file(&file));
    assert_true(bytes_write_at(file, 0, "hello", 5));
    interrupt_all();
    assert_ok(duos_sendfile(p.client, file, 0, 5, &n));
    assert_int_equal(verbs_left(VERB_SENDFILE), 0);
    assert_ok(duos_recv_exact(p.server, text, 5, PATIENCE_MS, NULL));
    assert_memory_equal(text, "hello", 5);
    bytes_close_file(file);
    net_close_pair(&p);
}

/* A deadline is not begun anew by each signal: the clock alone decides. */
static void test_SY1_signals_without_end_do_not_extend_a_deadline(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    uint64_t begin = net_now();

    (void)state;
    verbs_fail(VERB_WAIT_MANY, DUOS_EINTERRUPTED, 1000);
    assert_err(DUOS_ETIMEDOUT, duos_wait(p.client, DUOS_READ, 30, NULL));
    assert_waited_at_least(begin, 30);
    assert_waited_less_than(begin, 30);
    net_close_pair(&p);
}

/* ---- SY2: not ready after all ------------------------------------------ */

static void test_SY2_recv_blocked_after_ready_is_waited_for_again(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    char text[5];
    size_t n = 0;

    (void)state;
    net_exchange(p.client, p.server);
    assert_ok(duos_send_all(p.client, "hello", 5, PATIENCE_MS, NULL));
    net_await(p.server, DUOS_READ);
    verbs_fail(VERB_RECV, DUOS_EWOULDBLOCK, 3);
    assert_ok(duos_recv_exact(p.server, text, 5, PATIENCE_MS, &n));
    assert_int_equal(verbs_left(VERB_RECV), 0);
    assert_int_equal(n, 5);
    verbs_fail(VERB_RECV, DUOS_EWOULDBLOCK, UINT_MAX);
    assert_ok(duos_send_all(p.client, "x", 1, PATIENCE_MS, NULL));
    assert_err(DUOS_ETIMEDOUT, duos_recv_exact(p.server, text, 1, 20, &n));
    net_close_pair(&p);
}

static void test_SY2_send_blocked_after_ready_is_waited_for_again(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    char text[5];

    (void)state;
    verbs_fail(VERB_SEND, DUOS_EWOULDBLOCK, 3);
    assert_ok(duos_send_all(p.client, "hello", 5, PATIENCE_MS, NULL));
    assert_int_equal(verbs_left(VERB_SEND), 0);
    assert_ok(duos_recv_exact(p.server, text, 5, PATIENCE_MS, NULL));
    verbs_fail(VERB_SEND, DUOS_EWOULDBLOCK, UINT_MAX);
    assert_err(DUOS_ETIMEDOUT, duos_send_all(p.client, "x", 1, 20, NULL));
    net_close_pair(&p);
}

/* ---- SY6, SY7: no socket ----------------------------------------------- */

static void test_SY6_refused_socket_is_told_and_leaves_nothing(void **state)
{
    static const duos_err said[] = {
        DUOS_EMFILE,          DUOS_ENFILE,  DUOS_EACCES, DUOS_EAFNOSUPPORT,
        DUOS_EPROTONOSUPPORT, DUOS_ENOBUFS, DUOS_ENOMEM};
    size_t before = handles();
    duos_listener l;
    duos_socket s = DUOS_SOCKET_INVALID;
    size_t i;

    (void)state;
    verbs_reset();
    for (i = 0; i < sizeof said / sizeof said[0]; i++) {
        verbs_fail(VERB_OPEN, said[i], UINT_MAX);
        assert_err(said[i], duos_open(DUOS_IPV4, DUOS_STREAM, 0, &s));
        assert_err(said[i], duos_dial("127.0.0.1:9", PATIENCE_MS, &s));
        assert_err(said[i], duos_listen_at("127.0.0.1:0", NULL, &s, NULL));
        assert_err(said[i], duos_listener_open("*:0", NULL, &l));
        assert_false(duos_socket_valid(s));
    }
    assert_int_equal(handles(), before);
}

static void test_SY7_refused_bind_is_told_and_leaves_nothing(void **state)
{
    static const duos_err said[] = {DUOS_EADDRINUSE, DUOS_EACCES,
                                    DUOS_EADDRNOTAVAIL};
    size_t before;
    duos_listener l;
    duos_socket s = DUOS_SOCKET_INVALID;
    size_t i;

    (void)state;
    net_close(&s);
    before = handles();
    for (i = 0; i < sizeof said / sizeof said[0]; i++) {
        verbs_fail(VERB_BIND, said[i], UINT_MAX);
        assert_err(said[i], duos_listen_at("127.0.0.1:0", NULL, &s, NULL));
        assert_err(said[i], duos_listener_open("127.0.0.1:0", NULL, &l));
        assert_false(duos_socket_valid(s));
    }
    assert_int_equal(handles(), before);
}

/* ---- SY8, SY9: connecting ---------------------------------------------- */

static const duos_err unconnected[] = {
    DUOS_ECONNREFUSED,  DUOS_ETIMEDOUT, DUOS_ENETUNREACH, DUOS_EHOSTUNREACH,
    DUOS_EADDRNOTAVAIL, DUOS_EALREADY,  DUOS_EISCONN,     DUOS_ENOBUFS};
#define UNCONNECTED (sizeof unconnected / sizeof unconnected[0])

static void test_SY8_connect_failure_of_each_kind_is_told(void **state)
{
    duos_addr at;
    duos_socket listener = net_listen(DUOS_IPV4, 0, &at);
    size_t before = handles();
    char text[DUOS_ADDR_TEXT_MAX];
    duos_socket s;
    size_t i;

    (void)state;
    assert_ok(duos_addr_format(&at, text, sizeof text));
    for (i = 0; i < UNCONNECTED; i++) {
        verbs_fail(VERB_CONNECT, unconnected[i], 1);
        s = net_open(DUOS_IPV4, DUOS_STREAM);
        assert_err(unconnected[i], duos_connect(s, &at));
        net_close(&s);
        verbs_fail(VERB_CONNECT, unconnected[i], 1);
        assert_err(unconnected[i], duos_dial(text, PATIENCE_MS, &s));
    }
    assert_int_equal(handles(), before);
    net_close(&listener);
}

/* Asking twice for the same connection is an error on every system. */
static void test_SY8_interrupted_connect_is_waited_for_not_repeated(
    void **state)
{
    duos_addr at;
    duos_socket listener = net_listen(DUOS_IPV4, 0, &at);
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);
    duos_socket server;

    (void)state;
    (void)!duos_connect(s, &at); /* it goes on, whatever was said */
    verbs_fail(VERB_CONNECT, DUOS_EINTERRUPTED, 1);
    verbs.calls[VERB_CONNECT] = 0;
    assert_ok(duos_connect(s, &at));
    assert_int_equal(verbs.calls[VERB_CONNECT], 1);
    server = net_accept(listener);
    net_exchange(s, server);
    net_close(&s);
    net_close(&server);
    net_close(&listener);
}

static void test_SY9_writable_and_failed_is_told_once_with_its_reason(
    void **state)
{
    duos_addr at;
    duos_socket listener = net_listen(DUOS_IPV4, 0, &at);
    size_t before = handles();
    char text[DUOS_ADDR_TEXT_MAX];
    duos_socket s = net_connect(&at);

    (void)state;
    /* The question itself fails: that is the answer. */
    verbs_fail(VERB_TAKE_ERROR, DUOS_ENOBUFS, 1);
    assert_err(DUOS_ENOBUFS, duos_connect_result(s));
    assert_ok(duos_connect_result(s));
    net_close(&s);
    assert_ok(duos_addr_format(&at, text, sizeof text));
    verbs_fail(VERB_TAKE_ERROR, DUOS_EHOSTUNREACH, 1);
    verbs.calls[VERB_TAKE_ERROR] = 0;
    assert_err(DUOS_EHOSTUNREACH, duos_dial(text, PATIENCE_MS, &s));
    assert_int_equal(verbs.calls[VERB_TAKE_ERROR], 1);
    assert_int_equal(handles(), before);
    net_close(&listener);
}

/* ---- SY10, SY11: bytes ------------------------------------------------- */

static void test_SY10_send_failure_of_each_kind_is_told(void **state)
{
    static const duos_err said[] = {DUOS_EPIPE, DUOS_ECONNRESET, DUOS_ENOBUFS,
                                    DUOS_EMSGSIZE, DUOS_EHOSTUNREACH};
    pair p = net_pair(DUOS_IPV4);
    size_t n;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof said / sizeof said[0]; i++) {
        verbs_fail(VERB_SEND, said[i], 1);
        n = 77;
        assert_err(said[i], duos_send(p.client, "x", 1, &n));
        assert_int_equal(n, 77);
        verbs_fail(VERB_SEND, said[i], 1);
        assert_err(said[i], duos_send_all(p.client, "x", 1, PATIENCE_MS, &n));
        assert_int_equal(n, 0);
    }
    net_close_pair(&p);
}

static void test_SY11_recv_failure_of_each_kind_is_told(void **state)
{
    static const duos_err said[] = {DUOS_ECONNRESET, DUOS_ETIMEDOUT,
                                    DUOS_EHOSTUNREACH, DUOS_ENOTCONN};
    pair p = net_pair(DUOS_IPV4);
    char byte = '?';
    size_t n;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof said / sizeof said[0]; i++) {
        assert_ok(duos_send_all(p.client, "x", 1, PATIENCE_MS, NULL));
        net_await(p.server, DUOS_READ);
        verbs_fail(VERB_RECV, said[i], 1);
        n = 77;
        assert_err(said[i], duos_recv(p.server, &byte, 1, &n));
        assert_int_equal(n, 77);
        verbs_fail(VERB_RECV, said[i], 1);
        assert_err(said[i],
                   duos_recv_exact(p.server, &byte, 1, PATIENCE_MS, &n));
        assert_int_equal(n, 0);
        assert_int_equal(byte, '?');
    }
    net_close_pair(&p);
}

/* ---- SY14: close ------------------------------------------------------- */

static void test_SY14_close_is_called_once_whatever_it_says(void **state)
{
    static const duos_err said[] = {DUOS_EINTERRUPTED, DUOS_EIO};
    size_t before = handles();
    size_t i;

    (void)state;
    for (i = 0; i < 2; i++) {
        duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);

        verbs.calls[VERB_CLOSE] = 0;
        verbs_fail(VERB_CLOSE, said[i], 1);
        assert_err(said[i], duos_close(&s));
        assert_false(duos_socket_valid(s));
        assert_ok(duos_close(&s)); /* there is nothing left to close */
        assert_int_equal(verbs.calls[VERB_CLOSE], 1);
    }
    assert_int_equal(handles(), before);
}

/* ---- SY15: random bytes ------------------------------------------------ */

/* Where pairs are joined over loopback, they are proved by random bytes. */
static void test_SY15_no_random_bytes_no_pair_and_nothing_left(void **state)
{
    size_t before = handles();
    duos_socket ends[2] = {DUOS_SOCKET_INVALID, DUOS_SOCKET_INVALID};

    (void)state;
    verbs_fail(VERB_RANDOM, DUOS_EIO, UINT_MAX);
    assert_err(DUOS_EIO, duos__pair_loopback(DUOS_STREAM, 0, ends));
    assert_false(duos_socket_valid(ends[0]));
    assert_int_equal(handles(), before);
}

/* ---- API6: lengths ----------------------------------------------------- */

/* Nothing is sent or received, so there need be no such memory. */
static void test_API6_lengths_beyond_an_int_are_cut_not_wrapped(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    char byte = '?';
    duos_buf parts[2] = {{&byte, SIZE_MAX / 2}, {&byte, SIZE_MAX / 2}};
    size_t n = 77;

    (void)state;
    verbs_fail(VERB_SEND, DUOS_EWOULDBLOCK, UINT_MAX);
    verbs_fail(VERB_RECV, DUOS_EWOULDBLOCK, UINT_MAX);
    verbs_fail(VERB_SENDTO, DUOS_EWOULDBLOCK, UINT_MAX);
    verbs_fail(VERB_RECVFROM, DUOS_EWOULDBLOCK, UINT_MAX);
    verbs_fail(VERB_SENDV, DUOS_EWOULDBLOCK, UINT_MAX);
    verbs_fail(VERB_RECVV, DUOS_EWOULDBLOCK, UINT_MAX);
    verbs.longest = 0;
    assert_err(DUOS_EWOULDBLOCK, duos_send(p.client, &byte, SIZE_MAX, &n));
    assert_err(DUOS_EWOULDBLOCK, duos_recv(p.client, &byte, SIZE_MAX, &n));
    assert_err(DUOS_EWOULDBLOCK,
               duos_recvfrom(p.client, &byte, SIZE_MAX, &n, NULL, NULL));
    assert_err(DUOS_EWOULDBLOCK, duos_sendv(p.client, parts, 2, 0, &n));
    assert_err(DUOS_EWOULDBLOCK, duos_recvv(p.client, parts, 2, 0, &n));
    assert_int_equal(verbs.longest, SYS_IO_MAX);
    /* A datagram cannot be cut. */
    assert_err(DUOS_EMSGSIZE, duos_sendto(p.client, &byte, SIZE_MAX, NULL));
    assert_int_equal(verbs.calls[VERB_SENDTO], 0);
    assert_int_equal(n, 77);
    net_close_pair(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, set_up)
        TEST(test_SY1_calls_of_streams_are_asked_again),
        TEST(test_SY1_calls_of_datagrams_are_asked_again),
        TEST(test_SY1_sendfile_is_asked_again),
        TEST(test_SY1_signals_without_end_do_not_extend_a_deadline),
        TEST(test_SY2_recv_blocked_after_ready_is_waited_for_again),
        TEST(test_SY2_send_blocked_after_ready_is_waited_for_again),
        TEST(test_SY6_refused_socket_is_told_and_leaves_nothing),
        TEST(test_SY7_refused_bind_is_told_and_leaves_nothing),
        TEST(test_SY8_connect_failure_of_each_kind_is_told),
        TEST(test_SY8_interrupted_connect_is_waited_for_not_repeated),
        TEST(test_SY9_writable_and_failed_is_told_once_with_its_reason),
        TEST(test_SY10_send_failure_of_each_kind_is_told),
        TEST(test_SY11_recv_failure_of_each_kind_is_told),
        TEST(test_SY14_close_is_called_once_whatever_it_says),
        TEST(test_SY15_no_random_bytes_no_pair_and_nothing_left),
        TEST(test_API6_lengths_beyond_an_int_are_cut_not_wrapped),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
