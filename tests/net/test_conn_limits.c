/* SPDX-License-Identifier: MIT */
/*
 * test_conn_limits.c - the limits of conn.h: the queue and its marks,
 * back-pressure, and the deadlines.
 */
#include "support/scene.h"

#include "conn_core.h"

#define MAX_QUEUE (512u * 1024)
#define HIGH      (128u * 1024)
#define LOW       (32u * 1024)

static unsigned char bulk[MAX_QUEUE + 1];

/* on_drain comes when the queue is below its low mark, and not before. */
static void expect_low(told *t, duos_conn *conn, char event, const void *data,
                       size_t len)
{
    (void)t;
    (void)data;
    (void)len;
    if (event == 'r') {
        assert_true(duos_conn_queued(conn) <= LOW);
    }
}

/* A server with those limits, and a visitor who reads when the test does. */
static duos_socket visit_small(scene *s)
{
    s->server_config.limits.queue_max = MAX_QUEUE;
    s->server_config.limits.queue_high = HIGH;
    s->server_config.limits.queue_low = LOW;
    scene_serve(s);
    return scene_visit(s);
}

/* Sends pieces until the queue refuses; the bytes that were taken. */
static size_t send_until_refused(duos_conn *conn, size_t piece)
{
    size_t total = 0;
    duos_err err;

    for (;;) {
        pattern_fill(bulk, piece, total);
        err = duos_conn_send(conn, bulk, piece);
        if (err != DUOS_OK) {
            break;
        }
        total += piece;
    }
    assert_int_equal(err, DUOS_EWOULDBLOCK);
    return total;
}

/* ---- the queue -------------------------------------------------------- */

static void test_conn_send_is_refused_when_the_queue_is_full(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor = visit_small(s);
    size_t total = send_until_refused(s->served.conn, 10000);
    size_t queued = duos_conn_queued(s->served.conn);
    uint64_t sent = 0;

    s->served.act = expect_low;
    assert_true(queued <= MAX_QUEUE && queued > MAX_QUEUE - 10000);
    assert_err(DUOS_EWOULDBLOCK, duos_conn_send(s->served.conn, bulk, 10000));
    assert_int_equal(duos_conn_queued(s->served.conn), queued);
    /* One that fits is taken still. */
    pattern_fill(bulk, MAX_QUEUE - queued, total);
    assert_ok(duos_conn_send(s->served.conn, bulk, MAX_QUEUE - queued));
    assert_int_equal(duos_conn_queued(s->served.conn), MAX_QUEUE);
    assert_int_equal(s->served.drains, 0);
    assert_int_equal(scene_stats(s).queue_refusals, 2);
    assert_int_equal(scene_stats(s).queue_holds, 1);
    scene_receive_pattern(s, visitor, total + MAX_QUEUE - queued);
    scene_until(s, s->served.drains, 1);
    assert_int_equal(s->served.drains, 1);
    assert_int_equal(duos_conn_queued(s->served.conn), 0);
    assert_ok(duos_conn_bytes(s->served.conn, NULL, &sent));
    assert_true(sent == total + MAX_QUEUE - queued);
    net_close(&visitor);
}

static void test_ME4_conn_send_of_more_than_the_queue_could_hold_is_refused(
    void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor = visit_small(s);

    assert_err(DUOS_EMSGSIZE,
               duos_conn_send(s->served.conn, bulk, MAX_QUEUE + 1));
    assert_int_equal(duos_conn_queued(s->served.conn), 0);
    (void)send_until_refused(s->served.conn, 10000);
    assert_err(DUOS_EMSGSIZE,
               duos_conn_send(s->served.conn, bulk, MAX_QUEUE + 1));
    assert_int_equal(scene_stats(s).queue_refusals, 3);
    net_close(&visitor);
}

/* A small one was refused for lack of room: on_drain must come all the same. */
static void test_conn_refused_below_the_mark_is_told_of_room(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor = visit_small(s);
    size_t total = 0;

    /* The queue is in use, and below its marks. */
    while (duos_conn_queued(s->served.conn) == 0) {
        pattern_fill(bulk, 5000, total);
        assert_ok(duos_conn_send(s->served.conn, bulk, 5000));
        total += 5000;
    }
    assert_true(duos_conn_queued(s->served.conn) < LOW);
    assert_err(DUOS_EWOULDBLOCK,
               duos_conn_send(s->served.conn, bulk, MAX_QUEUE));
    scene_receive_pattern(s, visitor, total);
    scene_until(s, s->served.drains, 1);
    net_close(&visitor);
}

