/* SPDX-License-Identifier: MIT */
/*
 * test_server.c - server.h: making a server, its listeners, its table of
 * connections, its counters. Limits and draining have files of their own.
 */
#include "support/scene.h"

/* ---- making one ------------------------------------------------------- */

static void test_server_config_has_the_documented_defaults(void **state)
{
    duos_server_config config;

    (void)state;
    memset(&config, 0xff, sizeof config);
    duos_server_config_init(&config);
    assert_int_equal(config.size, sizeof config);
    assert_int_equal(config.handler.size, sizeof config.handler);
    assert_null(config.user);
    assert_null(config.on_error);
    assert_null(config.on_drained);
    assert_int_equal(config.max_clients, 10000);
    assert_int_equal(config.accepts_per_turn, 64);
    assert_int_equal(config.max_clients_per_address, 1000);
    assert_int_equal(config.prefix_v6, 64);
    assert_int_equal(config.allow_count + config.deny_count, 0);
    assert_null(config.on_refuse);
    assert_null(config.on_admit);
    assert_null(config.on_gone);
    assert_int_equal(config.limits.queue_max, 1024 * 1024);
    assert_int_equal(config.limits.queue_high, 256 * 1024);
    assert_int_equal(config.limits.queue_low, 64 * 1024);
    assert_int_equal(config.limits.first_byte_ms, 30 * 1000);
    assert_int_equal(config.limits.idle_ms, 5 * 60 * 1000);
    assert_int_equal(config.limits.stall_ms, 30 * 1000);
    assert_int_equal(config.limits.linger_ms, 2 * 1000);
    assert_true(config.limits.backpressure);
    duos_server_config_init(NULL);
}

static void test_server_create_refuses_what_is_invalid(void **state)
{
    scene *s = (scene *)*state;
    duos_server_config config;
    duos_server *server = NULL;

    duos_server_config_init(&config);
    assert_err(DUOS_EINVAL, duos_server_create(NULL, &config, &server));
    assert_err(DUOS_EINVAL, duos_server_create(s->loop, &config, NULL));
    config.size = 3;
    assert_err(DUOS_EINVAL, duos_server_create(s->loop, &config, &server));
    config.size = sizeof config + 8;
    assert_err(DUOS_EINVAL, duos_server_create(s->loop, &config, &server));
    duos_server_config_init(&config);
    config.handler.size = sizeof config.handler + 8;
    assert_err(DUOS_EINVAL, duos_server_create(s->loop, &config, &server));
    assert_null(server);
    duos_server_destroy(NULL);
    assert_null(duos_server_user(NULL));
}

static void test_server_create_refuses_limits_out_of_range(void **state)
{
    scene *s = (scene *)*state;
    duos_server_config config[7];
    duos_server *server = NULL;
    int i;

    for (i = 0; i < 7; i++) {
        duos_server_config_init(&config[i]);
    }
    config[0].limits.first_byte_ms = -1;
    config[1].limits.idle_ms = -1;
    config[2].limits.stall_ms = -1;
    config[3].limits.linger_ms = INT32_MIN;
    config[4].limits.queue_low = config[4].limits.queue_high + 1;
    config[5].limits.queue_high = config[5].limits.queue_max + 1;
    for (i = 0; i < 6; i++) {
        assert_err(DUOS_ERANGE,
                   duos_server_create(s->loop, &config[i], &server));
    }
    assert_null(server);
    config[6].limits.queue_low = config[6].limits.queue_high;
    config[6].limits.queue_max = config[6].limits.queue_high;
    assert_ok(duos_server_create(s->loop, &config[6], &server));
    duos_server_destroy(server);
}

static void test_server_takes_the_config_of_an_older_caller(void **state)
{
    scene *s = (scene *)*state;
    duos_server_config config;
    duos_server *server = NULL;

    duos_server_config_init(&config);
    config.size = offsetof(duos_server_config, limits);
    config.user = &config;
    config.limits.idle_ms = -1; /* behind what it has */
    assert_ok(duos_server_create(s->loop, &config, &server));
    assert_ptr_equal(duos_server_user(server), &config);
    duos_server_destroy(server);
    assert_ok(duos_server_create(s->loop, NULL, &server));
    assert_null(duos_server_user(server));
    duos_server_destroy(server);
}

