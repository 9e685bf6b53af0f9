/* SPDX-License-Identifier: MIT */
/*
 * test_option_value.c - what single options mean: units, roundings, names,
 * and what differs between the systems although it has the same name.
 */
#include "support/net.h"

#include <duosock/option.h>
#include <duosock/tcpinfo.h>

static const duos_socket none = DUOS_SOCKET_INVALID;

/* ---- before bind, and after -------------------------------------------- */

/* Trap 19: whoever refuses it late has changed nothing. */
static void test_trap_19_v6only_after_bind_is_done_or_changes_nothing(
    void **state)
{
    duos_addr at;
    duos_socket s;
    bool was = false;
    bool is = false;
    duos_err err;

    (void)state;
    net_need(DUOS_IPV6);
    s = net_bind(DUOS_IPV6, DUOS_STREAM, &at);
    assert_ok(duos_get_bool(s, DUOS_OPT_V6ONLY, &was));
    err = duos_set_bool(s, DUOS_OPT_V6ONLY, !was);
    assert_ok(duos_get_bool(s, DUOS_OPT_V6ONLY, &is));
    assert_int_equal(is, err == DUOS_OK ? !was : was);
    assert_true(!os_is_linux() || err == DUOS_EINVAL);
    net_close(&s);
}

/* Traps 15 and 16: the policy can be read, and changed both ways. */
static void test_trap_15_reuse_policy_is_read_back(void **state)
{
    duos_socket s = net_open(DUOS_IPV4, DUOS_DGRAM);
    duos_reuse policy = DUOS_REUSE_SHARED;
    int32_t number = -1;

    (void)state;
    assert_ok(duos_get_reuse(s, &policy));
    assert_int_equal(policy, DUOS_REUSE_SAFE);
    assert_ok(duos_set_reuse(s, DUOS_REUSE_SHARED));
    assert_ok(duos_get_reuse(s, &policy));
    assert_int_equal(policy, DUOS_REUSE_SHARED);
    assert_ok(duos_set_int(s, DUOS_OPT_REUSE, DUOS_REUSE_SAFE));
    assert_ok(duos_get_int(s, DUOS_OPT_REUSE, &number));
    assert_int_equal(number, DUOS_REUSE_SAFE);
    assert_ok(duos_set_reuse(s, DUOS_REUSE_SHARED));
    assert_ok(duos_get_reuse(s, &policy));
    assert_int_equal(policy, DUOS_REUSE_SHARED);
    net_close(&s);
}

/* Traps 13 and 17: a stream is shared where the kernel balances, or not. */
static void test_trap_13_reuse_of_a_stream_is_told_as_it_is(void **state)
{
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);
    duos_reuse policy = DUOS_REUSE_SHARED;
    duos_err err;

    (void)state;
    assert_ok(duos_set_reuse(s, DUOS_REUSE_SAFE));
    assert_ok(duos_get_reuse(s, &policy));
    assert_int_equal(policy, DUOS_REUSE_SAFE);
    err = duos_set_reuse(s, DUOS_REUSE_SHARED);
    assert_true(err == DUOS_OK || err == DUOS_ENOTSUP);
    assert_ok(duos_get_reuse(s, &policy));
    assert_int_equal(policy,
                     err == DUOS_OK ? DUOS_REUSE_SHARED : DUOS_REUSE_SAFE);
    net_close(&s);
}

/* A unix socket has no port, and its file is not shared. */
static void test_option_reuse_of_a_unix_socket_is_enotsup(void **state)
{
    duos_socket s;
    duos_reuse policy = DUOS_REUSE_SHARED;
    int32_t number = -1;

    (void)state;
    net_need_unix(DUOS_STREAM);
    s = net_open(DUOS_UNIX, DUOS_STREAM);
    assert_ok(duos_get_int(s, DUOS_OPT_FAMILY, &number));
    assert_int_equal(number, DUOS_UNIX);
    assert_err(DUOS_ENOTSUP, duos_opt_supported(s, DUOS_OPT_REUSE));
    assert_err(DUOS_ENOTSUP, duos_set_reuse(s, DUOS_REUSE_SAFE));
    assert_err(DUOS_ENOTSUP, duos_set_reuse(s, DUOS_REUSE_SHARED));
    assert_err(DUOS_ENOTSUP, duos_get_reuse(s, &policy));
    assert_err(DUOS_ENOTSUP, duos_set_int(s, DUOS_OPT_REUSE, DUOS_REUSE_SAFE));
    assert_err(DUOS_ENOTSUP, duos_get_int(s, DUOS_OPT_REUSE, &number));
    assert_int_equal(policy, DUOS_REUSE_SHARED);
    net_close(&s);
}

/* ---- traffic class ----------------------------------------------------- */

