/* SPDX-License-Identifier: MIT */
/*
 * test_sim_retry.c - a client that connects again: how long it waits, how
 * often it tries, who decides, and what becomes of bytes that were on their
 * way when a connection broke.
 */
#include "sim_support.h"

#include "race_support.h"

#define ADDRESS "10.0.0.1:7"

/* What on_retry was asked, and what it answers. */
typedef struct asked {
    unsigned count;
    uint32_t attempt[64];
    duos_err reason[64];
    int32_t delay_ms[64];
    uint64_t at_ms[64];
    int32_t answer; /* INT32_MIN: what it was offered */
    race_world *r;
    void (*act)(struct asked *a);
} asked;

static asked told;

static int32_t on_retry(duos_client *client, uint32_t attempt, duos_err reason,
                        int32_t delay_ms, void *user)
{
    asked *a = &told;

    assert_ptr_equal(client, a->r->client);
    assert_ptr_equal(user, a->r);
    assert_true(a->count < 64);
    a->attempt[a->count] = attempt;
    a->reason[a->count] = reason;
    a->delay_ms[a->count] = delay_ms;
    a->at_ms[a->count] = now_ms(&a->r->w);
    a->count++;
    if (a->act != NULL) {
        a->act(a);
    }
    return a->answer == INT32_MIN ? delay_ms : a->answer;
}

static void prepare(race_world *r, uint32_t retry_max)
{
    memset(&told, 0, sizeof told);
    told.answer = INT32_MIN;
    told.r = r;
    r->config.retry_max = retry_max;
    r->config.on_retry = on_retry;
}

static void begin(race_world *r)
{
    if (r->client == NULL) {
        race_client(r);
    }
    assert_ok(duos_sim_set_host(r->w.sim, r->w.b));
    assert_ok(duos_client_connect(r->client, ADDRESS));
}

static void pass(race_world *r, int64_t ms)
{
    assert_err(DUOS_ETIMEDOUT, duos_sim_run(r->w.sim, ms));
    assert_ok(duos_sim_set_host(r->w.sim, r->w.b));
}

/* ---- the wait ---------------------------------------------------------- */

static void test_retry_is_off_by_default(void **state)
{
    race_world *r = (race_world *)*state;

    prepare(r, 0);
    begin(r);
    race_run(r);
    assert_string_equal(r->log, "c");
    assert_int_equal(told.count, 0);
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
        prepare(r, 12);
        begin(r);
        race_run(r);
        assert_string_equal(r->log, "ccccccccccccc");
        assert_int_equal(told.count, 12);
        assert_int_equal(r->report.retries, 12);
        assert_int_equal(r->report.retry_ms, -1);
        for (i = 0; i < 12; i++) {
            assert_int_equal(told.attempt[i], i + 1);
            assert_int_equal(told.reason[i], DUOS_ECONNREFUSED);
            assert_between(told.delay_ms[i], whole / 2, whole);
            if (i > 0) {
                assert_between((int32_t)(told.at_ms[i] - told.at_ms[i - 1]),
                               told.delay_ms[i - 1], told.delay_ms[i - 1] + 2);
            }
            whole = whole > 15000 ? 30000 : whole * 2;
        }
        assert_between(told.delay_ms[11], 15000, 30000);
        first = first == 0 ? told.delay_ms[0] : first;
        differ = differ || told.delay_ms[0] != first;
        sum += told.delay_ms[0];
    }
    assert_true(differ);
    assert_between(sum / 100, 170, 205); /* a random one, on average 187 */
}

static void test_retry_waits_as_configured(void **state)
{
    race_world *r = (race_world *)*state;

    prepare(r, 3);
    r->config.retry_first_ms = INT32_MAX;
    r->config.retry_last_ms = INT32_MAX;
    begin(r);
    pass(r, 100);
    assert_between(told.delay_ms[0], INT32_MAX / 2, INT32_MAX);
    assert_int_equal(r->report.retry_ms, told.delay_ms[0]);
    race_world_close(r);
    race_world_open(r, 1);
    prepare(r, 5);
    r->config.retry_first_ms = r->config.retry_last_ms = 1;
    begin(r);
    race_run(r);
    assert_int_equal(told.count, 5);
    assert_between(told.delay_ms[4], 0, 1);
}

/* Without random numbers the wait is the whole one. */
static void test_retry_without_random_numbers_waits_all(void **state)
{
    race_world *r = (race_world *)*state;
    duos_sim_failure plan;

    prepare(r, 2);
    race_client(r);
    memset(&plan, 0, sizeof plan);
    plan.call = DUOS_SIM_CALL_RANDOM;
    plan.first = 1;
    assert_ok(duos_sim_fail(r->w.sim, &plan));
    begin(r);
    race_run(r);
    assert_int_equal(told.delay_ms[0], 250);
    assert_int_equal(told.delay_ms[1], 500);
    duos_sim_unfail(r->w.sim, &plan);
}

