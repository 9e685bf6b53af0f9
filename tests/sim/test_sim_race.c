/* SPDX-License-Identifier: MIT */
/*
 * test_sim_race.c - the addresses of a name race for a connection, to the
 * millisecond: who is begun when, who wins, and what the report says of the
 * others. Of the hosts, some do not answer, some refuse, one listens.
 */
#include "sim_support.h"

#include "race_support.h"

/* Waits are whole milliseconds, so each attempt may be late by one. */
#define assert_about(value, expected, steps)                                   \
    assert_between((int)(value), (int)(expected), (int)((expected) + (steps)))

/* ---- when an attempt begins -------------------------------------------- */

static void test_DN3_race_attempts_begin_a_quarter_of_a_second_apart(
    void **state)
{
    race_world *r = (race_world *)*state;
    size_t i;

    race_name(r, "4h4h4h4h4l");
    race_begin(r);
    race_run(r);
    assert_string_equal(r->log, "o");
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

    race_name(r, "6h6h6h4h4h");
    r->config.connect_ms = 2000;
    race_begin(r);
    race_run(r);
    assert_string_equal(r->log, "c");
    for (i = 0; i < 5; i++) {
        assert_int_equal(r->attempts[i].addr.family, expected[i]);
        assert_about(r->attempts[i].started_ms, 250 * i, i);
    }
}

static void test_DN3_race_ipv6_dead_ipv4_alive_is_quick(void **state)
{
    race_world *r = (race_world *)*state;

    race_name(r, "6h4l");
    race_begin(r);
    race_run(r);
    assert_string_equal(r->log, "o");
    assert_int_equal(r->report.won->addr.family, DUOS_IPV4);
    assert_int_equal(r->report.connect_ms, 250);
    assert_true(duos_addr_equal(&r->peer, &r->attempts[1].addr));
}

static void test_SY8_race_after_a_failure_the_next_begins_at_once(void **state)
{
    race_world *r = (race_world *)*state;
    size_t i;

    race_name(r, "4r4n6r4r4l");
    race_begin(r);
    race_run(r);
    assert_string_equal(r->log, "o");
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

    race_name(r, "4h4r4h4l");
    r->config.attempt_delay_ms = 100;
    race_begin(r);
    race_run(r);
    assert_int_equal(r->attempts[0].started_ms, 0);
    assert_int_equal(r->attempts[1].started_ms, 100);
    assert_int_equal(r->attempts[2].started_ms, 100);
    assert_about(r->attempts[3].started_ms, 200, 1);
    assert_int_equal(r->attempts[1].err, DUOS_ECONNREFUSED);
}

