/* SPDX-License-Identifier: MIT */
/*
 * test_batch.c - many datagrams with one call: all of them, in order, and the
 * errors that come between.
 */
#include "support/bytes.h"
#include "support/net.h"

static const duos_socket none = DUOS_SOCKET_INVALID;

#define COUNT 100

/* COUNT messages of one part each. */
static duos_message list[COUNT];
static duos_buf parts[COUNT];
static char texts[COUNT][32];

static void prepare_to_read(void)
{
    size_t i;

    memset(list, 0, sizeof list);
    memset(texts, 0, sizeof texts);
    for (i = 0; i < COUNT; i++) {
        parts[i].data = texts[i];
        parts[i].len = sizeof texts[i];
        list[i].parts = &parts[i];
        list[i].count = 1;
    }
}

/* How long message i is. */
typedef size_t (*size_rule)(size_t i);

/* Another size each, so there are empty ones, too. */
static size_t ever_longer(size_t i)
{
    return i % sizeof texts[i];
}

/* Ten of a size, the last of them shorter: what a system may merge. */
static size_t by_tens(size_t i)
{
    return i % 10 == 9 ? 3 : 20 + i / 10;
}

static void prepare_sizes(const duos_addr *to, size_rule size)
{
    size_t i;

    prepare_to_read();
    for (i = 0; i < COUNT; i++) {
        memset(texts[i], (int)('A' + i % 26), sizeof texts[i]);
        parts[i].len = size(i);
        if (to != NULL) {
            list[i].has = DUOS_HAS_PEER;
            list[i].peer = *to;
        }
    }
}

static void prepare_to_write(const duos_addr *to)
{
    prepare_sizes(to, ever_longer);
}

static void send_all(duos_socket s)
{
    size_t done = 0;
    size_t n;

    while (done < COUNT) {
        assert_ok(duos_send_batch(s, list + done, COUNT - done, &n));
        assert_between(n, 1, COUNT - done);
        done += n;
    }
}

static void receive_all(duos_socket s)
{
    size_t done = 0;
    size_t n;

    while (done < COUNT) {
        net_await(s, DUOS_READ);
        assert_ok(duos_recv_batch(s, list + done, COUNT - done, &n));
        assert_between(n, 1, COUNT - done);
        done += n;
    }
    assert_err(DUOS_EWOULDBLOCK, duos_recv_batch(s, list, COUNT, &n));
}

static void assert_all_arrive(duos_family family, bool connected,
                              size_rule size)
{
    duos_addr to;
    duos_addr from;
    duos_socket receiver = net_bind(family, DUOS_DGRAM, &to);
    duos_socket sender = net_bind(family, DUOS_DGRAM, &from);
    size_t i;

    if (connected) {
        assert_ok(duos_connect(receiver, &from));
        assert_ok(duos_connect(sender, &to));
    }
    prepare_sizes(connected ? NULL : &to, size);
    send_all(sender);
    prepare_to_read();
    receive_all(receiver);
    for (i = 0; i < COUNT; i++) {
        assert_int_equal(list[i].len, size(i));
        assert_true(list[i].len == 0 || texts[i][0] == (char)('A' + i % 26));
        assert_false(list[i].truncated);
        assert_int_equal(list[i].has, DUOS_HAS_PEER);
        assert_true(duos_addr_equal(&list[i].peer, &from));
    }
    net_close(&receiver);
    net_close(&sender);
}

static void test_batch_of_a_hundred_arrives_in_order(void **state)
{
    (void)state;
    assert_all_arrive(DUOS_IPV4, false, ever_longer);
    assert_all_arrive(DUOS_IPV4, true, ever_longer);
    assert_all_arrive(DUOS_IPV4, false, by_tens);
    assert_all_arrive(DUOS_IPV4, true, by_tens);
}

static void test_batch_of_a_hundred_arrives_in_order_ipv6(void **state)
{
    (void)state;
    net_need(DUOS_IPV6);
    assert_all_arrive(DUOS_IPV6, false, ever_longer);
    assert_all_arrive(DUOS_IPV6, true, ever_longer);
    assert_all_arrive(DUOS_IPV6, false, by_tens);
    assert_all_arrive(DUOS_IPV6, true, by_tens);
}

