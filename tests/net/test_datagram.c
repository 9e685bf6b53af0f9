/* SPDX-License-Identifier: MIT */
/*
 * test_datagram.c - datagrams: whole, empty, cut, too long, and to nobody.
 */
#include "support/net.h"

#include <duosock/option.h>

static const duos_socket none = DUOS_SOCKET_INVALID;

/* A datagram that is waiting must come soon. */
static duos_err take(duos_socket s, void *data, size_t cap, size_t *n,
                     duos_addr *from, bool *truncated)
{
    net_await(s, DUOS_READ);
    return duos_recvfrom(s, data, cap, n, from, truncated);
}

static void assert_arrives(duos_family family)
{
    duos_addr to;
    duos_addr from;
    duos_addr sender_addr;
    duos_socket receiver = net_bind(family, DUOS_DGRAM, &to);
    duos_socket sender = net_bind(family, DUOS_DGRAM, &sender_addr);
    char text[10];
    size_t n = 0;
    bool truncated = true;

    assert_ok(duos_sendto(sender, "hello", 5, &to));
    assert_ok(take(receiver, text, sizeof text, &n, &from, &truncated));
    assert_int_equal(n, 5);
    assert_memory_equal(text, "hello", 5);
    assert_true(duos_addr_equal(&from, &sender_addr));
    assert_false(truncated);
    assert_ok(duos_sendto(receiver, "reply", 5, &from));
    assert_ok(take(sender, text, sizeof text, &n, NULL, NULL));
    assert_memory_equal(text, "reply", 5);
    net_close(&receiver);
    net_close(&sender);
}

static void test_datagram_arrives_with_its_sender(void **state)
{
    (void)state;
    assert_arrives(DUOS_IPV4);
}

static void test_datagram_arrives_with_its_sender_ipv6(void **state)
{
    (void)state;
    net_need(DUOS_IPV6);
    assert_arrives(DUOS_IPV6);
}

static void test_datagram_connected_sends_without_an_address(void **state)
{
    duos_addr to;
    duos_socket receiver = net_bind(DUOS_IPV4, DUOS_DGRAM, &to);
    duos_socket sender = net_open(DUOS_IPV4, DUOS_DGRAM);
    char text[10];
    size_t n = 0;

    (void)state;
    assert_ok(duos_connect(sender, &to));
    assert_ok(duos_sendto(sender, "hello", 5, NULL));
    assert_ok(take(receiver, text, sizeof text, &n, NULL, NULL));
    assert_int_equal(n, 5);
    assert_ok(duos_send(sender, "again", 5, &n));
    net_await(receiver, DUOS_READ);
    assert_ok(duos_recv(receiver, text, sizeof text, &n));
    assert_memory_equal(text, "again", 5);
    net_close(&receiver);
    net_close(&sender);
}

/* Trap 49: length 0 is a datagram like any other, never the end. */
static void test_trap_49_UD2_datagram_empty_is_no_end_of_stream(void **state)
{
    duos_addr to;
    duos_addr from;
    duos_socket receiver = net_bind(DUOS_IPV4, DUOS_DGRAM, &to);
    duos_socket sender = net_open(DUOS_IPV4, DUOS_DGRAM);
    char text[10];
    size_t n = 9;
    bool truncated = true;

    (void)state;
    assert_ok(duos_sendto(sender, NULL, 0, &to));
    assert_ok(take(receiver, text, sizeof text, &n, &from, &truncated));
    assert_int_equal(n, 0);
    assert_false(truncated);
    assert_true(from.port != 0);
    assert_ok(duos_sendto(sender, "", 0, &to));
    net_await(receiver, DUOS_READ);
    n = 9;
    assert_ok(duos_recv(receiver, text, sizeof text, &n));
    assert_int_equal(n, 0);
    net_close(&receiver);
    net_close(&sender);
}

/* Trap 47: said by MSG_TRUNC here, by an error there. */
static void test_trap_47_UD1_datagram_too_long_for_the_buffer_is_cut(
    void **state)
{
    duos_addr to;
    duos_addr from;
    duos_socket receiver = net_bind(DUOS_IPV4, DUOS_DGRAM, &to);
    duos_socket sender = net_open(DUOS_IPV4, DUOS_DGRAM);
    char text[5];
    size_t n = 0;
    bool truncated = false;

    (void)state;
    assert_ok(duos_sendto(sender, "hello world", 11, &to));
    assert_ok(duos_sendto(sender, "next!", 5, &to));
    assert_ok(take(receiver, text, 5, &n, &from, &truncated));
    assert_true(truncated);
    assert_int_equal(n, 5);
    assert_memory_equal(text, "hello", 5);
    assert_true(from.port != 0);
    /* The rest is lost, not the next one; an exact fit is not cut. */
    assert_ok(take(receiver, text, 5, &n, NULL, &truncated));
    assert_false(truncated);
    assert_memory_equal(text, "next!", 5);
    net_close(&receiver);
    net_close(&sender);
}