static void test_ME1_server_create_and_listen_without_memory(void **state)
{
    scene *s = (scene *)*state;
    duos_server *server = NULL;
    size_t k;

    failing_alloc_arm(&s->memory, 1, false);
    assert_err(DUOS_ENOMEM, duos_server_create(s->loop, NULL, &server));
    assert_null(server);
    assert_ok(duos_server_create(s->loop, NULL, &server));
    failing_alloc_arm(&s->memory, 1, true);
    assert_err(DUOS_ENOMEM,
               duos_server_listen(server, "127.0.0.1:0", NULL, NULL));
    for (k = 1;; k++) {
        failing_alloc_arm(&s->memory, k, true);
        if (duos_server_listen(server, "127.0.0.1:0", NULL, NULL) == DUOS_OK) {
            break;
        }
    }
    assert_true(k > 1);
    failing_alloc_arm(&s->memory, 0, false);
    duos_server_destroy(server);
}

/* ---- listeners -------------------------------------------------------- */

static void test_server_listen_refuses_what_is_invalid(void **state)
{
    scene *s = (scene *)*state;
    duos_listen_options options;

    scene_serve(s);
    duos_listen_options_init(&options);
    options.size = 1;
    assert_err(DUOS_EINVAL, duos_server_listen(NULL, ":0", NULL, NULL));
    assert_err(DUOS_EINVAL, duos_server_listen(s->server, NULL, NULL, NULL));
    assert_err(DUOS_EINVAL,
               duos_server_listen(s->server, ":0", &options, NULL));
    assert_err(DUOS_ENOTSUP,
               duos_server_listen(s->server, "udp:127.0.0.1:0", NULL, NULL));
    assert_err(DUOS_ESYNTAX,
               duos_server_listen(s->server, "127.0.0.1", NULL, NULL));
    assert_err(DUOS_EADDRINUSE,
               duos_server_listen(s->server, s->address, NULL, NULL));
}

static void test_server_serves_all_its_listeners(void **state)
{
    scene *s = (scene *)*state;
    duos_socket first, second;
    duos_addr other;

    s->served.act = told_echo;
    scene_serve(s);
    assert_ok(duos_server_listen(s->server, "127.0.0.1:0", NULL, &other));
    assert_int_not_equal(other.port, s->at.port);
    first = scene_visit(s);
    second = net_connect(&other);
    scene_echo(s, second);
    scene_echo(s, first);
    net_close(&first);
    net_close(&second);
    scene_until(s, s->served.closes, 2);
}

static void test_server_adopts_a_listener_that_was_made_elsewhere(void **state)
{
    scene *s = (scene *)*state;
    duos_socket listener = net_listen(DUOS_IPV4, 0, &s->at);
    duos_socket visitor;

    s->served.act = told_echo;
    assert_ok(duos_set_nonblocking(listener, false)); /* not for long */
    assert_ok(duos_server_create(s->loop, &s->server_config, &s->server));
    assert_ok(duos_server_adopt(s->server, listener));
    visitor = scene_visit(s);
    scene_echo(s, visitor);
    net_close(&visitor);
    scene_until(s, s->served.closes, 1);
    duos_server_destroy(s->server);
    s->server = NULL;
    assert_err(DUOS_EBADF, duos_close(&listener)); /* the server did that */
}

