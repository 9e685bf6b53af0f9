/* SPDX-License-Identifier: MIT */
/*
 * test_conn_deadline.c - the time limits of conn.h: never early, and not much
 * too late.
 */
#include "support/scene.h"

#define LIMIT_MS 50

/* What tests allow for a machine that has other things to do. */
#define SLACK_MS 3000

static unsigned char bulk[4 * 1024 * 1024];

static void assert_passed(uint64_t begin_ms, uint64_t end_ms)
{
    if (end_ms - begin_ms < LIMIT_MS ||
        end_ms - begin_ms > LIMIT_MS + SLACK_MS) {
        print_error("%lu ms have passed, not %d\n",
                    (unsigned long)(end_ms - begin_ms), LIMIT_MS);
        fail();
    }
}

static void no_limits(duos_conn_limits *limits)
{
    limits->first_byte_ms = limits->idle_ms = 0;
    limits->stall_ms = limits->linger_ms = 0;
}

static void test_ST9_conn_that_sends_nothing_is_closed(void **state)
{
    scene *s = (scene *)*state;
    duos_socket silent, other;
    size_t n;

    no_limits(&s->server_config.limits);
    s->server_config.limits.first_byte_ms = LIMIT_MS;
    s->served.act = told_echo;
    scene_serve(s);
    other = net_connect(&s->at); /* its bytes are there when it is let in */
    scene_echo(s, other);
    silent = scene_visit(s);
    scene_until(s, s->served.closes, 1);
    assert_passed(s->served.opened_ms, s->served.closed_ms);
    assert_int_equal(s->served.reason, DUOS_EIDLE);
    assert_int_equal(scene_stats(s).first_byte_ends, 1);
    assert_true(scene_receive_end(s, silent, &n) != DUOS_OK);
    /* The other one has sent a byte, so it may be silent now. */
    scene_pass(s, LIMIT_MS + 20);
    assert_int_equal(s->served.closes, 1);
    scene_echo(s, other);
    net_close(&silent);
    net_close(&other);
}

static void test_ST10_conn_that_is_idle_is_closed(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;
    uint64_t last;

    no_limits(&s->server_config.limits);
    s->server_config.limits.idle_ms = 8 * LIMIT_MS;
    s->served.act = told_echo;
    scene_serve(s);
    visitor = scene_visit(s);
    scene_pass(s, 4 * LIMIT_MS);
    scene_echo(s, visitor);
    last = duos_loop_now_ms(s->loop);
    scene_until(s, s->served.closes, 1);
    /* The echo may have been handled in a turn before the last. */
    assert_true(s->served.closed_ms - s->served.opened_ms >= 12 * LIMIT_MS - 1);
    assert_true(s->served.closed_ms - last <= 8 * LIMIT_MS + SLACK_MS);
    assert_int_equal(s->served.reason, DUOS_EIDLE);
    assert_int_equal(scene_stats(s).idle_ends, 1);
    assert_int_equal(scene_stats(s).first_byte_ends, 0);
    net_close(&visitor);
}

/*
 * Bytes in one direction, again and again, for longer than the limit. False
 * when this process was itself so slow that it proves nothing.
 */
static bool keep_busy(scene *s, duos_socket visitor, bool ours)
{
    uint64_t begin = net_now();
    uint64_t last = begin;

    while (last - begin < 3 * LIMIT_MS * UINT64_C(1000000)) {
        uint64_t before = last;

        if (ours) {
            assert_ok(duos_conn_send(s->served.conn, "tick", 4));
        } else {
            assert_ok(duos_send_all(visitor, "tick", 4, 1000, NULL));
        }
        scene_pass(s, LIMIT_MS / 10);
        last = net_now();
        if (last - before > LIMIT_MS / 2 * UINT64_C(1000000)) {
            return false;
        }
    }
    return true;
}

