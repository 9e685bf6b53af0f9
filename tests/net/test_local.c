/* SPDX-License-Identifier: MIT */
/*
 * test_local.c - unix sockets by the ordinary calls: streams, datagrams,
 * abstract names, and what their addresses are. Files lie in the current
 * folder, which belongs to this test.
 */
#include <stdio.h>

#include "support/net.h"

#define PATH "local.sock"

static int remove_file(void **state)
{
    (void)state;
    (void)remove(PATH);
    return 0;
}

#define local_test(name)                                                       \
    cmocka_unit_test_setup_teardown(name, remove_file, remove_file)

static duos_socket listen_at(const char *path, int backlog)
{
    duos_addr at = net_unix(path);
    duos_socket s = net_open(DUOS_UNIX, DUOS_STREAM);

    assert_ok(duos_bind(s, &at));
    assert_ok(duos_listen(s, backlog));
    return s;
}

static duos_socket connect_to(const char *path)
{
    duos_addr at = net_unix(path);
    duos_socket s = net_open(DUOS_UNIX, DUOS_STREAM);
    duos_err err = duos_connect(s, &at);

    if (err == DUOS_EINPROGRESS) {
        net_await(s, DUOS_WRITE);
        err = duos_connect_result(s);
    }
    assert_ok(err);
    return s;
}

static void assert_unnamed(const duos_addr *addr)
{
    assert_int_equal(addr->family, DUOS_UNIX);
    assert_int_equal(addr->path_len, 0);
}

/* ---- addresses -------------------------------------------------------- */

static void test_trap_22_AD7_addr_unix_takes_107_bytes_and_cuts_nothing(
    void **state)
{
    char path[DUOS_UNIX_PATH_MAX + 1];
    duos_addr addr;
    duos_addr before;

    (void)state;
    memset(path, 'p', sizeof path);
    assert_ok(duos_addr_unix(path, DUOS_UNIX_PATH_MAX, &addr));
    assert_int_equal(addr.family, DUOS_UNIX);
    assert_int_equal(addr.path_len, DUOS_UNIX_PATH_MAX);
    assert_memory_equal(addr.ip.path, path, DUOS_UNIX_PATH_MAX);
    before = addr;
    assert_err(DUOS_ENAMETOOLONG, duos_addr_unix(path, sizeof path, &addr));
    assert_err(DUOS_EINVAL, duos_addr_unix("", 0, &addr));
    assert_err(DUOS_EINVAL, duos_addr_unix(NULL, 1, &addr));
    assert_err(DUOS_EINVAL, duos_addr_unix(path, 1, NULL));
    assert_err(DUOS_EINVAL, duos_addr_unix("a\0b", 3, &addr));
    assert_memory_equal(&addr, &before, sizeof addr);
    assert_ok(duos_addr_unix("\0a\0b", 4, &addr));
    assert_int_equal(addr.path_len, 4);
}

static void test_AD7_bind_and_connect_refuse_what_is_no_name(void **state)
{
    duos_socket s;
    duos_addr none;
    duos_addr odd;
    duos_addr ip = duos_addr_loopback(DUOS_IPV4, 80);

    (void)state;
    net_need_unix(DUOS_STREAM);
    s = net_open(DUOS_UNIX, DUOS_STREAM);
    none = net_unix("x");
    none.path_len = 0;
    odd = net_unix("a-b");
    odd.ip.path[1] = '\0';
    assert_err(DUOS_EINVAL, duos_bind(s, &none));
    assert_err(DUOS_EINVAL, duos_bind(s, &odd));
    assert_err(DUOS_EINVAL, duos_connect(s, &none));
    assert_err(DUOS_EINVAL, duos_connect(s, &odd));
    odd.path_len = DUOS_UNIX_PATH_MAX + 1;
    assert_err(DUOS_ENAMETOOLONG, duos_bind(s, &odd));
    assert_err(DUOS_ENAMETOOLONG, duos_connect(s, &odd));
    assert_err(DUOS_EAFNOSUPPORT, duos_bind(s, &ip));
    assert_err(DUOS_EAFNOSUPPORT, duos_connect(s, &ip));
    net_close(&s);
}

/* ---- streams ---------------------------------------------------------- */

