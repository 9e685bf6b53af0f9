/* SPDX-License-Identifier: MIT */
/*
 * test_sim_accept.c - a server that cannot accept for a while, to the virtual
 * millisecond.
 */
#include "sim_support.h"

typedef struct house {
    world w;
    duos_loop *loop;
    duos_server *server;
} house;

static int house_setup(void **state)
{
    house *h = (house *)calloc(1, sizeof *h);

    assert_non_null(h);
    world_open(&h->w, NULL);
    h->loop = loop_on(&h->w, h->w.a);
    assert_ok(duos_server_create(h->loop, NULL, &h->server));
    assert_ok(duos_server_listen(h->server, "*:7700", NULL, NULL));
    *state = h;
    return 0;
}

static int house_teardown(void **state)
{
    house *h = (house *)*state;

    duos_server_destroy(h->server);
    duos_sim_remove(h->w.sim, h->loop);
    assert_ok(duos_loop_destroy(h->loop));
    world_close(&h->w);
    free(h);
    return 0;
}

static uint64_t accepted(const house *h)
{
    duos_server_stats stats;

    stats.size = sizeof stats;
    assert_ok(duos_server_get_stats(h->server, &stats));
    return stats.accepted;
}

static void go_on(const house *h, int64_t ms)
{
    assert_err(DUOS_ETIMEDOUT, duos_sim_run(h->w.sim, ms));
}

/* The new listener accepts already: that is no reason to pause again. */
static void test_SY4_server_that_listens_while_it_pauses_resumes_in_time(
    void **state)
{
    house *h = (house *)*state;
    duos_addr at = duos_sim_addr(h->w.a, DUOS_IPV4, 7700);
    duos_socket visitor = open_on(&h->w, h->w.b, DUOS_NONBLOCK);
    duos_sim_failure shortage = {0};

    shortage.call = DUOS_SIM_CALL_ACCEPT;
    shortage.first = 1;
    assert_ok(duos_sim_fail(h->w.sim, &shortage));
    assert_err(DUOS_EINPROGRESS, duos_connect(visitor, &at));
    go_on(h, 20);
    assert_int_equal(shortage.failed, 2); /* with the spare one as well */
    duos_sim_unfail(h->w.sim, &shortage);
    assert_ok(duos_sim_set_host(h->w.sim, h->w.a));
    assert_ok(duos_server_listen(h->server, "*:7701", NULL, NULL));
    assert_int_equal(accepted(h), 0);
    go_on(h, 40); /* the first pause lasts 50 ms */
    assert_int_equal(accepted(h), 1);
    assert_ok(duos_close(&visitor));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_SY4_server_that_listens_while_it_pauses_resumes_in_time,
            house_setup, house_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