static void test_trap_47_UD1_recv_cuts_a_datagram_without_an_error(void **state)
{
    duos_addr to;
    duos_socket receiver = net_bind(DUOS_IPV4, DUOS_DGRAM, &to);
    duos_socket sender = net_open(DUOS_IPV4, DUOS_DGRAM);
    char text[5];
    size_t n = 0;
    bool truncated = false;

    (void)state;
    assert_ok(duos_sendto(sender, "hello world", 11, &to));
    net_await(receiver, DUOS_READ);
    assert_ok(duos_recv(receiver, text, 5, &n));
    assert_int_equal(n, 5);
    assert_memory_equal(text, "hello", 5);
    assert_ok(duos_sendto(sender, "x", 1, &to));
    assert_ok(take(receiver, NULL, 0, &n, NULL, &truncated));
    assert_int_equal(n, 0);
    assert_true(truncated);
    net_close(&receiver);
    net_close(&sender);
}

static void test_UD2_datagram_of_the_largest_size_arrives(void **state)
{
    static char bytes[65507];
    duos_addr to;
    duos_socket receiver = net_bind(DUOS_IPV4, DUOS_DGRAM, &to);
    duos_socket sender = net_open(DUOS_IPV4, DUOS_DGRAM);
    size_t n = 0;

    (void)state;
    assert_ok(duos_set_int(receiver, DUOS_OPT_RECV_BUFFER, 200000));
    assert_ok(duos_set_int(sender, DUOS_OPT_SEND_BUFFER, 200000));
    assert_ok(duos_sendto(sender, bytes, sizeof bytes, &to));
    assert_ok(take(receiver, bytes, sizeof bytes, &n, NULL, NULL));
    assert_int_equal(n, sizeof bytes);
    net_close(&receiver);
    net_close(&sender);
}

/* ---- what is refused -------------------------------------------------- */

static void test_UD2_datagram_over_the_largest_size_is_emsgsize(void **state)
{
    static const char bytes[65508];
    duos_addr to;
    duos_socket receiver = net_bind(DUOS_IPV4, DUOS_DGRAM, &to);
    duos_socket sender = net_open(DUOS_IPV4, DUOS_DGRAM);

    (void)state;
    assert_err(DUOS_EMSGSIZE, duos_sendto(sender, bytes, sizeof bytes, &to));
    /* Nothing reads so far: the length alone decides. */
    assert_err(DUOS_EMSGSIZE,
               duos_sendto(sender, bytes, ((size_t)1 << 30) + 1, &to));
    net_close(&receiver);
    net_close(&sender);
}

static void test_API1_datagram_null_is_einval(void **state)
{
    duos_addr to;
    duos_socket s = net_bind(DUOS_IPV4, DUOS_DGRAM, &to);
    char text[10];
    size_t n;

    (void)state;
    assert_err(DUOS_EINVAL, duos_sendto(s, NULL, 1, &to));
    assert_err(DUOS_EINVAL, duos_recvfrom(s, NULL, 1, &n, NULL, NULL));
    assert_err(DUOS_EINVAL, duos_recvfrom(s, text, 10, NULL, NULL, NULL));
    net_close(&s);
}

static void test_API2_datagram_on_no_socket_is_ebadf(void **state)
{
    duos_addr to;
    duos_socket s = net_bind(DUOS_IPV4, DUOS_DGRAM, &to);
    duos_socket copy = s;
    char text[10];
    size_t n;

    (void)state;
    net_close(&s);
    assert_err(DUOS_EBADF, duos_sendto(none, "x", 1, &to));
    assert_err(DUOS_EBADF, duos_sendto(copy, "x", 1, &to));
    assert_err(DUOS_EBADF, duos_sendto(copy, "x", 1, NULL));
    assert_err(DUOS_EBADF, duos_recvfrom(none, text, 10, &n, NULL, NULL));
    assert_err(DUOS_EBADF, duos_recvfrom(copy, text, 10, &n, NULL, NULL));
}

static void test_datagram_none_waits_is_ewouldblock(void **state)
{
    duos_addr at;
    duos_socket s = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);
    char text[10];
    size_t n = 9;
    bool truncated = true;

    (void)state;
    assert_err(DUOS_EWOULDBLOCK,
               duos_recvfrom(s, text, sizeof text, &n, &at, &truncated));
    assert_int_equal(n, 9);
    assert_true(truncated);
    net_close(&s);
}

/* Loopback never holds a UDP sender up, so it takes another transport. */
static void test_datagram_no_room_is_ewouldblock(void **state)
{
    duos_socket ends[2];
    duos_err err;
    int i;

    (void)state;
    if (!os_datagram_pair(ends)) {
        skip_because("no datagrams here that hold their sender up");
    }
    do {
        err = duos_sendto(ends[0], "x", 1, NULL);
    } while (err == DUOS_OK);
    if (err == DUOS_ENOBUFS) {
        skip_because("this system says ENOBUFS for it (trap 44)");
    }
    assert_err(DUOS_EWOULDBLOCK, duos_sendto(ends[0], "x", 1, NULL));
    for (i = 0; i < 2; i++) {
        net_close(&ends[i]);
    }
}

