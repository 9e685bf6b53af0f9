/* SPDX-License-Identifier: MIT */
/*
 * test_poller_wakeup.c - duos_poller_wakeup, from this thread and from
 * others: never lost, never more than it has to be.
 */
#include "support/net.h"

#include <duosock/poller.h>

#define THREADS 4
#define TIMES   5000

static int set_up(void **state)
{
    duos_poller *poller = NULL;

    assert_ok(duos_poller_create(NULL, &poller));
    *state = poller;
    return 0;
}

static int tear_down(void **state)
{
    duos_poller_destroy(*state);
    return 0;
}

static size_t wait_once(duos_poller *poller, int64_t timeout_ms)
{
    duos_poll_event event;
    size_t n = 99;

    assert_ok(duos_poller_wait(poller, &event, 1, timeout_ms, &n));
    return n;
}

/* ---- one thread ------------------------------------------------------- */

static void test_poller_wakeup_before_the_wait_ends_it(void **state)
{
    assert_ok(duos_poller_wakeup(*state));
    assert_int_equal(wait_once(*state, -1), 0);
}

static void test_poller_wakeup_is_used_up(void **state)
{
    uint64_t begin;

    assert_ok(duos_poller_wakeup(*state));
    assert_int_equal(wait_once(*state, -1), 0);
    begin = net_now();
    assert_int_equal(wait_once(*state, 20), 0);
    assert_waited_at_least(begin, 20);
}

/* CB5: a channel that is full must not block, nor forget. */
static void test_CB5_poller_many_wakeups_become_few(void **state)
{
    uint64_t begin;
    int i;
    int waits = 0;

    for (i = 0; i < 100000; i++) {
        assert_ok(duos_poller_wakeup(*state));
    }
    do {
        begin = net_now();
        assert_int_equal(wait_once(*state, 20), 0);
        waits++;
    } while (net_now() - begin < 20 * 1000000);
    assert_true(waits <= 1000);
    assert_ok(duos_poller_wakeup(*state));
    assert_int_equal(wait_once(*state, -1), 0);
}

/* Neither hides the other. */
static void test_poller_wakeup_comes_along_with_events(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    duos_token token;
    uint64_t begin;

    assert_ok(duos_poller_add(*state, p.client, DUOS_WRITE, NULL, &token));
    assert_ok(duos_poller_wakeup(*state));
    /* A wake-up may end the wait first; the event is told then. */
    if (wait_once(*state, PATIENCE_MS) == 0) {
        assert_int_equal(wait_once(*state, PATIENCE_MS), 1);
    }
    assert_ok(duos_poller_mod(*state, token, 0));
    begin = net_now();
    while (net_now() - begin < 1000000) { /* at most one is left over */
        assert_int_equal(wait_once(*state, 1), 0);
    }
    assert_ok(duos_poller_del(*state, token));
    net_close_pair(&p);
}

static void test_poller_wakeup_left_over_is_freed_with_the_poller(void **state)
{
    int i;

    for (i = 0; i < 100; i++) {
        assert_ok(duos_poller_wakeup(*state));
    }
}

/* ---- several threads -------------------------------------------------- */

static void run_wakeup(void *user)
{
    (void)duos_poller_wakeup(user);
}

/* Whether it comes before the wait begins or after, it ends it. */
static void test_CB5_poller_wakeup_from_a_thread_ends_the_wait(void **state)
{
    int i;

    for (i = 0; i < 50; i++) {
        os_thread *thread = os_thread_start(run_wakeup, *state);

        assert_non_null(thread);
        assert_int_equal(wait_once(*state, -1), 0);
        os_thread_join(thread);
    }
}

typedef struct answer {
    duos_poller *there;
    duos_poller *back;
} answer;

/* Each wake-up of this side answers one of the other. */
static void run_answers(void *user)
{
    answer *a = user;
    duos_poll_event event;
    size_t n;
    int i;

    for (i = 0; i < TIMES / 10; i++) {
        if (duos_poller_wait(a->there, &event, 1, -1, &n) != DUOS_OK ||
            duos_poller_wakeup(a->back) != DUOS_OK) {
            return;
        }
    }
}

/* None may be lost, or both would wait for ever. */
static void test_CB5_poller_wakeups_back_and_forth_are_not_lost(void **state)
{
    answer a = {NULL, *state};
    os_thread *thread;
    int i;

    assert_ok(duos_poller_create(NULL, &a.there));
    thread = os_thread_start(run_answers, &a);
    assert_non_null(thread);
    for (i = 0; i < TIMES / 10; i++) {
        assert_ok(duos_poller_wakeup(a.there));
        assert_int_equal(wait_once(*state, -1), 0);
    }
    os_thread_join(thread);
    duos_poller_destroy(a.there);
}

static void run_many(void *user)
{
    int i;

    for (i = 0; i < TIMES; i++) {
        (void)duos_poller_wakeup(user);
    }
}

/* While others wake it all the time, sockets are still served. */
static void test_CB5_poller_wakeups_of_many_threads_hide_no_event(void **state)
{
    os_thread *threads[THREADS];
    pair p = net_pair(DUOS_IPV4);
    duos_token token;
    size_t told = 0;
    int i;

    assert_ok(duos_poller_add(*state, p.client, DUOS_WRITE, NULL, &token));
    for (i = 0; i < THREADS; i++) {
        threads[i] = os_thread_start(run_many, *state);
        assert_non_null(threads[i]);
    }
    for (i = 0; i < 1000; i++) {
        told += wait_once(*state, PATIENCE_MS);
    }
    for (i = 0; i < THREADS; i++) {
        os_thread_join(threads[i]);
    }
    assert_true(told > 100);
    assert_ok(duos_poller_del(*state, token));
    net_close_pair(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        TEST(test_poller_wakeup_before_the_wait_ends_it),
        TEST(test_poller_wakeup_is_used_up),
        TEST(test_CB5_poller_many_wakeups_become_few),
        TEST(test_poller_wakeup_comes_along_with_events),
        TEST(test_poller_wakeup_left_over_is_freed_with_the_poller),
        TEST(test_CB5_poller_wakeup_from_a_thread_ends_the_wait),
        TEST(test_CB5_poller_wakeups_back_and_forth_are_not_lost),
        TEST(test_CB5_poller_wakeups_of_many_threads_hide_no_event),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
