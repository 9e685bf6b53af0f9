/* SPDX-License-Identifier: MIT */
/*
 * test_sim_race.c - the addresses of a name race for a connection, to the
 * millisecond: who is begun when, who wins, and what the report says of the
 * others. Of the hosts, some do not answer, some refuse, one listens.
 */
#include "sim_support.h"

#include "race_support.h"

/* ---- when an attempt begins -------------------------------------------- */

static void test_DN3_race_attempts_begin_a_quarter_of_a_second_apart(
    void **state)
{
    race_world *r = (race_world *)*state;
    size_t i;

    race_to(r, "4h4h4h4h4l", "o");
    assert_int_equal(r->report.count, 5);
    assert_about(r->report.connect_ms, 1000, 4);
    assert_ptr_equal(r->report.won, &r->report.attempts[4]);
    for (i = 0; i < 5; i++) {
        assert_about(r->attempts[i].started_ms, 250 * i, i);
        assert_int_equal(r->attempts[i].err, i < 4 ? DUOS_ECANCELED : DUOS_OK);
        assert_about(r->attempts[i].took_ms, 1000 - 250 * i, 4);
    }
    assert_int_equal(race_sockets(r), 1); /* the losers are closed */
}

static void test_DN3_race_families_take_turns(void **state)
{
    race_world *r = (race_world *)*state;
    static const uint8_t expected[] = {DUOS_IPV6, DUOS_IPV4, DUOS_IPV6,
                                       DUOS_IPV4, DUOS_IPV6};
    size_t i;

    r->config.connect_ms = 2000;
    race_to(r, "6h6h6h4h4h", "c");
    for (i = 0; i < 5; i++) {
        assert_int_equal(r->attempts[i].addr.family, expected[i]);
        assert_about(r->attempts[i].started_ms, 250 * i, i);
    }
}

static void test_DN3_race_ipv6_dead_ipv4_alive_is_quick(void **state)
{
    race_world *r = (race_world *)*state;

    race_to(r, "6h4l", "o");
    assert_int_equal(r->report.won->addr.family, DUOS_IPV4);
    assert_int_equal(r->report.connect_ms, 250);
    assert_true(duos_addr_equal(&r->peer, &r->attempts[1].addr));
}

static void test_SY8_race_after_a_failure_the_next_begins_at_once(void **state)
{
    race_world *r = (race_world *)*state;
    size_t i;

    race_to(r, "4r4n6r4r4l", "o");
    assert_true(r->report.connect_ms < 5);
    for (i = 0; i < 4; i++) {
        assert_true(r->attempts[i].err == DUOS_ECONNREFUSED ||
                    r->attempts[i].err == DUOS_EHOSTUNREACH);
        assert_true(r->attempts[i].took_ms < 2);
    }
    assert_int_equal(race_sockets(r), 1);
}

static void test_race_delay_counts_from_the_latest_attempt(void **state)
{
    race_world *r = (race_world *)*state;

    r->config.attempt_delay_ms = 100;
    race_to(r, "4h4r4h4l", "o");
    assert_int_equal(r->attempts[0].started_ms, 0);
    assert_int_equal(r->attempts[1].started_ms, 100);
    assert_int_equal(r->attempts[2].started_ms, 100);
    assert_about(r->attempts[3].started_ms, 200, 1);
    assert_int_equal(r->attempts[1].err, DUOS_ECONNREFUSED);
}

static void test_race_of_the_last_failure_is_told(void **state)
{
    race_world *r = (race_world *)*state;

    race_to(r, "4n4r", "c");
    assert_int_equal(r->reason, DUOS_ECONNREFUSED);
    assert_int_equal(r->attempts[0].err, DUOS_EHOSTUNREACH);
    assert_int_equal(r->attempts[1].err, DUOS_ECONNREFUSED);
    assert_null(r->report.won);
    assert_int_equal(r->report.retry_ms, -1);
    assert_int_equal(race_sockets(r), 0);
}

/* Neither a route that is missing nor a family says why nobody answers. */
static void test_race_failure_that_says_most_is_told(void **state)
{
    static const duos_err little[] = {DUOS_ENETUNREACH, DUOS_EADDRNOTAVAIL,
                                      DUOS_EAFNOSUPPORT, DUOS_EINVAL};
    race_world *r = (race_world *)*state;
    size_t i;

    for (i = 0; i < sizeof little / sizeof little[0]; i++) {
        race_world_close(r);
        race_world_open(r, 1);
        race_fail(r, DUOS_SIM_CALL_CONNECT, 4, 1, little[i]);
        race_to(r, "4r4l", "c");
        assert_int_equal(r->plan.failed, 1);
        assert_int_equal(r->attempts[0].err, DUOS_ECONNREFUSED);
        assert_int_equal(r->attempts[1].err, little[i]);
        assert_int_equal(r->reason, DUOS_ECONNREFUSED);
    }
}

/* Both stand in the same moment: one is told, the other one closed. */
static void test_race_two_that_stand_together_are_one(void **state)
{
    race_world *r = (race_world *)*state;
    uint64_t seed;

    for (seed = 1; seed <= 50; seed++) {
        race_world_close(r);
        race_world_open(r, seed);
        race_name(r, "4l4l");
        r->config.attempt_delay_ms = 10;
        race_partition(r, 9); /* both get through from then on */
        race_begin(r);
        race_run(r);
        assert_string_equal(r->log, "o");
        assert_int_equal(race_sockets(r), 1);
        assert_non_null(r->report.won);
    }
}

/* ---- limits ------------------------------------------------------------ */

