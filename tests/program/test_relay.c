/* SPDX-License-Identifier: MIT */
/*
 * test_relay.c - duosock serve --mode relay between two peers of the test's:
 * bytes, ends and resets pass in both directions, and nothing piles up.
 */
#include "program/program.h"

#include <stdlib.h>

typedef struct scene {
    server server;
    duos_socket listener; /* the upstream's */
    duos_socket near;     /* the client's end */
    duos_socket far;      /* the upstream's end */
} scene;

static void start_relay(scene *s, const char *const more[])
{
    char address[DUOS_ADDR_TEXT_MAX];
    char mode[DUOS_ADDR_TEXT_MAX + 8];
    const char *args[16] = {"--mode", mode, "-v"};
    size_t count = 3;

    while (*more != NULL) {
        args[count++] = *more++;
    }
    s->listener = peer_listen(address, sizeof address);
    sprintf(mode, "relay=%s", address);
    server_start(&s->server, args);
}

/* A relay with one client. */
#define RELAY_OPEN(s, ...)                                                     \
    do {                                                                       \
        start_relay((s), (const char *const[]){__VA_ARGS__, NULL});            \
        (s)->near = peer_dial((s)->server.address);                            \
        (s)->far = peer_accept((s)->listener);                                 \
    } while (0)

static void close_all(scene *s)
{
    duos_close(&s->near);
    duos_close(&s->far);
    duos_close(&s->listener);
}

static void say_text(duos_socket from, duos_socket to, const char *text)
{
    size_t len = strlen(text);
    char got[64];

    assert_ok(duos_send_all(from, text, len, PATIENCE_MS, NULL));
    assert_ok(duos_recv_exact(to, got, len, PATIENCE_MS, NULL));
    assert_memory_equal(got, text, len);
}

static void reset(duos_socket *s)
{
    const duos_linger at_once = {true, 0};

    assert_ok(duos_set_linger(*s, &at_once));
    duos_close(s);
}

static void assert_reset(duos_socket s)
{
    char byte;
    size_t len;

    assert_err(DUOS_ECONNRESET, duos_recv_some(s, &byte, 1, PATIENCE_MS, &len));
}

static void test_relay_passes_bytes_and_ends_both_ways(void **state)
{
    scene s;

    (void)state;
    RELAY_OPEN(&s, "--max-queue", "4K");
    say_text(s.near, s.far, "hello");
    say_text(s.far, s.near, "hello to you");
    assert_ok(duos_shutdown(s.near, DUOS_SHUT_SEND));
    assert_int_equal(peer_drain(s.far), 0);
    say_text(s.far, s.near, "what I have to say");
    assert_ok(duos_shutdown(s.far, DUOS_SHUT_SEND));
    assert_int_equal(peer_drain(s.near), 0);
    file_wait_for(SERVER_LOG, "#1 close 5 B in, 30 B out, ");
    server_assert_said("#1 relayed as 127.0.0.1:");
    server_assert_said(" s, end of stream\n");
    close_all(&s);
    server_stop(&s.server);
}

/* More than all buffers hold, after the other direction has ended; the client
 * is gone long before the upstream has read it. */
static void send_until_stuck(duos_socket s, size_t *total)
{
    static char data[65536];
    size_t len = sizeof data;

    *total = 0;
    while (len == sizeof data) {
        duos_err err = duos_send_all(s, data, sizeof data, 500, &len);

        assert_true(err == DUOS_OK || err == DUOS_ETIMEDOUT);
        *total += len;
    }
}

static void test_relay_finishes_what_a_client_left_behind(void **state)
{
    scene s;
    size_t total;

    (void)state;
    RELAY_OPEN(&s, "--max-queue", "256K");
    assert_ok(duos_shutdown(s.far, DUOS_SHUT_SEND));
    assert_int_equal(peer_drain(s.near), 0);
    send_until_stuck(s.near, &total);
    duos_close(&s.near);
    assert_int_equal(peer_drain(s.far), total);
    close_all(&s);
    server_stop(&s.server);
}

/* Whoever does not read stops who sends: the relay holds its queues, the
 * system its buffers, and all of it arrives in the end. */
static void check_back_pressure(scene *s, duos_socket from, duos_socket to)
{
    enum {
        MOST = 96 * 1024 * 1024
    };
    size_t total;

    send_until_stuck(from, &total);
    assert_true(total < MOST);
    say_text(to, from, "the other direction is free");
    assert_ok(duos_shutdown(from, DUOS_SHUT_SEND));
    assert_int_equal(peer_drain(to), total);
    (void)s;
}

static void test_relay_holds_back_a_client_of_a_slow_upstream(void **state)
{
    scene s;

    (void)state;
    RELAY_OPEN(&s, "--max-queue", "64K");
    check_back_pressure(&s, s.near, s.far);
    close_all(&s);
    server_stop(&s.server);
}

