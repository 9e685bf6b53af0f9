/* SPDX-License-Identifier: MIT */
/*
 * test_sim_lookup.c - looking names up on a loop, on a simulated name service
 * that fails, is slow or never answers.
 */
#include "sim_names.h"

/* ---- on a loop -------------------------------------------------------- */

static void test_lookup_answers_come_from_the_loop(void **state)
{
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->a);
    asked known, named, failed;

    add_host(w, "b.test", w->b, 20);
    add_failure(w, "fail.test", DUOS_ENORECOVERY);
    prepare(&known, w, loop);
    prepare(&named, w, loop);
    prepare(&failed, w, loop);
    ask(&known, "10.0.0.9:5", -1);
    ask(&named, "b.test:6", -1);
    ask(&failed, "fail.test:7", SECOND);
    run_out(w);
    assert_int_equal(known.answers, 1);
    assert_int_equal(known.err, DUOS_OK);
    assert_int_equal(known.first.port, 5);
    assert_int_equal(named.answers, 1);
    assert_int_equal(named.count, 2);
    assert_int_equal(named.first.family, DUOS_IPV6);
    assert_int_equal(named.first.port, 6);
    assert_int_equal(named.at_ms, 20);
    assert_int_equal(failed.answers, 1);
    assert_int_equal(failed.err, DUOS_ENORECOVERY);
    assert_int_equal(failed.at_ms, 5);
    assert_true(now_ms(w) < 100); /* the deadline went, too */
    end_loop(w, loop);
}

static void test_DN2_lookup_deadline_and_stop_leave_it_hanging(void **state)
{
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->a);
    asked late, stopped, slow;

    add_hanging(w, "hang.test");
    add_host(w, "slow.test", w->b, 30 * SECOND);
    prepare(&late, w, loop);
    prepare(&stopped, w, loop);
    prepare(&slow, w, loop);
    ask(&late, "hang.test:1", 100);
    ask(&stopped, "hang.test:1", SECOND);
    ask(&slow, "slow.test:1", 200);
    duos_lookup_stop(&stopped.lookup);
    assert_false(duos_lookup_active(&stopped.lookup));
    duos_lookup_stop(&stopped.lookup);
    run_out(w);
    assert_int_equal(late.answers, 1);
    assert_int_equal(late.err, DUOS_ETIMEDOUT);
    assert_int_equal(late.at_ms, 100);
    assert_int_equal(slow.answers, 1);
    assert_int_equal(slow.err, DUOS_ETIMEDOUT);
    assert_int_equal(slow.at_ms, 200);
    assert_int_equal(stopped.answers, 0);
    assert_int_equal(now_ms(w), 30 * SECOND); /* the late answer */
    end_loop(w, loop);
}

static void test_lookup_many_in_flight_all_come_back(void **state)
{
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->a);
    static asked many[100];
    char name[32];
    int i;

    for (i = 0; i < 100; i++) {
        (void)snprintf(name, sizeof name, "n%d.test", i);
        add_host(w, name, w->b, 10 + i % 7);
        prepare(&many[i], w, loop);
        (void)snprintf(name, sizeof name, "n%d.test:%d", i, 1000 + i);
        ask(&many[i], name, -1);
    }
    run_out(w);
    for (i = 0; i < 100; i++) {
        assert_int_equal(many[i].answers, 1);
        assert_int_equal(many[i].err, DUOS_OK);
        assert_int_equal(many[i].first.port, 1000 + i);
    }
    /* Four at a time: 100 of about 13 ms take a quarter of 1.3 s. */
    assert_true(now_ms(w) >= 250 && now_ms(w) < 450);
    end_loop(w, loop);
}

/* Four hang; who waits behind them times out without having been asked. */
static void test_lookup_too_many_are_refused(void **state)
{
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->a);
    static asked many[DUOS_LOOKUPS_MAX];
    duos_client *client;
    asked more;
    int i;

    add_hanging(w, "hang.test");
    for (i = 0; i < DUOS_LOOKUPS_MAX; i++) {
        prepare(&many[i], w, loop);
        ask(&many[i], "hang.test:1", i < 10 ? 50 : SECOND);
    }
    prepare(&more, w, loop);
    assert_err(DUOS_ELIMIT,
               duos_lookup_start(&more.lookup, "x.test:1", DUOS_UNSPEC, 9));
    assert_false(duos_lookup_active(&more.lookup));
    ask(&more, "10.0.0.1:1", 9); /* a number needs no place */
    assert_ok(duos_client_create(loop, NULL, &client));
    assert_err(DUOS_ELIMIT, duos_client_connect(client, "x.test:1"));
    assert_null(duos_client_conn(client));
    assert_err(DUOS_ETIMEDOUT, duos_sim_run(w->sim, 100));
    assert_int_equal(more.answers, 1);
    memset(&more, 0, sizeof more);
    prepare(&more, w, loop); /* six places are free again, four hang */
    ask(&more, "x.test:1", 9);
    run_out(w);
    for (i = 0; i < DUOS_LOOKUPS_MAX; i++) {
        assert_int_equal(many[i].answers, 1);
        assert_int_equal(many[i].err, DUOS_ETIMEDOUT);
    }
    duos_client_destroy(client);
    end_loop(w, loop);
}

