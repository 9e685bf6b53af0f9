/* SPDX-License-Identifier: MIT */
/*
 * test_server_drain.c - the graceful end of a server (SG1, P8): what has
 * arrived is answered, what waits is sent, nobody is kept waiting for ever.
 */
#include "support/scene.h"

static unsigned char bulk[600 * 1024];
static unsigned char got[600 * 1024];

static void test_server_drain_without_clients_is_told_soon(void **state)
{
    scene *s = (scene *)*state;

    scene_serve(s);
    assert_ok(duos_server_drain(s->server, -1));
    assert_int_equal(s->served.drained, 0); /* not within the call */
    scene_until(s, s->served.drained, 1);
    assert_ok(duos_server_drain(s->server, 10)); /* too late to matter */
    assert_int_equal(duos_loop_next_timeout_ms(s->loop), -1);
    scene_pass(s, 20);
    assert_int_equal(s->served.drained, 1);
    assert_err(DUOS_EINVAL, duos_server_drain(NULL, 0));
}

static void test_server_that_drains_takes_no_more_listeners(void **state)
{
    scene *s = (scene *)*state;

    scene_serve(s);
    assert_ok(duos_server_drain(s->server, -1));
    assert_err(DUOS_ESTATE,
               duos_server_listen(s->server, "127.0.0.1:0", NULL, NULL));
    scene_until(s, s->served.drained, 1);
}

static void test_server_that_drains_accepts_nobody_new(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor = net_open(DUOS_IPV4, DUOS_STREAM);
    duos_err err;

    scene_serve(s);
    assert_ok(duos_server_drain(s->server, -1));
    err = duos_connect(visitor, &s->at);
    if (err == DUOS_EINPROGRESS) {
        net_await(visitor, DUOS_WRITE);
        err = duos_connect_result(visitor);
    }
    assert_int_equal(err, DUOS_ECONNREFUSED);
    net_close(&visitor);
}

/* Connected, and the request is sent; nothing was accepted yet. */
static void check_backlog(scene *s)
{
    duos_socket visitors[5];
    char text[5];
    int i;

    s->served.act = told_echo;
    scene_serve(s);
    for (i = 0; i < 5; i++) {
        visitors[i] = net_connect(&s->at);
        assert_ok(duos_send_all(visitors[i], "hello", 5, 1000, NULL));
    }
    assert_ok(duos_server_drain(s->server, -1));
    for (i = 0; i < 5; i++) {
        scene_receive(s, visitors[i], text, 5);
        assert_memory_equal(text, "hello", 5);
        assert_int_equal(scene_receive_end(s, visitors[i], NULL), DUOS_EEOF);
        net_close(&visitors[i]);
    }
    scene_until(s, s->served.drained, 1);
    assert_int_equal(s->served.opens, 5);
    assert_int_equal(s->served.reason, DUOS_EDRAINED);
}

static void test_SG1_server_drain_answers_what_waits_in_the_backlog(
    void **state)
{
    check_backlog((scene *)*state);
}

static void test_SG1_server_drain_takes_more_than_a_turn_does(void **state)
{
    scene *s = (scene *)*state;

    s->server_config.accepts_per_turn = 2;
    check_backlog(s);
}

/* Who waits in the backlog takes the place of one who has nothing to say. */
static void test_SG1_server_drain_closes_the_idle_first(void **state)
{
    scene *s = (scene *)*state;
    duos_socket idle, fresh;
    duos_err err;

    if (!os_shortage_is_exact()) {
        skip_because("valgrind limits descriptors in its own way");
    }
    s->served.act = told_echo;
    scene_serve(s);
    idle = scene_visit(s);
    fresh = net_open(DUOS_IPV4, DUOS_STREAM);
    if (!os_begin_shortage()) {
        skip_because("no limit of descriptors on this system");
    }
    err = duos_connect(fresh, &s->at);
    assert_true(err == DUOS_OK || err == DUOS_EINPROGRESS);
    net_await(fresh, DUOS_WRITE);
    assert_ok(duos_send_all(fresh, "hello", 5, 1000, NULL));
    assert_ok(duos_server_drain(s->server, -1));
    scene_receive(s, fresh, got, 5);
    assert_memory_equal(got, "hello", 5);
    assert_int_equal(scene_receive_end(s, fresh, NULL), DUOS_EEOF);
    os_end_shortage();
    assert_int_equal(scene_receive_end(s, idle, NULL), DUOS_EEOF);
    scene_until(s, s->served.drained, 1);
    assert_int_equal(scene_stats(s).shed, 0);
    net_close(&fresh);
    net_close(&idle);
}

