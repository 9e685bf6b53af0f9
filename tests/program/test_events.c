/* SPDX-License-Identifier: MIT */
/*
 * test_events.c - what happens, as objects of JSON: what serve, connect and
 * selftest tell with --json, and the counters of --stats.
 */
#include "program/program.h"

#include <stdlib.h>

static void assert_event(const char *path, const char *text)
{
    char *content = file_read(path, NULL);

    assert_contains(content, text);
    free(content);
}

/* Every line begins with its time and ends as an object does. */
static void check_lines(const char *text, unsigned wanted)
{
    unsigned count = 0;

    while (*text != '\0') {
        const char *feed = strchr(text, '\n');

        assert_non_null(feed);
        assert_int_equal(strncmp(text, "{\"ts\":\"20", 9), 0);
        assert_int_equal(strncmp(text + 30, "Z\",\"event\":\"", 12), 0);
        assert_int_equal(feed[-1], '}');
        text = feed + 1;
        count++;
    }
    assert_int_equal(count, wanted);
}

static void say_hello(const char *address, char *local)
{
    duos_socket peer = peer_dial(address);
    duos_addr addr;

    assert_ok(duos_local_addr(peer, &addr));
    assert_ok(duos_addr_format(&addr, local, DUOS_ADDR_TEXT_MAX));
    assert_ok(duos_send_all(peer, "hello", 5, PATIENCE_MS, NULL));
    assert_ok(duos_shutdown(peer, DUOS_SHUT_SEND));
    assert_int_equal(peer_drain(peer), 5);
    duos_close(&peer);
}

static void test_serve_json_tells_its_events_on_stdout(void **state)
{
    server s;
    char local[DUOS_ADDR_TEXT_MAX];
    char wanted[512];
    char *log;

    (void)state;
    SERVER_START(&s, "--json", "--poller", "select");
    say_hello(s.address, local);
    file_wait_for(SERVER_EVENTS, "\"event\":\"close\"");
    sprintf(wanted,
            "\"event\":\"listening\",\"local\":\"%s\",\"transport\":\"tcp\","
            "\"poller\":\"select\"}\n",
            s.address);
    assert_event(SERVER_EVENTS, wanted);
    sprintf(wanted,
            "\"event\":\"open\",\"id\":1,\"local\":\"%s\",\"remote\":\"%s\"}\n",
            s.address, local);
    assert_event(SERVER_EVENTS, wanted);
    sprintf(wanted,
            "\"event\":\"close\",\"id\":1,\"local\":\"%s\",\"remote\":\"%s\","
            "\"bytes\":5,\"bytes_out\":5,\"seconds\":",
            s.address, local);
    assert_event(SERVER_EVENTS, wanted);
    assert_event(SERVER_EVENTS, ",\"text\":\"end of stream\"}\n");
    log = file_read(SERVER_EVENTS, NULL);
    check_lines(log, 3);
    free(log);
    log = file_read(SERVER_LOG, NULL);
    assert_string_equal(log, "");
    free(log);
    server_stop(&s);
}

static void test_serve_json_quiet_tells_only_where_it_listens(void **state)
{
    server s;
    char local[DUOS_ADDR_TEXT_MAX];
    char *events;

    (void)state;
    SERVER_START(&s, "--json", "-q", "--exit-after-idle", "1s");
    say_hello(s.address, local);
    assert_int_equal(process_wait(s.process), 0);
    events = file_read(SERVER_EVENTS, NULL);
    check_lines(events, 1);
    assert_contains(events, "\"event\":\"listening\"");
    free(events);
}

static void test_serve_json_tells_why_a_client_was_closed(void **state)
{
    server s;
    duos_socket silent;

    (void)state;
    SERVER_START(&s, "--json", "--first-byte-timeout", "100ms", "--stats",
                 "20ms");
    silent = peer_dial(s.address);
    file_wait_for(SERVER_EVENTS, "\"event\":\"close\"");
    assert_event(SERVER_EVENTS, "\"text\":\"peer was silent for too long\","
                                "\"error\":\"EIDLE\"}\n");
    file_wait_for(SERVER_EVENTS, "\"first_byte_ends\":1");
    duos_close(&silent);
    server_stop(&s);
}

