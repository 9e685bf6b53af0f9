/* SPDX-License-Identifier: MIT */
/*
 * test_socket.c - a socket's birth and end: open, adopt, mode, inheritance,
 * close, and what its addresses are.
 */
#include "support/net.h"

#include <duosock/option.h>

/* A number that no socket has, and one that was a socket. */
static const duos_socket none = DUOS_SOCKET_INVALID;

static duos_socket closed_socket(void)
{
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);
    duos_socket copy = s;

    net_close(&s);
    return copy;
}

/* ---- open ------------------------------------------------------------- */

static void assert_opens(duos_family family, duos_type type, unsigned flags)
{
    duos_socket s;
    int32_t kind = 0;
    bool on;

    assert_ok(duos_open(family, type, flags, &s));
    assert_true(duos_socket_valid(s));
    assert_ok(duos_get_int(s, DUOS_OPT_TYPE, &kind));
    assert_int_equal(kind, type);
    if (os_get_nonblocking(s, &on)) {
        assert_int_equal(on, flags == DUOS_NONBLOCK);
    }
    net_close(&s);
}

static void test_open_ipv4_gives_type_and_mode(void **state)
{
    (void)state;
    assert_opens(DUOS_IPV4, DUOS_STREAM, DUOS_BLOCKING);
    assert_opens(DUOS_IPV4, DUOS_STREAM, DUOS_NONBLOCK);
    assert_opens(DUOS_IPV4, DUOS_DGRAM, DUOS_BLOCKING);
    assert_opens(DUOS_IPV4, DUOS_DGRAM, DUOS_NONBLOCK);
}

static void test_open_ipv6_gives_type_and_mode(void **state)
{
    (void)state;
    net_need(DUOS_IPV6);
    assert_opens(DUOS_IPV6, DUOS_STREAM, DUOS_NONBLOCK);
    assert_opens(DUOS_IPV6, DUOS_DGRAM, DUOS_BLOCKING);
}

/* The out-parameter stays as it was in each case. */
static void test_open_wrong_argument_is_refused(void **state)
{
    duos_socket s = {12345};

    (void)state;
    assert_err(DUOS_EINVAL, duos_open(DUOS_IPV4, DUOS_STREAM, 0, NULL));
    assert_err(DUOS_EINVAL, duos_open(DUOS_IPV4, (duos_type)9, 0, &s));
    assert_err(DUOS_EINVAL, duos_open(DUOS_IPV4, DUOS_STREAM, 2, &s));
    assert_err(DUOS_EINVAL, duos_open(DUOS_IPV4, DUOS_STREAM, 1u << 31, &s));
    assert_err(DUOS_EAFNOSUPPORT, duos_open(DUOS_UNSPEC, DUOS_STREAM, 0, &s));
    assert_err(DUOS_EAFNOSUPPORT,
               duos_open((duos_family)99, DUOS_DGRAM, 0, &s));
    assert_int_equal(s.os, 12345);
}

static void test_SY6_open_without_descriptors_is_emfile(void **state)
{
    duos_socket s = none;

    (void)state;
    if (!os_begin_shortage()) {
        skip_because("no limit of descriptors on this system");
    }
    assert_err(DUOS_EMFILE, duos_open(DUOS_IPV4, DUOS_STREAM, 0, &s));
    assert_err(DUOS_EMFILE, duos_open_raw(DUOS_IPV4, DUOS_STREAM, &s));
    os_end_shortage();
    assert_false(duos_socket_valid(s));
    assert_ok(duos_open(DUOS_IPV4, DUOS_STREAM, 0, &s));
    net_close(&s);
}

/* ---- open_raw --------------------------------------------------------- */

static void test_open_raw_leaves_all_to_the_system(void **state)
{
    duos_socket s;
    bool on = true;

    (void)state;
    assert_ok(duos_open_raw(DUOS_IPV4, DUOS_DGRAM, &s));
    assert_true(os_is_inherited(s));
    if (os_get_nonblocking(s, &on)) {
        assert_false(on);
    }
    net_close(&s);
}