/* Behind the deadline the backlog is not asked again: whoever came in then
 * would have no end. */
static void test_SG1_server_drain_past_its_deadline_lets_nobody_in(void **state)
{
    scene *s = (scene *)*state;
    duos_socket late;
    duos_err err;

    s->server_config.drain_waits = true;
    scene_serve(s);
    late = net_open(DUOS_IPV4, DUOS_STREAM);
    if (!os_begin_shortage()) {
        skip_because("no limit of descriptors on this system");
    }
    err = duos_connect(late, &s->at);
    assert_true(err == DUOS_OK || err == DUOS_EINPROGRESS);
    net_await(late, DUOS_WRITE);
    assert_ok(duos_server_drain(s->server, 0));
    os_end_shortage();
    scene_until(s, s->served.drained, 1);
    assert_int_equal(s->served.opens, 0);
    net_close(&late);
}

/* ---- held by back-pressure ---------------------------------------------- */

static size_t filled;

/* "go" fills the connection until it is held; all else is sent back. */
static void fill_on_go(told *t, duos_conn *conn, char event, const void *data,
                       size_t len)
{
    if (event != 'd' || len != 2) {
        told_echo(t, conn, event, data, len);
        return;
    }
    for (filled = 0; duos_conn_queued(conn) < 200000; filled += 10000) {
        pattern_fill(bulk, 10000, filled);
        assert_ok(duos_conn_send(conn, bulk, 10000));
    }
}

/* One whose "hello" has arrived, but was not read, since it is held. */
static duos_socket visit_and_be_held(scene *s)
{
    duos_socket visitor;

    s->server_config.limits.queue_high = 100000;
    s->server_config.limits.queue_low = 50000;
    s->served.act = fill_on_go;
    scene_serve(s);
    visitor = scene_visit(s);
    scene_send(s, visitor, "go", 2);
    scene_until(s, s->served.datas, 1);
    scene_send(s, visitor, "hello", 5);
    scene_idle(s);
    assert_int_equal(s->served.datas, 1);
    return visitor;
}

static void receive_filling(scene *s, duos_socket visitor)
{
    size_t done;

    for (done = 0; done < filled; done += 10000) {
        scene_receive(s, visitor, got, 10000);
        assert_true(pattern_holds(got, 10000, done));
    }
}

static void test_SG1_server_drain_hears_who_is_held_when_he_reads(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor = visit_and_be_held(s);

    assert_ok(duos_server_drain(s->server, -1));
    receive_filling(s, visitor);
    scene_receive(s, visitor, got, 5);
    assert_memory_equal(got, "hello", 5);
    assert_int_equal(scene_receive_end(s, visitor, NULL), DUOS_EEOF);
    scene_until(s, s->served.drained, 1);
    assert_int_equal(s->served.reason, DUOS_EDRAINED);
    net_close(&visitor);
}

/* What is queued still goes out in the other half of the time. */
static void test_SG1_server_drain_hears_who_is_held_for_half_of_the_time(
    void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor = visit_and_be_held(s);

    assert_ok(duos_server_drain(s->server, 100));
    assert_ok(duos_server_drain(s->server, PATIENCE_MS));
    scene_pass(s, 80);
    receive_filling(s, visitor);
    assert_int_equal(scene_receive_end(s, visitor, NULL), DUOS_EEOF);
    scene_until(s, s->served.drained, 1);
    assert_int_equal(s->served.datas, 1);
    net_close(&visitor);
}

static void test_server_destroyed_while_it_waits_for_who_is_held(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor = visit_and_be_held(s);

    assert_ok(duos_server_drain(s->server, -1));
    scene_pass(s, 20);
    duos_server_destroy(s->server);
    s->server = NULL;
    assert_int_equal(s->served.reason, DUOS_ECANCELED);
    assert_int_equal(duos_loop_next_timeout_ms(s->loop), -1);
    net_close(&visitor);
}

