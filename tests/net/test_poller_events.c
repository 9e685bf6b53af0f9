/* SPDX-License-Identifier: MIT */
/*
 * test_poller_events.c - what a poller reports: level-triggered, only what
 * was asked for, and never before its time-out without a reason.
 */
#include "support/net.h"

#include <duosock/pair.h>
#include <duosock/poller.h>

#define CAP 16

typedef struct watch {
    duos_poller *poller;
    pair p;
    duos_token token; /* of p.server */
    duos_poll_event events[CAP];
    size_t count;
} watch;

static int set_up(void **state)
{
    static watch shared;

    memset(&shared, 0, sizeof shared);
    assert_ok(duos_poller_create(NULL, &shared.poller));
    shared.p = net_pair(DUOS_IPV4);
    *state = &shared;
    return 0;
}

static int tear_down(void **state)
{
    watch *w = *state;

    duos_poller_destroy(w->poller);
    net_close_pair(&w->p);
    return 0;
}

static duos_token add(watch *w, duos_socket s, unsigned interest, void *user)
{
    duos_token token = {0};

    assert_ok(duos_poller_add(w->poller, s, interest, user, &token));
    return token;
}

static void watch_server(watch *w, unsigned interest)
{
    w->token = add(w, w->p.server, interest, NULL);
}

static void mod(watch *w, unsigned interest)
{
    assert_ok(duos_poller_mod(w->poller, w->token, interest));
}

/* The promised events of one wait, DUOS_READ and DUOS_WRITE, of one socket. */
static unsigned wait_for_one(watch *w, int64_t timeout_ms)
{
    assert_ok(
        duos_poller_wait(w->poller, w->events, CAP, timeout_ms, &w->count));
    if (w->count == 0) {
        return 0;
    }
    assert_int_equal(w->count, 1);
    assert_true(w->events[0].token.value == w->token.value);
    return w->events[0].events & (DUOS_READ | DUOS_WRITE);
}

static void send_byte(duos_socket s)
{
    assert_ok(duos_send_all(s, "x", 1, PATIENCE_MS, NULL));
}

static void take_byte(duos_socket s)
{
    char byte;

    assert_ok(duos_recv_exact(s, &byte, 1, PATIENCE_MS, NULL));
}

/* ---- interest --------------------------------------------------------- */

static void test_poller_event_tells_token_and_user(void **state)
{
    watch *w = *state;
    int mine;

    w->token = add(w, w->p.server, DUOS_WRITE, &mine);
    assert_int_equal(wait_for_one(w, PATIENCE_MS), DUOS_WRITE);
    assert_ptr_equal(w->events[0].user, &mine);
    assert_int_equal(w->events[0].events, DUOS_WRITE);
}

static void test_poller_reports_only_what_was_asked_for(void **state)
{
    watch *w = *state;

    watch_server(w, DUOS_READ);
    assert_int_equal(wait_for_one(w, 0), 0);
    send_byte(w->p.client);
    assert_int_equal(wait_for_one(w, PATIENCE_MS), DUOS_READ);
    mod(w, DUOS_WRITE);
    assert_int_equal(wait_for_one(w, PATIENCE_MS), DUOS_WRITE);
    mod(w, DUOS_READ | DUOS_WRITE);
    assert_int_equal(wait_for_one(w, PATIENCE_MS), DUOS_READ | DUOS_WRITE);
    take_byte(w->p.server);
    assert_int_equal(wait_for_one(w, PATIENCE_MS), DUOS_WRITE);
}

static void test_poller_level_triggered_tells_again(void **state)
{
    watch *w = *state;
    int i;

    watch_server(w, DUOS_READ);
    send_byte(w->p.client);
    send_byte(w->p.client);
    for (i = 0; i < 3; i++) {
        assert_int_equal(wait_for_one(w, PATIENCE_MS), DUOS_READ);
    }
    take_byte(w->p.server); /* one is left */
    assert_int_equal(wait_for_one(w, PATIENCE_MS), DUOS_READ);
    take_byte(w->p.server);
    assert_int_equal(wait_for_one(w, 0), 0);
}

