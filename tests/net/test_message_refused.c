/* SPDX-License-Identifier: MIT */
/*
 * test_message_refused.c - datagrams that nobody takes, that cannot be sent,
 * and what is said of them.
 */
#include "support/bytes.h"
#include "support/letter.h"

static const duos_socket none = DUOS_SOCKET_INVALID;

/* ---- nobody there ----------------------------------------------------------
 */

/* For all others nobody is at its address. */
static duos_socket open_deaf(duos_addr *at)
{
    duos_socket s = net_bind(DUOS_IPV4, DUOS_DGRAM, at);

    assert_ok(duos_connect(s, at));
    return s;
}

/* Trap 48: told once, as a result of its own; the socket goes on. */
static void test_trap_48_UD3_message_to_nobody_is_told_when_connected(
    void **state)
{
    duos_addr to;
    duos_addr at;
    duos_socket deaf = open_deaf(&to);
    duos_socket s = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);
    letter l;
    duos_buf *part = &l.part;
    size_t n;
    int i;

    (void)state;
    if (os_is_wine()) {
        net_close(&deaf);
        net_close(&s);
        skip_because("Wine never tells that a port is unreachable");
    }
    assert_ok(duos_connect(s, &to));
    letter_to_write(&l, "lost");
    for (i = 0; i < 4; i++) {
        l.part.len = 4;
        assert_ok(duos_sendmsg(s, &l.m));
        net_await(s, DUOS_READ);
        if (i == 0) {
            assert_err(DUOS_ECONNREFUSED, duos_recvmsg(s, &l.m));
        } else if (i == 1) {
            assert_err(DUOS_ECONNREFUSED, duos_recvv(s, part, 1, 0, &n));
        } else if (i == 2 && os_is_linux()) {
            assert_err(DUOS_ECONNREFUSED, duos_sendmsg(s, &l.m));
        } else if (i == 3 && os_is_linux()) {
            assert_err(DUOS_ECONNREFUSED, duos_sendv(s, part, 1, 0, &n));
        }
        assert_err(DUOS_EWOULDBLOCK, duos_recvmsg(s, &l.m));
    }
    assert_ok(duos_connect(deaf, &at)); /* now it hears us */
    assert_ok(duos_sendto(deaf, "hello", 5, NULL));
    assert_ok(take(s, &l));
    assert_int_equal(l.m.len, 4);
    net_close(&deaf);
    net_close(&s);
}

static void test_trap_48_UD3_message_to_nobody_is_silent_unconnected(
    void **state)
{
    duos_addr to;
    duos_socket deaf = open_deaf(&to);
    post p = post_open(DUOS_IPV4);
    letter l;
    int i;

    (void)state;
    for (i = 0; i < 3; i++) {
        assert_ok(duos_sendto(p.a, "lost", 4, &to));
    }
    letter_to_read(&l);
    assert_err(DUOS_EWOULDBLOCK, duos_recvmsg(p.a, &l.m));
    assert_ok(duos_sendto(p.b, "hello", 5, &p.at_a));
    assert_ok(take(p.a, &l));
    assert_int_equal(l.m.len, 5);
    net_close(&deaf);
    post_close(&p);
}

/* ---- what is refused ---------------------------------------------------- */

static void test_API1_message_refuses_what_makes_no_sense(void **state)
{
    post p = post_open(DUOS_IPV4);
    letter l;

    (void)state;
    assert_err(DUOS_EINVAL, duos_recvmsg(p.a, NULL));
    assert_err(DUOS_EINVAL, duos_sendmsg(p.a, NULL));
    letter_to_read(&l);
    l.m.flags = DUOS_MSG_OOB;
    assert_err(DUOS_EINVAL, duos_recvmsg(p.a, &l.m));
    l.m.flags = DUOS_MSG_PEEK;
    assert_err(DUOS_EINVAL, duos_sendmsg(p.a, &l.m));
    l.m.flags = 0;
    l.m.has = DUOS_HAS_TIME;
    assert_err(DUOS_EINVAL, duos_sendmsg(p.a, &l.m));
    l.m.has = DUOS_HAS_PEER | DUOS_HAS_TTL;
    l.m.peer = p.at_b;
    assert_err(DUOS_EINVAL, duos_sendmsg(p.a, &l.m)); /* a TTL of 0 */
    l.m.has = 0;
    l.m.parts = NULL;
    assert_err(DUOS_EINVAL, duos_recvmsg(p.a, &l.m));
    assert_err(DUOS_EINVAL, duos_sendmsg(p.a, &l.m));
    post_close(&p);
}

