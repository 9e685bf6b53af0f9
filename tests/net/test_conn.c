/* SPDX-License-Identifier: MIT */
/*
 * test_conn.c - conn.h: what a connection tells, in which order, and what may
 * be asked of it. Limits and endings have files of their own.
 */
#include "support/scene.h"

static void test_conn_handler_init_clears_all(void **state)
{
    duos_conn_handler handler;

    (void)state;
    memset(&handler, 0xff, sizeof handler);
    duos_conn_handler_init(&handler);
    assert_int_equal(handler.size, sizeof handler);
    assert_null(handler.on_open);
    assert_null(handler.on_data);
    assert_null(handler.on_eof);
    assert_null(handler.on_drain);
    assert_null(handler.on_close);
    duos_conn_handler_init(NULL);
}

static void test_conn_refuses_null(void **state)
{
    scene *s = (scene *)*state;
    duos_socket sock;
    duos_addr addr;
    duos_tuple tuple;
    duos_credentials who;
    uint64_t bytes;

    scene_open_both(s);
    assert_err(DUOS_EINVAL, duos_conn_send(NULL, "x", 1));
    assert_err(DUOS_EINVAL, duos_conn_send(NULL, NULL, 0));
    assert_err(DUOS_EINVAL, duos_conn_send(s->called.conn, NULL, 1));
    assert_ok(duos_conn_send(s->called.conn, NULL, 0));
    assert_ok(duos_conn_send(s->called.conn, "", 0));
    assert_err(DUOS_EINVAL, duos_conn_pause(NULL));
    assert_err(DUOS_EINVAL, duos_conn_resume(NULL));
    assert_err(DUOS_EINVAL, duos_conn_shutdown(NULL));
    assert_err(DUOS_EINVAL, duos_conn_release(NULL, &sock));
    assert_err(DUOS_EINVAL, duos_conn_release(s->called.conn, NULL));
    assert_err(DUOS_EINVAL, duos_conn_peer(NULL, &addr));
    assert_err(DUOS_EINVAL, duos_conn_peer(s->called.conn, NULL));
    assert_err(DUOS_EINVAL, duos_conn_tuple(NULL, &tuple));
    assert_err(DUOS_EINVAL, duos_conn_tuple(s->called.conn, NULL));
    assert_err(DUOS_ENOTSUP, duos_conn_credentials(s->called.conn, &who));
    assert_null(duos_conn_transport(s->called.conn));
    assert_err(DUOS_EINVAL, duos_conn_bytes(NULL, &bytes, &bytes));
    assert_ok(duos_conn_bytes(s->called.conn, NULL, NULL));
    duos_conn_close(NULL);
    duos_conn_abort(NULL, DUOS_OK);
    duos_conn_set_user(NULL, s);
    assert_int_equal(duos_conn_queued(NULL), 0);
    assert_true(duos_conn_id_of(NULL).value == 0);
    assert_null(duos_conn_user(NULL));
    assert_null(duos_conn_loop(NULL));
    scene_idle(s);
    assert_int_equal(s->served.datas, 0); /* of the empty sends */
}

static void test_conn_tells_its_life_in_order(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    s->served.act = told_echo;
    scene_serve(s);
    visitor = scene_visit(s);
    scene_echo(s, visitor);
    scene_echo(s, visitor);
    assert_ok(duos_shutdown(visitor, DUOS_SHUT_SEND));
    assert_int_equal(scene_receive_end(s, visitor, NULL), DUOS_EEOF);
    scene_until(s, s->served.closes, 1);
    scene_idle(s);
    assert_string_equal(s->served.log, "odec");
    assert_int_equal(s->served.opens, 1);
    assert_int_equal(s->served.eofs, 1);
    assert_int_equal(s->served.closes, 1);
    assert_int_equal(s->served.reason, DUOS_EEOF);
    net_close(&visitor);
}