/* ---- a server that comes back ------------------------------------------ */

static void test_retry_finds_a_server_that_comes_back(void **state)
{
    race_world *r = (race_world *)*state;

    prepare(r, DUOS_RETRY_ENDLESS);
    begin(r);
    pass(r, 5000);
    assert_true(told.count >= 3);
    race_serve(r);
    race_run(r);
    assert_int_equal(r->log[strlen(r->log) - 1], 'o');
    assert_int_equal(r->report.retries, told.count);
    assert_int_equal(r->report.won->err, DUOS_OK);
    assert_true(r->report.connect_ms < 5); /* of this attempt */
    assert_ptr_equal(duos_conn_user(duos_client_conn(r->client)), r);
}

/* A connection that breaks soon is one more failure; one that stood is not. */
static void test_retry_counts_anew_after_a_steady_connection(void **state)
{
    race_world *r = (race_world *)*state;

    prepare(r, DUOS_RETRY_ENDLESS);
    race_serve(r);
    begin(r);
    race_run(r);
    assert_ok(duos_sim_reset(r->w.sim, r->w.a));
    race_run(r);
    assert_string_equal(r->log, "oco");
    assert_int_equal(told.attempt[0], 1);
    assert_int_equal(told.reason[0], DUOS_ECONNRESET);
    duos_sim_pause(r->w.sim, 9000);
    assert_ok(duos_sim_reset(r->w.sim, r->w.a));
    race_run(r);
    assert_int_equal(told.attempt[1], 2);
    duos_sim_pause(r->w.sim, 10000);
    assert_ok(duos_sim_reset(r->w.sim, r->w.a));
    race_run(r);
    assert_int_equal(told.attempt[2], 1);
    assert_between(told.delay_ms[2], 125, 250);
    assert_string_equal(r->log, "ocococo");
}

/* The name is looked up again, and may lead elsewhere. */
static void test_retry_looks_the_name_up_again(void **state)
{
    race_world *r = (race_world *)*state;
    duos_addr here = duos_sim_addr(r->w.a, DUOS_IPV4, 0);

    prepare(r, DUOS_RETRY_ENDLESS);
    race_serve(r);
    race_client(r);
    assert_ok(duos_client_connect(r->client, RACE_ADDRESS));
    pass(r, 1000);
    assert_int_equal(told.reason[0], DUOS_ENONAME);
    assert_ok(duos_sim_add_name(r->w.sim, "many.test", DUOS_OK, &here, 1, 5));
    race_run(r);
    assert_int_equal(r->log[strlen(r->log) - 1], 'o');
    assert_int_equal(r->report.resolve_ms, 5);
}

/* ---- who decides ------------------------------------------------------- */

static void test_retry_waits_as_long_as_the_callback_says(void **state)
{
    race_world *r = (race_world *)*state;

    prepare(r, 3);
    told.answer = 7;
    begin(r);
    race_run(r);
    assert_int_equal(told.count, 3);
    assert_between((int)(told.at_ms[2] - told.at_ms[1]), 7, 8);
    told.count = 0;
    told.answer = 0;
    begin(r);
    race_run(r);
    assert_int_equal(told.count, 3);
    assert_int_equal(told.attempt[0], 1); /* a new row */
}

static void test_retry_stops_when_the_callback_says_so(void **state)
{
    race_world *r = (race_world *)*state;

    prepare(r, DUOS_RETRY_ENDLESS);
    told.answer = -1;
    begin(r);
    race_run(r);
    assert_int_equal(told.count, 1);
    assert_string_equal(r->log, "c");
    assert_int_equal(r->report.retry_ms, -1);
    assert_int_equal(r->report.retry_err, DUOS_ECANCELED);
    assert_null(duos_client_conn(r->client));
}

static void connect_now(asked *a)
{
    assert_err(DUOS_EBUSY, duos_client_connect(a->r->client, ADDRESS));
}

static void destroy_now(asked *a)
{
    duos_client_destroy(a->r->client);
    a->r->client = NULL;
}

static void test_CB4_retry_callback_may_destroy_the_client(void **state)
{
    race_world *r = (race_world *)*state;

    prepare(r, 2);
    told.act = connect_now;
    begin(r);
    race_run(r);
    assert_int_equal(told.count, 2);
    told.act = destroy_now;
    begin(r);
    race_run(r);
    assert_int_equal(told.count, 3);
    assert_string_equal(r->log, "cccc"); /* three, and the last one */
    assert_null(r->client);
}

