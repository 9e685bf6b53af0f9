/* SPDX-License-Identifier: MIT */
/*
 * test_trace.c - --trace: what each command tells of its calls of the toolkit,
 * and that nothing else changes by it. That no call is forgotten is what
 * tests/rules/trace.cmake looks after.
 */
#include "program/program.h"

#include "support/net.h"

#include <stdlib.h>

static int begin(void **state)
{
    file_write("hello", "hello\033\n", 7);
    return program_begin(state);
}

/* Each text stands behind the one before. */
static void check_order(const char *text, const char *const *wanted,
                        size_t count)
{
    const char *at = text;
    size_t i;

    for (i = 0; i < count; i++) {
        at = strstr(at, wanted[i]);
        if (at == NULL) {
            fail_msg("'%s' is not in, or not where it belongs:\n%s", wanted[i],
                     text);
            return;
        }
    }
}

#define CHECK_ORDER(text, wanted)                                              \
    check_order((text), (wanted), sizeof(wanted) / sizeof(wanted)[0])

static void test_trace_connect_tells_its_calls_in_order(void **state)
{
    static const char *const wanted[] = {
        "trace: duos_loop_create(auto) = OK\n",
        "trace: duos_client_create() = OK\n",
        "trace: duos_quit_start() = OK\n",
        "trace: duos_client_connect(\"127.0.0.1:",
        "\") = OK\n",
        "trace: duos_loop_run() ...\n",
        "trace: -> on_open(127.0.0.1:",
        "trace: duos_input_start() = OK\n",
        "trace: duos_conn_send(127.0.0.1:",
        ", 7 B \"hello\\x1B\\x0A\") = OK\n",
        "trace: -> on_data(127.0.0.1:",
        ", 7 B \"hello\\x1B\\x0A\")\n",
        "trace: -> on_close(127.0.0.1:",
        ", EEOF)\n",
        "trace: duos_loop_stop()\n",
        "trace: duos_loop_run() = OK\n",
        "trace: duos_client_destroy()\n",
        "trace: duos_loop_destroy() = OK\n"};
    server s;
    run_result r;

    (void)state;
    SERVER_START(&s, "-q");
    PROGRAM_RUN(&r, "hello", "connect", s.address, "--trace");
    assert_int_equal(r.code, 0);
    assert_int_equal(r.out_len, 7);
    assert_memory_equal(r.out, "hello\033\n", 7);
    CHECK_ORDER(r.err, wanted);
    assert_null(strchr(r.err, '\033')); /* it came from a peer */
    run_free(&r);
    server_stop(&s);
}

static void test_trace_serve_tells_its_calls_and_what_comes(void **state)
{
    static const char *const wanted[] = {
        "trace: duos_server_create() = OK\n",
        "trace: duos_listener_open(\"127.0.0.1:0\", 127.0.0.1:",
        ") = OK\n",
        "trace: duos_server_adopt_listener() = OK\n",
        "trace: -> on_open(127.0.0.1:",
        "trace: -> on_data(127.0.0.1:",
        ", 100 B \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"...)\n",
        "trace: duos_conn_send(127.0.0.1:",
        ", 100 B \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"...) = OK\n",
        "trace: -> on_close(127.0.0.1:",
        ", EEOF)\n"};
    char data[100];
    server s;
    duos_socket peer;
    char *log;

    (void)state;
    SERVER_START(&s, "--trace");
    memset(data, 'x', sizeof data);
    peer = peer_dial(s.address);
    assert_ok(duos_send_all(peer, data, sizeof data, PATIENCE_MS, NULL));
    assert_ok(duos_shutdown(peer, DUOS_SHUT_SEND));
    assert_int_equal(peer_drain(peer), sizeof data);
    duos_close(&peer);
    file_wait_for(SERVER_LOG, "#1 close");
    server_stop(&s);
    log = file_read(SERVER_LOG, NULL);
    CHECK_ORDER(log, wanted);
    free(log);
}

/* Its address is the second one that is told. */
static void trace_of_datagrams(void)
{
    server s;
    char *addresses;
    char *second;
    char text[4];
    size_t len = 0;
    duos_addr to;
    duos_socket peer;

    SERVER_START(&s, "--trace", "udp:127.0.0.1:0", "--allow-udp-echo");
    addresses = file_read(SERVER_READY, NULL);
    second = strchr(addresses, '\n') + 1;
    second[strcspn(second, "\n")] = '\0';
    assert_ok(duos_addr_parse(second + strlen("udp:"), &to));
    free(addresses);
    assert_ok(duos_open(DUOS_IPV4, DUOS_DGRAM, DUOS_NONBLOCK, &peer));
    assert_ok(duos_sendto(peer, "ping", 4, &to));
    assert_ok(duos_wait(peer, DUOS_READ, PATIENCE_MS, NULL));
    assert_ok(duos_recvfrom(peer, text, sizeof text, &len, NULL, NULL));
    assert_memory_equal(text, "ping", 4);
    server_assert_said("trace: duos_datagram_create() = OK\n");
    server_assert_said("trace: -> on_data(127.0.0.1:");
    server_assert_said("trace: duos_datagram_reply(4 B \"ping\") = OK\n");
    duos_close(&peer);
    server_stop(&s);
}

