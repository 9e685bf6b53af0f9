/* SPDX-License-Identifier: MIT */
/*
 * test_sim_datagram.c - datagrams of the simulated network: their ways, their
 * order, what is told of them, and what becomes of those that nobody takes.
 */
#include "sim_support.h"

#include <duosock/multicast.h>

static duos_socket dgram_on(world *w, uint32_t host, duos_addr *at)
{
    duos_addr any = duos_addr_ipv4(0, 0, 0, 0, 0);
    duos_socket s;

    assert_ok(duos_sim_set_host(w->sim, host));
    assert_ok(duos_open(DUOS_IPV4, DUOS_DGRAM, DUOS_NONBLOCK, &s));
    assert_ok(duos_bind(s, &any));
    assert_ok(duos_local_addr(s, &any));
    *at = duos_sim_addr(host, DUOS_IPV4, any.port);
    return s;
}

static void await(duos_socket s)
{
    assert_ok(duos_wait(s, DUOS_READ, PATIENCE_MS, NULL));
}

static void test_sim_datagram_arrives_late_with_its_sender(void **state)
{
    world *w = (world *)*state;
    duos_addr a_at, b_at, from;
    duos_socket a = dgram_on(w, w->a, &a_at);
    duos_socket b = dgram_on(w, w->b, &b_at);
    char text[4] = "";
    bool cut = false;
    size_t n = 0;

    assert_ok(duos_sendto(b, "hello", 5, &a_at));
    assert_err(DUOS_EWOULDBLOCK, duos_recvfrom(a, text, 4, &n, &from, &cut));
    await(a);
    assert_true(duos_sim_now_ns(w->sim) >= 10 * 1000);
    assert_ok(duos_recvfrom(a, text, 4, &n, &from, &cut));
    assert_int_equal(n, 4);
    assert_true(cut);
    assert_memory_equal(text, "hell", 4);
    assert_true(duos_addr_equal(&from, &b_at));
    assert_ok(duos_sendto(b, "", 0, &a_at));
    await(a);
    assert_ok(duos_recvfrom(a, text, 4, &n, NULL, &cut));
    assert_int_equal(n, 0);
    assert_false(cut);
    close_both(&a, &b);
}

/* The numbers 0 to 99 come in what order? */
static uint32_t count_overtaken(world *w, uint32_t *lost, uint32_t *twice)
{
    duos_addr a_at, b_at;
    duos_socket a = dgram_on(w, w->a, &a_at);
    duos_socket b = dgram_on(w, w->b, &b_at);
    unsigned char seen[100] = {0};
    uint32_t overtaken = 0;
    unsigned char last = 0;
    unsigned char i;
    size_t n;

    for (i = 0; i < 100; i++) {
        assert_ok(duos_sendto(b, &i, 1, &a_at));
    }
    settle();
    while (duos_recv(a, &i, 1, &n) == DUOS_OK) {
        overtaken += i < last;
        last = i;
        *twice += seen[i]++ > 0;
    }
    for (i = 0; i < 100; i++) {
        *lost += seen[i] == 0;
    }
    close_both(&a, &b);
    return overtaken;
}

static void test_sim_datagram_order_is_kept_but_for_faults(void **state)
{
    world *w = (world *)*state;
    uint32_t lost = 0;
    uint32_t twice = 0;

    assert_int_equal(count_overtaken(w, &lost, &twice), 0);
    assert_int_equal(lost + twice, 0);
    assert_ok(duos_sim_chance(w->sim, DUOS_SIM_FAULT_OVERTAKE, 300));
    assert_true(count_overtaken(w, &lost, &twice) > 5);
    assert_int_equal(lost + twice, 0);
    assert_ok(duos_sim_chance(w->sim, DUOS_SIM_FAULT_LOSE, 300));
    assert_ok(duos_sim_chance(w->sim, DUOS_SIM_FAULT_TWICE, 300));
    (void)count_overtaken(w, &lost, &twice);
    assert_true(lost > 10 && twice > 10);
    assert_int_equal(lost, duos_sim_fired(w->sim, DUOS_SIM_FAULT_LOSE));
}

static void test_sim_datagram_partition_loses_it(void **state)
{
    world *w = (world *)*state;
    duos_addr a_at, b_at;
    duos_socket a = dgram_on(w, w->a, &a_at);
    duos_socket b = dgram_on(w, w->b, &b_at);

    assert_ok(duos_sim_partition(w->sim, w->a, w->b, 1000));
    assert_ok(duos_sendto(b, "x", 1, &a_at));
    settle();
    expect_recv(DUOS_EWOULDBLOCK, a);
    duos_sim_heal(w->sim, w->a, w->b);
    assert_ok(duos_sendto(b, "x", 1, &a_at));
    await(a);
    close_both(&a, &b);
}

