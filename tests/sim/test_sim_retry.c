/* SPDX-License-Identifier: MIT */
/*
 * test_sim_retry.c - a client that connects again: how long it waits, how
 * often it tries, and who decides. What ends that is in test_sim_retry_end.c.
 */
#include "retry_support.h"

/* ---- the wait ---------------------------------------------------------- */

static void test_retry_is_off_by_default(void **state)
{
    race_world *r = (race_world *)*state;

    retry_prepare(r, 0);
    retry_begin(r);
    race_run(r);
    assert_string_equal(r->log, "c");
    assert_int_equal(retry_told.count, 0);
    assert_int_equal(r->report.retry_ms, -1);
    assert_int_equal(r->report.retry_err, DUOS_ELIMIT);
    assert_null(duos_client_conn(r->client));
}

/* Twelve waits of a row: 250 ms, doubled up to 30 s, of each at least half. */
static void test_retry_waits_grow_and_differ(void **state)
{
    race_world *r = (race_world *)*state;
    uint64_t seed;
    int64_t sum = 0;
    int32_t first = 0;
    bool differ = false;

    for (seed = 1; seed <= 100; seed++) {
        int32_t whole = 250;
        unsigned i;

        race_world_close(r);
        race_world_open(r, seed);
        retry_prepare(r, 12);
        retry_begin(r);
        race_run(r);
        assert_string_equal(r->log, "ccccccccccccc");
        assert_int_equal(retry_told.count, 12);
        assert_int_equal(r->report.retries, 12);
        assert_int_equal(r->report.retry_ms, -1);
        for (i = 0; i < 12; i++) {
            assert_int_equal(retry_told.attempt[i], i + 1);
            assert_int_equal(retry_told.reason[i], DUOS_ECONNREFUSED);
            assert_between(retry_told.delay_ms[i], whole / 2, whole);
            if (i > 0) {
                assert_between(
                    (int32_t)(retry_told.at_ms[i] - retry_told.at_ms[i - 1]),
                    retry_told.delay_ms[i - 1], retry_told.delay_ms[i - 1] + 2);
            }
            whole = whole > 15000 ? 30000 : whole * 2;
        }
        assert_between(retry_told.delay_ms[11], 15000, 30000);
        first = first == 0 ? retry_told.delay_ms[0] : first;
        differ = differ || retry_told.delay_ms[0] != first;
        sum += retry_told.delay_ms[0];
    }
    assert_true(differ);
    assert_between(sum / 100, 170, 205); /* a random one, on average 187 */
}

static void test_retry_waits_as_configured(void **state)
{
    race_world *r = (race_world *)*state;

    retry_prepare(r, 3);
    r->config.retry_first_ms = INT32_MAX;
    r->config.retry_last_ms = INT32_MAX;
    retry_begin(r);
    retry_pass(r, 100);
    assert_between(retry_told.delay_ms[0], INT32_MAX / 2, INT32_MAX);
    assert_int_equal(r->report.retry_ms, retry_told.delay_ms[0]);
    race_world_close(r);
    race_world_open(r, 1);
    retry_prepare(r, 5);
    r->config.retry_first_ms = r->config.retry_last_ms = 1;
    retry_begin(r);
    race_run(r);
    assert_int_equal(retry_told.count, 5);
    assert_between(retry_told.delay_ms[4], 0, 1);
}

/* Without random numbers the wait is the whole one. */
static void test_retry_without_random_numbers_waits_all(void **state)
{
    race_world *r = (race_world *)*state;

    retry_prepare(r, 2);
    race_client(r);
    race_fail(r, DUOS_SIM_CALL_RANDOM, 1, 0, DUOS_OK);
    retry_begin(r);
    race_run(r);
    assert_int_equal(retry_told.delay_ms[0], 250);
    assert_int_equal(retry_told.delay_ms[1], 500);
}

/* ---- a server that comes back ------------------------------------------ */

static void test_retry_finds_a_server_that_comes_back(void **state)
{
    race_world *r = (race_world *)*state;

    retry_prepare(r, DUOS_RETRY_ENDLESS);
    retry_begin(r);
    retry_pass(r, 5000);
    assert_true(retry_told.count >= 3);
    race_serve(r);
    race_run(r);
    assert_int_equal(r->log[strlen(r->log) - 1], 'o');
    assert_int_equal(r->report.retries, retry_told.count);
    assert_int_equal(r->report.won->err, DUOS_OK);
    assert_true(r->report.connect_ms < 5); /* of this attempt */
    assert_ptr_equal(duos_conn_user(duos_client_conn(r->client)), r);
}

