/* SPDX-License-Identifier: MIT */
/*
 * test_datagram_life.c - a server of datagrams on sockets that it was given,
 * what the network tells of peers who have gone, and its end: drained or
 * destroyed, from outside and by its own callbacks.
 */
#include "support/postman.h"

/* ---- sockets from elsewhere ------------------------------------------- */

static void test_datagram_server_adopts_a_socket(void **state)
{
    duos_socket own;
    postman p;

    postman_init(&p, state);
    postman_open(&p, NULL);
    own = net_bind(DUOS_IPV4, DUOS_DGRAM, &p.at);
    assert_ok(duos_datagram_adopt(p.server, own));
    postman_ask(&p, "hello");
    assert_true(postman_answers(&p, "hello"));
    postman_end(&p);
    assert_err(DUOS_EBADF, duos_close(&own)); /* the server has closed it */
}

static duos_socket open_at_path(const char *path, duos_addr *at)
{
    duos_socket s = net_open(DUOS_UNIX, DUOS_DGRAM);

    *at = net_unix(path);
    (void)remove(path);
    assert_ok(duos_bind(s, at));
    return s;
}

/* Paths have no ports, but whoever has none has no answer either. */
static void test_datagram_server_on_a_unix_socket(void **state)
{
    scene *s = (scene *)*state;
    duos_socket nobody;
    postman p;

    net_need_unix(DUOS_DGRAM);
    postman_init(&p, state);
    p.config.source_rate = 1; /* of networks, not of paths */
    p.config.source_burst = 1;
    postman_open(&p, NULL);
    assert_ok(duos_datagram_adopt(p.server, open_at_path("served", &p.at)));
    postman_replace(&p, open_at_path("asks", &p.asks));
    nobody = net_open(DUOS_UNIX, DUOS_DGRAM);
    postman_ask(&p, "one");
    assert_true(postman_answers(&p, "one"));
    postman_ask(&p, "two");
    assert_true(postman_answers(&p, "two"));
    postman_ask_from(&p, nobody, "who?");
    assert_err(DUOS_ELIMIT, p.reply);
    assert_ok(duos_datagram_send(p.server, &p.at, "me", 2));
    scene_until(s, p.datas, 4);
    assert_err(DUOS_ELIMIT, p.reply);
    assert_int_equal(postman_stats(&p).refused_source, 2);
    postman_end(&p);
    net_close(&nobody);
    (void)remove("served");
    (void)remove("asks");
}

/* Opens it on a socket that is connected to the asker. */
static duos_socket open_connected(postman *p)
{
    duos_socket own;

    postman_open(p, NULL);
    own = net_bind(DUOS_IPV4, DUOS_DGRAM, &p->at);
    assert_ok(duos_connect(own, &p->asks));
    assert_ok(duos_datagram_adopt(p->server, own));
    return own;
}

/* A connected one answers its peer, and hears once that it has gone. */
static void test_UD3_datagram_server_connected_outlives_its_peer(void **state)
{
    scene *s = (scene *)*state;
    duos_socket own;
    postman p;

    postman_init(&p, state);
    own = open_connected(&p);
    postman_ask(&p, "hello");
    assert_true(postman_answers(&p, "hello"));

    /* Nobody else gets its address, and it takes nothing any more. */
    assert_ok(duos_connect(p.asker, &p.asks));
    assert_ok(duos_send(own, "lost", 4, &p.len));
    scene_pass(s, 50);
    assert_true(p.errors <= 1);
    assert_true(p.errors == 0 || p.error == DUOS_ECONNREFUSED);
    assert_int_equal(postman_stats(&p).recv_errors, p.errors);
    assert_int_equal(postman_stats(&p).pauses, 0);
    if (os_is_wine()) {
        postman_end(&p);
        skip_because("Wine never tells, and polls the socket no more");
    }
    assert_int_equal(p.errors, 1);
    assert_ok(duos_connect(p.asker, &p.at));
    postman_ask(&p, "again");
    assert_true(postman_answers(&p, "again"));
    postman_end(&p);
}

