/* SPDX-License-Identifier: MIT */
/*
 * test_datagram_server.c - a server of datagrams: what comes, what is
 * answered, errors of the network, bounded turns, and its end. Its rules are
 * in test_datagram_rules.c.
 */
#include "support/postman.h"

#include <duosock/option.h>

/* ---- questions and answers -------------------------------------------- */

static void assert_echoes(scene *s, duos_family family, const char *address)
{
    duos_addr mine;
    duos_addr from;
    duos_socket asker = net_bind(family, DUOS_DGRAM, &mine);
    char text[16];
    size_t n = 0;
    postman p;

    postman_init(&p, s->loop);
    postman_open(&p, address);
    assert_true(p.at.port != 0);
    p.at = duos_addr_loopback(family, p.at.port);
    postman_ask(&p, s, asker, "question");
    assert_int_equal(p.len, 8);
    assert_int_equal(p.flags, 0);
    assert_memory_equal(p.text, "question", 8);
    assert_int_equal(p.peer.port, mine.port);
    assert_ok(p.reply);
    net_await(asker, DUOS_READ);
    assert_ok(duos_recvfrom(asker, text, sizeof text, &n, &from, NULL));
    assert_int_equal(n, 8);
    assert_memory_equal(text, "question", 8);
    assert_true(duos_addr_equal(&from, &p.at));
    assert_int_equal(postman_stats(&p).received, 1);
    assert_int_equal(postman_stats(&p).bytes_received, 8);
    assert_int_equal(postman_stats(&p).answered, 1);
    assert_int_equal(postman_stats(&p).bytes_sent, 8);
    postman_close(&p);
    net_close(&asker);
}

static void test_datagram_server_echoes(void **state)
{
    assert_echoes((scene *)*state, DUOS_IPV4, "udp:127.0.0.1:0");
}

static void test_datagram_server_echoes_ipv6(void **state)
{
    net_need(DUOS_IPV6);
    assert_echoes((scene *)*state, DUOS_IPV6, "udp:[::1]:0");
}

/* From the address that was asked, not from the one that the system likes. */
static void test_datagram_server_on_all_interfaces_echoes(void **state)
{
    assert_echoes((scene *)*state, DUOS_IPV4, "udp:*:0");
    assert_echoes((scene *)*state, DUOS_IPV4, "udp4:*:0");
    assert_echoes((scene *)*state, DUOS_IPV4, "udp:localhost:0");
}

static void test_datagram_server_answers_from_where_it_was_asked(void **state)
{
    scene *s = (scene *)*state;
    duos_socket asker = net_open(DUOS_IPV4, DUOS_DGRAM);
    duos_addr second = duos_addr_ipv4(127, 0, 0, 2, 0);
    duos_addr from;
    char text[16];
    size_t n = 0;
    postman p;

    if (duos_bind(asker, &second) != DUOS_OK) {
        net_close(&asker);
        skip_because("only one address of loopback here");
    }
    net_close(&asker);
    asker = net_bind(DUOS_IPV4, DUOS_DGRAM, &from);
    postman_init(&p, s->loop);
    postman_open(&p, "udp4:*:0");
    second.port = p.at.port;
    p.at = second;
    postman_ask(&p, s, asker, "where?");
    net_await(asker, DUOS_READ);
    assert_ok(duos_recvfrom(asker, text, sizeof text, &n, &from, NULL));
    postman_close(&p);
    net_close(&asker);
    if (os_is_wine() && !duos_addr_equal(&from, &second)) {
        skip_because("Wine answers from where it likes");
    }
    assert_true(duos_addr_equal(&from, &second));
}

static void test_UD1_datagram_server_says_what_was_cut(void **state)
{
    scene *s = (scene *)*state;
    duos_addr mine;
    duos_socket asker = net_bind(DUOS_IPV4, DUOS_DGRAM, &mine);
    postman p;

    postman_init(&p, s->loop);
    p.config.max_size = 8;
    postman_open(&p, "udp:127.0.0.1:0");
    postman_ask(&p, s, asker, "nine....!");
    assert_int_equal(p.len, 8);
    assert_int_equal(p.flags, DUOS_DATAGRAM_TRUNCATED);
    assert_memory_equal(p.text, "nine....", 8);
    postman_ask(&p, s, asker, "eight...");
    assert_int_equal(p.len, 8);
    assert_int_equal(p.flags, 0);
    assert_int_equal(postman_stats(&p).truncated, 1);
    assert_int_equal(postman_stats(&p).bytes_received, 16);
    postman_close(&p);
    net_close(&asker);
}

