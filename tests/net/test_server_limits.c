/* SPDX-License-Identifier: MIT */
/*
 * test_server_limits.c - a server that is asked for more than it has: too many
 * clients, no descriptor, no memory, a listener that breaks.
 */
#include "support/scene.h"

#include "server_core.h"

/* ---- max_clients ------------------------------------------------------ */

static void test_LO2_server_closes_one_client_more_than_allowed(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitors[3];
    duos_socket extra;
    int i;

    s->server_config.max_clients = 3;
    s->served.act = told_echo;
    scene_serve(s);
    for (i = 0; i < 3; i++) {
        visitors[i] = scene_visit(s);
    }
    for (i = 0; i < 5; i++) {
        extra = net_connect(&s->at);
        assert_int_equal(scene_receive_end(s, extra, NULL), DUOS_EEOF);
        net_close(&extra);
    }
    assert_int_equal(s->served.opens, 3);
    assert_int_equal(scene_stats(s).refused_limit, 5);
    assert_int_equal(scene_stats(s).clients_peak, 3);
    for (i = 0; i < 3; i++) {
        scene_echo(s, visitors[i]);
    }
    /* A place that has become free is given away again. */
    net_close(&visitors[1]);
    scene_until(s, s->served.closes, 1);
    visitors[1] = scene_visit(s);
    scene_echo(s, visitors[1]);
    for (i = 0; i < 3; i++) {
        net_close(&visitors[i]);
    }
    scene_until(s, s->served.closes, 4);
}

static void test_server_without_a_limit_of_clients(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    s->server_config.max_clients = 0;
    s->served.act = told_echo;
    scene_serve(s);
    visitor = scene_visit(s);
    scene_echo(s, visitor);
    net_close(&visitor);
    scene_until(s, s->served.closes, 1);
}

/* At most so many of 100 visitors are let in by each turn. */
static void check_accepts_per_turn(scene *s, unsigned asked, unsigned most)
{
    duos_socket visitors[100];
    unsigned turns, before;
    unsigned highest = 0;
    int i;

    s->server_config.accepts_per_turn = asked;
    scene_serve(s);
    for (i = 0; i < 100; i++) {
        visitors[i] = net_connect(&s->at);
    }
    for (turns = 0; s->served.opens < 100; turns++) {
        before = s->served.opens;
        assert_ok(duos_loop_step(s->loop, 10));
        if (s->served.opens - before > highest) {
            highest = s->served.opens - before;
        }
        assert_true(turns < 1000);
    }
    assert_int_equal(highest, most);
    assert_in_range(scene_stats(s).accept_yields, 1, 100 / most + 1);
    for (i = 0; i < 100; i++) {
        net_close(&visitors[i]);
    }
    scene_until(s, s->served.eofs, 100);
}

static void test_ST14_server_accepts_so_many_in_one_turn(void **state)
{
    check_accepts_per_turn((scene *)*state, 3, 3);
}

static void test_ST14_server_accepts_64_in_one_turn_where_nothing_is_asked(
    void **state)
{
    check_accepts_per_turn((scene *)*state, 0, 64);
}

/* ---- no descriptor ---------------------------------------------------- */

/* Sockets that were opened while one still could. */
static void open_early(duos_socket *visitors, int count)
{
    int i;

    for (i = 0; i < count; i++) {
        visitors[i] = net_open(DUOS_IPV4, DUOS_STREAM);
    }
}

static void connect_late(const scene *s, duos_socket visitor)
{
    duos_err err = duos_connect(visitor, &s->at);

    assert_true(err == DUOS_OK || err == DUOS_EINPROGRESS);
}