static void assert_dscp(duos_family family, duos_type type)
{
    duos_socket s = net_open(family, type);
    int32_t value = -1;

    assert_ok(duos_dscp_parse("ef", &value));
    assert_ok(duos_set_int(s, DUOS_OPT_DSCP, value));
    assert_ok(duos_get_int(s, DUOS_OPT_TOS, &value));
    assert_int_equal(value, 46 << 2);
    if (type == DUOS_DGRAM) { /* the other two bits are not touched */
        assert_ok(duos_set_int(s, DUOS_OPT_TOS, 0xb9));
        assert_ok(duos_set_int(s, DUOS_OPT_DSCP, 8));
        assert_ok(duos_get_int(s, DUOS_OPT_TOS, &value));
        assert_int_equal(value, 8 << 2 | 1);
    }
    assert_ok(duos_set_int(s, DUOS_OPT_DSCP, 34));
    assert_ok(duos_get_int(s, DUOS_OPT_DSCP, &value));
    assert_int_equal(value, 34);
    net_close(&s);
}

/* Trap 50: Windows takes IP_TOS and ignores it, which is no support. */
static void test_trap_50_option_tos_is_set_or_enotsup_never_ignored(
    void **state)
{
    duos_socket s = net_open(DUOS_IPV4, DUOS_DGRAM);
    int32_t value = 99;

    (void)state;
    if (os_is_windows()) {
        assert_err(DUOS_ENOTSUP, duos_set_int(s, DUOS_OPT_TOS, 0x20));
        assert_err(DUOS_ENOTSUP, duos_set_int(s, DUOS_OPT_DSCP, 8));
        assert_err(DUOS_ENOTSUP, duos_get_int(s, DUOS_OPT_DSCP, &value));
        assert_err(DUOS_ENOTSUP, duos_opt_supported(s, DUOS_OPT_DSCP));
        assert_int_equal(value, 99);
    } else {
        assert_dscp(DUOS_IPV4, DUOS_DGRAM);
        assert_dscp(DUOS_IPV4, DUOS_STREAM);
        if (net_has_ipv6()) {
            assert_dscp(DUOS_IPV6, DUOS_DGRAM);
            assert_dscp(DUOS_IPV6, DUOS_STREAM);
        }
    }
    net_close(&s);
}

/* ---- sizes and times --------------------------------------------------- */

/* Trap 55: what is read back is at least what was set; on Linux twice that. */
static void test_trap_55_option_buffer_is_at_least_what_was_set(void **state)
{
    static const duos_opt buffers[] = {DUOS_OPT_SEND_BUFFER,
                                       DUOS_OPT_RECV_BUFFER};
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);
    int i;

    (void)state;
    for (i = 0; i < 2; i++) {
        int32_t value = 0;

        assert_ok(duos_set_int(s, buffers[i], 20000));
        assert_ok(duos_get_int(s, buffers[i], &value));
        assert_between(value, 20000, 2 * 20000);
        assert_true(!os_is_linux() || value == 2 * 20000);
        assert_ok(duos_set_int(s, buffers[i], 1)); /* the smallest there is */
        assert_ok(duos_get_int(s, buffers[i], &value));
        assert_true(value >= 1);
    }
    net_close(&s);
}

/* Trap 56: seconds everywhere, ticks nowhere; and 0 is not "off". */
static void test_trap_56_option_linger_is_in_seconds(void **state)
{
    static const int32_t seconds[] = {0, 1, 30, 32767};
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);
    size_t i;

    (void)state;
    for (i = 0; i < sizeof seconds / sizeof seconds[0]; i++) {
        duos_linger wanted = {true, seconds[i]};
        duos_linger got = {false, -1};

        assert_ok(duos_set_linger(s, &wanted));
        assert_ok(duos_get_linger(s, &got));
        assert_true(got.on);
        assert_int_equal(got.seconds, seconds[i]);
    }
    net_reset(&s);
}

/* Trap 53: seconds are rounded up, so that 1 ms does not become none. */
static void test_trap_53_option_ms_are_rounded_up_to_seconds(void **state)
{
    static const duos_opt coarse[] = {
        DUOS_OPT_DEFER_ACCEPT, DUOS_OPT_USER_TIMEOUT, DUOS_OPT_CONNECT_TIMEOUT};
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);
    size_t i;

    (void)state;
    for (i = 0; i < sizeof coarse / sizeof coarse[0]; i++) {
        int32_t value = -1;
        duos_err err = duos_set_ms(s, coarse[i], 1);

        assert_true(err == DUOS_OK || err == DUOS_ENOTSUP);
        if (err == DUOS_OK) {
            assert_ok(duos_get_ms(s, coarse[i], &value));
            assert_between(value, 1, 1000);
            assert_ok(duos_set_ms(s, coarse[i], 1001));
            assert_ok(duos_get_ms(s, coarse[i], &value));
            assert_between(value, 1001, 3000);
        }
    }
    net_close(&s);
}