static void test_DN2_DN5_loop_destroyed_while_lookups_hang(void **state)
{
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->a);
    asked many[20];
    uint64_t before;
    int i;

    add_hanging(w, "hang.test");
    add_host(w, "slow.test", w->b, 30 * SECOND);
    for (i = 0; i < 20; i++) {
        prepare(&many[i], w, loop);
        ask(&many[i], i % 2 == 0 ? "hang.test:1" : "slow.test:1", -1);
    }
    assert_err(DUOS_ETIMEDOUT, duos_sim_run(w->sim, 10));
    before = now_ms(w);
    for (i = 0; i < 20; i += 3) { /* the others end with the loop */
        duos_lookup_stop(&many[i].lookup);
    }
    end_loop(w, loop);
    assert_int_equal(now_ms(w), before);
    run_out(w); /* the late answers find nobody */
    assert_true(now_ms(w) >= 30 * SECOND);
    for (i = 0; i < 20; i++) {
        assert_int_equal(many[i].answers, 0);
    }
}

/* The answers of both have come when the first one is told. */
static void stop_other(asked *a)
{
    duos_lookup_stop(&a->other->lookup);
}

static void test_CB1_lookup_stopped_by_anothers_callback(void **state)
{
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->a);
    asked one, two;

    add_host(w, "a.test", w->a, 0);
    prepare(&one, w, loop);
    prepare(&two, w, loop);
    one.other = &two;
    one.act = stop_other;
    two.other = &one;
    two.act = stop_other;
    ask(&one, "a.test:1", -1);
    ask(&two, "a.test:1", -1);
    run_out(w);
    assert_int_equal(one.answers + two.answers, 1);
    end_loop(w, loop);
}

static void ask_again(asked *a)
{
    if (a->answers < 5) {
        assert_ok(duos_lookup_start(&a->lookup, "a.test:1", DUOS_IPV4, 50));
    }
}

static void test_CB3_lookup_started_again_by_its_callback(void **state)
{
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->a);
    asked a;

    add_host(w, "a.test", w->a, 10);
    prepare(&a, w, loop);
    a.act = ask_again;
    ask(&a, "a.test:1", -1);
    run_out(w);
    assert_int_equal(a.answers, 5);
    assert_int_equal(a.first.family, DUOS_IPV4);
    end_loop(w, loop);
}

static void test_lookup_refuses_what_is_invalid(void **state)
{
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->a);
    asked a;

    memset(&a, 0, sizeof a);
    assert_err(DUOS_EINVAL,
               duos_lookup_start(&a.lookup, "a:1", DUOS_UNSPEC, 0));
    assert_err(DUOS_EINVAL, duos_lookup_init(NULL, loop, answered, NULL));
    assert_err(DUOS_EINVAL, duos_lookup_init(&a.lookup, NULL, answered, NULL));
    assert_err(DUOS_EINVAL, duos_lookup_init(&a.lookup, loop, NULL, NULL));
    prepare(&a, w, loop);
    assert_err(DUOS_EINVAL, duos_lookup_start(NULL, "a:1", DUOS_UNSPEC, 0));
    assert_err(DUOS_EINVAL, duos_lookup_start(&a.lookup, NULL, DUOS_UNSPEC, 0));
    assert_err(DUOS_EINVAL, duos_lookup_start(&a.lookup, "a:1", DUOS_UNIX, 0));
    assert_err(DUOS_ESYNTAX,
               duos_lookup_start(&a.lookup, "a b:1", DUOS_UNSPEC, 0));
    assert_err(DUOS_ERANGE,
               duos_lookup_start(&a.lookup, "a:65536", DUOS_UNSPEC, 0));
    assert_err(DUOS_EAFNOSUPPORT,
               duos_lookup_start(&a.lookup, "tcp4:a:1", DUOS_IPV6, 0));
    assert_err(DUOS_ENOENT,
               duos_lookup_start(&a.lookup, "[::1%eth7]:1", DUOS_UNSPEC, 0));
    assert_err(DUOS_ENOTSUP,
               duos_lookup_start(&a.lookup, "unix:/a", DUOS_UNSPEC, 0));
    assert_err(DUOS_ENAMETOOLONG,
               duos_lookup_start(&a.lookup,
                                 "a123456789b123456789c123456789d123456789"
                                 "e123456789f123456789g123456789:1",
                                 DUOS_UNSPEC, 0));
    assert_false(duos_lookup_active(&a.lookup));
    w->memory.fail_in = 1; /* the timer's */
    assert_err(DUOS_ENOMEM,
               duos_lookup_start(&a.lookup, "a:1", DUOS_UNSPEC, 5));
    w->memory.fail_in = 0;
    ask(&a, "a:1", 5);
    assert_err(DUOS_EBUSY, duos_lookup_start(&a.lookup, "a:1", DUOS_UNSPEC, 5));
    duos_lookup_stop(&a.lookup);
    duos_lookup_stop(NULL);
    assert_false(duos_lookup_active(NULL));
    end_loop(w, loop);
}

#define world_test(name)                                                       \
    cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(test_lookup_answers_come_from_the_loop),
        world_test(test_DN2_lookup_deadline_and_stop_leave_it_hanging),
        world_test(test_lookup_many_in_flight_all_come_back),
        world_test(test_lookup_too_many_are_refused),
        world_test(test_DN2_DN5_loop_destroyed_while_lookups_hang),
        world_test(test_CB1_lookup_stopped_by_anothers_callback),
        world_test(test_CB3_lookup_started_again_by_its_callback),
        world_test(test_lookup_refuses_what_is_invalid),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
