/* SPDX-License-Identifier: MIT */
/*
 * test_addr_win32.c - addresses of unix sockets as Windows has them, also
 * where it has no such sockets; and what it never has.
 */
#include "win32/win32.h"

#include "support/net.h"

static void test_addr_native_path_comes_back(void **state)
{
    duos__sockaddr native;
    duos_addr addr, back;
    int len = 0;

    (void)state;
    assert_ok(duos_addr_unix("C:/some.socket", 14, &addr));
    assert_ok(duos__addr_to_native(&addr, &native, &len));
    assert_int_equal(native.any.sa_family, AF_UNIX);
    assert_string_equal(native.path.sun_path, "C:/some.socket");
    assert_int_equal(len, sizeof native.path);
    duos__addr_from_native(&native, &back);
    assert_true(duos_addr_equal(&addr, &back));
}

/* Trap 22: never cut. */
static void test_addr_native_path_too_long_is_enametoolong(void **state)
{
    duos__sockaddr native;
    duos_addr addr;
    int len = 0;

    (void)state;
    memset(&addr, 0, sizeof addr);
    addr.family = DUOS_UNIX;
    memset(addr.ip.path, 'x', sizeof addr.ip.path);
    addr.path_len = sizeof native.path.sun_path;
    assert_err(DUOS_ENAMETOOLONG, duos__addr_to_native(&addr, &native, &len));
    addr.path_len--;
    assert_ok(duos__addr_to_native(&addr, &native, &len));
    memset(native.path.sun_path, 'x', sizeof native.path.sun_path);
    duos__addr_from_native(&native, &addr);
    assert_int_equal(addr.family, DUOS_UNSPEC);
}

/* Trap 23: documented, but they do not work. */
static void test_trap_23_addr_native_abstract_name_is_enotsup(void **state)
{
    duos__sockaddr native;
    duos_addr addr;
    int len = 0;

    (void)state;
    assert_ok(duos_addr_unix("\0name", 5, &addr));
    assert_err(DUOS_ENOTSUP, duos__addr_to_native(&addr, &native, &len));
}

static void test_addr_native_of_another_family_is_eafnosupport(void **state)
{
    duos__sockaddr native;
    duos_addr addr;
    int len = 0;

    (void)state;
    memset(&addr, 0, sizeof addr);
    assert_err(DUOS_EAFNOSUPPORT, duos__addr_to_native(&addr, &native, &len));
    memset(&native, 0, sizeof native);
    native.any.sa_family = AF_IPX;
    addr.family = DUOS_IPV4;
    duos__addr_from_native(&native, &addr);
    assert_int_equal(addr.family, DUOS_UNSPEC);
}

/* ---- what Windows never has --------------------------------------------- */

static void test_handover_on_windows_is_enotsup(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    intptr_t handle = 7;
    char data = 0;

    (void)state;
    assert_int_equal(sys_send_handle(p.client, "x", 1, p.client.os),
                     DUOS_ENOTSUP);
    assert_int_equal(sys_recv_handle(p.server, &data, 1, &handle),
                     DUOS_ENOTSUP);
    assert_int_equal(handle, 7);
    net_close_pair(&p);
}

static void test_take_report_on_windows_is_enotsup(void **state)
{
    duos_addr at;
    duos_socket s = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);
    duos_err what = DUOS_EPERM;

    (void)state;
    assert_err(DUOS_ENOTSUP, duos_take_report(s, &at, &what));
    assert_err(DUOS_ENOTSUP, sys_take_report(s, &at, &what));
    assert_int_equal(what, DUOS_EPERM);
    net_close(&s);
}

/* Of a socket that has no process at its other end. */
static void test_credentials_of_no_unix_socket_are_refused(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    duos_credentials who;

    (void)state;
    memset(&who, 0, sizeof who);
    assert_int_not_equal(sys_peer_credentials(p.client, &who), DUOS_OK);
    assert_int_equal(who.known, 0);
    net_close_pair(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addr_native_path_comes_back),
        cmocka_unit_test(test_addr_native_path_too_long_is_enametoolong),
        cmocka_unit_test(test_trap_23_addr_native_abstract_name_is_enotsup),
        cmocka_unit_test(test_addr_native_of_another_family_is_eafnosupport),
        cmocka_unit_test(test_handover_on_windows_is_enotsup),
        cmocka_unit_test(test_take_report_on_windows_is_enotsup),
        cmocka_unit_test(test_credentials_of_no_unix_socket_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