static void check_arrived(scene *s)
{
    duos_socket visitor;

    s->served.act = told_echo;
    scene_serve(s);
    visitor = scene_visit(s);
    pattern_fill(bulk, 100 * 1024, 0);
    assert_ok(duos_send_all(visitor, bulk, 100 * 1024, 1000, NULL));
    assert_ok(duos_server_drain(s->server, -1));
    scene_receive(s, visitor, got, 100 * 1024);
    assert_true(pattern_holds(got, 100 * 1024, 0));
    assert_int_equal(scene_receive_end(s, visitor, NULL), DUOS_EEOF);
    net_close(&visitor);
    scene_until(s, s->served.drained, 1);
    assert_int_equal(s->served.reason, DUOS_EDRAINED);
}

static void test_SG1_server_drain_answers_what_has_arrived(void **state)
{
    check_arrived((scene *)*state);
}

/* The loop's buffer is 64 KiB, and a turn's share no more than one of it. */
static void test_SG1_server_drain_answers_more_than_a_share(void **state)
{
    scene *s = (scene *)*state;

    s->server_config.limits.read_per_turn = 1;
    check_arrived(s);
}

static void test_SG1_server_drain_sends_what_waits(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;
    size_t total = 0;
    size_t done;

    scene_serve(s);
    visitor = scene_visit(s);
    do {
        pattern_fill(bulk, 10000, total);
        assert_ok(duos_conn_send(s->served.conn, bulk, 10000));
        total += 10000;
    } while (duos_conn_queued(s->served.conn) < 200000);
    assert_ok(duos_server_drain(s->server, -1));
    scene_idle(s);
    assert_int_equal(s->served.drained, 0);
    for (done = 0; done < total; done += 10000) {
        scene_receive(s, visitor, got, 10000);
        assert_true(pattern_holds(got, 10000, done));
    }
    assert_int_equal(scene_receive_end(s, visitor, NULL), DUOS_EEOF);
    net_close(&visitor);
    scene_until(s, s->served.drained, 1);
}

static void test_SG1_server_drain_aborts_what_is_left_at_the_deadline(
    void **state)
{
    scene *s = (scene *)*state;
    duos_socket stuck;
    uint64_t begin;

    s->server_config.limits.stall_ms = 0;
    scene_serve(s);
    stuck = scene_visit(s);
    while (duos_conn_send(s->served.conn, bulk, 100000) == DUOS_OK) {
    }
    begin = net_now();
    assert_ok(duos_server_drain(s->server, 60 * 1000));
    assert_ok(duos_server_drain(s->server, 50)); /* sooner, then */
    scene_until(s, s->served.drained, 1);
    assert_waited_at_least(begin, 50);
    assert_int_equal(s->served.reason, DUOS_EDRAINED);
    assert_int_equal(s->served.closes, 1);
    net_close(&stuck);
}

static void never(duos_timer *timer, void *user)
{
    (void)timer;
    (void)user;
    fail();
}

/* As many timers as there is room for, and no memory for one more. */
static void test_ME1_server_drain_without_memory_has_no_deadline(void **state)
{
    scene *s = (scene *)*state;
    duos_timer timers[64];
    unsigned count = 0;
    duos_err err = DUOS_OK;

    scene_serve(s);
    failing_alloc_arm(&s->memory, 1, true);
    while (err == DUOS_OK) {
        assert_true(count < 64);
        assert_ok(duos_timer_init(&timers[count], s->loop, never, NULL));
        err = duos_timer_start(&timers[count++], PATIENCE_MS * 10);
    }
    assert_int_equal(err, DUOS_ENOMEM);
    assert_err(DUOS_ENOMEM, duos_server_drain(s->server, 1000));
    failing_alloc_arm(&s->memory, 0, false);
    scene_until(s, s->served.drained, 1);
    while (count > 0) {
        duos_timer_stop(&timers[--count]);
    }
}

/* ---- within callbacks ------------------------------------------------- */

