/* SPDX-License-Identifier: MIT */
/*
 * test_serve.c - duosock serve from outside: what it says, its limits, its
 * ready file.
 */
#include "program/program.h"

#include <stdlib.h>

static void assert_not_said(const char *text)
{
    char *log = file_read(SERVER_LOG, NULL);

    assert_null(strstr(log, text));
    free(log);
}

/* Sends a text, ends the sending and expects it back. */
static void check_echo(duos_socket s, const char *text)
{
    size_t len = strlen(text);
    char answer[64];

    assert_ok(duos_send_all(s, text, len, PATIENCE_MS, NULL));
    assert_ok(duos_recv_exact(s, answer, len, PATIENCE_MS, NULL));
    assert_memory_equal(answer, text, len);
}

/* Sees the connection end, by end of stream or reset. */
static void check_ended(duos_socket s)
{
    char data[64];
    size_t len;
    duos_err err;

    do {
        err = duos_recv_some(s, data, sizeof data, PATIENCE_MS, &len);
    } while (err == DUOS_OK);
    assert_true(err == DUOS_EEOF || err == DUOS_ECONNRESET);
}

static void test_serve_port_0_tells_the_bound_port(void **state)
{
    server s;
    char line[128];

    (void)state;
    SERVER_START(&s, "--poller", "select");
    assert_int_equal(strncmp(s.address, "127.0.0.1:", 10), 0);
    assert_int_not_equal(atoi(s.address + 10), 0);
    sprintf(line, "listening on %s (tcp, select)\n", s.address);
    server_assert_said(line);
    assert_not_said("everybody");
    server_stop(&s);
}

static void test_serve_says_4_tuple_and_totals_of_each_client(void **state)
{
    server s;
    duos_socket peer;
    duos_addr local;
    char text[DUOS_ADDR_TEXT_MAX];
    char line[256];

    (void)state;
    SERVER_START(&s, "--poller", "auto");
    peer = peer_dial(s.address);
    assert_ok(duos_local_addr(peer, &local));
    assert_ok(duos_addr_format(&local, text, sizeof text));
    check_echo(peer, "twelve bytes");
    assert_ok(duos_shutdown(peer, DUOS_SHUT_SEND));
    assert_int_equal(peer_drain(peer), 0);
    duos_close(&peer);
    file_wait_for(SERVER_LOG, "#1 close");
    sprintf(line, "#1 open %s -> %s\n#1 close 12 B in, 12 B out, ", text,
            s.address);
    server_assert_said(line);
    server_assert_said(" s, end of stream\n");
    server_stop(&s);
}

static void test_serve_understands_every_form_of_address(void **state)
{
    static const struct {
        const char *address;
        const char *said;
    } forms[] = {
        {"127.0.0.1:0", "listening on 127.0.0.1:"},
        {"tcp4:127.0.0.1:0", "listening on 127.0.0.1:"},
        {"[::1]:0", "listening on [::1]:"},
        {"tcp6:[::1]:0", "listening on [::1]:"},
        {"[::1%1]:0", "listening on [::1"},
        {"localhost:0", "listening on 127.0.0.1:"},
        {"tcp4:*:0", "listening on 0.0.0.0:"},
        {"*:0", "note: everybody who can reach this machine can connect"},
        {":0", "note: everybody who can reach this machine can connect"}};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        run_result r;

        PROGRAM_RUN(&r, "empty", "serve", forms[i].address, "--exit-after-idle",
                    "1ms");
        assert_contains(r.err, forms[i].said);
        assert_int_equal(r.code, 0);
        run_free(&r);
    }
}

static void test_serve_quiet_says_only_where_it_listens(void **state)
{
    server s;
    duos_socket peer;

    (void)state;
    SERVER_START(&s, "-q");
    peer = peer_dial(s.address);
    check_echo(peer, "hello");
    duos_close(&peer);
    server_stop(&s);
    server_assert_said("listening on 127.0.0.1:");
    assert_not_said("open");
    assert_not_said("close");
}

static void test_serve_lists_all_addresses_in_ready_file(void **state)
{
    server s;
    char *content;
    char *second;

    (void)state;
    file_write_pattern(SERVER_READY, 5000);
    SERVER_START(&s, "127.0.0.1:0", "--idle-timeout=0");
    content = file_read(SERVER_READY, NULL);
    second = strchr(content, '\n') + 1;
    assert_int_equal(strncmp(second, "127.0.0.1:", 10), 0);
    assert_string_equal(strchr(second, '\n'), "\n");
    free(content);
    server_stop(&s);
}

