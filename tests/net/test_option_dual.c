/* SPDX-License-Identifier: MIT */
/*
 * test_option_dual.c - an IPv6 socket that takes IPv4, too: what is set on it
 * holds for the packets of both. Linux keeps the two apart.
 */
#include "support/letter.h"

#include <duosock/option.h>

/* A dual-stack socket and one of IPv4, and each as the other sees it. */
typedef struct mixed {
    duos_socket dual;
    duos_socket v4;
    duos_addr to_dual; /* an IPv4 address */
    duos_addr to_v4;   /* the same as an IPv6 address */
} mixed;

static duos_addr mapped(const duos_addr *v4)
{
    uint8_t bytes[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 0, 0, 0, 0};

    memcpy(bytes + 12, v4->ip.v4, 4);
    return duos_addr_ipv6(bytes, v4->port);
}

static mixed mixed_open(void)
{
    duos_addr any = duos_addr_ipv6(NULL, 0);
    duos_addr at;
    mixed m;

    m.dual = net_open(DUOS_IPV6, DUOS_DGRAM);
    assert_ok(duos_set_bool(m.dual, DUOS_OPT_V6ONLY, false));
    assert_ok(duos_bind(m.dual, &any));
    assert_ok(duos_local_addr(m.dual, &at));
    m.to_dual = duos_addr_loopback(DUOS_IPV4, at.port);
    m.v4 = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);
    m.to_v4 = mapped(&at);
    return m;
}

static void mixed_close(mixed *m)
{
    net_close(&m->dual);
    net_close(&m->v4);
}

/* Whether the socket will tell so much of each datagram. */
static bool asked(duos_socket s, duos_opt what)
{
    return duos_set_bool(s, what, true) == DUOS_OK;
}

static void test_option_of_a_dual_socket_holds_for_ipv4_too(void **state)
{
    mixed m;
    letter l;
    bool tos;

    (void)state;
    net_need(DUOS_IPV6);
    m = mixed_open();
    tos = duos_set_int(m.dual, DUOS_OPT_TOS, 0x48) == DUOS_OK;
    assert_true(tos || os_is_windows());
    assert_ok(duos_set_int(m.dual, DUOS_OPT_TTL, 33));
    assert_true(asked(m.v4, DUOS_OPT_RECV_TTL));
    assert_true(asked(m.v4, DUOS_OPT_RECV_TOS) || !os_is_linux());
    assert_ok(duos_sendto(m.dual, "x", 1, &m.to_v4));
    letter_to_read(&l);
    assert_ok(take(m.v4, &l));
    if (os_is_linux() || (l.m.has & DUOS_HAS_TTL) != 0) {
        assert_int_equal(l.m.ttl, 33);
    }
    if (os_is_linux() || (tos && (l.m.has & DUOS_HAS_TOS) != 0)) {
        assert_int_equal(l.m.tos, 0x48);
    }
    mixed_close(&m);
}

static void test_option_dscp_of_a_dual_socket_holds_for_ipv4_too(void **state)
{
    mixed m;
    letter l;

    (void)state;
    net_need(DUOS_IPV6);
    if (!os_is_linux()) {
        skip_because("the traffic class is looked at on Linux alone");
    }
    m = mixed_open();
    assert_ok(duos_set_int(m.dual, DUOS_OPT_DSCP, 46));
    assert_true(asked(m.v4, DUOS_OPT_RECV_TOS));
    assert_ok(duos_sendto(m.dual, "x", 1, &m.to_v4));
    letter_to_read(&l);
    assert_ok(take(m.v4, &l));
    assert_int_equal(l.m.tos, 46 << 2);
    mixed_close(&m);
}

/* The address stays one of IPv6, as that of the sender. */
static void test_option_dual_socket_is_told_of_ipv4_datagrams(void **state)
{
    mixed m;
    letter l;
    unsigned wanted = DUOS_HAS_TTL | DUOS_HAS_TOS | DUOS_HAS_LOCAL;

    (void)state;
    net_need(DUOS_IPV6);
    m = mixed_open();
    assert_true(asked(m.dual, DUOS_OPT_RECV_TTL) || !os_is_linux());
    assert_true(asked(m.dual, DUOS_OPT_RECV_TOS) || !os_is_linux());
    assert_true(asked(m.dual, DUOS_OPT_PKTINFO) || !os_is_linux());
    if (os_is_linux()) {
        assert_ok(duos_set_int(m.v4, DUOS_OPT_TOS, 0x48));
    }
    assert_ok(duos_set_int(m.v4, DUOS_OPT_TTL, 33));
    assert_ok(duos_sendto(m.v4, "x", 1, &m.to_dual));
    letter_to_read(&l);
    assert_ok(take(m.dual, &l));
    mixed_close(&m);
    if (!os_is_linux() && (l.m.has & wanted) != wanted) {
        print_message("told of a datagram of IPv4: %x\n", l.m.has);
        return;
    }
    assert_int_equal(l.m.has & wanted, wanted);
    assert_int_equal(l.m.ttl, 33);
    assert_true(!os_is_linux() || l.m.tos == 0x48);
    assert_int_equal(l.m.local.family, DUOS_IPV6);
}

/* A socket that takes no IPv4 yet may be told to do so later. */
static void test_option_set_before_v6only_goes_off_holds_too(void **state)
{
    duos_addr any = duos_addr_ipv6(NULL, 0);
    duos_addr at;
    duos_addr to;
    duos_socket s, receiver;
    letter l;

    (void)state;
    net_need(DUOS_IPV6);
    s = net_open(DUOS_IPV6, DUOS_DGRAM);
    assert_ok(duos_set_bool(s, DUOS_OPT_V6ONLY, true));
    assert_ok(duos_set_int(s, DUOS_OPT_TTL, 33));
    assert_ok(duos_set_bool(s, DUOS_OPT_V6ONLY, false));
    assert_ok(duos_bind(s, &any));
    receiver = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);
    assert_true(asked(receiver, DUOS_OPT_RECV_TTL));
    to = mapped(&at);
    assert_ok(duos_sendto(s, "x", 1, &to));
    letter_to_read(&l);
    assert_ok(take(receiver, &l));
    assert_true(l.m.ttl == 33 || !os_is_linux());
    net_close(&s);
    net_close(&receiver);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_option_of_a_dual_socket_holds_for_ipv4_too),
        cmocka_unit_test(test_option_dscp_of_a_dual_socket_holds_for_ipv4_too),
        cmocka_unit_test(test_option_dual_socket_is_told_of_ipv4_datagrams),
        cmocka_unit_test(test_option_set_before_v6only_goes_off_holds_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