static void test_conn_without_a_handler_is_closed_at_the_end_of_stream(
    void **state)
{
    scene *s = (scene *)*state;
    duos_server_stats stats;
    duos_socket visitor;

    duos_conn_handler_init(&s->server_config.handler);
    scene_serve(s);
    visitor = net_connect(&s->at);
    scene_send(s, visitor, "nobody listens", 14);
    assert_ok(duos_shutdown(visitor, DUOS_SHUT_SEND));
    assert_int_equal(scene_receive_end(s, visitor, NULL), DUOS_EEOF);
    scene_idle(s);
    stats.size = sizeof stats;
    assert_ok(duos_server_get_stats(s->server, &stats));
    assert_int_equal(stats.clients, 0);
    assert_int_equal(stats.bytes_received, 14);
    net_close(&visitor);
}

static void test_conn_knows_both_addresses(void **state)
{
    scene *s = (scene *)*state;
    duos_tuple ours, theirs;
    duos_addr addr;

    scene_open_both(s);
    assert_ok(duos_conn_tuple(s->served.conn, &ours));
    assert_ok(duos_conn_tuple(s->called.conn, &theirs));
    assert_true(duos_addr_equal(&ours.local, &theirs.remote));
    assert_true(duos_addr_equal(&ours.remote, &theirs.local));
    assert_true(duos_addr_equal(&ours.local, &s->at));
    assert_ok(duos_conn_peer(s->served.conn, &addr));
    assert_true(duos_addr_equal(&addr, &theirs.local));
    assert_ok(duos_conn_peer(s->called.conn, &addr));
    assert_true(duos_addr_equal(&addr, &s->at));
}

static void test_conn_of_ipv6_knows_both_addresses(void **state)
{
    scene *s = (scene *)*state;
    duos_tuple ours, theirs;

    net_need(DUOS_IPV6);
    assert_ok(duos_server_create(s->loop, &s->server_config, &s->server));
    assert_ok(duos_server_listen(s->server, "[::1]:0", NULL, &s->at));
    assert_ok(duos_addr_format(&s->at, s->address, sizeof s->address));
    scene_connect(s);
    scene_until(s, s->served.opens, 1);
    scene_until(s, s->called.opens, 1);
    assert_ok(duos_conn_tuple(s->served.conn, &ours));
    assert_ok(duos_conn_tuple(s->called.conn, &theirs));
    assert_int_equal(ours.remote.family, DUOS_IPV6);
    assert_true(duos_addr_equal(&ours.local, &theirs.remote));
    assert_true(duos_addr_equal(&ours.remote, &theirs.local));
}

static void ask_at_close(told *t, duos_conn *conn, char event, const void *data,
                         size_t len)
{
    duos_tuple *tuple = (duos_tuple *)t->user;

    (void)data;
    (void)len;
    if (event == 'c') {
        assert_ok(duos_conn_tuple(conn, tuple));
        assert_err(DUOS_ESTATE, duos_conn_send(conn, "x", 1));
        assert_err(DUOS_ESTATE, duos_conn_pause(conn));
        assert_err(DUOS_ESTATE, duos_conn_resume(conn));
        assert_err(DUOS_ESTATE, duos_conn_shutdown(conn));
        duos_conn_close(conn);
        duos_conn_abort(conn, DUOS_EIDLE);
    }
}

static void test_conn_can_still_be_named_in_on_close(void **state)
{
    scene *s = (scene *)*state;
    duos_tuple tuple;

    memset(&tuple, 0, sizeof tuple);
    s->served.act = ask_at_close;
    s->served.user = &tuple;
    scene_open_both(s);
    duos_conn_close(s->served.conn);
    scene_until(s, s->served.closes, 1);
    scene_idle(s);
    assert_int_equal(s->served.closes, 1);
    assert_true(duos_addr_equal(&tuple.local, &s->at));
}

