/* SPDX-License-Identifier: MIT */
/*
 * test_connect.c - duosock connect from outside: whatever stands at its two
 * ends, no byte is lost, and it ends when it should, with the right code.
 */
#include "program/program.h"

#include <stdlib.h>
#include <time.h>

enum {
    FULL_MAX = 64 /* clients that wait in a backlog of one, at most */
};

static void test_SY8_connect_refused_exits_3_and_names_the_error(void **state)
{
    char address[DUOS_ADDR_TEXT_MAX];
    char line[256];
    duos_socket bound = peer_bound(address);
    run_result r;

    (void)state;
    sprintf(line, "connect %s: connection refused (%s %d)\n", address,
            duos_err_native_name(DUOS_ECONNREFUSED),
            (int)duos_err_native(DUOS_ECONNREFUSED));
    PROGRAM_RUN(&r, "empty", "connect", address);
    assert_int_equal(r.code, 3);
    assert_int_equal(strncmp(r.err, line, strlen(line)), 0);
    assert_contains(r.err, "hint: ");
    assert_int_equal(r.out_len, 0);
    run_free(&r);
    duos_close(&bound);
}

/* Names below localhost are this machine, wherever the test runs. */
static void test_connect_looks_names_up(void **state)
{
    char address[DUOS_ADDR_TEXT_MAX];
    duos_socket bound = peer_bound(address);
    char name[64];
    run_result r;

    (void)state;
    sprintf(name, "x.localhost:%s", strrchr(address, ':') + 1);
    PROGRAM_RUN(&r, "empty", "connect", name);
    assert_int_equal(r.code, 3);
    assert_contains(r.err, name);
    assert_contains(r.err, ": connection refused (");
    run_free(&r);
    PROGRAM_RUN(&r, "empty", "connect", "--timeout", "5s",
                "no-such-host.invalid:80");
    assert_true(r.code == 3 || r.code == 5);
    assert_contains(r.err, "connect no-such-host.invalid:80: ");
    assert_int_equal(r.out_len, 0);
    run_free(&r);
    duos_close(&bound);
}

/* Fills a backlog until a connect stays unanswered; 0 if it never does. */
static size_t fill_backlog(const duos_addr *addr, duos_socket *waiting)
{
    size_t count;

    for (count = 0; count < FULL_MAX; count++) {
        duos_socket *s = &waiting[count];
        duos_err err;

        assert_ok(duos_open(DUOS_IPV4, DUOS_STREAM, DUOS_NONBLOCK, s));
        err = duos_connect(*s, addr);
        if (err == DUOS_EINPROGRESS &&
            duos_wait(*s, DUOS_WRITE, 200, NULL) == DUOS_ETIMEDOUT) {
            return count + 1;
        }
        if (err != DUOS_OK && duos_connect_result(*s) != DUOS_OK) {
            break; /* a full backlog refuses on this system */
        }
    }
    return 0;
}

static void test_connect_unanswered_times_out_and_exits_5(void **state)
{
    static duos_socket waiting[FULL_MAX];
    duos_socket listener = DUOS_SOCKET_INVALID;
    duos_listen_options options;
    duos_addr bound;
    char address[DUOS_ADDR_TEXT_MAX];
    size_t count;
    size_t i;
    run_result r;

    (void)state;
    duos_listen_options_init(&options);
    options.backlog = 1;
    assert_ok(duos_listen_at("127.0.0.1:0", &options, &listener, &bound));
    assert_ok(duos_addr_format(&bound, address, sizeof address));
    count = fill_backlog(&bound, waiting);
    if (count > 0) {
        time_t begun = time(NULL);

        PROGRAM_RUN(&r, "empty", "connect", address, "--timeout", "300ms");
        assert_true(difftime(time(NULL), begun) < 8);
        assert_int_equal(r.code, 5);
        assert_contains(r.err, ": timed out (");
        run_free(&r);
    }
    for (i = 0; i < count; i++) {
        duos_close(&waiting[i]);
    }
    duos_close(&listener);
    if (count == 0) {
        skip_because("nothing on this machine stays unanswered");
    }
}

