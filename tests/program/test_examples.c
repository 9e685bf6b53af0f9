/* SPDX-License-Identifier: MIT */
/*
 * test_examples.c - each example from outside: every server with the example
 * client, all to their clean end.
 */
#include "program/program.h"

#include <stdlib.h>

/* The address that a line begins with said, once there is one. */
static void learn_address(const char *said, char *address, size_t cap)
{
    char *out;
    char *at;

    file_wait_for("server.out", "\n");
    out = file_read("server.out", NULL);
    assert_int_equal(strncmp(out, said, strlen(said)), 0);
    at = out + strlen(said);
    at[strcspn(at, "\r\n")] = '\0';
    assert_true(strlen(at) < cap);
    strcpy(address, at);
    free(out);
}

/* Starts an example server for some clients and learns where it listens. */
static spawn *example_start(const char *path, const char *clients,
                            char *address, size_t cap)
{
    const char *const argv[] = {path, "127.0.0.1:0", clients, NULL};
    spawn *process;

    file_write("empty", "", 0);
    process = process_start(argv, "empty", "server.out", "server.err");
    learn_address("listening on ", address, cap);
    return process;
}

/* Runs an example that ends by itself and expects a line from it. The C
 * library ends lines as the system does. */
static void check_example(const char *const argv[], const char *expected)
{
    spawn *process;
    char *out;

    process = process_start(argv, "empty", "run.out", "run.err");
    assert_int_equal(process_wait(process), 0);
    out = file_read("run.out", NULL);
    out[strcspn(out, "\r\n")] = '\0';
    assert_string_equal(out, expected);
    free(out);
}

static void check_server(const char *path)
{
    char address[64];
    const char *args[] = {EXAMPLE_TCP_CLIENT, address, "second", NULL};
    spawn *process = example_start(path, "3", address, sizeof address);
    run_result r;

    check_example((const char *const[]){EXAMPLE_TCP_CLIENT, address, NULL},
                  "hello, server");
    check_example(args, "second");
    file_write_pattern("client.in", 300000);
    PROGRAM_RUN(&r, "client.in", "connect", address);
    assert_int_equal(r.code, 0);
    assert_int_equal(r.out_len, 300000);
    run_free(&r);
    assert_int_equal(process_wait(process), 0);
}

/* The same tries everywhere: the seeds decide, not the system. */
static void test_sim_retry_is_answered_for_every_seed(void **state)
{
    (void)state;
    file_write("empty", "", 0);
    check_example((const char *const[]){EXAMPLE_SIM_RETRY, NULL},
                  "every answer came, after 1955 tries in all");
}

/* The address that follows a text in a file. */
static void copy_after(const char *path, const char *text, char *to, size_t cap)
{
    char *content = file_read(path, NULL);
    char *at = strstr(content, text);

    assert_non_null(at);
    at += strlen(text);
    at[strcspn(at, ",\r\n")] = '\0';
    assert_true(strlen(at) < cap);
    strcpy(to, at);
    free(content);
}

/* What is my end to one is the other end to the other. */
static void test_two_processes_see_one_4_tuple(void **state)
{
    static const char *const wait[] = {EXAMPLE_TWO_PROCESSES, "wait",
                                       "127.0.0.1:0", NULL};
    static const char mine[] = "my end is ";
    static const char other[] = "the other end is ";
    char address[64], of_caller[64], of_waiter[64];
    const char *call[] = {EXAMPLE_TWO_PROCESSES, "call", address, NULL};
    spawn *waiter, *caller;

    (void)state;
    file_write("empty", "", 0);
    waiter = process_start(wait, "empty", "server.out", "server.err");
    learn_address("waiting at ", address, sizeof address);
    caller = process_start(call, "empty", "run.out", "run.err");
    assert_int_equal(process_wait(caller), 0);
    assert_int_equal(process_wait(waiter), 0);
    copy_after("run.out", mine, of_caller, sizeof of_caller);
    copy_after("server.out", other, of_waiter, sizeof of_waiter);
    assert_string_equal(of_caller, of_waiter);
    copy_after("run.out", other, of_caller, sizeof of_caller);
    copy_after("server.out", mine, of_waiter, sizeof of_waiter);
    assert_string_equal(of_caller, of_waiter);
    assert_string_equal(of_caller, address);
    file_wait_for("run.out", "says: hello, caller");
    file_wait_for("server.out", "says: hello, you who wait");
}

