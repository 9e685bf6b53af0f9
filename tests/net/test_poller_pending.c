/* SPDX-License-Identifier: MIT */
/*
 * test_poller_pending.c - what happens to a socket while the system is being
 * asked about it: a backend that leaves its questions with the kernel between
 * two waits (AFD) must not mix up, lose or free one too early.
 */
#include "support/net.h"
#include "support/failing_alloc.h"

#include <duosock/poller.h>

#define CAP     16
#define TIMES   100
#define THREADS 4
#define ROUNDS  200

typedef struct watch {
    failing_alloc memory;
    duos_poller *poller;
    pair p;
    duos_token token; /* of p.server */
    duos_poll_event events[CAP];
    duos_err err; /* of the wait in run_wait */
} watch;

static int set_up(void **state)
{
    static watch shared;
    duos_poller_config config;

    memset(&shared, 0, sizeof shared);
    failing_alloc_init(&shared.memory);
    duos_poller_config_init(&config);
    config.alloc = &shared.memory.alloc;
    assert_ok(duos_poller_create(&config, &shared.poller));
    shared.p = net_pair(DUOS_IPV4);
    *state = &shared;
    return 0;
}

static int tear_down(void **state)
{
    watch *w = *state;

    duos_poller_destroy(w->poller);
    assert_all_freed(&w->memory);
    net_close_pair(&w->p);
    return 0;
}

static void add(watch *w, unsigned interest)
{
    assert_ok(duos_poller_add(w->poller, w->p.server, interest, w, &w->token));
}

static void del(watch *w)
{
    assert_ok(duos_poller_del(w->poller, w->token));
}

static size_t wait_for(watch *w, int64_t timeout_ms)
{
    size_t n = 99;

    assert_ok(duos_poller_wait(w->poller, w->events, CAP, timeout_ms, &n));
    return n;
}

