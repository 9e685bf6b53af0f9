/* SPDX-License-Identifier: MIT */
/*
 * test_sim_cut.c - what is cut must not look complete: where a connection
 * ends before all that was sent has gone, the peer sees a reset, not the end
 * of the stream.
 */
#include "sim_support.h"

#include "server_core.h"

typedef struct scene {
    world w;
    duos_loop *loop;
    duos_server *server;
    duos_conn *conn;
    duos_socket peer; /* blocking, on host b */
    duos_err reason;
    duos_addr at;
    uint32_t send; /* bytes, when it has opened */
} scene;

static void on_open(duos_conn *conn, void *user)
{
    static const char data[256];
    scene *sc = (scene *)user;
    duos_err err = DUOS_OK;
    uint32_t sent;

    sc->conn = conn;
    for (sent = 0; sent < sc->send && err == DUOS_OK; sent += sizeof data) {
        err = duos_conn_send(conn, data, sizeof data);
    }
    assert_ok(err);
}

static void on_close(duos_conn *conn, duos_err reason, void *user)
{
    (void)conn;
    ((scene *)user)->reason = reason;
}

static void open_scene(scene *sc, uint32_t send)
{
    duos_server_config config;

    memset(sc, 0, sizeof *sc);
    world_open(&sc->w, NULL);
    sc->send = send;
    sc->loop = loop_on(&sc->w, sc->w.a);
    duos_server_config_init(&config);
    config.handler.on_open = on_open;
    config.handler.on_close = on_close;
    config.user = sc;
    assert_ok(duos_server_create(sc->loop, &config, &sc->server));
    assert_ok(duos_server_listen(sc->server, "10.0.0.1:0", NULL, &sc->at));
    sc->peer = open_on(&sc->w, sc->w.b, DUOS_BLOCKING);
}

static void close_scene(scene *sc)
{
    assert_ok(duos_close(&sc->peer));
    duos_server_destroy(sc->server);
    end_loop(&sc->w, sc->loop);
    world_close(&sc->w);
}

/* The peer receives until the end; what end? */
static duos_err last_word(const scene *sc)
{
    char data[1000];
    duos_err err = DUOS_OK;
    size_t n;

    while (err == DUOS_OK) {
        err = duos_recv(sc->peer, data, sizeof data, &n);
    }
    return err;
}

static void test_cut_send_fails_peer_is_reset(void **state)
{
    duos_sim_failure failure;
    scene sc;

    (void)state;
    open_scene(&sc, 256);
    memset(&failure, 0, sizeof failure);
    failure.call = DUOS_SIM_CALL_SEND;
    failure.first = 1;
    failure.times = 1;
    failure.err = DUOS_EHOSTUNREACH;
    assert_ok(duos_sim_fail(sc.w.sim, &failure));
    assert_ok(duos_connect(sc.peer, &sc.at));
    assert_int_equal(last_word(&sc), DUOS_ECONNRESET);
    assert_int_equal(sc.reason, DUOS_EHOSTUNREACH);
    assert_int_equal(failure.failed, 1);
    close_scene(&sc);
}

/* The wire takes 64 KiB, so part of the last message has to wait. */
static void on_open_without_memory(duos_conn *conn, void *user)
{
    static const char data[65536 + 256];
    scene *sc = (scene *)user;

    sc->w.memory.fail_in = 1;
    assert_ok(duos_conn_send(conn, data, sizeof data));
}

static void test_cut_queue_out_of_memory_peer_is_reset(void **state)
{
    scene sc;

    (void)state;
    open_scene(&sc, 0);
    sc.server->owner.handler.on_open = on_open_without_memory;
    assert_ok(duos_connect(sc.peer, &sc.at));
    assert_int_equal(last_word(&sc), DUOS_ECONNRESET);
    assert_int_equal(sc.reason, DUOS_ENOMEM);
    close_scene(&sc);
}

static void test_cut_server_destroyed_peer_is_reset(void **state)
{
    scene sc;

    (void)state;
    open_scene(&sc, 2 * 65536);
    assert_ok(duos_connect(sc.peer, &sc.at));
    settle();
    assert_true(duos_conn_queued(sc.conn) > 0);
    duos_server_destroy(sc.server);
    sc.server = NULL;
    assert_int_equal(sc.reason, DUOS_ECANCELED);
    assert_int_equal(last_word(&sc), DUOS_ECONNRESET);
    close_scene(&sc);
}

static void test_cut_nothing_queued_peer_sees_the_end(void **state)
{
    scene sc;

    (void)state;
    open_scene(&sc, 256);
    assert_ok(duos_connect(sc.peer, &sc.at));
    settle();
    duos_server_destroy(sc.server);
    sc.server = NULL;
    assert_int_equal(last_word(&sc), DUOS_EEOF);
    close_scene(&sc);
}

/* A full wire and a peer that has ended: nothing can be done, so no event. */
static void test_cut_half_close_is_no_hangup(void **state)
{
    static const char data[65536];
    duos_socket client;
    duos_socket server;
    unsigned events = 0;
    size_t n;
    world w;

    (void)state;
    world_open(&w, NULL);
    connect_pair(&w, &client, &server);
    assert_ok(duos_send(client, data, sizeof data, &n));
    assert_int_equal(n, sizeof data);
    assert_ok(duos_shutdown(server, DUOS_SHUT_SEND));
    settle();
    assert_err(DUOS_ETIMEDOUT, duos_wait(client, DUOS_WRITE, 10, &events));
    close_both(&client, &server);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cut_send_fails_peer_is_reset),
        cmocka_unit_test(test_cut_queue_out_of_memory_peer_is_reset),
        cmocka_unit_test(test_cut_server_destroyed_peer_is_reset),
        cmocka_unit_test(test_cut_nothing_queued_peer_sees_the_end),
        cmocka_unit_test(test_cut_half_close_is_no_hangup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