static void test_server_adopt_refuses_what_does_not_listen(void **state)
{
    scene *s = (scene *)*state;
    duos_socket none = DUOS_SOCKET_INVALID;
    duos_socket listener, other;
    duos_addr at;

    listener = net_listen(DUOS_IPV4, 0, &at);
    assert_ok(duos_server_create(s->loop, &s->server_config, &s->server));
    assert_err(DUOS_EINVAL, duos_server_adopt(NULL, listener));
    assert_err(DUOS_EBADF, duos_server_adopt(s->server, none));
    other = net_bind(DUOS_IPV4, DUOS_STREAM, &at);
    assert_err(DUOS_EINVAL, duos_server_adopt(s->server, other));
    net_close(&other);
    other = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);
    assert_err(DUOS_EINVAL, duos_server_adopt(s->server, other));
    net_close(&other);
    failing_alloc_arm(&s->memory, 1, true);
    assert_err(DUOS_ENOMEM, duos_server_adopt(s->server, listener));
    failing_alloc_arm(&s->memory, 0, false);
    assert_ok(duos_server_drain(s->server, -1));
    assert_err(DUOS_ESTATE, duos_server_adopt(s->server, listener));
    net_close(&listener); /* it stayed ours */
}

/* ---- the table -------------------------------------------------------- */

static void test_API2_server_find_does_not_know_an_id_that_has_ended(
    void **state)
{
    scene *s = (scene *)*state;
    duos_conn_id ids[5];
    duos_conn_id wrong = {0};
    duos_socket visitor;
    unsigned i, k;

    scene_serve(s);
    assert_null(duos_server_find(s->server, wrong));
    for (i = 0; i < 5; i++) { /* each gets the slot of the one before */
        visitor = scene_visit(s);
        ids[i] = duos_conn_id_of(s->served.conn);
        assert_ptr_equal(duos_server_find(s->server, ids[i]), s->served.conn);
        assert_null(duos_server_find(NULL, ids[i]));
        for (k = 0; k < i; k++) {
            assert_true(ids[k].value != ids[i].value);
            assert_null(duos_server_find(s->server, ids[k]));
        }
        duos_conn_abort(s->served.conn, DUOS_OK);
        scene_until(s, s->served.closes, i + 1);
        assert_null(duos_server_find(s->server, ids[i]));
        net_close(&visitor);
    }
    wrong.value = UINT64_MAX;
    assert_null(duos_server_find(s->server, wrong));
    wrong.value = (uint64_t)1 << 40;
    assert_null(duos_server_find(s->server, wrong));
}

#define CROWD 300

static void visit_many(scene *s, duos_socket *visitors)
{
    int i;

    for (i = 0; i < CROWD; i++) {
        visitors[i] = scene_visit(s);
    }
}

static unsigned count_open(const scene *s)
{
    const duos_conn *conn;
    unsigned count = 0;

    for (conn = duos_server_next(s->server, NULL); conn != NULL;
         conn = duos_server_next(s->server, conn)) {
        count++;
    }
    return count;
}

static void test_server_next_walks_over_all_while_some_are_ended(void **state)
{
    static duos_socket visitors[CROWD];
    scene *s = (scene *)*state;
    duos_conn *conn;
    unsigned walked = 0;
    int i;

    if (!os_allow_descriptors(2 * CROWD)) {
        skip_because("not enough descriptors");
    }
    assert_null(duos_server_next(NULL, NULL));
    s->served.act = told_echo;
    scene_serve(s);
    assert_null(duos_server_next(s->server, NULL));
    visit_many(s, visitors);
    assert_int_equal(count_open(s), CROWD);

    for (conn = duos_server_next(s->server, NULL); conn != NULL;
         conn = duos_server_next(s->server, conn)) {
        walked++;
        if (walked % 3 == 0) {
            duos_conn_close(conn);
        } else if (walked % 3 == 1) {
            duos_conn_abort(conn, DUOS_EPROTO);
        } else {
            assert_ok(duos_conn_send(conn, "stay", 4));
        }
    }
    assert_int_equal(walked, CROWD);
    assert_int_equal(count_open(s), CROWD / 3); /* at once */
    scene_until(s, s->served.closes, CROWD / 3 * 2);
    assert_int_equal(count_open(s), CROWD / 3);
    for (i = 0; i < CROWD; i++) {
        net_close(&visitors[i]);
    }
    scene_until(s, s->served.closes, CROWD);
}

