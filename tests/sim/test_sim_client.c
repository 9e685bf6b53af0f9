/* SPDX-License-Identifier: MIT */
/*
 * test_sim_client.c - clients that connect by name, on a simulated name
 * service that fails, is slow or never answers.
 */
#include "sim_names.h"

/* ---- a client --------------------------------------------------------- */

typedef struct caller {
    world *w;
    unsigned opens;
    unsigned closes;
    duos_err reason;
    uint64_t closed_ms;
} caller;

static void on_open(duos_conn *conn, void *user)
{
    ((caller *)user)->opens++;
    duos_conn_close(conn);
}

static void on_close(duos_conn *conn, duos_err reason, void *user)
{
    caller *c = (caller *)user;

    (void)conn;
    c->closes++;
    c->reason = reason;
    c->closed_ms = now_ms(c->w);
}

static duos_client *make_client(caller *c, world *w, duos_loop *loop)
{
    duos_client_config config;
    duos_client *client;

    memset(c, 0, sizeof *c);
    c->w = w;
    duos_client_config_init(&config);
    config.handler.on_open = on_open;
    config.handler.on_close = on_close;
    config.user = c;
    config.connect_ms = SECOND;
    assert_ok(duos_client_create(loop, &config, &client));
    return client;
}

static void test_client_connects_by_name(void **state)
{
    world *w = (world *)*state;
    duos_addr at;
    duos_socket listener = listen_on_a(w, 0, &at);
    duos_loop *loop = loop_on(w, w->b);
    duos_client *client;
    duos_addr peer;
    char text[32];
    caller c;

    add_host(w, "a.test", w->a, 30);
    client = make_client(&c, w, loop);
    (void)snprintf(text, sizeof text, "a.test:%u", (unsigned)at.port);
    assert_ok(duos_client_connect(client, text));
    assert_err(DUOS_EBUSY, duos_client_connect(client, text));
    assert_ok(duos_conn_peer(duos_client_conn(client), &peer));
    assert_int_equal(peer.family, DUOS_UNSPEC); /* not known yet */
    run_out(w);
    assert_int_equal(c.opens, 1);
    assert_int_equal(c.closes, 1);
    assert_int_equal(c.reason, DUOS_ECANCELED);
    assert_ok(duos_close(&listener));
    assert_ok(duos_client_connect(client, text)); /* and once more */
    run_out(w);
    assert_int_equal(c.opens, 1);
    assert_int_equal(c.closes, 2);
    assert_int_equal(c.reason, DUOS_ECONNREFUSED);
    duos_client_destroy(client);
    end_loop(w, loop);
}

static void test_client_name_failures_are_told_by_on_close(void **state)
{
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->b);
    duos_client *client;
    uint64_t before;
    caller c;

    add_hanging(w, "hang.test");
    client = make_client(&c, w, loop);
    assert_err(DUOS_ENAMETOOLONG,
               duos_client_connect(client,
                                   "a123456789b123456789c123456789d123456789"
                                   "e123456789f123456789g123456789:1"));
    assert_ok(duos_client_connect(client, "unknown.test:1"));
    assert_int_equal(c.closes, 0);
    run_out(w);
    assert_int_equal(c.closes, 1);
    assert_int_equal(c.reason, DUOS_ENONAME);
    before = now_ms(w);
    assert_ok(duos_client_connect(client, "hang.test:1"));
    run_out(w);
    assert_int_equal(c.closes, 2);
    assert_int_equal(c.reason, DUOS_ETIMEDOUT);
    assert_int_equal(c.closed_ms, before + SECOND);
    duos_client_destroy(client);
    end_loop(w, loop);
}

static void test_DN5_client_ended_while_its_name_is_looked_up(void **state)
{
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->b);
    duos_client *client;
    caller c;

    add_hanging(w, "hang.test");
    add_host(w, "a.test", w->a, 10);
    client = make_client(&c, w, loop);
    assert_ok(duos_client_connect(client, "a.test:1"));
    duos_conn_close(duos_client_conn(client));
    run_out(w);
    assert_int_equal(c.closes, 1);
    assert_int_equal(c.reason, DUOS_ECANCELED);
    assert_ok(duos_client_connect(client, "hang.test:1"));
    duos_client_destroy(client);
    assert_int_equal(c.closes, 2);
    assert_int_equal(c.reason, DUOS_ECANCELED);
    end_loop(w, loop);
}

static duos_client *victim;
static uint32_t connects_seen;

static void count_connects(const duos_sim_record *record, void *user)
{
    (void)user;
    connects_seen += record->kind == DUOS_SIM_CONNECT;
}

static void close_victim(asked *a)
{
    (void)a;
    duos_conn_close(duos_client_conn(victim));
}

/* Both answers have come when the first one is told. */
static void test_CB1_client_closed_when_its_answer_has_come(void **state)
{
    duos_sim_config config;
    duos_loop *loop;
    asked first;
    caller c;
    world own;
    world *w = &own;

    (void)state;
    duos_sim_config_init(&config);
    config.on_trace = count_connects;
    world_open(w, &config);
    loop = loop_on(w, w->b);
    connects_seen = 0;
    add_host(w, "a.test", w->a, 10);
    prepare(&first, w, loop);
    first.act = close_victim;
    ask(&first, "a.test:1", -1);
    victim = make_client(&c, w, loop);
    assert_ok(duos_client_connect(victim, "a.test:1"));
    run_out(w);
    assert_int_equal(first.answers, 1);
    assert_int_equal(c.closes, 1);
    assert_int_equal(c.reason, DUOS_ECANCELED);
    assert_int_equal(connects_seen, 0);
    duos_client_destroy(victim);
    end_loop(w, loop);
    world_close(w);
}

/* What follows an answer may fail at any allocation. */
static void test_ME1_client_by_name_without_memory(void **state)
{
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->b);
    duos_client *client;
    uint32_t k;
    caller c;

    add_host(w, "a.test", w->a, 10);
    client = make_client(&c, w, loop);
    for (k = 1; k < 20; k++) {
        duos_err err;

        w->memory.fail_in = k;
        err = duos_client_connect(client, "a.test:1");
        if (err != DUOS_OK) {
            assert_int_equal(err, DUOS_ENOMEM);
            assert_null(duos_client_conn(client));
            continue;
        }
        run_out(w);
        assert_true(c.reason == DUOS_ENOMEM || c.reason == DUOS_ECONNREFUSED);
    }
    w->memory.fail_in = 0;
    duos_client_destroy(client);
    end_loop(w, loop);
}

#define world_test(name)                                                       \
    cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        world_test(test_client_connects_by_name),
        world_test(test_client_name_failures_are_told_by_on_close),
        world_test(test_DN5_client_ended_while_its_name_is_looked_up),
        cmocka_unit_test(test_CB1_client_closed_when_its_answer_has_come),
        world_test(test_ME1_client_by_name_without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