static void test_sim_datagram_queue_overflows(void **state)
{
    static char block[20000];
    world *w = (world *)*state;
    duos_addr a_at, b_at;
    duos_socket a = dgram_on(w, w->a, &a_at);
    duos_socket b = dgram_on(w, w->b, &b_at);
    size_t n;
    int i;

    for (i = 0; i < 5; i++) {
        assert_ok(duos_sendto(b, block, sizeof block, &a_at));
    }
    settle();
    for (i = 0; i < 3; i++) { /* 64 KiB */
        assert_ok(duos_recv(a, block, sizeof block, &n));
        assert_int_equal(n, sizeof block);
    }
    expect_recv(DUOS_EWOULDBLOCK, a);
    close_both(&a, &b);
}

static void test_sim_datagram_too_long_is_emsgsize(void **state)
{
    static char block[65508];
    world *w = (world *)*state;
    duos_addr a_at, b_at;
    duos_socket a = dgram_on(w, w->a, &a_at);
    duos_socket b = dgram_on(w, w->b, &b_at);
    size_t n;

    assert_err(DUOS_EMSGSIZE, duos_sendto(b, block, sizeof block, &a_at));
    assert_err(DUOS_EDESTADDRREQ, duos_sendto(b, block, 1, NULL));
    assert_ok(duos_sendto(b, block, sizeof block - 1, &a_at));
    await(a);
    assert_ok(duos_recv(a, block, sizeof block, &n));
    assert_int_equal(n, 65507);
    close_both(&a, &b);
}

static void test_trap_48_sim_datagram_to_nobody_is_told_when_connected(
    void **state)
{
    world *w = (world *)*state;
    duos_addr closed = duos_sim_addr(w->a, DUOS_IPV4, 9);
    duos_addr b_at;
    duos_socket b = dgram_on(w, w->b, &b_at);
    duos_err pending;

    assert_ok(duos_sendto(b, "x", 1, &closed));
    settle();
    expect_recv(DUOS_EWOULDBLOCK, b);
    assert_ok(duos_connect(b, &closed));
    expect_send(DUOS_OK, b);
    await(b);
    expect_recv(DUOS_ECONNREFUSED, b);
    expect_recv(DUOS_EWOULDBLOCK, b);
    expect_send(DUOS_OK, b);
    settle();
    assert_ok(duos_take_error(b, &pending));
    assert_err(DUOS_ECONNREFUSED, pending);
    assert_ok(duos_close(&b));
}

static void test_sim_datagram_reports_name_the_destination(void **state)
{
    world *w = (world *)*state;
    duos_addr closed = duos_sim_addr(w->a, DUOS_IPV4, 9);
    duos_addr nobody = duos_addr_ipv4(10, 0, 0, 77, 9);
    duos_addr b_at, to;
    duos_socket b = dgram_on(w, w->b, &b_at);
    duos_err what;

    assert_ok(duos_set_bool(b, DUOS_OPT_RECV_ERROR, true));
    assert_err(DUOS_EWOULDBLOCK, duos_take_report(b, &to, &what));
    assert_ok(duos_sendto(b, "x", 1, &closed));
    settle();
    assert_ok(duos_take_report(b, &to, &what));
    assert_err(DUOS_ECONNREFUSED, what);
    assert_true(duos_addr_equal(&to, &closed));
    assert_ok(duos_sendto(b, "x", 1, &nobody));
    settle();
    assert_ok(duos_take_report(b, &to, &what));
    assert_err(DUOS_EHOSTUNREACH, what);
    assert_err(DUOS_EWOULDBLOCK, duos_take_report(b, &to, &what));
    assert_ok(duos_close(&b));
}

static void test_sim_datagram_connected_hears_its_peer_alone(void **state)
{
    world *w = (world *)*state;
    duos_addr a_at, b_at, c_at;
    duos_socket a = dgram_on(w, w->a, &a_at);
    duos_socket b = dgram_on(w, w->b, &b_at);
    duos_socket c = dgram_on(w, w->b, &c_at);
    char byte;
    size_t n;

    assert_ok(duos_connect(a, &b_at));
    assert_ok(duos_sendto(c, "c", 1, &a_at));
    assert_ok(duos_sendto(b, "b", 1, &a_at));
    await(a);
    assert_ok(duos_recv(a, &byte, 1, &n));
    assert_int_equal(byte, 'b');
    expect_recv(DUOS_EWOULDBLOCK, a);
    close_both(&a, &b);
    assert_ok(duos_close(&c));
}

