/* SPDX-License-Identifier: MIT */
/*
 * test_path.c - the verbs for the file of a unix socket: which file it is,
 * and the lock of its path. They work on any file, so they run where there are
 * no unix sockets, too.
 */
#include <stdio.h>

#include "support/net.h"

#include "sys.h"

#define PATH  "look.file"
#define LOCK  PATH ".duosock-lock" /* Windows makes it */
#define OTHER "other.file"

#define HAMMERS 4

static int tidy(void **state)
{
    (void)state;
    (void)remove(PATH);
    (void)remove(LOCK);
    (void)remove(OTHER);
    (void)os_remove_directory("made");
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
        assert_int_equal(os_path_exists(LOCK), os_is_windows());
        assert_false(os_path_exists(PATH));
        assert_int_equal(sys_path_lock(&at, &second), DUOS_EBUSY);
        assert_true(second == -7);
        sys_path_unlock(first);
        assert_false(os_path_exists(LOCK));
    }
    make_file(LOCK); /* as a loss of power may leave it on Windows */
    assert_ok(sys_path_lock(&at, &first));
    sys_path_unlock(first);
    assert_int_equal(os_path_exists(LOCK), !os_is_windows());
}

/* A relative path, one in the root of all, and one that goes through "..". */
static void test_lock_is_that_of_the_directory(void **state)
{
    static const char *const paths[] = {"x", "./x", "/x", "made/../x"};
    duos_addr at;
    intptr_t lock;
    intptr_t second;
    size_t i;

    (void)state;
    if (os_is_windows()) {
        skip_because("the lock is a file here");
    }
    assert_true(os_make_directory("made"));
    for (i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        at = net_unix(paths[i]);
        assert_ok(sys_path_lock(&at, &lock));
        assert_int_equal(sys_path_lock(&at, &second), DUOS_EBUSY);
        at = net_unix(i == 2 ? "/another" : "made/../y");
        assert_int_equal(sys_path_lock(&at, &second), DUOS_EBUSY);
        at = net_unix("made/x");
        assert_ok(sys_path_lock(&at, &second));
        sys_path_unlock(second);
        sys_path_unlock(lock);
        at = net_unix(paths[i]);
        assert_ok(sys_path_lock(&at, &lock));
        sys_path_unlock(lock);
    }
    assert_true(os_remove_directory("made"));
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
            sys_path_unlock(lock);
            turns++;
        } else if (err != DUOS_EBUSY) {
            hammered.odd++;
            return;
        }
    }
}

/* On Windows its file comes and goes all the time. */
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
        path_test(test_lock_is_that_of_the_directory),
        path_test(test_path_look_tells_files_apart),
        path_test(test_lock_keeps_threads_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
