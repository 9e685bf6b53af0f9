/* SPDX-License-Identifier: MIT */
/*
 * test_conn_reset.c - conn.h: peers that reset a connection in each of its
 * states (ST4), and sockets that are taken out of one.
 */
#include "support/scene.h"

static unsigned char bulk[4 * 1024 * 1024];

/* ---- resets ----------------------------------------------------------- */

/* Wine takes a reset for the end of the stream when it is received. */
#define need_resets()                                                          \
    do {                                                                       \
        if (os_is_wine()) {                                                    \
            skip_because("Wine reports a reset as the end of the stream");     \
        }                                                                      \
    } while (0)

static duos_socket only_visitor(scene *s)
{
    scene_serve(s);
    return scene_visit(s);
}

/* Until no more is taken, with the peer asleep. */
static void fill_output(const scene *s)
{
    while (duos_conn_send(s->served.conn, bulk, sizeof bulk / 4) == DUOS_OK) {
    }
}

static duos_socket visit_and_fill(scene *s)
{
    duos_socket visitor;

    s->server_config.limits.queue_max = sizeof bulk;
    visitor = only_visitor(s);
    fill_output(s);
    return visitor;
}

/* The end comes, once. */
static void reset_once(scene *s, duos_socket *visitor)
{
    net_reset(visitor);
    scene_until(s, s->served.closes, 1);
    scene_idle(s);
    assert_int_equal(s->served.closes, 1);
}

static void expect_reset(scene *s, duos_socket *visitor)
{
    reset_once(s, visitor);
    assert_int_equal(s->served.reason, DUOS_ECONNRESET);
}

/* Where something is being sent, it may be that which fails. */
static void expect_reset_or_pipe(scene *s, duos_socket *visitor)
{
    reset_once(s, visitor);
    assert_true(s->served.reason == DUOS_ECONNRESET ||
                s->served.reason == DUOS_EPIPE);
}

static void test_ST4_conn_reset_while_idle_tells_the_reason(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor, other;

    need_resets();
    s->served.act = told_echo;
    scene_serve(s);
    other = scene_visit(s);
    visitor = scene_visit(s);
    expect_reset(s, &visitor);
    assert_int_equal(s->served.eofs, 0);
    scene_echo(s, other);
    net_close(&other);
    scene_until(s, s->served.closes, 2);
}

static void test_ST4_conn_reset_in_the_backlog_harms_nobody(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitors[20];
    duos_socket other;
    int i;

    s->served.act = told_echo;
    scene_serve(s);
    for (i = 0; i < 20; i++) {
        visitors[i] = net_connect(&s->at);
    }
    other = net_connect(&s->at);
    for (i = 0; i < 20; i++) {
        net_reset(&visitors[i]);
    }
    scene_echo(s, other);
    scene_until(s, s->served.closes, s->served.opens - 1);
    net_close(&other);
    scene_until(s, s->served.closes, s->served.opens);
}

/* The queue waits for a peer that will not take it any more. */
static void test_ST4_conn_reset_while_output_waits_tells_it_once(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor = visit_and_fill(s);

    scene_pass(s, 5);
    expect_reset_or_pipe(s, &visitor);
}

static void test_ST4_conn_reset_while_closing_ends_it(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor = visit_and_fill(s);

    duos_conn_close(s->served.conn);
    scene_pass(s, 5);
    assert_int_equal(s->served.closes, 0);
    reset_once(s, &visitor);
    assert_string_equal(s->served.log, "oc");
}

static void test_ST4_conn_reset_after_our_end_tells_it(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    need_resets();
    visitor = only_visitor(s);
    assert_ok(duos_conn_shutdown(s->served.conn));
    scene_idle(s);
    expect_reset(s, &visitor);
}

/* The system calls it "not connected" then; the reason is another. */
static void test_ST4_conn_shut_down_after_a_reset_tells_the_reset(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    need_resets();
    visitor = only_visitor(s);
    net_reset(&visitor);
    assert_ok(duos_conn_shutdown(s->served.conn));
    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->served.reason, DUOS_ECONNRESET);
}

/* Their end first, then our answer waits, and they are gone. */
static void test_ST4_conn_reset_after_their_end_tells_it_once(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    s->server_config.limits.queue_max = sizeof bulk;
    visitor = only_visitor(s);
    assert_ok(duos_shutdown(visitor, DUOS_SHUT_SEND));
    scene_until(s, s->served.eofs, 1);
    fill_output(s);
    scene_pass(s, 5);
    expect_reset_or_pipe(s, &visitor);
    assert_string_equal(s->served.log, "oec");
}