static void test_API2_message_on_no_socket_is_ebadf(void **state)
{
    post p = post_open(DUOS_IPV4);
    duos_socket copy = p.a;
    letter l;

    (void)state;
    post_close(&p);
    letter_to_read(&l);
    assert_err(DUOS_EBADF, duos_recvmsg(none, &l.m));
    assert_err(DUOS_EBADF, duos_recvmsg(copy, &l.m));
    l.m.has = DUOS_HAS_PEER;
    l.m.peer = p.at_b;
    assert_err(DUOS_EBADF, duos_sendmsg(none, &l.m));
    assert_err(DUOS_EBADF, duos_sendmsg(copy, &l.m));
}

static void test_message_that_goes_nowhere_names_the_reason(void **state)
{
    static char big[65508];
    static duos_buf parts[2000];
    duos_addr v6 = duos_addr_loopback(DUOS_IPV6, 9);
    post p = post_open(DUOS_IPV4);
    letter l;

    (void)state;
    letter_to_write(&l, "x");
    assert_err(DUOS_EDESTADDRREQ, duos_sendmsg(p.a, &l.m));
    l.m.has = DUOS_HAS_LOCAL;
    l.m.local = p.at_a;
    assert_err(DUOS_EDESTADDRREQ, duos_sendmsg(p.a, &l.m));
    l.m.has = DUOS_HAS_PEER;
    l.m.peer = v6;
    assert_err(DUOS_EAFNOSUPPORT, duos_sendmsg(p.a, &l.m));
    l.m.peer = p.at_b;
    l.part.data = big;
    l.part.len = sizeof big;
    assert_err(DUOS_EMSGSIZE, duos_sendmsg(p.a, &l.m));
    l.m.parts = parts;
    l.m.count = 2000;
    assert_err(DUOS_EMSGSIZE, duos_sendmsg(p.a, &l.m));
    assert_err(DUOS_EMSGSIZE, duos_recvmsg(p.b, &l.m));
    post_close(&p);
}

static void test_message_nothing_there_or_no_room_is_ewouldblock(void **state)
{
    post p = post_open(DUOS_IPV4);
    duos_socket ends[2];
    letter l;
    duos_err err;

    (void)state;
    letter_to_read(&l);
    assert_err(DUOS_EWOULDBLOCK, duos_recvmsg(p.a, &l.m));
    post_close(&p);
    if (!os_datagram_pair(ends)) {
        skip_because("no datagrams here that hold their sender up");
    }
    do {
        err = duos_sendmsg(ends[0], &l.m);
    } while (err == DUOS_OK);
    if (err != DUOS_ENOBUFS) { /* trap 44: what macOS says */
        assert_err(DUOS_EWOULDBLOCK, duos_sendmsg(ends[0], &l.m));
    }
    l.m.has = DUOS_HAS_TTL; /* which a unix datagram does not have */
    l.m.ttl = 1;
    assert_err(DUOS_ENOTSUP, duos_sendmsg(ends[0], &l.m));
    net_close(&ends[0]);
    net_close(&ends[1]);
}

/* What nobody takes would stay open for ever. */
static void test_message_with_a_descriptor_leaves_none_open(void **state)
{
    duos_socket ends[2];
    letter l;
    size_t before;
    size_t after = 0;

    (void)state;
    if (os_is_windows()) {
        skip_because("no descriptors are sent through sockets here");
    }
    assert_ok(duos_socketpair(DUOS_DGRAM, DUOS_NONBLOCK, ends));
    assert_true(os_count_handles(&before));
    assert_true(os_send_handles(ends[0], 1, &ends[0].os, 1));
    letter_to_read(&l);
    assert_ok(take(ends[1], &l));
    assert_int_equal(l.m.len, 1);
    assert_true(os_count_handles(&after));
    assert_int_equal(after, before);
    net_close(&ends[0]);
    net_close(&ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_trap_48_UD3_message_to_nobody_is_told_when_connected),
        cmocka_unit_test(
            test_trap_48_UD3_message_to_nobody_is_silent_unconnected),
        cmocka_unit_test(test_API1_message_refuses_what_makes_no_sense),
        cmocka_unit_test(test_API2_message_on_no_socket_is_ebadf),
        cmocka_unit_test(test_message_that_goes_nowhere_names_the_reason),
        cmocka_unit_test(test_message_nothing_there_or_no_room_is_ewouldblock),
        cmocka_unit_test(test_message_with_a_descriptor_leaves_none_open),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