static void assert_told(watch *w, unsigned events)
{
    assert_int_equal(wait_for(w, PATIENCE_MS), 1);
    assert_true(w->events[0].token.value == w->token.value);
    assert_int_equal(w->events[0].events & (DUOS_READ | DUOS_WRITE), events);
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

/* ---- removal ---------------------------------------------------------- */

static void test_poller_removed_while_asked_is_added_again(void **state)
{
    watch *w = *state;
    int i;

    for (i = 0; i < TIMES; i++) {
        add(w, DUOS_READ);
        assert_int_equal(wait_for(w, 0), 0);
        del(w);
        add(w, DUOS_READ);
        assert_int_equal(wait_for(w, 0), 0);
        send_byte(w->p.client);
        assert_told(w, DUOS_READ);
        take_byte(w->p.server);
        del(w);
    }
}

/* What answered after the removal belongs to nobody. */
static void test_poller_removed_when_answered_tells_nothing(void **state)
{
    watch *w = *state;
    int i;

    for (i = 0; i < TIMES; i++) {
        add(w, DUOS_READ);
        assert_int_equal(wait_for(w, 0), 0);
        send_byte(w->p.client);
        net_await(w->p.server, DUOS_READ);
        del(w);
        take_byte(w->p.server);
        add(w, DUOS_READ);
        assert_int_equal(wait_for(w, 0), 0);
        del(w);
    }
}

/* The state of those removed is used again, not piled up. */
static void test_poller_removals_while_asked_do_not_pile_up(void **state)
{
    watch *w = *state;
    size_t bytes = 0;
    int i;

    for (i = 0; i < 20 * TIMES; i++) {
        add(w, DUOS_READ);
        assert_int_equal(wait_for(w, 0), 0);
        del(w);
        if (i == TIMES) {
            bytes = w->memory.bytes;
        }
    }
    assert_int_equal(w->memory.bytes, bytes);
}

/* The tear-down frees the poller, and finds its memory whole. */
static void test_poller_destroyed_while_asked_lets_go(void **state)
{
    watch *w = *state;
    pair others[CAP];
    duos_token token;
    int i;

    add(w, DUOS_READ);
    for (i = 0; i < CAP; i++) {
        others[i] = net_pair(DUOS_IPV4);
        assert_ok(duos_poller_add(w->poller, others[i].server, DUOS_READ, NULL,
                                  &token));
    }
    assert_int_equal(wait_for(w, 0), 0);
    send_byte(others[0].client); /* one answers, one is removed */
    del(w);
    duos_poller_destroy(w->poller);
    w->poller = NULL;
    assert_all_freed(&w->memory);
    for (i = 0; i < CAP; i++) {
        send_byte(others[i].client);
        take_byte(others[i].server);
        net_close_pair(&others[i]);
    }
}

/* ---- interest --------------------------------------------------------- */

/* A wait without time knows the new interest already. */
static void test_poller_interest_changed_while_asked_counts(void **state)
{
    watch *w = *state;
    int i;

    add(w, DUOS_READ);
    for (i = 0; i < TIMES; i++) {
        assert_int_equal(wait_for(w, 0), 0);
        assert_ok(duos_poller_mod(w->poller, w->token, DUOS_WRITE));
        assert_told(w, DUOS_WRITE);
        assert_ok(duos_poller_mod(w->poller, w->token, 0));
        assert_int_equal(wait_for(w, 0), 0);
        assert_ok(duos_poller_mod(w->poller, w->token, DUOS_READ));
    }
}

/* It came for the old interest, but the new one is answered as well. */
static void test_poller_interest_widened_when_answered_is_whole(void **state)
{
    watch *w = *state;

    add(w, DUOS_READ);
    assert_int_equal(wait_for(w, 0), 0);
    send_byte(w->p.client);
    net_await(w->p.server, DUOS_READ);
    assert_ok(duos_poller_mod(w->poller, w->token, DUOS_READ | DUOS_WRITE));
    assert_told(w, DUOS_READ | DUOS_WRITE);
}

/* ---- closed too early ------------------------------------------------- */

/* Against the rules: told once or not at all, and no reason to spin. */
static void test_poller_closed_while_asked_is_told_at_most_once(void **state)
{
    watch *w = *state;
    duos_poller_backend backend = duos_poller_backend_of(w->poller);
    duos_err err;

    if (backend != DUOS_POLLER_AFD && backend != DUOS_POLLER_EPOLL) {
        skip_because("this backend tells of it again and again");
    }
    add(w, DUOS_READ);
    assert_int_equal(wait_for(w, 0), 0);
    net_close(&w->p.server);
    (void)wait_for(w, 20);
    assert_int_equal(wait_for(w, 20), 0);
    err = duos_poller_mod(w->poller, w->token, DUOS_READ | DUOS_WRITE);
    assert_true(err == DUOS_OK || err == DUOS_EBADF);
    assert_int_equal(wait_for(w, 20), 0);
    del(w);
}

/* ---- threads ---------------------------------------------------------- */

static void run_wait(void *user)
{
    watch *w = user;
    size_t n;

    w->err = duos_poller_wait(w->poller, w->events, CAP, 0, &n);
}

/* Windows cancels what a thread has asked when the thread ends. */
static void test_poller_asked_by_a_thread_that_ended_tells(void **state)
{
    watch *w = *state;
    os_thread *thread;

    add(w, DUOS_READ);
    thread = os_thread_start(run_wait, w);
    assert_non_null(thread);
    os_thread_join(thread);
    assert_ok(w->err);
    send_byte(w->p.client);
    assert_told(w, DUOS_READ);
}

typedef struct player {
    duos_poller *poller;
    pair p;
    os_thread *thread;
    int rounds; /* that went well */
} player;

/* One byte to and fro; both ends in one poller. */
static bool play_round(player *me)
{
    duos_poll_event event;
    size_t n = 0;
    char byte;

    return duos_send(me->p.client, "x", 1, &n) == DUOS_OK &&
           duos_poller_wait(me->poller, &event, 1, PATIENCE_MS, &n) ==
               DUOS_OK &&
           n == 1 && event.user == &me->p.server &&
           duos_recv(me->p.server, &byte, 1, &n) == DUOS_OK &&
           duos_send(me->p.server, "y", 1, &n) == DUOS_OK &&
           duos_poller_wait(me->poller, &event, 1, PATIENCE_MS, &n) ==
               DUOS_OK &&
           n == 1 && event.user == &me->p.client &&
           duos_recv(me->p.client, &byte, 1, &n) == DUOS_OK;
}

static void play(void *user)
{
    player *me = user;

    while (me->rounds < ROUNDS && play_round(me)) {
        me->rounds++;
    }
}

static void test_poller_several_in_several_threads_do_not_meet(void **state)
{
    player players[THREADS];
    duos_token token;
    int i;

    (void)state;
    for (i = 0; i < THREADS; i++) {
        player *me = &players[i];

        me->rounds = 0;
        me->p = net_pair(DUOS_IPV4);
        assert_ok(duos_poller_create(NULL, &me->poller));
        assert_ok(duos_poller_add(me->poller, me->p.client, DUOS_READ,
                                  &me->p.client, &token));
        assert_ok(duos_poller_add(me->poller, me->p.server, DUOS_READ,
                                  &me->p.server, &token));
    }
    for (i = 0; i < THREADS; i++) {
        players[i].thread = os_thread_start(play, &players[i]);
        assert_non_null(players[i].thread);
    }
    for (i = 0; i < THREADS; i++) {
        os_thread_join(players[i].thread);
        duos_poller_destroy(players[i].poller);
        net_close_pair(&players[i].p);
        assert_int_equal(players[i].rounds, ROUNDS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        TEST(test_poller_removed_while_asked_is_added_again),
        TEST(test_poller_removed_when_answered_tells_nothing),
        TEST(test_poller_removals_while_asked_do_not_pile_up),
        TEST(test_poller_destroyed_while_asked_lets_go),
        TEST(test_poller_interest_changed_while_asked_counts),
        TEST(test_poller_interest_widened_when_answered_is_whole),
        TEST(test_poller_closed_while_asked_is_told_at_most_once),
        TEST(test_poller_asked_by_a_thread_that_ended_tells),
        TEST(test_poller_several_in_several_threads_do_not_meet),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
