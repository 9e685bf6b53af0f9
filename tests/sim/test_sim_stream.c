/* SPDX-License-Identifier: MIT */
/*
 * test_sim_stream.c - connections of the simulated network: half-close, reset,
 * back-pressure, and sends and receives that are cut short.
 */
#include "sim_support.h"

#define PATTERN 1000

static void send_bytes(duos_socket s, const char *text)
{
    assert_ok(duos_send_all(s, text, strlen(text), -1, NULL));
}

static void expect_bytes(duos_socket s, const char *text)
{
    char got[64];

    assert_ok(duos_recv_exact(s, got, strlen(text), -1, NULL));
    assert_memory_equal(got, text, strlen(text));
}

/* ---- endings ---------------------------------------------------------- */

static void test_sim_stream_half_close_other_half_lives(void **state)
{
    world *w = (world *)*state;
    duos_socket client;
    duos_socket server;
    unsigned got;

    connect_pair(w, &client, &server);
    send_bytes(client, "question");
    assert_ok(duos_shutdown(client, DUOS_SHUT_SEND));
    expect_send(DUOS_EPIPE, client);
    expect_bytes(server, "question");
    expect_recv(DUOS_EEOF, server);
    assert_ok(duos_wait(server, DUOS_READ, 0, &got));
    assert_int_equal(got, DUOS_READ);
    send_bytes(server, "answer");
    assert_ok(duos_close(&server));
    expect_bytes(client, "answer");
    expect_recv(DUOS_EEOF, client);
    assert_ok(duos_close(&client));
}

static void test_sim_stream_linger_zero_resets(void **state)
{
    world *w = (world *)*state;
    duos_linger now = {true, 0};
    duos_socket client;
    duos_socket server;
    duos_err pending;

    connect_pair(w, &client, &server);
    send_bytes(server, "never read");
    assert_ok(duos_set_linger(server, &now));
    assert_ok(duos_close(&server));
    settle();
    expect_recv(DUOS_ECONNRESET, client);
    expect_recv(DUOS_EEOF, client);
    expect_send(DUOS_EPIPE, client);
    assert_ok(duos_take_error(client, &pending));
    assert_err(DUOS_OK, pending);
    assert_err(DUOS_ENOTCONN, duos_shutdown(client, DUOS_SHUT_SEND));
    assert_ok(duos_close(&client));
}

static void test_sim_stream_close_with_unread_input_resets(void **state)
{
    world *w = (world *)*state;
    duos_socket client;
    duos_socket server;

    connect_pair(w, &client, &server);
    send_bytes(client, "unread");
    settle();
    send_bytes(server, "last words");
    assert_ok(duos_close(&server));
    settle();
    expect_recv(DUOS_ECONNRESET, client); /* they are lost (trap 70) */
    assert_ok(duos_close(&client));
}

static void test_sim_stream_send_to_closed_resets(void **state)
{
    world *w = (world *)*state;
    duos_socket client;
    duos_socket server;
    duos_err pending;

    connect_pair(w, &client, &server);
    assert_ok(duos_close(&server));
    send_bytes(client, "anyone?");
    settle();
    assert_ok(duos_take_error(client, &pending));
    assert_err(DUOS_ECONNRESET, pending);
    expect_send(DUOS_EPIPE, client);
    assert_ok(duos_close(&client));
}

static void test_sim_stream_shut_for_receiving_is_at_its_end(void **state)
{
    world *w = (world *)*state;
    duos_socket client;
    duos_socket server;

    connect_pair(w, &client, &server);
    assert_ok(duos_shutdown(client, DUOS_SHUT_RECV));
    expect_recv(DUOS_EEOF, client);
    send_bytes(client, "still speaking");
    expect_bytes(server, "still speaking");
    assert_ok(duos_shutdown(client, DUOS_SHUT_BOTH));
    expect_recv(DUOS_EEOF, server);
    close_both(&client, &server);
}

/* ---- how much at a time ------------------------------------------------ */

static void test_sim_stream_back_pressure_bounds_sender(void **state)
{
    world *w = (world *)*state;
    static char block[48 * 1024];
    duos_socket client;
    duos_socket server;
    size_t sent;

    connect_pair(w, &client, &server);
    assert_ok(duos_set_nonblocking(client, true));
    assert_ok(duos_send_all(client, block, sizeof block, 0, &sent));
    assert_err(DUOS_ETIMEDOUT,
               duos_send_all(client, block, sizeof block, 0, &sent));
    assert_int_equal(sent, 64 * 1024 - sizeof block);
    expect_send(DUOS_EWOULDBLOCK, client);
    settle();
    expect_send(DUOS_EWOULDBLOCK, client);
    assert_ok(duos_recv_exact(server, block, 1000, -1, NULL));
    expect_send(DUOS_EWOULDBLOCK, client); /* the news has to travel */
    assert_ok(duos_wait(client, DUOS_WRITE, -1, NULL));
    assert_ok(duos_send(client, block, sizeof block, &sent));
    assert_int_equal(sent, 1000);
    close_both(&client, &server);
}