static void test_relay_holds_back_an_upstream_of_a_slow_client(void **state)
{
    scene s;

    (void)state;
    RELAY_OPEN(&s, "--max-queue", "64K");
    check_back_pressure(&s, s.far, s.near);
    close_all(&s);
    server_stop(&s.server);
}

static void test_relay_passes_resets_on(void **state)
{
    scene s;

    (void)state;
    if (os_is_wine()) {
        skip_because("Wine shows a reset as the end of the stream");
    }
    RELAY_OPEN(&s, "--drain", "5s");
    say_text(s.near, s.far, "hello");
    reset(&s.far);
    assert_reset(s.near);
    duos_close(&s.near);
    file_wait_for(SERVER_LOG, " s, connection reset by peer (");
    s.near = peer_dial(s.server.address);
    s.far = peer_accept(s.listener);
    say_text(s.far, s.near, "hello");
    reset(&s.near);
    assert_reset(s.far);
    close_all(&s);
    server_stop(&s.server);
}

static void test_relay_resets_a_client_whose_upstream_is_not_there(void **state)
{
    duos_socket near = DUOS_SOCKET_INVALID;
    scene s;
    char byte;
    size_t len;
    duos_err err;

    (void)state;
    start_relay(&s, (const char *const[]){NULL});
    duos_close(&s.listener);
    err = duos_dial(s.server.address, PATIENCE_MS, &near);
    if (err == DUOS_OK) { /* it may come that fast */
        err = duos_recv_some(near, &byte, 1, PATIENCE_MS, &len);
    }
    if (!os_is_wine() || err != DUOS_EEOF) {
        assert_err(DUOS_ECONNRESET, err);
    }
    file_wait_for(SERVER_LOG, "#1 relay 127.0.0.1:");
    server_assert_said(": connection refused (");
    file_wait_for(SERVER_LOG, " s, connection refused (");
    duos_close(&near);
    server_stop(&s.server);
}

static void test_relay_limits_hold_for_clients(void **state)
{
    scene s;

    (void)state;
    RELAY_OPEN(&s, "--first-byte-timeout", "100ms");
    file_wait_for(SERVER_LOG, " s, peer was silent for too long (EIDLE)\n");
    close_all(&s);
    server_stop(&s.server);
    RELAY_OPEN(&s, "--idle-timeout", "500ms");
    say_text(s.near, s.far, "hello");
    file_wait_for(SERVER_LOG, " s, peer was silent for too long (EIDLE)\n");
    close_all(&s);
    server_stop(&s.server);
}

static void test_relay_looks_names_up(void **state)
{
    char address[DUOS_ADDR_TEXT_MAX];
    char mode[64];
    server s;
    duos_socket listener = peer_listen(address, sizeof address);
    duos_socket near;
    duos_socket far;

    (void)state;
    sprintf(mode, "relay=x.localhost:%s", strrchr(address, ':') + 1);
    SERVER_START(&s, "--mode", mode);
    near = peer_dial(s.address);
    far = peer_accept(listener);
    say_text(near, far, "hello");
    duos_close(&near);
    duos_close(&far);
    duos_close(&listener);
    server_stop(&s);
}

static void check_self(const char *bound, const char *to, const char *port)
{
    char address[64];
    char mode[64];
    run_result r;

    sprintf(address, "%s:%s", bound, port);
    sprintf(mode, "relay=%s:%s", to, port);
    PROGRAM_RUN(&r, "empty", "serve", address, "--mode", mode);
    assert_int_equal(r.code, 2);
    assert_contains(r.err, ": that is this server itself\n");
    assert_contains(r.err, "\ntry: duosock serve --help\n");
    run_free(&r);
}

static void test_relay_refuses_to_be_its_own_client(void **state)
{
    char address[DUOS_ADDR_TEXT_MAX];
    duos_socket listener = peer_listen(address, sizeof address);
    const char *port = strrchr(address, ':') + 1;

    (void)state;
    duos_close(&listener);
    file_write("empty", "", 0);
    check_self("127.0.0.1", "127.0.0.1", port);
    check_self("127.0.0.1", "localhost", port);
    check_self("127.0.0.1", "*", port);
    check_self("*", "127.0.0.1", port);
    check_self("tcp4:*", "localhost", port);
    check_self("tcp4:*", "*", port);
}

/* From one family to the other is somebody else. */
static void test_relay_connects_the_same_port_of_the_other_family(void **state)
{
    static const char *const bound[] = {"tcp6:*", "[::1]", "[::]"};
    char address[DUOS_ADDR_TEXT_MAX];
    duos_socket listener = peer_listen(address, sizeof address);
    char mode[DUOS_ADDR_TEXT_MAX + 8];
    char at[64];
    size_t i;

    (void)state;
    sprintf(mode, "relay=%s", address);
    for (i = 0; i < 3; i++) {
        run_result r;

        sprintf(at, "%s:%s", bound[i], strrchr(address, ':') + 1);
        PROGRAM_RUN(&r, "empty", "serve", at, "--mode", mode,
                    "--exit-after-idle", "50ms");
        assert_null(strstr(r.err, "this server itself"));
        run_free(&r);
    }
    duos_close(&listener);
}

