/* SPDX-License-Identifier: MIT */
/*
 * test_race.c - a race for a connection on real sockets, through every poller:
 * addresses of this machine that listen, refuse or do not answer, and one of
 * a network that nobody has.
 */
#include "support/crowd.h"
#include "support/scene.h"

#include "race.h"

/* ---- a race on the loop of a scene ------------------------------------- */

typedef struct runners {
    duos_client_attempt list[4];
    duos__course course;
    duos__race *race;
    unsigned ends;
    duos_err err;
    duos_client_attempt *won;
    duos_socket sock;
} runners;

static void done(void *user, duos_err err, duos_client_attempt *won,
                 duos_socket sock)
{
    runners *r = (runners *)user;

    r->ends++;
    r->err = err;
    r->won = won;
    r->sock = sock;
    duos__race_end(r->race, DUOS_ECANCELED);
}

static void prepare(runners *r, scene *s)
{
    memset(r, 0, sizeof *r);
    r->course.loop = s->loop;
    r->course.engine = &duos__engine_ready;
    r->course.list = r->list;
    r->course.begin_ns = net_now();
    r->course.delay_ms = 50;
    r->course.done = done;
    r->course.user = r;
    r->sock.os = -1;
}

static void add(runners *r, const duos_addr *addr)
{
    r->list[r->course.count++].addr = *addr;
}

static void run(runners *r, scene *s)
{
    assert_ok(duos__race_start(&r->course, &r->race));
    scene_until(s, r->ends, 1);
    scene_idle(s);
    assert_int_equal(r->ends, 1);
}

static void assert_won(runners *r, size_t which)
{
    assert_ok(r->err);
    assert_ptr_equal(r->won, &r->list[which]);
    assert_ok(r->won->err);
    assert_ok(duos_connect_result(r->sock));
    net_close(&r->sock);
}

static void test_race_one_that_does_not_answer_is_overtaken(void **state)
{
    scene *s = (scene *)*state;
    duos_addr at;
    duos_socket listener;
    runners r;
    crowd c;

    if (!os_is_linux()) {
        skip_because("only Linux lets a connect to a full backlog wait");
    }
    crowd_open(&c);
    listener = net_listen(DUOS_IPV4, 0, &at);
    prepare(&r, s);
    add(&r, &c.at);
    add(&r, &at);
    run(&r, s);
    assert_won(&r, 1);
    assert_int_equal(r.list[0].err, DUOS_ECANCELED);
    assert_true(r.list[1].started_ms >= 50);
    net_close(&listener);
    crowd_close(&c);
}

static void test_SY8_race_one_that_refuses_is_passed_at_once(void **state)
{
    scene *s = (scene *)*state;
    duos_addr nobody = net_deserted(DUOS_IPV4);
    duos_addr at;
    duos_socket listener = net_listen(DUOS_IPV4, 0, &at);
    runners r;

    prepare(&r, s);
    r.course.delay_ms = 2000;
    add(&r, &nobody);
    add(&r, &nobody);
    add(&r, &at);
    run(&r, s);
    assert_won(&r, 2);
    assert_int_equal(r.list[0].err, DUOS_ECONNREFUSED);
    assert_int_equal(r.list[1].err, DUOS_ECONNREFUSED);
    assert_true(r.list[2].started_ms < 2000); /* not 2 s on Windows (trap 32) */
    net_close(&listener);
}

static void test_DN3_race_both_families_of_this_machine(void **state)
{
    scene *s = (scene *)*state;
    duos_addr here, there, at;
    duos_socket listener;
    runners r;

    net_need(DUOS_IPV6);
    listener = net_listen(DUOS_IPV4, 0, &at);
    here = duos_addr_loopback(DUOS_IPV6, at.port);
    there = at;
    prepare(&r, s);
    add(&r, &here);
    add(&r, &there);
    run(&r, s);
    assert_won(&r, 1);
    assert_int_equal(r.list[0].err, DUOS_ECONNREFUSED);
    net_close(&listener);
}

