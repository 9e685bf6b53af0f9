/* SPDX-License-Identifier: MIT */
/*
 * test_transport_fault.c - transport.h: what goes wrong in a handshake, in a
 * session, and with memory; each ends its own connection and no other.
 */
#include "support/toy_scene.h"

#define BULK  (256 * 1024)
#define ASKED (48 * 1024) /* while memory fails */

static unsigned char bulk[BULK];

/* ---- handshakes ------------------------------------------------------- */

/* A visitor that sends this and no more; the server, which has others. */
static duos_socket intrude(scene *s, const void *data, size_t len)
{
    duos_socket visitor;

    s->served.act = told_echo;
    s->served.unopened = 1;
    scene_open_both(s);
    visitor = net_connect(&s->at);
    if (len > 0) {
        scene_send(s, visitor, data, len);
    }
    scene_until(s, served_toy.created, 2);
    return visitor;
}

/* The intruder's connection has ended, and the good one works. */
static void check_ended(scene *s, duos_err reason)
{
    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->served.reason, reason);
    assert_int_equal(s->served.opens, 1);
    assert_ok(duos_conn_send(s->called.conn, "still here", 10));
    scene_until(s, s->called.datas, 1);
}

static void test_LO7_transport_garbage_is_answered_and_closed(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor = intrude(s, "GET / HTTP/1.0\r\n\r\n", 18);
    unsigned char alert[TOY_RECORD_EXTRA];

    scene_receive(s, visitor, alert, sizeof alert);
    assert_int_equal(alert[1], 'A');
    assert_int_equal(scene_receive_end(s, visitor, NULL), DUOS_EEOF);
    net_close(&visitor);
    check_ended(s, DUOS_EPROTO);
}

static void test_ST9_transport_silence_ends_at_its_deadline(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    s->server_config.limits.handshake_ms = 60;
    visitor = intrude(s, NULL, 0);
    check_ended(s, DUOS_ETIMEDOUT);
    net_close(&visitor);
}

/* A byte now and then is no progress, however long it goes on. */
static void test_ST8_transport_slow_handshake_ends_at_its_deadline(void **state)
{
    static const char head[] = {'T', 'H', 1, 0};
    scene *s = (scene *)*state;
    duos_socket visitor;
    int i;

    s->server_config.limits.handshake_ms = 150;
    visitor = intrude(s, head, sizeof head);
    for (i = 0; i < 200 && s->served.closes == 0; i++) {
        (void)duos_send_all(visitor, "x", 1, 1000, NULL);
        scene_pass(s, 10);
    }
    assert_true(i < 200);
    check_ended(s, DUOS_ETIMEDOUT);
    net_close(&visitor);
}

static void test_ST4_transport_end_before_a_handshake_is_eof(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor = intrude(s, NULL, 0);

    net_close(&visitor);
    check_ended(s, DUOS_EEOF);
}

static void test_ST4_transport_end_within_a_handshake_is_truncated(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor = intrude(s, "TH", 2);

    assert_ok(duos_shutdown(visitor, DUOS_SHUT_SEND));
    check_ended(s, DUOS_ETRUNCATED);
    net_close(&visitor);
}

static void test_transport_alert_ends_both(void **state)
{
    unsigned char record[16];
    size_t len = toy_record(record, 'A', NULL, 0);
    scene *s = (scene *)*state;
    duos_socket visitor = intrude(s, record, len);

    check_ended(s, DUOS_ECONNABORTED);
    assert_int_equal(served_toy.alerts, 1);
    net_close(&visitor);
}

/* It would be the end of a connection that never stood. */
static void test_transport_goodbye_within_a_handshake_is_an_error(void **state)
{
    unsigned char record[16];
    size_t len = toy_record(record, 'B', NULL, 0);
    scene *s = (scene *)*state;
    duos_socket visitor = intrude(s, record, len);

    check_ended(s, DUOS_EPROTO);
    assert_int_equal(s->served.eofs, 0);
    net_close(&visitor);
}

