/* SPDX-License-Identifier: MIT */
/*
 * test_socketpair.c - two sockets that are each other's peer, and, where they
 * must find each other over loopback, strangers who come first.
 */
#include "support/net.h"

#include <duosock/option.h>

#include "pair.h"

static const duos_type types[] = {DUOS_STREAM, DUOS_DGRAM};

static void assert_connected(const duos_socket ends[2])
{
    char text[8];
    size_t n = 0;
    int i;

    for (i = 0; i < 2; i++) {
        assert_false(os_is_inherited(ends[i]));
        assert_ok(duos_send(ends[i], "hello", 5, &n));
        assert_int_equal(n, 5);
        net_await(ends[1 - i], DUOS_READ);
        assert_ok(duos_recv(ends[1 - i], text, sizeof text, &n));
        assert_int_equal(n, 5);
        assert_memory_equal(text, "hello", 5);
        assert_err(DUOS_ETIMEDOUT, duos_wait(ends[1 - i], DUOS_READ, 0, NULL));
    }
}

static void close_both(duos_socket ends[2])
{
    net_close(&ends[0]);
    net_close(&ends[1]);
}

static void test_socketpair_ends_hear_each_other(void **state)
{
    duos_socket ends[2];
    char byte;
    size_t n;
    int i;

    (void)state;
    for (i = 0; i < 2; i++) {
        assert_ok(duos_socketpair(types[i], DUOS_NONBLOCK, ends));
        assert_connected(ends);
        assert_err(DUOS_EWOULDBLOCK, duos_recv(ends[0], &byte, 1, &n));
        close_both(ends);
        assert_ok(duos_socketpair(types[i], DUOS_BLOCKING, ends));
        assert_connected(ends);
        assert_ok(duos_set_ms(ends[0], DUOS_OPT_RECV_TIMEOUT, 1));
        assert_int_not_equal(duos_recv(ends[0], &byte, 1, &n), DUOS_OK);
        close_both(ends);
    }
}

static void test_socketpair_stream_ends_with_its_other_end(void **state)
{
    duos_socket ends[2];
    char byte;
    size_t n;

    (void)state;
    assert_ok(duos_socketpair(DUOS_STREAM, DUOS_NONBLOCK, ends));
    net_close(&ends[1]);
    net_await(ends[0], DUOS_READ);
    assert_err(DUOS_EEOF, duos_recv(ends[0], &byte, 1, &n));
    net_close(&ends[0]);
}

static void test_socketpair_keeps_datagrams_apart(void **state)
{
    duos_socket ends[2];
    char text[8];
    size_t n = 0;

    (void)state;
    assert_ok(duos_socketpair(DUOS_DGRAM, DUOS_NONBLOCK, ends));
    assert_ok(duos_send(ends[0], "one", 3, &n));
    assert_ok(duos_send(ends[0], "two", 3, &n));
    net_await(ends[1], DUOS_READ);
    assert_ok(duos_recv(ends[1], text, sizeof text, &n));
    assert_int_equal(n, 3);
    close_both(ends);
}

static void test_API1_socketpair_refuses_what_makes_no_sense(void **state)
{
    duos_socket ends[2];

    (void)state;
    assert_err(DUOS_EINVAL, duos_socketpair(DUOS_STREAM, 0, NULL));
    assert_err(DUOS_EINVAL, duos_socketpair((duos_type)7, 0, ends));
    assert_err(DUOS_EINVAL, duos_socketpair(DUOS_STREAM, 8, ends));
}

static void test_socketpair_out_of_descriptors_is_emfile(void **state)
{
    duos_socket ends[2] = {DUOS_SOCKET_INVALID, DUOS_SOCKET_INVALID};

    (void)state;
    if (!os_begin_shortage()) {
        skip_because("no limit of descriptors here");
    }
    assert_err(DUOS_EMFILE, duos_socketpair(DUOS_STREAM, 0, ends));
    os_end_shortage();
    assert_false(duos_socket_valid(ends[0]));
}

/* ---- over loopback ----------------------------------------------------------
 */

/* A stranger sends what nobody reads, until there is no room for more. */
#define FLOOD 2000

static void assert_mode(const duos_socket ends[2], bool wanted)
{
    bool on = wanted;

    assert_true(!os_get_nonblocking(ends[0], &on) || on == wanted);
    assert_true(!os_get_nonblocking(ends[1], &on) || on == wanted);
}

static void assert_loopback(duos_family family)
{
    duos__pairing p;
    duos_socket ends[2];
    duos_tuple tuple;
    duos_addr other;
    int i;

    for (i = 0; i < 2; i++) {
        assert_ok(duos__pair_begin(&p, types[i], family));
        assert_ok(duos__pair_join(&p, 0, ends));
        assert_mode(ends, false);
        assert_connected(ends);
        close_both(ends);
        assert_ok(duos__pair_begin(&p, types[i], family));
        assert_ok(duos__pair_join(&p, SYS_OPEN_NONBLOCK, ends));
        assert_mode(ends, true);
        assert_false(duos_socket_valid(p.listener));
        assert_ok(duos_socket_tuple(ends[0], &tuple));
        assert_ok(duos_local_addr(ends[1], &other));
        assert_true(duos_addr_equal(&tuple.remote, &other));
        assert_connected(ends);
        close_both(ends);
    }
}