static void test_UD2_datagram_server_is_told_of_an_empty_one(void **state)
{
    scene *s = (scene *)*state;
    duos_addr mine;
    duos_socket asker = net_bind(DUOS_IPV4, DUOS_DGRAM, &mine);
    postman p;

    postman_init(&p, s->loop);
    postman_open(&p, "udp:127.0.0.1:0");
    postman_ask(&p, s, asker, "");
    assert_int_equal(p.len, 0);
    assert_int_equal(p.flags, 0);
    assert_ok(p.reply);
    assert_true(postman_answers(asker, ""));
    postman_ask(&p, s, asker, "more");
    assert_true(postman_answers(asker, "more"));
    postman_close(&p);
    net_close(&asker);
}

static void test_UD2_datagram_server_echoes_the_largest(void **state)
{
    static unsigned char bytes[65507];
    static unsigned char back[65507];
    scene *s = (scene *)*state;
    duos_addr mine;
    duos_socket asker = net_bind(DUOS_IPV4, DUOS_DGRAM, &mine);
    size_t n = 0;
    postman p;

    pattern_fill(bytes, sizeof bytes, 0);
    assert_ok(duos_set_int(asker, DUOS_OPT_SEND_BUFFER, 200000));
    assert_ok(duos_set_int(asker, DUOS_OPT_RECV_BUFFER, 200000));
    postman_init(&p, s->loop);
    p.config.max_size = DUOS_DATAGRAM_MAX;
    p.config.batch = 2;
    postman_open(&p, "udp:127.0.0.1:0");
    assert_ok(duos_sendto(asker, bytes, sizeof bytes, &p.at));
    scene_until(s, p.datas, 1);
    assert_int_equal(p.len, sizeof bytes);
    assert_int_equal(p.flags, 0);
    net_await(asker, DUOS_READ);
    assert_ok(duos_recvfrom(asker, back, sizeof back, &n, NULL, NULL));
    assert_int_equal(n, sizeof bytes);
    assert_memory_equal(back, bytes, sizeof bytes);
    postman_close(&p);
    net_close(&asker);
}

/* Many more than a batch, each answered with itself, none with memory. */
static void test_datagram_server_needs_no_memory_for_a_datagram(void **state)
{
    scene *s = (scene *)*state;
    duos_addr mine;
    duos_socket asker = net_bind(DUOS_IPV4, DUOS_DGRAM, &mine);
    size_t requests;
    unsigned i;
    char text[8];
    postman p;

    postman_init(&p, s->loop);
    p.config.batch = 4;
    postman_open(&p, "udp:127.0.0.1:0");
    postman_ask(&p, s, asker, "first");
    assert_true(postman_answers(asker, "first"));
    requests = s->memory.requests;
    for (i = 0; i < 30; i++) {
        sprintf(text, "%u", i);
        assert_ok(duos_sendto(asker, text, strlen(text), &p.at));
    }
    scene_until(s, p.datas, 31);
    for (i = 0; i < 30; i++) {
        sprintf(text, "%u", i);
        assert_true(postman_answers(asker, text));
    }
    assert_int_equal(s->memory.requests, requests);
    postman_close(&p);
    net_close(&asker);
}

/* ---- sockets from elsewhere ------------------------------------------- */

