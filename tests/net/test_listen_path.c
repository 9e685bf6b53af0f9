/* SPDX-License-Identifier: MIT */
/*
 * test_listen_path.c - listening on the path of a unix socket: stale files,
 * permissions, the lock, and whose file is removed. Files lie in the current
 * folder, which belongs to this test.
 */
#include <stdio.h>

#include "support/net.h"

#include "sys.h"

#define PATH     "path.sock"
#define ADDRESS  "unix:" PATH
#define LOCK     PATH ".lock" /* of some other program */
#define OUR_LOCK PATH ".duosock-lock"
#define OTHER    "other.txt"

static int tidy(void **state)
{
    (void)state;
    (void)remove(PATH);
    (void)remove(LOCK);
    (void)remove(OUR_LOCK);
    (void)remove(OTHER);
    return 0;
}

#define path_test(name) cmocka_unit_test_setup_teardown(name, tidy, tidy)

static void make_file(const char *path)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
}

static duos_listener open_listener(void)
{
    duos_listener l;

    assert_ok(duos_listener_open(ADDRESS, NULL, &l));
    assert_int_equal(l.count, 1);
    assert_false(os_path_exists(OUR_LOCK));
    return l;
}

/* A socket file that nobody listens on, as a crash leaves it. */
static void leave_stale(void)
{
    duos_listener l = open_listener();

    net_close(&l.socks[0]);
    assert_true(os_path_exists(PATH));
}

static void assert_reachable(const duos_listener *l)
{
    duos_socket client;
    duos_socket server;

    assert_ok(duos_dial(ADDRESS, PATIENCE_MS, &client));
    server = net_accept(l->socks[0]);
    net_exchange(client, server);
    net_close(&server);
    net_close(&client);
}

/* ---- one listener ----------------------------------------------------- */

static void test_UX4_listener_makes_its_file_and_removes_it(void **state)
{
    duos_listener l;
    duos_addr at;

    (void)state;
    net_need_unix(DUOS_STREAM);
    at = net_unix(PATH);
    l = open_listener();
    assert_true(duos_addr_equal(&l.bound[0], &at));
    assert_false(os_is_inherited(l.socks[0]));
    assert_reachable(&l);
    duos_listener_close(&l);
    assert_int_equal(l.count, 0);
    assert_false(os_path_exists(PATH));
    assert_false(os_path_exists(OUR_LOCK));
    duos_listener_close(&l);
    duos_listener_close(NULL);
}

static void test_listen_at_path_leaves_its_file(void **state)
{
    duos_socket s;
    duos_addr bound;
    duos_addr at;

    (void)state;
    net_need_unix(DUOS_STREAM);
    at = net_unix(PATH);
    assert_ok(duos_listen_at(ADDRESS, NULL, &s, &bound));
    assert_true(duos_addr_equal(&bound, &at));
    net_close(&s);
    assert_true(os_path_exists(PATH));
    assert_ok(duos_listen_at(ADDRESS, NULL, &s, NULL)); /* stale now */
    net_close(&s);
}

/* ---- what stands there already ---------------------------------------- */

static void test_trap_24_UX1_stale_file_is_replaced(void **state)
{
    duos_listener l;

    (void)state;
    net_need_unix(DUOS_STREAM);
    leave_stale();
    l = open_listener();
    assert_reachable(&l);
    duos_listener_close(&l);
}

static void test_trap_24_UX1_live_listener_is_eaddrinuse(void **state)
{
    duos_listener first;
    duos_listener second;
    duos_socket s;

    (void)state;
    net_need_unix(DUOS_STREAM);
    first = open_listener();
    assert_err(DUOS_EADDRINUSE, duos_listener_open(ADDRESS, NULL, &second));
    assert_err(DUOS_EADDRINUSE, duos_listen_at(ADDRESS, NULL, &s, NULL));
    s = net_accept(first.socks[0]); /* the probe was a visitor */
    net_close(&s);
    duos_listener_close(&first);
}