/* The drain must not wait for one who has gone. */
static void test_ST4_conn_reset_during_a_drain_ends_it(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor = visit_and_fill(s);

    assert_ok(duos_server_drain(s->server, -1));
    scene_pass(s, 5);
    assert_int_equal(s->served.drained, 0);
    net_reset(&visitor);
    scene_until(s, s->served.drained, 1);
    assert_int_equal(s->served.closes, 1);
}

static void reset_visitor(told *t, duos_conn *conn, char event,
                          const void *data, size_t len)
{
    (void)conn;
    (void)data;
    (void)len;
    if (event == 'o') {
        net_reset((duos_socket *)t->user);
    }
}

/* Between accept and the first look at it. */
static void test_ST4_conn_reset_when_just_accepted_is_told_once(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    need_resets();
    s->served.act = reset_visitor;
    s->served.user = &visitor;
    scene_serve(s);
    visitor = net_connect(&s->at);
    scene_until(s, s->served.closes, 1);
    scene_idle(s);
    assert_string_equal(s->served.log, "oc");
    assert_int_equal(s->served.reason, DUOS_ECONNRESET);
}

static void pause_first(told *t, duos_conn *conn, char event, const void *data,
                        size_t len)
{
    (void)data;
    (void)len;
    if (event == 'd' && t->datas == 1) {
        assert_ok(duos_conn_pause(conn));
    }
}

/* A receive that is half done: the rest is lost, and nothing else comes. */
static void test_ST4_conn_reset_in_the_middle_of_its_data(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    need_resets();
    s->served.act = pause_first;
    visitor = only_visitor(s);
    assert_ok(duos_send_all(visitor, bulk, 100 * 1024, 1000, NULL));
    scene_until(s, s->served.datas, 1);
    net_reset(&visitor);
    scene_pass(s, 5);
    if (s->served.closes == 0) { /* it need not be seen while paused */
        assert_ok(duos_conn_resume(s->served.conn));
    }
    scene_until(s, s->served.closes, 1);
    scene_idle(s);
    assert_string_equal(s->served.log, "odc");
    assert_int_equal(s->served.reason, DUOS_ECONNRESET);
    assert_true(s->served.bytes <= 100 * 1024);
}

/* What came before a reset may be lost with it; its end is told once. */
static void test_ST6_conn_data_and_reset_in_one_turn(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    need_resets();
    visitor = only_visitor(s);
    assert_ok(duos_send_all(visitor, bulk, 1000, 1000, NULL));
    expect_reset(s, &visitor);
    assert_true(s->served.bytes == 0 || s->served.bytes == 1000);
    assert_int_equal(s->served.eofs, 0);
}

/* The one send is taken, since on_close tells; a loop of sends must end. */
static void test_SY10_conn_that_is_broken_does_not_take_bytes_for_ever(
    void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;
    int sends = 0;

    visitor = only_visitor(s);
    net_reset(&visitor);
    assert_ok(duos_conn_send(s->served.conn, "into the void", 13));
    while (duos_conn_send(s->served.conn, "into the void", 13) == DUOS_OK) {
        assert_true(++sends < 10);
    }
    assert_err(DUOS_ESTATE, duos_conn_send(s->served.conn, "x", 1));
    assert_int_equal(s->served.closes, 0);
    scene_until(s, s->served.closes, 1);
    scene_idle(s);
    assert_int_equal(s->served.closes, 1);
    assert_true(os_sigpipe_is_default());
}

static void test_ST6_conn_receives_what_came_before_the_end(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor = only_visitor(s);

    assert_ok(duos_send_all(visitor, bulk, 100 * 1024, 1000, NULL));
    net_close(&visitor);
    scene_until(s, s->served.eofs, 1);
    assert_int_equal(s->served.bytes, 100 * 1024);
    assert_string_equal(s->served.log, "ode");
}

/* ---- release ---------------------------------------------------------- */

/* Where a connection's socket went. */
typedef struct taken {
    scene *s;
    duos_socket sock;
    duos_conn_id id;
} taken;