static void test_connect_idle_times_out_and_exits_5(void **state)
{
    char address[DUOS_ADDR_TEXT_MAX];
    duos_socket listener = peer_listen(address, sizeof address);
    run_result r;

    (void)state;
    PROGRAM_RUN(&r, "empty", "connect", address, "--idle", "200ms");
    assert_int_equal(r.code, 5);
    assert_contains(r.err, ": peer was silent for too long (EIDLE)\n");
    run_free(&r);
    duos_close(&listener);
}

static void test_connect_round_trip_of_binary_file_keeps_each_byte(void **state)
{
    enum {
        SIZE = 1048576 + 7
    };
    server s;
    run_result r;
    char *sent;

    (void)state;
    file_write_pattern("client.in", SIZE);
    sent = file_read("client.in", NULL);
    SERVER_START(&s, "-v");
    PROGRAM_RUN(&r, "client.in", "connect", s.address, "-v");
    assert_int_equal(r.code, 0);
    assert_int_equal(r.out_len, SIZE);
    assert_memory_equal(r.out, sent, SIZE);
    assert_contains(r.err, "close 1048583 B in, 1048583 B out, ");
    file_wait_for(SERVER_LOG, "#1 close 1048583 B in, 1048583 B out, ");
    run_free(&r);
    free(sent);
    server_stop(&s);
}

static void test_CL1_connect_empty_or_closed_input_exits_0(void **state)
{
    server s;
    run_result r;

    (void)state;
    SERVER_START(&s, "-v");
    PROGRAM_RUN(&r, "empty", "connect", s.address);
    assert_int_equal(r.code, 0);
    assert_int_equal(r.out_len, 0);
    assert_string_equal(r.err, "");
    run_free(&r);
    PROGRAM_RUN(&r, NULL, "connect", s.address);
    assert_int_equal(r.code, 0);
    assert_int_equal(r.out_len, 0);
    assert_string_equal(r.err, "");
    run_free(&r);
    server_stop(&s);
}

static void test_CL1_connect_all_streams_closed_exits_0(void **state)
{
    server s;
    spawn *process;
    const char *args[] = {"connect", NULL, NULL};

    (void)state;
    SERVER_START(&s, "-v");
    args[1] = s.address;
    process = program_start(args, NULL, NULL, NULL);
    assert_int_equal(process_wait(process), 0);
    server_stop(&s);
}

/* No socket may get the number of a stream, or messages would go there. */
static void test_CL1_connect_any_stream_closed_sends_only_its_input(
    void **state)
{
    unsigned closed;

    (void)state;
    file_write("client.in", "hello", 5);
    for (closed = 0; closed < 8; closed++) {
        char address[DUOS_ADDR_TEXT_MAX];
        duos_socket listener = peer_listen(address, sizeof address);
        const char *args[] = {"connect", address, "-v", NULL};
        duos_socket peer;
        spawn *process;

        process = program_start(args, (closed & 1) ? NULL : "client.in",
                                (closed & 2) ? NULL : "run.out",
                                (closed & 4) ? NULL : "run.err");
        peer = peer_accept(listener);
        assert_int_equal(peer_drain(peer), (closed & 1) ? 0 : 5);
        duos_close(&peer);
        assert_int_equal(process_wait(process), 0);
        duos_close(&listener);
    }
}

static void test_CL1_connect_prints_what_comes_after_its_input_ended(
    void **state)
{
    static char answer[200000];
    char address[DUOS_ADDR_TEXT_MAX];
    duos_socket listener = peer_listen(address, sizeof address);
    const char *args[] = {"connect", address, NULL};
    duos_socket peer;
    spawn *process;
    char *out;
    size_t len;

    (void)state;
    file_write("client.in", "request", 7);
    process = program_start(args, "client.in", "run.out", "run.err");
    peer = peer_accept(listener);
    assert_int_equal(peer_drain(peer), 7);
    memset(answer, 'a', sizeof answer);
    assert_ok(duos_send_all(peer, answer, sizeof answer, PATIENCE_MS, NULL));
    duos_close(&peer);
    assert_int_equal(process_wait(process), 0);
    out = file_read("run.out", &len);
    assert_int_equal(len, sizeof answer);
    assert_memory_equal(out, answer, len);
    free(out);
    duos_close(&listener);
}

