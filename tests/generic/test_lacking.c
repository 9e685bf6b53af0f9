/* SPDX-License-Identifier: MIT */
/*
 * test_lacking.c - what a POSIX system without Linux's calls says: it has two
 * pollers, and does not have what it lacks.
 */
#include "support/net.h"

#include <duosock/message.h>
#include <duosock/poller.h>
#include <duosock/tcpinfo.h>

static void test_poller_backends_lacking_are_poll_and_select(void **state)
{
    duos_poller_backend list[2];
    duos_poller_config config;
    duos_poller *p;

    (void)state;
    assert_int_equal(duos_poller_backends(list, 2), 2);
    assert_int_equal(list[0], DUOS_POLLER_POLL);
    assert_int_equal(list[1], DUOS_POLLER_SELECT);
    assert_int_equal(duos_poller_backends(list, 1), 2); /* how many there are */
    assert_int_equal(duos_poller_backends(NULL, 2), 2);
    duos_poller_config_init(&config);
    config.backend = DUOS_POLLER_EPOLL;
    assert_err(DUOS_ENOTSUP, duos_poller_create(&config, &p));
}

static void test_take_report_lacking_is_enotsup(void **state)
{
    duos_addr at;
    duos_socket s = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);
    duos_err what = DUOS_EPERM;

    (void)state;
    assert_err(DUOS_ENOTSUP, duos_take_report(s, &at, &what));
    assert_int_equal(what, DUOS_EPERM);
    net_close(&s);
}

static void test_tcp_info_lacking_is_enotsup_or_ebadf(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    duos_tcp_info info;
    duos_socket closed = p.client;

    (void)state;
    duos_tcp_info_init(&info);
    assert_err(DUOS_ENOTSUP, duos_get_tcp_info(p.client, &info));
    net_close_pair(&p);
    assert_err(DUOS_EBADF, duos_get_tcp_info(closed, &info));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_poller_backends_lacking_are_poll_and_select),
        cmocka_unit_test(test_take_report_lacking_is_enotsup),
        cmocka_unit_test(test_tcp_info_lacking_is_enotsup_or_ebadf),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
