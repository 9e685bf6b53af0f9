/* SPDX-License-Identifier: MIT */
/*
 * test_transport.c - transport.h: server and client with the toy transport
 * between them, and neither of them nor a connection knows what it does.
 */
#include "support/toy_scene.h"

#define BULK (3 * 1024 * 1024)

static unsigned char bulk[BULK];

/* ---- data ------------------------------------------------------------- */

static size_t asked; /* bytes that the client has sent */

/* Sends on while it is taken, and checks what comes back. */
static void ask_on(told *t, duos_conn *conn, char event, const void *data,
                   size_t len)
{
    if (event == 'd') {
        assert_true(
            pattern_holds((const unsigned char *)data, len, t->bytes - len));
    }
    while ((event == 'o' || event == 'r' || event == 'd') && asked < BULK) {
        duos_err err = duos_conn_send(conn, bulk + asked, 32 * 1024);

        if (err == DUOS_EWOULDBLOCK) {
            return;
        }
        assert_ok(err);
        asked += 32 * 1024;
    }
    if (asked == BULK && t->bytes == BULK) {
        duos_conn_close(conn);
    }
}

static void test_transport_megabytes_come_back_equal(void **state)
{
    scene *s = (scene *)*state;
    duos_server_stats stats;

    asked = 0;
    pattern_fill(bulk, BULK, 0);
    s->served.act = told_echo;
    s->called.act = ask_on;
    scene_open_both(s);
    scene_until(s, s->called.closes, 1);
    assert_int_equal(s->called.bytes, BULK);
    assert_int_equal(s->called.reason, DUOS_ECANCELED);
    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->served.reason, DUOS_EEOF);
    assert_true(served_toy.rekeyed > BULK / TOY_DATA_MAX / 20);
    assert_true(called_toy.rekeyed > BULK / TOY_DATA_MAX / 20);
    assert_int_equal(served_toy.goodbyes, 1);
    stats = scene_stats(s); /* of the wire */
    assert_true(stats.bytes_received > BULK + BULK / TOY_DATA_MAX * 5);
}

/* The server speaks first, and its words are in one read with the hello. */
static void greet_first(told *t, duos_conn *conn, char event, const void *data,
                        size_t len)
{
    (void)t;
    (void)data;
    (void)len;
    if (event == 'o') {
        assert_ok(duos_conn_send(conn, "welcome", 7));
    }
}

static void test_transport_open_comes_after_the_handshake(void **state)
{
    scene *s = (scene *)*state;

    served_toy.loop = s->loop;
    served_toy.delay_ms = 40;
    s->served.act = greet_first;
    scene_serve(s);
    scene_connect(s);
    scene_until(s, served_toy.created, 1);
    scene_until(s, called_toy.created, 1);
    scene_pass(s, 10);
    assert_int_equal(s->called.opens, 0);
    assert_int_equal(s->served.opens, 0);
    assert_null(duos_server_next(s->server, NULL));
    assert_non_null(duos_client_conn(s->client));
    assert_err(DUOS_ESTATE, duos_conn_send(duos_client_conn(s->client), "", 1));
    scene_until(s, s->called.datas, 1);
    assert_string_equal(s->called.log, "od");
    assert_int_equal(s->called.bytes, 7);
}

static void test_transport_session_is_told_by_its_connection(void **state)
{
    scene *s = (scene *)*state;
    duos_socket sock;

    scene_open_both(s);
    assert_non_null(duos_conn_transport(s->served.conn));
    assert_non_null(duos_conn_transport(s->called.conn));
    assert_null(duos_conn_transport(NULL));
    assert_err(DUOS_ESTATE, duos_conn_release(s->called.conn, &sock));
}

/* ---- ends ------------------------------------------------------------- */

static void test_ST5_transport_half_close_is_one(void **state)
{
    scene *s = (scene *)*state;

    pattern_fill(bulk, BULK, 0);
    s->client_config.limits.queue_max = BULK;
    s->served.act = told_echo;
    scene_open_both(s);
    assert_ok(duos_conn_send(s->called.conn, bulk, 200 * 1024));
    assert_ok(duos_conn_shutdown(s->called.conn));
    assert_err(DUOS_ESTATE, duos_conn_send(s->called.conn, "x", 1));
    scene_until(s, s->called.closes, 1);
    assert_int_equal(s->called.bytes, 200 * 1024);
    assert_int_equal(s->called.reason, DUOS_EEOF);
    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->served.reason, DUOS_EEOF);
    assert_string_equal(s->served.log, "odec");
    assert_int_equal(served_toy.goodbyes, 1);
    assert_int_equal(called_toy.goodbyes, 1);
}

