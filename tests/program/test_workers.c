/* SPDX-License-Identifier: MIT */
/*
 * test_workers.c - duosock serve with several threads, from outside: clients
 * notice nothing of it, and limits, numbers and counters are those of all.
 */
#include "program/program.h"

#include <stdlib.h>

#define CLIENTS     200
#define MESSAGE_MAX 4096

/* No two clients send the same, and no two as much. */
static size_t message_of(int client, char *text)
{
    size_t len = 1 + (size_t)client * 19 % MESSAGE_MAX;
    size_t i;

    for (i = 0; i < len; i++) {
        text[i] = (char)('a' + (i * 7 + (size_t)client * 13) % 26);
    }
    return len;
}

static void say_message(duos_socket s, int client)
{
    char text[MESSAGE_MAX];

    assert_ok(
        duos_send_all(s, text, message_of(client, text), PATIENCE_MS, NULL));
}

static void expect_message(duos_socket s, int client)
{
    char text[MESSAGE_MAX];
    char answer[MESSAGE_MAX];
    size_t len = message_of(client, text);

    assert_ok(duos_recv_exact(s, answer, len, PATIENCE_MS, NULL));
    assert_memory_equal(answer, text, len);
}

static void dial_all(const server *s, duos_socket *peers, int count)
{
    int i;

    for (i = 0; i < count; i++) {
        peers[i] = peer_dial(s->address);
    }
}

static void close_all(duos_socket *peers, int count)
{
    int i;

    for (i = 0; i < count; i++) {
        duos_close(&peers[i]);
    }
}

/* How often a text stands in the log. */
static int count_said(const char *text)
{
    char *log = file_read(SERVER_LOG, NULL);
    const char *at = log;
    int count = 0;

    while ((at = strstr(at, text)) != NULL) {
        at += strlen(text);
        count++;
    }
    free(log);
    return count;
}

/* What is said goes through a queue and may come a little later. */
static void wait_for_said(const char *text, int count)
{
    int left = PATIENCE_MS / 10;

    while (count_said(text) < count && left-- > 0) {
        assert_ok(duos_select(NULL, NULL, NULL, 10, NULL));
    }
    assert_int_equal(count_said(text), count);
}

static void assert_numbers_once(int clients)
{
    char text[32];
    int i;

    for (i = 1; i <= clients; i++) {
        sprintf(text, "#%d open ", i);
        file_wait_for(SERVER_LOG, text);
        assert_int_equal(count_said(text), 1);
    }
}

/* Everybody is there at once, and all talk in turns. */
static void check_echo(const char *workers)
{
    static duos_socket peers[CLIENTS];
    server s;
    int round;
    int i;

    SERVER_START(&s, "--workers", workers);
    dial_all(&s, peers, CLIENTS);
    for (round = 0; round < 3; round++) {
        for (i = 0; i < CLIENTS; i++) {
            say_message(peers[i], i + round);
        }
        for (i = 0; i < CLIENTS; i++) {
            expect_message(peers[i], i + round);
        }
    }
    assert_numbers_once(CLIENTS);
    close_all(peers, CLIENTS);
    server_stop(&s);
}

static void test_workers_2_echo_every_byte_of_200_clients(void **state)
{
    (void)state;
    check_echo("2");
}

static void test_workers_4_echo_every_byte_of_200_clients(void **state)
{
    (void)state;
    check_echo("4");
}

/* They were not even let in when the server is told to stop. */
static void test_P8_workers_drain_answers_all_that_was_received(void **state)
{
    static duos_socket peers[CLIENTS];
    server s;
    int i;

    (void)state;
    SERVER_START(&s, "--workers", "3", "-v");
    for (i = 0; i < CLIENTS; i++) {
        peers[i] = peer_dial(s.address);
        say_message(peers[i], i);
    }
    if (!spawn_ask_to_stop(s.process, false)) {
        close_all(peers, CLIENTS);
        process_kill(s.process);
        skip(); /* nobody can ask it to */
    }
    for (i = 0; i < CLIENTS; i++) {
        expect_message(peers[i], i);
        assert_int_equal(peer_drain(peers[i]), 0);
    }
    assert_int_equal(process_wait(s.process), 0);
    close_all(peers, CLIENTS);
    server_assert_said("stats: 0 clients, ");
    server_assert_said(", 200 accepted, ");
    assert_int_equal(count_said(" close "), CLIENTS);
}

