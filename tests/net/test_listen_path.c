/* SPDX-License-Identifier: MIT */
/*
 * test_listen_path.c - listening on the path of a unix socket: stale files,
 * permissions, and whose file is removed. Who does it at the same time is in
 * test_listen_lock.c.
 */
#include "support/socket_file.h"

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
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
