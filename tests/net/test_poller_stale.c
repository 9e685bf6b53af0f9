/* SPDX-License-Identifier: MIT */
/*
 * test_poller_stale.c - tokens that are out of date, and events for sockets
 * that were removed: neither reaches anybody, whoever has the number now.
 */
#include "support/net.h"
#include "support/seeded.h"

#include <duosock/poller.h>

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

static duos_token add(duos_poller *poller, duos_socket s, unsigned interest)
{
    duos_token token = {0};

    assert_ok(duos_poller_add(poller, s, interest, NULL, &token));
    return token;
}

static void assert_stale(duos_poller *poller, duos_token token)
{
    assert_err(DUOS_EBADHANDLE, duos_poller_mod(poller, token, DUOS_READ));
    assert_err(DUOS_EBADHANDLE, duos_poller_mod(poller, token, 0));
    assert_err(DUOS_EBADHANDLE, duos_poller_del(poller, token));
}

/* ---- tokens ----------------------------------------------------------- */

static void test_API2_API4_poller_token_of_a_removed_socket_is_stale(
    void **state)
{
    pair p = net_pair(DUOS_IPV4);
    duos_token token = add(*state, p.client, DUOS_WRITE);

    assert_ok(duos_poller_del(*state, token));
    assert_stale(*state, token);
    net_close_pair(&p);
}

static void test_API2_poller_old_token_does_not_fit_the_new_owner(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    duos_token old = add(*state, p.client, DUOS_WRITE);
    duos_token fresh;
    duos_poll_event event;
    size_t n = 0;

    assert_ok(duos_poller_del(*state, old));
    fresh = add(*state, p.client, DUOS_WRITE);
    assert_true(fresh.value != old.value);
    assert_stale(*state, old);
    /* The new owner did not notice. */
    assert_ok(duos_poller_wait(*state, &event, 1, PATIENCE_MS, &n));
    assert_int_equal(n, 1);
    assert_true(event.token.value == fresh.value);
    assert_ok(duos_poller_del(*state, fresh));
    net_close_pair(&p);
}

static void test_API2_poller_tokens_are_never_given_twice(void **state)
{
    enum {
        TIMES = 1000
    };
    static uint64_t given[TIMES];
    pair p = net_pair(DUOS_IPV4);
    int i, j;

    for (i = 0; i < TIMES; i++) {
        duos_token token = add(*state, p.client, DUOS_WRITE);

        for (j = 0; j < i; j++) {
            assert_true(given[j] != token.value);
        }
        given[i] = token.value;
        assert_ok(duos_poller_del(*state, token));
    }
    net_close_pair(&p);
}

/* ---- events ----------------------------------------------------------- */

static void test_poller_removed_socket_reports_nothing(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    duos_token token = add(*state, p.server, DUOS_READ | DUOS_WRITE);
    duos_poll_event event;
    size_t n = 9;

    assert_ok(duos_send_all(p.client, "x", 1, 0, NULL));
    net_await(p.server, DUOS_READ);
    assert_ok(duos_poller_del(*state, token));
    assert_ok(duos_poller_wait(*state, &event, 1, 0, &n));
    assert_int_equal(n, 0);
    net_close_pair(&p);
}

/*
 * Trap 12: two are ready in one batch. While the first is served, the second
 * is removed and closed, and a third gets its number. What the batch says of
 * the second has a token that fits nobody.
 */
static void test_trap_12_poller_number_reused_within_a_batch(void **state)
{
    pair first = net_pair(DUOS_IPV4);
    pair second = net_pair(DUOS_IPV4);
    duos_token a = add(*state, first.client, DUOS_WRITE);
    duos_token b = add(*state, second.client, DUOS_WRITE);
    duos_token c;
    duos_socket third;
    duos_poll_event events[4];
    size_t n = 0;

    assert_ok(duos_poller_wait(*state, events, 4, PATIENCE_MS, &n));
    assert_int_equal(n, 2);
    assert_ok(duos_poller_del(*state, b));
    net_close(&second.client);
    third = net_open(DUOS_IPV4, DUOS_STREAM);
    c = add(*state, third, 0);
    assert_stale(*state, b);
    assert_ok(duos_poller_del(*state, a));
    assert_ok(duos_poller_wait(*state, events, 4, 0, &n));
    assert_int_equal(n, 0);
    assert_ok(duos_poller_del(*state, c));
    net_close(&third);
    net_close(&second.server);
    net_close_pair(&first);
}