static void test_sim_stream_blocking_send_waits_for_room(void **state)
{
    world *w = (world *)*state;
    static char block[64 * 1024];
    duos_socket client;
    duos_socket server;
    size_t n;

    connect_pair(w, &client, &server);
    assert_ok(duos_send(client, block, 0, &n));
    assert_int_equal(n, 0);
    assert_ok(duos_send_all(client, block, sizeof block, -1, NULL));
    assert_err(DUOS_EDEADLOCK, duos_send(client, block, 1, &n));
    assert_ok(duos_set_ms(client, DUOS_OPT_SEND_TIMEOUT, 30));
    expect_send(DUOS_EWOULDBLOCK, client);
    assert_ok(duos_recv_exact(server, block, 10, -1, NULL));
    assert_ok(duos_send(client, block, sizeof block, &n));
    assert_int_equal(n, 10);
    close_both(&client, &server);
}

static void test_sim_stream_connection_gone_memory_gone(void **state)
{
    world *w = (world *)*state;
    duos_socket client;
    duos_socket server;
    size_t live = 0;
    int i;

    for (i = 0; i < 5; i++) {
        connect_pair(w, &client, &server);
        send_bytes(client, "unread");
        close_both(&client, &server);
        settle();
        let_rest_end();
        live = i == 0 ? w->memory.live : live;
        assert_int_equal(w->memory.live, live);
    }
}

/* 2,000 sends and receives of 1..PATTERN bytes: the ring wraps often. */
static uint32_t exchange(duos_socket from, duos_socket to, uint32_t *cut_recv)
{
    unsigned char out[PATTERN];
    unsigned char in[PATTERN];
    uint32_t cut_send = 0;
    uint32_t i;
    uint32_t k;

    for (i = 0; i < 2000; i++) {
        size_t len = 1 + i % PATTERN;
        size_t sent;
        size_t got;

        for (k = 0; k < len; k++) {
            out[k] = (unsigned char)(i * 7 + k);
        }
        assert_ok(duos_send(from, out, len, &sent));
        cut_send += sent < len;
        settle();
        assert_ok(duos_recv(to, in, sent, &got));
        *cut_recv += got < sent;
        assert_ok(duos_recv_exact(to, in + got, sent - got, -1, NULL));
        assert_memory_equal(in, out, sent);
    }
    return cut_send;
}

static void test_sim_stream_short_io_at_its_rate(void **state)
{
    static const uint32_t rates[] = {0, 300, 1000};
    duos_sim_config config;
    duos_socket client;
    duos_socket server;
    uint32_t sends[3];
    uint32_t recvs[3] = {0, 0, 0};
    world w;
    size_t i;

    (void)state;
    for (i = 0; i < 3; i++) {
        duos_sim_config_init(&config);
        config.faults[DUOS_SIM_FAULT_SHORT_IO] = rates[i];
        world_open(&w, &config);
        connect_pair(&w, &client, &server);
        sends[i] = exchange(client, server, &recvs[i]);
        close_both(&client, &server);
        world_close(&w);
    }
    assert_int_equal(sends[0], 0);
    assert_int_equal(recvs[0], 0);
    assert_between(sends[1], 500, 700);
    assert_between(recvs[1], 500, 700);
    assert_between(sends[2], 1900, 2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sim_stream_short_io_at_its_rate),
#define WORLD_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
        WORLD_TEST(test_sim_stream_half_close_other_half_lives),
        WORLD_TEST(test_sim_stream_linger_zero_resets),
        WORLD_TEST(test_sim_stream_close_with_unread_input_resets),
        WORLD_TEST(test_sim_stream_send_to_closed_resets),
        WORLD_TEST(test_sim_stream_back_pressure_bounds_sender),
        WORLD_TEST(test_sim_stream_connection_gone_memory_gone),
        WORLD_TEST(test_sim_stream_shut_for_receiving_is_at_its_end),
        WORLD_TEST(test_sim_stream_blocking_send_waits_for_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