static void release_on_data(told *t, duos_conn *conn, char event,
                            const void *data, size_t len)
{
    taken *to = (taken *)t->user;
    duos_credentials who;
    duos_socket again;
    duos_tuple tuple;

    (void)data;
    (void)len;
    if (event == 'd') {
        to->id = duos_conn_id_of(conn);
        assert_ok(duos_conn_release(conn, &to->sock));
        assert_err(DUOS_ESTATE, duos_conn_release(conn, &again));
        assert_err(DUOS_ESTATE, duos_conn_tuple(conn, &tuple));
        assert_err(DUOS_ESTATE, duos_conn_origin(conn, &tuple));
        assert_err(DUOS_ESTATE, duos_conn_credentials(conn, &who));
        assert_err(DUOS_ESTATE, duos_conn_send(conn, "x", 1));
        assert_null(duos_server_find(to->s->server, to->id));
        assert_null(duos_server_next(to->s->server, NULL));
        duos_conn_close(conn);
        duos_conn_abort(conn, DUOS_OK);
        t->closes++; /* on_close does not come */
    }
}

static void test_conn_release_hands_over_a_socket_that_works(void **state)
{
    scene *s = (scene *)*state;
    taken to = {NULL, DUOS_SOCKET_INVALID, {0}};
    duos_server_stats stats;
    duos_socket visitor;
    char text[8] = "";
    size_t n = 0;

    to.s = s;
    s->served.act = release_on_data;
    s->served.user = &to;
    visitor = only_visitor(s);
    scene_send(s, visitor, "take it", 7);
    scene_until(s, s->served.datas, 1);
    scene_idle(s);
    assert_int_equal(s->served.closes, 1);
    assert_null(duos_server_find(s->server, to.id));
    stats.size = sizeof stats;
    assert_ok(duos_server_get_stats(s->server, &stats));
    assert_int_equal(stats.clients, 0);

    assert_err(DUOS_EWOULDBLOCK, duos_recv(to.sock, text, 1, &n));
    net_exchange(visitor, to.sock);
    net_exchange(to.sock, visitor);
    scene_idle(s);
    assert_int_equal(s->served.datas, 1);
    net_close(&to.sock);
    net_close(&visitor);
}

/* The loop has let go of it, so it can be watched again. */
static void ignore_events(duos_watch *watch, unsigned events, void *user)
{
    (void)watch;
    (void)events;
    ++*(unsigned *)user;
}

static void test_conn_released_socket_can_be_watched(void **state)
{
    scene *s = (scene *)*state;
    duos_socket sock;
    duos_watch watch;
    unsigned calls = 0;

    scene_open_both(s);
    assert_ok(duos_conn_release(s->called.conn, &sock));
    assert_ok(duos_watch_init(&watch, s->loop, ignore_events, &calls));
    assert_ok(duos_watch_start(&watch, sock, DUOS_WRITE));
    scene_until(s, calls, 1);
    duos_watch_stop(&watch);
    assert_null(duos_client_conn(s->client));
    net_close(&sock);
    scene_connect(s); /* the client is free for the next one */
    scene_until(s, s->called.opens, 2);
}

static void test_conn_release_is_refused_while_output_waits(void **state)
{
    scene *s = (scene *)*state;
    duos_socket sock;

    s->client_config.limits.queue_max = sizeof bulk;
    scene_open_both(s);
    assert_ok(duos_conn_pause(s->served.conn));
    while (duos_conn_send(s->called.conn, bulk, sizeof bulk / 4) == DUOS_OK) {
    }
    assert_err(DUOS_ESTATE, duos_conn_release(s->called.conn, &sock));
    duos_conn_abort(s->called.conn, DUOS_OK);
    scene_until(s, s->called.closes, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(test_ST4_conn_reset_while_idle_tells_the_reason),
        scene_test(test_ST4_conn_reset_in_the_backlog_harms_nobody),
        scene_test(test_ST4_conn_reset_while_output_waits_tells_it_once),
        scene_test(test_ST4_conn_reset_while_closing_ends_it),
        scene_test(test_ST4_conn_reset_after_our_end_tells_it),
        scene_test(test_ST4_conn_shut_down_after_a_reset_tells_the_reset),
        scene_test(test_ST4_conn_reset_after_their_end_tells_it_once),
        scene_test(test_ST4_conn_reset_during_a_drain_ends_it),
        scene_test(test_ST4_conn_reset_when_just_accepted_is_told_once),
        scene_test(test_ST4_conn_reset_in_the_middle_of_its_data),
        scene_test(test_ST6_conn_data_and_reset_in_one_turn),
        scene_test(test_SY10_conn_that_is_broken_does_not_take_bytes_for_ever),
        scene_test(test_ST6_conn_receives_what_came_before_the_end),
        scene_test(test_conn_release_hands_over_a_socket_that_works),
        scene_test(test_conn_released_socket_can_be_watched),
        scene_test(test_conn_release_is_refused_while_output_waits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