/* ---- canceled ---------------------------------------------------------- */

static void test_retry_wait_is_ended_by_close(void **state)
{
    race_world *r = (race_world *)*state;
    duos_addr somebody;

    prepare(r, DUOS_RETRY_ENDLESS);
    begin(r);
    pass(r, 20);
    assert_string_equal(r->log, "c");
    assert_true(r->report.retry_ms > 100);
    assert_non_null(duos_client_conn(r->client));
    assert_err(DUOS_EBUSY, duos_client_connect(r->client, ADDRESS));
    assert_err(DUOS_ESTATE,
               duos_conn_send(duos_client_conn(r->client), "x", 1));
    assert_ok(duos_conn_peer(duos_client_conn(r->client), &somebody));
    duos_conn_close(duos_client_conn(r->client));
    race_run(r);
    assert_string_equal(r->log, "cc");
    assert_int_equal(r->reason, DUOS_ECANCELED);
    assert_int_equal(told.count, 1);
    assert_null(duos_client_conn(r->client));
    begin(r); /* and once more from the beginning */
    pass(r, 20);
    assert_int_equal(told.attempt[1], 1);
}

static void test_retry_wait_is_ended_by_destroy(void **state)
{
    race_world *r = (race_world *)*state;

    prepare(r, DUOS_RETRY_ENDLESS);
    begin(r);
    pass(r, 20);
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

    prepare(r, DUOS_RETRY_ENDLESS);
    r->config.handler.on_close = destroy_in_on_close;
    begin(r);
    race_run(r);
    assert_string_equal(r->log, "c");
    assert_null(r->client);
}

static void test_retry_does_not_follow_what_this_side_ended(void **state)
{
    race_world *r = (race_world *)*state;
    duos_socket s;

    prepare(r, DUOS_RETRY_ENDLESS);
    race_serve(r);
    begin(r);
    race_run(r);
    duos_conn_close(duos_client_conn(r->client));
    race_run(r);
    assert_string_equal(r->log, "oc");
    begin(r);
    race_run(r);
    assert_ok(duos_conn_release(duos_client_conn(r->client), &s));
    race_run(r);
    assert_string_equal(r->log, "oco");
    assert_null(duos_client_conn(r->client));
    assert_int_equal(told.count, 0);
    assert_ok(duos_close(&s));
}

/* ---- without memory ---------------------------------------------------- */

static void no_memory(asked *a)
{
    a->r->w.memory.fail_in = 1;
}

/* There is nothing to connect with: on_close says that none follows. */
static void test_ME1_retry_without_memory_is_told(void **state)
{
    race_world *r = (race_world *)*state;

    prepare(r, DUOS_RETRY_ENDLESS);
    told.act = no_memory;
    begin(r);
    race_run(r);
    assert_string_equal(r->log, "c");
    assert_int_equal(told.count, 1);
    assert_int_equal(r->report.retry_ms, -1);
    assert_int_equal(r->report.retry_err, DUOS_ENOMEM);
    assert_null(duos_client_conn(r->client));
}

/* Later than that each failure is one more reason for a retry. */
static void test_ME1_retry_goes_on_after_failed_allocations(void **state)
{
    race_world *r = (race_world *)*state;
    uint32_t k;

    for (k = 1; k <= 4; k++) {
        race_world_close(r);
        race_world_open(r, k);
        prepare(r, DUOS_RETRY_ENDLESS);
        begin(r);
        pass(r, 20);
        assert_string_equal(r->log, "c");
        race_serve(r);
        r->w.memory.fail_in = k;
        race_run(r);
        r->w.memory.fail_in = 0;
        if (told.count > 1) {
            assert_int_equal(told.reason[1], DUOS_ENOMEM);
        }
        assert_int_equal(r->log[strlen(r->log) - 1], 'o');
    }
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
        race_test(test_retry_looks_the_name_up_again),
        race_test(test_retry_waits_as_long_as_the_callback_says),
        race_test(test_retry_stops_when_the_callback_says_so),
        race_test(test_CB4_retry_callback_may_destroy_the_client),
        race_test(test_retry_wait_is_ended_by_close),
        race_test(test_retry_wait_is_ended_by_destroy),
        race_test(test_CB4_retry_planned_is_dropped_by_destroy),
        race_test(test_retry_does_not_follow_what_this_side_ended),
        race_test(test_ME1_retry_without_memory_is_told),
        race_test(test_ME1_retry_goes_on_after_failed_allocations),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