/* A full backlog must not look like nobody (trap 26). */
static void test_trap_24_full_backlog_is_not_stale(void **state)
{
    duos_listen_options options;
    duos_listener first;
    duos_listener second;
    duos_socket client[16];
    duos_err err = DUOS_OK;
    size_t n = 0;

    (void)state;
    net_need_unix(DUOS_STREAM);
    if (!os_is_linux()) {
        skip_because("a full backlog refuses like a stale file here");
    }
    duos_listen_options_init(&options);
    options.backlog = 1;
    assert_ok(duos_listener_open(ADDRESS, &options, &first));
    while (err == DUOS_OK && n < 16) {
        err = duos_dial(ADDRESS, 0, &client[n]);
        n += err == DUOS_OK;
    }
    assert_int_equal(err, DUOS_EBUSY);
    assert_err(DUOS_EADDRINUSE, duos_listener_open(ADDRESS, NULL, &second));
    while (n > 0) {
        net_close(&client[--n]);
    }
    assert_true(os_path_exists(PATH));
    duos_listener_close(&first);
}

static void test_trap_24_live_datagram_socket_is_eaddrinuse(void **state)
{
    duos_listener l;
    duos_addr at;
    duos_socket s;

    (void)state;
    net_need_unix(DUOS_DGRAM);
    at = net_unix(PATH);
    s = net_open(DUOS_UNIX, DUOS_DGRAM);
    assert_ok(duos_bind(s, &at));
    assert_err(DUOS_EADDRINUSE, duos_listener_open(ADDRESS, NULL, &l));
    net_close(&s);
    l = open_listener(); /* now it is stale */
    duos_listener_close(&l);
}

static void test_AD7_UX2_what_is_no_socket_is_never_touched(void **state)
{
    duos_listener l;
    duos_socket s;

    (void)state;
    net_need_unix(DUOS_STREAM);
    make_file(PATH);
    assert_err(DUOS_EEXIST, duos_listener_open(ADDRESS, NULL, &l));
    assert_err(DUOS_EEXIST, duos_listen_at(ADDRESS, NULL, &s, NULL));
    assert_int_equal(remove(PATH), 0);
    assert_true(os_make_directory(PATH));
    assert_err(DUOS_EEXIST, duos_listener_open(ADDRESS, NULL, &l));
    assert_true(os_remove_directory(PATH));
    if (os_make_fifo(PATH)) {
        assert_err(DUOS_EEXIST, duos_listener_open(ADDRESS, NULL, &l));
        assert_int_equal(remove(PATH), 0);
    }
    assert_false(os_path_exists(OUR_LOCK));
}

/* A link is not followed, be it into nowhere or to a stale socket. */
static void test_AD7_UX2_link_is_never_followed(void **state)
{
    duos_listener l;

    (void)state;
    net_need_unix(DUOS_STREAM);
    if (!os_make_link(OTHER, PATH)) {
        skip_because("no links on this system");
    }
    assert_err(DUOS_EEXIST, duos_listener_open(ADDRESS, NULL, &l));
    assert_false(os_path_exists(OTHER));
    assert_int_equal(remove(PATH), 0);
    leave_stale();
    assert_int_equal(rename(PATH, OTHER), 0);
    assert_true(os_make_link(OTHER, PATH));
    assert_err(DUOS_EEXIST, duos_listener_open(ADDRESS, NULL, &l));
    assert_true(os_path_exists(OTHER));
}

static void test_UX4_file_of_a_successor_survives_the_close(void **state)
{
    duos_listener first;
    duos_listener second;

    (void)state;
    net_need_unix(DUOS_STREAM);
    first = open_listener();
    assert_int_equal(remove(PATH), 0); /* by somebody in a hurry */
    second = open_listener();
    duos_listener_close(&first);
    assert_reachable(&second);
    duos_listener_close(&second);
    assert_false(os_path_exists(PATH));
    first = open_listener();
    assert_int_equal(remove(PATH), 0);
    make_file(PATH);
    duos_listener_close(&first);
    assert_true(os_path_exists(PATH));
}

/* ---- permissions ------------------------------------------------------ */

static void test_trap_25_UX3_mode_is_0600_whatever_the_umask(void **state)
{
    static const uint32_t masks[] = {0, 022, 0777};
    duos_listen_options options;
    duos_listener l;
    uint32_t mode = 0;
    uint32_t before;
    uint32_t after;
    size_t i;

    (void)state;
    net_need_unix(DUOS_STREAM);
    for (i = 0; i < sizeof masks / sizeof masks[0]; i++) {
        if (!os_set_umask(masks[i], &before)) {
            skip_because("no permission bits on this system");
        }
        assert_ok(duos_listener_open(ADDRESS, NULL, &l));
        assert_true(os_set_umask(before, &after));
        assert_int_equal(after, masks[i]); /* left alone */
        assert_true(os_get_mode(PATH, &mode));
        assert_int_equal(mode, 0600);
        duos_listener_close(&l);
    }
    duos_listen_options_init(&options);
    options.mode = 0666;
    assert_ok(duos_listener_open(ADDRESS, &options, &l));
    assert_true(os_get_mode(PATH, &mode));
    assert_int_equal(mode, 0666);
    duos_listener_close(&l);
}

