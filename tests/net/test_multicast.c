/* SPDX-License-Identifier: MIT */
/*
 * test_multicast.c - a group is joined on loopback, heard, and left. Every
 * receiver has a port of its own, so that no other test is heard.
 */
#include "support/net.h"

#include <duosock/multicast.h>
#include <duosock/option.h>

/* Loopback is the first interface on every system that runs these tests. */
#define LOOPBACK 1

/* How long to wait for what must not come. */
#define QUIET_MS 100

static const duos_socket none = DUOS_SOCKET_INVALID;

/*
 * A group for each receiver, named by its port: where MULTICAST_ALL cannot be
 * off, a socket hears what any other program has joined. 239.255/16 is for
 * one's own use (RFC 2365), ff11::/16 stays on the machine (RFC 4291).
 */
static duos_addr group_of(duos_family family, uint16_t port)
{
    uint8_t v6[16] = {0xff, 0x11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0};
    uint8_t high = (uint8_t)(port >> 8);
    uint8_t low = (uint8_t)(port & 0xff);

    v6[14] = high;
    v6[15] = low;
    return family == DUOS_IPV4 ? duos_addr_ipv4(239, 255, high, low, 0)
                               : duos_addr_ipv6(v6, 0);
}

/* A receiver on every interface, as Windows needs it (trap 58). */
static duos_socket open_receiver(duos_family family, uint16_t *port)
{
    static const uint8_t any[16] = {0};
    duos_socket s = net_open(family, DUOS_DGRAM);
    duos_addr at = family == DUOS_IPV4 ? duos_addr_ipv4(0, 0, 0, 0, 0)
                                       : duos_addr_ipv6(any, 0);
    duos_err err;

    assert_ok(duos_bind(s, &at));
    assert_ok(duos_local_addr(s, &at));
    err = duos_set_bool(s, DUOS_OPT_MULTICAST_ALL, false);
    assert_true(err == DUOS_OK || err == DUOS_ENOTSUP);
    *port = at.port;
    return s;
}

/* From a loopback address: that of IPv4 must be known to name the source. */
static duos_socket open_sender(duos_family family, uint32_t if_index)
{
    duos_addr at = duos_addr_loopback(DUOS_IPV4, 0);
    duos_socket s = net_open(family, DUOS_DGRAM);

    if (family == DUOS_IPV4) {
        assert_ok(duos_bind(s, &at));
    }
    assert_ok(duos_set_int(s, DUOS_OPT_MULTICAST_IF, (int32_t)if_index));
    assert_ok(duos_set_int(s, DUOS_OPT_MULTICAST_TTL, 0));
    assert_ok(duos_set_bool(s, DUOS_OPT_MULTICAST_LOOP, true));
    return s;
}

/* Whether what is sent to the group arrives. */
static bool is_heard(duos_socket receiver, duos_socket sender,
                     const duos_addr *group, uint16_t port, int64_t patience)
{
    duos_addr to = *group;
    char text[8] = "";
    size_t len = 0;
    bool truncated;

    to.port = port;
    assert_ok(duos_sendto(sender, "hello", 5, &to));
    if (duos_wait(receiver, DUOS_READ, patience, NULL) != DUOS_OK) {
        return false;
    }
    assert_ok(
        duos_recvfrom(receiver, text, sizeof text, &len, NULL, &truncated));
    assert_int_equal(len, 5);
    assert_memory_equal(text, "hello", 5);
    return true;
}

/* Whether the machine has a way to send to the group at all. */
static bool can_send(duos_socket sender, const duos_addr *group)
{
    duos_addr to = *group;

    to.port = 9;
    return duos_sendto(sender, "?", 1, &to) == DUOS_OK;
}

/*
 * Loopback, or where that has no route for multicast, as on Linux for IPv6,
 * the interface that the system chooses; hop limit 0 stays on the machine.
 */
static bool find_way(duos_family family, const duos_addr *group,
                     uint32_t *if_index)
{
    static const uint32_t tried[] = {LOOPBACK, 0};
    int i;

    for (i = 0; i < 2; i++) {
        duos_socket sender = open_sender(family, tried[i]);
        bool found = can_send(sender, group);

        net_close(&sender);
        if (found) {
            *if_index = tried[i];
            return true;
        }
    }
    return false;
}