static void test_datagram_server_adopts_a_socket(void **state)
{
    scene *s = (scene *)*state;
    duos_addr mine;
    duos_socket asker = net_bind(DUOS_IPV4, DUOS_DGRAM, &mine);
    duos_socket own;
    postman p;

    postman_init(&p, s->loop);
    postman_open(&p, NULL);
    own = net_bind(DUOS_IPV4, DUOS_DGRAM, &p.at);
    assert_ok(duos_datagram_adopt(p.server, own));
    postman_ask(&p, s, asker, "hello");
    assert_true(postman_answers(asker, "hello"));
    postman_close(&p);
    assert_err(DUOS_EBADF, duos_close(&own)); /* the server has closed it */
    net_close(&asker);
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
    duos_socket asker;
    duos_socket nobody;
    duos_addr mine;
    postman p;

    net_need_unix(DUOS_DGRAM);
    postman_init(&p, s->loop);
    p.config.source_rate = 1; /* of networks, not of paths */
    p.config.source_burst = 1;
    postman_open(&p, NULL);
    assert_ok(duos_datagram_adopt(p.server, open_at_path("served", &p.at)));
    asker = open_at_path("asks", &mine);
    nobody = net_open(DUOS_UNIX, DUOS_DGRAM);
    postman_ask(&p, s, asker, "one");
    assert_true(postman_answers(asker, "one"));
    postman_ask(&p, s, asker, "two");
    assert_true(postman_answers(asker, "two"));
    postman_ask(&p, s, nobody, "who?");
    assert_err(DUOS_ELIMIT, p.reply);
    assert_ok(duos_datagram_send(p.server, &p.at, "me", 2));
    scene_until(s, p.datas, 4);
    assert_err(DUOS_ELIMIT, p.reply);
    assert_int_equal(postman_stats(&p).refused_source, 2);
    postman_close(&p);
    net_close(&asker);
    net_close(&nobody);
    (void)remove("served");
    (void)remove("asks");
}

/* A connected one answers its peer, and hears once that it has gone. */
static void test_UD3_datagram_server_connected_outlives_its_peer(void **state)
{
    scene *s = (scene *)*state;
    duos_addr at;
    duos_socket asker = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);
    duos_addr deaf_at = at;
    duos_socket own;
    postman p;

    postman_init(&p, s->loop);
    postman_open(&p, NULL);
    own = net_bind(DUOS_IPV4, DUOS_DGRAM, &p.at);
    assert_ok(duos_connect(own, &at));
    assert_ok(duos_datagram_adopt(p.server, own));
    postman_ask(&p, s, asker, "hello");
    assert_true(postman_answers(asker, "hello"));

    /* Nobody else gets its address, and it takes nothing any more. */
    assert_ok(duos_connect(asker, &deaf_at));
    assert_ok(duos_send(own, "lost", 4, &p.len));
    scene_pass(s, 50);
    assert_true(p.errors <= 1);
    assert_true(p.errors == 0 || p.error == DUOS_ECONNREFUSED);
    assert_int_equal(postman_stats(&p).recv_errors, p.errors);
    assert_int_equal(postman_stats(&p).pauses, 0);
    if (os_is_wine()) {
        postman_close(&p);
        net_close(&asker);
        skip_because("Wine never tells, and polls the socket no more");
    }
    assert_int_equal(p.errors, 1);
    assert_ok(duos_connect(asker, &p.at));
    postman_ask(&p, s, asker, "again");
    assert_true(postman_answers(asker, "again"));
    postman_close(&p);
    net_close(&asker);
}

/* The same with an answer for the one that learns of it. */
static void test_UD3_datagram_server_sends_an_answer_again(void **state)
{
    scene *s = (scene *)*state;
    duos_addr at;
    duos_socket asker = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);
    duos_socket own;
    size_t n;
    postman p;

    postman_init(&p, s->loop);
    postman_open(&p, NULL);
    own = net_bind(DUOS_IPV4, DUOS_DGRAM, &p.at);
    assert_ok(duos_connect(own, &at));
    assert_ok(duos_datagram_adopt(p.server, own));
    assert_ok(duos_sendto(asker, "hello", 5, &p.at));
    assert_ok(duos_connect(asker, &at));
    assert_ok(duos_send(own, "lost", 4, &n)); /* its error waits now */
    assert_ok(duos_connect(asker, &p.at));
    scene_until(s, p.datas, 1);
    assert_true(postman_answers(asker, "hello"));
    assert_true(p.errors + postman_stats(&p).send_errors <= 1);
    postman_close(&p);
    net_close(&asker);
}

/* One that is not connected is never told (trap 48). */
static void test_trap_48_UD3_datagram_server_outlives_lost_answers(void **state)
{
    scene *s = (scene *)*state;
    duos_addr at;
    duos_socket asker;
    postman p;
    int i;

    postman_init(&p, s->loop);
    postman_open(&p, "udp:127.0.0.1:0");
    for (i = 0; i < 3; i++) {
        asker = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);
        assert_ok(duos_sendto(asker, "lost", 4, &p.at));
        net_close(&asker);
    }
    scene_until(s, p.datas, 3);
    asker = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);
    postman_ask(&p, s, asker, "hello");
    assert_true(postman_answers(asker, "hello"));
    assert_int_equal(p.errors, 0);
    postman_close(&p);
    net_close(&asker);
}