/* A blocking socket waits for the first, not for as many as there is room. */
static void test_batch_blocking_waits_for_the_first_only(void **state)
{
    duos_addr to;
    duos_socket receiver = net_bind(DUOS_IPV4, DUOS_DGRAM, &to);
    duos_socket sender = net_open(DUOS_IPV4, DUOS_DGRAM);
    size_t n = 0;

    (void)state;
    assert_ok(duos_set_nonblocking(receiver, false));
    assert_ok(duos_sendto(sender, "one", 3, &to));
    assert_ok(duos_sendto(sender, "two", 3, &to));
    prepare_to_read();
    assert_ok(duos_recv_batch(receiver, list, COUNT, &n));
    assert_between(n, 1, 2);
    net_close(&receiver);
    net_close(&sender);
}

static void test_trap_47_UD1_batch_tells_which_was_cut(void **state)
{
    duos_addr to;
    duos_socket receiver = net_bind(DUOS_IPV4, DUOS_DGRAM, &to);
    duos_socket sender = net_open(DUOS_IPV4, DUOS_DGRAM);
    size_t done = 0;
    size_t n = 0;

    (void)state;
    assert_ok(duos_sendto(sender, "short", 5, &to));
    assert_ok(duos_sendto(sender, "longer", 6, &to));
    assert_ok(duos_sendto(sender, "small", 5, &to));
    prepare_to_read();
    parts[0].len = parts[1].len = parts[2].len = 5;
    for (; done < 3; done += n) {
        net_await(receiver, DUOS_READ);
        assert_ok(duos_recv_batch(receiver, list + done, 3 - done, &n));
    }
    assert_false(list[0].truncated);
    assert_true(list[1].truncated);
    assert_int_equal(list[1].len, 5);
    assert_false(list[2].truncated);
    net_close(&receiver);
    net_close(&sender);
}

static void test_batch_of_nothing_is_ok(void **state)
{
    duos_addr at;
    duos_socket s = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);
    size_t n = 9;

    (void)state;
    assert_ok(duos_send_batch(s, NULL, 0, &n));
    assert_int_equal(n, 0);
    n = 9;
    assert_ok(duos_recv_batch(s, NULL, 0, &n));
    assert_int_equal(n, 0);
    net_close(&s);
}

/* ---- errors between -------------------------------------------------------
 */

/* What is wrong with the third is said when it is the first. */
static void test_batch_ends_before_a_bad_message(void **state)
{
    static char big[65508];
    duos_addr to;
    duos_socket receiver = net_bind(DUOS_IPV4, DUOS_DGRAM, &to);
    duos_socket sender = net_open(DUOS_IPV4, DUOS_DGRAM);
    size_t n = 0;

    (void)state;
    prepare_to_write(&to);
    parts[2].data = big;
    parts[2].len = sizeof big;
    list[4].has = DUOS_HAS_TIME;
    assert_ok(duos_send_batch(sender, list, 10, &n));
    assert_int_equal(n, 2);
    assert_err(DUOS_EMSGSIZE, duos_send_batch(sender, list + 2, 8, &n));
    assert_int_equal(n, 2);
    assert_ok(duos_send_batch(sender, list + 3, 7, &n));
    assert_int_equal(n, 1);
    assert_err(DUOS_EINVAL, duos_send_batch(sender, list + 4, 6, &n));
    list[5].peer = duos_addr_loopback(DUOS_IPV6, 9);
    assert_err(DUOS_EAFNOSUPPORT, duos_send_batch(sender, list + 5, 1, &n));
    net_close(&receiver);
    net_close(&sender);
}

/* Trap 48: the report comes after the datagrams that came before it. */
static void test_trap_48_batch_keeps_an_error_for_the_next_call(void **state)
{
    duos_addr at;
    duos_addr peer_at;
    duos_socket s = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);
    duos_socket peer = net_bind(DUOS_IPV4, DUOS_DGRAM, &peer_at);
    size_t got = 0;
    size_t n = 0;
    duos_err err = DUOS_OK;

    (void)state;
    if (os_is_wine()) {
        net_close(&s);
        net_close(&peer);
        skip_because("Wine never tells that a port is unreachable");
    }
    assert_ok(duos_connect(s, &peer_at));
    assert_ok(duos_sendto(peer, "one", 3, &at));
    assert_ok(duos_sendto(peer, "two", 3, &at));
    assert_ok(duos_connect(peer, &peer_at)); /* hears but itself */
    assert_ok(duos_sendto(s, "lost", 4, NULL));
    prepare_to_read();
    do {
        net_await(s, DUOS_READ);
        err = duos_recv_batch(s, list, COUNT, &n);
        got += err == DUOS_OK ? n : 0;
    } while (err == DUOS_OK && got < 2);
    if (err == DUOS_ECONNREFUSED) { /* first, and the datagrams after it */
        for (; got < 2; got += n) {
            assert_ok(duos_recv_batch(s, list, COUNT, &n));
        }
        assert_int_equal(got, 2);
    } else {
        assert_err(DUOS_ECONNREFUSED, duos_recv_batch(s, list, COUNT, &n));
    }
    assert_err(DUOS_EWOULDBLOCK, duos_recv_batch(s, list, COUNT, &n));
    prepare_to_write(NULL);
    assert_ok(duos_sendto(s, "lost", 4, NULL));
    net_await(s, DUOS_READ);
    if (os_is_linux()) {
        assert_err(DUOS_ECONNREFUSED, duos_send_batch(s, list, COUNT, &n));
    }
    net_close(&s);
    net_close(&peer);
}