static void join_hear_and_leave(duos_family family)
{
    duos_addr group = group_of(family, 1);
    uint32_t way = 0;
    uint16_t port;
    duos_socket receiver, sender;

    if (!find_way(family, &group, &way)) {
        skip_because("no interface has a route for multicast");
    }
    receiver = open_receiver(family, &port);
    sender = open_sender(family, way);
    group = group_of(family, port);
    assert_false(is_heard(receiver, sender, &group, port, QUIET_MS));
    assert_ok(duos_multicast_join(receiver, &group, way));
    assert_true(is_heard(receiver, sender, &group, port, PATIENCE_MS));
    assert_ok(duos_multicast_leave(receiver, &group, way));
    assert_false(is_heard(receiver, sender, &group, port, QUIET_MS));
    net_close(&receiver);
    net_close(&sender);
}

/* Trap 58: bind to the any address and join; trap 59: by index. */
static void test_trap_58_multicast_bound_to_any_hears_what_it_joined(
    void **state)
{
    (void)state;
    join_hear_and_leave(DUOS_IPV4);
}

static void test_trap_59_multicast_ipv6_by_index_hears_what_it_joined(
    void **state)
{
    (void)state;
    net_need(DUOS_IPV6);
    join_hear_and_leave(DUOS_IPV6);
}

/* Trap 59: IPv4 has an interface index, too, wherever it can be read. */
static void test_trap_59_multicast_if_is_an_index(void **state)
{
    duos_socket s = net_open(DUOS_IPV4, DUOS_DGRAM);
    int32_t value = -1;
    duos_err err;

    (void)state;
    assert_ok(duos_set_int(s, DUOS_OPT_MULTICAST_IF, LOOPBACK));
    err = duos_get_int(s, DUOS_OPT_MULTICAST_IF, &value);
    if (err == DUOS_ENOTSUP) {
        assert_int_equal(value, -1);
        assert_true(os_is_linux());
    } else {
        assert_int_equal(err, DUOS_OK);
        assert_int_equal(value, LOOPBACK);
    }
    assert_err(DUOS_ENOENT, duos_set_int(s, DUOS_OPT_MULTICAST_IF, 999999));
    assert_ok(duos_set_int(s, DUOS_OPT_MULTICAST_IF, 0));
    net_close(&s);
}

static void test_multicast_source_is_heard_and_others_are_not(void **state)
{
    duos_addr mine = duos_addr_ipv4(127, 0, 0, 1, 0);
    duos_addr other = duos_addr_ipv4(127, 0, 0, 99, 0);
    duos_addr group;
    uint16_t port;
    duos_socket receiver, sender;

    (void)state;
    if (os_is_wine()) {
        skip_because("Wine takes the source for the interface and conversely");
    }
    receiver = open_receiver(DUOS_IPV4, &port);
    sender = open_sender(DUOS_IPV4, LOOPBACK);
    group = group_of(DUOS_IPV4, port);
    assert_ok(duos_multicast_join_source(receiver, &group, &other, LOOPBACK));
    assert_false(is_heard(receiver, sender, &group, port, QUIET_MS));
    assert_ok(duos_multicast_join_source(receiver, &group, &mine, LOOPBACK));
    assert_true(is_heard(receiver, sender, &group, port, PATIENCE_MS));
    assert_ok(duos_multicast_leave_source(receiver, &group, &mine, LOOPBACK));
    assert_false(is_heard(receiver, sender, &group, port, QUIET_MS));
    assert_ok(duos_multicast_leave_source(receiver, &group, &other, LOOPBACK));
    net_close(&receiver);
    net_close(&sender);
}

static void test_multicast_ipv6_source_is_joined_or_enotsup(void **state)
{
    duos_addr group = group_of(DUOS_IPV6, 1);
    duos_addr mine = duos_addr_loopback(DUOS_IPV6, 0);
    uint16_t port;
    duos_socket s;
    duos_err err;

    (void)state;
    net_need(DUOS_IPV6);
    s = open_receiver(DUOS_IPV6, &port);
    err = duos_multicast_join_source(s, &group, &mine, LOOPBACK);
    if (err == DUOS_OK) {
        assert_ok(duos_multicast_leave_source(s, &group, &mine, LOOPBACK));
    }
    if (err == DUOS_ENOTSUP) {
        assert_err(DUOS_ENOTSUP,
                   duos_multicast_join_source(s, &group, &mine, LOOPBACK));
        net_close(&s);
        skip_because("this system knows no sources of IPv6 groups");
    }
    assert_int_equal(err, DUOS_OK);
    net_close(&s);
}