/* There may be anything at a path; none of it is touched. */
static void test_AD7_path_that_leads_to_no_socket_is_told(void **state)
{
    static const char *const nowhere[] = {"no-such-directory/x", "x/", "./x/"};
    duos_addr at;
    duos_socket s;
    duos_err err;
    size_t i;

    (void)state;
    net_need_unix(DUOS_STREAM);
    for (i = 0; i < 3; i++) {
        s = net_open(DUOS_UNIX, DUOS_STREAM);
        at = net_unix(nowhere[i]);
        assert_err(DUOS_ENOENT, duos_bind(s, &at));
        assert_err(DUOS_ENOENT, duos_connect(s, &at));
        net_close(&s);
    }
    at = net_unix(PATH);
    for (i = 0; i < 3; i++) {
        if (i == 0) {
            FILE *file = fopen(PATH, "w");

            assert_non_null(file);
            assert_int_equal(fclose(file), 0);
        } else if (!(i == 1 ? os_make_directory(PATH) : os_make_fifo(PATH))) {
            continue;
        }
        s = net_open(DUOS_UNIX, DUOS_STREAM);
        err = duos_connect(s, &at);
        assert_true(err == DUOS_ECONNREFUSED || err == DUOS_ENOTSOCK);
        assert_err(DUOS_EADDRINUSE, duos_bind(s, &at));
        net_close(&s);
        assert_true(os_path_exists(PATH));
        assert_true(i == 1 ? os_remove_directory(PATH) : remove(PATH) == 0);
    }
}

static void test_local_stream_moves_bytes_both_ways(void **state)
{
    duos_socket listener;
    duos_socket client;
    duos_socket server;
    char byte;
    size_t n;

    (void)state;
    net_need_unix(DUOS_STREAM);
    listener = listen_at(PATH, 0);
    client = connect_to(PATH);
    assert_ok(duos_connect_result(client));
    server = net_accept(listener);
    net_exchange(client, server);
    net_exchange(server, client);
    assert_false(os_is_inherited(server));
    assert_ok(duos_shutdown(client, DUOS_SHUT_SEND));
    net_await(server, DUOS_READ);
    assert_err(DUOS_EEOF, duos_recv(server, &byte, 1, &n));
    net_close(&client);
    net_close(&server);
    net_close(&listener);
}

static void test_local_addresses_are_the_path_or_unnamed(void **state)
{
    duos_addr path;
    duos_addr addr;
    duos_addr peer;
    duos_tuple tuple;
    duos_socket listener;
    duos_socket client;
    duos_socket server;

    (void)state;
    net_need_unix(DUOS_STREAM);
    path = net_unix(PATH);
    listener = listen_at(PATH, 0);
    assert_ok(duos_local_addr(listener, &addr));
    assert_true(duos_addr_equal(&addr, &path));
    client = connect_to(PATH);
    assert_ok(duos_peer_addr(client, &addr));
    assert_true(duos_addr_equal(&addr, &path));
    assert_ok(duos_local_addr(client, &addr));
    assert_unnamed(&addr);
    net_await(listener, DUOS_READ);
    memset(&peer, 0xa5, sizeof peer);
    assert_ok(duos_accept(listener, DUOS_NONBLOCK, &server, &peer));
    assert_unnamed(&peer);
    assert_ok(duos_socket_tuple(server, &tuple));
    assert_unnamed(&tuple.remote);
    assert_true(duos_addr_equal(&tuple.local, &path));
    net_close(&client);
    net_close(&server);
    net_close(&listener);
}

static void test_local_connect_without_a_listener_fails(void **state)
{
    duos_addr at;
    duos_socket s;

    (void)state;
    net_need_unix(DUOS_STREAM);
    at = net_unix(PATH);
    s = net_open(DUOS_UNIX, DUOS_STREAM);
    if (os_is_windows()) {
        assert_int_not_equal(duos_connect(s, &at), DUOS_OK);
    } else {
        assert_err(DUOS_ENOENT, duos_connect(s, &at));
    }
    net_close(&s);
    s = listen_at(PATH, 0);
    net_close(&s); /* the file stays */
    s = net_open(DUOS_UNIX, DUOS_STREAM);
    assert_err(DUOS_ECONNREFUSED, duos_connect(s, &at));
    net_close(&s);
}

static void test_local_bind_on_a_file_is_eaddrinuse(void **state)
{
    duos_addr at;
    duos_socket first;
    duos_socket second;

    (void)state;
    net_need_unix(DUOS_STREAM);
    at = net_unix(PATH);
    first = listen_at(PATH, 0);
    second = net_open(DUOS_UNIX, DUOS_STREAM);
    assert_err(DUOS_EADDRINUSE, duos_bind(second, &at));
    net_close(&second);
    net_close(&first);
}