/* The peer has answered before it listens, and listens slowly at first. */
static void test_connect_sends_all_to_a_peer_that_ended_first(void **state)
{
    enum {
        SIZE = 3000000
    };
    char address[DUOS_ADDR_TEXT_MAX];
    duos_socket listener = peer_listen(address, sizeof address);
    const char *args[] = {"connect", address, "-v", NULL};
    duos_socket peer;
    spawn *process;

    (void)state;
    file_write_pattern("client.in", SIZE);
    process = program_start(args, "client.in", "run.out", "run.err");
    peer = peer_accept(listener);
    assert_ok(duos_send_all(peer, "bye\n", 4, PATIENCE_MS, NULL));
    assert_ok(duos_shutdown(peer, DUOS_SHUT_SEND));
    file_wait_for("run.out", "bye\n");
    assert_int_equal(peer_drain(peer), SIZE);
    assert_int_equal(process_wait(process), 0);
    file_wait_for("run.err", "close 4 B in, 3000000 B out, ");
    duos_close(&peer);
    duos_close(&listener);
}

static void test_connect_ends_with_its_peer_while_input_is_open(void **state)
{
    char address[DUOS_ADDR_TEXT_MAX];
    duos_socket listener = peer_listen(address, sizeof address);
    const char *args[] = {"connect", address, NULL};
    duos_socket peer;
    spawn *process;

    (void)state;
    process = program_start(args, SPAWN_PIPE, "run.out", "run.err");
    peer = peer_accept(listener);
    assert_ok(duos_send_all(peer, "bye\n", 4, PATIENCE_MS, NULL));
    duos_close(&peer);
    assert_int_equal(process_wait(process), 0);
    file_wait_for("run.out", "bye\n");
    duos_close(&listener);
}

static void test_connect_passes_on_what_a_pipe_brings_at_once(void **state)
{
    server s;
    const char *args[] = {"connect", NULL, NULL};
    spawn *process;

    (void)state;
    SERVER_START(&s, "-v");
    args[1] = s.address;
    process = program_start(args, SPAWN_PIPE, "run.out", "run.err");
    assert_true(spawn_write(process, "one\n", 4));
    file_wait_for("run.out", "one\n");
    assert_true(spawn_write(process, "two", 3));
    file_wait_for("run.out", "one\ntwo");
    spawn_close_input(process);
    assert_int_equal(process_wait(process), 0);
    server_stop(&s);
}

static void test_connect_peer_that_resets_exits_1(void **state)
{
    char address[DUOS_ADDR_TEXT_MAX];
    duos_socket listener = peer_listen(address, sizeof address);
    const char *args[] = {"connect", address, "-v", NULL};

    (void)state;
    if (os_is_wine()) {
        skip_because("Wine shows a reset as the end of the stream");
    }
    peer_resets(listener, args);
    file_wait_for("run.err", ": connection reset by peer (ECONNRESET ");
    duos_close(&listener);
}

static void test_CL4_connect_output_that_fails_exits_1(void **state)
{
    server s;
    const char *args[] = {"connect", NULL, NULL};
    FILE *full = fopen("/dev/full", "wb");
    spawn *process;

    (void)state;
    if (full == NULL || os_is_windows()) {
        skip_because("no device here is always full");
    }
    fclose(full);
    file_write("client.in", "hello", 5);
    SERVER_START(&s, "-v");
    args[1] = s.address;
    process = program_start(args, "client.in", "/dev/full", "run.err");
    assert_int_equal(process_wait(process), 1);
    file_wait_for("run.err", "write standard output: ");
    server_stop(&s);
}