static void test_conn_with_a_low_mark_of_0_is_told_of_an_empty_queue(
    void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;
    size_t total;

    s->server_config.limits.queue_max = MAX_QUEUE;
    s->server_config.limits.queue_high = HIGH;
    s->server_config.limits.queue_low = 0;
    scene_serve(s);
    visitor = scene_visit(s);
    total = send_until_refused(s->served.conn, 10000);
    scene_receive_pattern(s, visitor, total);
    scene_until(s, s->served.drains, 1);
    assert_int_equal(duos_conn_queued(s->served.conn), 0);
    net_close(&visitor);
}

/* A tiny send buffer makes nearly every send a short one. */
static void test_ST1_conn_sends_in_tiny_pieces_lose_nothing(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor = visit_small(s);
    duos_socket sock = s->served.conn->stream.sock;
    size_t total;

    assert_ok(duos_set_int(sock, DUOS_OPT_SEND_BUFFER, 1));
    total = send_until_refused(s->served.conn, 777);
    scene_receive_pattern(s, visitor, total);
    scene_until(s, s->served.drains, 1);
    net_close(&visitor);
}

static void send_more_on_drain(told *t, duos_conn *conn, char event,
                               const void *data, size_t len)
{
    size_t *total = (size_t *)t->user;

    (void)data;
    (void)len;
    if (event == 'r' && t->drains < 5) {
        while (t->drains < 5) {
            pattern_fill(bulk, 20000, *total);
            if (duos_conn_send(conn, bulk, 20000) != DUOS_OK) {
                return;
            }
            *total += 20000;
        }
    }
}

static void test_CB3_conn_may_send_in_on_drain(void **state)
{
    scene *s = (scene *)*state;
    size_t total = 0;
    size_t received = 0;
    duos_socket visitor;

    s->served.act = send_more_on_drain;
    s->served.user = &total;
    visitor = visit_small(s);
    total = send_until_refused(s->served.conn, 20000);
    while (s->served.drains < 5) {
        static unsigned char got[64 * 1024];
        size_t n = 0;

        if (duos_recv(visitor, got, sizeof got, &n) == DUOS_OK) {
            assert_true(pattern_holds(got, n, received));
            received += n;
        }
        assert_ok(duos_loop_step(s->loop, 1));
    }
    assert_true(total > received);
    net_close(&visitor);
}

static void test_conn_without_marks_takes_what_memory_holds(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;
    int i;

    s->server_config.limits.queue_max = 0;
    s->server_config.limits.queue_high = 0;
    s->server_config.limits.queue_low = 0;
    scene_serve(s);
    visitor = scene_visit(s);
    for (i = 0; i < 40; i++) {
        assert_ok(duos_conn_send(s->served.conn, bulk, MAX_QUEUE));
    }
    assert_true(duos_conn_queued(s->served.conn) > 10 * MAX_QUEUE);
    net_close(&visitor);
    scene_until(s, s->served.closes, 1);
}

/* ---- back-pressure ---------------------------------------------------- */

static void test_ST7_conn_does_not_receive_from_one_who_does_not_read(
    void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;
    size_t most = 0;
    size_t sent = 0;
    int quiet = 0;

    s->served.act = told_echo; /* fails when the queue should overflow */
    visitor = visit_small(s);
    while (quiet < 50) {
        size_t n = 0;
        duos_err err = duos_send(visitor, bulk, 65536, &n);

        sent += n;
        quiet = err == DUOS_EWOULDBLOCK ? quiet + 1 : 0;
        assert_ok(duos_loop_step(s->loop, err == DUOS_OK ? 0 : 1));
        if (duos_conn_queued(s->served.conn) > most) {
            most = duos_conn_queued(s->served.conn);
        }
    }
    assert_true(most > HIGH && most <= HIGH + 65536);
    assert_true(s->served.bytes < sent);
    /* It goes on when the visitor reads again. */
    while (s->served.bytes < sent) {
        size_t n = 0;
        duos_err err = duos_recv(visitor, bulk, sizeof bulk, &n);

        assert_true(err == DUOS_OK || err == DUOS_EWOULDBLOCK);
        assert_ok(duos_loop_step(s->loop, n > 0 ? 0 : 1));
    }
    net_close(&visitor);
}

static void ignore_refusals(told *t, duos_conn *conn, char event,
                            const void *data, size_t len)
{
    if (event == 'd' && duos_conn_send(conn, data, len) != DUOS_OK) {
        ++*(unsigned *)t->user;
    }
}

static void test_conn_without_backpressure_goes_on_receiving(void **state)
{
    scene *s = (scene *)*state;
    unsigned refusals = 0;
    duos_socket visitor;

    s->server_config.limits.backpressure = false;
    s->served.act = ignore_refusals;
    s->served.user = &refusals;
    visitor = visit_small(s);
    while (refusals == 0) {
        scene_send(s, visitor, bulk, 65536);
    }
    assert_true(duos_conn_queued(s->served.conn) > MAX_QUEUE - 65536);
    net_close(&visitor);
}

