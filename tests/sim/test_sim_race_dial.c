/* SPDX-License-Identifier: MIT */
/*
 * test_sim_race_dial.c - the same race for who waits: duos_dial; and a
 * shortage that a client finds at once.
 */
#include "sim_support.h"

#include "race_support.h"

/* ---- duos_dial ----------------------------------------------------------- */

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
    for (i = 0; i < sizeof race_shortages / sizeof race_shortages[0]; i++) {
        duos_err err;

        race_fail(r, DUOS_SIM_CALL_OPEN, 4, 1, race_shortages[i]);
        assert_int_equal(dial(r, 5000, &err), 250);
        assert_int_equal(err, race_shortages[i]);
    }
}

/* It is not the machine's lack of a route that keeps one from connecting. */
static void test_dial_tells_the_failure_that_says_most(void **state)
{
    race_world *r = (race_world *)*state;
    duos_err err;

    race_name(r, "4r4l");
    race_fail(r, DUOS_SIM_CALL_CONNECT, 4, 1, DUOS_ENETUNREACH);
    (void)dial(r, 1000, &err);
    assert_int_equal(r->plan.failed, 1);
    assert_int_equal(err, DUOS_ECONNREFUSED);
}

/* ---- a client ------------------------------------------------------------ */

static void test_SY6_client_shortage_at_once_is_returned(void **state)
{
    race_world *r = (race_world *)*state;
    duos_socket s;

    race_client(r);
    race_fail(r, DUOS_SIM_CALL_OPEN, 1, 0, DUOS_ENFILE);
    assert_err(DUOS_ENFILE, duos_client_connect(r->client, "10.0.0.1:7"));
    assert_err(DUOS_ENFILE, duos_dial("10.0.0.1:7", 100, &s));
    race_fail(r, DUOS_SIM_CALL_OPEN, 1, 0, DUOS_ENOBUFS);
    assert_err(DUOS_ENOBUFS, duos_client_connect(r->client, "10.0.0.1:7"));
    assert_err(DUOS_ENOBUFS, duos_dial("10.0.0.1:7", 100, &s));
    race_fail(r, DUOS_SIM_CALL_OPEN, 1, 0, DUOS_EMFILE);
    assert_err(DUOS_EMFILE, duos_dial("10.0.0.1:7", 100, &s));
    race_fail(r, DUOS_SIM_CALL_OPEN, 1, 0, DUOS_ENOMEM);
    assert_err(DUOS_ENOMEM, duos_dial("10.0.0.1:7", 100, &s));
    assert_null(duos_client_conn(r->client));
    assert_string_equal(r->log, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        race_test(test_DN3_dial_ipv6_dead_ipv4_alive_is_quick),
        race_test(test_DN3_dial_reaches_the_tenth_of_ten),
        race_test(test_dial_deadline_ends_the_race),
        race_test(test_SY6_dial_shortage_ends_the_race),
        race_test(test_dial_tells_the_failure_that_says_most),
        race_test(test_SY6_client_shortage_at_once_is_returned),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