/* The first is refused with the spare descriptor; the second finds a place. */
static void test_SY4_server_survives_a_full_table_of_descriptors(void **state)
{
    scene *s = (scene *)*state;
    duos_socket old[2], fresh[2];
    int i;

    s->served.act = told_echo;
    scene_serve(s);
    old[0] = scene_visit(s);
    old[1] = scene_visit(s);
    open_early(fresh, 2);
    if (!os_begin_shortage()) {
        skip_because("no limit of descriptors on this system");
    }
    connect_late(s, fresh[0]);
    scene_until(s, s->served.errors, 1);
    assert_int_equal(s->served.error, DUOS_EMFILE);
    assert_int_equal(scene_stats(s).shed, 1);
    assert_int_equal(scene_receive_end(s, fresh[0], NULL), DUOS_EEOF);

    /* The listener pauses, so the next one waits: no spin, others are served.
     */
    connect_late(s, fresh[1]);
    assert_int_equal(scene_stats(s).accept_pauses, 1);
    scene_echo(s, old[0]);
    scene_echo(s, old[1]);
    assert_int_equal(s->served.opens, 2);

    /* One leaves, and its place is taken at once. */
    duos_conn_abort(duos_server_next(s->server, NULL), DUOS_OK);
    scene_idle(s); /* no time for a pause to end by itself */
    assert_int_equal(s->served.closes, 1);
    assert_int_equal(s->served.opens, 3);
    assert_int_equal(scene_stats(s).shed, 1);
    os_end_shortage();
    scene_echo(s, fresh[1]);
    for (i = 0; i < 2; i++) {
        net_close(&old[i]);
        net_close(&fresh[i]);
    }
    scene_until(s, s->served.closes, 3);
}

#define CROWD 8

/* Pauses of 50, 100, 200 ms: told once, one is refused at the end of each. */
static void test_SY4_server_refuses_one_at_each_pause_without_descriptors(
    void **state)
{
    scene *s = (scene *)*state;
    duos_socket fresh[CROWD];
    int i;

    s->served.act = told_echo;
    scene_serve(s);
    open_early(fresh, CROWD);
    if (!os_begin_shortage()) {
        skip_because("no limit of descriptors on this system");
    }
    for (i = 0; i < CROWD; i++) {
        connect_late(s, fresh[i]);
    }
    assert_true(scene_count_turns(s, 400) < 60);
    assert_int_equal(s->served.errors, 1);
    assert_int_equal(s->served.opens, 0);
    assert_int_equal(scene_stats(s).accept_pauses, 1);
    assert_in_range(scene_stats(s).shed, 2, 4);
    os_end_shortage();
    scene_until(s, s->served.opens, CROWD - (unsigned)scene_stats(s).shed);
    for (i = 0; i < CROWD; i++) {
        net_close(&fresh[i]);
    }
    scene_until(s, s->served.closes, s->served.opens);
}

static void test_SY4_server_tells_of_each_shortage_anew(void **state)
{
    scene *s = (scene *)*state;
    duos_socket fresh[3];
    int i;

    s->served.act = told_echo;
    scene_serve(s);
    for (i = 0; i < 3; i++) {
        open_early(&fresh[i], 1);
        if (!os_begin_shortage()) {
            skip_because("no limit of descriptors on this system");
        }
        connect_late(s, fresh[i]);
        scene_until(s, s->served.errors, (unsigned)i + 1);
        os_end_shortage();
        assert_int_equal(scene_receive_end(s, fresh[i], NULL), DUOS_EEOF);
        net_close(&fresh[i]);
        fresh[i] = scene_visit(s);
        scene_echo(s, fresh[i]);
    }
    assert_int_equal(scene_stats(s).accept_pauses, 3);
    assert_int_equal(scene_stats(s).shed, 3);
    for (i = 0; i < 3; i++) {
        net_close(&fresh[i]);
    }
    scene_until(s, s->served.closes, 3);
}

/* Somebody else has its number; the next client brings it back. */
static void test_SY4_server_goes_on_without_a_spare_descriptor(void **state)
{
    scene *s = (scene *)*state;
    duos_socket fresh, thief;

    s->served.act = told_echo;
    scene_serve(s);
    fresh = net_open(DUOS_IPV4, DUOS_STREAM);
    assert_ok(duos_close(&s->server->spare));
    thief = net_open(DUOS_IPV4, DUOS_DGRAM);
    if (!os_begin_shortage()) {
        skip_because("no limit of descriptors on this system");
    }
    connect_late(s, fresh);
    scene_until(s, s->served.errors, 1);
    scene_pass(s, 60);
    assert_int_equal(scene_stats(s).shed, 0);
    os_end_shortage();
    scene_echo(s, fresh); /* the pause ends by itself */
    assert_true(duos_socket_valid(s->server->spare));
    net_close(&fresh);
    net_close(&thief);
    scene_until(s, s->served.closes, 1);
}

static void destroy_it(told *t, duos_server *server)
{
    duos_server_destroy(server);
    ((scene *)t->user)->server = NULL;
}

static void drain_it(told *t, duos_server *server)
{
    (void)t;
    assert_ok(duos_server_drain(server, 50));
}

