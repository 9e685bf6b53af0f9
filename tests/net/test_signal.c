/* SPDX-License-Identifier: MIT */
/*
 * test_signal.c - signals, where there are any: they do not cut a wait short
 * nor make it longer, and SIGPIPE is neither raised nor touched.
 */
#include "support/net.h"

#include <duosock/option.h>
#include <duosock/poller.h>
#include <duosock/select.h>

#define TIMEOUT_MS 40

static void begin_storm(void)
{
    if (!os_begin_storm()) {
        skip_because("no signals on this system");
    }
}

/* A test is void if no signal came while it waited. */
static void end_storm(uint64_t begin)
{
    os_end_storm();
    assert_true(os_storm_count() > 0);
    assert_waited_at_least(begin, TIMEOUT_MS);
    assert_waited_less_than(begin, TIMEOUT_MS);
}

/* ---- waits ------------------------------------------------------------ */

static void test_SY1_wait_among_signals_is_as_long_as_asked(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    uint64_t begin;

    (void)state;
    begin_storm();
    begin = net_now();
    assert_err(DUOS_ETIMEDOUT,
               duos_wait(p.client, DUOS_READ, TIMEOUT_MS, NULL));
    end_storm(begin);
    net_close_pair(&p);
}

static void test_SY1_select_among_signals_is_as_long_as_asked(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    duos_fdset set;
    uint64_t begin;
    size_t ready = 99;

    (void)state;
    duos_fdset_init(&set, NULL);
    assert_ok(duos_fdset_set(&set, p.client));
    begin_storm();
    begin = net_now();
    assert_ok(duos_select(&set, NULL, NULL, TIMEOUT_MS, &ready));
    end_storm(begin);
    assert_int_equal(ready, 0);
    begin_storm();
    begin = net_now();
    assert_ok(duos_select(NULL, NULL, NULL, TIMEOUT_MS, NULL));
    end_storm(begin);
    duos_fdset_fini(&set);
    net_close_pair(&p);
}

static void test_SY1_poller_among_signals_is_as_long_as_asked(void **state)
{
    duos_poller *poller;
    duos_poll_event event;
    uint64_t begin;
    size_t n = 99;

    (void)state;
    assert_ok(duos_poller_create(NULL, &poller));
    begin_storm();
    begin = net_now();
    assert_ok(duos_poller_wait(poller, &event, 1, TIMEOUT_MS, &n));
    end_storm(begin);
    assert_int_equal(n, 0);
    duos_poller_destroy(poller);
}

/* ---- blocking calls --------------------------------------------------- */

/* Waits on an idle socket, and then does what the test waits for. */
typedef struct late {
    duos_socket idle;
    duos_socket socket;
    duos_addr at;
} late;

static void run_late_send(void *user)
{
    late *l = user;

    (void)duos_wait(l->idle, DUOS_READ, TIMEOUT_MS, NULL);
    (void)duos_send_all(l->socket, "x", 1, PATIENCE_MS, NULL);
}

static void run_late_connect(void *user)
{
    late *l = user;

    (void)duos_wait(l->idle, DUOS_READ, TIMEOUT_MS, NULL);
    (void)!duos_connect(l->socket, &l->at);
}

static void test_SY1_recv_among_signals_waits_for_its_byte(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    duos_addr at;
    late l = {net_bind(DUOS_IPV4, DUOS_DGRAM, &at), p.client, at};
    os_thread *thread;
    uint64_t begin;
    char byte = '?';
    size_t n = 0;

    (void)state;
    assert_ok(duos_set_nonblocking(p.server, false));
    begin_storm();
    begin = net_now();
    thread = os_thread_start(run_late_send, &l);
    assert_non_null(thread);
    assert_ok(duos_recv(p.server, &byte, 1, &n));
    end_storm(begin);
    assert_int_equal(n, 1);
    assert_int_equal(byte, 'x');
    os_thread_join(thread);
    net_close(&l.idle);
    net_close_pair(&p);
}

static void test_SY1_recvfrom_among_signals_waits_for_its_datagram(void **state)
{
    duos_addr at;
    duos_socket s = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);
    late l = {net_bind(DUOS_IPV4, DUOS_DGRAM, &l.at),
              net_open(DUOS_IPV4, DUOS_DGRAM), at};
    os_thread *thread;
    uint64_t begin;
    char byte = '?';
    size_t n = 0;

    (void)state;
    assert_ok(duos_set_nonblocking(s, false));
    assert_ok(duos_connect(l.socket, &at));
    begin_storm();
    begin = net_now();
    thread = os_thread_start(run_late_send, &l);
    assert_non_null(thread);
    assert_ok(duos_recvfrom(s, &byte, 1, &n, NULL, NULL));
    end_storm(begin);
    assert_int_equal(byte, 'x');
    os_thread_join(thread);
    net_close(&l.idle);
    net_close(&l.socket);
    net_close(&s);
}