static void test_open_raw_wrong_argument_is_refused(void **state)
{
    duos_socket s = {12345};

    (void)state;
    assert_err(DUOS_EINVAL, duos_open_raw(DUOS_IPV4, DUOS_STREAM, NULL));
    assert_err(DUOS_EINVAL, duos_open_raw(DUOS_IPV4, (duos_type)0, &s));
    assert_err(DUOS_EAFNOSUPPORT, duos_open_raw(DUOS_UNSPEC, DUOS_STREAM, &s));
    assert_int_equal(s.os, 12345);
}

/* ---- inheritance ------------------------------------------------------ */

static void test_trap_4_API10_opened_socket_is_not_inherited(void **state)
{
    duos_socket s;

    (void)state;
    assert_ok(duos_open(DUOS_IPV4, DUOS_STREAM, DUOS_BLOCKING, &s));
    assert_false(os_is_inherited(s));
    net_close(&s);
    s = net_open(DUOS_IPV4, DUOS_DGRAM);
    assert_false(os_is_inherited(s));
    net_close(&s);
}

static void test_trap_4_API10_accepted_socket_is_not_inherited(void **state)
{
    pair p = net_pair(DUOS_IPV4);

    (void)state;
    assert_false(os_is_inherited(p.server));
    net_close_pair(&p);
}

/* ---- handles ---------------------------------------------------------- */

static void test_trap_1_socket_handle_survives_adoption(void **state)
{
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);
    duos_socket same = duos_socket_from_os(duos_socket_to_os(s));
    int32_t kind = 0;

    (void)state;
    assert_int_equal(same.os, s.os);
    assert_ok(duos_get_int(same, DUOS_OPT_TYPE, &kind));
    assert_int_equal(kind, DUOS_STREAM);
    net_close(&same);
}

/* Windows handles may be any number but ~0; less than 0 is not invalid. */
static void test_trap_1_only_minus_1_is_invalid(void **state)
{
    (void)state;
    assert_false(duos_socket_valid(none));
    assert_int_equal(duos_socket_to_os(none), -1);
    assert_true(duos_socket_valid(duos_socket_from_os(0)));
    assert_true(duos_socket_valid(duos_socket_from_os(-2)));
    assert_true(duos_socket_valid(duos_socket_from_os(INTPTR_MIN)));
    assert_true(duos_socket_valid(duos_socket_from_os(INTPTR_MAX)));
}

/* ---- close ------------------------------------------------------------ */

static void test_close_makes_the_socket_invalid(void **state)
{
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);

    (void)state;
    assert_ok(duos_close(&s));
    assert_false(duos_socket_valid(s));
    assert_ok(duos_close(&s));
    assert_err(DUOS_EINVAL, duos_close(NULL));
}

static void test_close_of_a_closed_handle_is_ebadf(void **state)
{
    duos_socket s = closed_socket();

    (void)state;
    assert_err(DUOS_EBADF, duos_close(&s));
    assert_false(duos_socket_valid(s));
}

/* ---- mode ------------------------------------------------------------- */

static void test_set_nonblocking_changes_what_recv_does(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    bool on = false;
    char byte;
    size_t n;

    (void)state;
    assert_ok(duos_set_nonblocking(p.client, false));
    assert_ok(duos_set_nonblocking(p.client, false));
    if (os_get_nonblocking(p.client, &on)) {
        assert_false(on);
    }
    assert_ok(duos_set_nonblocking(p.client, true));
    assert_ok(duos_set_nonblocking(p.client, true));
    assert_err(DUOS_EWOULDBLOCK, duos_recv(p.client, &byte, 1, &n));
    net_close_pair(&p);
}

static void test_set_nonblocking_of_no_socket_is_ebadf(void **state)
{
    (void)state;
    assert_err(DUOS_EBADF, duos_set_nonblocking(none, true));
    assert_err(DUOS_EBADF, duos_set_nonblocking(closed_socket(), true));
}

/* ---- addresses -------------------------------------------------------- */

static void assert_tuples_mirror(duos_family family)
{
    pair p = net_pair(family);
    duos_tuple client;
    duos_tuple server;
    duos_addr addr;

    assert_ok(duos_socket_tuple(p.client, &client));
    assert_ok(duos_socket_tuple(p.server, &server));
    assert_true(duos_addr_equal(&client.local, &server.remote));
    assert_true(duos_addr_equal(&client.remote, &server.local));
    assert_int_equal(client.local.family, family);
    assert_true(client.local.port != 0);
    assert_ok(duos_local_addr(p.client, &addr));
    assert_true(duos_addr_equal(&addr, &client.local));
    assert_ok(duos_peer_addr(p.client, &addr));
    assert_true(duos_addr_equal(&addr, &client.remote));
    net_close_pair(&p);
}

