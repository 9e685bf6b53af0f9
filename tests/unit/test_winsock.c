/* SPDX-License-Identifier: MIT */
/*
 * test_winsock.c - Winsock is shared with the program that duosock is in: who
 * starts it first and who ends it does not matter (trap 2). One process, so
 * the order of the tests is part of them.
 */
#include "support/net.h"

#define NOT_HERE "there is nothing to start on this system"

/* The program was first, and thinks that it is the last one, too. */
static void test_trap_2_API8_program_that_cleans_up_does_not_end_our_sockets(
    void **state)
{
    pair p;

    (void)state;
    if (!os_start_winsock()) {
        skip_because(NOT_HERE);
    }
    p = net_pair(DUOS_IPV4);
    assert_true(os_stop_winsock());
    assert_true(os_winsock_is_started());
    net_exchange(p.client, p.server);
    net_exchange(p.server, p.client);
    net_close_pair(&p);
    p = net_pair(DUOS_IPV4);
    net_exchange(p.client, p.server);
    net_close_pair(&p);
}

/* An answer, whatever it is; the lookups run on threads of their own. */
static void look_up(void)
{
    duos_addr addr = duos_addr_loopback(DUOS_IPV4, 0);
    char name[DUOS_RESOLVE_NAME_MAX + 1];
    uint16_t port;

    assert_int_not_equal(duos_reverse(&addr, PATIENCE_MS, name, sizeof name),
                         DUOS_ETIMEDOUT);
    assert_int_not_equal(
        duos_resolve_service("http", DUOS_STREAM, PATIENCE_MS, &port),
        DUOS_ETIMEDOUT);
}

/* However many sockets and lookups there were, we are counted once. */
static void test_trap_2_API8_we_are_one_user_and_start_again_when_robbed(
    void **state)
{
    pair p;
    int i;

    (void)state;
    if (!os_winsock_is_started()) {
        skip_because(NOT_HERE);
    }
    for (i = 0; i < 10; i++) {
        p = net_pair(DUOS_IPV4);
        net_close_pair(&p);
    }
    look_up();
    assert_true(os_stop_winsock()); /* not the program's to stop */
    assert_false(os_winsock_is_started());
    p = net_pair(DUOS_IPV4);
    net_exchange(p.client, p.server);
    net_close_pair(&p);
    assert_true(os_stop_winsock());
    look_up(); /* starts it as well */
    assert_true(os_winsock_is_started());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_trap_2_API8_program_that_cleans_up_does_not_end_our_sockets),
        cmocka_unit_test(
            test_trap_2_API8_we_are_one_user_and_start_again_when_robbed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
