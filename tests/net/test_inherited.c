/* SPDX-License-Identifier: MIT */
/*
 * test_inherited.c - sockets that were open before the program began: what
 * a service manager says in the environment, and what people put there. The
 * numbers from 3 on belong to these tests; their own sockets lie above.
 */
#include <stdio.h>
#include <stdlib.h>

#include "support/net.h"

#define FIRST 3
#define ABOVE 100
#define CAP   4

static duos_inherited_socket list[CAP];

static void say(const char *pid, const char *fds, const char *names)
{
    os_set_variable("LISTEN_PID", pid);
    os_set_variable("LISTEN_FDS", fds);
    os_set_variable("LISTEN_FDNAMES", names);
}

/* To this process. */
static void say_to_us(const char *fds, const char *names)
{
    char text[32];
    uint64_t pid;
    uint32_t uid;
    uint32_t gid;

    assert_true(os_get_self(&pid, &uid, &gid));
    (void)snprintf(text, sizeof text, "%lu", (unsigned long)pid);
    say(text, fds, names);
}

/* Puts a socket where the manager would have. */
static void hand_over(int place, duos_socket s)
{
    duos_socket above;

    assert_true(os_duplicate_above(s, ABOVE, &above));
    net_close(&s);
    assert_true(os_duplicate_to(above, FIRST + place));
    net_close(&above);
}

static void take_back(int place)
{
    duos_socket s = duos_socket_from_os(FIRST + place);

    (void)duos_close(&s);
}

static int begin(void **state)
{
    int i;

    (void)state;
    say(NULL, NULL, NULL);
    memset(list, 0xa5, sizeof list);
    for (i = 0; i < CAP && !os_is_windows(); i++) {
        take_back(i);
    }
    return 0;
}

/* After an error, nothing was taken. */
static void assert_list_untouched(void)
{
    static const unsigned char fresh = 0xa5;
    size_t i;

    for (i = 0; i < sizeof list; i++) {
        assert_int_equal(((const unsigned char *)list)[i], fresh);
    }
}

#define inherited_test(name) cmocka_unit_test_setup_teardown(name, begin, begin)

#define need_custom()                                                          \
    do {                                                                       \
        if (os_is_windows()) {                                                 \
            skip_because("Windows has no such custom");                        \
        }                                                                      \
    } while (0)

static void test_inherited_nothing_said_is_none(void **state)
{
    size_t count = 99;

    (void)state;
    assert_ok(duos_inherited(false, list, CAP, &count));
    assert_int_equal(count, 0);
    assert_ok(duos_inherited(true, NULL, 0, &count));
    assert_err(DUOS_EINVAL, duos_inherited(false, NULL, 1, &count));
    assert_err(DUOS_EINVAL, duos_inherited(false, list, CAP, NULL));
    say_to_us("0", NULL);
    assert_ok(duos_inherited(false, list, CAP, &count));
    assert_int_equal(count, 0);
}

static void test_UX5_inherited_sockets_are_found_with_names(void **state)
{
    duos_addr at;
    duos_addr udp;
    duos_addr addr;
    size_t count = 0;

    (void)state;
    need_custom();
    hand_over(0, net_listen(DUOS_IPV4, 0, &at));
    hand_over(1, net_bind(DUOS_IPV4, DUOS_DGRAM, &udp));
    assert_true(os_is_inherited(duos_socket_from_os(FIRST)));
    say_to_us("2", "web:");
    assert_ok(duos_inherited(false, list, CAP, &count));
    assert_int_equal(count, 2);
    assert_int_equal(list[0].type, DUOS_STREAM);
    assert_int_equal(list[1].type, DUOS_DGRAM);
    assert_string_equal(list[0].name, "web");
    assert_string_equal(list[1].name, "");
    assert_ok(duos_local_addr(list[0].sock, &addr));
    assert_true(duos_addr_equal(&addr, &at));
    assert_false(os_is_inherited(list[0].sock));
    assert_false(os_is_inherited(list[1].sock));
    assert_non_null(getenv("LISTEN_FDS"));
    say_to_us("2", NULL); /* without names */
    assert_ok(duos_inherited(true, list, CAP, &count));
    assert_string_equal(list[0].name, "");
    assert_null(getenv("LISTEN_FDS"));
    assert_null(getenv("LISTEN_PID"));
    assert_null(getenv("LISTEN_FDNAMES"));
    assert_ok(duos_inherited(true, list, CAP, &count));
    assert_int_equal(count, 0);
}

static void test_UX5_inherited_listener_is_served_from(void **state)
{
    duos_loop *loop;
    duos_server *server;
    duos_addr at;
    duos_socket client;
    size_t count;

    (void)state;
    need_custom();
    hand_over(0, net_listen(DUOS_IPV4, 0, &at));
    say_to_us("1", "web");
    assert_ok(duos_inherited(true, list, CAP, &count));
    assert_ok(duos_loop_create(NULL, &loop));
    assert_ok(duos_server_create(loop, NULL, &server));
    assert_ok(duos_server_adopt(server, list[0].sock));
    client = net_connect(&at);
    net_close(&client);
    duos_server_destroy(server);
    assert_ok(duos_loop_destroy(loop));
}

