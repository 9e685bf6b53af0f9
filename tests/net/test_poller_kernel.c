/* SPDX-License-Identifier: MIT */
/*
 * test_poller_kernel.c - what pollers keep with the system: AFD a question
 * for each socket, that can be cancelled but not changed (trap 62), and a few
 * handles to ask by (trap 63). The others keep less, and do as well. And what
 * becomes of a question when its socket is closed elsewhere (trap 11).
 */
#include "support/failing_alloc.h"
#include "support/net.h"

#include <duosock/poller.h>

typedef struct watch {
    failing_alloc memory;
    duos_poller *poller;
    duos_token token;
} watch;

static watch shared;

static int set_up(void **state)
{
    duos_poller_config config;

    memset(&shared, 0, sizeof shared);
    failing_alloc_init(&shared.memory);
    duos_poller_config_init(&config);
    config.alloc = &shared.memory.alloc;
    assert_ok(duos_poller_create(&config, &shared.poller));
    *state = &shared;
    return 0;
}

static int tear_down(void **state)
{
    watch *w = *state;

    duos_poller_destroy(w->poller);
    assert_all_freed(&w->memory);
    return 0;
}

static unsigned wait_one(watch *w, int64_t timeout_ms)
{
    duos_poll_event event;
    size_t n = 0;

    assert_ok(duos_poller_wait(w->poller, &event, 1, timeout_ms, &n));
    if (n == 0) {
        return 0;
    }
    assert_true(event.token.value == w->token.value);
    return event.events;
}

/* ---- questions that are with the system -------------------------------- */

/* The question for reading is pending; the one for writing must replace it. */
static void test_trap_62_poller_question_is_replaced_while_pending(void **state)
{
    watch *w = *state;
    pair p = net_pair(DUOS_IPV4);
    int i;

    assert_ok(duos_poller_add(w->poller, p.server, DUOS_READ, NULL, &w->token));
    for (i = 0; i < 50; i++) {
        assert_int_equal(wait_one(w, 0), 0);
        assert_ok(duos_poller_mod(w->poller, w->token, DUOS_WRITE));
        assert_int_equal(wait_one(w, PATIENCE_MS), DUOS_WRITE);
        assert_ok(duos_poller_mod(w->poller, w->token, DUOS_READ));
    }
    assert_int_equal(wait_one(w, 20), 0);
    assert_ok(duos_poller_del(w->poller, w->token));
    net_close_pair(&p);
}

/*
 * What the system may still write into is kept until it has answered, and not
 * for longer: rounds without end need no memory without end.
 */
static void test_trap_62_poller_memory_of_a_question_comes_back(void **state)
{
    enum {
        ROUNDS = 400
    };
    watch *w = *state;
    pair p = net_pair(DUOS_IPV4);
    size_t early = 0;
    int i;

    for (i = 0; i < ROUNDS; i++) {
        assert_ok(
            duos_poller_add(w->poller, p.server, DUOS_READ, NULL, &w->token));
        assert_int_equal(wait_one(w, 0), 0);
        assert_ok(duos_poller_del(w->poller, w->token));
        assert_int_equal(wait_one(w, 0), 0);
        if (i == ROUNDS / 4) {
            early = w->memory.bytes;
        }
    }
    assert_int_equal(w->memory.bytes, early);
    net_close_pair(&p);
}

/* Both questions are about one socket: neither answers for the other. */
static void test_trap_62_poller_another_one_asks_about_the_same(void **state)
{
    watch *w = *state;
    pair p = net_pair(DUOS_IPV4);
    duos_poller *second;
    duos_poll_event event;
    duos_token token;
    size_t n = 0;

    assert_ok(duos_poller_create(NULL, &second));
    assert_ok(duos_poller_add(w->poller, p.server, DUOS_READ, NULL, &w->token));
    assert_ok(duos_poller_add(second, p.server, DUOS_READ, NULL, &token));
    assert_int_equal(wait_one(w, 0), 0);
    assert_ok(duos_poller_wait(second, &event, 1, 0, &n));
    assert_int_equal(n, 0);
    assert_ok(duos_poller_del(second, token)); /* takes its own back only */
    assert_ok(duos_poller_wait(second, &event, 1, 0, &n));
    assert_ok(duos_send_all(p.client, "x", 1, PATIENCE_MS, NULL));
    assert_int_equal(wait_one(w, PATIENCE_MS), DUOS_READ);
    duos_poller_destroy(second);
    assert_ok(duos_poller_del(w->poller, w->token));
    net_close_pair(&p);
}

