/* SPDX-License-Identifier: MIT */
/*
 * test_pair_fallback.c - pairs over loopback where something is amiss there:
 * no IPv4, strangers without end, a connection that is not the one asked for.
 * The linker puts this file's verbs before the library's.
 */
#include "support/net.h"

#include "pair.h"
#include "sys_host.h"

static struct {
    bool no_ipv4;         /* the system has IPv6 alone */
    bool other_peer;      /* who answers is not who was called */
    bool strangers;       /* whoever comes is a stranger, a second each */
    uint64_t seconds;     /* that have passed besides */
    unsigned closed_ends; /* strangers that were sent away */
} amiss;

duos_err __real_sys_open(duos_family family, duos_type type, unsigned flags,
                         duos_socket *out);
duos_err __wrap_sys_open(duos_family family, duos_type type, unsigned flags,
                         duos_socket *out);
duos_err __wrap_sys_open(duos_family family, duos_type type, unsigned flags,
                         duos_socket *out)
{
    return amiss.no_ipv4 && family == DUOS_IPV4
               ? DUOS_EAFNOSUPPORT
               : __real_sys_open(family, type, flags, out);
}

uint64_t __real_sys_now_ns(void);
uint64_t __wrap_sys_now_ns(void);
uint64_t __wrap_sys_now_ns(void)
{
    return __real_sys_now_ns() + amiss.seconds * 1000000000u;
}

duos_err __real_sys_accept(duos_socket s, bool nonblock, duos_socket *out,
                           duos_addr *peer);
duos_err __wrap_sys_accept(duos_socket s, bool nonblock, duos_socket *out,
                           duos_addr *peer);
duos_err __wrap_sys_accept(duos_socket s, bool nonblock, duos_socket *out,
                           duos_addr *peer)
{
    duos_socket caller;

    if (!amiss.strangers) {
        return __real_sys_accept(s, nonblock, out, peer);
    }
    amiss.seconds++;
    amiss.closed_ends++;
    /* The own connection stays in the backlog, so there is always one. */
    assert_ok(__real_sys_open(DUOS_IPV4, DUOS_STREAM, 0, &caller));
    *out = caller;
    *peer = duos_addr_loopback(DUOS_IPV4, 1);
    return DUOS_OK;
}

duos_err __real_sys_peer_addr(duos_socket s, duos_addr *out);
duos_err __wrap_sys_peer_addr(duos_socket s, duos_addr *out);
duos_err __wrap_sys_peer_addr(duos_socket s, duos_addr *out)
{
    duos_err err = __real_sys_peer_addr(s, out);

    if (amiss.other_peer) {
        out->port ^= 1;
    }
    return err;
}

static int be_well(void **state)
{
    (void)state;
    memset(&amiss, 0, sizeof amiss);
    return 0;
}

static void assert_nothing_open(size_t before)
{
    size_t after;

    assert_true(os_count_handles(&after));
    assert_int_equal(after, before);
}

static void test_socketpair_without_ipv4_takes_ipv6(void **state)
{
    static const duos_type types[] = {DUOS_STREAM, DUOS_DGRAM};
    duos_socket ends[2];
    duos_addr at;
    int i;

    (void)state;
    net_need(DUOS_IPV6);
    amiss.no_ipv4 = true;
    for (i = 0; i < 2; i++) {
        assert_ok(duos__pair_loopback(types[i], SYS_OPEN_NONBLOCK, ends));
        assert_ok(duos_local_addr(ends[0], &at));
        assert_int_equal(at.family, DUOS_IPV6);
        net_exchange(ends[0], ends[1]);
        net_close(&ends[0]);
        net_close(&ends[1]);
    }
}

static void test_socketpair_among_strangers_gives_up_in_time(void **state)
{
    duos_socket ends[2] = {{7}, {7}};
    size_t before;

    (void)state;
    assert_true(os_count_handles(&before));
    amiss.strangers = true;
    assert_err(DUOS_ETIMEDOUT, duos__pair_loopback(DUOS_STREAM, 0, ends));
    assert_int_equal(ends[0].os, 7);
    assert_between(amiss.closed_ends, 4u, 6u);
    assert_nothing_open(before);
}

static void test_socketpair_with_another_peer_is_econnaborted(void **state)
{
    duos_socket ends[2] = {{7}, {7}};
    size_t before;

    (void)state;
    assert_true(os_count_handles(&before));
    amiss.other_peer = true;
    assert_err(DUOS_ECONNABORTED, duos__pair_loopback(DUOS_STREAM, 0, ends));
    assert_int_equal(ends[0].os, 7);
    assert_nothing_open(before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, be_well, be_well)
        TEST(test_socketpair_without_ipv4_takes_ipv6),
        TEST(test_socketpair_among_strangers_gives_up_in_time),
        TEST(test_socketpair_with_another_peer_is_econnaborted),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
