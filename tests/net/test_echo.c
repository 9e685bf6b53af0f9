/* SPDX-License-Identifier: MIT */
/*
 * test_echo.c - bytes go out and come back the same: 1 byte to 8 MiB, in
 * random pieces, through buffers of all sizes.
 */
#include "support/scene.h"
#include "support/seeded.h"

#include "conn_core.h"

#define PIECE_MAX 100000u

/* What a client still has to send, and what it still expects. */
typedef struct echo {
    size_t size;
    size_t sent;
    size_t received;
    uint32_t piece_max;
    seeded random;
    bool tiny; /* socket buffers */
} echo;

static unsigned char piece[PIECE_MAX];

/* Sends random pieces until the queue is over its mark or all is sent. */
static void send_pieces(echo *e, duos_conn *conn)
{
    while (e->sent < e->size && duos_conn_queued(conn) < 128 * 1024) {
        size_t len = 1 + seeded_below(&e->random, e->piece_max);

        len = len < e->size - e->sent ? len : e->size - e->sent;
        pattern_fill(piece, len, e->sent);
        assert_ok(duos_conn_send(conn, piece, len));
        e->sent += len;
    }
    if (e->sent == e->size) {
        assert_ok(duos_conn_shutdown(conn));
    }
}

static void play_client(told *t, duos_conn *conn, char event, const void *data,
                        size_t len)
{
    echo *e = (echo *)t->user;

    if (event == 'o' && e->tiny) {
        assert_ok(duos_set_int(conn->stream.sock, DUOS_OPT_SEND_BUFFER, 1));
    }
    if (event == 'd') {
        assert_true(
            pattern_holds((const unsigned char *)data, len, e->received));
        e->received += len;
    }
    if (event != 'c' && e->sent < e->size) {
        send_pieces(e, conn);
    }
}

/* Limits that make drains frequent, so that sending always goes on. */
static void set_limits(duos_conn_limits *limits)
{
    limits->queue_high = 64 * 1024;
    limits->queue_low = 16 * 1024;
}

static void echo_once(scene *s, echo *e)
{
    unsigned before = s->called.closes;

    s->called.user = e;
    scene_connect(s);
    scene_until(s, s->called.closes, before + 1);
    assert_int_equal(s->called.reason, DUOS_EEOF);
    assert_int_equal(e->sent, e->size);
    assert_int_equal(e->received, e->size);
}

static void prepare(scene *s)
{
    set_limits(&s->server_config.limits);
    set_limits(&s->client_config.limits);
    s->served.act = told_echo;
    s->called.act = play_client;
    scene_serve(s);
}

static void test_ST1_echo_of_every_size_comes_back_whole(void **state)
{
    static const size_t sizes[] = {
        1,     2,      3,      100,     511,           512,
        513,   4095,   4096,   4097,    65535,         65536,
        65537, 100000, 131072, 1 << 20, (1 << 20) + 1, 8 << 20};
    scene *s = (scene *)*state;
    size_t i;

    prepare(s);
    for (i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        echo e = {0, 0, 0, PIECE_MAX, {0}, false};

        e.size = sizes[i];
        e.random.state = 1 + i;
        echo_once(s, &e);
    }
    scene_until(s, s->served.closes, s->served.opens);
    assert_int_equal(s->served.reason, DUOS_EEOF);
}

static void test_ST1_echo_in_single_bytes_comes_back_whole(void **state)
{
    scene *s = (scene *)*state;
    echo e = {20000, 0, 0, 1, {7}, false};

    prepare(s);
    echo_once(s, &e);
}

static void test_ST1_echo_through_tiny_buffers_comes_back_whole(void **state)
{
    scene *s = (scene *)*state;
    echo e = {2 << 20, 0, 0, 3000, {8}, true};

    prepare(s);
    echo_once(s, &e);
}

/* The loop's receive buffer may be as small as 512 bytes. */
static void test_ST1_echo_through_a_small_receive_buffer(void **state)
{
    scene *s = (scene *)*state;
    echo e = {300000, 0, 0, 20000, {9}, false};
    duos_loop_config config;

    assert_ok(duos_loop_destroy(s->loop));
    duos_loop_config_init(&config);
    config.alloc = &s->memory.alloc;
    config.recv_buffer = 512;
    assert_ok(duos_loop_create(&config, &s->loop));
    prepare(s);
    echo_once(s, &e);
    assert_true(s->called.datas >= 300000 / 512);
}

/* Neither waits for the other one: each floods, and each takes all. */
static void test_ST7_echo_of_a_client_that_never_waits(void **state)
{
    scene *s = (scene *)*state;
    echo e = {4 << 20, 0, 0, PIECE_MAX, {10}, false};

    s->client_config.limits.queue_max = 8 << 20;
    prepare(s);
    s->called.user = &e;
    s->called.act = NULL;
    scene_connect(s);
    scene_until(s, s->called.opens, 1);
    while (e.sent < e.size) {
        size_t len = 1 + seeded_below(&e.random, e.piece_max);

        len = len < e.size - e.sent ? len : e.size - e.sent;
        pattern_fill(piece, len, e.sent);
        assert_ok(duos_conn_send(s->called.conn, piece, len));
        e.sent += len;
    }
    assert_ok(duos_conn_shutdown(s->called.conn));
    s->called.act = play_client;
    scene_until(s, s->called.closes, 1);
    assert_int_equal(e.received, e.size);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(test_ST1_echo_of_every_size_comes_back_whole),
        scene_test(test_ST1_echo_in_single_bytes_comes_back_whole),
        scene_test(test_ST1_echo_through_tiny_buffers_comes_back_whole),
        scene_test(test_ST1_echo_through_a_small_receive_buffer),
        scene_test(test_ST7_echo_of_a_client_that_never_waits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
