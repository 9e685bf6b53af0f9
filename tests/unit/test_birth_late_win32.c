/* SPDX-License-Identifier: MIT */
/*
 * test_birth_late_win32.c - what the tests of sys_birth_fcntl.c would show
 * does not exist on Windows.
 */
#include "support/check.h"
#include "support/os.h"

static void test_trap_40_SY13_options_of_a_socket_whose_peer_is_gone(
    void **state)
{
    (void)state;
    skip_because("macOS alone refuses to set up a socket that was reset");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_trap_40_SY13_options_of_a_socket_whose_peer_is_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