static void test_workers_drain_cuts_off_who_never_ends(void **state)
{
    static char bytes[1024 * 1024];
    server s;
    duos_socket peer;
    size_t sent = 0;

    (void)state;
    SERVER_START(&s, "--workers", "2", "--drain", "200ms");
    peer = peer_dial(s.address);
    assert_ok(duos_set_nonblocking(peer, true));
    while (duos_wait(peer, DUOS_WRITE, 100, NULL) == DUOS_OK &&
           duos_send(peer, bytes, sizeof bytes, &sent) == DUOS_OK) {
    }
    file_wait_for(SERVER_LOG, "#1 open");
    server_stop(&s);
    duos_close(&peer);
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

/* A place is free when a worker has told the acceptor, not much later. */
static void wait_for_a_place(const server *s)
{
    int tries = 10000;
    duos_err err;

    do {
        duos_socket peer = peer_dial(s->address);
        char byte = 'x';
        size_t len;

        (void)duos_send_all(peer, &byte, 1, PATIENCE_MS, NULL);
        err = duos_recv_some(peer, &byte, 1, PATIENCE_MS, &len);
        duos_close(&peer);
    } while (err != DUOS_OK && --tries > 0);
    assert_ok(err);
}

static void test_LO2_workers_max_clients_is_for_all_together(void **state)
{
    duos_socket peers[10];
    server s;
    duos_socket late;
    int i;

    (void)state;
    SERVER_START(&s, "--workers", "4", "--max-clients", "10");
    dial_all(&s, peers, 10);
    for (i = 0; i < 10; i++) {
        say_message(peers[i], i);
        expect_message(peers[i], i);
    }
    for (i = 0; i < 5; i++) {
        late = peer_dial(s.address);
        check_ended(late);
        duos_close(&late);
    }
    duos_close(&peers[3]);
    wait_for_a_place(&s);
    close_all(peers, 10);
    wait_for_said(" open ", 11);
    server_stop(&s);
    assert_int_equal(count_said(" open "), 11);
}

/* The counters of all workers, in one line. */
static void test_workers_stats_are_one_sum(void **state)
{
    duos_socket peers[20];
    size_t total = 0;
    char text[MESSAGE_MAX];
    server s;
    int i;

    (void)state;
    SERVER_START(&s, "--workers", "4", "--stats", "20ms");
    dial_all(&s, peers, 20);
    for (i = 0; i < 20; i++) {
        total += message_of(i, text);
        say_message(peers[i], i);
        expect_message(peers[i], i);
    }
    server_assert_said("stats: 20 clients, 20 at most, 20 accepted, ");
    close_all(peers, 20);
    sprintf(text,
            "stats: 0 clients, 20 at most, 20 accepted, 0 turned away, "
            "0 accept errors, 0 accept pauses, %u B in, %u B out",
            (unsigned)total, (unsigned)total);
    server_assert_said(text);
    server_stop(&s);
}

static void test_workers_stats_count_who_was_ended(void **state)
{
    duos_socket peers[4];
    server s;

    (void)state;
    SERVER_START(&s, "--workers", "2", "--stats", "20ms",
                 "--first-byte-timeout", "100ms");
    dial_all(&s, peers, 4);
    file_wait_for(SERVER_LOG, ", 4 without a first byte");
    close_all(peers, 4);
    server_stop(&s);
}

static void test_workers_exit_when_nobody_was_there_for_so_long(void **state)
{
    server s;
    duos_socket peer;

    (void)state;
    SERVER_START(&s, "--workers", "2", "--exit-after-idle", "1s", "-v");
    peer = peer_dial(s.address);
    say_message(peer, 5);
    expect_message(peer, 5);
    duos_close(&peer);
    assert_int_equal(process_wait(s.process), 0);
    server_assert_said("#1 close 96 B in, 96 B out, ");
    server_assert_said("1 accepted, ");
}

static void test_workers_that_cannot_listen_exit_4(void **state)
{
    run_result r;

    (void)state;
    PROGRAM_RUN(&r, "empty", "serve", "--workers", "8", "192.0.2.1:0");
    assert_int_equal(r.code, 4);
    assert_contains(r.err, "listen 192.0.2.1:0: address not available (");
    run_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PROGRAM_TEST(test_workers_2_echo_every_byte_of_200_clients),
        PROGRAM_TEST(test_workers_4_echo_every_byte_of_200_clients),
        PROGRAM_TEST(test_P8_workers_drain_answers_all_that_was_received),
        PROGRAM_TEST(test_workers_drain_cuts_off_who_never_ends),
        PROGRAM_TEST(test_LO2_workers_max_clients_is_for_all_together),
        PROGRAM_TEST(test_workers_stats_are_one_sum),
        PROGRAM_TEST(test_workers_stats_count_who_was_ended),
        PROGRAM_TEST(test_workers_exit_when_nobody_was_there_for_so_long),
        PROGRAM_TEST(test_workers_that_cannot_listen_exit_4),
    };

    return cmocka_run_group_tests(tests, program_begin, NULL);
}
