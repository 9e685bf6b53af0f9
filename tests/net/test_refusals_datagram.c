/* SPDX-License-Identifier: MIT */
/*
 * test_refusals_datagram.c - each call of the system is refused once (SY1,
 * SY9) under datagrams, options, groups and interfaces.
 */
#include "support/refuse_use.h"

#include <duosock/interface.h>
#include <duosock/message.h>
#include <duosock/multicast.h>
#include <duosock/option.h>
#include <duosock/tcpinfo.h>

/* ---- datagrams --------------------------------------------------------- */

static duos_family family_of_use;

static duos_err set_wishes(duos_socket s)
{
    static const duos_opt wishes[] = {DUOS_OPT_PKTINFO, DUOS_OPT_RECV_TTL,
                                      DUOS_OPT_RECV_TOS, DUOS_OPT_TIMESTAMP,
                                      DUOS_OPT_RECV_ERROR};
    duos_err err = DUOS_OK;
    size_t i;

    for (i = 0; i < sizeof wishes / sizeof wishes[0] && err == DUOS_OK; i++) {
        err = duos_set_bool(s, wishes[i], true);
        err = err == DUOS_ENOTSUP ? DUOS_OK : err;
    }
    return err;
}

static duos_err receive_one(duos_socket s, const duos_addr *from)
{
    char data[16];
    duos_buf part;
    duos_message message;
    duos_err err = duos_wait(s, DUOS_READ, PATIENCE_MS, NULL);

    part.data = data;
    part.len = sizeof data;
    memset(&message, 0, sizeof message);
    message.parts = &part;
    message.count = 1;
    if (err == DUOS_OK) {
        err = duos_recvmsg(s, &message);
    }
    if (err == DUOS_OK) {
        assert_int_equal(message.len, 4);
        assert_true(duos_addr_equal(&message.peer, from));
    }
    return err;
}

static duos_err send_and_receive(duos_socket s, const duos_addr *at)
{
    char data[16] = "four";
    duos_addr peer;
    duos_buf part;
    duos_message message;
    size_t n = 0;
    duos_err err;

    part.data = data;
    part.len = 4;
    memset(&message, 0, sizeof message);
    message.parts = &part;
    message.count = 1;
    message.has = DUOS_HAS_PEER | DUOS_HAS_LOCAL;
    message.has |= os_is_windows() ? 0 : DUOS_HAS_TTL;
    message.peer = *at;
    message.local = *at;
    message.local.port = 0;
    message.ttl = 7;
    err = duos_sendmsg(s, &message);
    if (err == DUOS_OK) {
        err = receive_one(s, at);
    }
    if (err == DUOS_OK) {
        err = duos_send_batch(s, &message, 1, &n);
    }
    if (err == DUOS_OK) {
        err = receive_one(s, at);
    }
    if (err == DUOS_OK) {
        err = duos_sendto(s, data, 4, at);
    }
    if (err == DUOS_OK) {
        err = duos_wait(s, DUOS_READ, PATIENCE_MS, NULL);
    }
    if (err == DUOS_OK) {
        err = duos_recvfrom(s, data, sizeof data, &n, &peer, NULL);
    }
    return err;
}

static duos_err use_datagrams(void)
{
    duos_addr at = duos_addr_loopback(family_of_use, 0);
    duos_socket s;
    duos_err err = duos_open(family_of_use, DUOS_DGRAM, DUOS_NONBLOCK, &s);

    if (err != DUOS_OK) {
        return err;
    }
    err = duos_bind(s, &at);
    if (err == DUOS_OK) {
        err = duos_local_addr(s, &at);
    }
    if (err == DUOS_OK) {
        err = set_wishes(s);
    }
    if (err == DUOS_OK) {
        err = send_and_receive(s, &at);
    }
    (void)duos_close(&s);
    return err;
}

static void test_datagrams_refused_a_call_give_its_error(void **state)
{
    (void)state;
    family_of_use = DUOS_IPV4;
    assert_bears_refusals(use_datagrams);
    net_need(DUOS_IPV6);
    family_of_use = DUOS_IPV6;
    assert_bears_refusals(use_datagrams);
}

static void test_datagrams_interrupted_go_on(void **state)
{
    (void)state;
    family_of_use = DUOS_IPV4;
    assert_bears_interruptions(use_datagrams);
}

/* ---- options ----------------------------------------------------------- */

static duos_err use_reuse(void)
{
    duos_reuse found;
    duos_socket s;
    duos_err err = duos_open(DUOS_IPV4, DUOS_STREAM, DUOS_BLOCKING, &s);

    if (err != DUOS_OK) {
        return err;
    }
    err = duos_set_reuse(s, DUOS_REUSE_SHARED);
    err = err == DUOS_ENOTSUP ? DUOS_OK : err;
    if (err == DUOS_OK) {
        err = duos_set_reuse(s, DUOS_REUSE_SAFE);
    }
    if (err == DUOS_OK) {
        err = duos_get_reuse(s, &found);
    }
    if (err == DUOS_OK) {
        assert_int_equal(found, DUOS_REUSE_SAFE);
    }
    (void)duos_close(&s);
    return err;
}

static duos_err use_group(void)
{
    duos_addr group = duos_addr_ipv4(239, 255, 7, 7, 0);
    duos_addr at = duos_addr_ipv4(0, 0, 0, 0, 0);
    duos_socket s;
    duos_err err = duos_open(DUOS_IPV4, DUOS_DGRAM, DUOS_BLOCKING, &s);

    if (err != DUOS_OK) {
        return err;
    }
    err = duos_bind(s, &at);
    if (err == DUOS_OK) {
        err = duos_multicast_join(s, &group, 1);
    }
    if (err == DUOS_OK) {
        err = duos_multicast_leave(s, &group, 1);
    }
    (void)duos_close(&s);
    return err;
}

static duos_err use_tcp_info(void)
{
    duos_tcp_info info;
    duos_socket s;
    duos_err err = duos_open(DUOS_IPV4, DUOS_STREAM, DUOS_BLOCKING, &s);

    if (err != DUOS_OK) {
        return err;
    }
    duos_tcp_info_init(&info);
    err = duos_get_tcp_info(s, &info);
    (void)duos_close(&s);
    return err == DUOS_ENOTSUP ? DUOS_OK : err;
}

static void test_option_refused_a_call_gives_its_error(void **state)
{
    (void)state;
    assert_bears_refusals(use_reuse);
    assert_bears_refusals(use_group);
    assert_bears_refusals(use_tcp_info);
}

/* ---- interfaces, names, files ------------------------------------------ */

static duos_err use_interfaces(void)
{
    duos_interface list[64];
    char name[DUOS_INTERFACE_NAME_MAX + 1];
    uint32_t index;
    size_t count;
    duos_err err = duos_interfaces(list, 64, &count);

    if (err != DUOS_OK || count == 0) {
        return err; /* a Windows without the function has none to tell of */
    }
    err = duos_interface_name(list[0].index, name, sizeof name);
    if (err == DUOS_OK) {
        assert_string_equal(name, list[0].name);
        err = duos_interface_index(name, &index);
    }
    return err;
}

static void test_interfaces_refused_a_call_give_its_error(void **state)
{
    (void)state;
    assert_bears_refusals(use_interfaces);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_datagrams_refused_a_call_give_its_error),
        cmocka_unit_test(test_datagrams_interrupted_go_on),
        cmocka_unit_test(test_option_refused_a_call_gives_its_error),
        cmocka_unit_test(test_interfaces_refused_a_call_give_its_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
