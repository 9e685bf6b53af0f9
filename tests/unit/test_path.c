/* SPDX-License-Identifier: MIT */
/*
 * test_path.c - the verbs for the file of a unix socket: which file it is,
 * and the lock beside it. They work on any file, so they run where there are
 * no unix sockets, too.
 */
#include <stdio.h>

#include "support/net.h"

#include "sys.h"

#define PATH  "look.file"
#define LOCK  PATH ".lock"
#define OTHER "other.file"

#define HAMMERS 4

static int tidy(void **state)
{
    (void)state;
    (void)remove(PATH);
    (void)remove(LOCK);
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

/* ---- the lock --------------------------------------------------------- */

static void test_lock_is_had_by_one_and_goes_away(void **state)
{
    duos_addr at = net_unix(PATH);
    intptr_t first;
    intptr_t second = -7;
    int i;

    (void)state;
    for (i = 0; i < 3; i++) {
        assert_ok(sys_path_lock(&at, &first));
        assert_true(os_path_exists(LOCK));
        assert_int_equal(sys_path_lock(&at, &second), DUOS_EBUSY);
        assert_true(second == -7);
        sys_path_unlock(&at, first);
        assert_false(os_path_exists(LOCK));
    }
    make_file(LOCK); /* of a process that has died */
    assert_ok(sys_path_lock(&at, &first));
    sys_path_unlock(&at, first);
    assert_false(os_path_exists(LOCK));
}

static void test_path_look_tells_files_apart(void **state)
{
    duos_addr at = net_unix(PATH);
    duos_addr other = net_unix(OTHER);
    sys_path_id a;
    sys_path_id b;

    (void)state;
    assert_int_equal(sys_path_look(&at, &a), DUOS_ENOENT);
    assert_int_equal(sys_path_remove(&at), DUOS_ENOENT);
    make_file(PATH);
    make_file(OTHER);
    assert_ok(sys_path_look(&at, &a));
    assert_ok(sys_path_look(&other, &b));
    assert_false(a.is_socket);
    assert_true(a.device == b.device);
    assert_true(a.inode != b.inode);
    assert_ok(sys_path_look(&at, &b));
    assert_true(a.inode == b.inode);
    assert_ok(sys_path_set_mode(&at, 0600));
    assert_ok(sys_path_remove(&at));
    assert_false(os_path_exists(PATH));
}

#define TURNS 500

static struct {
    sys_lock lock;
    unsigned inside;
    unsigned most;
    unsigned odd;
} hammered;

static void count_inside(int step)
{
    sys_lock_take(&hammered.lock);
    hammered.inside += (unsigned)step;
    if (hammered.inside > hammered.most) {
        hammered.most = hammered.inside;
    }
    sys_lock_release(&hammered.lock);
}

/* Long enough for others to come in, if they can. */
static void stay(void)
{
    uint64_t begin = net_now();

    while (net_now() - begin < 50000) {
    }
}

static void hammer(void *user)
{
    const duos_addr *at = (const duos_addr *)user;
    int turns = 0;

    while (turns < TURNS) {
        intptr_t lock;
        duos_err err = sys_path_lock(at, &lock);

        if (err == DUOS_OK) {
            count_inside(1);
            stay();
            count_inside(-1);
            sys_path_unlock(at, lock);
            turns++;
        } else if (err != DUOS_EBUSY) {
            hammered.odd++;
            return;
        }
    }
}

/* Its file comes and goes all the time: a lock on one that has gone is none. */
static void test_lock_keeps_threads_apart(void **state)
{
    duos_addr at = net_unix(PATH);
    os_thread *threads[HAMMERS];
    size_t i;

    (void)state;
    memset(&hammered, 0, sizeof hammered);
    assert_ok(sys_lock_init(&hammered.lock));
    for (i = 0; i < HAMMERS; i++) {
        threads[i] = os_thread_start(hammer, &at);
        assert_non_null(threads[i]);
    }
    for (i = 0; i < HAMMERS; i++) {
        os_thread_join(threads[i]);
    }
    sys_lock_fini(&hammered.lock);
    assert_int_equal(hammered.odd, 0);
    assert_int_equal(hammered.most, 1);
    assert_false(os_path_exists(LOCK));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        path_test(test_lock_is_had_by_one_and_goes_away),
        path_test(test_path_look_tells_files_apart),
        path_test(test_lock_keeps_threads_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