static void test_poller_full_connection_is_writable_after_reading(void **state)
{
    static char bytes[65536];
    watch *w = *state;
    size_t n;

    (void)net_fill(w->p.server);
    watch_server(w, DUOS_WRITE);
    assert_int_equal(wait_for_one(w, 0), 0);
    do {
        net_await(w->p.client, DUOS_READ);
        assert_ok(duos_recv(w->p.client, bytes, sizeof bytes, &n));
    } while (wait_for_one(w, 0) == 0);
    assert_int_equal(wait_for_one(w, 0), DUOS_WRITE);
}

static void test_poller_mod_to_the_same_interest_changes_nothing(void **state)
{
    watch *w = *state;

    watch_server(w, DUOS_WRITE);
    mod(w, DUOS_WRITE);
    assert_int_equal(wait_for_one(w, PATIENCE_MS), DUOS_WRITE);
}

/* ---- interest 0 ------------------------------------------------------- */

static void test_poller_interest_0_reports_nothing(void **state)
{
    watch *w = *state;
    uint64_t begin = net_now();

    watch_server(w, 0);
    send_byte(w->p.client);
    net_await(w->p.server, DUOS_READ);
    assert_int_equal(wait_for_one(w, 20), 0);
    assert_waited_at_least(begin, 20);
    mod(w, DUOS_READ); /* what has come meanwhile is told now */
    assert_int_equal(wait_for_one(w, PATIENCE_MS), DUOS_READ);
    mod(w, 0);
    assert_int_equal(wait_for_one(w, 0), 0);
}

/*
 * Trap 65: these come without being asked for, again and again. The wait must
 * be as long as asked, and it must be a wait.
 */
static void test_trap_65_poller_interest_0_is_not_woken_by_the_end(void **state)
{
    watch *w = *state;
    uint64_t used = 0;
    int i;

    watch_server(w, 0);
    net_reset(&w->p.client);
    net_await(w->p.server, DUOS_READ);
    for (i = 0; i < 2; i++) {
        uint64_t begin = net_now();
        uint64_t cpu = os_cpu_ns();

        assert_int_equal(wait_for_one(w, 50), 0);
        assert_int_equal(w->count, 0);
        assert_waited_at_least(begin, 50);
        used += os_cpu_ns() - cpu;
        mod(w, DUOS_READ);
        assert_int_equal(wait_for_one(w, PATIENCE_MS), DUOS_READ);
        mod(w, 0);
    }
    assert_true(used < 50 * 1000000); /* its clock may have long ticks */
}

/* ---- ends and failures ------------------------------------------------ */

static void test_trap_72_poller_end_of_stream_is_readable(void **state)
{
    watch *w = *state;
    char byte;
    size_t n;

    watch_server(w, DUOS_READ);
    assert_ok(duos_shutdown(w->p.client, DUOS_SHUT_SEND));
    assert_int_equal(wait_for_one(w, PATIENCE_MS), DUOS_READ);
    assert_err(DUOS_EEOF, duos_recv(w->p.server, &byte, 1, &n));
    assert_int_equal(wait_for_one(w, PATIENCE_MS), DUOS_READ);
}

static void test_trap_64_poller_end_behind_data_is_told_after_it(void **state)
{
    watch *w = *state;
    char byte;
    size_t n;

    watch_server(w, DUOS_READ);
    send_byte(w->p.client);
    net_close(&w->p.client);
    assert_int_equal(wait_for_one(w, PATIENCE_MS), DUOS_READ);
    take_byte(w->p.server);
    assert_int_equal(wait_for_one(w, PATIENCE_MS), DUOS_READ);
    assert_err(DUOS_EEOF, duos_recv(w->p.server, &byte, 1, &n));
}

/* Nothing can be sent any more. Linux's select need not tell: it asks for
 * room, and there is none. */
