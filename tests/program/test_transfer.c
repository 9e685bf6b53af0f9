/* SPDX-License-Identifier: MIT */
/*
 * test_transfer.c - duosock send and recv, with each other and with peers
 * that know nothing of them: a file arrives whole, or not at all.
 */
#include "program/program.h"

#include "support/net.h"

#include <stdlib.h>

enum {
    SIZE = 4 * 1024 * 1024 + 3
};

#define HELLO_SUM                                                              \
    "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"

/* ---- duosock recv in the background ------------------------------------ */

typedef struct receiver {
    spawn *process;
    char address[64];
} receiver;

#define RECV_START(r, ...)                                                     \
    recv_start((r), "recv.out",                                                \
               (const char *const[]){"recv", __VA_ARGS__, NULL})

static void recv_start(receiver *r, const char *out, const char *const args[])
{
    static const char before[] = "listening on ";
    char *log;
    char *address;

    remove("recv.err");
    r->process = program_start(args, "empty", out, "recv.err");
    file_wait_for("recv.err", ")\n");
    log = file_read("recv.err", NULL);
    address = strstr(log, before);
    assert_non_null(address);
    address += sizeof before - 1;
    address[strcspn(address, " ")] = '\0';
    assert_true(strlen(address) < sizeof r->address);
    strcpy(r->address, address);
    free(log);
}

static void assert_file(const char *path, const void *data, size_t len)
{
    size_t got_len;
    char *got = file_read(path, &got_len);

    assert_int_equal(got_len, len);
    assert_memory_equal(got, data, len);
    free(got);
}

/* The file is as it was, and nothing lies beside it. */
static void assert_untouched(const receiver *r)
{
    (void)r;
    assert_file("got", "as it was", 9);
}

/* ---- both -------------------------------------------------------------- */

static void test_send_and_recv_bring_a_file_over(void **state)
{
    receiver r;
    run_result sent;
    char *data;
    char *log;
    const char *sum;

    (void)state;
    file_write_pattern("file", SIZE);
    file_write("got", "as it was", 9);
    data = file_read("file", NULL);
    RECV_START(&r, "-o", "got", "127.0.0.1:0");
    assert_untouched(&r);
    PROGRAM_RUN(&sent, "empty", "send", "file", r.address);
    assert_int_equal(sent.code, 0);
    assert_int_equal(sent.out_len, 0);
    assert_contains(sent.err, "sent 4194307 B, ");
    assert_int_equal(process_wait(r.process), 0);
    assert_file("got", data, SIZE);
    /* Both tell the same checksum. */
    sum = strstr(sent.err, " s, sha256 ");
    assert_non_null(sum);
    log = file_read("recv.err", NULL);
    assert_contains(log, sum);
    assert_contains(log, "received 4194307 B, ");
    free(log);
    free(data);
    run_free(&sent);
}

static void test_send_and_recv_of_standard_streams(void **state)
{
    receiver r;
    run_result sent;

    (void)state;
    file_write("file", "hello", 5);
    RECV_START(&r, "-o-", "127.0.0.1:0", "-q");
    PROGRAM_RUN(&sent, "file", "send", "-", r.address, "--json");
    assert_int_equal(sent.code, 0);
    assert_contains(sent.out, "\"event\":\"sent\",\"bytes\":5,\"seconds\":");
    assert_contains(sent.out, "\"sha256\":\"" HELLO_SUM "\"}\n");
    assert_int_equal(process_wait(r.process), 0);
    assert_file("recv.out", "hello", 5);
    run_free(&sent);
}

static void test_send_and_recv_of_an_empty_file(void **state)
{
    receiver r;
    run_result sent;

    (void)state;
    file_write("got", "as it was", 9);
    RECV_START(&r, "-o", "got", "127.0.0.1:0", "--idle", "0");
    PROGRAM_RUN(&sent, "empty", "send", "empty", r.address);
    assert_int_equal(sent.code, 0);
    assert_contains(sent.err, "sent 0 B, ");
    assert_int_equal(process_wait(r.process), 0);
    assert_file("got", "", 0);
    run_free(&sent);
}

/* A name that no code page of Windows' west has. */
static void test_send_and_recv_of_a_name_beyond_ascii(void **state)
{
    static const char name[] = "\345\255\227.got";
    receiver r;
    run_result sent;

    (void)state;
    file_write("file", "hello", 5);
    RECV_START(&r, "-o", name, "127.0.0.1:0");
    PROGRAM_RUN(&sent, "empty", "send", "file", r.address);
    assert_int_equal(sent.code, 0);
    assert_int_equal(process_wait(r.process), 0);
    run_free(&sent);
    file_write("got", "as it was", 9);
    RECV_START(&r, "-o", "got", "127.0.0.1:0");
    PROGRAM_RUN(&sent, "empty", "send", name, r.address);
    assert_int_equal(sent.code, 0);
    assert_int_equal(process_wait(r.process), 0);
    assert_file("got", "hello", 5);
    run_free(&sent);
}