static void test_API4_poller_del_after_close_and_reuse_is_ok(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    duos_token token = add(*state, p.client, DUOS_READ);
    duos_token fresh;
    duos_socket next;
    duos_poll_event event;
    size_t n = 9;

    net_close(&p.client); /* too early, but it must not hurt */
    next = net_open(DUOS_IPV4, DUOS_DGRAM);
    assert_ok(duos_poller_del(*state, token));
    assert_stale(*state, token);
    fresh = add(*state, next, DUOS_WRITE);
    assert_ok(duos_poller_wait(*state, &event, 1, PATIENCE_MS, &n));
    assert_int_equal(n, 1);
    assert_true(event.token.value == fresh.value);
    assert_ok(duos_poller_del(*state, fresh));
    net_close(&next);
    net_close(&p.server);
}

/* Trap 66: epoll keeps what has a duplicate, even when it was closed. */
static void test_trap_66_poller_duplicate_does_not_keep_events_coming(
    void **state)
{
    pair p = net_pair(DUOS_IPV4);
    duos_token token = add(*state, p.server, DUOS_READ);
    duos_socket duplicate = DUOS_SOCKET_INVALID;
    duos_poll_event event;
    size_t n = 9;

    if (!os_duplicate_above(p.server, 0, &duplicate)) {
        net_close_pair(&p);
        skip_because("sockets are not duplicated like this here");
    }
    assert_ok(duos_send_all(p.client, "x", 1, 0, NULL));
    net_await(p.server, DUOS_READ);
    assert_ok(duos_poller_del(*state, token));
    net_close(&p.server);
    assert_ok(duos_poller_wait(*state, &event, 1, 20, &n));
    assert_int_equal(n, 0);
    net_close(&duplicate);
    net_close(&p.client);
}

/*
 * The same, but closed too early: epoll cannot be told any more, and goes on
 * with what has a slot that somebody else has by now.
 */
static void test_API4_poller_closed_duplicate_reaches_nobody(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    pair other = net_pair(DUOS_IPV4);
    duos_token token = add(*state, p.server, DUOS_READ);
    duos_socket duplicate = DUOS_SOCKET_INVALID;
    duos_poll_event event;
    size_t n = 9;

    if (!os_duplicate_above(p.server, 0, &duplicate)) {
        net_close_pair(&p);
        net_close_pair(&other);
        skip_because("sockets are not duplicated like this here");
    }
    net_close(&p.server);
    assert_ok(duos_poller_del(*state, token));
    token = add(*state, other.server, DUOS_READ);
    assert_ok(duos_send_all(p.client, "x", 1, 0, NULL));
    net_await(duplicate, DUOS_READ);
    assert_ok(duos_poller_wait(*state, &event, 1, 20, &n));
    assert_int_equal(n, 0);
    net_close(&duplicate);
    assert_ok(duos_poller_del(*state, token));
    net_close(&p.client);
    net_close_pair(&other);
}

/* ---- at random -------------------------------------------------------- */

#define POOL  40
#define STEPS 20000

typedef struct member {
    duos_socket socket;
    duos_addr at;
    duos_token token; /* 0: not watched */
    duos_token old;   /* one that is out of date, or 0 */
    unsigned interest;
    bool holds; /* a datagram that was not taken */
} member;

static struct {
    member members[POOL];
    duos_socket sender;
    duos_poller *poller;
} pool;