/* Nothing of the pause may be left behind. */
static void test_SY4_CB4_server_destroyed_in_on_error(void **state)
{
    scene *s = (scene *)*state;
    duos_socket fresh;

    s->served.on_error = destroy_it;
    s->served.user = s;
    scene_serve(s);
    fresh = net_open(DUOS_IPV4, DUOS_STREAM);
    if (!os_begin_shortage()) {
        skip_because("no limit of descriptors on this system");
    }
    connect_late(s, fresh);
    scene_until(s, s->served.errors, 1);
    os_end_shortage();
    scene_pass(s, 120); /* longer than the pause would be */
    assert_null(s->server);
    net_close(&fresh);
}

static void test_SY4_CB4_server_drained_in_on_error(void **state)
{
    scene *s = (scene *)*state;
    duos_socket fresh;

    s->served.on_error = drain_it;
    scene_serve(s);
    fresh = net_open(DUOS_IPV4, DUOS_STREAM);
    if (!os_begin_shortage()) {
        skip_because("no limit of descriptors on this system");
    }
    connect_late(s, fresh);
    scene_until(s, s->served.drained, 1);
    os_end_shortage();
    scene_pass(s, 120);
    assert_int_equal(s->served.errors, 1);
    assert_int_equal(s->served.opens, 0);
    net_close(&fresh);
}

static void test_SY4_server_destroyed_while_it_pauses(void **state)
{
    scene *s = (scene *)*state;
    duos_socket fresh;

    scene_serve(s);
    fresh = net_open(DUOS_IPV4, DUOS_STREAM);
    if (!os_begin_shortage()) {
        skip_because("no limit of descriptors on this system");
    }
    connect_late(s, fresh);
    scene_until(s, s->served.errors, 1);
    duos_server_destroy(s->server);
    s->server = NULL;
    os_end_shortage();
    assert_int_equal(duos_loop_next_timeout_ms(s->loop), -1);
    scene_pass(s, 60);
    net_close(&fresh);
}

/* ---- no memory -------------------------------------------------------- */

static void test_ME1_server_drops_a_client_that_it_has_no_memory_for(
    void **state)
{
    scene *s = (scene *)*state;
    duos_socket old, visitor;
    size_t k;

    s->served.act = told_echo;
    scene_serve(s);
    old = scene_visit(s);
    for (k = 1;; k++) {
        unsigned before = s->served.opens;

        failing_alloc_arm(&s->memory, k, true);
        visitor = net_connect(&s->at);
        while (s->served.opens == before &&
               duos_wait(visitor, DUOS_READ, 0, NULL) == DUOS_ETIMEDOUT) {
            assert_ok(duos_loop_step(s->loop, 1));
        }
        failing_alloc_arm(&s->memory, 0, false);
        if (s->served.opens > before) {
            break;
        }
        assert_true(scene_receive_end(s, visitor, NULL) != DUOS_OK);
        net_close(&visitor);
        scene_echo(s, old);
    }
    assert_true(k > 1);
    assert_int_equal(scene_stats(s).accept_errors, k - 1);
    scene_echo(s, visitor);
    net_close(&visitor);
    net_close(&old);
    scene_until(s, s->served.closes, 2);
}

/* The end of a pause needs the poller, which may find no memory, either. */
static void test_SY4_ME1_server_resumes_when_memory_is_back(void **state)
{
    scene *s = (scene *)*state;
    duos_socket refused, fresh;

    s->served.act = told_echo;
    scene_serve(s);
    refused = net_open(DUOS_IPV4, DUOS_STREAM);
    fresh = net_open(DUOS_IPV4, DUOS_STREAM);
    if (!os_begin_shortage()) {
        skip_because("no limit of descriptors on this system");
    }
    connect_late(s, refused);
    scene_until(s, s->served.errors, 1);
    connect_late(s, fresh);
    os_end_shortage();
    scene_fill_poller(s);
    failing_alloc_arm(&s->memory, 1, true);
    scene_pass(s, 120);
    assert_int_equal(s->served.opens, 0);
    assert_true(failing_alloc_struck(&s->memory));
    failing_alloc_arm(&s->memory, 0, false);
    scene_until(s, s->served.opens, 1);
    scene_echo(s, fresh);
    net_close(&fresh);
    net_close(&refused);
    scene_until(s, s->served.closes, 1);
}

/* An engine that begins to accept at all listeners but the newest one. */
static const duos__acceptor *unwilling;

