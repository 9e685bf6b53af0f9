/* SPDX-License-Identifier: MIT */
/*
 * test_datagram_refused.c - what a server of datagrams does not take: NULL,
 * numbers out of range, other sockets, too much; and without memory.
 */
#include "support/postman.h"

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

    postman_init(&p, state);
    for (k = 1; k <= 4; k++) {
        failing_alloc_arm(&s->memory, k, false);
        assert_err(DUOS_ENOMEM,
                   duos_datagram_create(s->loop, &p.config, &p.server));
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
    postman_end(&p);
}

static void test_API3_datagram_server_refuses_other_sockets(void **state)
{
    static const duos_socket none = DUOS_SOCKET_INVALID;
    duos_addr at;
    duos_socket listener = net_listen(DUOS_IPV4, 0, &at);
    duos_socket unbound = net_open(DUOS_IPV4, DUOS_DGRAM);
    duos_socket taken = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);
    char address[DUOS_ADDR_TEXT_MAX + 4] = "udp:";
    duos_listener streams;
    postman p;

    postman_init(&p, state);
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
    postman_end(&p);
}

static void reply_too_much(postman *p)
{
    assert_err(DUOS_EMSGSIZE, duos_datagram_reply(p->server, "123456789", 9));
    assert_err(DUOS_EMSGSIZE,
               duos_datagram_send(p->server, &p->peer, "123456789", 9));
}

static void test_datagram_server_sends_within_its_limits(void **state)
{
    duos_addr v4 = duos_addr_loopback(DUOS_IPV4, 9);
    duos_addr v6 = duos_addr_loopback(DUOS_IPV6, 9);
    postman p;

    postman_init(&p, state);
    p.config.max_size = 8;
    p.act = reply_too_much;
    p.echoes = false;
    postman_open(&p, NULL);
    assert_err(DUOS_EAFNOSUPPORT, duos_datagram_send(p.server, &v4, "x", 1));
    assert_ok(duos_datagram_listen(p.server, "udp:127.0.0.1:0", NULL, &p.at));
    assert_err(DUOS_EAFNOSUPPORT, duos_datagram_send(p.server, &v6, "x", 1));
    assert_err(DUOS_ESTATE, duos_datagram_reply(p.server, "x", 1));
    postman_ask(&p, "question");
    assert_int_equal(postman_stats(&p).answered, 0);
    postman_end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(test_API1_datagram_server_null_is_einval),
        scene_test(test_API9_datagram_server_config_out_of_range),
        scene_test(test_ME1_datagram_server_without_memory_is_enomem),
        scene_test(test_API3_datagram_server_refuses_other_sockets),
        scene_test(test_datagram_server_sends_within_its_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