static void test_race_total_deadline_ends_it(void **state)
{
    race_world *r = (race_world *)*state;
    size_t i;

    r->config.connect_ms = 600;
    race_to(r, "4h4h4h4h", "c");
    assert_int_equal(r->reason, DUOS_ETIMEDOUT);
    assert_int_equal(r->report.connect_ms, 600);
    for (i = 0; i < 3; i++) {
        assert_int_equal(r->attempts[i].err, DUOS_ETIMEDOUT);
        assert_about(r->attempts[i].took_ms, 600 - 251 * i, i);
    }
    assert_int_equal(r->attempts[3].err, DUOS_ECANCELED);
    assert_int_equal(r->attempts[3].started_ms, -1);
    assert_int_equal(race_sockets(r), 0);
}

static void test_race_attempt_deadline_ends_one(void **state)
{
    race_world *r = (race_world *)*state;
    size_t i;

    r->config.attempt_ms = 100;
    race_to(r, "4h4h4h", "c");
    assert_int_equal(r->reason, DUOS_ETIMEDOUT);
    assert_int_equal(r->report.connect_ms, 300);
    for (i = 0; i < 3; i++) {
        assert_int_equal(r->attempts[i].err, DUOS_ETIMEDOUT);
        assert_int_equal(r->attempts[i].started_ms, 100 * i);
        assert_int_equal(r->attempts[i].took_ms, 100);
    }
}

/* Longer than the delay: they overlap, and each has its own time. */
static void test_race_attempt_deadlines_overlap(void **state)
{
    race_world *r = (race_world *)*state;

    r->config.attempt_ms = 400;
    race_to(r, "4h4h", "c");
    assert_int_equal(r->attempts[0].took_ms, 400);
    assert_int_equal(r->attempts[1].took_ms, 400);
    assert_int_equal(r->report.connect_ms, 650);
}

static void test_race_seventh_takes_the_place_of_the_oldest(void **state)
{
    race_world *r = (race_world *)*state;
    size_t i;

    race_name(r, "4h4h4h4h4h4h4h4h4h4l");
    race_begin(r);
    assert_err(DUOS_ETIMEDOUT, duos_sim_run(r->w.sim, 2200));
    assert_int_equal(race_sockets(r), 6);
    race_run(r);
    assert_string_equal(r->log, "o");
    assert_about(r->report.connect_ms, 2250, 9);
    for (i = 0; i < 10; i++) {
        assert_about(r->attempts[i].started_ms, 250 * i, i);
        assert_int_equal(r->attempts[i].err, i < 4   ? DUOS_ETIMEDOUT
                                             : i < 9 ? DUOS_ECANCELED
                                                     : DUOS_OK);
    }
    assert_about(r->attempts[0].took_ms, 1500, 6);
}

/* Nobody makes room for one that cannot even begin. */
static void test_race_seventh_that_cannot_begin_takes_no_place(void **state)
{
    race_world *r = (race_world *)*state;
    size_t i;

    race_fail(r, DUOS_SIM_CALL_CONNECT, 7 + 7, 1, DUOS_ENETUNREACH);
    r->config.connect_ms = 3000;
    race_to(r, "4h4h4h4h4h4h4h", "c");
    assert_int_equal(r->plan.failed, 1);
    assert_int_equal(r->attempts[6].err, DUOS_ENETUNREACH);
    for (i = 0; i < 6; i++) {
        assert_int_equal(r->attempts[i].err, DUOS_ETIMEDOUT);
        assert_about(r->attempts[i].took_ms, 3000 - 251 * i, i);
    }
    assert_int_equal(r->reason, DUOS_ETIMEDOUT);
}

static void test_DN3_race_with_64_addresses_reaches_the_last(void **state)
{
    race_world *r = (race_world *)*state;

    race_many(r, 64);
    r->config.connect_ms = 20 * 1000;
    race_begin(r);
    race_run(r);
    assert_string_equal(r->log, "o");
    assert_int_equal(r->report.count, 64);
    assert_ptr_equal(r->report.won, &r->report.attempts[63]);
    assert_about(r->report.connect_ms, 63 * 250, 63);
    assert_int_equal(race_sockets(r), 1);
}

/* The sources of all addresses are asked for first. */
static void test_SY6_race_shortage_ends_it(void **state)
{
    race_world *r = (race_world *)*state;
    size_t i;

    for (i = 0; i < sizeof race_shortages / sizeof race_shortages[0]; i++) {
        race_world_close(r);
        race_world_open(r, 1);
        race_fail(r, DUOS_SIM_CALL_OPEN, 4, 1, race_shortages[i]);
        race_to(r, "4h4l", "c");
        assert_int_equal(r->plan.failed, 1);
        assert_int_equal(r->reason, race_shortages[i]);
        assert_int_equal(r->report.connect_ms, 250);
        assert_int_equal(r->attempts[0].err, DUOS_ECANCELED);
        assert_int_equal(r->attempts[1].err, race_shortages[i]);
        assert_int_equal(race_sockets(r), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        race_test(test_DN3_race_attempts_begin_a_quarter_of_a_second_apart),
        race_test(test_DN3_race_families_take_turns),
        race_test(test_DN3_race_ipv6_dead_ipv4_alive_is_quick),
        race_test(test_SY8_race_after_a_failure_the_next_begins_at_once),
        race_test(test_race_delay_counts_from_the_latest_attempt),
        race_test(test_race_of_the_last_failure_is_told),
        race_test(test_race_failure_that_says_most_is_told),
        race_test(test_race_two_that_stand_together_are_one),
        race_test(test_race_total_deadline_ends_it),
        race_test(test_race_attempt_deadline_ends_one),
        race_test(test_race_attempt_deadlines_overlap),
        race_test(test_race_seventh_takes_the_place_of_the_oldest),
        race_test(test_race_seventh_that_cannot_begin_takes_no_place),
        race_test(test_DN3_race_with_64_addresses_reaches_the_last),
        race_test(test_SY6_race_shortage_ends_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