static void test_transport_close_sends_what_waits_and_says_goodbye(void **state)
{
    scene *s = (scene *)*state;
    size_t sent = 0;

    pattern_fill(bulk, BULK, 0);
    s->client_config.limits.queue_max = BULK;
    scene_open_both(s);
    while (duos_conn_queued(s->called.conn) == 0) {
        assert_ok(duos_conn_send(s->called.conn, bulk, BULK));
        sent += BULK;
    }
    duos_conn_close(s->called.conn);
    scene_until(s, s->called.closes, 1);
    scene_until(s, s->served.eofs, 1);
    assert_int_equal(s->served.bytes, sent);
    assert_int_equal(s->called.reason, DUOS_ECANCELED);
    assert_int_equal(served_toy.goodbyes, 1);
    duos_conn_close(s->served.conn);
}

static void test_SG1_transport_drain_answers_what_has_come(void **state)
{
    scene *s = (scene *)*state;

    pattern_fill(bulk, BULK, 0);
    s->served.act = told_echo;
    scene_open_both(s);
    assert_ok(duos_conn_send(s->called.conn, bulk, 20 * 1024));
    assert_ok(duos_server_drain(s->server, -1));
    scene_until(s, s->called.eofs, 1);
    assert_int_equal(s->called.bytes, 20 * 1024);
    assert_int_equal(called_toy.goodbyes, 1);
    duos_conn_close(s->called.conn);
    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->served.reason, DUOS_EDRAINED);
    scene_until(s, s->served.drained, 1);
}

/* A greeting that is under way ends, too. */
static void test_SG1_transport_drain_ends_a_handshake(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    s->served.unopened = 1;
    scene_serve(s);
    visitor = net_connect(&s->at);
    scene_until(s, served_toy.created, 1);
    assert_ok(duos_server_drain(s->server, -1));
    scene_until(s, s->served.drained, 1);
    assert_int_equal(s->served.reason, DUOS_EDRAINED);
    assert_string_equal(s->served.log, "c");
    net_close(&visitor);
}

static void test_transport_end_without_goodbye_is_truncated(void **state)
{
    scene *s = (scene *)*state;

    called_toy.mute = true;
    s->served.act = told_echo;
    scene_open_both(s);
    duos_conn_close(s->called.conn);
    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->served.reason, DUOS_ETRUNCATED);
    assert_int_equal(s->served.eofs, 0);
}

/* A visitor by hand: key 0, so that records stand as they are. The server
 * waits for its last flight. */
static duos_socket say_hello(scene *s)
{
    unsigned char record[16];
    unsigned char answer[1 + TOY_RECORD_EXTRA];
    duos_socket visitor = net_connect(&s->at);

    scene_send(s, visitor, record, toy_record(record, 'H', "", 1));
    scene_receive(s, visitor, answer, sizeof answer);
    return visitor;
}

static duos_socket shake_hands(scene *s)
{
    unsigned char record[16];
    duos_socket visitor = say_hello(s);

    scene_send(s, visitor, record, toy_record(record, 'F', NULL, 0));
    scene_until(s, s->served.opens, 1);
    return visitor;
}

static void test_transport_looks_at_nothing_behind_a_goodbye(void **state)
{
    unsigned char bytes[64];
    scene *s = (scene *)*state;
    duos_socket visitor;
    size_t len;

    scene_serve(s);
    visitor = shake_hands(s);
    len = toy_record(bytes, 'D', "last", 4);
    len += toy_record(bytes + len, 'B', NULL, 0);
    len += toy_record(bytes + len, 'D', "more", 4);
    scene_send(s, visitor, bytes, len);
    scene_until(s, s->served.eofs, 1);
    assert_ok(duos_send_all(visitor, "garbage", 7, 1000, NULL));
    scene_idle(s);
    assert_int_equal(s->served.bytes, 4);
    assert_string_equal(s->served.log, "ode");
    duos_conn_close(s->served.conn);
    scene_until(s, s->served.closes, 1);
    net_close(&visitor);
}

/* One receive brings the end of the handshake, a request and the goodbye. */
static duos_socket say_all_at_once(scene *s)
{
    unsigned char bytes[64];
    duos_socket visitor = say_hello(s);
    size_t len = toy_record(bytes, 'F', NULL, 0);

    len += toy_record(bytes + len, 'D', "last", 4);
    len += toy_record(bytes + len, 'B', NULL, 0);
    scene_send(s, visitor, bytes, len);
    return visitor;
}