static void test_SY1_accept_among_signals_waits_for_a_connection(void **state)
{
    duos_addr at;
    duos_addr idle;
    duos_socket listener = net_listen(DUOS_IPV4, 0, &at);
    late l = {net_bind(DUOS_IPV4, DUOS_DGRAM, &idle),
              net_open(DUOS_IPV4, DUOS_STREAM), at};
    duos_socket server = DUOS_SOCKET_INVALID;
    os_thread *thread;
    uint64_t begin;

    (void)state;
    assert_ok(duos_set_nonblocking(listener, false));
    begin_storm();
    begin = net_now();
    thread = os_thread_start(run_late_connect, &l);
    assert_non_null(thread);
    assert_ok(duos_accept(listener, DUOS_NONBLOCK, &server, NULL));
    end_storm(begin);
    os_thread_join(thread);
    net_close(&server);
    net_close(&listener);
    net_close(&l.idle);
    net_close(&l.socket);
}

/* Takes what a blocking sender has sent, but only after a while. */
static void run_late_drain(void *user)
{
    static char bytes[65536];
    late *l = user;
    size_t n;

    (void)duos_wait(l->idle, DUOS_READ, TIMEOUT_MS, NULL);
    while (duos_recv_some(l->socket, bytes, sizeof bytes, PATIENCE_MS, &n) ==
           DUOS_OK) {
    }
}

/* Nobody reads at first, so each call is held up sooner or later. */
static void test_SY1_send_among_signals_waits_for_room(void **state)
{
    static const char bytes[65536];
    pair p = net_pair(DUOS_IPV4);
    duos_addr at;
    late l = {net_bind(DUOS_IPV4, DUOS_DGRAM, &at), p.server, at};
    os_thread *thread;
    uint64_t begin;

    (void)state;
    (void)net_fill(p.client);
    assert_ok(duos_set_nonblocking(p.client, false));
    begin_storm();
    begin = net_now();
    thread = os_thread_start(run_late_drain, &l);
    assert_non_null(thread);
    while (net_now() - begin < 2 * TIMEOUT_MS * 1000000) {
        size_t n = 0;

        assert_ok(duos_send(p.client, bytes, sizeof bytes, &n));
        assert_between(n, 1, sizeof bytes);
    }
    end_storm(begin);
    net_close(&p.client);
    os_thread_join(thread);
    net_close(&p.server);
    net_close(&l.idle);
}

/* ---- SIGPIPE ---------------------------------------------------------- */

/*
 * Trap 41. By default the signal would end this process, so to come to the
 * end is most of the test.
 */
static void test_trap_41_SY10_sending_to_nobody_raises_no_sigpipe(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    size_t n;
    int i;

    (void)state;
    assert_true(os_sigpipe_is_default());
    net_reset(&p.client);
    net_await(p.server, DUOS_READ);
    for (i = 0; i < 3; i++) {
        assert_true(duos_send(p.server, "x", 1, &n) < 0);
        assert_true(duos_sendto(p.server, "x", 1, NULL) < 0);
        assert_true(duos_send_all(p.server, "x", 1, 0, NULL) < 0);
    }
    net_close(&p.server);
    assert_true(os_sigpipe_is_default());
}

static void test_SG3_library_never_touches_sigpipe(void **state)
{
    duos_addr at;
    duos_socket listener = net_listen(DUOS_IPV4, 0, &at);
    duos_socket client = net_connect(&at);
    duos_socket server = net_accept(listener);
    duos_poller *poller;

    (void)state;
    assert_true(os_sigpipe_is_default());
    assert_ok(duos_poller_create(NULL, &poller));
    assert_true(os_sigpipe_is_default());
    net_exchange(client, server);
    assert_true(os_sigpipe_is_default());
    duos_poller_destroy(poller);
    net_close(&client);
    net_close(&server);
    net_close(&listener);
    assert_true(os_sigpipe_is_default());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_SY1_wait_among_signals_is_as_long_as_asked),
        cmocka_unit_test(test_SY1_select_among_signals_is_as_long_as_asked),
        cmocka_unit_test(test_SY1_poller_among_signals_is_as_long_as_asked),
        cmocka_unit_test(test_SY1_recv_among_signals_waits_for_its_byte),
        cmocka_unit_test(
            test_SY1_recvfrom_among_signals_waits_for_its_datagram),
        cmocka_unit_test(test_SY1_accept_among_signals_waits_for_a_connection),
        cmocka_unit_test(test_SY1_send_among_signals_waits_for_room),
        cmocka_unit_test(test_trap_41_SY10_sending_to_nobody_raises_no_sigpipe),
        cmocka_unit_test(test_SG3_library_never_touches_sigpipe),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