static void test_datagram_to_another_family_is_eafnosupport(void **state)
{
    duos_addr v6 = duos_addr_loopback(DUOS_IPV6, 9);
    duos_addr other = duos_addr_loopback(DUOS_UNSPEC, 0);
    duos_socket s = net_open(DUOS_IPV4, DUOS_DGRAM);

    (void)state;
    assert_err(DUOS_EAFNOSUPPORT, duos_sendto(s, "x", 1, &v6));
    assert_err(DUOS_EAFNOSUPPORT, duos_sendto(s, "x", 1, &other));
    net_close(&s);
}

static void test_datagram_without_a_destination_is_edestaddrreq(void **state)
{
    duos_socket s = net_open(DUOS_IPV4, DUOS_DGRAM);

    (void)state;
    assert_err(DUOS_EDESTADDRREQ, duos_sendto(s, "x", 1, NULL));
    net_close(&s);
}

/* ---- nobody there ----------------------------------------------------- */

/*
 * A socket that takes nothing but what it sends itself: for all others nobody
 * is at its address, and nobody else can get it.
 */
static duos_socket open_deaf(duos_addr *at)
{
    duos_socket s = net_bind(DUOS_IPV4, DUOS_DGRAM, at);

    assert_ok(duos_connect(s, at));
    return s;
}

/* Trap 48: one that nobody got must not end a receive loop. */
static void test_trap_48_datagram_to_nobody_leaves_the_socket_usable(
    void **state)
{
    duos_addr to;
    duos_addr at;
    duos_socket deaf = open_deaf(&to);
    duos_socket s = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);
    duos_socket other = net_open(DUOS_IPV4, DUOS_DGRAM);
    char text[10];
    size_t n = 0;
    int i;

    (void)state;
    for (i = 0; i < 3; i++) {
        assert_ok(duos_sendto(s, "lost", 4, &to));
    }
    assert_err(DUOS_EWOULDBLOCK,
               duos_recvfrom(s, text, sizeof text, &n, NULL, NULL));
    assert_ok(duos_sendto(other, "hello", 5, &at));
    assert_ok(take(s, text, sizeof text, &n, NULL, NULL));
    assert_int_equal(n, 5);
    net_close(&deaf);
    net_close(&s);
    net_close(&other);
}

/* A connected one is told, once at most, and goes on. */
static void test_UD3_datagram_to_nobody_connected_goes_on(void **state)
{
    duos_addr to;
    duos_addr at;
    duos_socket deaf = open_deaf(&to);
    duos_socket s = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);
    char text[10];
    size_t n = 0;

    (void)state;
    assert_ok(duos_connect(s, &to));
    assert_ok(duos_send(s, "lost", 4, &n));
    if (!os_is_wine()) { /* which never tells */
        net_await(s, DUOS_READ);
        assert_err(DUOS_ECONNREFUSED, duos_recv(s, text, sizeof text, &n));
    }
    assert_err(DUOS_EWOULDBLOCK, duos_recv(s, text, sizeof text, &n));
    assert_ok(duos_connect(deaf, &at)); /* now it listens to us */
    assert_ok(duos_send(s, "hello", 5, &n));
    assert_ok(take(deaf, text, sizeof text, &n, NULL, NULL));
    assert_int_equal(n, 5);
    net_close(&deaf);
    net_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_datagram_arrives_with_its_sender),
        cmocka_unit_test(test_datagram_arrives_with_its_sender_ipv6),
        cmocka_unit_test(test_datagram_connected_sends_without_an_address),
        cmocka_unit_test(test_trap_49_UD2_datagram_empty_is_no_end_of_stream),
        cmocka_unit_test(
            test_trap_47_UD1_datagram_too_long_for_the_buffer_is_cut),
        cmocka_unit_test(
            test_trap_47_UD1_recv_cuts_a_datagram_without_an_error),
        cmocka_unit_test(test_UD2_datagram_of_the_largest_size_arrives),
        cmocka_unit_test(test_UD2_datagram_over_the_largest_size_is_emsgsize),
        cmocka_unit_test(test_API1_datagram_null_is_einval),
        cmocka_unit_test(test_API2_datagram_on_no_socket_is_ebadf),
        cmocka_unit_test(test_datagram_none_waits_is_ewouldblock),
        cmocka_unit_test(test_datagram_no_room_is_ewouldblock),
        cmocka_unit_test(test_datagram_to_another_family_is_eafnosupport),
        cmocka_unit_test(test_datagram_without_a_destination_is_edestaddrreq),
        cmocka_unit_test(
            test_trap_48_datagram_to_nobody_leaves_the_socket_usable),
        cmocka_unit_test(test_UD3_datagram_to_nobody_connected_goes_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