static void answer_in_clear(told *t, duos_conn *conn, char event,
                            const void *data, size_t len)
{
    (void)t;
    (void)data;
    (void)len;
    if (event == 'o') {
        assert_ok(duos_conn_send(conn, "220 ready", 9));
    }
}

/* The server does not speak the client's language. */
static void test_transport_client_is_told_of_a_failed_handshake(void **state)
{
    scene *s = (scene *)*state;

    s->server_config.transport = NULL;
    s->served.act = answer_in_clear;
    scene_serve(s);
    scene_connect(s);
    scene_until(s, s->called.closes, 1);
    assert_int_equal(s->called.opens, 0);
    assert_int_equal(called_toy.created, 1);
    assert_string_equal(s->called.log, "c");
    assert_int_equal(s->called.reason, DUOS_EPROTO);
}

static void test_transport_client_gives_up_on_a_silent_server(void **state)
{
    scene *s = (scene *)*state;

    s->server_config.transport = NULL;
    s->client_config.limits.handshake_ms = 50;
    scene_serve(s);
    scene_connect(s);
    scene_until(s, s->called.closes, 1);
    assert_int_equal(s->called.reason, DUOS_ETIMEDOUT);
}

static void test_transport_close_within_a_handshake(void **state)
{
    scene *s = (scene *)*state;

    served_toy.loop = s->loop;
    served_toy.delay_ms = 10000;
    s->served.unopened = 1;
    scene_serve(s);
    scene_connect(s);
    scene_until(s, served_toy.created, 1);
    scene_until(s, called_toy.created, 1);
    duos_conn_close(duos_client_conn(s->client));
    scene_until(s, s->called.closes, 1);
    assert_int_equal(s->called.reason, DUOS_ECANCELED);
    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->served.reason, DUOS_ETRUNCATED);
}

/* ---- errors of a session ---------------------------------------------- */

static void test_transport_error_of_create_ends_the_connection(void **state)
{
    scene *s = (scene *)*state;

    called_toy.create_with = DUOS_ENODEV;
    s->served.unopened = 1;
    scene_serve(s);
    scene_connect(s);
    scene_until(s, s->called.closes, 1);
    assert_int_equal(s->called.reason, DUOS_ENODEV);
    scene_until(s, s->served.closes, 1);
}

static void test_transport_error_of_start_ends_the_connection(void **state)
{
    scene *s = (scene *)*state;

    served_toy.start_with = DUOS_EPERM;
    s->served.unopened = 1;
    scene_serve(s);
    scene_connect(s);
    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->served.reason, DUOS_EPERM);
    scene_until(s, s->called.closes, 1);
    assert_int_equal(s->called.opens, 0);
}

static void count_lost(told *t, duos_conn *conn, char event, const void *data,
                       size_t len)
{
    (void)data;
    (void)len;
    if (event == 'c') {
        *(size_t *)t->user = duos_conn_queued(conn);
    }
}

static void test_transport_error_of_seal_ends_the_connection(void **state)
{
    scene *s = (scene *)*state;
    size_t lost = 0;

    s->called.act = count_lost;
    s->called.user = &lost;
    scene_open_both(s);
    called_toy.seal_with = DUOS_EOVERFLOW;
    assert_ok(duos_conn_send(s->called.conn, "lost", 4)); /* on_close tells */
    assert_err(DUOS_ESTATE, duos_conn_send(s->called.conn, "lost", 4));
    scene_until(s, s->called.closes, 1);
    assert_int_equal(s->called.reason, DUOS_EOVERFLOW);
    assert_int_equal(lost, 4);
    scene_until(s, s->served.closes, 1);
}

