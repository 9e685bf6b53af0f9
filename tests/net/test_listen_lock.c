/* SPDX-License-Identifier: MIT */
/*
 * test_listen_lock.c - several who listen on the path of one unix socket at a
 * time: the lock that each of them takes for a moment.
 */
#include "support/socket_file.h"

#include "sys.h"

/* ---- the lock --------------------------------------------------------- */

static void test_listen_path_whose_lock_is_kept_is_ebusy(void **state)
{
    duos_addr at = net_unix(PATH);
    duos_listener l;
    duos_socket s;
    uint64_t begin;
    intptr_t lock;

    (void)state;
    net_need_unix(DUOS_STREAM);
    assert_ok(sys_path_lock(&at, &lock));
    begin = net_now();
    assert_err(DUOS_EBUSY, duos_listener_open(ADDRESS, NULL, &l));
    assert_waited_at_least(begin, 1000);
    assert_err(DUOS_EBUSY, duos_listen_at(ADDRESS, NULL, &s, NULL));
    sys_path_unlock(lock);
    l = open_listener();
    duos_listener_close(&l);
}

/* On a loop, nobody may wait for a lock: see listen_path.c. */
static void test_listener_close_waits_for_no_lock(void **state)
{
    duos_addr at = net_unix(PATH);
    duos_listener l;
    uint64_t begin;
    intptr_t lock;

    (void)state;
    net_need_unix(DUOS_STREAM);
    l = open_listener();
    assert_ok(sys_path_lock(&at, &lock));
    begin = net_now();
    duos_listener_close(&l);
    assert_true(net_now() - begin < UINT64_C(1000000000));
    sys_path_unlock(lock);
    assert_false(os_path_exists(PATH));
}

/* What another program keeps beside the socket is none of our business. */
static void test_listen_path_leaves_the_locks_of_others_alone(void **state)
{
    duos_listener l;

    (void)state;
    net_need_unix(DUOS_STREAM);
    make_file(LOCK);
    l = open_listener();
    duos_listener_close(&l);
    assert_true(os_path_exists(LOCK));
}

/* ---- races ------------------------------------------------------------ */

#define RACERS 4
#define ROUNDS 50

typedef struct racer {
    os_thread *thread;
    sys_lock *start;
    duos_listener listener;
    duos_err err;
} racer;

static void race(void *user)
{
    racer *r = (racer *)user;

    sys_lock_take(r->start);
    sys_lock_release(r->start);
    r->err = duos_listener_open(ADDRESS, NULL, &r->listener);
}

static void run_race(racer *racers)
{
    sys_lock start;
    size_t i;

    assert_ok(sys_lock_init(&start));
    sys_lock_take(&start);
    for (i = 0; i < RACERS; i++) {
        racers[i].start = &start;
        racers[i].thread = os_thread_start(race, &racers[i]);
        assert_non_null(racers[i].thread);
    }
    sys_lock_release(&start);
    for (i = 0; i < RACERS; i++) {
        os_thread_join(racers[i].thread);
    }
    sys_lock_fini(&start);
}

/* Who loses must not have taken the winner's file away. */
static void test_trap_24_UX1_race_for_a_stale_path_has_one_winner(void **state)
{
    racer racers[RACERS];
    int round;

    (void)state;
    net_need_unix(DUOS_STREAM);
    for (round = 0; round < ROUNDS; round++) {
        const racer *winner = NULL;
        size_t i;

        memset(racers, 0, sizeof racers);
        leave_stale();
        run_race(racers);
        for (i = 0; i < RACERS; i++) {
            if (racers[i].err == DUOS_OK) {
                assert_null(winner);
                winner = &racers[i];
            } else {
                assert_int_equal(racers[i].err, DUOS_EADDRINUSE);
            }
        }
        assert_non_null(winner);
        /* The losers' probes wait in the backlog. */
        while (duos_wait(winner->listener.socks[0], DUOS_READ, 0, NULL) ==
               DUOS_OK) {
            duos_socket probe = net_accept(winner->listener.socks[0]);

            net_close(&probe);
        }
        assert_reachable(&winner->listener);
        for (i = 0; i < RACERS; i++) {
            duos_listener_close(&racers[i].listener);
        }
        assert_false(os_path_exists(PATH));
        assert_false(os_path_exists(OUR_LOCK));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        path_test(test_listen_path_whose_lock_is_kept_is_ebusy),
        path_test(test_listener_close_waits_for_no_lock),
        path_test(test_listen_path_leaves_the_locks_of_others_alone),
        path_test(test_trap_24_UX1_race_for_a_stale_path_has_one_winner),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