static void test_conn_counts_the_bytes_of_both_ways(void **state)
{
    scene *s = (scene *)*state;
    uint64_t in = 0;
    uint64_t out = 0;

    scene_open_both(s);
    assert_ok(duos_conn_send(s->called.conn, "1234567", 7));
    assert_ok(duos_conn_send(s->served.conn, "123", 3));
    scene_until(s, s->served.datas, 1);
    scene_until(s, s->called.datas, 1);
    assert_ok(duos_conn_bytes(s->served.conn, &in, &out));
    assert_true(in == 7 && out == 3);
    assert_ok(duos_conn_bytes(s->called.conn, &in, NULL));
    assert_ok(duos_conn_bytes(s->called.conn, NULL, &out));
    assert_true(in == 3 && out == 7);
}

static void adopt_user(told *t, duos_conn *conn, char event, const void *data,
                       size_t len)
{
    told *other = (told *)t->user;

    (void)data;
    (void)len;
    if (event == 'o') {
        assert_ptr_equal(duos_conn_user(conn), t);
        duos_conn_set_user(conn, other);
        assert_ptr_equal(duos_conn_user(conn), other);
        t->closes++; /* goes to the other one */
    }
}

static void test_conn_user_pointer_is_the_one_set_last(void **state)
{
    scene *s = (scene *)*state;
    told other;

    memset(&other, 0, sizeof other);
    s->served.act = adopt_user;
    s->served.user = &other;
    scene_open_both(s);
    assert_ok(duos_conn_send(s->called.conn, "x", 1));
    scene_until(s, other.datas, 1);
    duos_conn_close(s->served.conn);
    scene_until(s, other.closes, 1);
    assert_string_equal(s->served.log, "o");
}

static void test_conn_belongs_to_the_loop_and_has_an_id(void **state)
{
    scene *s = (scene *)*state;
    duos_conn_id id;

    scene_open_both(s);
    assert_ptr_equal(duos_conn_loop(s->served.conn), s->loop);
    assert_ptr_equal(duos_conn_loop(s->called.conn), s->loop);
    id = duos_conn_id_of(s->served.conn);
    assert_true(id.value != 0);
    assert_ptr_equal(duos_server_find(s->server, id), s->served.conn);
    assert_true(duos_conn_id_of(s->called.conn).value == 0);
}

/* ---- pausing ---------------------------------------------------------- */

static void test_conn_paused_hands_over_nothing_until_resumed(void **state)
{
    scene *s = (scene *)*state;

    scene_open_both(s);
    assert_ok(duos_conn_pause(s->served.conn));
    assert_ok(duos_conn_pause(s->served.conn));
    assert_ok(duos_conn_send(s->called.conn, "hello", 5));
    scene_pass(s, 20);
    assert_int_equal(s->served.datas, 0);
    assert_ok(duos_conn_resume(s->served.conn));
    assert_int_equal(s->served.datas, 0); /* not within the call */
    scene_until(s, s->served.datas, 1);
    assert_int_equal(s->served.bytes, 5);
    assert_ok(duos_conn_resume(s->served.conn));
}

/* More than one buffer is there, and still no second call comes. */
static void test_CB3_conn_paused_in_on_data_is_told_nothing_more(void **state)
{
    static unsigned char bulk[300 * 1024];
    scene *s = (scene *)*state;

    s->served.act = told_pause;
    scene_open_both(s);
    pattern_fill(bulk, sizeof bulk, 0);
    assert_ok(duos_conn_send(s->called.conn, bulk, sizeof bulk));
    scene_until(s, s->served.datas, 1);
    scene_pass(s, 20);
    assert_int_equal(s->served.datas, 1);
    while (s->served.bytes < sizeof bulk) {
        unsigned before = s->served.datas;

        assert_ok(duos_conn_resume(s->served.conn));
        scene_until(s, s->served.datas, before + 1);
        assert_int_equal(s->served.datas, before + 1);
    }
    assert_int_equal(s->served.bytes, sizeof bulk);
}