/* ---- bounded turns ---------------------------------------------------- */

static void start_again(duos_timer *timer, void *user)
{
    ++*(unsigned *)user;
    assert_ok(duos_timer_start(timer, 0));
}

/* As many as fit, to have more than a turn takes. */
static unsigned burst(duos_socket from, const duos_addr *to)
{
    unsigned sent = 0;

    while (sent < 100 && duos_sendto(from, "datagram", 8, to) == DUOS_OK) {
        sent++;
    }
    return sent;
}

static void test_UD6_datagram_server_takes_its_share_of_a_turn(void **state)
{
    scene *s = (scene *)*state;
    duos_addr mine;
    duos_socket asker = net_bind(DUOS_IPV4, DUOS_DGRAM, &mine);
    duos_socket visitor;
    duos_timer timer;
    unsigned fired = 0;
    unsigned turns = 0;
    char byte = 0;
    postman p;

    postman_init(&p, s->loop);
    p.config.batch = 8;
    p.config.per_turn = 20;
    postman_open(&p, "udp:127.0.0.1:0");
    s->served.act = told_echo;
    scene_serve(s);
    visitor = scene_visit(s);
    assert_ok(duos_timer_init(&timer, s->loop, start_again, &fired));
    assert_ok(duos_timer_start(&timer, 0));
    assert_ok(duos_send_all(visitor, "x", 1, PATIENCE_MS, NULL));
    while (duos_wait(visitor, DUOS_READ, 0, NULL) != DUOS_OK || turns < 50) {
        unsigned before = p.datas;

        assert_true(burst(asker, &p.at) > 0);
        assert_ok(duos_loop_step(s->loop, 0));
        assert_true(p.datas <= before + 20);
        assert_true(++turns < 1000);
    }
    assert_true(fired >= turns - 1);
    assert_true(p.datas > 20 * turns / 2);
    assert_ok(duos_recv_exact(visitor, &byte, 1, 0, NULL));
    duos_timer_stop(&timer);
    net_close(&visitor);
    postman_close(&p);
    net_close(&asker);
    scene_until(s, s->served.closes, 1);
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
    duos_addr mine;
    duos_socket asker = net_bind(DUOS_IPV4, DUOS_DGRAM, &mine);
    postman p;

    postman_init(&p, s->loop);
    p.act = destroy;
    postman_open(&p, "udp:127.0.0.1:0");
    assert_ok(duos_sendto(asker, "one", 3, &p.at));
    assert_ok(duos_sendto(asker, "two", 3, &p.at));
    scene_until(s, p.datas, 1);
    scene_idle(s);
    assert_int_equal(p.datas, 1);
    assert_true(postman_answers(asker, "one"));
    net_close(&asker);
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
    duos_addr mine;
    duos_socket asker = net_bind(DUOS_IPV4, DUOS_DGRAM, &mine);
    postman p;

    postman_init(&p, s->loop);
    postman_open(&p, "udp:127.0.0.1:0");
    assert_ok(duos_sendto(asker, "one", 3, &p.at));
    assert_ok(duos_sendto(asker, "two", 3, &p.at));
    scene_pass(s, 0);
    net_await(asker, DUOS_WRITE);
    drain(&p); /* outside of a turn: at once */
    assert_int_equal(p.datas, 2);
    assert_true(postman_answers(asker, "one"));
    assert_true(postman_answers(asker, "two"));
    assert_err(DUOS_ESTATE,
               duos_datagram_listen(p.server, "udp:127.0.0.1:0", NULL, NULL));
    assert_err(DUOS_ESTATE, duos_datagram_adopt(p.server, asker));
    assert_ok(duos_listener_open("udp:127.0.0.1:0", NULL, &listener));
    assert_err(DUOS_ESTATE, duos_datagram_adopt_listener(p.server, &listener));
    duos_listener_close(&listener);
    assert_err(DUOS_EAFNOSUPPORT, duos_datagram_send(p.server, &mine, "x", 1));
    assert_int_equal(postman_stats(&p).answered, 2);
    postman_close(&p);
    net_close(&asker);
}