/* ---- names ------------------------------------------------------------- */

static void test_option_text_is_read_back_or_enotsup(void **state)
{
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);
    char text[DUOS_OPT_TEXT_MAX] = "?";
    char again[DUOS_OPT_TEXT_MAX] = "";

    (void)state;
    if (duos_get_text(s, DUOS_OPT_CONGESTION, text, sizeof text) ==
        DUOS_ENOTSUP) {
        assert_string_equal(text, "?");
        net_close(&s);
        skip_because("no congestion control can be named on this system");
    }
    assert_true(strlen(text) > 0);
    assert_ok(duos_set_text(s, DUOS_OPT_CONGESTION, text));
    assert_ok(duos_get_text(s, DUOS_OPT_CONGESTION, again, sizeof again));
    assert_string_equal(again, text);
    assert_err(DUOS_ENOSPACE,
               duos_get_text(s, DUOS_OPT_CONGESTION, again, strlen(text)));
    assert_string_equal(again, text);
    assert_true(duos_set_text(s, DUOS_OPT_CONGESTION, "no-such-one") < 0);
    assert_ok(duos_get_text(s, DUOS_OPT_CONGESTION, again, sizeof again));
    assert_string_equal(again, text);
    net_close(&s);
}

static void test_option_device_is_unbound_by_an_empty_name(void **state)
{
    duos_socket s = net_open(DUOS_IPV4, DUOS_DGRAM);
    char text[DUOS_OPT_TEXT_MAX] = "?";
    duos_err err = duos_set_text(s, DUOS_OPT_BIND_DEVICE, "lo");

    (void)state;
    if (err != DUOS_OK) {
        assert_true(err == DUOS_ENOTSUP || err == DUOS_EPERM || !os_is_linux());
        net_close(&s);
        skip_because("a socket cannot be bound to a device here");
    }
    assert_ok(duos_get_text(s, DUOS_OPT_BIND_DEVICE, text, sizeof text));
    assert_string_equal(text, "lo");
    assert_err(DUOS_ENOENT,
               duos_set_text(s, DUOS_OPT_BIND_DEVICE, "no-such-device"));
    assert_ok(duos_get_text(s, DUOS_OPT_BIND_DEVICE, text, sizeof text));
    assert_string_equal(text, "lo");
    assert_ok(duos_set_text(s, DUOS_OPT_BIND_DEVICE, ""));
    assert_ok(duos_get_text(s, DUOS_OPT_BIND_DEVICE, text, sizeof text));
    assert_string_equal(text, "");
    net_close(&s);
}

/* ---- what a socket is -------------------------------------------------- */

static void assert_identity(duos_family family, duos_type type,
                            int32_t protocol)
{
    duos_socket s = net_open(family, type);
    int32_t value = -1;

    assert_ok(duos_get_int(s, DUOS_OPT_FAMILY, &value));
    assert_int_equal(value, family);
    assert_ok(duos_get_int(s, DUOS_OPT_TYPE, &value));
    assert_int_equal(value, type);
    assert_ok(duos_get_int(s, DUOS_OPT_PROTOCOL, &value));
    assert_int_equal(value, protocol);
    net_close(&s);
}

static void test_option_family_type_protocol_tell_what_it_is(void **state)
{
    (void)state;
    assert_identity(DUOS_IPV4, DUOS_STREAM, 6);
    assert_identity(DUOS_IPV4, DUOS_DGRAM, 17);
    if (net_has_ipv6()) {
        assert_identity(DUOS_IPV6, DUOS_STREAM, 6);
        assert_identity(DUOS_IPV6, DUOS_DGRAM, 17);
    }
}

static void test_option_path_mtu_is_that_of_the_peer(void **state)
{
    duos_addr at;
    duos_socket receiver = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);
    duos_socket sender = net_open(DUOS_IPV4, DUOS_DGRAM);
    int32_t value = -1;
    duos_err err;

    (void)state;
    assert_ok(duos_connect(sender, &at));
    err = duos_get_int(sender, DUOS_OPT_PATH_MTU, &value);
    net_close(&sender);
    net_close(&receiver);
    if (err == DUOS_ENOTSUP) {
        assert_int_equal(value, -1);
        skip_because("this system does not tell the path MTU");
    }
    assert_int_equal(err, DUOS_OK);
    assert_true(value >= 576);
}

