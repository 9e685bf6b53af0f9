/* SPDX-License-Identifier: MIT */
/*
 * test_conn_close.c - conn.h: half-close, close and abort.
 */
#include "support/scene.h"

#define BULK (2 * 1024 * 1024)

static unsigned char bulk[BULK];
static unsigned char got[BULK];

/* ---- half-close ------------------------------------------------------- */

/* Like nc -N: all of it is sent before anything is read. */
static void test_ST5_conn_echoes_all_after_the_peer_has_shut_down(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    s->served.act = told_echo;
    scene_serve(s);
    visitor = scene_visit(s);
    pattern_fill(bulk, 200 * 1024, 0);
    scene_send(s, visitor, bulk, 200 * 1024);
    assert_ok(duos_shutdown(visitor, DUOS_SHUT_SEND));
    scene_until(s, s->served.eofs, 1);
    scene_receive(s, visitor, got, 200 * 1024);
    assert_true(pattern_holds(got, 200 * 1024, 0));
    assert_int_equal(scene_receive_end(s, visitor, NULL), DUOS_EEOF);
    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->served.reason, DUOS_EEOF);
    net_close(&visitor);
}

/* The same without on_eof: closed once its output is out. */
static void test_ST6_conn_without_on_eof_sends_all_before_it_closes(
    void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    s->server_config.handler.on_eof = NULL;
    s->served.act = told_echo;
    scene_serve(s);
    visitor = scene_visit(s);
    pattern_fill(bulk, 200 * 1024, 0);
    scene_send(s, visitor, bulk, 200 * 1024);
    assert_ok(duos_shutdown(visitor, DUOS_SHUT_SEND));
    scene_receive(s, visitor, got, 200 * 1024);
    assert_true(pattern_holds(got, 200 * 1024, 0));
    assert_int_equal(scene_receive_end(s, visitor, NULL), DUOS_EEOF);
    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->served.reason, DUOS_EEOF);
    net_close(&visitor);
}

static void test_ST5_conn_that_shuts_down_first_receives_the_answer(
    void **state)
{
    scene *s = (scene *)*state;

    s->served.act = told_echo;
    scene_open_both(s);
    pattern_fill(bulk, BULK / 2, 0);
    assert_ok(duos_conn_send(s->called.conn, bulk, BULK / 2));
    assert_ok(duos_conn_shutdown(s->called.conn));
    scene_until(s, s->called.closes, 1);
    assert_int_equal(s->called.bytes, BULK / 2);
    assert_int_equal(s->called.reason, DUOS_EEOF);
    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->served.reason, DUOS_EEOF);
    assert_string_equal(s->called.log, "odc"); /* no on_eof: it has shut down */
}

static void test_ST5_conn_both_may_shut_down_at_once(void **state)
{
    scene *s = (scene *)*state;

    scene_open_both(s);
    assert_ok(duos_conn_shutdown(s->called.conn));
    assert_ok(duos_conn_shutdown(s->served.conn));
    scene_until(s, s->called.closes, 1);
    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->called.reason, DUOS_EEOF);
    assert_int_equal(s->served.reason, DUOS_EEOF);
}

static void close_on_data(told *t, duos_conn *conn, char event,
                          const void *data, size_t len)
{
    (void)t;
    (void)data;
    (void)len;
    if (event == 'd') {
        duos_conn_close(conn);
    }
}

/* What stood in the socket already must not overwrite what was handed over. */
static void check_data_after_close(told *t, duos_conn *conn, char event,
                                   const void *data, size_t len)
{
    if (event == 'd') {
        duos_conn_close(conn);
        assert_true(pattern_holds((const unsigned char *)data, len, 0));
        t->user = t;
    }
}

static void test_CB1_conn_data_stays_valid_after_close_in_on_data(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    s->served.act = check_data_after_close;
    scene_serve(s);
    visitor = net_connect(&s->at);
    pattern_fill(bulk, 150 * 1024, 0);
    assert_ok(duos_send_all(visitor, bulk, 150 * 1024, 1000, NULL));
    scene_until(s, s->served.datas, 1);
    assert_ptr_equal(s->served.user, &s->served);
    net_close(&visitor);
    scene_until(s, s->served.closes, 1);
}

/* ---- close ------------------------------------------------------------ */

