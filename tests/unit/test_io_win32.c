/* SPDX-License-Identifier: MIT */
/*
 * test_io_win32.c - what becomes of Winsock's words when a send or receive
 * has failed; Wine does not say all of them by itself.
 */
#include "win32/envelope.h"

#include "support/net.h"

/* A datagram socket that is connected to itself. */
static duos_socket open_connected(void)
{
    duos_addr at;
    duos_socket s = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);

    assert_ok(duos_connect(s, &at));
    return s;
}

/* Trap 44: no would-block, since waiting for room would end at once. */
static void test_trap_44_SY10_no_buffer_space_is_enobufs(void **state)
{
    duos_socket s = net_open(DUOS_IPV4, DUOS_DGRAM);

    (void)state;
    assert_int_equal(duos__io_error(s, WSAENOBUFS), DUOS_ENOBUFS);
    assert_int_equal(duos__io_error(s, WSAEWOULDBLOCK), DUOS_EWOULDBLOCK);
    net_close(&s);
}

/* Trap 45: a send after our own end, and while the connection breaks. */
static void test_trap_45_send_at_the_end_says_which_end(void **state)
{
    pair p = net_pair(DUOS_IPV4);

    (void)state;
    assert_int_equal(duos__io_error(p.client, WSAESHUTDOWN), DUOS_EPIPE);
    assert_int_equal(duos__io_error(p.client, WSAECONNABORTED),
                     DUOS_ECONNABORTED);
    net_close_pair(&p);
}

/* Trap 46: we have ended it ourselves. */
static void test_trap_46_shut_down_for_receiving_is_the_end(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    bool cut = false;

    (void)state;
    assert_int_equal(duos__receive_ended(p.client, WSAESHUTDOWN, 10, &cut), 0);
    assert_false(cut);
    net_close_pair(&p);
}

/* Trap 47: the room is full, and the rest is lost. */
static void test_trap_47_UD1_message_too_long_fills_the_buffer(void **state)
{
    duos_socket s = open_connected();
    bool cut = false;

    (void)state;
    assert_int_equal(duos__receive_ended(s, WSAEMSGSIZE, 10, &cut), 10);
    assert_true(cut);
    net_close(&s);
}

/* Trap 48: a report, a refusal or a reset: it depends on the socket. */
static void test_trap_48_reset_means_what_the_socket_can_have(void **state)
{
    duos_socket alone = net_open(DUOS_IPV4, DUOS_DGRAM);
    duos_socket connected = open_connected();
    pair p = net_pair(DUOS_IPV4);

    (void)state;
    assert_true(duos__is_stale_report(alone, WSAECONNRESET));
    assert_true(duos__is_stale_report(alone, WSAENETRESET));
    assert_false(duos__is_stale_report(alone, WSAEWOULDBLOCK));
    assert_false(duos__is_stale_report(connected, WSAECONNRESET));
    assert_false(duos__is_stale_report(p.client, WSAECONNRESET));
    assert_int_equal(duos__io_error(connected, WSAECONNRESET),
                     DUOS_ECONNREFUSED);
    assert_int_equal(duos__io_error(p.client, WSAECONNRESET), DUOS_ECONNRESET);
    net_close(&alone);
    net_close(&connected);
    net_close_pair(&p);
}

/* Some providers write no length, and what lay there before is no news. */
static void test_message_without_control_data_tells_nothing(void **state)
{
    duos__envelope envelope;
    duos__parts parts;
    duos_message message;
    WSACMSGHDR left = {0};

    (void)state;
    left.cmsg_level = IPPROTO_IP;
    left.cmsg_type = IP_TTL;
    left.cmsg_len = sizeof left + sizeof(int);
    memset(&envelope, 0, sizeof envelope);
    memcpy(&envelope.control, &left, sizeof left);
    memset(&message, 0, sizeof message);
    duos__parts_init(&parts, NULL, 0);
    duos__envelope_lay(&envelope, &parts);
    duos__envelope_open(&envelope, &message);
    assert_int_equal(message.has, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trap_44_SY10_no_buffer_space_is_enobufs),
        cmocka_unit_test(test_trap_45_send_at_the_end_says_which_end),
        cmocka_unit_test(test_trap_46_shut_down_for_receiving_is_the_end),
        cmocka_unit_test(test_trap_47_UD1_message_too_long_fills_the_buffer),
        cmocka_unit_test(test_trap_48_reset_means_what_the_socket_can_have),
        cmocka_unit_test(test_message_without_control_data_tells_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