static void test_pair_over_loopback_is_connected(void **state)
{
    (void)state;
    assert_loopback(DUOS_IPV4);
    if (net_has_ipv6()) {
        assert_loopback(DUOS_IPV6);
    }
}

/* Strangers stand in the backlog before us: none becomes our end. */
static void test_trap_68_pair_turns_strangers_away(void **state)
{
    duos_socket strangers[5];
    duos_socket ends[2];
    duos__pairing p;
    char byte;
    size_t n;
    size_t i;

    (void)state;
    assert_ok(duos__pair_begin(&p, DUOS_STREAM, DUOS_IPV4));
    for (i = 0; i < 5; i++) {
        strangers[i] = net_connect(&p.at);
        assert_ok(duos_send(strangers[i], "0123456789abcdef", 16, &n));
    }
    assert_ok(duos__pair_join(&p, SYS_OPEN_NONBLOCK, ends));
    assert_connected(ends);
    for (i = 0; i < 5; i++) { /* closed, or reset with what they sent */
        net_await(strangers[i], DUOS_READ);
        assert_int_not_equal(duos_recv(strangers[i], &byte, 1, &n), DUOS_OK);
        net_close(&strangers[i]);
    }
    close_both(ends);
}

/* What strangers sent before the ends were connected is thrown away. */
static void test_trap_68_pair_throws_strange_datagrams_away(void **state)
{
    duos_socket stranger = net_open(DUOS_IPV4, DUOS_DGRAM);
    duos_socket ends[2];
    static const char nonsense[1000];
    duos_addr other;
    duos__pairing p;
    int i;

    (void)state;
    assert_ok(duos__pair_begin(&p, DUOS_DGRAM, DUOS_IPV4));
    assert_ok(duos_local_addr(p.ends[1], &other));
    for (i = 0; i < FLOOD; i++) {
        assert_ok(duos_sendto(stranger, "0123456789abcdef", 16, &p.at));
        assert_ok(duos_sendto(stranger, "", 0, &other));
        assert_ok(duos_sendto(stranger, nonsense, sizeof nonsense, &other));
    }
    assert_ok(duos__pair_join(&p, SYS_OPEN_NONBLOCK, ends));
    assert_ok(duos_sendto(stranger, "late", 4, &other));
    assert_connected(ends);
    close_both(ends);
    net_close(&stranger);
}

/* A listener that we cannot reach any more: no wait without an end. */
static void test_pair_that_is_not_answered_gives_up(void **state)
{
    duos_socket ends[2];
    duos__pairing p;

    (void)state;
    assert_ok(duos__pair_begin(&p, DUOS_STREAM, DUOS_IPV4));
    p.at = net_deserted(DUOS_IPV4);
    assert_int_not_equal(duos__pair_join(&p, 0, ends), DUOS_OK);
    assert_false(duos_socket_valid(p.listener));
    assert_false(duos_socket_valid(p.ends[0]));
    assert_false(duos_socket_valid(p.ends[1]));
}

/* Connected to somebody else's listener: our own never hears of us. */
static void test_pair_joined_elsewhere_times_out(void **state)
{
    duos_addr elsewhere;
    duos_socket listener = net_listen(DUOS_IPV4, 0, &elsewhere);
    duos_socket ends[2];
    duos__pairing p;
    uint64_t begin = net_now();

    (void)state;
    assert_ok(duos__pair_begin(&p, DUOS_STREAM, DUOS_IPV4));
    p.at = elsewhere;
    assert_int_equal(duos__pair_join(&p, 0, ends), DUOS_ETIMEDOUT);
    assert_waited_at_least(begin, DUOS__PAIR_TIMEOUT_MS);
    net_close(&listener);
}

static void test_random_bytes_differ(void **state)
{
    unsigned char a[600] = {0};
    unsigned char b[600] = {0};
    size_t i;

    (void)state;
    assert_ok(sys_random(a, sizeof a));
    assert_ok(sys_random(b, sizeof b));
    for (i = 0; i + 20 <= sizeof a; i += 20) {
        assert_memory_not_equal(a + i, b + i, 20);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_socketpair_ends_hear_each_other),
        cmocka_unit_test(test_socketpair_stream_ends_with_its_other_end),
        cmocka_unit_test(test_socketpair_keeps_datagrams_apart),
        cmocka_unit_test(test_API1_socketpair_refuses_what_makes_no_sense),
        cmocka_unit_test(test_socketpair_out_of_descriptors_is_emfile),
        cmocka_unit_test(test_pair_over_loopback_is_connected),
        cmocka_unit_test(test_trap_68_pair_turns_strangers_away),
        cmocka_unit_test(test_trap_68_pair_throws_strange_datagrams_away),
        cmocka_unit_test(test_pair_that_is_not_answered_gives_up),
        cmocka_unit_test(test_pair_joined_elsewhere_times_out),
        cmocka_unit_test(test_random_bytes_differ),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