static void test_poller_full_unix_pair_that_both_ended_is_writable(void **state)
{
    watch *w = *state;
    duos_poller_backend backend = duos_poller_backend_of(w->poller);
    duos_socket ends[2];
    unsigned promised = DUOS_READ | DUOS_WRITE;
    unsigned told;

    if (os_is_windows()) {
        skip_because("its pairs are connections of TCP");
    }
    assert_ok(duos_socketpair(DUOS_STREAM, DUOS_NONBLOCK, ends));
    (void)net_fill(ends[0]);
    w->token = add(w, ends[0], promised, NULL);
    assert_int_equal(wait_for_one(w, 0), 0);
    assert_ok(duos_shutdown(ends[1], DUOS_SHUT_SEND));
    assert_int_equal(wait_for_one(w, 0), DUOS_READ);
    assert_ok(duos_shutdown(ends[0], DUOS_SHUT_SEND));
    told = wait_for_one(w, 0);
    assert_true(told == promised ||
                (backend == DUOS_POLLER_SELECT && told == DUOS_READ));
    assert_ok(duos_poller_del(w->poller, w->token));
    net_close(&ends[0]);
    net_close(&ends[1]);
}

static void test_ST4_poller_reset_is_readable_and_writable(void **state)
{
    watch *w = *state;

    watch_server(w, DUOS_READ);
    net_reset(&w->p.client);
    assert_int_equal(wait_for_one(w, PATIENCE_MS), DUOS_READ);
    mod(w, DUOS_WRITE);
    assert_int_equal(wait_for_one(w, PATIENCE_MS), DUOS_WRITE);
}

static void test_trap_27_poller_failed_connect_is_writable(void **state)
{
    watch *w = *state;
    duos_addr at = net_deserted(DUOS_IPV4);
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);
    duos_err err = duos_connect(s, &at);

    if (err == DUOS_EINPROGRESS) {
        w->token = add(w, s, DUOS_WRITE, NULL);
        assert_int_equal(wait_for_one(w, PATIENCE_MS), DUOS_WRITE);
        err = duos_connect_result(s);
        assert_ok(duos_poller_del(w->poller, w->token));
    }
    assert_int_equal(err, DUOS_ECONNREFUSED);
    net_close(&s);
}

static void test_poller_good_connect_is_writable(void **state)
{
    watch *w = *state;
    duos_addr at;
    duos_socket listener = net_listen(DUOS_IPV4, 0, &at);
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);

    assert_err(DUOS_EINPROGRESS, duos_connect(s, &at));
    w->token = add(w, s, DUOS_READ | DUOS_WRITE, NULL);
    assert_int_equal(wait_for_one(w, PATIENCE_MS), DUOS_WRITE);
    assert_ok(duos_connect_result(s));
    assert_ok(duos_poller_del(w->poller, w->token));
    w->token = add(w, listener, DUOS_READ, NULL);
    assert_int_equal(wait_for_one(w, PATIENCE_MS), DUOS_READ);
    assert_ok(duos_poller_del(w->poller, w->token));
    net_close(&s);
    net_close(&listener);
}

/* ---- several ---------------------------------------------------------- */

/* With room for one event at a time, nobody must be passed over for ever. */
static void test_poller_small_array_reaches_everybody(void **state)
{
    enum {
        COUNT = 10
    };
    watch *w = *state;
    pair pairs[COUNT];
    duos_token tokens[COUNT];
    bool seen[COUNT] = {false};
    size_t reached = 0;
    int i, turn;

    for (i = 0; i < COUNT; i++) {
        pairs[i] = net_pair(DUOS_IPV4);
        tokens[i] = add(w, pairs[i].client, DUOS_WRITE, &seen[i]);
    }
    for (turn = 0; turn < 2 * COUNT; turn++) {
        assert_ok(
            duos_poller_wait(w->poller, w->events, 1, PATIENCE_MS, &w->count));
        assert_int_equal(w->count, 1);
        reached += !*(bool *)w->events[0].user;
        *(bool *)w->events[0].user = true;
    }
    assert_int_equal(reached, COUNT);
    for (i = 0; i < COUNT; i++) {
        assert_ok(duos_poller_del(w->poller, tokens[i]));
        net_close_pair(&pairs[i]);
    }
}

