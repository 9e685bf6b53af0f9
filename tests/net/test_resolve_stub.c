/* SPDX-License-Identifier: MIT */
/*
 * test_resolve_stub.c - lookups on real threads with a name service of our
 * own, which answers, fails or hangs as a test wants.
 */
#include "support/name_service.h"
#include "support/scene.h"

static int setup(void **state)
{
    name_service_begin();
    return scene_setup(state);
}

static int teardown(void **state)
{
    name_service_end();
    return scene_teardown(state);
}

/* ---- blocking --------------------------------------------------------- */

static void test_resolve_asks_elsewhere_and_waits(void **state)
{
    duos_addr addrs[4];
    size_t n;

    (void)state;
    assert_ok(duos_resolve("ok-1:80", DUOS_UNSPEC, PATIENCE_MS, addrs, 4, &n));
    assert_int_equal(n, 2);
    assert_int_equal(addrs[1].port, 80);
    assert_ok(duos_resolve("ok-1:80", DUOS_UNSPEC, -1, addrs, 1, &n));
    assert_int_equal(n, 1);
    assert_err(DUOS_ENORECOVERY,
               duos_resolve("fail-1:80", DUOS_UNSPEC, -1, addrs, 4, &n));
}

static void test_DN2_resolve_gives_up_on_one_that_hangs(void **state)
{
    duos_addr addr;
    uint64_t begin = net_now();
    size_t n;
    int i;

    (void)state;
    for (i = 0; i < 5; i++) {
        assert_err(DUOS_ETIMEDOUT,
                   duos_resolve("hang-1:80", DUOS_UNSPEC, 30, &addr, 1, &n));
    }
    assert_waited_at_least(begin, 150);
    assert_waited_less_than(begin, 150);
    assert_err(DUOS_ETIMEDOUT,
               duos_resolve("hang-1:80", DUOS_UNSPEC, 0, &addr, 1, &n));
    assert_ok(duos_resolve("ok-1:80", DUOS_IPV4, PATIENCE_MS, &addr, 1, &n));
    name_service_wait(7);
}

static void test_DN2_resolve_name_gives_up_on_one_that_hangs(void **state)
{
    duos_addr good = duos_addr_ipv4(192, 0, 2, 1, 0);
    duos_addr hanging = duos_addr_ipv4(192, 0, 2, 2, 0);
    uint64_t begin = net_now();
    char name[16] = "#";
    uint16_t port = 77;

    (void)state;
    assert_err(DUOS_ETIMEDOUT, duos_reverse(&hanging, 30, name, sizeof name));
    assert_err(DUOS_ETIMEDOUT,
               duos_resolve_service("hang-1", DUOS_STREAM, 30, &port));
    assert_waited_at_least(begin, 60);
    assert_string_equal(name, "#");
    assert_int_equal(port, 77);
    assert_ok(duos_reverse(&good, PATIENCE_MS, name, sizeof name));
    assert_string_equal(name, "name-1.test");
    assert_ok(duos_resolve_service("ok-1", DUOS_DGRAM, -1, &port));
    assert_int_equal(port, 81);
    name_service_wait(4);
}

/* Answer and deadline meet: one of the two wins. */
static void test_DN2_resolve_answer_races_with_its_deadline(void **state)
{
    duos_addr addr;
    size_t n;
    int i;

    (void)state;
    for (i = 0; i < 300; i++) {
        duos_err err =
            duos_resolve("race-1:80", DUOS_IPV4, i % 2, &addr, 1, &n);

        assert_true(err == DUOS_OK || err == DUOS_ETIMEDOUT);
    }
}

static void test_DN3_dial_by_name_tries_all_addresses(void **state)
{
    duos_addr at;
    duos_socket listener = net_listen(DUOS_IPV4, 0, &at);
    duos_socket s;
    char text[32];

    (void)state;
    (void)snprintf(text, sizeof text, "ok-1:%u", (unsigned)at.port);
    assert_ok(duos_dial(text, PATIENCE_MS, &s));
    net_close(&s);
    net_close(&listener);
    assert_err(DUOS_ECONNREFUSED, duos_dial(text, PATIENCE_MS, &s));
    assert_err(DUOS_ETIMEDOUT, duos_dial("hang-1:80", 20, &s));
    name_service_wait(3);
}

/* ---- on a loop -------------------------------------------------------- */

typedef struct asked {
    duos_lookup lookup;
    unsigned answers;
    duos_err err;
    size_t count;
    unsigned *total;
} asked;