/* Its clients may finish: only they know when that is. */
static void test_SG1_relay_that_stops_lets_clients_finish(void **state)
{
    scene s;

    (void)state;
    RELAY_OPEN(&s, "--drain", "1h");
    say_text(s.near, s.far, "a question");
    if (!spawn_ask_to_stop(s.server.process, false)) {
        process_kill(s.server.process);
        skip_because("no console to send an event through");
    }
    file_wait_for(SERVER_LOG, "stopping, clients left: 1\n");
    say_text(s.near, s.far, "more of it");
    say_text(s.far, s.near, "the answer");
    assert_ok(duos_shutdown(s.near, DUOS_SHUT_SEND));
    assert_int_equal(peer_drain(s.far), 0);
    duos_close(&s.far);
    assert_int_equal(peer_drain(s.near), 0);
    assert_int_equal(process_wait(s.server.process), 0);
    close_all(&s);
}

static void test_SG1_relay_that_stops_waits_no_longer_than_drain(void **state)
{
    scene s;

    (void)state;
    RELAY_OPEN(&s, "--drain", "100ms");
    say_text(s.near, s.far, "hello");
    if (!spawn_ask_to_stop(s.server.process, false)) {
        process_kill(s.server.process);
        skip_because("no console to send an event through");
    }
    assert_int_equal(process_wait(s.server.process), 0);
    assert_reset(s.near);
    assert_reset(s.far);
    server_assert_said(", closed because the server is stopping (EDRAINED)\n");
    close_all(&s);
}

/* The client has gone, its bytes have not: they have so long and no longer. */
static void test_SG1_relay_that_stops_ends_what_a_client_left_behind(
    void **state)
{
    scene s;
    size_t total;

    (void)state;
    RELAY_OPEN(&s, "--drain", "300ms");
    assert_ok(duos_shutdown(s.far, DUOS_SHUT_SEND));
    assert_int_equal(peer_drain(s.near), 0);
    send_until_stuck(s.near, &total);
    duos_close(&s.near);
    if (!spawn_ask_to_stop(s.server.process, false)) {
        process_kill(s.server.process);
        skip_because("no console to send an event through");
    }
    assert_int_equal(process_wait(s.server.process), 0);
    close_all(&s);
}

/* Through each poller, both ways at once, to a server of ours. */
static void check_bulk(const char *poller, const char *upstream,
                       const char *sent, size_t size)
{
    char mode[DUOS_ADDR_TEXT_MAX + 8];
    server relay;
    run_result r;

    sprintf(mode, "relay=%s", upstream);
    SERVER_START(&relay, "--mode", mode, "--poller", poller);
    PROGRAM_RUN(&r, "client.in", "connect", relay.address);
    assert_int_equal(r.code, 0);
    assert_int_equal(r.out_len, size);
    assert_memory_equal(r.out, sent, size);
    run_free(&r);
    server_stop(&relay);
}

static void test_P2_relay_keeps_each_byte_with_each_poller(void **state)
{
    enum {
        SIZE = 8 * 1024 * 1024 + 5
    };
    duos_poller_backend list[8];
    size_t count = duos_poller_backends(list, 8);
    server upstream;
    char *sent;
    size_t i;

    (void)state;
    file_write_pattern("client.in", SIZE);
    sent = file_read("client.in", NULL);
    SERVER_START(&upstream, "-q");
    for (i = 0; i < count; i++) {
        check_bulk(duos_poller_backend_name(list[i]), upstream.address, sent,
                   SIZE);
    }
    free(sent);
    server_stop(&upstream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PROGRAM_TEST(test_relay_passes_bytes_and_ends_both_ways),
        PROGRAM_TEST(test_relay_finishes_what_a_client_left_behind),
        PROGRAM_TEST(test_relay_holds_back_a_client_of_a_slow_upstream),
        PROGRAM_TEST(test_relay_holds_back_an_upstream_of_a_slow_client),
        PROGRAM_TEST(test_relay_passes_resets_on),
        PROGRAM_TEST(test_relay_resets_a_client_whose_upstream_is_not_there),
        PROGRAM_TEST(test_relay_limits_hold_for_clients),
        PROGRAM_TEST(test_relay_looks_names_up),
        PROGRAM_TEST(test_relay_refuses_to_be_its_own_client),
        PROGRAM_TEST(test_relay_connects_the_same_port_of_the_other_family),
        PROGRAM_TEST(test_SG1_relay_that_stops_lets_clients_finish),
        PROGRAM_TEST(test_SG1_relay_that_stops_waits_no_longer_than_drain),
        PROGRAM_TEST(test_SG1_relay_that_stops_ends_what_a_client_left_behind),
        PROGRAM_TEST(test_P2_relay_keeps_each_byte_with_each_poller),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