static void test_multicast_wrong_change_is_refused_and_harms_nothing(
    void **state)
{
    uint16_t port;
    duos_socket receiver = open_receiver(DUOS_IPV4, &port);
    duos_socket sender = open_sender(DUOS_IPV4, LOOPBACK);
    duos_addr group = group_of(DUOS_IPV4, port);

    (void)state;
    assert_true(duos_multicast_leave(receiver, &group, LOOPBACK) < 0);
    assert_err(DUOS_ENOENT, duos_multicast_join(receiver, &group, 999999));
    assert_err(DUOS_ENOENT, duos_multicast_leave(receiver, &group, 999999));
    assert_ok(duos_multicast_join(receiver, &group, LOOPBACK));
    assert_true(duos_multicast_join(receiver, &group, LOOPBACK) < 0);
    assert_true(is_heard(receiver, sender, &group, port, PATIENCE_MS));
    net_close(&receiver);
    net_close(&sender);
}

/* Whatever the system calls it, and by whichever way it is asked. */
static void test_multicast_of_no_interface_is_enoent(void **state)
{
    static const duos_family families[] = {DUOS_IPV4, DUOS_IPV6};
    duos_socket s;
    int i;

    (void)state;
    for (i = 0; i < 2; i++) {
        duos_addr group = group_of(families[i], 1);
        duos_addr source = duos_addr_loopback(families[i], 0);
        duos_err err;

        if (families[i] == DUOS_IPV6 && !net_has_ipv6()) {
            continue;
        }
        s = net_open(families[i], DUOS_DGRAM);
        assert_err(DUOS_ENOENT, duos_multicast_join(s, &group, 999999));
        assert_err(DUOS_ENOENT, duos_multicast_leave(s, &group, 999999));
        err = duos_multicast_join_source(s, &group, &source, 999999);
        if (err != DUOS_ENOTSUP) {
            assert_err(DUOS_ENOENT,
                       duos_multicast_join_source(s, &group, &source, 999999));
            assert_err(DUOS_ENOENT,
                       duos_multicast_leave_source(s, &group, &source, 999999));
        }
        assert_err(DUOS_ENOENT, duos_set_int(s, DUOS_OPT_MULTICAST_IF, 999999));
        err = duos_set_int(s, DUOS_OPT_UNICAST_IF, 999999);
        assert_true(err == DUOS_ENOENT || err == DUOS_ENOTSUP);
        net_close(&s);
    }
}

static void test_API9_multicast_wrong_argument_is_refused(void **state)
{
    duos_addr group = group_of(DUOS_IPV4, 1);
    duos_addr other = group_of(DUOS_IPV6, 1);
    duos_addr host = duos_addr_ipv4(127, 0, 0, 1, 0);
    duos_addr host6 = duos_addr_loopback(DUOS_IPV6, 0);
    duos_socket s = net_open(DUOS_IPV4, DUOS_DGRAM);

    (void)state;
    assert_err(DUOS_EINVAL, duos_multicast_join(s, NULL, 0));
    assert_err(DUOS_EINVAL, duos_multicast_join(s, &host, 0));
    assert_err(DUOS_EINVAL, duos_multicast_leave(s, &host, 0));
    assert_err(DUOS_EINVAL, duos_multicast_join_source(s, &group, NULL, 0));
    assert_err(DUOS_EINVAL, duos_multicast_join_source(s, NULL, &host, 0));
    assert_err(DUOS_EINVAL, duos_multicast_leave_source(s, &host, &host, 0));
    assert_err(DUOS_EAFNOSUPPORT, duos_multicast_join(s, &other, 0));
    assert_err(DUOS_EAFNOSUPPORT, duos_multicast_leave(s, &other, 0));
    assert_err(DUOS_EAFNOSUPPORT,
               duos_multicast_join_source(s, &group, &host6, 0));
    assert_err(DUOS_EAFNOSUPPORT,
               duos_multicast_leave_source(s, &other, &host6, 0));
    assert_err(DUOS_EBADF, duos_multicast_join(none, &group, 0));
    assert_err(DUOS_EBADF, duos_multicast_leave(none, &group, 0));
    assert_err(DUOS_EBADF, duos_multicast_join_source(none, &group, &host, 0));
    assert_err(DUOS_EBADF, duos_multicast_leave_source(none, &group, &host, 0));
    net_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_trap_58_multicast_bound_to_any_hears_what_it_joined),
        cmocka_unit_test(
            test_trap_59_multicast_ipv6_by_index_hears_what_it_joined),
        cmocka_unit_test(test_trap_59_multicast_if_is_an_index),
        cmocka_unit_test(test_multicast_source_is_heard_and_others_are_not),
        cmocka_unit_test(test_multicast_ipv6_source_is_joined_or_enotsup),
        cmocka_unit_test(
            test_multicast_wrong_change_is_refused_and_harms_nothing),
        cmocka_unit_test(test_multicast_of_no_interface_is_enoent),
        cmocka_unit_test(test_API9_multicast_wrong_argument_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