static void test_poller_two_may_watch_one_socket(void **state)
{
    watch *w = *state;
    duos_poller *second;
    duos_token token;

    assert_ok(duos_poller_create(NULL, &second));
    watch_server(w, DUOS_READ);
    assert_ok(duos_poller_add(second, w->p.server, DUOS_READ, NULL, &token));
    send_byte(w->p.client);
    assert_int_equal(wait_for_one(w, PATIENCE_MS), DUOS_READ);
    assert_ok(duos_poller_wait(second, w->events, CAP, PATIENCE_MS, &w->count));
    assert_int_equal(w->count, 1);
    assert_true(w->events[0].token.value == token.value);
    duos_poller_destroy(second);
}

static void test_poller_blocking_socket_is_watched_too(void **state)
{
    watch *w = *state;

    assert_ok(duos_set_nonblocking(w->p.server, false));
    watch_server(w, DUOS_READ);
    assert_int_equal(wait_for_one(w, 0), 0);
    send_byte(w->p.client);
    assert_int_equal(wait_for_one(w, PATIENCE_MS), DUOS_READ);
}

/* ---- time ------------------------------------------------------------- */

static void test_trap_67_poller_wait_is_never_shorter(void **state)
{
    static const int64_t timeouts[] = {0, 1, 2, 3, 7, 16, 31};
    watch *w = *state;
    size_t i;

    watch_server(w, DUOS_READ);
    for (i = 0; i < sizeof timeouts / sizeof timeouts[0]; i++) {
        uint64_t begin = net_now();

        assert_int_equal(wait_for_one(w, timeouts[i]), 0);
        assert_waited_at_least(begin, timeouts[i]);
        assert_waited_less_than(begin, timeouts[i]);
    }
}

static void test_trap_61_poller_with_nothing_waits(void **state)
{
    watch *w = *state;
    uint64_t begin = net_now();

    assert_int_equal(wait_for_one(w, 20), 0);
    assert_waited_at_least(begin, 20);
    watch_server(w, DUOS_WRITE);
    assert_ok(duos_poller_del(w->poller, w->token));
    begin = net_now();
    assert_int_equal(wait_for_one(w, 20), 0);
    assert_waited_at_least(begin, 20);
}

static void test_API7_poller_any_timeout_ends_when_ready(void **state)
{
    static const int64_t timeouts[] = {-1, INT64_MIN, INT64_MAX, 0};
    watch *w = *state;
    size_t i;

    watch_server(w, DUOS_WRITE);
    for (i = 0; i < sizeof timeouts / sizeof timeouts[0]; i++) {
        assert_int_equal(wait_for_one(w, timeouts[i]), DUOS_WRITE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        TEST(test_poller_event_tells_token_and_user),
        TEST(test_poller_reports_only_what_was_asked_for),
        TEST(test_poller_level_triggered_tells_again),
        TEST(test_poller_full_connection_is_writable_after_reading),
        TEST(test_poller_mod_to_the_same_interest_changes_nothing),
        TEST(test_poller_interest_0_reports_nothing),
        TEST(test_trap_65_poller_interest_0_is_not_woken_by_the_end),
        TEST(test_trap_72_poller_end_of_stream_is_readable),
        TEST(test_trap_64_poller_end_behind_data_is_told_after_it),
        TEST(test_poller_full_unix_pair_that_both_ended_is_writable),
        TEST(test_ST4_poller_reset_is_readable_and_writable),
        TEST(test_trap_27_poller_failed_connect_is_writable),
        TEST(test_poller_good_connect_is_writable),
        TEST(test_poller_small_array_reaches_everybody),
        TEST(test_poller_two_may_watch_one_socket),
        TEST(test_poller_blocking_socket_is_watched_too),
        TEST(test_trap_67_poller_wait_is_never_shorter),
        TEST(test_trap_61_poller_with_nothing_waits),
        TEST(test_API7_poller_any_timeout_ends_when_ready),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