static void test_recv_to_a_closed_output_exits_1(void **state)
{
    static const char *const args[] = {"recv", "-o-", "127.0.0.1:0", NULL};
    receiver r;
    run_result sent;

    (void)state;
    file_write("file", "hello", 5);
    recv_start(&r, NULL, args);
    PROGRAM_RUN(&sent, "empty", "send", "file", r.address);
    assert_int_equal(process_wait(r.process), 1);
    file_wait_for("recv.err", "write standard output: ");
    if (!os_is_wine()) { /* it shows a reset as the end of the stream */
        assert_int_equal(sent.code, 1);
    }
    run_free(&sent);
}

/* ---- recv and others --------------------------------------------------- */

static void test_recv_takes_a_plain_stream_and_confirms_by_its_end(void **state)
{
    receiver r;
    duos_socket peer;

    (void)state;
    file_write("got", "as it was", 9);
    RECV_START(&r, "-o", "got", "127.0.0.1:0");
    peer = peer_dial(r.address);
    assert_ok(duos_send_all(peer, "hello", 5, PATIENCE_MS, NULL));
    assert_untouched(&r);
    assert_ok(duos_shutdown(peer, DUOS_SHUT_SEND));
    assert_int_equal(peer_drain(peer), 0);
    assert_file("got", "hello", 5);
    assert_int_equal(process_wait(r.process), 0);
    file_wait_for("recv.err", " s, sha256 " HELLO_SUM "\n");
    duos_close(&peer);
}

static void test_recv_takes_one_sender(void **state)
{
    receiver r;
    duos_socket first;
    duos_socket second;
    char byte;
    size_t len;
    duos_err err;

    (void)state;
    RECV_START(&r, "-o", "got", "127.0.0.1:0", "-v");
    first = peer_dial(r.address);
    assert_ok(duos_send_all(first, "hel", 3, PATIENCE_MS, NULL));
    file_wait_for("recv.err", "open 127.0.0.1:");
    second = peer_dial(r.address);
    err = duos_recv_some(second, &byte, 1, PATIENCE_MS, &len);
    assert_true(err == DUOS_EEOF || err == DUOS_ECONNRESET);
    assert_ok(duos_send_all(first, "lo", 2, PATIENCE_MS, NULL));
    assert_ok(duos_shutdown(first, DUOS_SHUT_SEND));
    assert_int_equal(process_wait(r.process), 0);
    assert_file("got", "hello", 5);
    duos_close(&first);
    duos_close(&second);
}

static void test_recv_of_a_reset_leaves_the_file_alone(void **state)
{
    receiver r;
    duos_socket peer;

    (void)state;
    if (os_is_wine()) {
        skip_because("Wine shows a reset as the end of the stream");
    }
    file_write("got", "as it was", 9);
    RECV_START(&r, "-o", "got", "127.0.0.1:0", "-v");
    peer = peer_dial(r.address);
    assert_ok(duos_send_all(peer, "hello", 5, PATIENCE_MS, NULL));
    file_wait_for("recv.err", "open 127.0.0.1:");
    net_reset(&peer);
    assert_int_equal(process_wait(r.process), 1);
    file_wait_for("recv.err",
                  "receive got: connection reset by peer (ECONNRESET ");
    assert_untouched(&r);
}

static void test_recv_of_a_silent_sender_exits_5(void **state)
{
    receiver r;
    duos_socket peer;

    (void)state;
    file_write("got", "as it was", 9);
    RECV_START(&r, "-o", "got", "127.0.0.1:0", "--idle", "500ms");
    peer = peer_dial(r.address);
    assert_ok(duos_send_all(peer, "hello", 5, PATIENCE_MS, NULL));
    assert_int_equal(process_wait(r.process), 5);
    file_wait_for("recv.err",
                  "receive got: peer was silent for too long (EIDLE)\n");
    assert_untouched(&r);
    duos_close(&peer);
}

static void test_recv_without_sender_exits_5(void **state)
{
    run_result r;

    (void)state;
    PROGRAM_RUN(&r, "empty", "recv", "-o", "got", "127.0.0.1:0", "--timeout",
                "100ms");
    assert_int_equal(r.code, 5);
    assert_contains(r.err, "wait for a sender at 127.0.0.1:0: timed out (");
    run_free(&r);
}