static void test_tuple_of_the_ends_mirror_each_other(void **state)
{
    (void)state;
    assert_tuples_mirror(DUOS_IPV4);
}

static void test_tuple_of_the_ends_mirror_each_other_ipv6(void **state)
{
    (void)state;
    net_need(DUOS_IPV6);
    assert_tuples_mirror(DUOS_IPV6);
}

static void test_addr_null_is_einval(void **state)
{
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);

    (void)state;
    assert_err(DUOS_EINVAL, duos_local_addr(s, NULL));
    assert_err(DUOS_EINVAL, duos_peer_addr(s, NULL));
    assert_err(DUOS_EINVAL, duos_socket_tuple(s, NULL));
    net_close(&s);
}

static void test_addr_of_no_socket_is_ebadf(void **state)
{
    const duos_socket s = closed_socket();
    duos_tuple tuple;
    duos_addr addr;

    (void)state;
    assert_err(DUOS_EBADF, duos_local_addr(s, &addr));
    assert_err(DUOS_EBADF, duos_peer_addr(s, &addr));
    assert_err(DUOS_EBADF, duos_socket_tuple(s, &tuple));
    assert_err(DUOS_EBADF, duos_local_addr(none, &addr));
    assert_err(DUOS_EBADF, duos_peer_addr(none, &addr));
    assert_err(DUOS_EBADF, duos_socket_tuple(none, &tuple));
}

static void test_peer_addr_without_a_peer_is_enotconn(void **state)
{
    duos_addr at;
    duos_socket s = net_bind(DUOS_IPV4, DUOS_STREAM, &at);
    duos_tuple tuple;
    duos_tuple before;

    (void)state;
    memset(&tuple, 0xa5, sizeof tuple);
    before = tuple;
    assert_err(DUOS_ENOTCONN, duos_peer_addr(s, &tuple.remote));
    assert_err(DUOS_ENOTCONN, duos_socket_tuple(s, &tuple));
    assert_memory_equal(&tuple, &before, sizeof tuple);
    net_close(&s);
}

static void test_local_addr_of_an_unbound_socket_has_no_port(void **state)
{
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);
    duos_addr addr;

    (void)state;
    if (os_is_windows()) {
        assert_err(DUOS_EINVAL, duos_local_addr(s, &addr));
    } else {
        assert_ok(duos_local_addr(s, &addr));
        assert_int_equal(addr.family, DUOS_IPV4);
        assert_int_equal(addr.port, 0);
    }
    net_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_open_ipv4_gives_type_and_mode),
        cmocka_unit_test(test_open_ipv6_gives_type_and_mode),
        cmocka_unit_test(test_open_wrong_argument_is_refused),
        cmocka_unit_test(test_SY6_open_without_descriptors_is_emfile),
        cmocka_unit_test(test_open_raw_leaves_all_to_the_system),
        cmocka_unit_test(test_open_raw_wrong_argument_is_refused),
        cmocka_unit_test(test_trap_4_API10_opened_socket_is_not_inherited),
        cmocka_unit_test(test_trap_4_API10_accepted_socket_is_not_inherited),
        cmocka_unit_test(test_trap_1_socket_handle_survives_adoption),
        cmocka_unit_test(test_trap_1_only_minus_1_is_invalid),
        cmocka_unit_test(test_close_makes_the_socket_invalid),
        cmocka_unit_test(test_close_of_a_closed_handle_is_ebadf),
        cmocka_unit_test(test_set_nonblocking_changes_what_recv_does),
        cmocka_unit_test(test_set_nonblocking_of_no_socket_is_ebadf),
        cmocka_unit_test(test_tuple_of_the_ends_mirror_each_other),
        cmocka_unit_test(test_tuple_of_the_ends_mirror_each_other_ipv6),
        cmocka_unit_test(test_addr_null_is_einval),
        cmocka_unit_test(test_addr_of_no_socket_is_ebadf),
        cmocka_unit_test(test_peer_addr_without_a_peer_is_enotconn),
        cmocka_unit_test(test_local_addr_of_an_unbound_socket_has_no_port),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
