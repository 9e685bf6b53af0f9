/* SPDX-License-Identifier: MIT */
/*
 * test_sim_fault.c - faults by plan: that they happen where and as often as
 * they were asked for, and are counted.
 */
#include "sim_support.h"

/* ---- by plan ---------------------------------------------------------- */

static void plan(world *w, duos_sim_failure *f, duos_sim_call call,
                 uint64_t first, uint64_t times)
{
    memset(f, 0, sizeof *f);
    f->call = (uint32_t)call;
    f->first = first;
    f->times = times;
    assert_ok(duos_sim_fail(w->sim, f));
}

static void test_sim_fail_senseless_plan_refused(void **state)
{
    world *w = (world *)*state;
    duos_sim_failure f;

    memset(&f, 0, sizeof f);
    f.first = 1;
    assert_err(DUOS_EINVAL, duos_sim_fail(NULL, &f));
    assert_err(DUOS_EINVAL, duos_sim_fail(w->sim, NULL));
    f.call = DUOS_SIM_CALL_COUNT;
    assert_err(DUOS_EINVAL, duos_sim_fail(w->sim, &f));
    f.call = DUOS_SIM_CALL_OPEN;
    f.first = 0;
    assert_err(DUOS_EINVAL, duos_sim_fail(w->sim, &f));
    f.first = 1;
    f.err = 1;
    assert_err(DUOS_EINVAL, duos_sim_fail(w->sim, &f));
    f.err = DUOS_OK;
    assert_ok(duos_sim_fail(w->sim, &f));
    assert_err(DUOS_EEXIST, duos_sim_fail(w->sim, &f));
    duos_sim_unfail(w->sim, &f);
    duos_sim_unfail(w->sim, &f);
    duos_sim_unfail(NULL, &f);
    duos_sim_unfail(w->sim, NULL);
}

static void test_sim_fail_nth_call_fails_as_often_as_asked(void **state)
{
    world *w = (world *)*state;
    duos_sim_failure f;
    duos_socket s = open_on(w, w->a, DUOS_BLOCKING);
    int32_t kept;
    int i;

    plan(w, &f, DUOS_SIM_CALL_OPT_GET, 3, 2);
    for (i = 1; i <= 6; i++) {
        duos_err err = duos_get_int(s, DUOS_OPT_TTL, &kept);

        assert_int_equal(err, i == 3 || i == 4 ? DUOS_ENOBUFS : DUOS_OK);
    }
    assert_int_equal(f.calls, 6);
    assert_int_equal(f.failed, 2);
    assert_int_equal(f.last, DUOS_SIM_CALL_OPT_GET);
    assert_int_equal(duos_sim_calls(w->sim, DUOS_SIM_CALL_OPT_GET), 6);
    assert_true(duos_sim_calls(w->sim, DUOS_SIM_ANY_CALL) > 6);
    assert_int_equal(duos_sim_calls(NULL, DUOS_SIM_CALL_OPEN), 0);
    assert_ok(duos_close(&s));
}

static void test_sim_fail_for_good_until_unfail(void **state)
{
    world *w = (world *)*state;
    duos_sim_failure f;
    duos_socket s;
    int i;

    assert_ok(duos_sim_set_host(w->sim, w->a));
    plan(w, &f, DUOS_SIM_CALL_OPEN, 1, 0);
    for (i = 0; i < 3; i++) {
        expect_open(DUOS_EMFILE);
    }
    duos_sim_unfail(w->sim, &f);
    s = open_on(w, w->a, DUOS_BLOCKING);
    assert_int_equal(f.failed, 3);
    assert_ok(duos_close(&s));
}

static void test_sim_fail_one_host_the_other_works(void **state)
{
    world *w = (world *)*state;
    duos_sim_failure f;
    duos_socket s;

    memset(&f, 0, sizeof f);
    f.host = w->a;
    f.call = DUOS_SIM_ANY_CALL;
    f.first = 1;
    f.err = DUOS_EACCES;
    assert_ok(duos_sim_fail(w->sim, &f));
    s = open_on(w, w->b, DUOS_BLOCKING);
    assert_ok(duos_close(&s));
    assert_ok(duos_sim_set_host(w->sim, w->a));
    expect_open(DUOS_EACCES);
}

static void test_sim_fail_close_closes_all_the_same(void **state)
{
    world *w = (world *)*state;
    duos_sim_failure f;
    duos_socket s = open_on(w, w->a, DUOS_BLOCKING);

    plan(w, &f, DUOS_SIM_CALL_CLOSE, 1, 1);
    assert_err(DUOS_EIO, duos_close(&s));
    assert_int_equal(duos_sim_sockets(w->sim), 0);
}

static void test_sim_fail_newest_plan_decides_all_count(void **state)
{
    world *w = (world *)*state;
    duos_sim_failure older;
    duos_sim_failure newer;

    plan(w, &older, DUOS_SIM_CALL_OPEN, 1, 1);
    plan(w, &newer, DUOS_SIM_ANY_CALL, 1, 1);
    newer.err = DUOS_EACCES;
    expect_open(DUOS_EACCES);
    assert_int_equal(older.calls, 1);
    assert_int_equal(older.failed, 0);
    assert_int_equal(newer.failed, 1);
}

static void test_sim_names_of_calls_and_faults(void **state)
{
    (void)state;
    assert_string_equal(duos_sim_call_name(DUOS_SIM_ANY_CALL), "any");
    assert_string_equal(duos_sim_call_name(DUOS_SIM_CALL_OPEN), "open");
    assert_string_equal(duos_sim_call_name(DUOS_SIM_CALL_COUNT), "unknown");
    assert_string_equal(duos_sim_fault_name(DUOS_SIM_FAULT_PAUSE), "pause");
    assert_string_equal(duos_sim_fault_name(DUOS_SIM_FAULT_COUNT), "unknown");
}

#define IN_WORLD(test)                                                         \
    cmocka_unit_test_setup_teardown(test, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_WORLD(test_sim_fail_senseless_plan_refused),
        IN_WORLD(test_sim_fail_nth_call_fails_as_often_as_asked),
        IN_WORLD(test_sim_fail_for_good_until_unfail),
        IN_WORLD(test_sim_fail_one_host_the_other_works),
        IN_WORLD(test_sim_fail_close_closes_all_the_same),
        IN_WORLD(test_sim_fail_newest_plan_decides_all_count),
        cmocka_unit_test(test_sim_names_of_calls_and_faults),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
