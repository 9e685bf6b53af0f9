/* SPDX-License-Identifier: MIT */
/*
 * test_select_many.c - more sockets in one duos_select than an fd_set of any
 * system holds, and numbers beyond its end.
 */
#include "support/net.h"
#include "support/seeded.h"

#include <duosock/select.h>

#define MANY    1500
#define ROUNDS  20
#define FAR_OUT 4000 /* a number beyond every fd_set */

static struct {
    duos_socket sockets[MANY];
    duos_addr at[MANY];
    bool holds[MANY]; /* a datagram that was not taken */
    duos_socket sender;
    bool open;
} many;

static int set_up(void **state)
{
    int i;

    (void)state;
    if (!os_allow_descriptors(MANY)) {
        return 0;
    }
    many.sender = net_open(DUOS_IPV4, DUOS_DGRAM);
    for (i = 0; i < MANY; i++) {
        many.sockets[i] = net_bind(DUOS_IPV4, DUOS_DGRAM, &many.at[i]);
    }
    many.open = true;
    return 0;
}

static int tear_down(void **state)
{
    int i;

    (void)state;
    for (i = 0; i < MANY && many.open; i++) {
        net_close(&many.sockets[i]);
    }
    if (many.open) {
        net_close(&many.sender);
    }
    return 0;
}

static void need_many(void)
{
    if (!many.open) {
        skip_because("this system does not allow so many descriptors");
    }
}

static void give(int i)
{
    if (!many.holds[i]) {
        assert_ok(duos_sendto(many.sender, "x", 1, &many.at[i]));
        net_await(many.sockets[i], DUOS_READ);
        many.holds[i] = true;
    }
}

static void take(int i)
{
    char byte;
    size_t n;

    if (many.holds[i]) {
        assert_ok(duos_recv(many.sockets[i], &byte, 1, &n));
        many.holds[i] = false;
    }
}

/* Trap 60: the classic set is overrun, or full at 64. */
static void test_trap_60_select_of_1500_tells_exactly_those_ready(void **state)
{
    seeded random = {5};
    duos_fdset all, r, w;
    int round, i;

    (void)state;
    need_many();
    duos_fdset_init(&all, NULL);
    duos_fdset_init(&r, NULL);
    duos_fdset_init(&w, NULL);
    for (i = 0; i < MANY; i++) {
        assert_ok(duos_fdset_set(&all, many.sockets[i]));
    }
    for (round = 0; round < ROUNDS; round++) {
        size_t wanted = 0;
        size_t ready = 0;

        for (i = 0; i < MANY; i++) {
            if (seeded_below(&random, 10) == 0) {
                give(i);
            } else {
                take(i);
            }
            wanted += many.holds[i];
        }
        assert_ok(duos_fdset_copy(&r, &all));
        if (round % 2 == 0) {
            assert_ok(duos_fdset_copy(&w, &all));
            wanted += MANY;
        } else {
            duos_fdset_zero(&w);
        }
        assert_ok(duos_select(&r, &w, NULL, 0, &ready));
        assert_int_equal(ready, wanted);
        for (i = 0; i < MANY; i++) {
            assert_int_equal(duos_fdset_isset(&r, many.sockets[i]),
                             many.holds[i]);
        }
    }
    for (i = 0; i < MANY; i++) {
        take(i);
    }
    duos_fdset_fini(&all);
    duos_fdset_fini(&r);
    duos_fdset_fini(&w);
}

/* One of many, wherever it stands, ends a wait without limit. */
static void test_trap_60_select_of_1500_is_ended_by_any_one(void **state)
{
    static const int places[] = {0, 1, 63, 64, 65, 1023, 1024, 1025, MANY - 1};
    duos_fdset r;
    size_t n;
    int i;

    (void)state;
    need_many();
    duos_fdset_init(&r, NULL);
    for (n = 0; n < sizeof places / sizeof places[0]; n++) {
        size_t ready = 0;

        for (i = 0; i < MANY; i++) {
            assert_ok(duos_fdset_set(&r, many.sockets[i]));
        }
        give(places[n]);
        assert_ok(duos_select(&r, NULL, NULL, -1, &ready));
        assert_int_equal(ready, 1);
        assert_true(duos_fdset_isset(&r, many.sockets[places[n]]));
        take(places[n]);
    }
    duos_fdset_fini(&r);
}

static void test_trap_60_select_of_a_number_past_fd_setsize(void **state)
{
    duos_socket far_out = DUOS_SOCKET_INVALID;
    duos_fdset r, e;
    size_t ready = 0;

    (void)state;
    need_many();
    if (!os_allow_descriptors(FAR_OUT + MANY) ||
        !os_duplicate_above(many.sockets[0], FAR_OUT, &far_out)) {
        skip_because("numbers of descriptors cannot be chosen here");
    }
    duos_fdset_init(&r, NULL);
    duos_fdset_init(&e, NULL);
    assert_ok(duos_fdset_set(&r, far_out));
    assert_ok(duos_fdset_set(&e, far_out));
    give(0);
    assert_ok(duos_select(&r, NULL, &e, 0, &ready));
    assert_int_equal(ready, 1);
    assert_true(duos_fdset_isset(&r, far_out));
    take(0);
    assert_ok(duos_select(&r, NULL, NULL, 0, &ready));
    assert_int_equal(ready, 0);
    duos_fdset_fini(&r);
    duos_fdset_fini(&e);
    net_close(&far_out);
}

/* Bad members among many: each is told, and hides nobody. */
static void test_select_bad_members_among_many_hide_nobody(void **state)
{
    duos_fdset r;
    size_t ready = 0;
    int i;

    (void)state;
    need_many();
    duos_fdset_init(&r, NULL);
    for (i = 0; i < MANY; i++) {
        assert_ok(duos_fdset_set(&r, many.sockets[i]));
    }
    for (i = 0; i < 3; i++) {
        assert_ok(
            duos_fdset_set(&r, duos_socket_from_os(INT32_MAX - 4 * i - 7)));
    }
    give(700);
    assert_ok(duos_select(&r, NULL, NULL, -1, &ready));
    assert_int_equal(ready, 4);
    assert_true(duos_fdset_isset(&r, many.sockets[700]));
    assert_true(duos_fdset_isset(&r, duos_socket_from_os(INT32_MAX - 7)));
    take(700);
    duos_fdset_fini(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trap_60_select_of_1500_tells_exactly_those_ready),
        cmocka_unit_test(test_trap_60_select_of_1500_is_ended_by_any_one),
        cmocka_unit_test(test_trap_60_select_of_a_number_past_fd_setsize),
        cmocka_unit_test(test_select_bad_members_among_many_hide_nobody),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