static void test_trace_of_workers_and_datagrams(void **state)
{
    server s;
    duos_socket peer;
    char text[6] = "";

    (void)state;
    SERVER_START(&s, "--trace", "--workers", "2", "--mode", "echo");
    peer = peer_dial(s.address);
    assert_ok(duos_send_all(peer, "hello", 5, PATIENCE_MS, NULL));
    assert_ok(duos_recv_exact(peer, text, 5, PATIENCE_MS, NULL));
    duos_close(&peer);
    server_assert_said("trace: duos_server_take(");
    server_assert_said("trace: -> on_data(127.0.0.1:");
    server_stop(&s);
    trace_of_datagrams();
}

/* The system's code stands beside the toolkit's. */
static void test_trace_tells_errors_by_both_names(void **state)
{
    char address[DUOS_ADDR_TEXT_MAX];
    char line[256];
    duos_socket taken = peer_listen(address, sizeof address);
    run_result r;

    (void)state;
    PROGRAM_RUN(&r, "empty", "serve", address, "--trace");
    assert_int_equal(r.code, 4);
    sprintf(line, "trace: duos_listener_open(\"%s\") = EADDRINUSE (%s %d)\n",
            address, duos_err_native_name(DUOS_EADDRINUSE),
            (int)duos_err_native(DUOS_EADDRINUSE));
    assert_contains(r.err, line);
    run_free(&r);
    PROGRAM_RUN(&r, "empty", "connect", "nonsense", "--trace");
    assert_int_equal(r.code, 2);
    assert_contains(r.err,
                    "trace: duos_client_connect(\"nonsense\") = ESYNTAX\n");
    run_free(&r);
    duos_close(&taken);
}

/* What a command prints is the same with it and without. */
static void test_trace_of_each_other_command(void **state)
{
    server s;
    run_result r;

    (void)state;
    PROGRAM_RUN(&r, "empty", "probe", "--trace");
    assert_int_equal(r.code, 0);
    assert_contains(r.out, "\noptions ");
    assert_null(strstr(r.out, "trace: "));
    assert_contains(r.err, "trace: duos_open(ipv4, stream, ");
    assert_contains(r.err, ", NODELAY, on) = OK\n");
    assert_contains(r.err, ", NODELAY, on) = ENOTSUP");
    assert_contains(r.err, "trace: duos_poller_create(select) = OK\n");
    assert_contains(r.err, "trace: duos_resolve(\"localhost:7700\", 127.");
    run_free(&r);
    PROGRAM_RUN(&r, "empty", "selftest", "--trace");
    assert_int_equal(r.code, 0);
    assert_contains(r.err, "trace: duos_server_listen(\"127.0.0.1:0\", 127.");
    run_free(&r);
    PROGRAM_RUN(&r, "empty", "recv", "-otrace.got", "127.0.0.1:0", "--timeout",
                "1ms", "--trace");
    assert_int_equal(r.code, 5);
    assert_contains(r.err, "trace: duos_timer_start(1 ms) = OK\n");
    run_free(&r);
    SERVER_START(&s, "--mode", "chat");
    PROGRAM_RUN(&r, "empty", "chat", s.address, "--nick", "bob", "--trace");
    assert_int_equal(r.code, 0);
    assert_contains(r.err, ", 4 B \"bob\\x0A\") = OK\n");
    run_free(&r);
    server_stop(&s);
    SERVER_START(&s, "-q");
    PROGRAM_RUN(&r, "empty", "bench", s.address, "--clients", "1", "--duration",
                "1ms", "--trace");
    assert_int_equal(r.code, 0);
    assert_contains(r.err, ", 64 B \"");
    run_free(&r);
    server_stop(&s);
    SERVER_START(&s, "--mode", "discard");
    PROGRAM_RUN(&r, "empty", "send", "hello", s.address, "--trace");
    assert_int_equal(r.code, 0);
    assert_contains(r.err, ", 7 B \"hello\\x1B\\x0A\") = OK\n");
    run_free(&r);
    server_stop(&s);
}

static void test_trace_of_a_relay(void **state)
{
    server s;
    char address[DUOS_ADDR_TEXT_MAX];
    char mode[DUOS_ADDR_TEXT_MAX + 8];
    duos_socket listener = peer_listen(address, sizeof address);
    duos_socket near;
    duos_socket far;
    char text[6] = "";

    (void)state;
    sprintf(mode, "relay=%s", address);
    SERVER_START(&s, "--trace", "--workers", "2", "--mode", mode);
    near = peer_dial(s.address);
    far = peer_accept(listener);
    assert_ok(duos_send_all(near, "there", 5, PATIENCE_MS, NULL));
    assert_ok(duos_recv_exact(far, text, 5, PATIENCE_MS, NULL));
    assert_ok(duos_send_all(far, "back!", 5, PATIENCE_MS, NULL));
    assert_ok(duos_recv_exact(near, text, 5, PATIENCE_MS, NULL));
    assert_string_equal(text, "back!");
    server_assert_said(", 5 B \"there\")\n");
    server_assert_said(", 5 B \"back!\")\n");
    server_assert_said("trace: duos_client_connect(\"127.0.0.1:");
    duos_close(&near);
    duos_close(&far);
    duos_close(&listener);
    server_stop(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PROGRAM_TEST(test_trace_connect_tells_its_calls_in_order),
        PROGRAM_TEST(test_trace_serve_tells_its_calls_and_what_comes),
        PROGRAM_TEST(test_trace_of_workers_and_datagrams),
        PROGRAM_TEST(test_trace_tells_errors_by_both_names),
        PROGRAM_TEST(test_trace_of_each_other_command),
        PROGRAM_TEST(test_trace_of_a_relay),
    };

    return cmocka_run_group_tests(tests, begin, NULL);
}
