/* SPDX-License-Identifier: MIT */
/*
 * test_message.c - datagrams with what goes with them: who, where, through
 * which interface, TTL, TOS, when; both ways and in both families.
 */
#include "support/bytes.h"
#include "support/letter.h"

#include <duosock/option.h>

static const duos_family families[] = {DUOS_IPV4, DUOS_IPV6};

/* Runs a check for both families, as far as they are there. */
static void for_both(void (*check)(duos_family family))
{
    size_t i;

    for (i = 0; i < 2; i++) {
        if (families[i] == DUOS_IPV4 || net_has_ipv6()) {
            check(families[i]);
        }
    }
}

/* ---- there and back ------------------------------------------------------ */

static void check_arrives(duos_family family)
{
    post p = post_open(family);
    letter l;

    letter_to_write(&l, "hello");
    l.m.has = DUOS_HAS_PEER;
    l.m.peer = p.at_b;
    assert_ok(duos_sendmsg(p.a, &l.m));
    letter_to_read(&l);
    l.m.ifindex = 77;
    assert_ok(take(p.b, &l));
    assert_int_equal(l.m.len, 5);
    assert_memory_equal(l.text, "hello", 5);
    assert_false(l.m.truncated);
    assert_int_equal(l.m.has, DUOS_HAS_PEER); /* nothing else was asked for */
    assert_int_equal(l.m.ifindex, 77);
    assert_true(duos_addr_equal(&l.m.peer, &p.at_a));
    post_close(&p);
}

static void test_message_arrives_with_its_sender(void **state)
{
    (void)state;
    for_both(check_arrives);
}

/* Trap 47 */
static void check_cut(duos_family family)
{
    post p = post_open(family);
    letter l;

    assert_ok(duos_sendto(p.a, "hello world", 11, &p.at_b));
    assert_ok(duos_sendto(p.a, "next", 4, &p.at_b));
    letter_to_read(&l);
    l.part.len = 5;
    l.m.flags = DUOS_MSG_PEEK;
    assert_ok(take(p.b, &l));
    assert_true(l.m.truncated);
    l.m.flags = 0;
    assert_ok(take(p.b, &l));
    assert_true(l.m.truncated);
    assert_int_equal(l.m.len, 5);
    assert_memory_equal(l.text, "hello", 5);
    assert_true(duos_addr_equal(&l.m.peer, &p.at_a));
    assert_ok(take(p.b, &l));
    assert_false(l.m.truncated);
    assert_int_equal(l.m.len, 4);
    post_close(&p);
}

static void test_trap_47_UD1_message_too_long_for_its_parts_is_cut(void **state)
{
    (void)state;
    for_both(check_cut);
}

/* Trap 49 */
static void check_empty(duos_family family)
{
    post p = post_open(family);
    letter l;

    letter_to_write(&l, "");
    l.m.count = 0;
    l.m.parts = NULL;
    l.m.has = DUOS_HAS_PEER;
    l.m.peer = p.at_b;
    assert_ok(duos_sendmsg(p.a, &l.m));
    letter_to_read(&l);
    l.m.len = 9;
    assert_ok(take(p.b, &l));
    assert_int_equal(l.m.len, 0);
    assert_false(l.m.truncated);
    assert_true(duos_addr_equal(&l.m.peer, &p.at_a));
    post_close(&p);
}

static void test_trap_49_UD2_message_empty_is_a_datagram(void **state)
{
    (void)state;
    for_both(check_empty);
}

static void test_trap_49_message_at_the_end_of_a_stream_is_eeof(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    letter l;
    duos_message before;

    (void)state;
    net_close(&p.server);
    net_await(p.client, DUOS_READ);
    letter_to_read(&l);
    l.m.len = 9;
    l.m.has = DUOS_HAS_TTL;
    l.m.truncated = true;
    before = l.m;
    if (os_is_windows()) {
        assert_int_not_equal(duos_recvmsg(p.client, &l.m), DUOS_OK);
    } else {
        assert_err(DUOS_EEOF, duos_recvmsg(p.client, &l.m));
    }
    assert_memory_equal(&l.m, &before, sizeof before);
    net_close(&p.client);
}