static void test_transport_error_of_close_ends_the_connection(void **state)
{
    scene *s = (scene *)*state;

    s->served.act = told_echo;
    scene_open_both(s);
    called_toy.close_with = DUOS_EIO;
    assert_ok(duos_conn_shutdown(s->called.conn));
    scene_until(s, s->called.closes, 1);
    assert_int_equal(s->called.reason, DUOS_EIO);
    scene_until(s, s->served.closes, 1);
}

static void answer_too_late(told *t, duos_conn *conn, char event,
                            const void *data, size_t len)
{
    (void)t;
    if (event == 'd') {
        assert_err(DUOS_ESTATE, duos_conn_send(conn, data, len));
    }
}

/* What was sound before the garbage is handed over; there is no answer. */
static void test_transport_garbage_later_ends_behind_what_was_sound(
    void **state)
{
    unsigned char bytes[64];
    scene *s = (scene *)*state;
    duos_socket visitor;
    size_t len;

    s->served.act = answer_too_late;
    scene_serve(s);
    visitor = net_connect(&s->at);
    scene_send(s, visitor, bytes, toy_record(bytes, 'H', "", 1));
    scene_receive(s, visitor, bytes, 1 + TOY_RECORD_EXTRA);
    scene_send(s, visitor, bytes, toy_record(bytes, 'F', NULL, 0));
    scene_until(s, s->served.opens, 1);
    len = toy_record(bytes, 'D', "sound", 5);
    memcpy(bytes + len, "garbage", 7);
    scene_send(s, visitor, bytes, len + 7);
    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->served.bytes, 5);
    assert_int_equal(s->served.reason, DUOS_EPROTO);
    assert_string_equal(s->served.log, "odc");
    net_close(&visitor);
}

/* ---- limits ----------------------------------------------------------- */

static void test_transport_configuration_is_checked(void **state)
{
    scene *s = (scene *)*state;
    duos_transport_ops ops = toy_ops;

    assert_int_equal(s->server_config.limits.handshake_ms, 10 * 1000);
    assert_int_equal(s->client_config.limits.handshake_ms, 10 * 1000);
    s->server_config.transport = &ops;
    s->client_config.transport = &ops;
    ops.feed = NULL;
    assert_err(DUOS_EINVAL,
               duos_server_create(s->loop, &s->server_config, &s->server));
    assert_err(DUOS_EINVAL,
               duos_client_create(s->loop, &s->client_config, &s->client));
    ops = toy_ops;
    ops.size++;
    assert_err(DUOS_EINVAL,
               duos_server_create(s->loop, &s->server_config, &s->server));
    ops = toy_ops;
    s->server_config.limits.handshake_ms = -1;
    assert_err(DUOS_ERANGE,
               duos_server_create(s->loop, &s->server_config, &s->server));
}

/* Fills what the system and the queue take. */
static size_t fill(duos_conn *conn, size_t part)
{
    size_t sent = 0;
    duos_err err;

    while ((err = duos_conn_send(conn, bulk, part)) == DUOS_OK) {
        sent += part;
    }
    assert_int_equal(err, DUOS_EWOULDBLOCK);
    return sent;
}

static void test_transport_queue_may_grow_by_what_sealing_adds(void **state)
{
    scene *s = (scene *)*state;
    duos_conn_limits *limits = &s->client_config.limits;
    size_t sent;

    limits->queue_max = limits->queue_high = 100 * 1000;
    limits->queue_low = 1000;
    called_toy.pads = 10;
    scene_open_both(s);
    assert_err(DUOS_EMSGSIZE,
               duos_conn_send(s->called.conn, bulk, limits->queue_max + 1));
    assert_ok(duos_conn_send(s->called.conn, bulk, 0));
    assert_ok(duos_conn_pause(s->served.conn));
    sent = fill(s->called.conn, 10000);
    assert_true(duos_conn_queued(s->called.conn) <=
                limits->queue_max + 10 * (TOY_NOISE + TOY_RECORD_EXTRA) +
                    10000 / TOY_DATA_MAX * 20);
    assert_ok(duos_conn_resume(s->served.conn));
    scene_until(s, s->called.drains, 1);
    assert_ok(duos_conn_shutdown(s->called.conn));
    scene_until(s, s->served.eofs, 1);
    assert_int_equal(s->served.bytes, sent); /* each one whole */
    duos_conn_close(s->served.conn);
}