static duos_err start_others(duos__acceptor *a)
{
    return a == unwilling ? DUOS_ENOSPC : duos__engine_ready.accept_start(a);
}

static void test_SY12_server_resumes_where_it_can(void **state)
{
    static duos__engine_ops engine;
    scene *s = (scene *)*state;
    duos_socket visitor;
    duos_addr other;

    s->served.act = told_echo;
    scene_serve(s);
    assert_ok(duos_server_listen(s->server, "127.0.0.1:0", NULL, &other));
    engine = duos__engine_ready;
    engine.accept_start = start_others;
    unwilling = &s->server->listeners->acceptor;
    s->server->owner.engine = &engine;
    assert_false(
        duos__acceptor_failed(&s->server->listeners->acceptor, DUOS_ENFILE));
    visitor = scene_visit(s); /* at the first listener */
    scene_echo(s, visitor);
    unwilling = NULL;
    net_close(&visitor);
    scene_until(s, s->served.closes, 1);
    visitor = net_connect(&other);
    scene_until(s, s->served.opens, 2);
    net_close(&visitor);
    scene_until(s, s->served.closes, 2);
}

/* ---- a broken listener ------------------------------------------------ */

static void test_SY5_server_tells_of_a_broken_listener_once(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;
    duos_addr other;

    s->served.act = told_echo;
    scene_serve(s);
    assert_ok(duos_server_listen(s->server, "127.0.0.1:0", NULL, &other));
    visitor = net_connect(&other);
    scene_until(s, s->served.opens, 1);
    /* The engine reports what accept said; no system breaks one on demand. */
    assert_false(
        duos__acceptor_failed(&s->server->listeners->acceptor, DUOS_EINVAL));
    assert_int_equal(s->served.errors, 1);
    assert_int_equal(s->served.error, DUOS_EINVAL);
    scene_idle(s);
    assert_int_equal(s->served.errors, 1);
    scene_echo(s, visitor);
    net_close(&visitor);
    scene_until(s, s->served.closes, 1);
    visitor = scene_visit(s); /* the other listener goes on */
    scene_echo(s, visitor);
    net_close(&visitor);
    scene_until(s, s->served.closes, 2);
}

static void test_SY3_server_passes_over_errors_of_single_connections(
    void **state)
{
    static const duos_err theirs[] = {
        DUOS_ECONNABORTED, DUOS_EPROTO,           DUOS_ENETDOWN,
        DUOS_ENOPROTOOPT,  DUOS_EHOSTDOWN,        DUOS_EHOSTUNREACH,
        DUOS_EOPNOTSUPP,   DUOS_ENETUNREACH,      DUOS_EPERM,
        DUOS_ECONNRESET,   DUOS_ENATIVE_BASE - 64};
    scene *s = (scene *)*state;
    size_t count = sizeof theirs / sizeof theirs[0];
    size_t i;

    scene_serve(s);
    for (i = 0; i < count; i++) {
        assert_true(
            duos__acceptor_failed(&s->server->listeners->acceptor, theirs[i]));
    }
    assert_int_equal(s->served.errors, 0);
    assert_int_equal(scene_stats(s).accept_errors, count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(test_LO2_server_closes_one_client_more_than_allowed),
        scene_test(test_server_without_a_limit_of_clients),
        scene_test(test_ST14_server_accepts_so_many_in_one_turn),
        scene_test(
            test_ST14_server_accepts_64_in_one_turn_where_nothing_is_asked),
        scene_test(test_SY4_server_survives_a_full_table_of_descriptors),
        scene_test(
            test_SY4_server_refuses_one_at_each_pause_without_descriptors),
        scene_test(test_SY4_server_tells_of_each_shortage_anew),
        scene_test(test_SY4_server_goes_on_without_a_spare_descriptor),
        scene_test(test_SY4_CB4_server_destroyed_in_on_error),
        scene_test(test_SY4_CB4_server_drained_in_on_error),
        scene_test(test_SY4_server_destroyed_while_it_pauses),
        scene_test(test_ME1_server_drops_a_client_that_it_has_no_memory_for),
        scene_test(test_SY4_ME1_server_resumes_when_memory_is_back),
        scene_test(test_SY12_server_resumes_where_it_can),
        scene_test(test_SY5_server_tells_of_a_broken_listener_once),
        scene_test(test_SY3_server_passes_over_errors_of_single_connections),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