/* What a datagram of more than the MTU becomes. */
static void test_option_dontfrag_too_long_a_datagram_is_emsgsize(void **state)
{
    static char data[60000];
    duos_addr nowhere = duos_addr_ipv4(192, 0, 2, 77, 9);
    duos_socket s = net_open(DUOS_IPV4, DUOS_DGRAM);
    bool on = true;
    duos_err err;

    (void)state;
    assert_ok(duos_get_bool(s, DUOS_OPT_DONTFRAG, &on));
    assert_false(on); /* though TCP and Linux look for the path MTU */
    assert_ok(duos_set_bool(s, DUOS_OPT_DONTFRAG, true));
    assert_ok(duos_set_int(s, DUOS_OPT_SEND_BUFFER, 200000));
    err = duos_sendto(s, data, sizeof data, &nowhere);
    net_close(&s);
    if (err == DUOS_ENETUNREACH || err == DUOS_EHOSTUNREACH) {
        skip_because("no route leads beyond this machine");
    }
    assert_int_equal(err, DUOS_EMSGSIZE);
}

/* ---- TCP info ---------------------------------------------------------- */

static void test_tcp_info_tells_of_a_connection_or_is_enotsup(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    duos_tcp_info info;
    duos_err err;

    (void)state;
    net_exchange(p.client, p.server);
    duos_tcp_info_init(&info);
    assert_int_equal(info.state, DUOS_TCP_UNKNOWN);
    err = duos_get_tcp_info(p.client, &info);
    if (err == DUOS_ENOTSUP) {
        assert_true(!os_is_linux());
        assert_int_equal(info.rtt_us, -1);
        net_close_pair(&p);
        skip_because("this system tells nothing of its connections");
    }
    assert_int_equal(err, DUOS_OK);
    assert_int_equal(info.size, sizeof info);
    assert_int_equal(info.state, DUOS_TCP_ESTABLISHED);
    assert_between(info.rtt_us, 0, 10 * 1000 * 1000);
    assert_true(info.mss > 0);
    assert_true(info.retransmits >= 0);
    net_close_pair(&p);
}

static void test_tcp_info_older_caller_keeps_the_rest(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    duos_tcp_info info;
    duos_err err;

    (void)state;
    duos_tcp_info_init(&info);
    info.size = offsetof(duos_tcp_info, mss);
    info.mss = 4711;
    err = duos_get_tcp_info(p.client, &info);
    assert_true(err == DUOS_OK || err == DUOS_ENOTSUP);
    assert_int_equal(info.mss, 4711);
    assert_int_equal(info.size, offsetof(duos_tcp_info, mss));
    net_close_pair(&p);
}

static void test_API9_tcp_info_of_what_is_none_is_refused(void **state)
{
    duos_socket datagram = net_open(DUOS_IPV4, DUOS_DGRAM);
    duos_tcp_info info;

    (void)state;
    duos_tcp_info_init(NULL);
    duos_tcp_info_init(&info);
    assert_err(DUOS_ENOTSUP, duos_get_tcp_info(datagram, &info));
    assert_err(DUOS_EBADF, duos_get_tcp_info(none, &info));
    assert_err(DUOS_EINVAL, duos_get_tcp_info(datagram, NULL));
    info.size = 0;
    assert_err(DUOS_EINVAL, duos_get_tcp_info(datagram, &info));
    info.size = sizeof info + 1;
    assert_err(DUOS_EINVAL, duos_get_tcp_info(datagram, &info));
    assert_int_equal(info.state, DUOS_TCP_UNKNOWN);
    net_close(&datagram);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_trap_19_v6only_after_bind_is_done_or_changes_nothing),
        cmocka_unit_test(test_trap_15_reuse_policy_is_read_back),
        cmocka_unit_test(test_trap_13_reuse_of_a_stream_is_told_as_it_is),
        cmocka_unit_test(test_option_reuse_of_a_unix_socket_is_enotsup),
        cmocka_unit_test(
            test_trap_50_option_tos_is_set_or_enotsup_never_ignored),
        cmocka_unit_test(test_trap_55_option_buffer_is_at_least_what_was_set),
        cmocka_unit_test(test_trap_56_option_linger_is_in_seconds),
        cmocka_unit_test(test_trap_53_option_ms_are_rounded_up_to_seconds),
        cmocka_unit_test(test_option_text_is_read_back_or_enotsup),
        cmocka_unit_test(test_option_device_is_unbound_by_an_empty_name),
        cmocka_unit_test(test_option_family_type_protocol_tell_what_it_is),
        cmocka_unit_test(test_option_path_mtu_is_that_of_the_peer),
        cmocka_unit_test(test_option_dontfrag_too_long_a_datagram_is_emsgsize),
        cmocka_unit_test(test_tcp_info_tells_of_a_connection_or_is_enotsup),
        cmocka_unit_test(test_tcp_info_older_caller_keeps_the_rest),
        cmocka_unit_test(test_API9_tcp_info_of_what_is_none_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