/* Linux says EAGAIN, which elsewhere means that the attempt goes on. */
static void test_trap_26_full_backlog_is_no_connect_in_progress(void **state)
{
    duos_socket client[16];
    duos_addr at;
    duos_socket listener;
    duos_err err = DUOS_OK;
    size_t n = 0;

    (void)state;
    net_need_unix(DUOS_STREAM);
    at = net_unix(PATH);
    listener = listen_at(PATH, 1);
    while (err == DUOS_OK && n < 16) {
        client[n] = net_open(DUOS_UNIX, DUOS_STREAM);
        err = duos_connect(client[n++], &at);
    }
    assert_int_not_equal(err, DUOS_EINPROGRESS);
    assert_int_not_equal(err, DUOS_EWOULDBLOCK);
    if (os_is_linux()) {
        assert_err(DUOS_EBUSY, duos_connect(client[n - 1], &at));
        assert_err(DUOS_ENOTCONN, duos_connect_result(client[n - 1]));
    }
    while (n > 0) {
        net_close(&client[--n]);
    }
    net_close(&listener);
}

/* ---- names ------------------------------------------------------------ */

static void test_AD7_local_abstract_name_needs_no_file(void **state)
{
    char name[64];
    duos_addr addr;
    duos_addr at;
    duos_socket listener;
    duos_socket client;
    duos_socket server;

    (void)state;
    net_need_unix(DUOS_STREAM);
    (void)snprintf(name, sizeof name, "@duosock-test-%lx",
                   (unsigned long)net_now());
    at = net_unix(name);
    if (!os_is_linux()) {
        listener = net_open(DUOS_UNIX, DUOS_STREAM);
        assert_err(DUOS_ENOTSUP, duos_bind(listener, &at));
        assert_err(DUOS_ENOTSUP, duos_connect(listener, &at));
        net_close(&listener);
        return;
    }
    listener = listen_at(name, 0);
    assert_ok(duos_local_addr(listener, &addr));
    assert_true(duos_addr_equal(&addr, &at));
    client = connect_to(name);
    server = net_accept(listener);
    net_exchange(client, server);
    net_close(&client);
    net_close(&server);
    net_close(&listener);
    client = net_open(DUOS_UNIX, DUOS_STREAM);
    assert_err(DUOS_ECONNREFUSED, duos_connect(client, &at));
    net_close(&client);
}

/* The longest that an address holds: 107 bytes on Linux, 103 on macOS. */
static void test_trap_22_AD7_longest_path_is_bound_whole_or_refused(
    void **state)
{
    char path[DUOS_UNIX_PATH_MAX];
    char text[DUOS_UNIX_PATH_MAX + 1] = "";
    duos_addr addr;
    duos_addr at;
    duos_socket s;
    duos_err err;

    (void)state;
    net_need_unix(DUOS_STREAM);
    memset(path, 'l', sizeof path);
    memcpy(text, path, sizeof path);
    assert_ok(duos_addr_unix(path, sizeof path, &at));
    s = net_open(DUOS_UNIX, DUOS_STREAM);
    err = duos_bind(s, &at);
    if (os_unix_path_max() < sizeof path) {
        assert_int_equal(err, DUOS_ENAMETOOLONG);
    } else {
        assert_int_equal(err, DUOS_OK);
        assert_ok(duos_local_addr(s, &addr));
        assert_true(duos_addr_equal(&addr, &at));
        (void)remove(text); /* none is there on a simulated host */
    }
    net_close(&s);
}

static void test_trap_23_windows_is_asked_for_unix_sockets(void **state)
{
    duos_socket s;
    duos_err err = duos_open(DUOS_UNIX, DUOS_STREAM, 0, &s);

    (void)state;
    if (os_is_wine()) {
        assert_err(DUOS_EAFNOSUPPORT, duos_open(DUOS_UNIX, DUOS_STREAM, 0, &s));
    } else {
        assert_true(err == DUOS_OK || err == DUOS_EAFNOSUPPORT);
    }
    if (err == DUOS_OK) {
        net_close(&s);
    }
    if (os_is_windows()) {
        assert_err(DUOS_ENOTSUP, duos_open(DUOS_UNIX, DUOS_DGRAM, 0, &s));
    }
}

/* ---- datagrams -------------------------------------------------------- */

