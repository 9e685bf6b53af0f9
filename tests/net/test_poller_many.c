/* SPDX-License-Identifier: MIT */
/*
 * test_poller_many.c - more sockets in one poller than an fd_set of any
 * system holds, and numbers beyond its end.
 */
#include "support/net.h"
#include "support/os.h"
#include "support/seeded.h"

#include <duosock/poller.h>

#define MANY    1500
#define CAP     64
#define ROUNDS  10
#define FAR_OUT 4000 /* a number beyond every fd_set */

typedef struct member {
    duos_socket socket;
    duos_addr at;
    duos_token token;
    bool holds; /* a datagram that was not taken */
    bool told;
} member;

static struct {
    member members[MANY];
    duos_socket sender;
    duos_poller *poller;
} many;

static int set_up(void **state)
{
    int i;

    (void)state;
    many.poller = NULL;
    if (!os_allow_descriptors(MANY)) {
        return 0;
    }
    assert_ok(duos_poller_create(NULL, &many.poller));
    many.sender = net_open(DUOS_IPV4, DUOS_DGRAM);
    for (i = 0; i < MANY; i++) {
        member *m = &many.members[i];

        m->socket = net_bind(DUOS_IPV4, DUOS_DGRAM, &m->at);
        m->holds = m->told = false;
        assert_ok(
            duos_poller_add(many.poller, m->socket, DUOS_READ, m, &m->token));
    }
    return 0;
}

static int tear_down(void **state)
{
    int i;

    (void)state;
    if (many.poller == NULL) {
        return 0;
    }
    duos_poller_destroy(many.poller);
    for (i = 0; i < MANY; i++) {
        net_close(&many.members[i].socket);
    }
    net_close(&many.sender);
    return 0;
}

static void need_many(void)
{
    if (many.poller == NULL) {
        skip_because("this system does not allow so many descriptors");
    }
}

static void give(member *m)
{
    if (!m->holds) {
        assert_ok(duos_sendto(many.sender, "x", 1, &m->at));
        net_await(m->socket, DUOS_READ);
        m->holds = true;
    }
}

static void take(member *m)
{
    char byte;
    size_t n;

    assert_ok(duos_recv(m->socket, &byte, 1, &n));
    m->holds = false;
}

/* Wine's select has told of a socket that held nothing; nobody else may. */
static bool is_spurious(const member *m)
{
    char byte;
    size_t n;

    if (m->holds || !os_is_wine()) {
        return false;
    }
    assert_err(DUOS_EWOULDBLOCK, duos_recv(m->socket, &byte, 1, &n));
    return true;
}

/* Waits until nothing is left to tell; each may be told once. */
static size_t drain(void)
{
    duos_poll_event events[CAP];
    size_t total = 0;
    size_t n = 0;
    size_t i;

    do {
        assert_ok(duos_poller_wait(many.poller, events, CAP, 0, &n));
        for (i = 0; i < n; i++) {
            member *m = events[i].user;

            assert_true(events[i].token.value == m->token.value);
            if (!is_spurious(m)) {
                assert_true(m->holds);
                take(m);
                total++;
            }
        }
    } while (n > 0);
    return total;
}

/* Trap 60: the classic set is overrun, or full at 64. */
static void test_trap_60_poller_of_1500_tells_exactly_those_ready(void **state)
{
    seeded random = {6};
    int round, i;

    (void)state;
    need_many();
    for (round = 0; round < ROUNDS; round++) {
        size_t given = 0;

        for (i = 0; i < MANY; i++) {
            if (seeded_below(&random, 10) < (uint32_t)round) {
                give(&many.members[i]);
                given++;
            }
        }
        assert_int_equal(drain(), given);
    }
}

static void test_trap_60_poller_of_1500_is_woken_by_any_one(void **state)
{
    static const int places[] = {0, 1, 63, 64, 65, 1023, 1024, 1025, MANY - 1};
    duos_poll_event event;
    size_t n = 0;
    size_t i;

    (void)state;
    need_many();
    for (i = 0; i < sizeof places / sizeof places[0]; i++) {
        member *m = &many.members[places[i]];

        give(m);
        assert_ok(duos_poller_wait(many.poller, &event, 1, -1, &n));
        assert_int_equal(n, 1);
        assert_ptr_equal(event.user, m);
        take(m);
    }
}

/* All ready, room for few: everybody has his turn before anyone his third. */
static void test_poller_of_1500_all_ready_starves_nobody(void **state)
{
    duos_poll_event events[CAP];
    size_t told = 0;
    size_t n = 0;
    size_t i;
    int turns = 0;

    (void)state;
    need_many();
    for (i = 0; i < MANY; i++) {
        assert_ok(
            duos_poller_mod(many.poller, many.members[i].token, DUOS_WRITE));
    }
    while (told < MANY && turns++ < 3 * MANY / CAP) {
        assert_ok(duos_poller_wait(many.poller, events, CAP, 0, &n));
        for (i = 0; i < n; i++) {
            member *m = events[i].user;

            told += !m->told;
            m->told = true;
        }
    }
    assert_int_equal(told, MANY);
}

static void test_poller_of_1500_forgets_what_was_removed(void **state)
{
    size_t given = 0;
    int i;

    (void)state;
    need_many();
    for (i = 0; i < MANY; i++) {
        give(&many.members[i]);
    }
    for (i = 0; i < MANY; i += 2) {
        assert_ok(duos_poller_del(many.poller, many.members[i].token));
        take(&many.members[i]);
    }
    for (i = 1; i < MANY; i += 2) {
        given++;
    }
    assert_int_equal(drain(), given);
    for (i = 0; i < MANY; i += 2) {
        member *m = &many.members[i];

        assert_ok(
            duos_poller_add(many.poller, m->socket, DUOS_READ, m, &m->token));
        give(m);
    }
    assert_int_equal(drain(), MANY - given);
}

static void test_LO6_poller_number_past_fd_setsize(void **state)
{
    duos_poll_event event;
    duos_socket far_out = DUOS_SOCKET_INVALID;
    duos_token token;
    size_t n = 0;

    (void)state;
    need_many();
    if (!os_allow_descriptors(FAR_OUT + MANY) ||
        !os_duplicate_above(many.members[0].socket, FAR_OUT, &far_out)) {
        skip_because("numbers of descriptors cannot be chosen here");
    }
    assert_ok(duos_poller_del(many.poller, many.members[0].token));
    assert_ok(
        duos_poller_add(many.poller, far_out, DUOS_READ, &far_out, &token));
    give(&many.members[0]);
    assert_ok(duos_poller_wait(many.poller, &event, 1, PATIENCE_MS, &n));
    assert_int_equal(n, 1);
    assert_ptr_equal(event.user, &far_out);
    take(&many.members[0]);
    assert_ok(duos_poller_wait(many.poller, &event, 1, 0, &n));
    assert_int_equal(n, 0);
    assert_ok(duos_poller_del(many.poller, token));
    net_close(&far_out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        TEST(test_trap_60_poller_of_1500_tells_exactly_those_ready),
        TEST(test_trap_60_poller_of_1500_is_woken_by_any_one),
        TEST(test_poller_of_1500_all_ready_starves_nobody),
        TEST(test_poller_of_1500_forgets_what_was_removed),
        TEST(test_LO6_poller_number_past_fd_setsize),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
