/* SPDX-License-Identifier: MIT */
/*
 * test_datagram_rules.c - whom a server of datagrams does not answer, on
 * sockets: services, itself, another of its kind, and those who ask too
 * often. unit/test_datagram_limit.c has the rules as a table.
 */
#include "support/postman.h"

#include <duosock/multicast.h>
#include <duosock/option.h>

static void ask_in_vain(postman *p, duos_socket from)
{
    postman_ask_from(p, from, "question");
    assert_err(DUOS_ELIMIT, p->reply);
    assert_false(postman_answers_to(from, ""));
}

/* ---- UD4: no loops ---------------------------------------------------- */

static void test_UD4_datagram_to_a_service_is_not_answered(void **state)
{
    static const uint16_t ports[] = {1900, 11211, 5683, 27960};
    duos_socket service = net_open(DUOS_IPV4, DUOS_DGRAM);
    duos_addr at;
    size_t i = 0;
    postman p;

    do {
        at = duos_addr_loopback(DUOS_IPV4, ports[i]);
    } while (duos_bind(service, &at) != DUOS_OK &&
             ++i < sizeof ports / sizeof ports[0]);
    if (i == sizeof ports / sizeof ports[0]) {
        net_close(&service);
        skip_because("the ports of these services are in use");
    }
    postman_begin(&p, state);
    ask_in_vain(&p, service);
    assert_int_equal(postman_stats(&p).refused_service, 1);
    assert_int_equal(postman_stats(&p).answered, 0);
    postman_close(&p);

    p.config.service_ports = 0;
    postman_open(&p, "udp:127.0.0.1:0");
    postman_ask_from(&p, service, "question");
    assert_true(postman_answers_to(service, "question"));
    postman_end(&p);
    net_close(&service);
}

/* A datagram that pretends to come from the server itself. */
static void test_UD4_datagram_server_does_not_answer_itself(void **state)
{
    scene *s = (scene *)*state;
    postman p;

    postman_begin(&p, state);
    assert_ok(duos_datagram_send(p.server, &p.at, "myself", 6));
    scene_until(s, p.datas, 1);
    assert_true(duos_addr_equal(&p.peer, &p.at));
    assert_err(DUOS_ELIMIT, p.reply);
    scene_idle(s);
    assert_int_equal(p.datas, 1);
    assert_int_equal(postman_stats(&p).refused_source, 1);
    assert_int_equal(postman_stats(&p).answered, 0);
    postman_end(&p);
}

/* Two sockets of one server are one server. */
static void test_UD4_datagram_server_with_two_sockets_is_one(void **state)
{
    scene *s = (scene *)*state;
    duos_addr other;
    postman p;

    postman_begin(&p, state);
    assert_ok(duos_datagram_listen(p.server, "udp:127.0.0.1:0", NULL, &other));
    assert_ok(duos_datagram_send(p.server, &other, "hello", 5));
    assert_ok(duos_datagram_send(p.server, &p.at, "hello", 5));
    scene_until(s, p.datas, 2);
    scene_idle(s);
    assert_int_equal(p.datas, 2);
    assert_int_equal(postman_stats(&p).answered, 0);
    assert_int_equal(postman_stats(&p).refused_source, 2);
    postman_end(&p);
}

/*
 * The same service on two hosts has the same port: what pretends to come from
 * there gets no answer at all.
 */
static void test_UD4_datagram_servers_of_one_port_do_not_answer_each_other(
    void **state)
{
    scene *s = (scene *)*state;
    char address[DUOS_ADDR_TEXT_MAX];
    postman a;
    postman b;

    postman_init(&a, state);
    postman_init(&b, state);
    postman_open(&a, "udp:127.0.0.1:0");
    postman_open(&b, NULL);
    sprintf(address, "udp:127.0.0.2:%u", (unsigned)a.at.port);
    if (duos_datagram_listen(b.server, address, NULL, &b.at) != DUOS_OK) {
        postman_end(&a);
        postman_end(&b);
        skip_because("only one address of loopback here");
    }
    assert_ok(duos_datagram_send(b.server, &a.at, "spoofed", 7));
    scene_until(s, a.datas, 1);
    assert_true(duos_addr_equal(&a.peer, &b.at));
    scene_pass(s, 20);
    assert_int_equal(a.datas + b.datas, 1);
    assert_int_equal(postman_stats(&a).answered, 0);
    assert_int_equal(postman_stats(&a).refused_source, 1);
    postman_end(&a);
    postman_end(&b);
}

/* With any two ports it cannot be told; the rate ends it. */
static void test_UD4_datagram_loop_of_two_ports_ends(void **state)
{
    scene *s = (scene *)*state;
    unsigned before;
    postman a;
    postman b;

    postman_init(&a, state);
    postman_init(&b, state);
    a.config.source_rate = b.config.source_rate = 1;
    a.config.source_burst = b.config.source_burst = 10;
    postman_open(&a, "udp:127.0.0.1:0");
    postman_open(&b, "udp:127.0.0.1:0");
    assert_ok(duos_datagram_send(b.server, &a.at, "spoofed", 7));
    scene_until(s, a.datas, 11);
    scene_pass(s, 20);
    before = a.datas + b.datas;
    scene_pass(s, 1200); /* a second later nothing comes back to life */
    assert_int_equal(a.datas + b.datas, before);
    assert_between(postman_stats(&a).answered, 10, 11);
    assert_between(postman_stats(&b).answered, 10, 11);
    postman_end(&a);
    postman_end(&b);
}

/* ---- UD5: no amplification -------------------------------------------- */

