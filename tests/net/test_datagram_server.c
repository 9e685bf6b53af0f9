/* SPDX-License-Identifier: MIT */
/*
 * test_datagram_server.c - a server of datagrams: what comes, what is
 * answered or sent of its own accord, and bounded turns. Its sockets and its
 * end are in test_datagram_life.c, its rules in test_datagram_rules.c, what it
 * does not take in test_datagram_refused.c.
 */
#include "support/postman.h"

#include <duosock/option.h>

/* ---- questions and answers -------------------------------------------- */

static void assert_echoes(void **state, duos_family family, const char *address)
{
    duos_addr from;
    char text[16];
    size_t n = 0;
    postman p;

    postman_init(&p, state);
    postman_replace(&p, net_bind(family, DUOS_DGRAM, &p.asks));
    postman_open(&p, address);
    assert_true(p.at.port != 0);
    p.at = duos_addr_loopback(family, p.at.port);
    postman_ask(&p, "question");
    assert_int_equal(p.len, 8);
    assert_int_equal(p.flags, 0);
    assert_memory_equal(p.text, "question", 8);
    assert_int_equal(p.peer.port, p.asks.port);
    assert_ok(p.reply);
    net_await(p.asker, DUOS_READ);
    assert_ok(duos_recvfrom(p.asker, text, sizeof text, &n, &from, NULL));
    assert_int_equal(n, 8);
    assert_memory_equal(text, "question", 8);
    assert_true(duos_addr_equal(&from, &p.at));
    assert_int_equal(postman_stats(&p).received, 1);
    assert_int_equal(postman_stats(&p).bytes_received, 8);
    assert_int_equal(postman_stats(&p).answered, 1);
    assert_int_equal(postman_stats(&p).bytes_sent, 8);
    postman_end(&p);
}

static void test_datagram_server_echoes(void **state)
{
    assert_echoes(state, DUOS_IPV4, "udp:127.0.0.1:0");
}

static void test_datagram_server_echoes_ipv6(void **state)
{
    net_need(DUOS_IPV6);
    assert_echoes(state, DUOS_IPV6, "udp:[::1]:0");
}

/* From the address that was asked, not from the one that the system likes. */
static void test_datagram_server_on_all_interfaces_echoes(void **state)
{
    assert_echoes(state, DUOS_IPV4, "udp:*:0");
    assert_echoes(state, DUOS_IPV4, "udp4:*:0");
    assert_echoes(state, DUOS_IPV4, "udp:localhost:0");
}

static void test_datagram_server_answers_from_where_it_was_asked(void **state)
{
    duos_socket probe = net_open(DUOS_IPV4, DUOS_DGRAM);
    bool has_two;
    duos_addr second = duos_addr_ipv4(127, 0, 0, 2, 0);
    duos_addr from;
    char text[16];
    size_t n = 0;
    postman p;

    has_two = duos_bind(probe, &second) == DUOS_OK;
    net_close(&probe);
    if (!has_two) {
        skip_because("only one address of loopback here");
    }
    postman_init(&p, state);
    postman_open(&p, "udp4:*:0");
    second.port = p.at.port;
    p.at = second;
    postman_ask(&p, "where?");
    net_await(p.asker, DUOS_READ);
    assert_ok(duos_recvfrom(p.asker, text, sizeof text, &n, &from, NULL));
    postman_end(&p);
    if (os_is_wine() && !duos_addr_equal(&from, &second)) {
        skip_because("Wine answers from where it likes");
    }
    assert_true(duos_addr_equal(&from, &second));
}

static void test_UD1_datagram_server_says_what_was_cut(void **state)
{
    postman p;

    postman_init(&p, state);
    p.config.max_size = 8;
    postman_open(&p, "udp:127.0.0.1:0");
    postman_ask(&p, "nine....!");
    assert_int_equal(p.len, 8);
    assert_int_equal(p.flags, DUOS_DATAGRAM_TRUNCATED);
    assert_memory_equal(p.text, "nine....", 8);
    postman_ask(&p, "eight...");
    assert_int_equal(p.len, 8);
    assert_int_equal(p.flags, 0);
    assert_int_equal(postman_stats(&p).truncated, 1);
    assert_int_equal(postman_stats(&p).bytes_received, 16);
    postman_end(&p);
}

