/* SPDX-License-Identifier: MIT */
/*
 * test_sim_deadline.c - limits of a connection to the microsecond, which only
 * a virtual clock can tell: stamps are cut to milliseconds, and that must
 * never make a limit pass early.
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

static duos_server *serve(world *w, duos_loop *loop, watched *seen)
{
    duos_server_config config;
    duos_server *server;

    duos_server_config_init(&config);
    config.handler.on_data = on_data;
    config.handler.on_close = on_close;
    config.user = seen;
    config.limits.idle_ms = IDLE_MS;
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
    duos_server *server = serve(w, loop, &seen);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_TI4_sim_idle_limit_is_never_early,
                                        world_setup, world_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