static void answered(duos_lookup *lookup, duos_err err, const duos_addr *addrs,
                     size_t count, void *user)
{
    asked *a = (asked *)user;

    (void)lookup;
    assert_true((count > 0) == (addrs != NULL));
    a->answers++;
    a->err = err;
    a->count = count;
    ++*a->total;
}

static void ask(asked *a, scene *s, const char *text, int64_t timeout_ms,
                unsigned *total)
{
    memset(a, 0, sizeof *a);
    a->total = total;
    assert_ok(duos_lookup_init(&a->lookup, s->loop, answered, a));
    assert_ok(duos_lookup_start(&a->lookup, text, DUOS_UNSPEC, timeout_ms));
}

/* The time of the slowest echo of some. */
static uint64_t slowest_echo(scene *s, duos_socket visitor)
{
    uint64_t slowest = 0;
    int i;

    for (i = 0; i < 10; i++) {
        uint64_t begin = net_now();
        uint64_t took;

        scene_echo(s, visitor);
        took = net_now() - begin;
        slowest = took > slowest ? took : slowest;
    }
    return slowest;
}

/* A busy machine may hold up any echo, but not one in each of five rounds. */
static void test_DN2_lookup_hanging_does_not_delay_an_echo(void **state)
{
    const uint64_t limit = (uint64_t)100 * 1000 * 1000;
    scene *s = (scene *)*state;
    uint64_t slowest = limit;
    duos_socket visitor;
    unsigned answers = 0;
    asked many[8];
    int i;

    s->served.act = told_echo;
    scene_serve(s);
    visitor = scene_visit(s);
    for (i = 0; i < 8; i++) {
        ask(&many[i], s, "hang-1:80", -1, &answers);
    }
    name_service_wait(4);
    for (i = 0; i < 5 && slowest >= limit; i++) {
        slowest = slowest_echo(s, visitor);
    }
    assert_true(slowest < limit);
    assert_int_equal(answers, 0);
    for (i = 0; i < 8; i++) {
        duos_lookup_stop(&many[i].lookup);
    }
    net_close(&visitor);
    scene_until(s, s->served.closes, 1);
}

static void test_lookup_many_come_back_a_few_at_a_time(void **state)
{
    scene *s = (scene *)*state;
    static asked many[100];
    unsigned answers = 0;
    int i;

    for (i = 0; i < 100; i++) {
        ask(&many[i], s, i % 10 == 9 ? "fail-1:80" : "ok-1:80", -1, &answers);
    }
    scene_until(s, answers, 100);
    for (i = 0; i < 100; i++) {
        assert_int_equal(many[i].answers, 1);
        assert_int_equal(many[i].err, i % 10 == 9 ? DUOS_ENORECOVERY : DUOS_OK);
        assert_int_equal(many[i].count, i % 10 == 9 ? 0 : 2);
    }
    assert_int_equal(name_service_begun(), 100);
    assert_true(name_service_most_at_once() <= 4);
}

/* Four hang and are given up; who waits behind them is begun by their ends. */
static void test_DN2_lookup_late_answers_are_thrown_away(void **state)
{
    scene *s = (scene *)*state;
    unsigned answers = 0;
    asked many[6];
    int i;

    for (i = 0; i < 4; i++) {
        ask(&many[i], s, "hang-1:80", 20, &answers);
    }
    name_service_wait(4);
    ask(&many[4], s, "ok-1:80", PATIENCE_MS, &answers);
    ask(&many[5], s, "ok-2:80", PATIENCE_MS, &answers);
    scene_until(s, answers, 4);
    duos_lookup_stop(&many[5].lookup);
    name_service_release();
    scene_until(s, answers, 5);
    assert_int_equal(many[4].err, DUOS_OK);
    scene_pass(s, 20);
    assert_int_equal(answers, 5);
    assert_int_equal(many[5].answers, 0);
}

/* Stops come before, while and after the answers do. */
static void test_DN2_DN5_lookup_stop_races_with_its_answer(void **state)
{
    scene *s = (scene *)*state;
    static asked many[50];
    unsigned answers = 0;
    int round, i;

    for (round = 0; round < 20; round++) {
        for (i = 0; i < 50; i++) {
            ask(&many[i], s, "race-1:80", 1, &answers);
        }
        assert_ok(duos_loop_step(s->loop, 0));
        for (i = 0; i < 50; i++) {
            duos_lookup_stop(&many[i].lookup);
        }
    }
    scene_idle(s);
}