static void test_failure_with_json_is_told_on_both_streams(void **state)
{
    run_result r;
    duos_socket taken;
    char address[DUOS_ADDR_TEXT_MAX];
    char wanted[512];

    (void)state;
    taken = peer_listen(address, sizeof address);
    PROGRAM_RUN(&r, "empty", "serve", "--json", address);
    assert_int_equal(r.code, 4);
    assert_contains(r.err, ": address already in use (");
    sprintf(wanted,
            "\"event\":\"error\",\"text\":\"listen %s: address already in "
            "use\",\"error\":\"EADDRINUSE\",\"native_error\":%d}\n",
            address, (int)duos_err_native(DUOS_EADDRINUSE));
    assert_contains(r.out, wanted);
    run_free(&r);
    duos_close(&taken);
}

static void test_serve_stats_come_again_and_again(void **state)
{
    server s;
    char local[DUOS_ADDR_TEXT_MAX];

    (void)state;
    SERVER_START(&s, "-q", "--stats", "50ms");
    file_wait_for(SERVER_LOG, "stats: 0 clients, 0 at most, 0 accepted, ");
    say_hello(s.address, local);
    file_wait_for(SERVER_LOG, "stats: 0 clients, 1 at most, 1 accepted, 0 "
                              "turned away, 0 accept errors, 0 accept pauses, "
                              "5 B in, 5 B out");
    server_stop(&s);
}

/* Those who connect have counters, too. */
static void test_connect_stats_come_again_and_again(void **state)
{
    server s;
    const char *args[] = {"connect", s.address, "--stats", "50ms", NULL};
    const char *json[] = {"connect", s.address, "--stats",
                          "50ms",    "--json",  NULL};
    spawn *process;

    (void)state;
    SERVER_START(&s, "-q");
    process = program_start(args, SPAWN_PIPE, "run.out", "run.err");
    file_wait_for("run.err", "stats: 0 B in, 0 B out, ");
    assert_true(spawn_write(process, "hello", 5));
    file_wait_for("run.err", "stats: 5 B in, 5 B out, ");
    spawn_close_input(process);
    assert_int_equal(process_wait(process), 0);
    process = program_start(json, SPAWN_PIPE, "run.out", "run.err");
    file_wait_for("run.out", "\"event\":\"stats\",\"bytes\":0,"
                             "\"bytes_out\":0,\"seconds\":");
    spawn_close_input(process);
    assert_int_equal(process_wait(process), 0);
    server_stop(&s);
}

static void test_serve_stats_as_json(void **state)
{
    server s;
    char local[DUOS_ADDR_TEXT_MAX];

    (void)state;
    SERVER_START(&s, "--json", "--stats", "50ms");
    say_hello(s.address, local);
    file_wait_for(SERVER_EVENTS,
                  "\"event\":\"stats\",\"clients\":0,\"clients_peak\":1,"
                  "\"accepted\":1,\"refused_limit\":0,\"accept_errors\":0,"
                  "\"accept_pauses\":0,\"bytes\":5,\"bytes_out\":5}\n");
    server_stop(&s);
}

/* What is rare has a counter as soon as there is something to count. */
static void test_serve_stats_tell_refusals_that_were(void **state)
{
    server s;
    duos_socket peer;

    (void)state;
    SERVER_START(&s, "-q", "--stats", "50ms", "--deny", "127.0.0.0/8");
    peer = peer_dial(s.address);
    (void)peer_drain(peer);
    duos_close(&peer);
    file_wait_for(SERVER_LOG, "by those that have ended, 1 denied\n");
    server_stop(&s);
    SERVER_START(&s, "--json", "--stats", "50ms", "--deny", "127.0.0.0/8");
    peer = peer_dial(s.address);
    (void)peer_drain(peer);
    duos_close(&peer);
    file_wait_for(SERVER_EVENTS, "\"bytes_out\":0,\"refused_denied\":1}\n");
    server_stop(&s);
}