/* A peer asks and asks, and does not read the answers. */
static void test_ST7_transport_talk_is_bounded_without_back_pressure(
    void **state)
{
    unsigned char ask[TOY_RECORD_EXTRA];
    scene *s = (scene *)*state;
    duos_socket visitor;
    size_t len = toy_record(ask, 'Q', NULL, 0);
    unsigned i;

    s->server_config.limits.backpressure = false;
    s->server_config.limits.queue_max = 1000;
    s->server_config.limits.queue_high = 1000;
    s->server_config.limits.queue_low = 0;
    scene_serve(s);
    visitor = net_connect(&s->at);
    scene_send(s, visitor, bulk, toy_record(bulk, 'H', "", 1));
    scene_receive(s, visitor, bulk, 1 + TOY_RECORD_EXTRA);
    scene_send(s, visitor, bulk, toy_record(bulk, 'F', NULL, 0));
    for (i = 0; i + len <= BULK; i += (unsigned)len) {
        memcpy(bulk + i, ask, len);
    }
    while (s->served.closes == 0) {
        size_t sent = 0;
        duos_err err = duos_send(visitor, bulk, i, &sent);

        if (err != DUOS_OK && err != DUOS_EWOULDBLOCK) {
            break; /* it has been reset */
        }
        if (sent % len != 0) { /* go on where the record was cut */
            assert_ok(duos_send_all(visitor, ask + sent % len, len - sent % len,
                                    PATIENCE_MS, NULL));
        }
        if (s->served.conn != NULL) {
            assert_true(duos_conn_queued(s->served.conn) <=
                        1000 + DUOS_TRANSPORT_EXTRA);
        }
        assert_ok(duos_loop_step(s->loop, 1));
    }
    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->served.reason, DUOS_ELIMIT);
    assert_true(served_toy.refused);
    net_close(&visitor);
}

/* ---- memory ----------------------------------------------------------- */

/* A session that is its sink, and looks at no answer. */
static duos_err bare_create(void *user, duos_transport_side side,
                            duos_transport_sink *sink, void **session)
{
    (void)user;
    (void)side;
    *session = sink;
    return DUOS_OK;
}

static void bare_destroy(void *session)
{
    (void)session;
}

static duos_err bare_nothing(void *session)
{
    (void)session;
    return DUOS_OK;
}

static duos_err bare_feed(void *session, const void *data, size_t len)
{
    duos_transport_sink *sink = (duos_transport_sink *)session;

    (void)sink->emit_plain(sink, data, len / 2);
    (void)sink->emit_plain(sink, (const char *)data + len / 2, len - len / 2);
    return DUOS_OK;
}

static duos_err bare_seal(void *session, const void *data, size_t len)
{
    duos_transport_sink *sink = (duos_transport_sink *)session;

    return sink->emit_cipher(sink, data, len);
}

static const duos_transport_ops bare_ops = {
    sizeof bare_ops, bare_create, bare_destroy, bare_nothing,
    bare_feed,       bare_seal,   bare_nothing};

/* The first half finds no memory: the second must not stand in its place. */
static void test_ME1_transport_hands_over_nothing_behind_a_gap(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    s->server_config.transport = &bare_ops;
    s->served.act = told_echo;
    scene_serve(s);
    visitor = scene_visit(s);
    scene_echo(s, visitor);
    failing_alloc_arm(&s->memory, 1, false);
    assert_ok(duos_send_all(visitor, "gapsafter", 9, 1000, NULL));
    scene_until(s, s->served.closes, 1);
    failing_alloc_arm(&s->memory, 0, false);
    assert_int_equal(s->served.reason, DUOS_ENOMEM);
    assert_int_equal(s->served.bytes, 5); /* of the echo */
    net_close(&visitor);
}