static void stay_open_while_busy(scene *s, bool ours)
{
    bool proven = false;
    unsigned tries;

    no_limits(&s->server_config.limits);
    s->server_config.limits.idle_ms = LIMIT_MS;
    scene_serve(s);
    for (tries = 0; tries < 20 && !proven; tries++) {
        duos_socket visitor = scene_visit(s);

        if (keep_busy(s, visitor, ours)) {
            assert_int_equal(s->served.closes, tries);
            proven = true;
        }
        scene_until(s, s->served.closes, tries + 1);
        assert_int_equal(s->served.reason, DUOS_EIDLE);
        net_close(&visitor);
    }
    if (!proven) {
        skip_because("this machine is too busy");
    }
}

static void test_conn_that_only_receives_is_not_idle(void **state)
{
    stay_open_while_busy((scene *)*state, false);
}

static void test_conn_that_only_sends_is_not_idle(void **state)
{
    stay_open_while_busy((scene *)*state, true);
}

/* One timer looks after both; the first limit was kept, the second is near. */
static void test_conn_deadline_is_not_early_when_another_one_is_kept(
    void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    no_limits(&s->server_config.limits);
    s->server_config.limits.first_byte_ms = LIMIT_MS - 2;
    s->server_config.limits.idle_ms = LIMIT_MS;
    scene_serve(s);
    visitor = net_connect(&s->at);
    assert_ok(duos_send_all(visitor, "first", 5, 1000, NULL));
    scene_until(s, s->served.closes, 1);
    assert_passed(s->served.opened_ms, s->served.closed_ms);
    assert_int_equal(s->served.reason, DUOS_EIDLE);
    net_close(&visitor);
}

static void test_ST7_conn_whose_peer_does_not_read_is_closed(void **state)
{
    scene *s = (scene *)*state;
    duos_socket stuck, other;
    duos_conn *conn;
    uint64_t begin;

    no_limits(&s->server_config.limits);
    s->server_config.limits.stall_ms = LIMIT_MS;
    s->server_config.limits.queue_max = sizeof bulk;
    s->served.act = told_echo;
    scene_serve(s);
    stuck = scene_visit(s);
    conn = s->served.conn;
    other = scene_visit(s);
    begin = duos_loop_now_ms(s->loop); /* it may end in the turns below */
    while (duos_conn_send(conn, bulk, sizeof bulk / 4) == DUOS_OK) {
    }
    scene_idle(s);
    while (s->served.closes == 0) {
        scene_echo(s, other);
    }
    assert_true(s->served.closed_ms - begin <= LIMIT_MS + SLACK_MS);
    assert_int_equal(s->served.reason, DUOS_ESTALLED);
    assert_int_equal(scene_stats(s).stall_ends, 1);
    scene_echo(s, other);
    net_close(&stuck);
    net_close(&other);
}

static void test_conn_that_stalls_is_not_closed_early(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;
    uint64_t begin;

    no_limits(&s->server_config.limits);
    s->server_config.limits.stall_ms = LIMIT_MS;
    s->server_config.limits.queue_max = sizeof bulk;
    scene_serve(s);
    visitor = scene_visit(s);
    scene_pass(s, LIMIT_MS + 10); /* time before the queue does not count */
    begin = net_now();
    while (duos_conn_send(s->served.conn, bulk, sizeof bulk / 4) == DUOS_OK) {
    }
    scene_until(s, s->served.closes, 1);
    assert_waited_at_least(begin, LIMIT_MS);
    assert_int_equal(s->served.reason, DUOS_ESTALLED);
    net_close(&visitor);
}