static void test_serve_json_notes_all_interfaces(void **state)
{
    server s;

    (void)state;
    SERVER_START(&s, "--json", ":0");
    file_wait_for(SERVER_EVENTS, "\"event\":\"note\",\"text\":\"everybody");
    server_stop(&s);
}

static void test_connect_json_tells_what_came(void **state)
{
    static const char odd[] = "say \"hi\"\n\033\303\251\377\\";
    server s;
    run_result r;

    (void)state;
    file_write("client.in", odd, sizeof odd - 1);
    SERVER_START(&s, "-q");
    PROGRAM_RUN(&r, "client.in", "connect", "--json", s.address);
    assert_int_equal(r.code, 0);
    assert_string_equal(r.err, "");
    check_lines(r.out, 3);
    assert_contains(r.out, "\"event\":\"open\",\"local\":\"127.0.0.1:");
    assert_contains(r.out, "\"event\":\"data\",\"bytes\":14,\"text\":\"say "
                           "\\\"hi\\\"\\n\\\\x1B\303\251\\\\xFF\\\\x5C\"}\n");
    assert_contains(r.out, "\"bytes\":14,\"bytes_out\":14,\"seconds\":");
    run_free(&r);
    server_stop(&s);
}

static void test_connect_json_tells_that_nobody_listens(void **state)
{
    run_result r;
    char address[DUOS_ADDR_TEXT_MAX];
    duos_socket nobody = peer_bound(address);

    (void)state;
    PROGRAM_RUN(&r, "empty", "connect", "--json", address);
    assert_int_equal(r.code, 3);
    check_lines(r.out, 1);
    assert_contains(r.out, "\"error\":\"ECONNREFUSED\",\"native_error\":");
    assert_contains(r.err, ": connection refused (");
    run_free(&r);
    duos_close(&nobody);
}

static void test_chat_json_tells_each_line(void **state)
{
    server s;
    run_result r;

    (void)state;
    file_write("client.in", "/who\n", 5);
    SERVER_START(&s, "-q", "--mode", "chat");
    PROGRAM_RUN(&r, "client.in", "chat", "--json", "--nick", "ann", s.address);
    assert_int_equal(r.code, 0);
    assert_string_equal(r.err, "");
    check_lines(r.out, 6);
    assert_contains(r.out, "\"event\":\"open\",\"local\":\"127.0.0.1:");
    assert_contains(r.out, "\"event\":\"data\",\"bytes\":14,\"text\":"
                           "\"* welcome ann\\n\"}\n");
    assert_contains(r.out, "\"event\":\"close\",");
    run_free(&r);
    server_stop(&s);
}

static void test_selftest_json_tells_events_alone(void **state)
{
    run_result r;

    (void)state;
    PROGRAM_RUN(&r, "empty", "selftest", "--json");
    assert_int_equal(r.code, 0);
    assert_string_equal(r.err, "");
    check_lines(r.out, 8); /* listening, 3 times open and close, the note */
    assert_contains(r.out, "\"text\":\"selftest passed: 3 clients, 9 ");
    run_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PROGRAM_TEST(test_serve_json_tells_its_events_on_stdout),
        PROGRAM_TEST(test_serve_json_quiet_tells_only_where_it_listens),
        PROGRAM_TEST(test_serve_json_tells_why_a_client_was_closed),
        PROGRAM_TEST(test_failure_with_json_is_told_on_both_streams),
        PROGRAM_TEST(test_serve_stats_come_again_and_again),
        PROGRAM_TEST(test_connect_stats_come_again_and_again),
        PROGRAM_TEST(test_serve_stats_as_json),
        PROGRAM_TEST(test_serve_stats_tell_refusals_that_were),
        PROGRAM_TEST(test_serve_json_notes_all_interfaces),
        PROGRAM_TEST(test_connect_json_tells_what_came),
        PROGRAM_TEST(test_connect_json_tells_that_nobody_listens),
        PROGRAM_TEST(test_chat_json_tells_each_line),
        PROGRAM_TEST(test_selftest_json_tells_events_alone),
    };

    return cmocka_run_group_tests(tests, program_begin, NULL);
}