/* The same with an answer for the one that learns of it. */
static void test_UD3_datagram_server_sends_an_answer_again(void **state)
{
    scene *s = (scene *)*state;
    duos_socket own;
    size_t n;
    postman p;

    postman_init(&p, state);
    own = open_connected(&p);
    postman_send(&p, "hello");
    assert_ok(duos_connect(p.asker, &p.asks));
    assert_ok(duos_send(own, "lost", 4, &n)); /* its error waits now */
    assert_ok(duos_connect(p.asker, &p.at));
    scene_until(s, p.datas, 1);
    assert_true(postman_answers(&p, "hello"));
    assert_true(p.errors + postman_stats(&p).send_errors <= 1);
    postman_end(&p);
}

/* One that is not connected is never told (trap 48). */
static void test_trap_48_UD3_datagram_server_outlives_lost_answers(void **state)
{
    scene *s = (scene *)*state;
    postman p;
    int i;

    postman_begin(&p, state);
    for (i = 0; i < 3; i++) {
        postman_send(&p, "lost");
        postman_replace(&p, net_bind(DUOS_IPV4, DUOS_DGRAM, &p.asks));
    }
    scene_until(s, p.datas, 3);
    postman_ask(&p, "hello");
    assert_true(postman_answers(&p, "hello"));
    assert_int_equal(p.errors, 0);
    postman_end(&p);
}

/* ---- the end ---------------------------------------------------------- */

static void destroy(postman *p)
{
    duos_datagram_destroy(p->server);
    assert_err(DUOS_ESTATE, duos_datagram_reply(p->server, "x", 1));
}

/* What was answered is sent; what lies behind it is not told any more. */
static void test_CB4_datagram_server_destroyed_by_a_datagram(void **state)
{
    scene *s = (scene *)*state;
    postman p;

    postman_init(&p, state);
    p.act = destroy;
    postman_open(&p, "udp:127.0.0.1:0");
    postman_send(&p, "one");
    postman_send(&p, "two");
    scene_until(s, p.datas, 1);
    scene_idle(s);
    assert_int_equal(p.datas, 1);
    assert_true(postman_answers(&p, "one"));
    net_close(&p.asker);
}

static void drain(postman *p)
{
    duos_datagram_drain(p->server);
    duos_datagram_drain(p->server);
}

static void test_datagram_server_drain_answers_what_has_arrived(void **state)
{
    scene *s = (scene *)*state;
    duos_listener listener;
    postman p;

    postman_begin(&p, state);
    postman_send(&p, "one");
    postman_send(&p, "two");
    scene_pass(s, 0);
    net_await(p.asker, DUOS_WRITE);
    drain(&p); /* outside of a turn: at once */
    assert_int_equal(p.datas, 2);
    assert_true(postman_answers(&p, "one"));
    assert_true(postman_answers(&p, "two"));
    assert_err(DUOS_ESTATE,
               duos_datagram_listen(p.server, "udp:127.0.0.1:0", NULL, NULL));
    assert_err(DUOS_ESTATE, duos_datagram_adopt(p.server, p.asker));
    assert_ok(duos_listener_open("udp:127.0.0.1:0", NULL, &listener));
    assert_err(DUOS_ESTATE, duos_datagram_adopt_listener(p.server, &listener));
    duos_listener_close(&listener);
    assert_err(DUOS_EAFNOSUPPORT,
               duos_datagram_send(p.server, &p.asks, "x", 1));
    assert_int_equal(postman_stats(&p).answered, 2);
    postman_end(&p);
}

/* A batch may be short for reasons of the system's own: of 64, Linux moves
 * 32 at a time. */
static void test_datagram_server_drain_takes_more_than_a_batch(void **state)
{
    postman p;
    int i;

    postman_init(&p, state);
    p.config.batch = 64;
    postman_open(&p, "udp:127.0.0.1:0");
    for (i = 0; i < 100; i++) {
        postman_send(&p, "x");
    }
    net_await(p.asker, DUOS_WRITE);
    drain(&p);
    assert_int_equal(p.datas, 100);
    postman_end(&p);
}

