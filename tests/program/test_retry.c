/* SPDX-License-Identifier: MIT */
/*
 * test_retry.c - duosock connect, chat and send where a connection cannot be
 * made or is lost: when they try again, from which address, what they say.
 */
#include "program/program.h"

#include "support/net.h"

#include <stdlib.h>

static int begin(void **state)
{
    file_write("hello", "hello", 5);
    return program_begin(state);
}

static void expect_line(duos_socket peer, const char *line)
{
    char text[64] = "";

    assert_ok(duos_recv_exact(peer, text, strlen(line), PATIENCE_MS, NULL));
    assert_string_equal(text, line);
}

static void say_line(duos_socket peer, const char *line)
{
    assert_ok(duos_send_all(peer, line, strlen(line), PATIENCE_MS, NULL));
}

static size_t count_in(const char *text, const char *what)
{
    size_t count = 0;

    while ((text = strstr(text, what)) != NULL) {
        count++;
        text += strlen(what);
    }
    return count;
}

static void test_retry_says_each_attempt_and_exits_3(void **state)
{
    char address[DUOS_ADDR_TEXT_MAX];
    duos_socket bound = peer_bound(address);
    run_result r;

    (void)state;
    PROGRAM_RUN(&r, "empty", "connect", address, "--retry", "2");
    assert_int_equal(r.code, 3);
    assert_int_equal(count_in(r.err, ": connection refused ("), 3);
    assert_int_equal(count_in(r.err, "); again in 0."), 2);
    run_free(&r);
    PROGRAM_RUN(&r, "empty", "connect", address, "--retry", "2", "-q");
    assert_int_equal(r.code, 3);
    assert_int_equal(count_in(r.err, ": connection refused ("), 1);
    assert_null(strstr(r.err, "again in"));
    run_free(&r);
    PROGRAM_RUN(&r, "empty", "connect", address, "--retry", "1", "--json");
    assert_int_equal(r.code, 3);
    assert_contains(r.out, "\"event\":\"retry\",\"text\":\"connect 127.0.0.1:");
    run_free(&r);
    duos_close(&bound);
}

static void check_late(const char *const args[], char *address)
{
    duos_socket listener = peer_bound(address);
    spawn *process = program_start(args, "hello", "run.out", "run.err");
    duos_socket peer;

    file_wait_for("run.err", "again in ");
    assert_ok(duos_listen(listener, 8));
    peer = peer_accept(listener);
    assert_int_equal(peer_drain(peer), 5);
    duos_close(&peer);
    assert_int_equal(process_wait(process), 0);
    duos_close(&listener);
}

static void test_retry_reaches_a_server_that_comes_late(void **state)
{
    char address[DUOS_ADDR_TEXT_MAX];
    const char *connects[] = {"connect", address, "--retry", "50", NULL};
    const char *sends[] = {"send", "hello", address, "--retry", "50", NULL};

    (void)state;
    check_late(connects, address);
    check_late(sends, address);
}

/* Nobody knows what the peer has got. */
static void test_retry_never_sends_twice(void **state)
{
    char address[DUOS_ADDR_TEXT_MAX];
    duos_socket listener = peer_listen(address, sizeof address);
    const char *args[] = {"connect", address, "-v", "--retry", "5", NULL};
    char *err;

    (void)state;
    if (os_is_wine()) {
        skip_because("Wine shows a reset as the end of the stream");
    }
    peer_resets(listener, args);
    err = file_read("run.err", NULL);
    assert_contains(err, ": connection reset by peer (");
    assert_null(strstr(err, "again in"));
    free(err);
    duos_close(&listener);
}

