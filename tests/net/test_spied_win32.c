/* SPDX-License-Identifier: MIT */
/*
 * test_spied_win32.c - answers that some Windows gives and Wine never: of old
 * ones and of new ones, and of those with a layer above their sockets.
 */
#include "support/scene.h"
#include "support/spy.h"

#include <duosock/option.h>
#include <duosock/poller.h>
#include <duosock/tcpinfo.h>

static int forget(void **state)
{
    (void)state;
    spy_reset();
    return 0;
}

/* Trap 5: Windows 7 without its service pack does not know the flag. */
static void test_trap_5_old_windows_disinherits_afterwards(void **state)
{
    duos_socket s;

    (void)state;
    spied.old_windows = true;
    assert_ok(duos_open(DUOS_IPV4, DUOS_STREAM, DUOS_NONBLOCK, &s));
    assert_int_equal(spied.opened, 2);
    assert_int_equal(spied.inheritable, 1);
    assert_false(os_is_inherited(s));
    net_close(&s);
}

/* The handle is still ours then, and would be lost. */
static void test_close_that_would_block_closes_all_the_same(void **state)
{
    const duos_linger wait = {true, 2};
    pair p = net_pair(DUOS_IPV4);
    duos_socket copy = p.client;
    duos_err pending;

    (void)state;
    assert_ok(duos_set_linger(p.client, &wait));
    spied.close_blocks = 1;
    assert_ok(duos_close(&p.client));
    assert_int_equal(spied.close_blocks, 0);
    assert_err(DUOS_EBADF, duos_take_error(copy, &pending));
    net_await(p.server, DUOS_READ); /* and the peer hears of it */
    net_close(&p.server);
}

static void test_tcp_info_of_windows_is_translated(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    duos_tcp_info info;

    (void)state;
    spied.tcp_state = 4;
    duos_tcp_info_init(&info);
    assert_ok(duos_get_tcp_info(p.client, &info));
    assert_int_equal(info.state, DUOS_TCP_ESTABLISHED);
    assert_int_equal(info.mss, 1000);
    assert_int_equal(info.rtt_us, 20);
    assert_int_equal(info.rtt_var_us, -1); /* Windows does not tell */
    assert_int_equal(info.in_flight, 30);
    assert_int_equal(info.cwnd, 4000);
    assert_int_equal(info.retransmits, 111);
    spied.tcp_state = 99; /* a state that is not known yet */
    duos_tcp_info_init(&info);
    assert_ok(duos_get_tcp_info(p.client, &info));
    assert_int_equal(info.state, DUOS_TCP_UNKNOWN);
    net_close_pair(&p);
}

/* ---- layers ------------------------------------------------------------- */

static duos_poller *open_afd(void)
{
    duos_poller_config config;
    duos_poller *p;

    duos_poller_config_init(&config);
    config.backend = DUOS_POLLER_AFD;
    assert_ok(duos_poller_create(&config, &p));
    return p;
}

/* Some layers do not name the base, but the next one below. */
static void test_poller_afd_finds_the_base_below_a_layer(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    duos_socket above = net_open(DUOS_IPV4, DUOS_STREAM);
    duos_poller *poller = open_afd();
    duos_poll_event event;
    duos_token token;
    size_t n;

    (void)state;
    spied.layered = above.os;
    spied.below = p.server.os;
    assert_ok(duos_poller_add(poller, above, DUOS_READ, NULL, &token));
    assert_ok(duos_send(p.client, "x", 1, &n));
    assert_ok(duos_poller_wait(poller, &event, 1, PATIENCE_MS, &n));
    assert_int_equal(n, 1);
    assert_int_equal(event.token.value, token.value);
    duos_poller_destroy(poller);
    net_close(&above);
    net_close_pair(&p);
}

/* Two that name each other: the search ends. */
static void test_poller_afd_of_layers_without_a_base_is_an_error(void **state)
{
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);
    duos_poller *poller = open_afd();
    duos_token token;

    (void)state;
    spied.layered = s.os;
    spied.below = s.os;
    assert_int_not_equal(duos_poller_add(poller, s, DUOS_READ, NULL, &token),
                         DUOS_OK);
    duos_poller_destroy(poller);
    net_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, forget, forget)
        TEST(test_trap_5_old_windows_disinherits_afterwards),
        TEST(test_close_that_would_block_closes_all_the_same),
        TEST(test_tcp_info_of_windows_is_translated),
        TEST(test_poller_afd_finds_the_base_below_a_layer),
        TEST(test_poller_afd_of_layers_without_a_base_is_an_error),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