/* A user's pause outlives back-pressure, and the other way round. */
static void test_conn_paused_stays_paused_when_the_queue_is_out(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor = visit_small(s);
    size_t total = send_until_refused(s->served.conn, 10000);

    scene_send(s, visitor, "question", 8);
    scene_pass(s, 5);
    assert_int_equal(s->served.datas, 0); /* held back */
    assert_ok(duos_conn_pause(s->served.conn));
    scene_receive_pattern(s, visitor, total);
    scene_until(s, s->served.drains, 1);
    scene_pass(s, 5);
    assert_int_equal(s->served.datas, 0); /* paused */
    assert_ok(duos_conn_resume(s->served.conn));
    scene_until(s, s->served.datas, 1);
    net_close(&visitor);
}

static void test_conn_resumed_stays_held_back_by_the_queue(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor = visit_small(s);
    size_t total = send_until_refused(s->served.conn, 10000);

    scene_send(s, visitor, "question", 8);
    assert_ok(duos_conn_pause(s->served.conn));
    assert_ok(duos_conn_resume(s->served.conn));
    scene_pass(s, 5);
    assert_int_equal(s->served.datas, 0);
    scene_receive_pattern(s, visitor, total);
    scene_until(s, s->served.datas, 1);
    net_close(&visitor);
}

/* ---- memory ----------------------------------------------------------- */

static void test_ME1_conn_send_without_memory_takes_nothing(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;
    size_t total, queued;

    /* Stopping one leaves room, so that the stall needs no new timer. */
    s->server_config.limits.stall_ms = 0;
    visitor = visit_small(s);
    total = send_until_refused(s->served.conn, 10000);
    scene_receive_pattern(s, visitor, total);
    scene_until(s, s->served.drains, 1);
    total = 0;
    while (duos_conn_queued(s->served.conn) == 0) {
        pattern_fill(bulk, 10000, total);
        assert_ok(duos_conn_send(s->served.conn, bulk, 10000));
        total += 10000;
    }
    queued = duos_conn_queued(s->served.conn);
    failing_alloc_arm(&s->memory, 1, true);
    assert_err(DUOS_ENOMEM, duos_conn_send(s->served.conn, bulk, 50000));
    assert_int_equal(duos_conn_queued(s->served.conn), queued);
    failing_alloc_arm(&s->memory, 0, false);
    scene_receive_pattern(s, visitor, total);
    scene_idle(s);
    assert_int_equal(s->served.closes, 0);
    net_close(&visitor);
}

/* Half of it is out already, so the stream cannot go on; on_close tells. */
static void test_ME1_conn_send_that_is_half_out_ends_without_memory(
    void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor = visit_small(s);
    uint64_t sent = 0;
    int i;

    failing_alloc_arm(&s->memory, 1, true);
    for (i = 0; i < 1000 && s->served.closes == 0; i++) {
        duos_err err = duos_conn_send(s->served.conn, bulk, MAX_QUEUE);

        assert_true(err == DUOS_OK || err == DUOS_ENOMEM);
        if (err == DUOS_OK) {
            assert_ok(duos_loop_step(s->loop, 0));
        } else {
            assert_int_equal(duos_conn_queued(s->served.conn), 0);
            break;
        }
    }
    if (s->served.closes == 1) {
        assert_int_equal(s->served.reason, DUOS_ENOMEM);
    } else { /* this system has taken all or nothing each time */
        assert_false(os_is_linux());
        assert_ok(duos_conn_bytes(s->served.conn, NULL, &sent));
        assert_int_equal(sent % MAX_QUEUE, 0);
    }
    assert_true(failing_alloc_struck(&s->memory));
    failing_alloc_arm(&s->memory, 0, false);
    net_close(&visitor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(test_conn_send_is_refused_when_the_queue_is_full),
        scene_test(
            test_ME4_conn_send_of_more_than_the_queue_could_hold_is_refused),
        scene_test(test_conn_refused_below_the_mark_is_told_of_room),
        scene_test(test_conn_with_a_low_mark_of_0_is_told_of_an_empty_queue),
        scene_test(test_ST1_conn_sends_in_tiny_pieces_lose_nothing),
        scene_test(test_CB3_conn_may_send_in_on_drain),
        scene_test(test_conn_without_marks_takes_what_memory_holds),
        scene_test(test_ST7_conn_does_not_receive_from_one_who_does_not_read),
        scene_test(test_conn_without_backpressure_goes_on_receiving),
        scene_test(test_conn_paused_stays_paused_when_the_queue_is_out),
        scene_test(test_conn_resumed_stays_held_back_by_the_queue),
        scene_test(test_ME1_conn_send_without_memory_takes_nothing),
        scene_test(test_ME1_conn_send_that_is_half_out_ends_without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