static void test_UD2_datagram_server_is_told_of_an_empty_one(void **state)
{
    postman p;

    postman_begin(&p, state);
    postman_ask(&p, "");
    assert_int_equal(p.len, 0);
    assert_int_equal(p.flags, 0);
    assert_ok(p.reply);
    assert_true(postman_answers(&p, ""));
    postman_ask(&p, "more");
    assert_true(postman_answers(&p, "more"));
    postman_end(&p);
}

static void test_UD2_datagram_server_echoes_the_largest(void **state)
{
    static unsigned char bytes[65507];
    static unsigned char back[65507];
    scene *s = (scene *)*state;
    size_t n = 0;
    postman p;

    pattern_fill(bytes, sizeof bytes, 0);
    postman_init(&p, state);
    assert_ok(duos_set_int(p.asker, DUOS_OPT_SEND_BUFFER, 200000));
    assert_ok(duos_set_int(p.asker, DUOS_OPT_RECV_BUFFER, 200000));
    p.config.max_size = DUOS_DATAGRAM_MAX;
    p.config.batch = 2;
    postman_open(&p, "udp:127.0.0.1:0");
    assert_ok(duos_sendto(p.asker, bytes, sizeof bytes, &p.at));
    scene_until(s, p.datas, 1);
    assert_int_equal(p.len, sizeof bytes);
    assert_int_equal(p.flags, 0);
    net_await(p.asker, DUOS_READ);
    assert_ok(duos_recvfrom(p.asker, back, sizeof back, &n, NULL, NULL));
    assert_int_equal(n, sizeof bytes);
    assert_memory_equal(back, bytes, sizeof bytes);
    postman_end(&p);
}

/* Many more than a batch, each answered with itself, none with memory. */
static void test_datagram_server_needs_no_memory_for_a_datagram(void **state)
{
    scene *s = (scene *)*state;
    size_t requests;
    unsigned i;
    char text[8];
    postman p;

    postman_init(&p, state);
    p.config.batch = 4;
    postman_open(&p, "udp:127.0.0.1:0");
    postman_ask(&p, "first");
    assert_true(postman_answers(&p, "first"));
    requests = s->memory.requests;
    for (i = 0; i < 30; i++) {
        sprintf(text, "%u", i);
        postman_send(&p, text);
    }
    scene_until(s, p.datas, 31);
    for (i = 0; i < 30; i++) {
        sprintf(text, "%u", i);
        assert_true(postman_answers(&p, text));
    }
    assert_int_equal(s->memory.requests, requests);
    postman_end(&p);
}

/* ---- of its own accord ------------------------------------------------ */

static void test_datagram_server_sends_of_its_own_accord(void **state)
{
    postman p;

    postman_begin(&p, state);
    assert_ok(duos_datagram_send(p.server, &p.asks, "news", 4));
    assert_true(postman_answers(&p, "news"));
    assert_ok(duos_datagram_send(p.server, &p.asks, NULL, 0));
    assert_true(postman_answers(&p, ""));
    assert_int_equal(postman_stats(&p).sent, 2);
    assert_int_equal(postman_stats(&p).bytes_sent, 4);
    postman_close(&p);
    postman_open(&p, "udp:*:0"); /* one socket for both, where it can be */
    assert_ok(duos_datagram_send(p.server, &p.asks, "more", 4));
    assert_true(postman_answers(&p, "more"));
    postman_end(&p);
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
    duos_socket visitor;
    duos_timer timer;
    unsigned fired = 0;
    unsigned turns = 0;
    char byte = 0;
    postman p;

    postman_init(&p, state);
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

        assert_true(burst(p.asker, &p.at) > 0);
        assert_ok(duos_loop_step(s->loop, 0));
        assert_true(p.datas <= before + 20);
        assert_true(++turns < 1000);
    }
    assert_true(fired >= turns - 1);
    assert_true(p.datas > 20 * turns / 2);
    assert_ok(duos_recv_exact(visitor, &byte, 1, 0, NULL));
    duos_timer_stop(&timer);
    net_close(&visitor);
    postman_end(&p);
    scene_until(s, s->served.closes, 1);
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
        scene_test(test_datagram_server_sends_of_its_own_accord),
        scene_test(test_UD6_datagram_server_takes_its_share_of_a_turn),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