/* ---- what the system tells ---------------------------------------------- */

/* Whether the socket will tell so much of each datagram. */
static bool told(duos_socket s, duos_opt what)
{
    return duos_set_bool(s, what, true) == DUOS_OK;
}

static void check_told(duos_family family)
{
    post p = post_open(family);
    duos_addr at = p.at_b;
    letter l;

    at.port = 0;
    assert_true(told(p.b, DUOS_OPT_PKTINFO));
    assert_ok(duos_sendto(p.a, "x", 1, &p.at_b));
    letter_to_read(&l);
    assert_ok(take(p.b, &l));
    assert_int_equal(l.m.has & DUOS_HAS_LOCAL, DUOS_HAS_LOCAL);
    assert_true(duos_addr_equal(&l.m.local, &at));
    assert_int_equal(l.m.has & DUOS_HAS_IFINDEX, DUOS_HAS_IFINDEX);
    assert_true(l.m.ifindex != 0);
    post_close(&p);
}

static void test_message_tells_where_it_arrived(void **state)
{
    (void)state;
    for_both(check_told);
}

static void test_message_tells_its_ttl(void **state)
{
    post p = post_open(DUOS_IPV4);
    letter l;

    (void)state;
    if (!told(p.b, DUOS_OPT_RECV_TTL)) {
        post_close(&p);
        skip_because("this system does not tell the TTL");
    }
    assert_ok(duos_set_int(p.a, DUOS_OPT_TTL, 33));
    assert_ok(duos_sendto(p.a, "x", 1, &p.at_b));
    letter_to_read(&l);
    assert_ok(take(p.b, &l));
    if ((l.m.has & DUOS_HAS_TTL) == 0) {
        post_close(&p);
        skip_because("it was asked for the TTL, and does not tell it");
    }
    assert_int_equal(l.m.ttl, 33);
    post_close(&p);
}