static void test_sim_datagram_tells_where_it_came(void **state)
{
    world *w = (world *)*state;
    duos_addr a_at, b_at;
    duos_socket a = dgram_on(w, w->a, &a_at);
    duos_socket b = dgram_on(w, w->b, &b_at);
    duos_message m;

    assert_ok(duos_set_bool(a, DUOS_OPT_PKTINFO, true));
    assert_ok(duos_set_bool(a, DUOS_OPT_RECV_TTL, true));
    assert_ok(duos_set_bool(a, DUOS_OPT_TIMESTAMP_NS, true));
    assert_ok(duos_set_int(b, DUOS_OPT_TTL, 7));
    assert_ok(duos_sendto(b, "", 0, &a_at));
    await(a);
    memset(&m, 0, sizeof m);
    assert_ok(duos_recvmsg(a, &m));
    assert_int_equal(m.has, DUOS_HAS_PEER | DUOS_HAS_LOCAL | DUOS_HAS_IFINDEX |
                                DUOS_HAS_TTL | DUOS_HAS_TIME);
    assert_int_equal(m.ttl, 7);
    assert_int_equal(m.ifindex, 2);
    a_at.port = 0;
    assert_true(duos_addr_equal(&m.local, &a_at));
    assert_true(m.time_ns % 1000000000 < 1000000);
    close_both(&a, &b);
}

static void test_sim_datagram_group_reaches_who_joined(void **state)
{
    world *w = (world *)*state;
    duos_addr group = duos_addr_ipv4(239, 1, 2, 3, 0);
    duos_addr a_at, b_at;
    duos_socket a = dgram_on(w, w->a, &a_at);
    duos_socket b = dgram_on(w, w->b, &b_at);

    group.port = a_at.port;
    assert_ok(duos_sendto(b, "x", 1, &group));
    settle();
    expect_recv(DUOS_EWOULDBLOCK, a);
    assert_ok(duos_multicast_join(a, &group, 0));
    assert_err(DUOS_EADDRINUSE, duos_multicast_join(a, &group, 2));
    assert_ok(duos_sendto(b, "x", 1, &group));
    settle();
    expect_recv(DUOS_OK, a);
    assert_ok(duos_set_int(b, DUOS_OPT_MULTICAST_TTL, 0));
    assert_ok(duos_sendto(b, "x", 1, &group));
    settle();
    expect_recv(DUOS_EWOULDBLOCK, a);
    assert_ok(duos_multicast_leave(a, &group, 0));
    assert_err(DUOS_EADDRNOTAVAIL, duos_multicast_leave(a, &group, 0));
    close_both(&a, &b);
}

static void test_sim_datagram_broadcast_asks_for_leave(void **state)
{
    world *w = (world *)*state;
    duos_addr a_at, b_at;
    duos_socket a = dgram_on(w, w->a, &a_at);
    duos_socket b = dgram_on(w, w->b, &b_at);
    duos_addr all = duos_addr_ipv4(10, 0, 0, 255, a_at.port);

    assert_err(DUOS_EACCES, duos_sendto(b, "x", 1, &all));
    assert_ok(duos_set_bool(b, DUOS_OPT_BROADCAST, true));
    assert_ok(duos_sendto(b, "x", 1, &all));
    settle();
    expect_recv(DUOS_OK, a);
    close_both(&a, &b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define WORLD_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
        WORLD_TEST(test_sim_datagram_arrives_late_with_its_sender),
        WORLD_TEST(test_sim_datagram_order_is_kept_but_for_faults),
        WORLD_TEST(test_sim_datagram_partition_loses_it),
        WORLD_TEST(test_sim_datagram_queue_overflows),
        WORLD_TEST(test_sim_datagram_too_long_is_emsgsize),
        WORLD_TEST(test_trap_48_sim_datagram_to_nobody_is_told_when_connected),
        WORLD_TEST(test_sim_datagram_reports_name_the_destination),
        WORLD_TEST(test_sim_datagram_connected_hears_its_peer_alone),
        WORLD_TEST(test_sim_datagram_tells_where_it_came),
        WORLD_TEST(test_sim_datagram_group_reaches_who_joined),
        WORLD_TEST(test_sim_datagram_broadcast_asks_for_leave),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