static void test_local_datagrams_have_a_sender_and_an_end(void **state)
{
    char data[8];
    bool cut = false;
    size_t n = 99;
    duos_addr at;
    duos_addr from;
    duos_socket receiver;
    duos_socket sender;

    (void)state;
    net_need_unix(DUOS_DGRAM);
    at = net_unix(PATH);
    receiver = net_open(DUOS_UNIX, DUOS_DGRAM);
    assert_ok(duos_bind(receiver, &at));
    sender = net_open(DUOS_UNIX, DUOS_DGRAM);
    assert_ok(duos_sendto(sender, "hello", 5, &at));
    assert_ok(duos_sendto(sender, NULL, 0, &at));
    assert_ok(duos_sendto(sender, "too long", 8, &at));
    net_await(receiver, DUOS_READ);
    assert_ok(duos_recvfrom(receiver, data, sizeof data, &n, &from, &cut));
    assert_int_equal(n, 5);
    assert_memory_equal(data, "hello", 5);
    assert_false(cut);
    assert_int_equal(from.path_len, 0);
    assert_ok(duos_recvfrom(receiver, data, sizeof data, &n, &from, &cut));
    assert_int_equal(n, 0);
    assert_ok(duos_recvfrom(receiver, data, 3, &n, &from, &cut));
    assert_int_equal(n, 3);
    assert_true(cut);
    assert_err(DUOS_EWOULDBLOCK,
               duos_recvfrom(receiver, data, 3, &n, &from, &cut));
    net_close(&sender);
    net_close(&receiver);
}

static void test_local_datagram_answer_reaches_a_named_sender(void **state)
{
    char data[8];
    size_t n;
    duos_addr at;
    duos_addr own;
    duos_addr from;
    duos_socket receiver;
    duos_socket sender;

    (void)state;
    net_need_unix(DUOS_DGRAM);
    at = net_unix(PATH);
    own = net_unix("sender.sock");
    receiver = net_open(DUOS_UNIX, DUOS_DGRAM);
    assert_ok(duos_bind(receiver, &at));
    sender = net_open(DUOS_UNIX, DUOS_DGRAM);
    assert_ok(duos_bind(sender, &own));
    assert_ok(duos_connect(sender, &at));
    assert_ok(duos_sendto(sender, "ping", 4, NULL));
    net_await(receiver, DUOS_READ);
    assert_ok(duos_recvfrom(receiver, data, sizeof data, &n, &from, NULL));
    assert_true(duos_addr_equal(&from, &own));
    assert_ok(duos_sendto(receiver, "pong", 4, &from));
    net_await(sender, DUOS_READ);
    assert_ok(duos_recv(sender, data, sizeof data, &n));
    assert_memory_equal(data, "pong", 4);
    net_close(&sender);
    net_close(&receiver);
    assert_int_equal(remove("sender.sock"), 0);
}

static void test_trap_22_datagram_to_a_path_too_long_is_refused(void **state)
{
    duos_addr to;
    duos_socket s;

    (void)state;
    net_need_unix(DUOS_DGRAM);
    to = net_unix(PATH);
    s = net_open(DUOS_UNIX, DUOS_DGRAM);
    to.path_len = DUOS_UNIX_PATH_MAX + 1;
    assert_err(DUOS_ENAMETOOLONG, duos_sendto(s, "x", 1, &to));
    to.path_len = 0;
    assert_err(DUOS_EINVAL, duos_sendto(s, "x", 1, &to));
    net_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        local_test(test_trap_22_AD7_addr_unix_takes_107_bytes_and_cuts_nothing),
        local_test(test_AD7_bind_and_connect_refuse_what_is_no_name),
        local_test(test_AD7_path_that_leads_to_no_socket_is_told),
        local_test(test_local_stream_moves_bytes_both_ways),
        local_test(test_local_addresses_are_the_path_or_unnamed),
        local_test(test_local_connect_without_a_listener_fails),
        local_test(test_local_bind_on_a_file_is_eaddrinuse),
        local_test(test_trap_26_full_backlog_is_no_connect_in_progress),
        local_test(test_AD7_local_abstract_name_needs_no_file),
        local_test(test_trap_22_AD7_longest_path_is_bound_whole_or_refused),
        local_test(test_trap_23_windows_is_asked_for_unix_sockets),
        local_test(test_local_datagrams_have_a_sender_and_an_end),
        local_test(test_local_datagram_answer_reaches_a_named_sender),
        local_test(test_trap_22_datagram_to_a_path_too_long_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