static void test_DN2_DN5_loop_destroyed_while_lookups_hang(void **state)
{
    unsigned answers = 0;
    asked many[8];
    duos_loop *loop;
    uint64_t begin;
    scene other;
    int i;

    (void)state;
    assert_ok(duos_loop_create(NULL, &loop));
    memset(&other, 0, sizeof other);
    other.loop = loop;
    for (i = 0; i < 8; i++) {
        ask(&many[i], &other, "hang-1:80", -1, &answers);
    }
    name_service_wait(4);
    begin = net_now();
    for (i = 0; i < 8; i++) {
        duos_lookup_stop(&many[i].lookup);
    }
    assert_ok(duos_loop_destroy(loop));
    assert_waited_less_than(begin, 1);
    assert_int_equal(answers, 0);
}

/* Some are stopped, the others end with the loop; nobody hears of any. */
static void test_DN5_hundred_in_flight_end_with_their_loop(void **state)
{
    unsigned answers = 0;
    static asked many[100];
    duos_loop *loop;
    uint64_t begin;
    scene other;
    int i;

    (void)state;
    assert_ok(duos_loop_create(NULL, &loop));
    memset(&other, 0, sizeof other);
    other.loop = loop;
    for (i = 0; i < 100; i++) {
        ask(&many[i], &other, "hang-1:80", i % 3 == 0 ? 5000 : -1, &answers);
    }
    name_service_wait(4);
    begin = net_now();
    for (i = 0; i < 100; i += 2) {
        duos_lookup_stop(&many[i].lookup);
    }
    assert_ok(duos_loop_step(loop, 0));
    assert_ok(duos_loop_destroy(loop));
    assert_waited_less_than(begin, 50);
    assert_int_equal(answers, 0);
    assert_int_equal(name_service_begun(), 4);
}

/* Answers arrive on loops that are destroyed at that moment. */
static void test_DN2_DN5_loop_destroy_races_with_answers(void **state)
{
    unsigned answers = 0;
    asked many[8];
    int round, i;

    (void)state;
    for (round = 0; round < 50; round++) {
        scene other;

        memset(&other, 0, sizeof other);
        assert_ok(duos_loop_create(NULL, &other.loop));
        for (i = 0; i < 8; i++) {
            ask(&many[i], &other, "race-1:80", -1, &answers);
        }
        if (round % 2 == 0) {
            assert_ok(duos_loop_step(other.loop, 0));
        }
        for (i = 0; i < 8; i++) {
            duos_lookup_stop(&many[i].lookup);
        }
        assert_ok(duos_loop_destroy(other.loop));
    }
}

static void test_DN5_client_connects_by_name_and_gives_up(void **state)
{
    scene *s = (scene *)*state;

    scene_serve(s);
    (void)snprintf(s->address, sizeof s->address, "ok-1:%u",
                   (unsigned)s->at.port);
    scene_connect(s);
    scene_until(s, s->called.opens, 1);
    scene_until(s, s->served.opens, 1);
    duos_conn_close(s->called.conn);
    scene_until(s, s->called.closes, 1);
    (void)snprintf(s->address, sizeof s->address, "fail-1:80");
    scene_connect(s);
    scene_until(s, s->called.closes, 2);
    assert_int_equal(s->called.reason, DUOS_ENORECOVERY);
    (void)snprintf(s->address, sizeof s->address, "hang-1:80");
    scene_connect(s);
    name_service_wait(3);
    duos_client_destroy(s->client); /* at once */
    s->client = NULL;
    assert_int_equal(s->called.closes, 3);
    assert_int_equal(s->called.reason, DUOS_ECANCELED);
}

#define stub_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        stub_test(test_resolve_asks_elsewhere_and_waits),
        stub_test(test_DN2_resolve_gives_up_on_one_that_hangs),
        stub_test(test_DN2_resolve_name_gives_up_on_one_that_hangs),
        stub_test(test_DN2_resolve_answer_races_with_its_deadline),
        stub_test(test_DN3_dial_by_name_tries_all_addresses),
        stub_test(test_DN2_lookup_hanging_does_not_delay_an_echo),
        stub_test(test_lookup_many_come_back_a_few_at_a_time),
        stub_test(test_DN2_lookup_late_answers_are_thrown_away),
        stub_test(test_DN2_DN5_lookup_stop_races_with_its_answer),
        stub_test(test_DN2_DN5_loop_destroyed_while_lookups_hang),
        stub_test(test_DN5_hundred_in_flight_end_with_their_loop),
        stub_test(test_DN2_DN5_loop_destroy_races_with_answers),
        stub_test(test_DN5_client_connects_by_name_and_gives_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
