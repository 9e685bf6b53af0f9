/* SPDX-License-Identifier: MIT */
/*
 * test_sim_retry_end.c - a client that would connect again, and does not: it
 * was closed, destroyed, or has no memory.
 */
#include "retry_support.h"

/* ---- canceled ---------------------------------------------------------- */

static void test_retry_wait_is_ended_by_close(void **state)
{
    race_world *r = (race_world *)*state;
    duos_addr somebody;

    retry_waits(r);
    assert_true(r->report.retry_ms > 100);
    assert_non_null(duos_client_conn(r->client));
    assert_err(DUOS_EBUSY, duos_client_connect(r->client, RETRY_ADDRESS));
    assert_err(DUOS_ESTATE,
               duos_conn_send(duos_client_conn(r->client), "x", 1));
    assert_ok(duos_conn_peer(duos_client_conn(r->client), &somebody));
    duos_conn_close(duos_client_conn(r->client));
    race_run(r);
    assert_string_equal(r->log, "cc");
    assert_int_equal(r->reason, DUOS_ECANCELED);
    assert_int_equal(retry_told.count, 1);
    assert_null(duos_client_conn(r->client));
    retry_begin(r); /* and once more from the beginning */
    retry_pass(r, 20);
    assert_int_equal(retry_told.attempt[1], 1);
}

/* The wait is no part of the time for which the connection stood. */
static void test_retry_closed_long_after_its_connection(void **state)
{
    race_world *r = (race_world *)*state;

    retry_stands(r);
    retry_told.answer = 20 * 1000;
    assert_ok(duos_sim_reset(r->w.sim, r->w.a));
    retry_pass(r, 15 * 1000);
    assert_string_equal(r->log, "oc");
    duos_conn_close(duos_client_conn(r->client));
    race_run(r);
    assert_string_equal(r->log, "occ");
    assert_int_equal(r->report.retries, 1);
    assert_int_equal(r->report.retry_err, DUOS_ECANCELED);
}

static void test_retry_wait_is_ended_by_destroy(void **state)
{
    race_world *r = (race_world *)*state;

    retry_waits(r);
    duos_client_destroy(r->client);
    r->client = NULL;
    assert_string_equal(r->log, "cc");
    assert_int_equal(r->reason, DUOS_ECANCELED);
    race_run(r);
    assert_string_equal(r->log, "cc");
}

static void destroy_in_on_close(duos_conn *conn, duos_err reason, void *user)
{
    race_world *r = (race_world *)user;

    race_on_close(conn, reason, user);
    assert_true(r->report.retry_ms > 0);
    duos_client_destroy(r->client);
    r->client = NULL;
}

static void test_CB4_retry_planned_is_dropped_by_destroy(void **state)
{
    race_world *r = (race_world *)*state;

    retry_prepare(r, DUOS_RETRY_ENDLESS);
    r->config.handler.on_close = destroy_in_on_close;
    retry_begin(r);
    race_run(r);
    assert_string_equal(r->log, "c");
    assert_null(r->client);
}

static void test_retry_does_not_follow_what_this_side_ended(void **state)
{
    race_world *r = (race_world *)*state;
    duos_socket s;

    retry_stands(r);
    duos_conn_close(duos_client_conn(r->client));
    race_run(r);
    assert_string_equal(r->log, "oc");
    retry_begin(r);
    race_run(r);
    assert_ok(duos_conn_release(duos_client_conn(r->client), &s));
    race_run(r);
    assert_string_equal(r->log, "oco");
    assert_null(duos_client_conn(r->client));
    assert_int_equal(retry_told.count, 0);
    assert_ok(duos_close(&s));
}

/* The queue does not get out: on_close says so, and it is the end. */
static void test_retry_does_not_follow_a_close_that_breaks(void **state)
{
    static const char data[1000 * 1000];
    race_world *r = (race_world *)*state;
    duos_conn *conn;

    retry_stands(r);
    conn = duos_client_conn(r->client);
    assert_ok(duos_conn_send(conn, data, sizeof data));
    assert_true(duos_conn_queued(conn) > 0);
    duos_conn_close(conn);
    assert_ok(duos_sim_reset(r->w.sim, r->w.a));
    race_run(r);
    assert_string_equal(r->log, "oc");
    assert_int_equal(r->reason, DUOS_ECONNRESET);
    assert_int_equal(retry_told.count, 0);
    assert_int_equal(r->report.retry_err, DUOS_ECANCELED);
}

/* ---- without memory ---------------------------------------------------- */

static void no_memory(retry_asked *a)
{
    a->r->w.memory.fail_in = 1;
}

/* There is nothing to connect with: on_close says that none follows. */
static void test_ME1_retry_without_memory_is_told(void **state)
{
    race_world *r = (race_world *)*state;

    retry_prepare(r, DUOS_RETRY_ENDLESS);
    retry_told.act = no_memory;
    retry_begin(r);
    race_run(r);
    assert_string_equal(r->log, "c");
    assert_int_equal(retry_told.count, 1);
    assert_int_equal(r->report.retry_ms, -1);
    assert_int_equal(r->report.retry_err, DUOS_ENOMEM);
    assert_null(duos_client_conn(r->client));
}

/* Later than that each failure is one more reason for a retry. */
static void test_ME1_retry_goes_on_after_failed_allocations(void **state)
{
    race_world *r = (race_world *)*state;
    unsigned struck = 0;
    uint32_t k;

    for (k = 1; k <= 4; k++) {
        race_world_close(r);
        race_world_open(r, k);
        retry_waits(r);
        race_serve(r);
        r->w.memory.fail_in = k;
        race_run(r);
        r->w.memory.fail_in = 0;
        if (retry_told.count > 1) {
            struck++;
            assert_int_equal(retry_told.reason[1], DUOS_ENOMEM);
        }
        assert_int_equal(r->log[strlen(r->log) - 1], 'o');
    }
    assert_true(struck >= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        race_test(test_retry_wait_is_ended_by_close),
        race_test(test_retry_closed_long_after_its_connection),
        race_test(test_retry_wait_is_ended_by_destroy),
        race_test(test_CB4_retry_planned_is_dropped_by_destroy),
        race_test(test_retry_does_not_follow_what_this_side_ended),
        race_test(test_retry_does_not_follow_a_close_that_breaks),
        race_test(test_ME1_retry_without_memory_is_told),
        race_test(test_ME1_retry_goes_on_after_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
