/* SPDX-License-Identifier: MIT */
/*
 * test_nonblocking.c - the mode of a socket, seen by what its calls do, since
 * nobody can ask for it (trap 8).
 */
#include "support/net.h"

#include <duosock/option.h>

/* Longest that a call may take that does not block. */
#define AT_ONCE_MS 0 /* besides what net.h allows for a slow machine */

/* Does a receive from nobody come back at once, or wait for its limit? */
static void assert_mode(duos_socket s, bool nonblocking)
{
    uint64_t begin = net_now();
    char byte;
    size_t n;

    if (nonblocking) {
        assert_err(DUOS_EWOULDBLOCK, duos_recv(s, &byte, 1, &n));
    } else {
        assert_ok(duos_set_ms(s, DUOS_OPT_RECV_TIMEOUT, 30));
        assert_true(duos_recv(s, &byte, 1, &n) < 0);
        assert_waited_at_least(begin, 15);
    }
}

/*
 * Trap 7: the flag of socket() and accept() is another one than that of
 * fcntl() on some systems, and Windows has none at all.
 */
static void test_trap_7_mode_is_right_from_the_first_call(void **state)
{
    duos_addr at;
    duos_socket s;
    int i;

    (void)state;
    for (i = 0; i < 2; i++) {
        assert_ok(duos_open(DUOS_IPV4, DUOS_DGRAM,
                            i == 0 ? DUOS_NONBLOCK : DUOS_BLOCKING, &s));
        at = duos_addr_loopback(DUOS_IPV4, 0);
        assert_ok(duos_bind(s, &at));
        assert_mode(s, i == 0);
        net_close(&s);
    }
}

/* Whatever it was before, and without asking what it was. */
static void test_trap_8_mode_is_what_was_set_last(void **state)
{
    static const bool modes[] = {true, true, false, false, true, false};
    duos_addr at;
    duos_socket s = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);
    size_t i;

    (void)state;
    for (i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        assert_ok(duos_set_nonblocking(s, modes[i]));
        assert_mode(s, modes[i]);
    }
    net_close(&s);
}

/* A table of options that had it would have to lie on Windows. */
static void test_trap_8_no_option_tells_the_mode(void **state)
{
    int option;

    (void)state;
    for (option = 1; option < DUOS_OPT_COUNT; option++) {
        const duos_opt_info *info = duos_opt_describe((duos_opt)option);

        assert_non_null(info);
        assert_null(strstr(info->name, "BLOCK"));
    }
}

/*
 * The attempt that gets no answer: a backlog that is full. Returns false
 * where the system answers all the same.
 */
static bool find_silence(duos_addr *at, duos_socket *listener,
                         duos_socket fill[], size_t count)
{
    size_t i;

    *listener = net_listen(DUOS_IPV4, 1, at);
    for (i = 0; i < count; i++) {
        fill[i] = net_open(DUOS_IPV4, DUOS_STREAM);
        assert_err(DUOS_EINPROGRESS, duos_connect(fill[i], at));
        if (duos_wait(fill[i], DUOS_WRITE, 100, NULL) == DUOS_ETIMEDOUT) {
            return true;
        }
    }
    return false;
}

/* Trap 9: a socket that becomes non-blocking too late blocks for 21 s. */
static void test_trap_9_connect_without_an_answer_does_not_block(void **state)
{
    enum {
        COUNT = 8
    };
    duos_socket fill[COUNT] = {{-1}, {-1}, {-1}, {-1}, {-1}, {-1}, {-1}, {-1}};
    char text[DUOS_ADDR_TEXT_MAX];
    duos_addr at;
    duos_socket listener, s;
    uint64_t begin;
    bool silent = find_silence(&at, &listener, fill, COUNT);
    int i;

    (void)state;
    if (silent) {
        begin = net_now();
        s = net_open(DUOS_IPV4, DUOS_STREAM);
        assert_err(DUOS_EINPROGRESS, duos_connect(s, &at));
        assert_waited_less_than(begin, AT_ONCE_MS);
        assert_err(DUOS_EINPROGRESS, duos_connect_result(s));
        net_close(&s);
        assert_ok(duos_addr_format(&at, text, sizeof text));
        begin = net_now();
        assert_err(DUOS_ETIMEDOUT, duos_dial(text, 50, &s));
        assert_waited_at_least(begin, 50);
        assert_waited_less_than(begin, 50);
    }
    for (i = 0; i < COUNT; i++) {
        net_close(&fill[i]);
    }
    net_close(&listener);
    if (!silent) {
        skip_because("this system answers although the backlog is full");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trap_7_mode_is_right_from_the_first_call),
        cmocka_unit_test(test_trap_8_mode_is_what_was_set_last),
        cmocka_unit_test(test_trap_8_no_option_tells_the_mode),
        cmocka_unit_test(test_trap_9_connect_without_an_answer_does_not_block),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