/* One that takes a little all the time is slow, but not stalled. */
static void test_conn_whose_peer_reads_slowly_is_kept(void **state)
{
    static char some[512 * 1024];
    scene *s = (scene *)*state;
    duos_socket visitor;
    int i;

    no_limits(&s->server_config.limits);
    s->server_config.limits.stall_ms = 10 * LIMIT_MS;
    s->server_config.limits.queue_max = 6 * sizeof bulk;
    s->server_config.limits.queue_high = 0;
    s->served.act = told_echo;
    scene_serve(s);
    visitor = scene_visit(s);
    for (i = 0; i < 6; i++) {
        assert_ok(duos_conn_send(s->served.conn, bulk, sizeof bulk));
    }
    for (i = 0; i < 25; i++) {
        scene_receive(s, visitor, some, sizeof some);
        scene_pass(s, LIMIT_MS / 2);
    }
    assert_int_equal(s->served.closes, 0);
    assert_true(duos_conn_queued(s->served.conn) > 0);
    net_close(&visitor);
    scene_until(s, s->served.closes, 1);
}

static void test_conn_that_closes_towards_a_stuck_peer_is_ended(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;
    uint64_t begin;

    no_limits(&s->server_config.limits);
    s->server_config.limits.stall_ms = LIMIT_MS;
    s->server_config.limits.queue_max = sizeof bulk;
    scene_serve(s);
    visitor = scene_visit(s);
    begin = net_now();
    while (duos_conn_send(s->served.conn, bulk, sizeof bulk / 4) == DUOS_OK) {
    }
    duos_conn_close(s->served.conn);
    scene_until(s, s->served.closes, 1);
    assert_waited_at_least(begin, LIMIT_MS);
    assert_int_equal(s->served.reason, DUOS_ESTALLED);
    net_close(&visitor);
}

/* The loop's own time is that of its last turn, which was long ago. */
static void test_TI4_conn_used_between_turns_is_not_judged_by_old_time(
    void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;
    uint64_t begin;

    no_limits(&s->server_config.limits);
    s->server_config.limits.idle_ms = LIMIT_MS;
    scene_serve(s);
    visitor = scene_visit(s);
    begin = net_now();
    while (net_now() - begin < 2 * LIMIT_MS * UINT64_C(1000000)) {
    }
    begin = net_now();
    assert_ok(duos_conn_send(s->served.conn, "tick", 4));
    scene_until(s, s->served.closes, 1);
    assert_waited_at_least(begin, LIMIT_MS);
    net_close(&visitor);
}

static void test_conn_without_limits_is_never_closed(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    no_limits(&s->server_config.limits);
    scene_serve(s);
    visitor = scene_visit(s);
    assert_int_equal(duos_loop_next_timeout_ms(s->loop), -1);
    scene_pass(s, 30);
    assert_int_equal(s->served.closes, 0);
    net_close(&visitor);
    scene_until(s, s->served.eofs, 1);
}

static void test_conn_limits_of_a_client_hold_as_well(void **state)
{
    scene *s = (scene *)*state;

    no_limits(&s->client_config.limits);
    s->client_config.limits.idle_ms = LIMIT_MS;
    scene_open_both(s);
    scene_until(s, s->called.closes, 1);
    assert_passed(s->called.opened_ms, s->called.closed_ms);
    assert_int_equal(s->called.reason, DUOS_EIDLE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(test_ST9_conn_that_sends_nothing_is_closed),
        scene_test(test_ST10_conn_that_is_idle_is_closed),
        scene_test(test_conn_that_only_receives_is_not_idle),
        scene_test(test_conn_that_only_sends_is_not_idle),
        scene_test(test_conn_deadline_is_not_early_when_another_one_is_kept),
        scene_test(test_ST7_conn_whose_peer_does_not_read_is_closed),
        scene_test(test_conn_that_stalls_is_not_closed_early),
        scene_test(test_conn_whose_peer_reads_slowly_is_kept),
        scene_test(test_conn_that_closes_towards_a_stuck_peer_is_ended),
        scene_test(test_TI4_conn_used_between_turns_is_not_judged_by_old_time),
        scene_test(test_conn_without_limits_is_never_closed),
        scene_test(test_conn_limits_of_a_client_hold_as_well),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