/* Whoever is told of data drains the server, and uses the data after that. */
static void drain_on_data(told *t, duos_conn *conn, char event,
                          const void *data, size_t len)
{
    scene *s = (scene *)t->user;

    if (event == 'd') {
        assert_ok(duos_server_drain(s->server, -1));
        assert_ok(duos_conn_send(conn, data, len));
    }
}

static void test_CB4_server_drained_in_on_data_echoes_the_right_bytes(
    void **state)
{
    scene *s = (scene *)*state;
    duos_socket first, second;

    s->served.act = drain_on_data;
    s->served.user = s;
    scene_serve(s);
    first = scene_visit(s);
    second = scene_visit(s);
    pattern_fill(bulk, 150 * 1024, 0);
    assert_ok(duos_send_all(first, bulk, 150 * 1024, 1000, NULL));
    assert_ok(duos_send_all(second, bulk, 150 * 1024, 1000, NULL));
    scene_receive(s, first, got, 150 * 1024);
    assert_true(pattern_holds(got, 150 * 1024, 0));
    scene_receive(s, second, got, 150 * 1024);
    assert_true(pattern_holds(got, 150 * 1024, 0));
    scene_until(s, s->served.drained, 1);
    net_close(&first);
    net_close(&second);
}

static void destroy_on_data(told *t, duos_conn *conn, char event,
                            const void *data, size_t len)
{
    scene *s = (scene *)t->user;

    (void)data;
    (void)len;
    if (event == 'd') {
        duos_server_destroy(s->server);
        s->server = NULL;
        assert_ptr_equal(duos_conn_user(conn), t); /* it still lives */
    }
}

static void test_CB4_server_destroyed_in_on_data(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    s->served.act = destroy_on_data;
    s->served.user = s;
    scene_serve(s);
    visitor = scene_visit(s);
    scene_send(s, visitor, "end", 3);
    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->served.reason, DUOS_ECANCELED);
    net_close(&visitor);
}

/* Drain hands over data itself; what that ends must outlive the callback. */
static void test_CB4_server_destroyed_in_on_data_of_a_drain(void **state)
{
    scene *s = (scene *)*state;
    duos_socket first, second;

    s->served.act = destroy_on_data;
    s->served.user = s;
    scene_serve(s);
    first = scene_visit(s);
    second = scene_visit(s);
    assert_ok(duos_send_all(first, "hello", 5, 1000, NULL));
    assert_ok(duos_send_all(second, "hello", 5, 1000, NULL));
    assert_ok(duos_server_drain(s->server, 1000));
    assert_null(s->server);
    scene_until(s, s->served.closes, 2);
    assert_int_equal(s->served.datas, 1);
    scene_idle(s);
    assert_int_equal(duos_loop_next_timeout_ms(s->loop), -1);
    net_close(&first);
    net_close(&second);
}

static void close_and_destroy_client(told *t, duos_conn *conn, char event,
                                     const void *data, size_t len)
{
    scene *s = (scene *)t->user;

    if (event == 'd') {
        duos_conn_abort(conn, DUOS_OK);
        duos_client_destroy(s->client);
        s->client = NULL;
        assert_true(pattern_holds((const unsigned char *)data, len, 0));
        assert_ptr_equal(duos_conn_user(conn), t);
    }
}

static void test_CB4_server_drain_survives_other_objects_that_end(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    scene_open_both(s);
    s->served.act = close_and_destroy_client;
    s->served.user = s;
    visitor = scene_visit(s);
    pattern_fill(bulk, 1000, 0);
    assert_ok(duos_send_all(visitor, bulk, 1000, 1000, NULL));
    assert_ok(duos_server_drain(s->server, 1000));
    scene_until(s, s->served.drained, 1);
    assert_int_equal(s->called.closes, 1);
    net_close(&visitor);
}

static void test_server_drain_hands_nothing_to_one_who_has_paused(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    s->served.act = told_pause;
    scene_serve(s);
    visitor = scene_visit(s);
    assert_ok(duos_send_all(visitor, bulk, 150 * 1024, 1000, NULL));
    assert_ok(duos_server_drain(s->server, 100));
    scene_until(s, s->served.drained, 1);
    assert_int_equal(s->served.datas, 1);
    net_close(&visitor);
}

static void destroy_it(told *t, duos_server *server)
{
    duos_server_destroy(server);
    ((scene *)t->user)->server = NULL;
}