static void test_race_of_the_last_failure_is_told(void **state)
{
    race_world *r = (race_world *)*state;

    race_name(r, "4n4r");
    race_begin(r);
    race_run(r);
    assert_string_equal(r->log, "c");
    assert_int_equal(r->reason, DUOS_ECONNREFUSED);
    assert_int_equal(r->attempts[0].err, DUOS_EHOSTUNREACH);
    assert_int_equal(r->attempts[1].err, DUOS_ECONNREFUSED);
    assert_null(r->report.won);
    assert_int_equal(r->report.retry_ms, -1);
    assert_int_equal(race_sockets(r), 0);
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

    race_name(r, "4h4h4h4h");
    r->config.connect_ms = 600;
    race_begin(r);
    race_run(r);
    assert_string_equal(r->log, "c");
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

    race_name(r, "4h4h4h");
    r->config.attempt_ms = 100;
    race_begin(r);
    race_run(r);
    assert_string_equal(r->log, "c");
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

    race_name(r, "4h4h");
    r->config.attempt_ms = 400;
    race_begin(r);
    race_run(r);
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

static const duos_err shortages[] = {DUOS_EMFILE, DUOS_ENFILE, DUOS_ENOBUFS,
                                     DUOS_ENOMEM};

/* The sources of both addresses are asked for first. */
static void test_SY6_race_shortage_ends_it(void **state)
{
    race_world *r = (race_world *)*state;
    size_t i;

    for (i = 0; i < sizeof shortages / sizeof shortages[0]; i++) {
        duos_sim_failure plan;

        race_world_close(r);
        race_world_open(r, 1);
        race_name(r, "4h4l");
        memset(&plan, 0, sizeof plan);
        plan.call = DUOS_SIM_CALL_OPEN;
        plan.first = 4;
        plan.times = 1;
        plan.err = shortages[i];
        assert_ok(duos_sim_fail(r->w.sim, &plan));
        race_begin(r);
        race_run(r);
        assert_int_equal(plan.failed, 1);
        assert_string_equal(r->log, "c");
        assert_int_equal(r->reason, shortages[i]);
        assert_int_equal(r->report.connect_ms, 250);
        assert_int_equal(r->attempts[0].err, DUOS_ECANCELED);
        assert_int_equal(r->attempts[1].err, shortages[i]);
        assert_int_equal(race_sockets(r), 0);
        duos_sim_unfail(r->w.sim, &plan);
    }
}

static void test_SY6_client_shortage_at_once_is_returned(void **state)
{
    race_world *r = (race_world *)*state;
    duos_sim_failure plan;
    duos_socket s;

    race_client(r);
    memset(&plan, 0, sizeof plan);
    plan.call = DUOS_SIM_CALL_OPEN;
    plan.first = 1;
    plan.err = DUOS_ENFILE;
    assert_ok(duos_sim_fail(r->w.sim, &plan));
    assert_err(DUOS_ENFILE, duos_client_connect(r->client, "10.0.0.1:7"));
    assert_err(DUOS_ENFILE, duos_dial("10.0.0.1:7", 100, &s));
    plan.err = DUOS_ENOBUFS;
    assert_err(DUOS_ENOBUFS, duos_client_connect(r->client, "10.0.0.1:7"));
    assert_err(DUOS_ENOBUFS, duos_dial("10.0.0.1:7", 100, &s));
    plan.err = DUOS_EMFILE;
    assert_err(DUOS_EMFILE, duos_dial("10.0.0.1:7", 100, &s));
    plan.err = DUOS_ENOMEM;
    assert_err(DUOS_ENOMEM, duos_dial("10.0.0.1:7", 100, &s));
    duos_sim_unfail(r->w.sim, &plan);
    assert_null(duos_client_conn(r->client));
    assert_string_equal(r->log, "");
}

/* ---- sources ----------------------------------------------------------- */

static void test_race_source_skips_the_other_family(void **state)
{
    race_world *r = (race_world *)*state;
    duos_addr source = duos_sim_addr(r->w.b, DUOS_IPV4, 0);

    race_name(r, "6l4h6l4l");
    r->config.source = source;
    race_begin(r);
    race_run(r);
    assert_string_equal(r->log, "o");
    assert_int_equal(r->attempts[0].err, DUOS_EAFNOSUPPORT);
    assert_int_equal(r->attempts[0].started_ms, -1);
    assert_int_equal(r->attempts[2].err, DUOS_EAFNOSUPPORT);
    assert_int_equal(r->attempts[3].err, DUOS_OK);
    assert_int_equal(r->attempts[3].started_ms, 250);
    source.port = r->local.port;
    assert_true(duos_addr_equal(&r->local, &source));
}

static void test_race_source_that_fits_nothing_is_told(void **state)
{
    race_world *r = (race_world *)*state;

    r->config.source = duos_sim_addr(r->w.b, DUOS_IPV4, 0);
    race_client(r);
    assert_ok(duos_client_connect(r->client, "[fd00::1]:7"));
    race_run(r);
    assert_string_equal(r->log, "c");
    assert_int_equal(r->reason, DUOS_EAFNOSUPPORT);
}

static void test_race_source_of_another_machine_is_told(void **state)
{
    race_world *r = (race_world *)*state;

    r->config.source = duos_sim_addr(r->w.a, DUOS_IPV4, 0);
    race_client(r);
    assert_ok(duos_client_connect(r->client, "10.0.0.1:7"));
    race_run(r);
    assert_int_equal(r->reason, DUOS_EADDRNOTAVAIL);
    assert_int_equal(race_sockets(r), 0);
}

/* Nothing else can have the port meanwhile. */
static void test_race_source_port_lets_attempts_follow_one_another(void **state)
{
    race_world *r = (race_world *)*state;

    race_name(r, "4h4r4l");
    r->config.source = duos_sim_addr(r->w.b, DUOS_IPV4, 1234);
    r->config.attempt_ms = 400;
    race_begin(r);
    race_run(r);
    assert_string_equal(r->log, "o");
    assert_int_equal(r->attempts[0].err, DUOS_ETIMEDOUT);
    assert_int_equal(r->attempts[1].started_ms, 400);
    assert_int_equal(r->attempts[1].err, DUOS_ECONNREFUSED);
    assert_int_equal(r->attempts[2].started_ms, 400);
    assert_int_equal(r->local.port, 1234);
}

/* ---- the report -------------------------------------------------------- */

static void test_report_tells_the_time_of_the_name(void **state)
{
    race_world *r = (race_world *)*state;

    r->name_ms = 50;
    race_name(r, "4h4l");
    race_begin(r);
    race_run(r);
    assert_int_equal(r->report.resolve_ms, 50);
    assert_int_equal(r->attempts[0].started_ms, 50);
    assert_int_equal(r->attempts[1].started_ms, 300);
    assert_int_equal(r->report.connect_ms, 300);
}

static void test_report_is_there_while_it_goes_on(void **state)
{
    race_world *r = (race_world *)*state;
    duos_client_report report;

    race_name(r, "4h4h4l");
    race_client(r);
    report.size = sizeof report;
    assert_err(DUOS_ESTATE, duos_client_get_report(r->client, &report));
    assert_err(DUOS_EINVAL, duos_client_get_report(NULL, &report));
    assert_err(DUOS_EINVAL, duos_client_get_report(r->client, NULL));
    report.size = sizeof report + 1;
    assert_err(DUOS_EINVAL, duos_client_get_report(r->client, &report));
    race_begin(r);
    report.size = sizeof report;
    assert_ok(duos_client_get_report(r->client, &report));
    assert_int_equal(report.count, 0);
    assert_err(DUOS_ETIMEDOUT, duos_sim_run(r->w.sim, 300));
    assert_ok(duos_client_get_report(r->client, &report));
    assert_int_equal(report.count, 3);
    assert_int_equal(report.connect_ms, 300);
    assert_int_equal(report.attempts[0].err, DUOS_EINPROGRESS);
    assert_int_equal(report.attempts[1].err, DUOS_EINPROGRESS);
    assert_int_equal(report.attempts[1].started_ms, 250);
    assert_int_equal(report.attempts[2].started_ms, -1);
    assert_null(report.won);
    race_run(r);
    assert_string_equal(r->log, "o");
}

/* An older program knows fewer fields. */
static void test_report_fills_in_what_fits(void **state)
{
    race_world *r = (race_world *)*state;
    duos_client_report report;

    race_name(r, "4l");
    race_begin(r);
    race_run(r);
    memset(&report, 0xaa, sizeof report);
    report.size = offsetof(duos_client_report, won);
    assert_ok(duos_client_get_report(r->client, &report));
    assert_int_equal(report.size, offsetof(duos_client_report, won));
    assert_int_equal(report.count, 1);
    assert_int_equal(report.retry_ms, (int32_t)0xaaaaaaaa);
}

/* ---- canceled ---------------------------------------------------------- */

typedef void race_end(race_world *r);

static void end_by_close(race_world *r)
{
    duos_conn_close(duos_client_conn(r->client));
}

static void end_by_abort(race_world *r)
{
    duos_conn_abort(duos_client_conn(r->client), DUOS_EPROTO);
}

static void end_by_destroy(race_world *r)
{
    duos_client_destroy(r->client);
    r->client = NULL;
}

/* From before the answer to the name until after the last one began. */
static void test_DN5_race_can_be_canceled_at_any_moment(void **state)
{
    static race_end *const ends[] = {end_by_close, end_by_abort,
                                     end_by_destroy};
    race_world *r = (race_world *)*state;
    size_t i;
    int64_t at;

    for (i = 0; i < 3; i++) {
        for (at = 0; at < 900; at += at < 60 ? 1 : 47) {
            race_world_close(r);
            race_world_open(r, (uint64_t)at + 1);
            r->name_ms = 20;
            race_name(r, "4r6h4h4h");
            race_begin(r);
            assert_err(DUOS_ETIMEDOUT, duos_sim_run(r->w.sim, at));
            assert_string_equal(r->log, "");
            assert_ok(duos_sim_set_host(r->w.sim, r->w.b));
            ends[i](r);
            race_run(r);
            assert_string_equal(r->log, "c");
            assert_int_equal(r->reason, i == 1 ? DUOS_EPROTO : DUOS_ECANCELED);
            assert_int_equal(race_sockets(r), 0);
        }
    }
}

/* The socket of the winner cannot be watched any more. */
static void test_race_winner_that_cannot_be_kept_is_told(void **state)
{
    race_world *r = (race_world *)*state;
    duos_sim_failure plan;

    race_client(r);
    memset(&plan, 0, sizeof plan);
    plan.host = r->w.b;
    plan.call = DUOS_SIM_CALL_POLLER_ADD;
    plan.first = 2;
    plan.times = 1;
    plan.err = DUOS_ENOMEM;
    race_serve(r);
    assert_ok(duos_sim_fail(r->w.sim, &plan));
    assert_ok(duos_client_connect(r->client, "10.0.0.1:7"));
    race_run(r);
    assert_int_equal(plan.failed, 1);
    assert_string_equal(r->log, "c");
    assert_int_equal(r->reason, DUOS_ENOMEM);
    assert_int_equal(r->attempts[0].err, DUOS_ENOMEM);
    assert_null(r->report.won);
    assert_int_equal(race_sockets(r), 0);
    duos_sim_unfail(r->w.sim, &plan);
}

/* ---- duos_dial --------------------------------------------------------- */

static uint64_t dial(race_world *r, int64_t timeout_ms, duos_err *err)
{
    uint64_t begin = now_ms(&r->w);
    duos_socket s = DUOS_SOCKET_INVALID;

    assert_ok(duos_sim_set_host(r->w.sim, r->w.b));
    *err = duos_dial(RACE_ADDRESS, timeout_ms, &s);
    assert_int_equal(duos_socket_valid(s), *err == DUOS_OK);
    assert_int_equal(race_sockets(r), *err == DUOS_OK);
    (void)duos_close(&s);
    return now_ms(&r->w) - begin;
}

static void test_DN3_dial_ipv6_dead_ipv4_alive_is_quick(void **state)
{
    race_world *r = (race_world *)*state;
    duos_err err;

    race_name(r, "6h4l");
    assert_int_equal(dial(r, 1000, &err), 250);
    assert_ok(err);
}

static void test_DN3_dial_reaches_the_tenth_of_ten(void **state)
{
    race_world *r = (race_world *)*state;
    duos_err err;

    race_name(r, "4h4h4r4h4h4h4h4h4h4l");
    assert_int_equal(dial(r, 10000, &err), 2000);
    assert_ok(err);
}

static void test_dial_deadline_ends_the_race(void **state)
{
    race_world *r = (race_world *)*state;
    duos_err err;

    race_name(r, "4h6h4h");
    assert_int_equal(dial(r, 700, &err), 700);
    assert_int_equal(err, DUOS_ETIMEDOUT);
    assert_int_equal(dial(r, 0, &err), 0);
    assert_int_equal(err, DUOS_ETIMEDOUT);
}

static void test_SY6_dial_shortage_ends_the_race(void **state)
{
    race_world *r = (race_world *)*state;
    size_t i;

    race_name(r, "4h4l");
    for (i = 0; i < sizeof shortages / sizeof shortages[0]; i++) {
        duos_sim_failure plan;
        duos_err err;

        memset(&plan, 0, sizeof plan);
        plan.call = DUOS_SIM_CALL_OPEN;
        plan.first = 4;
        plan.times = 1;
        plan.err = shortages[i];
        assert_ok(duos_sim_fail(r->w.sim, &plan));
        assert_int_equal(dial(r, 5000, &err), 250);
        assert_int_equal(err, shortages[i]);
        duos_sim_unfail(r->w.sim, &plan);
    }
}

#define race_test(name)                                                        \
    cmocka_unit_test_setup_teardown(name, race_setup, race_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        race_test(test_DN3_race_attempts_begin_a_quarter_of_a_second_apart),
        race_test(test_DN3_race_families_take_turns),
        race_test(test_DN3_race_ipv6_dead_ipv4_alive_is_quick),
        race_test(test_SY8_race_after_a_failure_the_next_begins_at_once),
        race_test(test_race_delay_counts_from_the_latest_attempt),
        race_test(test_race_of_the_last_failure_is_told),
        race_test(test_race_two_that_stand_together_are_one),
        race_test(test_race_total_deadline_ends_it),
        race_test(test_race_attempt_deadline_ends_one),
        race_test(test_race_attempt_deadlines_overlap),
        race_test(test_race_seventh_takes_the_place_of_the_oldest),
        race_test(test_DN3_race_with_64_addresses_reaches_the_last),
        race_test(test_SY6_race_shortage_ends_it),
        race_test(test_SY6_client_shortage_at_once_is_returned),
        race_test(test_race_source_skips_the_other_family),
        race_test(test_race_source_that_fits_nothing_is_told),
        race_test(test_race_source_of_another_machine_is_told),
        race_test(test_race_source_port_lets_attempts_follow_one_another),
        race_test(test_report_tells_the_time_of_the_name),
        race_test(test_report_is_there_while_it_goes_on),
        race_test(test_report_fills_in_what_fits),
        race_test(test_DN5_race_can_be_canceled_at_any_moment),
        race_test(test_race_winner_that_cannot_be_kept_is_told),
        race_test(test_DN3_dial_ipv6_dead_ipv4_alive_is_quick),
        race_test(test_DN3_dial_reaches_the_tenth_of_ten),
        race_test(test_dial_deadline_ends_the_race),
        race_test(test_SY6_dial_shortage_ends_the_race),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