static void test_UX5_inherited_said_to_others_is_none(void **state)
{
    static const char *const pids[] = {"1", "4294967295", NULL};
    duos_addr at;
    size_t count;
    size_t i;

    (void)state;
    need_custom();
    hand_over(0, net_listen(DUOS_IPV4, 0, &at));
    for (i = 0; i < 3; i++) {
        count = 99;
        say(pids[i], "1", "web");
        assert_ok(duos_inherited(true, list, CAP, &count));
        assert_int_equal(count, 0);
    }
    assert_true(os_is_inherited(duos_socket_from_os(FIRST)));
}

static void test_UX5_inherited_garbage_is_esyntax(void **state)
{
    static const char *const numbers[] = {
        "-1",  "",    "+1",  " 1",  "1 ",         "01",
        "0x1", "1e1", "one", "1.0", "2147483648", "99999999999999999999"};
    duos_addr at;
    size_t count = 99;
    size_t i;

    (void)state;
    need_custom();
    hand_over(0, net_listen(DUOS_IPV4, 0, &at));
    for (i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        say_to_us(numbers[i], NULL);
        assert_err(DUOS_ESYNTAX, duos_inherited(true, list, CAP, &count));
        say(numbers[i], "1", NULL);
        if (strcmp(numbers[i], "2147483648") != 0) {
            assert_err(DUOS_ESYNTAX, duos_inherited(true, list, CAP, &count));
        }
    }
    say_to_us("1", "a:b");
    assert_err(DUOS_ESYNTAX, duos_inherited(true, list, CAP, &count));
    say_to_us("1", ":");
    assert_err(DUOS_ESYNTAX, duos_inherited(true, list, CAP, &count));
    say_to_us("2", "a");
    assert_err(DUOS_ESYNTAX, duos_inherited(true, list, CAP, &count));
    assert_int_equal(count, 99);
    assert_list_untouched();
    assert_true(os_is_inherited(duos_socket_from_os(FIRST)));
    assert_non_null(getenv("LISTEN_FDS")); /* not forgotten */
}

static void test_UX5_inherited_name_too_long_is_enametoolong(void **state)
{
    char name[DUOS_INHERITED_NAME_MAX + 2] = "";
    duos_addr at;
    size_t count;

    (void)state;
    need_custom();
    hand_over(0, net_listen(DUOS_IPV4, 0, &at));
    memset(name, 'n', sizeof name - 1);
    say_to_us("1", name);
    assert_err(DUOS_ENAMETOOLONG, duos_inherited(false, list, CAP, &count));
    assert_list_untouched();
    name[DUOS_INHERITED_NAME_MAX] = '\0';
    say_to_us("1", name);
    assert_ok(duos_inherited(false, list, CAP, &count));
    assert_string_equal(list[0].name, name);
}

static void test_UX5_inherited_what_is_no_listener_is_refused(void **state)
{
    duos_socket file;
    duos_addr at;
    size_t count = 99;

    (void)state;
    need_custom();
    say_to_us("999", NULL);
    assert_err(DUOS_ENOSPACE, duos_inherited(true, list, CAP, &count));
    say_to_us("1", NULL);
    assert_err(DUOS_EBADF, duos_inherited(true, list, CAP, &count));
    hand_over(0, net_bind(DUOS_IPV4, DUOS_STREAM, &at)); /* never listened */
    assert_err(DUOS_ESTATE, duos_inherited(true, list, CAP, &count));
    take_back(0);
    assert_true(os_open_file(&file));
    if (duos_socket_to_os(file) != FIRST) {
        assert_true(os_duplicate_to(file, FIRST));
        os_close_file(file);
    }
    assert_err(DUOS_ENOTSOCK, duos_inherited(true, list, CAP, &count));
    /* One that is bad spoils the others: none of them was touched. */
    hand_over(0, net_listen(DUOS_IPV4, 0, &at));
    say_to_us("2", NULL);
    assert_err(DUOS_EBADF, duos_inherited(true, list, CAP, &count));
    assert_true(os_is_inherited(duos_socket_from_os(FIRST)));
    assert_int_equal(count, 99);
    assert_list_untouched();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        inherited_test(test_inherited_nothing_said_is_none),
        inherited_test(test_UX5_inherited_sockets_are_found_with_names),
        inherited_test(test_UX5_inherited_listener_is_served_from),
        inherited_test(test_UX5_inherited_said_to_others_is_none),
        inherited_test(test_UX5_inherited_garbage_is_esyntax),
        inherited_test(test_UX5_inherited_name_too_long_is_enametoolong),
        inherited_test(test_UX5_inherited_what_is_no_listener_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