static void test_conn_close_sends_what_waits(void **state)
{
    scene *s = (scene *)*state;

    s->client_config.limits.queue_max = BULK;
    scene_open_both(s);
    pattern_fill(bulk, BULK, 0);
    assert_ok(duos_conn_send(s->called.conn, bulk, BULK));
    duos_conn_close(s->called.conn);
    scene_until(s, s->called.closes, 1);
    scene_until(s, s->served.eofs, 1);
    assert_int_equal(s->served.bytes, BULK);
    assert_int_equal(s->called.reason, DUOS_ECANCELED);
}

static void reply_and_close(told *t, duos_conn *conn, char event,
                            const void *data, size_t len)
{
    (void)data;
    (void)len;
    if (event == 'd' && t->datas == 1) {
        assert_ok(duos_conn_send(conn, bulk, *(size_t *)t->user));
        duos_conn_close(conn);
    }
}

/*
 * The server answers the first bytes and closes, while more input waits that
 * nobody will read. Without lingering the system would send a reset, and the
 * visitor would lose the end of the answer (trap 70).
 */
static void answer_with_unread_input(scene *s, size_t reply)
{
    duos_socket visitor;
    size_t sent = 0;
    duos_err err;

    s->served.act = reply_and_close;
    s->served.user = &reply;
    s->server_config.limits.queue_max = BULK;
    s->server_config.limits.linger_ms = 2 * PATIENCE_MS; /* no time-out */
    scene_serve(s);
    visitor = net_open(DUOS_IPV4, DUOS_STREAM);
    assert_ok(duos_set_int(visitor, DUOS_OPT_RECV_BUFFER, 4096));
    err = duos_connect(visitor, &s->at);
    assert_true(err == DUOS_OK || err == DUOS_EINPROGRESS);
    net_await(visitor, DUOS_WRITE);
    assert_ok(duos_send_all(visitor, got, 150 * 1024, 1000, &sent));
    pattern_fill(bulk, reply, 0);
    scene_until(s, s->served.datas, 1);
    scene_receive(s, visitor, got, reply);
    assert_true(pattern_holds(got, reply, 0));
    assert_int_equal(scene_receive_end(s, visitor, NULL), DUOS_EEOF);
    net_close(&visitor);
    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->served.reason, DUOS_ECANCELED);
}

static void test_ST13_conn_close_with_unread_input_loses_no_small_reply(
    void **state)
{
    answer_with_unread_input((scene *)*state, 30 * 1024);
}

static void test_ST13_conn_close_with_unread_input_loses_no_large_reply(
    void **state)
{
    answer_with_unread_input((scene *)*state, 1500 * 1024);
}

static void test_ST13_conn_close_lingers_no_longer_than_its_limit(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;
    uint64_t begin;

    s->server_config.limits.linger_ms = 60;
    s->served.act = close_on_data;
    scene_serve(s);
    visitor = scene_visit(s);
    scene_send(s, visitor, bulk, 100 * 1024);
    scene_until(s, s->served.datas, 1);
    begin = duos_loop_now_ms(s->loop);
    scene_until(s, s->served.closes, 1); /* the visitor never hangs up */
    assert_true(s->served.closed_ms - begin >= 55);
    assert_int_equal(s->served.reason, DUOS_ECANCELED);
    assert_int_equal(scene_stats(s).linger_ends, 1);
    net_close(&visitor);
}

/*
 * Nothing is unread when it closes, but the visitor says more before it has
 * the answer: that must not cost it the answer, or its end.
 */
static void test_ST13_conn_close_bears_input_that_comes_afterwards(void **state)
{
    scene *s = (scene *)*state;
    size_t reply = 1000;
    duos_socket visitor;
    int i;

    s->served.act = reply_and_close;
    s->served.user = &reply;
    s->server_config.limits.linger_ms = 2 * PATIENCE_MS; /* no time-out */
    scene_serve(s);
    visitor = scene_visit(s);
    pattern_fill(bulk, reply, 0);
    scene_send(s, visitor, "ask", 3);
    scene_until(s, s->served.datas, 1);
    scene_idle(s);
    for (i = 0; i < 3; i++) { /* a reset would come with the first of them */
        scene_send(s, visitor, "and another thing", 17);
        scene_idle(s);
    }
    assert_int_equal(s->served.closes, 0);
    scene_receive(s, visitor, got, reply);
    assert_true(pattern_holds(got, reply, 0));
    assert_int_equal(scene_receive_end(s, visitor, NULL), DUOS_EEOF);
    net_close(&visitor);
    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->served.reason, DUOS_ECANCELED);
}