static void test_listen_path_wrong_options_are_refused(void **state)
{
    duos_listen_options options;
    duos_listener l;
    duos_socket s;

    (void)state;
    net_need_unix(DUOS_STREAM);
    duos_listen_options_init(&options);
    assert_int_equal(options.mode, 0600);
    options.mode = 01000;
    assert_err(DUOS_ERANGE, duos_listener_open(ADDRESS, &options, &l));
    assert_err(DUOS_ERANGE, duos_listen_at(ADDRESS, &options, &s, NULL));
    options.mode = 0600;
    options.reuse = DUOS_REUSE_SHARED;
    assert_err(DUOS_ENOTSUP, duos_listener_open(ADDRESS, &options, &l));
    assert_err(DUOS_ENOTSUP, duos_listen_at(ADDRESS, &options, &s, NULL));
    assert_false(os_path_exists(PATH));
}

/* ---- directories ------------------------------------------------------ */

static void test_AD7_listen_path_in_no_directory_is_enoent(void **state)
{
    duos_listener l;
    duos_socket s;

    (void)state;
    net_need_unix(DUOS_STREAM);
    assert_err(DUOS_ENOENT, duos_listener_open("unix:no/such/x", NULL, &l));
    assert_err(DUOS_ENOENT, duos_listen_at("unix:no/such/x", NULL, &s, NULL));
}

static void test_listen_path_in_anothers_directory_is_eacces(void **state)
{
    duos_listener l;
    duos_err err;

    (void)state;
    net_need_unix(DUOS_STREAM);
    assert_true(os_make_directory("closed"));
    if (!os_begin_no_rights()) {
        assert_true(os_remove_directory("closed"));
        skip_because("every directory is open to us");
    }
    err = duos_listener_open("unix:closed/x", NULL, &l);
    os_end_no_rights();
    if (err == DUOS_OK) { /* it is ours, and we have no other rights */
        duos_listener_close(&l);
        assert_true(os_remove_directory("closed"));
        skip_because("every directory is open to us");
    }
    assert_true(os_begin_no_rights());
    assert_err(DUOS_EACCES, duos_listener_open("unix:closed/x", NULL, &l));
    os_end_no_rights();
    assert_true(os_remove_directory("closed"));
}

/* On Windows, the lock's own name is longer than a socket's may be. */
static void test_trap_22_longest_path_can_be_locked(void **state)
{
    char address[5 + DUOS_UNIX_PATH_MAX + 1] = "unix:";
    duos_listener l;
    duos_err err;

    (void)state;
    net_need_unix(DUOS_STREAM);
    memset(address + 5, 'p', DUOS_UNIX_PATH_MAX);
    err = duos_listener_open(address, NULL, &l);
    if (err == DUOS_OK) {
        duos_listener_close(&l);
        assert_false(os_path_exists(address + 5));
    } else {
        assert_int_equal(err, DUOS_ENAMETOOLONG);
    }
}

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
        path_test(test_UX4_listener_makes_its_file_and_removes_it),
        path_test(test_listen_at_path_leaves_its_file),
        path_test(test_trap_24_UX1_stale_file_is_replaced),
        path_test(test_trap_24_UX1_live_listener_is_eaddrinuse),
        path_test(test_trap_24_full_backlog_is_not_stale),
        path_test(test_trap_24_live_datagram_socket_is_eaddrinuse),
        path_test(test_AD7_UX2_what_is_no_socket_is_never_touched),
        path_test(test_AD7_UX2_link_is_never_followed),
        path_test(test_UX4_file_of_a_successor_survives_the_close),
        path_test(test_trap_25_UX3_mode_is_0600_whatever_the_umask),
        path_test(test_listen_path_wrong_options_are_refused),
        path_test(test_AD7_listen_path_in_no_directory_is_enoent),
        path_test(test_listen_path_in_anothers_directory_is_eacces),
        path_test(test_trap_22_longest_path_can_be_locked),
        path_test(test_listen_path_whose_lock_is_kept_is_ebusy),
        path_test(test_listener_close_waits_for_no_lock),
        path_test(test_listen_path_leaves_the_locks_of_others_alone),
        path_test(test_trap_24_UX1_race_for_a_stale_path_has_one_winner),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