static void test_message_tells_when_it_came(void **state)
{
    const uint64_t year_2020 = UINT64_C(1577836800) * 1000000000u;
    post p = post_open(DUOS_IPV4);
    letter l;
    uint64_t first;

    (void)state;
    if (!told(p.b, DUOS_OPT_TIMESTAMP)) {
        post_close(&p);
        skip_because("this system does not tell the time of arrival");
    }
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

/* ---- what one datagram asks for -------------------------------------------
 */

static void check_ttl(duos_family family)
{
    post p = post_open(family);
    letter l;

    assert_true(told(p.b, DUOS_OPT_RECV_TTL));
    letter_to_write(&l, "x");
    l.m.has = DUOS_HAS_PEER | DUOS_HAS_TTL;
    l.m.peer = p.at_b;
    l.m.ttl = 7;
    assert_ok(duos_sendmsg(p.a, &l.m));
    assert_ok(duos_sendto(p.a, "y", 1, &p.at_b));
    letter_to_read(&l);
    assert_ok(take(p.b, &l));
    assert_int_equal(l.m.has & DUOS_HAS_TTL, DUOS_HAS_TTL);
    assert_int_equal(l.m.ttl, 7);
    assert_ok(take(p.b, &l)); /* for that one alone */
    assert_true(l.m.ttl > 7);
    post_close(&p);
}

/* Set, or refused with nothing sent. */
static void test_message_ttl_is_for_one_datagram(void **state)
{
    post p = post_open(DUOS_IPV4);
    letter l;

    (void)state;
    if (os_is_linux()) {
        for_both(check_ttl);
    } else if (os_is_windows()) {
        letter_to_write(&l, "x");
        l.m.has = DUOS_HAS_PEER | DUOS_HAS_TTL;
        l.m.peer = p.at_b;
        l.m.ttl = 7;
        assert_err(DUOS_ENOTSUP, duos_sendmsg(p.a, &l.m));
        letter_to_read(&l);
        assert_err(DUOS_EWOULDBLOCK, duos_recvmsg(p.b, &l.m));
    }
    post_close(&p);
}

static void check_tos(duos_family family)
{
    const uint8_t expedited = 46 << 2;
    post p = post_open(family);
    bool tells = told(p.b, DUOS_OPT_RECV_TOS);
    letter l;
    duos_err err;

    letter_to_write(&l, "x");
    l.m.has = DUOS_HAS_PEER | DUOS_HAS_TOS;
    l.m.peer = p.at_b;
    l.m.tos = expedited;
    err = duos_sendmsg(p.a, &l.m);
    letter_to_read(&l);
    if (err != DUOS_OK) {
        assert_int_equal(err, DUOS_ENOTSUP);
        assert_err(DUOS_EWOULDBLOCK, duos_recvmsg(p.b, &l.m));
    } else {
        assert_ok(take(p.b, &l));
        if (os_is_wine()) {
            print_message("Wine sends, but without the control message\n");
        } else if (tells && (l.m.has & DUOS_HAS_TOS) != 0) {
            assert_int_equal(l.m.tos, expedited);
        } else {
            assert_true(os_is_windows()); /* cannot be seen */
        }
    }
    post_close(&p);
}

/* Trap 50: Windows ignores the option, but not the control message. */
static void test_trap_50_message_tos_is_set_or_refused(void **state)
{
    (void)state;
    for_both(check_tos);
}

/* 127.0.0.2 is ours, too, on Linux and on Windows. */
static void test_message_comes_from_the_address_that_is_named(void **state)
{
    duos_addr at;
    duos_addr any = duos_addr_ipv4(0, 0, 0, 0, 0);
    duos_socket s = net_open(DUOS_IPV4, DUOS_DGRAM);
    duos_socket receiver = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);
    letter l;

    (void)state;
    assert_ok(duos_bind(s, &any));
    letter_to_write(&l, "x");
    l.m.has = DUOS_HAS_PEER | DUOS_HAS_LOCAL;
    l.m.peer = at;
    l.m.local = duos_addr_ipv4(127, 0, 0, 2, 0);
    assert_ok(duos_sendmsg(s, &l.m));
    letter_to_read(&l);
    assert_ok(take(receiver, &l));
    net_close(&s);
    net_close(&receiver);
    if (os_is_wine() && l.m.peer.ip.v4[3] != 2) {
        skip_because("Wine sends, but does not look at control messages");
    }
    assert_int_equal(l.m.peer.ip.v4[3], 2);
}

/* What came to one address is answered from there, by its interface. */
static void check_answer(duos_family family)
{
    duos_addr any = family == DUOS_IPV4 ? duos_addr_ipv4(0, 0, 0, 0, 0)
                                        : duos_addr_ipv6(NULL, 0);
    duos_socket server = net_open(family, DUOS_DGRAM);
    duos_addr at;
    duos_addr client_at;
    duos_socket client = net_bind(family, DUOS_DGRAM, &client_at);
    letter l;

    assert_ok(duos_bind(server, &any));
    assert_ok(duos_local_addr(server, &at));
    assert_true(told(server, DUOS_OPT_PKTINFO));
    at = duos_addr_loopback(family, at.port);
    assert_ok(duos_connect(client, &at));
    assert_ok(duos_sendto(client, "x", 1, NULL));
    letter_to_read(&l);
    assert_ok(take(server, &l));
    l.m.has &= DUOS_HAS_PEER | DUOS_HAS_LOCAL | DUOS_HAS_IFINDEX;
    l.part.len = l.m.len;
    assert_ok(duos_sendmsg(server, &l.m));
    letter_to_read(&l);
    assert_ok(take(client, &l)); /* connected: from that address alone */
    assert_int_equal(l.m.len, 1);
    net_close(&server);
    net_close(&client);
}

static void test_message_answer_comes_from_where_it_was_sent_to(void **state)
{
    (void)state;
    for_both(check_answer);
}