/* One at a time, for the sake of its errors, on systems but Linux. */
static void test_datagram_server_connected_drains_all(void **state)
{
    postman p;

    postman_init(&p, state);
    (void)open_connected(&p);
    postman_send(&p, "one");
    postman_send(&p, "two");
    net_await(p.asker, DUOS_WRITE);
    drain(&p);
    assert_int_equal(p.datas, 2);
    assert_true(postman_answers(&p, "one"));
    assert_true(postman_answers(&p, "two"));
    postman_end(&p);
}

static void test_CB4_datagram_server_drained_by_a_datagram(void **state)
{
    scene *s = (scene *)*state;
    postman p;

    postman_init(&p, state);
    p.act = drain;
    p.config.batch = 1;
    p.config.per_turn = 1;
    postman_open(&p, "udp:127.0.0.1:0");
    postman_send(&p, "one");
    postman_send(&p, "two");
    postman_send(&p, "not any more");
    scene_until(s, p.datas, 2);
    scene_idle(s);
    assert_int_equal(p.datas, 2);
    assert_true(postman_answers(&p, "one"));
    assert_true(postman_answers(&p, "two"));
    postman_end(&p);
}

/* A drain whose own callback ends the server. */
static void test_CB4_datagram_server_destroyed_in_its_drain(void **state)
{
    scene *s = (scene *)*state;
    postman p;

    postman_init(&p, state);
    p.act = destroy;
    postman_open(&p, "udp:127.0.0.1:0");
    postman_send(&p, "one");
    net_await(p.asker, DUOS_WRITE);
    duos_datagram_drain(p.server);
    assert_int_equal(p.datas, 1);
    scene_idle(s);
    assert_true(postman_answers(&p, "one"));
    net_close(&p.asker);
}

/* Errors wait at two sockets; the first that is told ends both. */
static void test_UD7_datagram_server_destroyed_with_an_error_waiting(
    void **state)
{
    scene *s = (scene *)*state;
    duos_addr gone;
    duos_socket closed = net_bind(DUOS_IPV4, DUOS_DGRAM, &gone);
    bool waits = true;
    postman p;
    int i;

    net_close(&closed);
    postman_init(&p, state);
    p.act = destroy;
    postman_open(&p, NULL);
    for (i = 0; i < 2; i++) {
        duos_socket own = net_bind(DUOS_IPV4, DUOS_DGRAM, &p.at);

        assert_ok(duos_connect(own, &gone));
        assert_ok(duos_sendto(own, "x", 1, NULL));
        waits = waits && duos_wait(own, DUOS_READ, 200, NULL) == DUOS_OK;
        assert_ok(duos_datagram_adopt(p.server, own));
    }
    if (!waits) {
        postman_end(&p);
        skip_because("no error waits here");
    }
    scene_until(s, p.errors, 1);
    scene_idle(s);
    assert_int_equal(p.errors, 1);
    assert_int_equal(p.datas, 0);
    net_close(&p.asker);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(test_datagram_server_adopts_a_socket),
        scene_test(test_datagram_server_on_a_unix_socket),
        scene_test(test_UD3_datagram_server_connected_outlives_its_peer),
        scene_test(test_UD3_datagram_server_sends_an_answer_again),
        scene_test(test_trap_48_UD3_datagram_server_outlives_lost_answers),
        scene_test(test_CB4_datagram_server_destroyed_by_a_datagram),
        scene_test(test_datagram_server_drain_answers_what_has_arrived),
        scene_test(test_datagram_server_drain_takes_more_than_a_batch),
        scene_test(test_datagram_server_connected_drains_all),
        scene_test(test_CB4_datagram_server_drained_by_a_datagram),
        scene_test(test_CB4_datagram_server_destroyed_in_its_drain),
        scene_test(test_UD7_datagram_server_destroyed_with_an_error_waiting),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