static void test_race_attempt_deadline_on_a_real_clock(void **state)
{
    scene *s = (scene *)*state;
    runners r;
    crowd c;

    if (!os_is_linux()) {
        skip_because("only Linux lets a connect to a full backlog wait");
    }
    crowd_open(&c);
    prepare(&r, s);
    r.course.attempt_ms = 60;
    add(&r, &c.at);
    add(&r, &c.at);
    run(&r, s);
    assert_int_equal(r.err, DUOS_ETIMEDOUT);
    assert_true(r.list[0].took_ms >= 60);
    assert_true(r.list[1].took_ms >= 60);
    assert_int_equal(r.list[1].err, DUOS_ETIMEDOUT);
    crowd_close(&c);
}

/* 192.0.2.0/24 is for examples: silence, or no way there at all. */
static void test_DN3_race_a_dead_network_is_no_obstacle(void **state)
{
    scene *s = (scene *)*state;
    duos_addr dead = duos_addr_ipv4(192, 0, 2, 1, 9);
    duos_addr at;
    duos_socket listener = net_listen(DUOS_IPV4, 0, &at);
    runners r;

    prepare(&r, s);
    add(&r, &dead);
    add(&r, &at);
    run(&r, s);
    if (r.won == &r.list[0]) {
        net_close(&r.sock);
        net_close(&listener);
        skip_because("something answers for 192.0.2.1");
    }
    assert_won(&r, 1);
    assert_true(r.list[0].err != DUOS_OK);
    net_close(&listener);
}

static void test_race_from_a_source(void **state)
{
    scene *s = (scene *)*state;
    duos_addr source = duos_addr_ipv4(127, 0, 0, 1, 0);
    duos_addr at, local;
    duos_socket listener = net_listen(DUOS_IPV4, 0, &at);
    duos_socket taken = net_bind(DUOS_IPV4, DUOS_STREAM, &local);
    runners r;

    net_close(&taken); /* a port that is free */
    source.port = local.port;
    prepare(&r, s);
    r.course.source = source;
    add(&r, &at);
    run(&r, s);
    assert_ok(r.err);
    assert_ok(duos_local_addr(r.sock, &local));
    assert_true(duos_addr_equal(&local, &source));
    net_reset(&r.sock);
    net_close(&listener);
}

/* The peer is the socket itself, and nobody else listens there. */
static void test_trap_35_race_that_meets_itself_is_refused(void **state)
{
    scene *s = (scene *)*state;
    duos_addr at;
    duos_socket taken = net_bind(DUOS_IPV4, DUOS_STREAM, &at);
    runners r;

    net_close(&taken); /* a port that is free */
    prepare(&r, s);
    r.course.source = at;
    add(&r, &at);
    run(&r, s);
    assert_int_equal(r.err, DUOS_ECONNREFUSED);
    assert_int_equal(r.list[0].err, DUOS_ECONNREFUSED);
    assert_null(r.won);
}

static void test_race_source_of_nobody_is_told(void **state)
{
    scene *s = (scene *)*state;
    duos_addr at;
    duos_socket listener = net_listen(DUOS_IPV4, 0, &at);
    runners r;

    prepare(&r, s);
    r.course.source = duos_addr_ipv4(192, 0, 2, 1, 0);
    add(&r, &at);
    assert_err(DUOS_EADDRNOTAVAIL, duos__race_start(&r.course, &r.race));
    assert_int_equal(r.list[0].err, DUOS_EADDRNOTAVAIL);
    net_close(&listener);
}

static void test_DN5_race_ended_while_it_lasts(void **state)
{
    scene *s = (scene *)*state;
    duos_addr at;
    duos_socket listener = net_listen(DUOS_IPV4, 0, &at);
    runners r;

    prepare(&r, s);
    add(&r, &at);
    assert_ok(duos__race_start(&r.course, &r.race));
    duos__race_end(r.race, DUOS_ECANCELED);
    scene_pass(s, 20);
    assert_int_equal(r.ends, 0);
    assert_int_equal(r.list[0].err, DUOS_ECANCELED);
    net_close(&listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(test_race_one_that_does_not_answer_is_overtaken),
        scene_test(test_SY8_race_one_that_refuses_is_passed_at_once),
        scene_test(test_DN3_race_both_families_of_this_machine),
        scene_test(test_race_attempt_deadline_on_a_real_clock),
        scene_test(test_DN3_race_a_dead_network_is_no_obstacle),
        scene_test(test_race_from_a_source),
        scene_test(test_trap_35_race_that_meets_itself_is_refused),
        scene_test(test_race_source_of_nobody_is_told),
        scene_test(test_DN5_race_ended_while_it_lasts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