/* Nothing comes from a broadcast address: the system has to choose. */
static void test_message_to_all_is_answered_without_local(void **state)
{
    duos_addr any = duos_addr_ipv4(0, 0, 0, 0, 0);
    duos_addr at;
    duos_addr client_at;
    duos_socket server = net_open(DUOS_IPV4, DUOS_DGRAM);
    duos_socket client = net_bind(DUOS_IPV4, DUOS_DGRAM, &client_at);
    letter l;

    (void)state;
    if (!os_is_linux()) {
        net_close(&server);
        net_close(&client);
        skip_because("loopback has no broadcast address here");
    }
    assert_ok(duos_bind(server, &any));
    assert_ok(duos_local_addr(server, &at));
    assert_true(told(server, DUOS_OPT_PKTINFO));
    assert_ok(duos_set_bool(client, DUOS_OPT_BROADCAST, true));
    at = duos_addr_ipv4(127, 255, 255, 255, at.port);
    assert_ok(duos_sendto(client, "x", 1, &at));
    letter_to_read(&l);
    assert_ok(take(server, &l));
    assert_int_equal(l.m.local.ip.v4[3], 255);
    l.part.len = l.m.len;
    l.m.has = DUOS_HAS_PEER | DUOS_HAS_LOCAL;
    assert_int_not_equal(duos_sendmsg(server, &l.m), DUOS_OK);
    l.m.has = DUOS_HAS_PEER;
    assert_ok(duos_sendmsg(server, &l.m));
    letter_to_read(&l);
    assert_ok(take(client, &l));
    net_close(&server);
    net_close(&client);
}

/* IPv4 by way of an IPv6 socket needs what IPv4 has. */
static void test_message_of_a_dual_socket_to_ipv4(void **state)
{
    uint8_t mapped[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 127, 0, 0, 1};
    duos_addr any = duos_addr_ipv6(NULL, 0);
    duos_addr at;
    duos_socket receiver = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);
    duos_socket s;
    letter l;

    (void)state;
    net_need(DUOS_IPV6);
    s = net_open(DUOS_IPV6, DUOS_DGRAM);
    assert_ok(duos_set_bool(s, DUOS_OPT_V6ONLY, false));
    assert_ok(duos_bind(s, &any));
    letter_to_write(&l, "x");
    l.m.has = DUOS_HAS_PEER | DUOS_HAS_LOCAL;
    l.m.peer = duos_addr_ipv6(mapped, at.port);
    l.m.local = l.m.peer;
    assert_ok(duos_sendmsg(s, &l.m));
    l.m.has = DUOS_HAS_PEER | DUOS_HAS_LOCAL;
    l.m.local = duos_addr_loopback(DUOS_IPV6, 0);
    assert_err(DUOS_EAFNOSUPPORT, duos_sendmsg(s, &l.m));
    letter_to_read(&l);
    assert_ok(take(receiver, &l));
    assert_int_equal(l.m.len, 1);
    net_close(&s);
    net_close(&receiver);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_message_arrives_with_its_sender),
        cmocka_unit_test(
            test_trap_47_UD1_message_too_long_for_its_parts_is_cut),
        cmocka_unit_test(test_trap_49_UD2_message_empty_is_a_datagram),
        cmocka_unit_test(test_trap_49_message_at_the_end_of_a_stream_is_eeof),
        cmocka_unit_test(test_message_tells_where_it_arrived),
        cmocka_unit_test(test_message_tells_its_ttl),
        cmocka_unit_test(test_message_tells_when_it_came),
        cmocka_unit_test(test_message_ttl_is_for_one_datagram),
        cmocka_unit_test(test_trap_50_message_tos_is_set_or_refused),
        cmocka_unit_test(test_message_comes_from_the_address_that_is_named),
        cmocka_unit_test(test_message_answer_comes_from_where_it_was_sent_to),
        cmocka_unit_test(test_message_to_all_is_answered_without_local),
        cmocka_unit_test(test_message_of_a_dual_socket_to_ipv4),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
