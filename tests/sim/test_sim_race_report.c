/* SPDX-License-Identifier: MIT */
/*
 * test_sim_race_report.c - what a race is told to begin from, what its report
 * says, and its end before anybody has won.
 */
#include "sim_support.h"

#include "race_support.h"

/* ---- sources ----------------------------------------------------------- */

static void test_race_source_skips_the_other_family(void **state)
{
    race_world *r = (race_world *)*state;
    duos_addr source = duos_sim_addr(r->w.b, DUOS_IPV4, 0);

    r->config.source = source;
    race_to(r, "6l4h6l4l", "o");
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

    r->config.source = duos_sim_addr(r->w.b, DUOS_IPV4, 1234);
    r->config.attempt_ms = 400;
    race_to(r, "4h4r4l", "o");
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
    race_to(r, "4h4l", "o");
    assert_int_equal(r->report.resolve_ms, 50);
    assert_int_equal(r->attempts[0].started_ms, 50);
    assert_int_equal(r->attempts[1].started_ms, 300);
    assert_int_equal(r->report.connect_ms, 300);
}

/* Nobody answers for it: the time went into the name. */
static void test_report_tells_the_time_of_a_name_that_was_given_up(void **state)
{
    race_world *r = (race_world *)*state;

    r->name_ms = -1;
    r->config.connect_ms = 600;
    race_to(r, "4l", "c");
    assert_int_equal(r->reason, DUOS_ETIMEDOUT);
    assert_int_equal(r->report.count, 0);
    assert_int_equal(r->report.resolve_ms, 600);
    assert_int_equal(r->report.connect_ms, 600);
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

    race_to(r, "4l", "o");
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

    race_client(r);
    race_serve(r);
    race_fail(r, DUOS_SIM_CALL_POLLER_ADD, 2, 1, DUOS_ENOMEM);
    assert_ok(duos_client_connect(r->client, "10.0.0.1:7"));
    race_run(r);
    assert_int_equal(r->plan.failed, 1);
    assert_string_equal(r->log, "c");
    assert_int_equal(r->reason, DUOS_ENOMEM);
    assert_int_equal(r->attempts[0].err, DUOS_ENOMEM);
    assert_null(r->report.won);
    assert_int_equal(race_sockets(r), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        race_test(test_race_source_skips_the_other_family),
        race_test(test_race_source_that_fits_nothing_is_told),
        race_test(test_race_source_of_another_machine_is_told),
        race_test(test_race_source_port_lets_attempts_follow_one_another),
        race_test(test_report_tells_the_time_of_the_name),
        race_test(test_report_tells_the_time_of_a_name_that_was_given_up),
        race_test(test_report_is_there_while_it_goes_on),
        race_test(test_report_fills_in_what_fits),
        race_test(test_DN5_race_can_be_canceled_at_any_moment),
        race_test(test_race_winner_that_cannot_be_kept_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
