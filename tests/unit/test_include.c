/* SPDX-License-Identifier: MIT */
/*
 * test_include.c - what <duosock/duosock.h> brings into a program, looked at
 * right after it, before anything else is included: nothing of the system,
 * whose headers have an order of their own on Windows (trap 76).
 */
#include <duosock/duosock.h>

#if defined(_WINSOCKAPI_) || defined(_WINSOCK2API_) || defined(_WINSOCK2_H) || \
    defined(_WINDOWS_) || defined(_WINDEF_) || defined(_WINNT_) ||             \
    defined(_INC_WINDOWS) || defined(WINAPI) || defined(SOCKET_ERROR)
#define BRINGS_WINDOWS 1
#else
#define BRINGS_WINDOWS 0
#endif

#if defined(AF_INET) || defined(SOCK_STREAM) || defined(_SYS_SOCKET_H) ||      \
    defined(_SYS_SOCKET_H_) || defined(FD_SET) || defined(POLLIN) ||           \
    defined(_NETINET_IN_H) || defined(INADDR_ANY) || defined(IPPROTO_TCP)
#define BRINGS_SOCKETS 1
#else
#define BRINGS_SOCKETS 0
#endif

#if defined(EAGAIN) || defined(EDOM) || defined(SIGPIPE) || defined(stdin) ||  \
    defined(RAND_MAX) || defined(CLOCKS_PER_SEC)
#define BRINGS_C 1
#else
#define BRINGS_C 0
#endif

/* Names that programs like to have for themselves. */
#if defined(min) || defined(max) || defined(ERROR) || defined(near) ||         \
    defined(far) || defined(interface) || defined(small)
#define BRINGS_SHORT_NAMES 1
#else
#define BRINGS_SHORT_NAMES 0
#endif

#include "support/check.h"
#include "support/os.h"

static void test_trap_76_header_brings_nothing_of_windows(void **state)
{
    (void)state;
    assert_int_equal(BRINGS_WINDOWS, 0);
    assert_int_equal(BRINGS_SHORT_NAMES, 0);
}

static void test_trap_76_header_brings_no_sockets_of_the_system(void **state)
{
    (void)state;
    assert_int_equal(BRINGS_SOCKETS, 0);
    assert_int_equal(BRINGS_C, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trap_76_header_brings_nothing_of_windows),
        cmocka_unit_test(test_trap_76_header_brings_no_sockets_of_the_system),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