static void test_CB4_datagram_server_drained_by_a_datagram(void **state)
{
    scene *s = (scene *)*state;
    duos_addr mine;
    duos_socket asker = net_bind(DUOS_IPV4, DUOS_DGRAM, &mine);
    postman p;

    postman_init(&p, s->loop);
    p.act = drain;
    p.config.batch = 1;
    p.config.per_turn = 1;
    postman_open(&p, "udp:127.0.0.1:0");
    assert_ok(duos_sendto(asker, "one", 3, &p.at));
    assert_ok(duos_sendto(asker, "two", 3, &p.at));
    assert_ok(duos_sendto(asker, "not any more", 12, &p.at));
    scene_until(s, p.datas, 2);
    scene_idle(s);
    assert_int_equal(p.datas, 2);
    assert_true(postman_answers(asker, "one"));
    assert_true(postman_answers(asker, "two"));
    postman_close(&p);
    net_close(&asker);
}

/* A drain whose own callback ends the server. */
static void test_CB4_datagram_server_destroyed_in_its_drain(void **state)
{
    scene *s = (scene *)*state;
    duos_addr mine;
    duos_socket asker = net_bind(DUOS_IPV4, DUOS_DGRAM, &mine);
    postman p;

    postman_init(&p, s->loop);
    p.act = destroy;
    postman_open(&p, "udp:127.0.0.1:0");
    assert_ok(duos_sendto(asker, "one", 3, &p.at));
    net_await(asker, DUOS_WRITE);
    duos_datagram_drain(p.server);
    assert_int_equal(p.datas, 1);
    scene_idle(s);
    assert_true(postman_answers(asker, "one"));
    net_close(&asker);
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
    postman_init(&p, s->loop);
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
        postman_close(&p);
        skip_because("no error waits here");
    }
    scene_until(s, p.errors, 1);
    scene_idle(s);
    assert_int_equal(p.errors, 1);
    assert_int_equal(p.datas, 0);
}

/* ---- of its own accord ------------------------------------------------ */

static void test_datagram_server_sends_of_its_own_accord(void **state)
{
    scene *s = (scene *)*state;
    duos_addr mine;
    duos_socket other = net_bind(DUOS_IPV4, DUOS_DGRAM, &mine);
    postman p;

    postman_init(&p, s->loop);
    postman_open(&p, "udp:127.0.0.1:0");
    assert_ok(duos_datagram_send(p.server, &mine, "news", 4));
    assert_true(postman_answers(other, "news"));
    assert_ok(duos_datagram_send(p.server, &mine, NULL, 0));
    assert_true(postman_answers(other, ""));
    assert_int_equal(postman_stats(&p).sent, 2);
    assert_int_equal(postman_stats(&p).bytes_sent, 4);
    postman_close(&p);
    postman_open(&p, "udp:*:0"); /* one socket for both, where it can be */
    assert_ok(duos_datagram_send(p.server, &mine, "more", 4));
    assert_true(postman_answers(other, "more"));
    postman_close(&p);
    net_close(&other);
}

/* ---- mistakes --------------------------------------------------------- */

static void test_API1_datagram_server_null_is_einval(void **state)
{
    scene *s = (scene *)*state;
    static const duos_socket none = DUOS_SOCKET_INVALID;
    duos_datagram_stats stats;
    duos_listener listener;
    duos_datagram *d;
    duos_addr to = duos_addr_loopback(DUOS_IPV4, 9);

    stats.size = sizeof stats;
    duos_datagram_config_init(NULL);
    assert_err(DUOS_EINVAL, duos_datagram_create(NULL, NULL, &d));
    assert_err(DUOS_EINVAL, duos_datagram_create(s->loop, NULL, NULL));
    assert_ok(duos_datagram_create(s->loop, NULL, &d));
    assert_err(DUOS_EINVAL, duos_datagram_listen(NULL, "udp::0", NULL, NULL));
    assert_err(DUOS_EINVAL, duos_datagram_listen(d, NULL, NULL, NULL));
    assert_err(DUOS_EINVAL, duos_datagram_adopt(NULL, none));
    memset(&listener, 0, sizeof listener);
    assert_err(DUOS_EINVAL, duos_datagram_adopt_listener(NULL, &listener));
    assert_err(DUOS_EINVAL, duos_datagram_adopt_listener(d, NULL));
    assert_err(DUOS_EINVAL, duos_datagram_adopt_listener(d, &listener));
    assert_err(DUOS_EINVAL, duos_datagram_reply(NULL, "x", 1));
    assert_err(DUOS_EINVAL, duos_datagram_reply(d, NULL, 1));
    assert_err(DUOS_EINVAL, duos_datagram_send(NULL, &to, "x", 1));
    assert_err(DUOS_EINVAL, duos_datagram_send(d, NULL, "x", 1));
    assert_err(DUOS_EINVAL, duos_datagram_send(d, &to, NULL, 1));
    assert_err(DUOS_EINVAL, duos_datagram_get_stats(NULL, &stats));
    assert_err(DUOS_EINVAL, duos_datagram_get_stats(d, NULL));
    stats.size = sizeof stats + 1;
    assert_err(DUOS_EINVAL, duos_datagram_get_stats(d, &stats));
    duos_datagram_drain(NULL);
    duos_datagram_destroy(NULL);
    duos_datagram_destroy(d);
}