static void test_transport_goodbye_behind_the_last_flight_loses_nothing(
    void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    scene_serve(s);
    visitor = say_all_at_once(s);
    scene_until(s, s->served.eofs, 1);
    assert_int_equal(s->served.bytes, 4);
    assert_string_equal(s->served.log, "ode");
    duos_conn_close(s->served.conn);
    scene_until(s, s->served.closes, 1);
    net_close(&visitor);
}

static void close_on_open(told *t, duos_conn *conn, char event,
                          const void *data, size_t len)
{
    (void)t;
    (void)data;
    (void)len;
    if (event == 'o') {
        duos_conn_close(conn);
    }
}

/* Nothing is told behind the close. */
static void test_CB3_transport_closed_in_on_open_before_a_goodbye(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    s->served.act = close_on_open;
    scene_serve(s);
    visitor = say_all_at_once(s);
    scene_until(s, s->served.opens, 1);
    net_close(&visitor);
    scene_until(s, s->served.closes, 1);
    assert_string_equal(s->served.log, "oc");
    assert_int_equal(s->served.reason, DUOS_ECANCELED);
}

/* A handshake is no word of the user's. */
static void test_ST9_transport_silence_behind_a_handshake_has_a_deadline(
    void **state)
{
    scene *s = (scene *)*state;

    s->server_config.limits.first_byte_ms = 60;
    scene_open_both(s);
    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->served.reason, DUOS_EIDLE);
    assert_true(s->served.closed_ms - s->served.opened_ms >= 60);
}

/* ---- pause ------------------------------------------------------------ */

/* Many records come in one read; each pause lasts until the resume. */
static void test_transport_pause_keeps_what_is_plain_already(void **state)
{
    scene *s = (scene *)*state;
    size_t before = 0;
    unsigned resumes = 0;

    pattern_fill(bulk, BULK, 0);
    s->served.act = told_pause;
    scene_open_both(s);
    assert_ok(duos_conn_send(s->called.conn, bulk, 20000));
    assert_ok(duos_conn_shutdown(s->called.conn));
    scene_until(s, s->served.datas, 1);
    while (s->served.eofs == 0) {
        scene_idle(s);
        assert_int_equal(s->served.datas, resumes + 1);
        assert_true(s->served.bytes > before);
        before = s->served.bytes;
        assert_ok(duos_conn_resume(s->served.conn));
        resumes++;
        assert_int_equal(s->served.datas, resumes); /* not within the call */
        if (before < 20000) {
            scene_until(s, s->served.datas, resumes + 1);
        } else {
            scene_until(s, s->served.eofs, 1);
        }
    }
    assert_int_equal(s->served.bytes, 20000);
    assert_true(resumes > 2);
    duos_conn_close(s->served.conn);
}

/* The client does not read, so the server's queue grows to its mark only. */
static void test_ST7_transport_back_pressure_holds(void **state)
{
    scene *s = (scene *)*state;
    size_t most;

    pattern_fill(bulk, BULK, 0);
    asked = 0;
    s->served.act = told_echo;
    s->server_config.limits.queue_high = 64 * 1024;
    s->server_config.limits.queue_low = 16 * 1024;
    s->called.act = ask_on;
    scene_open_both(s);
    assert_ok(duos_conn_pause(s->called.conn));
    scene_pass(s, 300);
    most = duos_conn_queued(s->served.conn);
    assert_true(most < 512 * 1024); /* 0, where the system takes it all */
    assert_ok(duos_conn_resume(s->called.conn));
    scene_until(s, s->called.closes, 1);
    assert_int_equal(s->called.bytes, BULK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        toy_test(test_transport_megabytes_come_back_equal),
        toy_test(test_transport_open_comes_after_the_handshake),
        toy_test(test_transport_session_is_told_by_its_connection),
        toy_test(test_ST5_transport_half_close_is_one),
        toy_test(test_transport_close_sends_what_waits_and_says_goodbye),
        toy_test(test_SG1_transport_drain_answers_what_has_come),
        toy_test(test_SG1_transport_drain_ends_a_handshake),
        toy_test(test_transport_end_without_goodbye_is_truncated),
        toy_test(test_transport_looks_at_nothing_behind_a_goodbye),
        toy_test(test_transport_goodbye_behind_the_last_flight_loses_nothing),
        toy_test(test_CB3_transport_closed_in_on_open_before_a_goodbye),
        toy_test(test_ST9_transport_silence_behind_a_handshake_has_a_deadline),
        toy_test(test_transport_pause_keeps_what_is_plain_already),
        toy_test(test_ST7_transport_back_pressure_holds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