/* Gives the member a datagram, or takes it. */
static void toggle(member *m)
{
    char byte;
    size_t n;

    if (m->holds) {
        assert_ok(duos_recv(m->socket, &byte, 1, &n));
    } else {
        assert_ok(duos_sendto(pool.sender, "x", 1, &m->at));
        net_await(m->socket, DUOS_READ);
    }
    m->holds = !m->holds;
}

static void add_or_del(member *m, unsigned interest)
{
    if (m->token.value == 0) {
        assert_ok(
            duos_poller_add(pool.poller, m->socket, interest, m, &m->token));
        m->interest = interest;
    } else {
        assert_ok(duos_poller_del(pool.poller, m->token));
        m->old = m->token;
        m->token.value = 0;
    }
}

static unsigned expected_of(const member *m)
{
    if (m->token.value == 0) {
        return 0;
    }
    return m->interest & (DUOS_WRITE | (m->holds ? (unsigned)DUOS_READ : 0));
}

/* What AFD has put into its queue may have been taken meanwhile. */
static unsigned spurious_of(const member *m)
{
    return duos_poller_backend_of(pool.poller) == DUOS_POLLER_AFD && !m->holds
               ? (unsigned)DUOS_READ
               : 0;
}

/* All that must be told is told, once, and nothing else. */
static void compare(void)
{
    static duos_poll_event events[POOL + 1];
    unsigned told[POOL] = {0};
    size_t n = 0;
    size_t i;

    assert_ok(duos_poller_wait(pool.poller, events, POOL + 1, 0, &n));
    for (i = 0; i < n; i++) {
        member *m = events[i].user;

        assert_true(events[i].token.value == m->token.value);
        assert_int_equal(told[m - pool.members], 0);
        told[m - pool.members] = events[i].events;
    }
    for (i = 0; i < POOL; i++) {
        const member *m = &pool.members[i];

        assert_int_equal(told[i] & ~spurious_of(m), expected_of(m));
    }
}

static void step(seeded *random)
{
    member *m = &pool.members[seeded_below(random, POOL)];
    unsigned interest = seeded_below(random, 4);

    switch (seeded_below(random, 8)) {
    case 0:
    case 1:
        add_or_del(m, interest);
        break;
    case 2:
    case 3:
        toggle(m);
        break;
    case 4:
        compare();
        break;
    case 5:
        if (m->old.value != 0) {
            assert_stale(pool.poller, m->old);
        }
        break;
    default:
        if (m->token.value != 0) {
            assert_ok(duos_poller_mod(pool.poller, m->token, interest));
            m->interest = interest;
        }
        break;
    }
}

static void test_API2_poller_random_operations_agree_with_a_model(void **state)
{
    seeded random = {77};
    int i;

    memset(&pool, 0, sizeof pool);
    pool.poller = *state;
    pool.sender = net_open(DUOS_IPV4, DUOS_DGRAM);
    for (i = 0; i < POOL; i++) {
        member *m = &pool.members[i];

        m->socket = net_bind(DUOS_IPV4, DUOS_DGRAM, &m->at);
    }
    for (i = 0; i < (os_is_wine() ? STEPS / 10 : STEPS); i++) {
        step(&random);
    }
    for (i = 0; i < POOL; i++) {
        if (pool.members[i].token.value != 0) {
            add_or_del(&pool.members[i], 0);
        }
        net_close(&pool.members[i].socket);
    }
    net_close(&pool.sender);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        TEST(test_API2_API4_poller_token_of_a_removed_socket_is_stale),
        TEST(test_API2_poller_old_token_does_not_fit_the_new_owner),
        TEST(test_API2_poller_tokens_are_never_given_twice),
        TEST(test_poller_removed_socket_reports_nothing),
        TEST(test_trap_12_poller_number_reused_within_a_batch),
        TEST(test_API4_poller_del_after_close_and_reuse_is_ok),
        TEST(test_trap_66_poller_duplicate_does_not_keep_events_coming),
        TEST(test_API4_poller_closed_duplicate_reaches_nobody),
        TEST(test_API2_poller_random_operations_agree_with_a_model),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