static void check_config(scene *s, duos_err wanted,
                         const duos_datagram_config *config)
{
    duos_datagram *d;

    assert_int_equal(duos_datagram_create(s->loop, config, &d), wanted);
}

static void test_API9_datagram_server_config_out_of_range(void **state)
{
    scene *s = (scene *)*state;
    duos_datagram_config good;
    duos_datagram_config bad;
    duos_datagram *d;

    duos_datagram_config_init(&good);
    bad = good;
    bad.size = sizeof bad + 1;
    assert_err(DUOS_EINVAL, duos_datagram_create(s->loop, &bad, &d));
    bad = good;
    bad.max_size = DUOS_DATAGRAM_MAX + 1;
    assert_err(DUOS_ERANGE, duos_datagram_create(s->loop, &bad, &d));
    bad = good;
    bad.batch = 1025;
    check_config(s, DUOS_ERANGE, &bad);
    bad = good;
    bad.source_ipv4_bits = 33;
    check_config(s, DUOS_ERANGE, &bad);
    bad = good;
    bad.source_ipv6_bits = 129;
    check_config(s, DUOS_ERANGE, &bad);
    bad = good;
    bad.sources = (1u << 20) + 1;
    check_config(s, DUOS_ERANGE, &bad);
    good.max_size = good.batch = good.per_turn = good.sources = 0;
    assert_ok(duos_datagram_create(s->loop, &good, &d));
    duos_datagram_destroy(d);
}

static void test_ME1_datagram_server_without_memory_is_enomem(void **state)
{
    scene *s = (scene *)*state;
    duos_listener listener;
    duos_socket own;
    size_t k;
    postman p;

    postman_init(&p, s->loop);
    for (k = 1; k <= 4; k++) {
        failing_alloc_arm(&s->memory, k, false);
        assert_err(DUOS_ENOMEM,
                   duos_datagram_create(p.loop, &p.config, &p.server));
    }
    failing_alloc_arm(&s->memory, 0, false);
    postman_open(&p, NULL);
    own = net_bind(DUOS_IPV4, DUOS_DGRAM, &p.at);
    failing_alloc_arm(&s->memory, 1, false);
    assert_err(DUOS_ENOMEM,
               duos_datagram_listen(p.server, "udp:127.0.0.1:0", NULL, NULL));
    failing_alloc_arm(&s->memory, 1, false);
    assert_err(DUOS_ENOMEM, duos_datagram_adopt(p.server, own));
    failing_alloc_arm(&s->memory, 0, false);
    assert_ok(duos_datagram_adopt(p.server, own));
    assert_ok(duos_listener_open("udp:localhost:0", NULL, &listener));
    for (k = 1; k <= listener.count; k++) { /* all, or none */
        failing_alloc_arm(&s->memory, k, false);
        assert_err(DUOS_ENOMEM,
                   duos_datagram_adopt_listener(p.server, &listener));
    }
    failing_alloc_arm(&s->memory, 0, false);
    assert_ok(duos_datagram_adopt_listener(p.server, &listener));
    assert_int_equal(listener.count, 0);
    postman_close(&p);
}