static void test_serve_ready_file_unwritable_exits_1(void **state)
{
    run_result r;

    (void)state;
    PROGRAM_RUN(&r, "empty", "serve", "127.0.0.1:0", "--ready-file",
                "no/such/folder/file");
    assert_int_equal(r.code, 1);
    assert_contains(r.err, "write no/such/folder/file: ");
    run_free(&r);
}

static void test_SY7_serve_port_in_use_exits_4_and_names_the_error(void **state)
{
    run_result r;
    duos_socket taken;
    char address[DUOS_ADDR_TEXT_MAX];
    char line[256];

    (void)state;
    taken = peer_listen(address, sizeof address);
    sprintf(line, "listen %s: address already in use (%s %d)\n", address,
            duos_err_native_name(DUOS_EADDRINUSE),
            (int)duos_err_native(DUOS_EADDRINUSE));
    PROGRAM_RUN(&r, "empty", "serve", address);
    assert_int_equal(r.code, 4);
    assert_contains(r.err, line);
    assert_contains(r.err, "hint: ");
    run_free(&r);
    duos_close(&taken);
}

static void test_SY7_serve_foreign_address_exits_4(void **state)
{
    run_result r;

    (void)state;
    PROGRAM_RUN(&r, "empty", "serve", "127.0.0.1:0", "192.0.2.1:0");
    assert_int_equal(r.code, 4);
    assert_contains(r.err, "listen 192.0.2.1:0: address not available (");
    run_free(&r);
}

static void test_LO2_serve_max_clients_closes_one_more_at_once(void **state)
{
    server s;
    duos_socket first;
    duos_socket second;
    duos_socket third;

    (void)state;
    SERVER_START(&s, "--max-clients", "1");
    first = peer_dial(s.address);
    check_echo(first, "first");
    second = peer_dial(s.address);
    check_ended(second);
    check_echo(first, "still first");
    duos_close(&first);
    file_wait_for(SERVER_LOG, "#1 close");
    third = peer_dial(s.address);
    check_echo(third, "third");
    duos_close(&second);
    duos_close(&third);
    server_stop(&s);
    assert_not_said("#3 open");
}

static void test_LO3_serve_closes_one_more_of_an_address_at_once(void **state)
{
    server s;
    duos_socket first;
    duos_socket second;

    (void)state;
    SERVER_START(&s, "--max-clients-per-address", "1");
    first = peer_dial(s.address);
    check_echo(first, "first");
    second = peer_dial(s.address);
    check_ended(second);
    check_echo(first, "still first");
    duos_close(&first);
    duos_close(&second);
    server_stop(&s);
    assert_not_said("#2 open");
}

#define CHECK_ACCESS(open, ...)                                                \
    check_access((open), (const char *const[]){__VA_ARGS__, NULL})

static void check_access(bool open, const char *const args[])
{
    duos_socket peer;
    server s;

    server_start(&s, args);
    peer = peer_dial(s.address);
    if (open) {
        check_echo(peer, "hello");
    } else {
        check_ended(peer);
    }
    duos_close(&peer);
    server_stop(&s);
}

static void test_serve_lets_in_by_allow_and_deny(void **state)
{
    (void)state;
    CHECK_ACCESS(false, "--deny", "10.0.0.0/8,127.0.0.1");
    CHECK_ACCESS(true, "--deny", "10.0.0.0/8,::/0");
    CHECK_ACCESS(false, "--allow", "10.0.0.0/8,::/0");
    CHECK_ACCESS(true, "--allow", "10.0.0.0/8,127.0.0.0/8");
}

static void test_serve_adds_up_what_is_denied_and_allowed(void **state)
{
    (void)state;
    CHECK_ACCESS(false, "--deny", "127.0.0.1/32", "--deny", "10.0.0.0/8");
    CHECK_ACCESS(true, "--allow", "127.0.0.1/32", "--allow", "10.0.0.0/8");
}

static void test_ST9_serve_closes_a_client_that_never_sends(void **state)
{
    server s;
    duos_socket silent;
    duos_socket other;

    (void)state;
    SERVER_START(&s, "--first-byte-timeout", "500ms", "--idle-timeout", "0");
    other = peer_dial(s.address);
    check_echo(other, "one word");
    silent = peer_dial(s.address);
    check_ended(silent);
    check_echo(other, "another");
    duos_close(&silent);
    duos_close(&other);
    file_wait_for(SERVER_LOG, "0 B in, 0 B out, ");
    server_assert_said(" s, peer was silent for too long (EIDLE)\n");
    server_stop(&s);
}