static void test_retry_chat_comes_back_with_its_nick(void **state)
{
    char address[DUOS_ADDR_TEXT_MAX];
    duos_socket listener = peer_listen(address, sizeof address);
    const char *args[] = {"chat",    address, "--nick", "bob",
                          "--retry", "9",     NULL};
    spawn *process = program_start(args, SPAWN_PIPE, "run.out", "run.err");
    duos_socket peer = peer_accept(listener);

    (void)state;
    expect_line(peer, "bob\n");
    say_line(peer, "* welcome bob\nhalf a li");
    assert_true(spawn_write(process, "/quitter\n", 9)); /* is not /quit */
    expect_line(peer, "/quitter\n");
    duos_close(&peer);
    file_wait_for("run.err", "connection to 127.0.0.1:");
    assert_true(spawn_write(process, "two\n", 4));
    peer = peer_accept(listener);
    expect_line(peer, "bob\n");
    say_line(peer, "* welcome again\n");
    expect_line(peer, "two\n");
    file_wait_for("run.out", "* welcome bob\nhalf a li\n* welcome again\n");
    assert_true(spawn_write(process, "/quit\n", 6));
    expect_line(peer, "/quit\n");
    duos_close(&peer);
    assert_int_equal(process_wait(process), 0);
    duos_close(&listener);
}

/* Asks it to stop while it waits for the next attempt. */
static void check_stop(const char *const args[], int code, const char *path,
                       const char *said)
{
    spawn *process = program_start(args, SPAWN_PIPE, "run.out", "run.err");

    file_wait_for("run.err", "again in ");
    if (!spawn_ask_to_stop(process, true)) {
        process_kill(process);
        skip_because("no console to send an event through");
    }
    assert_int_equal(process_wait(process), code);
    file_wait_for(path, said);
}

static void test_SG1_stop_before_a_connection_stands(void **state)
{
    char address[DUOS_ADDR_TEXT_MAX];
    duos_socket bound = peer_bound(address);
    const char *chats[] = {"chat",    address, "--nick", "bob",
                           "--retry", "99",    NULL};
    const char *connects[] = {"connect", address,  "--retry",
                              "99",      "--json", NULL};
    const char *sends[] = {"send", "hello",  address, "--retry",
                           "99",   "--json", NULL};
    char *out;

    (void)state;
    check_stop(chats, 0, "run.err", "note: stopped before it was connected\n");
    check_stop(
        connects, 0, "run.out",
        "\"event\":\"note\",\"text\":\"stopped before it was connected\"");
    out = file_read("run.out", NULL);
    assert_null(strstr(out, "\"event\":\"error\""));
    free(out);
    check_stop(sends, 1, "run.out",
               "\"text\":\"stopped before it was connected\","
               "\"error\":\"ECANCELED\"");
    duos_close(&bound);
}

static void test_source_is_where_the_peer_sees_us(void **state)
{
    server s;
    run_result r;

    (void)state;
    SERVER_START(&s, "-v");
    PROGRAM_RUN(&r, "hello", "connect", s.address, "--source", "127.0.0.1");
    assert_int_equal(r.code, 0);
    assert_string_equal(r.out, "hello");
    run_free(&r);
    if (!os_is_windows()) { /* where all of 127.0.0.0/8 is ours */
        PROGRAM_RUN(&r, "hello", "connect", s.address, "--source", "127.0.0.9");
        assert_string_equal(r.out, "hello");
        run_free(&r);
        server_assert_said("#2 open 127.0.0.9:");
    }
    server_stop(&s);
}

static void test_source_that_is_wrong_is_told(void **state)
{
    run_result r;

    (void)state;
    PROGRAM_RUN(&r, "empty", "connect", "127.0.0.1:1", "--source", "here");
    assert_int_equal(r.code, 2);
    assert_contains(r.err, "--source: 'here' is no address");
    run_free(&r);
    PROGRAM_RUN(&r, "empty", "connect", "127.0.0.1:1", "--source", "192.0.2.1");
    assert_int_equal(r.code, 3);
    assert_contains(r.err, ": address not available (");
    assert_contains(r.err, "hint: --source is an address of this machine\n");
    run_free(&r);
}