/* With nothing unread and nothing waiting there is nothing to linger for. */
static void test_conn_close_does_not_linger_without_reason(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    scene_serve(s);
    visitor = scene_visit(s);
    duos_conn_close(s->served.conn);
    assert_ok(duos_loop_step(s->loop, 0));
    assert_int_equal(s->served.closes, 1);
    assert_int_equal(scene_receive_end(s, visitor, NULL), DUOS_EEOF);
    net_close(&visitor);
}

/* ---- abort ------------------------------------------------------------ */

static void test_conn_abort_drops_what_waits(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;
    size_t extra = 0;

    s->server_config.limits.queue_max = BULK;
    scene_serve(s);
    visitor = scene_visit(s);
    pattern_fill(bulk, BULK, 0);
    while (duos_conn_send(s->served.conn, bulk, BULK / 4) == DUOS_OK) {
    }
    assert_true(duos_conn_queued(s->served.conn) > 0);
    duos_conn_abort(s->served.conn, DUOS_EPROTO);
    assert_int_equal(s->served.closes, 0); /* not within the call */
    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->served.reason, DUOS_EPROTO);
    if (!os_is_wine()) {
        assert_int_equal(scene_receive_end(s, visitor, &extra),
                         DUOS_ECONNRESET);
    }
    net_close(&visitor);
}

static void test_conn_abort_without_reason_is_canceled(void **state)
{
    scene *s = (scene *)*state;

    scene_open_both(s);
    duos_conn_abort(s->called.conn, DUOS_OK);
    duos_conn_abort(s->called.conn, DUOS_EIDLE); /* too late */
    scene_until(s, s->called.closes, 1);
    assert_int_equal(s->called.reason, DUOS_ECANCELED);
}

static void abort_on_drain(told *t, duos_conn *conn, char event,
                           const void *data, size_t len)
{
    (void)data;
    (void)len;
    if (event == 'r') {
        uint64_t sent = 0;

        duos_conn_abort(conn, DUOS_EPROTO);
        assert_ok(duos_conn_bytes(conn, NULL, &sent));
        *(uint64_t *)t->user = sent;
    } else if (event == 'c') {
        uint64_t sent = 0;

        assert_ok(duos_conn_bytes(conn, NULL, &sent));
        assert_true(sent == *(uint64_t *)t->user);
    }
}

/* The queue is not sent on after a callback in the middle of it ended all. */
static void test_CB1_conn_aborted_in_on_drain_sends_nothing_more(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;
    uint64_t sent = 0;
    size_t extra = 0;
    int i;

    s->server_config.limits.queue_high = 256 * 1024;
    s->server_config.limits.queue_low = 128 * 1024;
    s->served.act = abort_on_drain;
    s->served.user = &sent;
    scene_serve(s);
    visitor = scene_visit(s);
    /* Many pieces, so that much of the queue is left below the mark. */
    for (i = 0; duos_conn_queued(s->served.conn) < 300 * 1024; i++) {
        assert_ok(duos_conn_send(s->served.conn, bulk, 16 * 1024));
        assert_true(i < 10000);
    }
    while (s->served.drains == 0) {
        size_t n = 0;
        duos_err err = duos_recv(visitor, got, sizeof got, &n);

        assert_true(err == DUOS_OK || err == DUOS_EWOULDBLOCK);
        assert_ok(duos_loop_step(s->loop, 1));
    }
    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->served.reason, DUOS_EPROTO);
    (void)scene_receive_end(s, visitor, &extra);
    net_close(&visitor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(test_ST5_conn_echoes_all_after_the_peer_has_shut_down),
        scene_test(test_ST6_conn_without_on_eof_sends_all_before_it_closes),
        scene_test(test_ST5_conn_that_shuts_down_first_receives_the_answer),
        scene_test(test_ST5_conn_both_may_shut_down_at_once),
        scene_test(test_CB1_conn_data_stays_valid_after_close_in_on_data),
        scene_test(test_conn_close_sends_what_waits),
        scene_test(test_ST13_conn_close_with_unread_input_loses_no_small_reply),
        scene_test(test_ST13_conn_close_with_unread_input_loses_no_large_reply),
        scene_test(test_ST13_conn_close_bears_input_that_comes_afterwards),
        scene_test(test_ST13_conn_close_lingers_no_longer_than_its_limit),
        scene_test(test_conn_close_does_not_linger_without_reason),
        scene_test(test_conn_abort_drops_what_waits),
        scene_test(test_conn_abort_without_reason_is_canceled),
        scene_test(test_CB1_conn_aborted_in_on_drain_sends_nothing_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