static void test_API3_datagram_server_refuses_other_sockets(void **state)
{
    scene *s = (scene *)*state;
    static const duos_socket none = DUOS_SOCKET_INVALID;
    duos_addr at;
    duos_socket listener = net_listen(DUOS_IPV4, 0, &at);
    duos_socket unbound = net_open(DUOS_IPV4, DUOS_DGRAM);
    duos_socket taken = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);
    char address[DUOS_ADDR_TEXT_MAX + 4] = "udp:";
    duos_listener streams;
    postman p;

    postman_init(&p, s->loop);
    postman_open(&p, NULL);
    assert_err(DUOS_EINVAL, duos_datagram_adopt(p.server, listener));
    assert_err(DUOS_EINVAL, duos_datagram_adopt(p.server, unbound));
    assert_err(DUOS_EBADF, duos_datagram_adopt(p.server, none));
    assert_err(DUOS_ENOTSUP,
               duos_datagram_listen(p.server, "127.0.0.1:0", NULL, NULL));
    assert_err(DUOS_ESYNTAX,
               duos_datagram_listen(p.server, "udp:nonsense", NULL, NULL));
    assert_ok(duos_addr_format(&at, address + 4, sizeof address - 4));
    assert_err(DUOS_EADDRINUSE,
               duos_datagram_listen(p.server, address, NULL, NULL));
    assert_ok(duos_listener_open("127.0.0.1:0", NULL, &streams));
    assert_err(DUOS_EINVAL, duos_datagram_adopt_listener(p.server, &streams));
    duos_listener_close(&streams);
    net_close(&listener);
    net_close(&unbound);
    net_close(&taken);
    postman_close(&p);
}

static void reply_too_much(postman *p)
{
    assert_err(DUOS_EMSGSIZE, duos_datagram_reply(p->server, "123456789", 9));
    assert_err(DUOS_EMSGSIZE,
               duos_datagram_send(p->server, &p->peer, "123456789", 9));
}

static void test_datagram_server_sends_within_its_limits(void **state)
{
    scene *s = (scene *)*state;
    duos_addr v4 = duos_addr_loopback(DUOS_IPV4, 9);
    duos_addr v6 = duos_addr_loopback(DUOS_IPV6, 9);
    duos_addr mine;
    duos_socket asker = net_bind(DUOS_IPV4, DUOS_DGRAM, &mine);
    postman p;

    postman_init(&p, s->loop);
    p.config.max_size = 8;
    p.act = reply_too_much;
    p.echoes = false;
    postman_open(&p, NULL);
    assert_err(DUOS_EAFNOSUPPORT, duos_datagram_send(p.server, &v4, "x", 1));
    assert_ok(duos_datagram_listen(p.server, "udp:127.0.0.1:0", NULL, &p.at));
    assert_err(DUOS_EAFNOSUPPORT, duos_datagram_send(p.server, &v6, "x", 1));
    assert_err(DUOS_ESTATE, duos_datagram_reply(p.server, "x", 1));
    postman_ask(&p, s, asker, "question");
    assert_int_equal(postman_stats(&p).answered, 0);
    postman_close(&p);
    net_close(&asker);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(test_datagram_server_echoes),
        scene_test(test_datagram_server_echoes_ipv6),
        scene_test(test_datagram_server_on_all_interfaces_echoes),
        scene_test(test_datagram_server_answers_from_where_it_was_asked),
        scene_test(test_UD1_datagram_server_says_what_was_cut),
        scene_test(test_UD2_datagram_server_is_told_of_an_empty_one),
        scene_test(test_UD2_datagram_server_echoes_the_largest),
        scene_test(test_datagram_server_needs_no_memory_for_a_datagram),
        scene_test(test_datagram_server_adopts_a_socket),
        scene_test(test_datagram_server_on_a_unix_socket),
        scene_test(test_UD3_datagram_server_connected_outlives_its_peer),
        scene_test(test_UD3_datagram_server_sends_an_answer_again),
        scene_test(test_trap_48_UD3_datagram_server_outlives_lost_answers),
        scene_test(test_UD6_datagram_server_takes_its_share_of_a_turn),
        scene_test(test_CB4_datagram_server_destroyed_by_a_datagram),
        scene_test(test_datagram_server_drain_answers_what_has_arrived),
        scene_test(test_CB4_datagram_server_drained_by_a_datagram),
        scene_test(test_CB4_datagram_server_destroyed_in_its_drain),
        scene_test(test_UD7_datagram_server_destroyed_with_an_error_waiting),
        scene_test(test_datagram_server_sends_of_its_own_accord),
        scene_test(test_API1_datagram_server_null_is_einval),
        scene_test(test_API9_datagram_server_config_out_of_range),
        scene_test(test_ME1_datagram_server_without_memory_is_enomem),
        scene_test(test_API3_datagram_server_refuses_other_sockets),
        scene_test(test_datagram_server_sends_within_its_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
