/* SPDX-License-Identifier: MIT */
/*
 * test_birth_late.c - the sockets of systems that have no flags for their
 * birth: sys_birth_fcntl.c, linked into this program in place of the variant
 * that this system would have. fcntl can be made to fail as macOS does.
 */
#define _GNU_SOURCE 1

#include "support/scene.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>

#include "sys.h"

#define SET_FD_FLAGS 2 /* F_SETFD; <fcntl.h> would declare the one below */

static int failing_fd = -1; /* fcntl of the next socket fails */
static int fail_with;

/* All commands that duosock uses take an int, or nothing. */
static int bent_fcntl(const char *name, int fd, int command, int value)
{
    int (*real)(int, int, ...);
    void *found = dlsym(RTLD_NEXT, name);

    assert_non_null(found);
    memcpy(&real, &found, sizeof found);
    if (fail_with != 0 && command == SET_FD_FLAGS) {
        failing_fd = fd;
        errno = fail_with;
        fail_with = 0;
        return -1;
    }
    return real(fd, command, value);
}

int fcntl(int fd, int command, ...);
int fcntl(int fd, int command, ...)
{
    va_list args;
    int value;

    va_start(args, command);
    value = va_arg(args, int);
    va_end(args);
    return bent_fcntl("fcntl", fd, command, value);
}

/* What glibc calls it where files may be large. */
int fcntl64(int fd, int command, ...);
int fcntl64(int fd, int command, ...)
{
    va_list args;
    int value;

    va_start(args, command);
    value = va_arg(args, int);
    va_end(args);
    return bent_fcntl("fcntl", fd, command, value);
}

static int forget(void **state)
{
    (void)state;
    fail_with = 0;
    failing_fd = -1;
    return 0;
}

static void test_birth_late_sockets_are_safe_and_in_the_right_mode(void **state)
{
    duos_addr at;
    duos_socket listener = net_listen(DUOS_IPV4, 0, &at);
    duos_socket client = net_connect(&at);
    duos_socket server;
    bool on;
    int i;

    (void)state;
    assert_false(os_is_inherited(listener));
    assert_false(os_is_inherited(client));
    for (i = 0; i < 2; i++) {
        duos_addr peer;

        net_await(listener, DUOS_READ);
        assert_ok(duos_accept(listener, i == 0 ? DUOS_BLOCKING : DUOS_NONBLOCK,
                              &server, &peer));
        assert_true(os_get_nonblocking(server, &on));
        assert_int_equal(on, i == 1);
        assert_false(os_is_inherited(server));
        assert_int_equal(peer.family, DUOS_IPV4);
        net_exchange(client, server);
        net_close(&server);
        net_close(&client);
        client = net_connect(&at);
    }
    net_close(&client);
    net_close(&listener);
}

/* The peer has reset what was just accepted: it is gone, not the listener. */
static void test_trap_40_SY13_options_of_a_socket_whose_peer_is_gone(
    void **state)
{
    duos_addr at;
    duos_socket listener = net_listen(DUOS_IPV4, 0, &at);
    duos_socket gone = net_connect(&at);
    duos_socket stays = net_connect(&at);
    duos_socket server = DUOS_SOCKET_INVALID;
    size_t before, after;

    (void)state;
    net_await(listener, DUOS_READ);
    assert_true(os_count_handles(&before));
    fail_with = EINVAL;
    assert_err(DUOS_ECONNABORTED, duos_accept(listener, 0, &server, NULL));
    assert_true(failing_fd >= 0);
    assert_false(duos_socket_valid(server));
    assert_true(os_count_handles(&after));
    assert_int_equal(after, before); /* it was closed */
    server = net_accept(listener);
    net_exchange(stays, server);
    net_close(&server);
    net_close(&stays);
    net_close(&gone);
    net_close(&listener);
}

/* Whatever it was: that client is closed, the others go on. */
static void test_SY13_server_closes_one_that_cannot_be_prepared(void **state)
{
    static const int native[] = {EINVAL, ENOMEM, ENOBUFS};
    scene *s;
    duos_socket old, fresh;
    unsigned i;

    (void)scene_setup(state);
    s = (scene *)*state;
    s->served.act = told_echo;
    scene_serve(s);
    old = scene_visit(s);
    for (i = 0; i < 3; i++) {
        fresh = net_connect(&s->at);
        failing_fd = -1;
        fail_with = native[i];
        assert_true(scene_receive_end(s, fresh, NULL) != DUOS_OK);
        assert_true(failing_fd >= 0);
        net_close(&fresh);
        scene_echo(s, old);
        fresh = scene_visit(s);
        scene_echo(s, fresh);
        net_close(&fresh);
        scene_until(s, s->served.closes, i + 1);
    }
    net_close(&old);
    scene_until(s, s->served.closes, 4);
    (void)scene_teardown(state);
}

/* Any other failure is told as it is. */
static void test_SY13_birth_late_failure_is_told_and_leaves_nothing(
    void **state)
{
    duos_socket s = DUOS_SOCKET_INVALID;
    size_t before, after;

    (void)state;
    assert_true(os_count_handles(&before));
    fail_with = ENOMEM;
    assert_err(DUOS_ENOMEM, duos_open(DUOS_IPV4, DUOS_STREAM, 0, &s));
    assert_true(os_count_handles(&after));
    assert_int_equal(after, before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, forget, forget)
        TEST(test_birth_late_sockets_are_safe_and_in_the_right_mode),
        TEST(test_trap_40_SY13_options_of_a_socket_whose_peer_is_gone),
        TEST(test_SY13_server_closes_one_that_cannot_be_prepared),
        TEST(test_SY13_birth_late_failure_is_told_and_leaves_nothing),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