static void test_tcp_server_serves_one_after_the_other(void **state)
{
    (void)state;
    check_server(EXAMPLE_TCP_SERVER);
}

/* Two connections at a time, the later one is served first. */
static void check_many(const char *path)
{
    char address[64];
    char answer[5];
    spawn *process = example_start(path, "2", address, sizeof address);
    duos_socket early = peer_dial(address);
    duos_socket late = peer_dial(address);

    assert_ok(duos_send_all(late, "late", 4, PATIENCE_MS, NULL));
    assert_ok(duos_recv_exact(late, answer, 4, PATIENCE_MS, NULL));
    assert_memory_equal(answer, "late", 4);
    duos_close(&late);
    assert_ok(duos_send_all(early, "early", 5, PATIENCE_MS, NULL));
    assert_ok(duos_recv_exact(early, answer, 5, PATIENCE_MS, NULL));
    assert_memory_equal(answer, "early", 5);
    duos_close(&early);
    assert_int_equal(process_wait(process), 0);
}

static void test_select_server_serves_many_at_a_time(void **state)
{
    (void)state;
    check_server(EXAMPLE_SELECT_SERVER);
    check_many(EXAMPLE_SELECT_SERVER);
}

static void test_poller_server_serves_many_at_a_time(void **state)
{
    (void)state;
    check_server(EXAMPLE_POLLER_SERVER);
    check_many(EXAMPLE_POLLER_SERVER);
}

static void test_server_serves_many_at_a_time(void **state)
{
    (void)state;
    check_server(EXAMPLE_SERVER);
    check_many(EXAMPLE_SERVER);
}

static void test_embed_frame_serves_many_at_a_time(void **state)
{
    (void)state;
    check_server(EXAMPLE_EMBED_FRAME);
    check_many(EXAMPLE_EMBED_FRAME);
}

static void test_udp_echo_answers_each_datagram(void **state)
{
    char address[64];
    const char *first[] = {EXAMPLE_UDP_ECHO, "--send", address, NULL};
    const char *second[] = {EXAMPLE_UDP_ECHO, "--send", address, "2nd", NULL};
    spawn *process =
        example_start(EXAMPLE_UDP_ECHO, "2", address, sizeof address);

    (void)state;
    check_example(first, "hello, server");
    check_example(second, "2nd");
    assert_int_equal(process_wait(process), 0);
}

static void test_examples_fail_with_a_message(void **state)
{
    static const char *const paths[] = {
        EXAMPLE_TCP_SERVER,    EXAMPLE_TCP_CLIENT, EXAMPLE_SELECT_SERVER,
        EXAMPLE_POLLER_SERVER, EXAMPLE_SERVER,     EXAMPLE_UDP_ECHO,
        EXAMPLE_EMBED_FRAME};
    size_t i;

    (void)state;
    file_write("empty", "", 0);
    for (i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        const char *const argv[] = {paths[i], "no address", NULL};
        spawn *process = process_start(argv, "empty", "run.out", "run.err");

        assert_int_equal(process_wait(process), 1);
        file_wait_for("run.err", ": text cannot be understood");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PROGRAM_TEST(test_two_processes_see_one_4_tuple),
        PROGRAM_TEST(test_tcp_server_serves_one_after_the_other),
        PROGRAM_TEST(test_select_server_serves_many_at_a_time),
        PROGRAM_TEST(test_poller_server_serves_many_at_a_time),
        PROGRAM_TEST(test_server_serves_many_at_a_time),
        PROGRAM_TEST(test_embed_frame_serves_many_at_a_time),
        PROGRAM_TEST(test_udp_echo_answers_each_datagram),
        PROGRAM_TEST(test_sim_retry_is_answered_for_every_seed),
        PROGRAM_TEST(test_examples_fail_with_a_message),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