static void test_CB4_server_destroyed_in_on_drained(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    s->served.on_drained = destroy_it;
    s->served.user = s;
    scene_serve(s);
    visitor = scene_visit(s);
    assert_ok(duos_server_drain(s->server, 1000));
    scene_until(s, s->served.drained, 1);
    scene_idle(s);
    assert_null(s->server);
    assert_int_equal(s->served.closes, 1);
    net_close(&visitor);
}

/* A connection that only its user can end: here, by an echo of the end. */
static void test_SG1_server_drain_may_wait_for_who_is_there(void **state)
{
    scene *s = (scene *)*state;
    duos_socket early;
    duos_socket late;

    s->served.act = told_echo;
    s->server_config.drain_waits = true;
    scene_serve(s);
    early = scene_visit(s);
    late = net_connect(&s->at); /* in the backlog */
    assert_ok(duos_server_drain(s->server, -1));
    scene_until(s, s->served.opens, 2);
    scene_echo(s, early);
    scene_echo(s, late);
    assert_int_equal(s->served.closes, 0);
    assert_ok(duos_shutdown(early, DUOS_SHUT_SEND));
    assert_int_equal(scene_receive_end(s, early, NULL), DUOS_EEOF);
    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->served.reason, DUOS_EEOF);
    assert_int_equal(s->served.drained, 0);
    assert_ok(duos_server_drain(s->server, 20));
    scene_until(s, s->served.drained, 1);
    assert_int_equal(s->served.closes, 2);
    assert_int_equal(s->served.reason, DUOS_EDRAINED);
    net_close(&early);
    net_close(&late);
}

/* He came in just before, and his first word was under way. */
static void test_SG1_server_drain_hears_who_has_just_come(void **state)
{
    scene *s = (scene *)*state;
    duos_socket silent;
    duos_socket late;

    s->served.act = told_echo;
    s->server_config.drain_first_byte_ms = 500;
    scene_serve(s);
    late = scene_visit(s);
    silent = scene_visit(s);
    assert_ok(duos_server_drain(s->server, 10000));
    scene_echo(s, late);
    assert_int_equal(s->served.drained, 0);
    scene_until(s, s->served.drained, 1); /* who says nothing is idle then */
    assert_int_equal(s->served.closes, 2);
    assert_int_equal(s->served.reason, DUOS_EDRAINED);
    net_close(&late);
    net_close(&silent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(test_SG1_server_drain_hears_who_has_just_come),
        scene_test(test_server_drain_without_clients_is_told_soon),
        scene_test(test_server_that_drains_takes_no_more_listeners),
        scene_test(test_server_that_drains_accepts_nobody_new),
        scene_test(test_SG1_server_drain_answers_what_waits_in_the_backlog),
        scene_test(test_SG1_server_drain_takes_more_than_a_turn_does),
        scene_test(test_SG1_server_drain_closes_the_idle_first),
        scene_test(test_SG1_server_drain_past_its_deadline_lets_nobody_in),
        scene_test(test_SG1_server_drain_hears_who_is_held_when_he_reads),
        scene_test(
            test_SG1_server_drain_hears_who_is_held_for_half_of_the_time),
        scene_test(test_server_destroyed_while_it_waits_for_who_is_held),
        scene_test(test_SG1_server_drain_answers_what_has_arrived),
        scene_test(test_SG1_server_drain_answers_more_than_a_share),
        scene_test(test_SG1_server_drain_sends_what_waits),
        scene_test(test_SG1_server_drain_aborts_what_is_left_at_the_deadline),
        scene_test(test_ME1_server_drain_without_memory_has_no_deadline),
        scene_test(test_CB4_server_drained_in_on_data_echoes_the_right_bytes),
        scene_test(test_CB4_server_destroyed_in_on_data),
        scene_test(test_CB4_server_destroyed_in_on_data_of_a_drain),
        scene_test(test_CB4_server_drain_survives_other_objects_that_end),
        scene_test(test_server_drain_hands_nothing_to_one_who_has_paused),
        scene_test(test_CB4_server_destroyed_in_on_drained),
        scene_test(test_SG1_server_drain_may_wait_for_who_is_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