/* ---- counters --------------------------------------------------------- */

static void test_server_counts_what_it_does(void **state)
{
    scene *s = (scene *)*state;
    duos_socket first, second;
    duos_server_stats stats;

    s->served.act = told_echo;
    scene_serve(s);
    first = scene_visit(s);
    second = scene_visit(s);
    scene_echo(s, first);
    stats = scene_stats(s);
    assert_int_equal(stats.clients, 2);
    assert_int_equal(stats.clients_peak, 2);
    assert_int_equal(stats.accepted, 2);
    assert_int_equal(stats.bytes_received, 0); /* none has ended */
    net_close(&first);
    scene_until(s, s->served.closes, 1);
    stats = scene_stats(s);
    assert_int_equal(stats.clients, 1);
    assert_int_equal(stats.clients_peak, 2);
    assert_int_equal(stats.accepted, 2);
    assert_int_equal(stats.refused_limit, 0);
    assert_int_equal(stats.accept_pauses, 0);
    assert_int_equal(stats.bytes_received, 5);
    assert_int_equal(stats.bytes_sent, 5);
    net_close(&second);
    scene_until(s, s->served.closes, 2);
}

static void test_server_get_stats_heeds_the_size(void **state)
{
    scene *s = (scene *)*state;
    duos_server_stats stats;
    duos_socket visitor;

    scene_serve(s);
    visitor = scene_visit(s);
    memset(&stats, 0xee, sizeof stats);
    stats.size = sizeof stats + 1;
    assert_err(DUOS_EINVAL, duos_server_get_stats(s->server, &stats));
    stats.size = 0;
    assert_err(DUOS_EINVAL, duos_server_get_stats(s->server, &stats));
    stats.size = sizeof stats;
    assert_err(DUOS_EINVAL, duos_server_get_stats(NULL, &stats));
    assert_err(DUOS_EINVAL, duos_server_get_stats(s->server, NULL));
    stats.size = offsetof(duos_server_stats, clients_peak);
    assert_ok(duos_server_get_stats(s->server, &stats));
    assert_int_equal(stats.size, offsetof(duos_server_stats, clients_peak));
    assert_int_equal(stats.clients, 1);
    assert_int_equal(stats.clients_peak, 0xeeeeeeee);
    net_close(&visitor);
}

static void test_server_destroy_closes_all_within_the_call(void **state)
{
    scene *s = (scene *)*state;
    duos_socket first, second;

    scene_serve(s);
    first = scene_visit(s);
    second = scene_visit(s);
    duos_server_destroy(s->server);
    s->server = NULL;
    assert_int_equal(s->served.closes, 2);
    assert_int_equal(s->served.reason, DUOS_ECANCELED);
    assert_int_equal(scene_receive_end(s, first, NULL), DUOS_EEOF);
    assert_int_equal(scene_receive_end(s, second, NULL), DUOS_EEOF);
    net_close(&first);
    net_close(&second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_server_config_has_the_documented_defaults),
        scene_test(test_server_create_refuses_what_is_invalid),
        scene_test(test_server_create_refuses_limits_out_of_range),
        scene_test(test_server_takes_the_config_of_an_older_caller),
        scene_test(test_ME1_server_create_and_listen_without_memory),
        scene_test(test_server_listen_refuses_what_is_invalid),
        scene_test(test_server_serves_all_its_listeners),
        scene_test(test_server_adopts_a_listener_that_was_made_elsewhere),
        scene_test(test_server_adopt_refuses_what_does_not_listen),
        scene_test(test_API2_server_find_does_not_know_an_id_that_has_ended),
        scene_test(test_server_next_walks_over_all_while_some_are_ended),
        scene_test(test_server_counts_what_it_does),
        scene_test(test_server_get_stats_heeds_the_size),
        scene_test(test_server_destroy_closes_all_within_the_call),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