/* ---- closed by another thread ------------------------------------------ */

typedef struct waiter {
    watch *w;
    duos_poll_event events[4];
    size_t count;
    duos_err err;
} waiter;

static void run_wait(void *user)
{
    waiter *t = user;

    t->err =
        duos_poller_wait(t->w->poller, t->events, 4, PATIENCE_MS, &t->count);
}

/*
 * Trap 11: too early, since it was to be removed first, and the system may
 * have been asked about it by then or not. The wait ends with the wake-up at
 * the latest, tells of nobody else, and whoever else is watched is told of.
 */
static void test_trap_11_poller_socket_closed_while_another_thread_waits(
    void **state)
{
    watch *w = *state;
    pair other = net_pair(DUOS_IPV4);
    duos_token token;
    int i;

    assert_ok(
        duos_poller_add(w->poller, other.server, DUOS_READ, NULL, &token));
    for (i = 0; i < 20; i++) {
        pair p = net_pair(DUOS_IPV4);
        waiter t = {w, {{{0}, NULL, 0}}, 99, DUOS_OK};
        uint64_t begin = net_now();
        os_thread *thread;
        size_t k;

        assert_ok(
            duos_poller_add(w->poller, p.server, DUOS_READ, NULL, &w->token));
        thread = os_thread_start(run_wait, &t);
        assert_non_null(thread);
        net_close(&p.server);
        assert_ok(duos_poller_wakeup(w->poller));
        os_thread_join(thread);
        assert_true(net_now() - begin < (uint64_t)PATIENCE_MS * 1000000 / 2);
        assert_int_equal(t.err, DUOS_OK);
        for (k = 0; k < t.count; k++) {
            assert_true(t.events[k].token.value == w->token.value);
        }
        assert_ok(duos_poller_del(w->poller, w->token));
        net_close(&p.client);
    }
    w->token = token;
    assert_ok(duos_send_all(other.client, "x", 1, PATIENCE_MS, NULL));
    while (wait_one(w, PATIENCE_MS) == 0) {
        /* a wake-up that came after the wait had ended */
    }
    assert_ok(duos_poller_del(w->poller, w->token));
    net_close_pair(&other);
}

/* ---- handles ----------------------------------------------------------- */

#define SOCKETS   320
#define PER_GROUP 32

static size_t handles(void)
{
    size_t count = 0;

    assert_true(os_count_handles(&count));
    return count;
}

/* Cancelling is fast in a small group, and a group costs one handle. */
static void test_trap_63_poller_of_many_sockets_has_few_handles(void **state)
{
    static duos_socket sockets[SOCKETS];
    static duos_token tokens[SOCKETS];
    watch *w = *state;
    duos_addr at;
    size_t before, with, i;
    bool afd = duos_poller_backend_of(w->poller) == DUOS_POLLER_AFD;

    assert_true(os_allow_descriptors(SOCKETS));
    for (i = 0; i < SOCKETS; i++) {
        sockets[i] = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);
    }
    before = handles();
    for (i = 0; i < SOCKETS; i++) {
        assert_ok(duos_poller_add(w->poller, sockets[i], DUOS_READ, NULL,
                                  &tokens[i]));
    }
    assert_int_equal(wait_one(w, 0), 0);
    with = handles();
    if (afd) {
        /* one group stood ready from the beginning */
        assert_between(with - before, SOCKETS / PER_GROUP - 1,
                       SOCKETS / PER_GROUP + 2);
    } else {
        assert_int_equal(with, before);
    }
    for (i = 0; i < SOCKETS; i++) {
        assert_ok(duos_poller_del(w->poller, tokens[i]));
    }
    assert_int_equal(wait_one(w, 0), 0);
    for (i = 0; i < SOCKETS; i++) {
        net_close(&sockets[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        TEST(test_trap_62_poller_question_is_replaced_while_pending),
        TEST(test_trap_62_poller_memory_of_a_question_comes_back),
        TEST(test_trap_62_poller_another_one_asks_about_the_same),
        TEST(test_trap_11_poller_socket_closed_while_another_thread_waits),
        TEST(test_trap_63_poller_of_many_sockets_has_few_handles),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