static void test_recv_refuses_at_once_what_it_cannot_write(void **state)
{
    run_result r;

    (void)state;
    PROGRAM_RUN(&r, "empty", "recv", "-o", "no/such/folder", "127.0.0.1:0");
    assert_int_equal(r.code, 1);
    assert_contains(r.err, "write no/such/folder: no such entry (E");
    run_free(&r);
    PROGRAM_RUN(&r, "empty", "recv", "-o", ".", "127.0.0.1:0");
    assert_int_equal(r.code, 1);
    assert_contains(r.err, "write .: ");
    run_free(&r);
    if (!os_is_windows()) {
        PROGRAM_RUN(&r, "empty", "recv", "-o", "/dev/null", "127.0.0.1:0");
        assert_int_equal(r.code, 1);
        assert_contains(r.err, "write /dev/null: already exists (EEXIST ");
        assert_contains(r.err, "hint: what is there is no regular file; -o - "
                               "writes to the standard output\n");
        run_free(&r);
    }
}

static void test_SY7_recv_port_in_use_exits_4(void **state)
{
    char address[DUOS_ADDR_TEXT_MAX];
    duos_socket taken = peer_listen(address, sizeof address);
    run_result r;

    (void)state;
    PROGRAM_RUN(&r, "empty", "recv", "-o", "got", address);
    assert_int_equal(r.code, 4);
    assert_contains(r.err, ": address already in use (");
    run_free(&r);
    duos_close(&taken);
}

static void test_SG1_recv_that_is_stopped_without_sender_exits_1(void **state)
{
    const char *args[] = {"recv", "-o", "got", "--json", "127.0.0.1:0", NULL};
    spawn *process;

    (void)state;
    file_write("got", "as it was", 9);
    process = program_start(args, "empty", "recv.out", "recv.err");
    file_wait_for("recv.out", "\"event\":\"listening\"");
    if (!spawn_ask_to_stop(process, true)) {
        process_kill(process);
        skip_because("no console to send an event through");
    }
    assert_int_equal(process_wait(process), 1);
    file_wait_for("recv.err", "stopped; nobody has sent anything\n");
    file_wait_for("recv.out", "\"event\":\"error\",\"text\":\"stopped; nobody");
    assert_file("got", "as it was", 9);
}

/* The first request lets the file come in, the second leaves no trace. */
static void test_SG1_recv_that_is_stopped_finishes_its_file(void **state)
{
    receiver r;
    duos_socket peer;

    (void)state;
    RECV_START(&r, "-o", "got", "127.0.0.1:0", "-v");
    peer = peer_dial(r.address);
    file_wait_for("recv.err", "open 127.0.0.1:");
    if (!spawn_ask_to_stop(r.process, true)) {
        process_kill(r.process);
        skip_because("no console to send an event through");
    }
    file_wait_for("recv.err", "stopping once the file is there\n");
    assert_ok(duos_send_all(peer, "hello", 5, PATIENCE_MS, NULL));
    duos_close(&peer);
    assert_int_equal(process_wait(r.process), 0);
    assert_file("got", "hello", 5);
}

static void test_SG1_recv_that_is_stopped_twice_leaves_nothing(void **state)
{
    receiver r;
    duos_socket peer;

    (void)state;
    file_write("got", "as it was", 9);
    RECV_START(&r, "-o", "got", "127.0.0.1:0", "-v");
    peer = peer_dial(r.address);
    assert_ok(duos_send_all(peer, "hello", 5, PATIENCE_MS, NULL));
    file_wait_for("recv.err", "open 127.0.0.1:");
    if (!spawn_ask_to_stop(r.process, true)) {
        process_kill(r.process);
        skip_because("no console to send an event through");
    }
    file_wait_for("recv.err", "stopping once the file is there\n");
    assert_true(spawn_ask_to_stop(r.process, true));
    assert_int_equal(process_wait(r.process), 130);
    assert_untouched(&r);
    duos_close(&peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PROGRAM_TEST(test_send_and_recv_bring_a_file_over),
        PROGRAM_TEST(test_send_and_recv_of_standard_streams),
        PROGRAM_TEST(test_send_and_recv_of_an_empty_file),
        PROGRAM_TEST(test_send_and_recv_of_a_name_beyond_ascii),
        PROGRAM_TEST(test_recv_to_a_closed_output_exits_1),
        PROGRAM_TEST(test_recv_takes_a_plain_stream_and_confirms_by_its_end),
        PROGRAM_TEST(test_recv_takes_one_sender),
        PROGRAM_TEST(test_recv_of_a_reset_leaves_the_file_alone),
        PROGRAM_TEST(test_recv_of_a_silent_sender_exits_5),
        PROGRAM_TEST(test_recv_without_sender_exits_5),
        PROGRAM_TEST(test_recv_refuses_at_once_what_it_cannot_write),
        PROGRAM_TEST(test_SY7_recv_port_in_use_exits_4),
        PROGRAM_TEST(test_SG1_recv_that_is_stopped_without_sender_exits_1),
        PROGRAM_TEST(test_SG1_recv_that_is_stopped_finishes_its_file),
        PROGRAM_TEST(test_SG1_recv_that_is_stopped_twice_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, program_begin, NULL);
}