static void test_source_of_another_family_is_told(void **state)
{
    run_result r;

    (void)state;
    PROGRAM_RUN(&r, "empty", "connect", "127.0.0.1:1", "--source", "::1");
    assert_int_equal(r.code, 3);
    assert_contains(r.err, "hint: --source is of another family");
    run_free(&r);
}

/* What a system without IPv6 says, and Windows, is something else. */
static void test_zone_that_is_missing_is_told(void **state)
{
    run_result r;

    (void)state;
    if (os_is_windows() || !net_has_ipv6()) {
        skip_because("the zone may be left out here, or there is no IPv6");
    }
    PROGRAM_RUN(&r, "empty", "connect", "[fe80::1]:80");
    assert_contains(r.err, "hint: a link-local address needs its zone");
    assert_null(strstr(r.err, "port other than 0"));
    run_free(&r);
    PROGRAM_RUN(&r, "empty", "serve", "[fe80::1]:0");
    assert_int_equal(r.code, 4);
    assert_contains(r.err, "[fe80::1%eth0]:80\n");
    run_free(&r);
}

/* Where a name has several addresses, each has a reason of its own. */
static void test_connect_says_why_each_address_failed(void **state)
{
    char address[DUOS_ADDR_TEXT_MAX];
    char wanted[DUOS_ADDR_TEXT_MAX + 64];
    char name[64];
    duos_socket bound = peer_bound(address);
    run_result r;

    (void)state;
    sprintf(name, "x.localhost:%s", strrchr(address, ':') + 1);
    PROGRAM_RUN(&r, "empty", "connect", name);
    assert_int_equal(r.code, 3);
    if (strstr(r.err, "[::1]") != NULL) {
        sprintf(wanted, "\n  %s: connection refused (", address);
        assert_contains(r.err, wanted);
        assert_contains(r.err, "\n  [::1]:");
    }
    run_free(&r);
    duos_close(&bound);
}

/* Whether it works or not, -v has all that there is to know. */
static void test_connect_says_which_address_won(void **state)
{
    char wanted[192];
    char name[64];
    server s;
    run_result r;

    (void)state;
    SERVER_START(&s, "-v");
    sprintf(name, "x.localhost:%s", strrchr(s.address, ':') + 1);
    PROGRAM_RUN(&r, "hello", "connect", name, "-v");
    assert_int_equal(r.code, 0);
    sprintf(wanted, "connected to %s at %s in ", name, s.address);
    assert_contains(r.err, wanted);
    assert_contains(r.err, " ms of them for the name\n");
    if (strstr(r.err, "  [::1]:") != NULL) {
        assert_contains(r.err, ": connection refused (");
    }
    run_free(&r);
    PROGRAM_RUN(&r, "hello", "connect", s.address);
    assert_string_equal(r.err, "");
    run_free(&r);
    server_stop(&s);
    PROGRAM_RUN(&r, "hello", "connect", s.address, "-v");
    sprintf(wanted, "\n  %s: connection refused (", s.address);
    assert_contains(r.err, wanted);
    assert_contains(r.err, ") after ");
    run_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PROGRAM_TEST(test_retry_says_each_attempt_and_exits_3),
        PROGRAM_TEST(test_retry_reaches_a_server_that_comes_late),
        PROGRAM_TEST(test_retry_never_sends_twice),
        PROGRAM_TEST(test_retry_chat_comes_back_with_its_nick),
        PROGRAM_TEST(test_SG1_stop_before_a_connection_stands),
        PROGRAM_TEST(test_source_is_where_the_peer_sees_us),
        PROGRAM_TEST(test_source_that_is_wrong_is_told),
        PROGRAM_TEST(test_source_of_another_family_is_told),
        PROGRAM_TEST(test_zone_that_is_missing_is_told),
        PROGRAM_TEST(test_connect_says_why_each_address_failed),
        PROGRAM_TEST(test_connect_says_which_address_won),
    };

    return cmocka_run_group_tests(tests, begin, NULL);
}
