/* SPDX-License-Identifier: MIT */
/*
 * socket_file.h - listening on the path of a unix socket. Files lie in the
 * current folder, which belongs to the test.
 */
#ifndef TEST_SOCKET_FILE_H
#define TEST_SOCKET_FILE_H

#include <stdio.h>

#include "support/net.h"

#define PATH     "path.sock"
#define ADDRESS  "unix:" PATH
#define LOCK     PATH ".lock" /* of some other program */
#define OUR_LOCK PATH ".duosock-lock"
#define OTHER    "other.txt"

static inline int tidy(void **state)
{
    (void)state;
    (void)remove(PATH);
    (void)remove(LOCK);
    (void)remove(OUR_LOCK);
    (void)remove(OTHER);
    return 0;
}

#define path_test(name) cmocka_unit_test_setup_teardown(name, tidy, tidy)

static inline void make_file(const char *path)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
}

static inline duos_listener open_listener(void)
{
    duos_listener l;

    assert_ok(duos_listener_open(ADDRESS, NULL, &l));
    assert_int_equal(l.count, 1);
    assert_false(os_path_exists(OUR_LOCK));
    return l;
}

/* A socket file that nobody listens on, as a crash leaves it. */
static inline void leave_stale(void)
{
    duos_listener l = open_listener();

    net_close(&l.socks[0]);
    assert_true(os_path_exists(PATH));
}

static inline void assert_reachable(const duos_listener *l)
{
    duos_socket client;
    duos_socket server;

    assert_ok(duos_dial(ADDRESS, PATIENCE_MS, &client));
    server = net_accept(l->socks[0]);
    net_exchange(client, server);
    net_close(&server);
    net_close(&client);
}

#endif