static void answer_longer(postman *p)
{
    assert_err(DUOS_ELIMIT, duos_datagram_reply(p->server, "123456789", 9));
    assert_ok(duos_datagram_reply(p->server, "1234567", 7));
    assert_err(DUOS_ELIMIT, duos_datagram_reply(p->server, "8", 1));
    assert_err(DUOS_ELIMIT, duos_datagram_reply(p->server, NULL, 0));
}

static void answer_at_length(postman *p)
{
    int i;

    for (i = 0; i < 5; i++) {
        assert_ok(duos_datagram_reply(p->server, "123456789", 9));
    }
}

static void test_UD5_datagram_answer_is_one_and_not_longer(void **state)
{
    postman p;
    int i;

    postman_init(&p, state);
    p.echoes = false;
    p.act = answer_longer;
    p.config.batch = 2;
    postman_open(&p, "udp:127.0.0.1:0");
    postman_ask(&p, "question");
    assert_true(postman_answers(&p, "1234567"));
    assert_false(postman_answers(&p, ""));
    assert_int_equal(postman_stats(&p).refused_longer, 3);
    assert_int_equal(postman_stats(&p).answered, 1);
    postman_close(&p);

    p.config.allow_longer = true;
    p.act = answer_at_length;
    postman_open(&p, "udp:127.0.0.1:0");
    postman_ask(&p, "question");
    for (i = 0; i < 5; i++) {
        assert_true(postman_answers(&p, "123456789"));
    }
    assert_int_equal(postman_stats(&p).answered, 5);
    postman_end(&p);
}

static void ask_often(postman *p, duos_socket from, unsigned times)
{
    unsigned before = p->datas;
    unsigned i;

    for (i = 0; i < times; i++) {
        assert_ok(duos_sendto(from, "?", 1, &p->at));
    }
    scene_until(p->scene, p->datas, before + times);
}

static void test_UD5_datagram_answers_to_one_network_are_bounded(void **state)
{
    scene *s = (scene *)*state;
    duos_addr far_at = duos_addr_ipv4(127, 0, 1, 1, 0);
    duos_socket far_asker = net_open(DUOS_IPV4, DUOS_DGRAM);
    postman p;

    postman_init(&p, state);
    p.config.source_rate = 20;
    p.config.source_burst = 5;
    postman_open(&p, "udp:127.0.0.1:0");
    ask_often(&p, p.asker, 20);
    assert_between(postman_stats(&p).answered, 5, 10);
    assert_int_equal(
        postman_stats(&p).answered + postman_stats(&p).refused_rate, 20);
    if (duos_bind(far_asker, &far_at) == DUOS_OK) {
        uint64_t refused = postman_stats(&p).refused_rate;

        ask_often(&p, far_asker, 5);
        if (p.peer.ip.v4[2] == 1) { /* Wine sends from 127.0.0.1 */
            assert_int_equal(postman_stats(&p).refused_rate, refused);
        }
    }
    scene_pass(s, 300); /* time for some more */
    ask_often(&p, p.asker, 5);
    assert_ok(p.reply);
    postman_end(&p);
    net_close(&far_asker);
}

static void test_UD5_datagram_answers_in_all_are_bounded(void **state)
{
    postman p;

    postman_init(&p, state);
    p.config.source_rate = 0;
    p.config.total_rate = 20;
    p.config.total_burst = 0; /* as the rate */
    postman_open(&p, "udp:127.0.0.1:0");
    ask_often(&p, p.asker, 40);
    assert_between(postman_stats(&p).answered, 20, 30);
    assert_int_equal(
        postman_stats(&p).answered + postman_stats(&p).refused_total, 40);
    postman_close(&p);

    p.config.total_rate = 0;
    postman_open(&p, "udp:127.0.0.1:0");
    ask_often(&p, p.asker, 40);
    assert_int_equal(postman_stats(&p).answered, 40);
    postman_end(&p);
}

/* What was sent to many is not answered by each of them. */
static void test_UD5_datagram_to_a_group_is_not_answered(void **state)
{
    scene *s = (scene *)*state;
    duos_addr group = duos_addr_ipv4(239, 255, 7, 7, 0);
    duos_addr any = duos_addr_ipv4(0, 0, 0, 0, 0);
    duos_socket own = net_open(DUOS_IPV4, DUOS_DGRAM);
    postman p;

    postman_init(&p, state);
    postman_open(&p, NULL);
    assert_ok(duos_bind(own, &any));
    assert_ok(duos_local_addr(own, &p.at));
    assert_ok(duos_datagram_adopt(p.server, own));
    group.port = p.at.port;
    if (duos_multicast_join(own, &group, 1) != DUOS_OK ||
        duos_set_int(p.asker, DUOS_OPT_MULTICAST_IF, 1) != DUOS_OK ||
        duos_sendto(p.asker, "all", 3, &group) != DUOS_OK) {
        postman_end(&p);
        skip_because("no groups on loopback here");
    }
    scene_pass(s, 50);
    if (p.datas == 0) {
        postman_end(&p);
        skip_because("groups do not reach loopback here");
    }
    assert_err(DUOS_ELIMIT, p.reply);
    assert_int_equal(postman_stats(&p).refused_source, 1);
    postman_end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(test_UD4_datagram_to_a_service_is_not_answered),
        scene_test(test_UD4_datagram_server_does_not_answer_itself),
        scene_test(test_UD4_datagram_server_with_two_sockets_is_one),
        scene_test(
            test_UD4_datagram_servers_of_one_port_do_not_answer_each_other),
        scene_test(test_UD4_datagram_loop_of_two_ports_ends),
        scene_test(test_UD5_datagram_answer_is_one_and_not_longer),
        scene_test(test_UD5_datagram_answers_to_one_network_are_bounded),
        scene_test(test_UD5_datagram_answers_in_all_are_bounded),
        scene_test(test_UD5_datagram_to_a_group_is_not_answered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
