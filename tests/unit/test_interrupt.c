/* SPDX-License-Identifier: MIT */
/*
 * test_interrupt.c - a blocking connect among signals. It takes a second,
 * since it lives on a SYN that is sent again, so it runs once and not for
 * each poller.
 */
#include "support/net.h"

#define FILL_MAX 16

typedef struct late {
    duos_socket listener;
    duos_socket idle;
    int expected;
} late;

/* Waits on an idle socket, then takes all connections. */
static void run_late_accepts(void *user)
{
    late *l = user;
    duos_socket s;

    (void)duos_wait(l->idle, DUOS_READ, 50, NULL);
    while (l->expected > 0 &&
           duos_wait(l->listener, DUOS_READ, PATIENCE_MS, NULL) == DUOS_OK) {
        if (duos_accept(l->listener, DUOS_NONBLOCK, &s, NULL) == DUOS_OK) {
            l->expected--;
            (void)duos_close(&s);
        }
    }
}

/* Fills a backlog until an attempt gets no answer; returns how many did. */
static int fill_backlog(const duos_addr *at, duos_socket *fill)
{
    int i;

    for (i = 0; i < FILL_MAX; i++) {
        fill[i] = net_open(DUOS_IPV4, DUOS_STREAM);
        (void)!duos_connect(fill[i], at);
        if (duos_wait(fill[i], DUOS_WRITE, 50, NULL) != DUOS_OK) {
            net_close(&fill[i]);
            return i;
        }
    }
    return i;
}

/* Trap 30: the attempt goes on; it is waited for, not begun again. */
static void test_trap_30_SY1_SY8_connect_among_signals_ends_connected(
    void **state)
{
    duos_addr at;
    duos_addr idle;
    late l = {net_listen(DUOS_IPV4, 1, &at),
              net_bind(DUOS_IPV4, DUOS_DGRAM, &idle), 0};
    duos_socket fill[FILL_MAX];
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);
    os_thread *thread;
    uint64_t begin;
    duos_err err;
    int filled;

    (void)state;
    assert_ok(duos_set_nonblocking(s, false));
    filled = fill_backlog(&at, fill);
    if (!os_is_linux() || !os_begin_storm()) {
        skip_because("no signals, or a full backlog is refused here");
    }
    l.expected = filled + 1;
    begin = net_now();
    thread = os_thread_start(run_late_accepts, &l);
    assert_non_null(thread);
    err = duos_connect(s, &at);
    os_end_storm();
    assert_true(os_storm_count() > 0);
    assert_waited_at_least(begin, 50);
    assert_int_equal(err, DUOS_OK);
    assert_ok(duos_connect_result(s));
    os_thread_join(thread);
    assert_int_equal(l.expected, 0);
    while (filled > 0) {
        net_close(&fill[--filled]);
    }
    net_close(&s);
    net_close(&l.idle);
    net_close(&l.listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            test_trap_30_SY1_SY8_connect_among_signals_ends_connected),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