/* More than the buffers and queues on the way hold: all must take turns. */
static void test_connect_waits_for_a_slow_peer_and_loses_nothing(void **state)
{
    enum {
        SIZE = 16 * 1024 * 1024
    };
    char address[DUOS_ADDR_TEXT_MAX];
    duos_socket listener = peer_listen(address, sizeof address);
    const char *args[] = {"connect", address, NULL};
    static char piece[2048];
    size_t len = 0;
    size_t total = 0;
    duos_socket peer;
    spawn *process;

    (void)state;
    file_write_pattern("client.in", SIZE);
    assert_ok(duos_set_int(listener, DUOS_OPT_RECV_BUFFER, 8192));
    process = program_start(args, "client.in", "run.out", "run.err");
    peer = peer_accept(listener);
    do {
        total += len;
    } while (duos_recv_some(peer, piece, sizeof piece, PATIENCE_MS, &len) ==
             DUOS_OK);
    assert_int_equal(total, SIZE);
    duos_close(&peer);
    assert_int_equal(process_wait(process), 0);
    duos_close(&listener);
}

/* Its peer must not take for whole what was cut. */
static void test_connect_input_that_fails_resets_and_exits_1(void **state)
{
    char address[DUOS_ADDR_TEXT_MAX];
    duos_socket listener = peer_listen(address, sizeof address);
    const char *args[] = {"connect", address, NULL};
    duos_socket peer;
    spawn *process;
    size_t len;
    char byte;

    (void)state;
    if (os_is_windows()) {
        skip_because("a folder cannot be opened as a stream");
    }
    process = program_start(args, ".", "run.out", "run.err");
    peer = peer_accept(listener);
    assert_err(DUOS_ECONNRESET,
               duos_recv_some(peer, &byte, 1, PATIENCE_MS, &len));
    assert_int_equal(process_wait(process), 1);
    file_wait_for("run.err", "read standard input: ");
    duos_close(&peer);
    duos_close(&listener);
}

static void test_connect_stop_request_ends_it_with_0(void **state)
{
    server s;
    const char *args[] = {"connect", NULL, NULL};
    spawn *process;

    (void)state;
    SERVER_START(&s, "-v");
    args[1] = s.address;
    process = program_start(args, SPAWN_PIPE, "run.out", "run.err");
    assert_true(spawn_write(process, "one\n", 4));
    file_wait_for("run.out", "one\n");
    if (spawn_ask_to_stop(process, true)) {
        assert_int_equal(process_wait(process), 0);
    } else {
        process_kill(process); /* no console to send an event through */
    }
    server_stop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PROGRAM_TEST(test_SY8_connect_refused_exits_3_and_names_the_error),
        PROGRAM_TEST(test_connect_looks_names_up),
        PROGRAM_TEST(test_connect_unanswered_times_out_and_exits_5),
        PROGRAM_TEST(test_connect_idle_times_out_and_exits_5),
        PROGRAM_TEST(test_connect_round_trip_of_binary_file_keeps_each_byte),
        PROGRAM_TEST(test_CL1_connect_empty_or_closed_input_exits_0),
        PROGRAM_TEST(test_CL1_connect_all_streams_closed_exits_0),
        PROGRAM_TEST(test_CL1_connect_any_stream_closed_sends_only_its_input),
        PROGRAM_TEST(test_CL1_connect_prints_what_comes_after_its_input_ended),
        PROGRAM_TEST(test_connect_sends_all_to_a_peer_that_ended_first),
        PROGRAM_TEST(test_connect_ends_with_its_peer_while_input_is_open),
        PROGRAM_TEST(test_connect_passes_on_what_a_pipe_brings_at_once),
        PROGRAM_TEST(test_connect_peer_that_resets_exits_1),
        PROGRAM_TEST(test_CL4_connect_output_that_fails_exits_1),
        PROGRAM_TEST(test_connect_input_that_fails_resets_and_exits_1),
        PROGRAM_TEST(test_connect_waits_for_a_slow_peer_and_loses_nothing),
        PROGRAM_TEST(test_connect_stop_request_ends_it_with_0),
    };

    return cmocka_run_group_tests(tests, program_begin, NULL);
}