static void test_conn_paused_learns_of_the_end_after_resume(void **state)
{
    scene *s = (scene *)*state;

    scene_open_both(s);
    assert_ok(duos_conn_pause(s->served.conn));
    assert_ok(duos_conn_send(s->called.conn, "last", 4));
    assert_ok(duos_conn_shutdown(s->called.conn));
    scene_pass(s, 20);
    assert_string_equal(s->served.log, "o");
    assert_ok(duos_conn_resume(s->served.conn));
    scene_until(s, s->served.eofs, 1);
    assert_string_equal(s->served.log, "ode");
    assert_err(DUOS_ESTATE, duos_conn_pause(s->served.conn));
    assert_err(DUOS_ESTATE, duos_conn_resume(s->served.conn));
}

/* ---- states ----------------------------------------------------------- */

static void test_conn_takes_no_bytes_before_it_is_open(void **state)
{
    scene *s = (scene *)*state;
    duos_conn *conn;
    duos_socket sock;

    scene_serve(s);
    scene_connect(s);
    conn = duos_client_conn(s->client);
    assert_err(DUOS_ESTATE, duos_conn_send(conn, "x", 1));
    assert_err(DUOS_ESTATE, duos_conn_pause(conn));
    assert_err(DUOS_ESTATE, duos_conn_shutdown(conn));
    assert_err(DUOS_ESTATE, duos_conn_release(conn, &sock));
    scene_until(s, s->called.opens, 1);
    scene_until(s, s->served.opens, 1);
}

static void test_ST5_conn_takes_no_bytes_after_shutdown(void **state)
{
    scene *s = (scene *)*state;

    scene_open_both(s);
    assert_ok(duos_conn_shutdown(s->called.conn));
    assert_ok(duos_conn_shutdown(s->called.conn));
    assert_err(DUOS_ESTATE, duos_conn_send(s->called.conn, "x", 1));
    scene_until(s, s->served.eofs, 1);
    /* The other way is still there. */
    assert_ok(duos_conn_send(s->served.conn, "late", 4));
    scene_until(s, s->called.datas, 1);
    assert_int_equal(s->called.bytes, 4);
}

static void test_conn_takes_no_bytes_after_close(void **state)
{
    scene *s = (scene *)*state;
    duos_socket sock;

    scene_open_both(s);
    duos_conn_close(s->called.conn);
    duos_conn_close(s->called.conn);
    assert_err(DUOS_ESTATE, duos_conn_send(s->called.conn, "x", 1));
    assert_err(DUOS_ESTATE, duos_conn_pause(s->called.conn));
    assert_err(DUOS_ESTATE, duos_conn_resume(s->called.conn));
    assert_err(DUOS_ESTATE, duos_conn_shutdown(s->called.conn));
    assert_err(DUOS_ESTATE, duos_conn_release(s->called.conn, &sock));
    assert_int_equal(s->called.closes, 0); /* not within the call */
    scene_until(s, s->called.closes, 1);
    assert_int_equal(s->called.reason, DUOS_ECANCELED);
    scene_until(s, s->served.eofs, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conn_handler_init_clears_all),
        scene_test(test_conn_refuses_null),
        scene_test(test_conn_tells_its_life_in_order),
        scene_test(test_conn_without_a_handler_is_closed_at_the_end_of_stream),
        scene_test(test_conn_knows_both_addresses),
        scene_test(test_conn_of_ipv6_knows_both_addresses),
        scene_test(test_conn_can_still_be_named_in_on_close),
        scene_test(test_conn_counts_the_bytes_of_both_ways),
        scene_test(test_conn_user_pointer_is_the_one_set_last),
        scene_test(test_conn_belongs_to_the_loop_and_has_an_id),
        scene_test(test_conn_paused_hands_over_nothing_until_resumed),
        scene_test(test_CB3_conn_paused_in_on_data_is_told_nothing_more),
        scene_test(test_conn_paused_learns_of_the_end_after_resume),
        scene_test(test_conn_takes_no_bytes_before_it_is_open),
        scene_test(test_ST5_conn_takes_no_bytes_after_shutdown),
        scene_test(test_conn_takes_no_bytes_after_close),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