/* ---- what is refused -------------------------------------------------------
 */

static void test_API1_batch_null_is_einval(void **state)
{
    duos_addr at;
    duos_socket s = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);
    size_t n = 9;

    (void)state;
    prepare_to_read();
    assert_err(DUOS_EINVAL, duos_send_batch(s, NULL, 1, &n));
    assert_err(DUOS_EINVAL, duos_send_batch(s, list, 1, NULL));
    assert_err(DUOS_EINVAL, duos_recv_batch(s, NULL, 1, &n));
    assert_err(DUOS_EINVAL, duos_recv_batch(s, list, 1, NULL));
    list[0].flags = DUOS_MSG_PEEK; /* would give the same again and again */
    assert_err(DUOS_EINVAL, duos_recv_batch(s, list, 1, &n));
    assert_int_equal(n, 9);
    net_close(&s);
}

static void test_API2_batch_on_no_socket_is_ebadf(void **state)
{
    duos_addr at;
    duos_socket s = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);
    duos_socket copy = s;
    size_t n;

    (void)state;
    net_close(&s);
    prepare_to_write(&at);
    assert_err(DUOS_EBADF, duos_send_batch(none, list, 2, &n));
    assert_err(DUOS_EBADF, duos_send_batch(copy, list, 2, &n));
    assert_err(DUOS_EBADF, duos_recv_batch(none, list, 2, &n));
    assert_err(DUOS_EBADF, duos_recv_batch(copy, list, 2, &n));
}

static void test_batch_names_what_became_of_its_first(void **state)
{
    static duos_buf many[2000];
    duos_addr at;
    duos_socket s = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);
    pair p = net_pair(DUOS_IPV4);
    duos_socket ends[2];
    duos_err err;
    size_t n;

    (void)state;
    prepare_to_write(NULL);
    assert_err(DUOS_EDESTADDRREQ, duos_send_batch(s, list, 2, &n));
    list[0].parts = many;
    list[0].count = 2000;
    assert_err(DUOS_EMSGSIZE, duos_recv_batch(s, list, 2, &n));
    net_close(&s);
    prepare_to_read();
    net_close(&p.server);
    net_await(p.client, DUOS_READ);
    if (!os_is_windows()) {
        assert_err(DUOS_EEOF, duos_recv_batch(p.client, list, 2, &n));
    }
    net_close(&p.client);
    if (!os_datagram_pair(ends)) {
        return; /* nothing here holds a sender up */
    }
    do {
        err = duos_send_batch(ends[0], list, 2, &n);
    } while (err == DUOS_OK);
    if (err != DUOS_ENOBUFS) { /* trap 44 */
        assert_err(DUOS_EWOULDBLOCK, duos_send_batch(ends[0], list, 2, &n));
    }
    list[0].has = DUOS_HAS_TOS;
    assert_err(DUOS_ENOTSUP, duos_send_batch(ends[0], list, 2, &n));
    net_close(&ends[0]);
    net_close(&ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batch_of_a_hundred_arrives_in_order),
        cmocka_unit_test(test_batch_of_a_hundred_arrives_in_order_ipv6),
        cmocka_unit_test(test_batch_blocking_waits_for_the_first_only),
        cmocka_unit_test(test_trap_47_UD1_batch_tells_which_was_cut),
        cmocka_unit_test(test_batch_of_nothing_is_ok),
        cmocka_unit_test(test_batch_ends_before_a_bad_message),
        cmocka_unit_test(test_trap_48_batch_keeps_an_error_for_the_next_call),
        cmocka_unit_test(test_API1_batch_null_is_einval),
        cmocka_unit_test(test_API2_batch_on_no_socket_is_ebadf),
        cmocka_unit_test(test_batch_names_what_became_of_its_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
