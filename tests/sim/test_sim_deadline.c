/* SPDX-License-Identifier: MIT */
/*
 * test_sim_deadline.c - limits of a connection to the microsecond, which only
 * a virtual clock can tell: stamps are cut to milliseconds, and that must
 * never make a limit pass early. And how long a send waits that found no
 * buffers, before it is tried again.
 */
#include "sim_support.h"

#define IDLE_MS 50
#define ROUNDS  200

typedef struct watched {
    const duos_sim *sim;
    uint64_t data_ns;
    uint64_t closed_ns;
    duos_err reason;
    unsigned closes;
} watched;

static void on_data(duos_conn *conn, const void *data, size_t len, void *user)
{
    watched *w = (watched *)user;

    (void)conn;
    (void)data;
    if (len > 1) { /* not the neighbour's */
        w->data_ns = duos_sim_now_ns(w->sim);
    }
}

static void on_close(duos_conn *conn, duos_err reason, void *user)
{
    watched *w = (watched *)user;

    (void)conn;
    w->closed_ns = duos_sim_now_ns(w->sim);
    w->reason = reason;
    w->closes++;
}

static duos_server *serve(world *w, duos_loop *loop, watched *seen,
                          int32_t idle_ms)
{
    duos_server_config config;
    duos_server *server;

    duos_server_config_init(&config);
    config.handler.on_data = on_data;
    config.handler.on_close = on_close;
    config.user = seen;
    config.limits.idle_ms = idle_ms;
    config.limits.first_byte_ms = config.limits.stall_ms = idle_ms;
    seen->sim = w->sim;
    assert_ok(duos_sim_set_host(w->sim, w->a));
    assert_ok(duos_server_create(loop, &config, &server));
    assert_ok(duos_server_listen(server, "*:7", NULL, NULL));
    return server;
}

static duos_socket visit(world *w)
{
    duos_socket visitor;

    assert_ok(duos_sim_set_host(w->sim, w->b));
    assert_ok(duos_dial("10.0.0.1:7", 1000, &visitor));
    assert_err(DUOS_ETIMEDOUT, duos_sim_run(w->sim, 1));
    return visitor;
}

/*
 * The bytes come a little later than a millisecond after the connection, when
 * its timer runs already. A neighbour keeps the loop awake at odd times.
 */
static void test_TI4_sim_idle_limit_is_never_early(void **state)
{
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->a);
    watched seen = {NULL, 0, 0, DUOS_OK, 0};
    duos_server *server = serve(w, loop, &seen, IDLE_MS);
    duos_socket neighbour = visit(w);
    unsigned i;

    for (i = 1; i <= ROUNDS; i++) {
        duos_socket visitor = visit(w);

        assert_ok(duos_send_all(visitor, "xx", 2, 1000, NULL));
        while (seen.closes < i) {
            assert_ok(duos_sim_set_host(w->sim, w->b));
            assert_ok(duos_send_all(neighbour, "n", 1, 1000, NULL));
            assert_err(DUOS_ETIMEDOUT, duos_sim_run(w->sim, 1));
        }
        assert_int_equal(seen.reason, DUOS_EIDLE);
        assert_between((seen.closed_ns - seen.data_ns) / 1000, IDLE_MS * 1000,
                       (IDLE_MS + 3) * 1000);
        assert_ok(duos_close(&visitor));
    }
    assert_ok(duos_close(&neighbour));
    duos_server_destroy(server);
    end_loop(w, loop);
}

/* ---- without buffers ---------------------------------------------------- */

static uint64_t tries_of(const duos_server *server)
{
    duos_server_stats stats;

    stats.size = sizeof stats;
    assert_ok(duos_server_get_stats(server, &stats));
    return stats.no_buffers;
}

/* Runs until there was one more try; returns how long that was. */
static uint64_t pass_to_next_try(world *w, const duos_server *server)
{
    uint64_t tries = tries_of(server);
    uint64_t begin_ns = duos_sim_now_ns(w->sim);

    while (tries_of(server) == tries) {
        assert_err(DUOS_ETIMEDOUT, duos_sim_run(w->sim, 1));
        assert_true(duos_sim_now_ns(w->sim) - begin_ns < 2000000000u);
    }
    assert_int_equal(tries_of(server), tries + 1);
    return (duos_sim_now_ns(w->sim) - begin_ns) / 1000;
}

/* Pauses grow from 10 ms to a second; bytes that have gone end them. */
static void test_SY10_sim_send_without_buffers_waits_longer_each_time(
    void **state)
{
    static const uint32_t pauses_ms[] = {10,  20,  40,   80,  160,
                                         320, 640, 1000, 1000};
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->a);
    watched seen = {NULL, 0, 0, DUOS_OK, 0};
    duos_server *server = serve(w, loop, &seen, 60 * 60 * 1000);
    duos_socket visitor = visit(w);
    char got[2];
    unsigned round, i;

    for (round = 0; round < 2; round++) {
        assert_ok(duos_sim_set_host(w->sim, w->a));
        assert_ok(duos_sim_chance(w->sim, DUOS_SIM_FAULT_NO_BUFFERS, 1000));
        assert_ok(duos_conn_send(duos_server_next(server, NULL), "xx", 2));
        for (i = 0; i < sizeof pauses_ms / sizeof pauses_ms[0]; i++) {
            uint64_t us = pass_to_next_try(w, server);

            assert_between(us, pauses_ms[i] * 1000, (pauses_ms[i] + 4) * 1000);
        }
        assert_ok(duos_sim_chance(w->sim, DUOS_SIM_FAULT_NO_BUFFERS, 0));
        assert_ok(duos_sim_set_host(w->sim, w->b));
        assert_ok(duos_recv_exact(visitor, got, 2, 2000, NULL));
    }
    assert_int_equal(seen.closes, 0);
    assert_ok(duos_close(&visitor));
    duos_server_destroy(server);
    end_loop(w, loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_TI4_sim_idle_limit_is_never_early,
                                        world_setup, world_teardown),
        cmocka_unit_test_setup_teardown(
            test_SY10_sim_send_without_buffers_waits_longer_each_time,
            world_setup, world_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