static void ask_once(told *t, duos_conn *conn, char event, const void *data,
                     size_t len)
{
    if (event == 'o' && duos_conn_send(conn, bulk, ASKED) != DUOS_OK) {
        duos_conn_abort(conn, DUOS_ENOMEM);
    } else if (event == 'd') {
        assert_true(
            pattern_holds((const unsigned char *)data, len, t->bytes - len));
        if (t->bytes == ASKED) {
            duos_conn_close(conn);
        }
    } else if (event == 'e') {
        duos_conn_close(conn);
    }
}

/* A call by a new client; whether all came back. */
static bool call(scene *s)
{
    unsigned before = s->called.closes;
    uint64_t begin = net_now();

    s->called.bytes = 0;
    if (s->client == NULL &&
        duos_client_create(s->loop, &s->client_config, &s->client) != DUOS_OK) {
        return false;
    }
    if (duos_client_connect(s->client, s->address) != DUOS_OK) {
        return false;
    }
    while (s->called.closes == before) {
        duos_err err = duos_loop_step(s->loop, 20);

        assert_true(err == DUOS_OK || err == DUOS_ENOMEM);
        assert_true(net_now() - begin < PATIENCE_MS * UINT64_C(1000000));
    }
    return s->called.bytes == ASKED;
}

static void fail_at_every(scene *s, bool sticky)
{
    bool struck = true;
    size_t k;

    pattern_fill(bulk, BULK, 0);
    s->served.act = told_echo_or_abort;
    s->called.act = ask_once;
    scene_serve(s);
    for (k = 1; struck; k++) {
        bool whole;

        failing_alloc_arm(&s->memory, k, sticky);
        whole = call(s);
        struck = failing_alloc_struck(&s->memory);
        assert_true(whole || struck);
        failing_alloc_arm(&s->memory, 0, false);
        assert_true(call(s)); /* alive */
        duos_client_destroy(s->client);
        s->client = NULL;
    }
    assert_true(k > 8);
    scene_idle(s);
    s->served.unopened = s->served.closes - s->served.opens;
}

static void test_ME1_transport_no_memory_once_at_every_place(void **state)
{
    fail_at_every((scene *)*state, false);
}

static void test_ME1_transport_no_memory_from_every_place_on(void **state)
{
    fail_at_every((scene *)*state, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        toy_test(test_LO7_transport_garbage_is_answered_and_closed),
        toy_test(test_ST9_transport_silence_ends_at_its_deadline),
        toy_test(test_ST8_transport_slow_handshake_ends_at_its_deadline),
        toy_test(test_ST4_transport_end_before_a_handshake_is_eof),
        toy_test(test_ST4_transport_end_within_a_handshake_is_truncated),
        toy_test(test_transport_alert_ends_both),
        toy_test(test_transport_goodbye_within_a_handshake_is_an_error),
        toy_test(test_transport_client_is_told_of_a_failed_handshake),
        toy_test(test_transport_client_gives_up_on_a_silent_server),
        toy_test(test_transport_close_within_a_handshake),
        toy_test(test_transport_error_of_create_ends_the_connection),
        toy_test(test_transport_error_of_start_ends_the_connection),
        toy_test(test_transport_error_of_seal_ends_the_connection),
        toy_test(test_transport_error_of_close_ends_the_connection),
        toy_test(test_transport_garbage_later_ends_behind_what_was_sound),
        toy_test(test_transport_configuration_is_checked),
        toy_test(test_transport_queue_may_grow_by_what_sealing_adds),
        toy_test(test_ST7_transport_talk_is_bounded_without_back_pressure),
        toy_test(test_ME1_transport_no_memory_once_at_every_place),
        toy_test(test_ME1_transport_no_memory_from_every_place_on),
        toy_test(test_ME1_transport_hands_over_nothing_behind_a_gap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