/* A connection that breaks soon is one more failure; one that stood is not. */
static void test_retry_counts_anew_after_a_steady_connection(void **state)
{
    race_world *r = (race_world *)*state;

    retry_stands(r);
    assert_ok(duos_sim_reset(r->w.sim, r->w.a));
    race_run(r);
    assert_string_equal(r->log, "oco");
    assert_int_equal(retry_told.attempt[0], 1);
    assert_int_equal(retry_told.reason[0], DUOS_ECONNRESET);
    duos_sim_pause(r->w.sim, 9000);
    assert_ok(duos_sim_reset(r->w.sim, r->w.a));
    race_run(r);
    assert_int_equal(retry_told.attempt[1], 2);
    duos_sim_pause(r->w.sim, 10000);
    assert_ok(duos_sim_reset(r->w.sim, r->w.a));
    race_run(r);
    assert_int_equal(retry_told.attempt[2], 1);
    assert_between(retry_told.delay_ms[2], 125, 250);
    assert_string_equal(r->log, "ocococo");
}

/* Nobody says hello: it takes as long as a steady connection has to stand. */
static void test_retry_handshake_is_no_steady_connection(void **state)
{
    race_world *r = (race_world *)*state;

    retry_prepare(r, 2);
    race_pass(r, DUOS_EINPROGRESS);
    race_serve(r);
    retry_begin(r);
    race_run(r);
    assert_string_equal(r->log, "ccc");
    assert_int_equal(r->reason, DUOS_ETIMEDOUT);
    assert_int_equal(retry_told.count, 2);
    assert_between(retry_told.delay_ms[1], 250, 500);
    assert_int_equal(r->report.retry_err, DUOS_ELIMIT);
}

/* The name is looked up again, and may lead elsewhere. */
static void test_retry_looks_the_name_up_again(void **state)
{
    race_world *r = (race_world *)*state;
    duos_addr here = duos_sim_addr(r->w.a, DUOS_IPV4, 0);

    retry_prepare(r, DUOS_RETRY_ENDLESS);
    race_serve(r);
    race_client(r);
    assert_ok(duos_client_connect(r->client, RACE_ADDRESS));
    retry_pass(r, 1000);
    assert_int_equal(retry_told.reason[0], DUOS_ENONAME);
    assert_ok(duos_sim_add_name(r->w.sim, "many.test", DUOS_OK, &here, 1, 5));
    race_run(r);
    assert_int_equal(r->log[strlen(r->log) - 1], 'o');
    assert_int_equal(r->report.resolve_ms, 5);
}

/* ---- who decides ------------------------------------------------------- */

static void test_retry_waits_as_long_as_the_callback_says(void **state)
{
    race_world *r = (race_world *)*state;

    retry_prepare(r, 3);
    retry_told.answer = 7;
    retry_begin(r);
    race_run(r);
    assert_int_equal(retry_told.count, 3);
    assert_between((int)(retry_told.at_ms[2] - retry_told.at_ms[1]), 7, 8);
    retry_told.count = 0;
    retry_told.answer = 0;
    retry_begin(r);
    race_run(r);
    assert_int_equal(retry_told.count, 3);
    assert_int_equal(retry_told.attempt[0], 1); /* a new row */
}

static void test_retry_stops_when_the_callback_says_so(void **state)
{
    race_world *r = (race_world *)*state;

    retry_prepare(r, DUOS_RETRY_ENDLESS);
    retry_told.answer = -1;
    retry_begin(r);
    race_run(r);
    assert_int_equal(retry_told.count, 1);
    assert_string_equal(r->log, "c");
    assert_int_equal(r->report.retry_ms, -1);
    assert_int_equal(r->report.retry_err, DUOS_ECANCELED);
    assert_null(duos_client_conn(r->client));
}

static void connect_now(retry_asked *a)
{
    assert_err(DUOS_EBUSY, duos_client_connect(a->r->client, RETRY_ADDRESS));
}

static void destroy_now(retry_asked *a)
{
    duos_client_destroy(a->r->client);
    a->r->client = NULL;
}

static void test_CB4_retry_callback_may_destroy_the_client(void **state)
{
    race_world *r = (race_world *)*state;

    retry_prepare(r, 2);
    retry_told.act = connect_now;
    retry_begin(r);
    race_run(r);
    assert_int_equal(retry_told.count, 2);
    retry_told.act = destroy_now;
    retry_begin(r);
    race_run(r);
    assert_int_equal(retry_told.count, 3);
    assert_string_equal(r->log, "cccc"); /* three, and the last one */
    assert_null(r->client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        race_test(test_retry_is_off_by_default),
        race_test(test_retry_waits_grow_and_differ),
        race_test(test_retry_waits_as_configured),
        race_test(test_retry_without_random_numbers_waits_all),
        race_test(test_retry_finds_a_server_that_comes_back),
        race_test(test_retry_counts_anew_after_a_steady_connection),
        race_test(test_retry_handshake_is_no_steady_connection),
        race_test(test_retry_looks_the_name_up_again),
        race_test(test_retry_waits_as_long_as_the_callback_says),
        race_test(test_retry_stops_when_the_callback_says_so),
        race_test(test_CB4_retry_callback_may_destroy_the_client),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
