/* SPDX-License-Identifier: MIT */
/*
 * test_listen_swap.c - a path that somebody changes between the question
 * whether anybody listens there and the removal (UX2): the linker puts this
 * file's sys_connect, which asks it, before the platform's, and it does what
 * a rival would do in that moment.
 */
#include <stdio.h>

#include "support/net.h"

#include "sys.h"

#define PATH    "swap.sock"
#define ADDRESS "unix:" PATH
#define NEW     "swap.new"
#define OTHER   "precious.txt"

duos_err __real_sys_connect(duos_socket s, const duos_addr *addr);
duos_err __wrap_sys_connect(duos_socket s, const duos_addr *addr);

static void (*swap)(void); /* after the question; NULL for nothing */
static duos_socket rival;

duos_err __wrap_sys_connect(duos_socket s, const duos_addr *addr)
{
    duos_err err = __real_sys_connect(s, addr);

    if (swap != NULL && addr->family == DUOS_UNIX) {
        void (*now)(void) = swap;

        swap = NULL;
        now();
    }
    return err;
}

static int tidy(void **state)
{
    (void)state;
    swap = NULL;
    rival.os = -1;
    (void)remove(PATH);
    (void)remove(NEW);
    (void)remove(OTHER);
    return 0;
}

static void make_file(const char *path)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fputs("precious", file) < 0, 0);
    assert_int_equal(fclose(file), 0);
}

static void assert_precious(const char *path)
{
    char text[16] = "";
    FILE *file = fopen(path, "rb");

    assert_non_null(file);
    assert_int_equal(fread(text, 1, sizeof text, file), 8);
    assert_memory_equal(text, "precious", 8);
    assert_int_equal(fclose(file), 0);
}

static void listen_on(const char *path)
{
    duos_addr at = net_unix(path);

    rival = net_open(DUOS_UNIX, DUOS_STREAM);
    assert_ok(duos_bind(rival, &at));
    assert_ok(duos_listen(rival, 0));
}

/* A socket file that nobody listens on, as a crash leaves it. */
static void leave_stale(void)
{
    listen_on(PATH);
    net_close(&rival);
}

static void assert_rival_is_reachable(void)
{
    duos_socket client;
    duos_socket server;

    while (duos_wait(rival, DUOS_READ, 0, NULL) == DUOS_OK) {
        server = net_accept(rival); /* who asked whether anybody listens */
        net_close(&server);
    }
    assert_ok(duos_dial(ADDRESS, PATIENCE_MS, &client));
    server = net_accept(rival);
    net_exchange(client, server);
    net_close(&server);
    net_close(&client);
}

/* ---- what a rival does ------------------------------------------------- */

static void put_file(void)
{
    assert_int_equal(remove(PATH), 0);
    make_file(PATH);
}

static void put_link(void)
{
    assert_int_equal(remove(PATH), 0);
    assert_true(os_make_link(OTHER, PATH));
}

/* The number of the old file may be that of the new one. */
static void put_listener(void)
{
    assert_int_equal(remove(PATH), 0);
    listen_on(PATH);
}

static void move_listener(void)
{
    listen_on(NEW);
    assert_int_equal(remove(PATH), 0);
    assert_int_equal(rename(NEW, PATH), 0);
}

static void take_away(void)
{
    assert_int_equal(remove(PATH), 0);
}

static duos_err open_while(void (*rival_does)(void), duos_listener *l)
{
    duos_err err;

    leave_stale();
    swap = rival_does;
    err = duos_listener_open(ADDRESS, NULL, l);
    assert_true(swap == NULL); /* the question was asked */
    return err;
}

static void test_UX2_file_put_after_the_look_survives(void **state)
{
    duos_listener l;

    (void)state;
    net_need_unix(DUOS_STREAM);
    assert_err(DUOS_EADDRINUSE, open_while(put_file, &l));
    assert_precious(PATH);
}

static void test_UX2_link_put_after_the_look_survives(void **state)
{
    duos_listener l;

    (void)state;
    net_need_unix(DUOS_STREAM);
    make_file(OTHER);
    if (!os_make_link(OTHER, NEW)) {
        skip_because("no links on this system");
    }
    assert_err(DUOS_EADDRINUSE, open_while(put_link, &l));
    assert_precious(OTHER);
    assert_precious(PATH);
}

static void test_UX2_listener_put_after_the_look_survives(void **state)
{
    duos_listener l;

    (void)state;
    net_need_unix(DUOS_STREAM);
    assert_err(DUOS_EADDRINUSE, open_while(put_listener, &l));
    assert_rival_is_reachable();
    net_close(&rival);
}

static void test_UX2_listener_moved_there_after_the_look_survives(void **state)
{
    duos_listener l;

    (void)state;
    net_need_unix(DUOS_STREAM);
    assert_err(DUOS_EADDRINUSE, open_while(move_listener, &l));
    assert_rival_is_reachable();
    net_close(&rival);
}

static void test_UX2_path_taken_away_after_the_look_is_ours(void **state)
{
    duos_listener l;

    (void)state;
    net_need_unix(DUOS_STREAM);
    assert_ok(open_while(take_away, &l));
    assert_int_equal(l.count, 1);
    duos_listener_close(&l);
    assert_false(os_path_exists(PATH));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, tidy, tidy)
    const struct CMUnitTest tests[] = {
        TEST(test_UX2_file_put_after_the_look_survives),
        TEST(test_UX2_link_put_after_the_look_survives),
        TEST(test_UX2_listener_put_after_the_look_survives),
        TEST(test_UX2_listener_moved_there_after_the_look_survives),
        TEST(test_UX2_path_taken_away_after_the_look_is_ours),
    };
#undef TEST

    return cmocka_run_group_tests(tests, NULL, NULL);
}
