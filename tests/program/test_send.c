/* SPDX-License-Identifier: MIT */
/*
 * test_send.c - duosock send to peers that know nothing of it: what arrives,
 * and what it says of those who leave, do not listen, or are not there.
 */
#include "program/program.h"

#include "support/net.h"

#include <stdlib.h>

enum {
    SIZE = 4 * 1024 * 1024 + 3
};

static spawn *start_send(duos_socket listener, const char *address,
                         duos_socket *peer)
{
    const char *args[] = {"send", "file", address, NULL};
    spawn *process = program_start(args, "empty", "run.out", "run.err");

    *peer = peer_accept(listener);
    return process;
}

static void test_send_to_who_says_nothing_more_or_too_much(void **state)
{
    char address[DUOS_ADDR_TEXT_MAX];
    duos_socket listener = peer_listen(address, sizeof address);
    duos_socket peer;
    spawn *process;

    (void)state;
    file_write_pattern("file", SIZE);
    process = start_send(listener, address, &peer);
    assert_ok(duos_send_all(peer, "\033[2J", 4, PATIENCE_MS, NULL));
    assert_ok(duos_shutdown(peer, DUOS_SHUT_SEND));
    assert_int_equal(peer_drain(peer), SIZE);
    duos_close(&peer);
    assert_int_equal(process_wait(process), 0);
    file_wait_for("run.err", "note: 4 B came back and were dropped\n");
    duos_close(&listener);
}

static void test_send_json_tells_what_came_back(void **state)
{
    server s;
    run_result r;

    (void)state;
    file_write("file", "hello", 5);
    SERVER_START(&s, "-q");
    PROGRAM_RUN(&r, "empty", "send", "file", s.address, "--json");
    assert_int_equal(r.code, 0);
    assert_string_equal(r.err, "");
    assert_contains(r.out, "\"event\":\"note\",\"text\":\"5 B came back ");
    run_free(&r);
    server_stop(&s);
}

static void test_send_to_who_leaves_exits_1(void **state)
{
    char address[DUOS_ADDR_TEXT_MAX];
    duos_socket listener = peer_listen(address, sizeof address);
    duos_socket peer;
    spawn *process;
    char byte;
    char *said;

    (void)state;
    file_write_pattern("file", 4 * SIZE);
    process = start_send(listener, address, &peer);
    assert_ok(duos_recv_exact(peer, &byte, 1, PATIENCE_MS, NULL));
    net_reset(&peer);
    assert_int_equal(process_wait(process), 1);
    file_wait_for("run.err", "send 127.0.0.1:");
    said = file_read("run.err", NULL);
    assert_null(strstr(said, "sha256"));
    free(said);
    duos_close(&listener);
}

static void test_send_to_who_does_not_read_exits_5(void **state)
{
    char address[DUOS_ADDR_TEXT_MAX];
    duos_socket listener = peer_listen(address, sizeof address);
    const char *args[] = {"send",  "file",   address, "--idle",
                          "300ms", "--json", NULL};
    duos_socket peer;
    spawn *process;

    (void)state;
    file_write_pattern("file", 8 * SIZE);
    process = program_start(args, "empty", "run.out", "run.err");
    peer = peer_accept(listener);
    assert_int_equal(process_wait(process), 5);
    file_wait_for("run.err", ": peer was silent for too long (EIDLE)\n");
    duos_close(&peer);
    duos_close(&listener);
}

/* What was cut must not look like a whole file. */
static void test_SG1_send_that_is_stopped_resets_and_exits_1(void **state)
{
    char address[DUOS_ADDR_TEXT_MAX];
    duos_socket listener = peer_listen(address, sizeof address);
    const char *args[] = {"send", "file", address, "--json", NULL};
    static char data[65536];
    duos_socket peer;
    spawn *process;
    size_t len;
    duos_err err;

    (void)state;
    file_write_pattern("file", 16 * SIZE);
    process = program_start(args, "empty", "run.out", "run.err");
    peer = peer_accept(listener);
    assert_ok(duos_recv_exact(peer, data, 1000, PATIENCE_MS, NULL));
    if (!spawn_ask_to_stop(process, true)) {
        process_kill(process);
        skip_because("no console to send an event through");
    }
    assert_int_equal(process_wait(process), 1);
    file_wait_for("run.err", "stopped; the file was not sent as a whole\n");
    file_wait_for("run.out", "\"event\":\"error\",\"text\":\"stopped; the ");
    do {
        err = duos_recv_some(peer, data, sizeof data, PATIENCE_MS, &len);
    } while (err == DUOS_OK);
    assert_int_equal(err, DUOS_ECONNRESET);
    duos_close(&peer);
    duos_close(&listener);
}

static void test_send_without_file_or_peer(void **state)
{
    char address[DUOS_ADDR_TEXT_MAX];
    duos_socket nobody = peer_bound(address);
    run_result r;

    (void)state;
    file_write("file", "hello", 5);
    PROGRAM_RUN(&r, "empty", "send", "no\033such", address);
    assert_int_equal(r.code, 1);
    assert_contains(r.err, "open no\\x1Bsuch: ");
    run_free(&r);
    PROGRAM_RUN(&r, "empty", "send", ".", address, "--json");
    assert_int_equal(r.code, 1);
    assert_contains(r.err, "open .: is a directory (EISDIR");
    assert_contains(r.out, "\"error\":\"EISDIR\"");
    run_free(&r);
    PROGRAM_RUN(&r, "empty", "send", "file", address, "--color=always");
    assert_int_equal(r.code, 3);
    assert_contains(r.err, "\033[31mconnect 127.0.0.1:");
    assert_contains(r.err, ")\033[m\n\033[33mhint: ");
    run_free(&r);
    PROGRAM_RUN(&r, "empty", "send", "file", address);
    assert_int_equal(r.code, 3);
    assert_contains(r.err, ": connection refused (");
    assert_null(strchr(r.err, '\033'));
    run_free(&r);
    duos_close(&nobody);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PROGRAM_TEST(test_send_to_who_says_nothing_more_or_too_much),
        PROGRAM_TEST(test_send_json_tells_what_came_back),
        PROGRAM_TEST(test_send_to_who_leaves_exits_1),
        PROGRAM_TEST(test_send_to_who_does_not_read_exits_5),
        PROGRAM_TEST(test_SG1_send_that_is_stopped_resets_and_exits_1),
        PROGRAM_TEST(test_send_without_file_or_peer),
    };

    return cmocka_run_group_tests(tests, program_begin, NULL);
}