static void test_ST9_serve_closes_an_idle_client(void **state)
{
    server s;
    duos_socket idle;

    (void)state;
    SERVER_START(&s, "--first-byte-timeout", "0", "--idle-timeout", "500ms");
    idle = peer_dial(s.address);
    check_echo(idle, "one word");
    check_ended(idle);
    duos_close(&idle);
    file_wait_for(SERVER_LOG, "8 B in, 8 B out, ");
    server_assert_said(" s, peer was silent for too long (EIDLE)\n");
    server_stop(&s);
}

static void test_serve_small_queue_echoes_everything(void **state)
{
    server s;
    run_result r;
    char *sent;

    (void)state;
    file_write_pattern("client.in", 1000003);
    sent = file_read("client.in", NULL);
    SERVER_START(&s, "--max-queue", "1K");
    PROGRAM_RUN(&r, "client.in", "connect", s.address);
    assert_int_equal(r.code, 0);
    assert_int_equal(r.out_len, 1000003);
    assert_memory_equal(r.out, sent, 1000003);
    run_free(&r);
    free(sent);
    server_stop(&s);
}

static void test_serve_all_interfaces_is_pointed_out(void **state)
{
    server s;

    (void)state;
    SERVER_START(&s, ":0");
    server_assert_said(
        "note: everybody who can reach this machine can connect\n");
    server_stop(&s);
}

static void test_serve_exit_after_idle_exits_0(void **state)
{
    server s;
    duos_socket peer;

    (void)state;
    SERVER_START(&s, "--exit-after-idle", "1s");
    peer = peer_dial(s.address);
    check_echo(peer, "hello");
    duos_close(&peer);
    assert_int_equal(process_wait(s.process), 0);
}

static void test_every_poller_passes_selftest_and_serves(void **state)
{
    duos_poller_backend list[8];
    size_t count = duos_poller_backends(list, 8);
    size_t i;

    (void)state;
    for (i = 0; i < count; i++) {
        const char *name = duos_poller_backend_name(list[i]);
        duos_socket peer;
        run_result r;
        server s;
        char line[64];

        PROGRAM_RUN(&r, "empty", "selftest", "--poller", name);
        assert_int_equal(r.code, 0);
        assert_contains(r.out, "selftest passed: 3 clients, 9 messages, ");
        assert_contains(r.out, "client 1: 127.0.0.1:");
        assert_string_equal(r.err, "");
        run_free(&r);

        SERVER_START(&s, "--poller", name);
        peer = peer_dial(s.address);
        check_echo(peer, name);
        duos_close(&peer);
        sprintf(line, "(tcp, %s)\n", name);
        server_assert_said(line);
        server_stop(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PROGRAM_TEST(test_serve_port_0_tells_the_bound_port),
        PROGRAM_TEST(test_serve_says_4_tuple_and_totals_of_each_client),
        PROGRAM_TEST(test_serve_understands_every_form_of_address),
        PROGRAM_TEST(test_serve_quiet_says_only_where_it_listens),
        PROGRAM_TEST(test_serve_lists_all_addresses_in_ready_file),
        PROGRAM_TEST(test_serve_ready_file_unwritable_exits_1),
        PROGRAM_TEST(test_SY7_serve_port_in_use_exits_4_and_names_the_error),
        PROGRAM_TEST(test_SY7_serve_foreign_address_exits_4),
        PROGRAM_TEST(test_LO2_serve_max_clients_closes_one_more_at_once),
        PROGRAM_TEST(test_LO3_serve_closes_one_more_of_an_address_at_once),
        PROGRAM_TEST(test_serve_lets_in_by_allow_and_deny),
        PROGRAM_TEST(test_serve_adds_up_what_is_denied_and_allowed),
        PROGRAM_TEST(test_ST9_serve_closes_a_client_that_never_sends),
        PROGRAM_TEST(test_ST9_serve_closes_an_idle_client),
        PROGRAM_TEST(test_serve_small_queue_echoes_everything),
        PROGRAM_TEST(test_serve_all_interfaces_is_pointed_out),
        PROGRAM_TEST(test_serve_exit_after_idle_exits_0),
        PROGRAM_TEST(test_every_poller_passes_selftest_and_serves),
    };

    return cmocka_run_group_tests(tests, program_begin, NULL);
}
