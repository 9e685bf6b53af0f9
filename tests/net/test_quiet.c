/* SPDX-License-Identifier: MIT */
/*
 * test_quiet.c - a loop that has nothing to do sleeps, whatever state its
 * connections are in. A level-triggered poller tells what it sees again and
 * again, so each state must have the right interest.
 */
#include "support/scene.h"

static unsigned char bulk[512 * 1024];

/* Turns are 20 ms long then; a few may end early. */
static void assert_quiet(scene *s)
{
    scene_idle(s);
    assert_true(scene_count_turns(s, 100) < 20);
}

static void fill_queue(duos_conn *conn)
{
    while (duos_conn_send(conn, bulk, sizeof bulk) == DUOS_OK) {
    }
    assert_true(duos_conn_queued(conn) > 0);
}

static void test_quiet_when_nobody_speaks(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    scene_serve(s);
    visitor = scene_visit(s);
    assert_quiet(s);
    net_close(&visitor);
}

static void test_quiet_after_the_peer_has_ended(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    scene_serve(s);
    visitor = scene_visit(s);
    assert_ok(duos_shutdown(visitor, DUOS_SHUT_SEND));
    scene_until(s, s->served.eofs, 1);
    assert_quiet(s);
    net_close(&visitor);
    assert_quiet(s);
    assert_int_equal(s->served.eofs, 1);
}

static void test_quiet_after_we_have_ended(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    scene_serve(s);
    visitor = scene_visit(s);
    assert_ok(duos_conn_shutdown(s->served.conn));
    assert_quiet(s);
    net_close(&visitor);
}

static void test_quiet_while_paused(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    scene_serve(s);
    visitor = scene_visit(s);
    assert_ok(duos_conn_pause(s->served.conn));
    assert_ok(duos_send_all(visitor, "news", 4, 1000, NULL));
    assert_quiet(s);
    assert_ok(duos_shutdown(visitor, DUOS_SHUT_SEND));
    assert_quiet(s);
    net_reset(&visitor);
    assert_quiet(s);
    assert_string_equal(s->served.log, "o");
}

static void test_quiet_while_held_back(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    scene_serve(s);
    visitor = scene_visit(s);
    fill_queue(s->served.conn);
    assert_ok(duos_send_all(visitor, "news", 4, 1000, NULL));
    assert_quiet(s);
    assert_int_equal(s->served.datas, 0);
    assert_ok(duos_shutdown(visitor, DUOS_SHUT_SEND));
    assert_quiet(s);
    net_close(&visitor);
}

static void test_quiet_while_a_closing_one_waits_for_its_peer(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    scene_serve(s);
    visitor = scene_visit(s);
    fill_queue(s->served.conn);
    duos_conn_close(s->served.conn);
    assert_ok(duos_send_all(visitor, "news", 4, 1000, NULL));
    assert_quiet(s);
    assert_int_equal(s->served.closes, 0);
    net_close(&visitor);
}

static void test_quiet_while_lingering(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    scene_serve(s);
    visitor = scene_visit(s);
    assert_ok(duos_send_all(visitor, "unread", 6, 1000, NULL));
    duos_conn_close(s->served.conn);
    assert_quiet(s);
    net_close(&visitor);
    scene_until(s, s->served.closes, 1);
}

static void test_quiet_while_a_connect_lasts(void **state)
{
    scene *s = (scene *)*state;
    duos_socket listener, crowd[8];
    int i;

    if (!os_is_linux()) {
        skip_because("only Linux lets a connect to a full backlog wait");
    }
    listener = net_listen(DUOS_IPV4, 1, &s->at);
    assert_ok(duos_addr_format(&s->at, s->address, sizeof s->address));
    for (i = 0; i < 8; i++) {
        duos_err err;

        crowd[i] = net_open(DUOS_IPV4, DUOS_STREAM);
        err = duos_connect(crowd[i], &s->at);
        assert_true(err == DUOS_OK || err == DUOS_EINPROGRESS);
    }
    scene_connect(s);
    assert_quiet(s);
    assert_string_equal(s->called.log, "");
    for (i = 0; i < 8; i++) {
        net_close(&crowd[i]);
    }
    net_close(&listener);
}

static void test_quiet_after_all_have_gone(void **state)
{
    scene *s = (scene *)*state;

    scene_open_both(s);
    duos_conn_close(s->called.conn);
    scene_until(s, s->called.closes, 1);
    duos_conn_close(s->served.conn);
    scene_until(s, s->served.closes, 1);
    assert_quiet(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(test_quiet_when_nobody_speaks),
        scene_test(test_quiet_after_the_peer_has_ended),
        scene_test(test_quiet_after_we_have_ended),
        scene_test(test_quiet_while_paused),
        scene_test(test_quiet_while_held_back),
        scene_test(test_quiet_while_a_closing_one_waits_for_its_peer),
        scene_test(test_quiet_while_lingering),
        scene_test(test_quiet_while_a_connect_lasts),
        scene_test(test_quiet_after_all_have_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
