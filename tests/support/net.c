/* SPDX-License-Identifier: MIT */
/*
 * net.c - sockets as tests want them, made with public functions only.
 */
#include "support/net.h"

#include <duosock/option.h>

#include "sys.h"

/* A port that this process keeps for nobody to listen on; 0 for none yet. */
static uint16_t deserted_port;

bool net_has_ipv6(void)
{
    duos_addr at = duos_addr_loopback(DUOS_IPV6, 0);
    duos_socket s;
    bool has;

    if (duos_open(DUOS_IPV6, DUOS_STREAM, DUOS_NONBLOCK, &s) != DUOS_OK) {
        return false;
    }
    has = duos_bind(s, &at) == DUOS_OK;
    net_close(&s);
    return has;
}

bool net_has_unix(duos_type type)
{
    duos_socket s;
    duos_err err = duos_open(DUOS_UNIX, type, DUOS_NONBLOCK, &s);

    if (err == DUOS_OK) {
        net_close(&s);
        return true;
    }
    assert_true(err == DUOS_EAFNOSUPPORT || err == DUOS_ENOTSUP);
    return false;
}

duos_addr net_unix(const char *path)
{
    duos_endpoint end;
    char text[DUOS_ADDR_TEXT_MAX] = "unix:";

    assert_true(strlen(path) + sizeof "unix:" <= sizeof text);
    memcpy(text + 5, path, strlen(path) + 1);
    assert_ok(duos_endpoint_parse(text, &end));
    return end.addr;
}

duos_socket net_open(duos_family family, duos_type type)
{
    duos_socket s = DUOS_SOCKET_INVALID;

    assert_ok(duos_open(family, type, DUOS_NONBLOCK, &s));
    return s;
}

duos_socket net_bind(duos_family family, duos_type type, duos_addr *at)
{
    duos_socket s = net_open(family, type);

    *at = duos_addr_loopback(family, 0);
    assert_ok(duos_bind(s, at));
    assert_ok(duos_local_addr(s, at));
    return s;
}

duos_socket net_listen(duos_family family, int backlog, duos_addr *at)
{
    duos_socket s = net_bind(family, DUOS_STREAM, at);

    assert_ok(duos_listen(s, backlog));
    return s;
}

duos_socket net_connect(const duos_addr *at)
{
    duos_socket s = net_open((duos_family)at->family, DUOS_STREAM);
    duos_err err = duos_connect(s, at);

    if (err == DUOS_EINPROGRESS) {
        net_await(s, DUOS_WRITE);
        err = duos_connect_result(s);
    }
    assert_ok(err);
    assert_ok(duos_set_bool(s, DUOS_OPT_NODELAY, true));
    return s;
}

duos_socket net_accept(duos_socket listener)
{
    duos_socket s = DUOS_SOCKET_INVALID;

    net_await(listener, DUOS_READ);
    assert_ok(duos_accept(listener, DUOS_NONBLOCK, &s, NULL));
    return s;
}

pair net_pair(duos_family family)
{
    duos_addr at;
    duos_socket listener = net_listen(family, 0, &at);
    pair p;

    p.client = net_connect(&at);
    p.server = net_accept(listener);
    assert_ok(duos_set_bool(p.server, DUOS_OPT_NODELAY, true));
    net_close(&listener);
    return p;
}

void net_close_pair(pair *p)
{
    net_close(&p->client);
    net_close(&p->server);
}

/* Takes one port in both families; false if somebody has it in one. */
static bool reserve(void)
{
    duos_addr at;
    duos_socket v4 = net_bind(DUOS_IPV4, DUOS_STREAM, &at);
    duos_socket v6;

    deserted_port = at.port;
    if (!net_has_ipv6()) {
        return true;
    }
    v6 = net_open(DUOS_IPV6, DUOS_STREAM);
    at = duos_addr_loopback(DUOS_IPV6, deserted_port);
    if (duos_bind(v6, &at) == DUOS_OK) {
        return true;
    }
    net_close(&v4);
    net_close(&v6);
    return false;
}

/*
 * The port is kept until the process ends, bound but without a listener, so
 * nobody else can get it and everybody is refused.
 */
duos_addr net_deserted(duos_family family)
{
    while (deserted_port == 0 && !reserve()) {
        deserted_port = 0;
    }
    return duos_addr_loopback(family, deserted_port);
}

void net_reset(duos_socket *s)
{
    const duos_linger drop = {true, 0};

    assert_ok(duos_set_linger(*s, &drop));
    net_close(s);
}

unsigned net_await(duos_socket s, unsigned want)
{
    unsigned got = 0;

    assert_ok(duos_wait(s, want, PATIENCE_MS, &got));
    return got;
}

size_t net_fill(duos_socket s)
{
    static const char zeros[65536];
    size_t total = 0;
    size_t sent = 0;

    do {
        total += sent;
        sent = 0;
    } while (duos_send(s, zeros, sizeof zeros, &sent) == DUOS_OK);
    return total;
}

void net_exchange(duos_socket from, duos_socket to)
{
    char text[5] = "";

    assert_ok(duos_send_all(from, "hello", 5, PATIENCE_MS, NULL));
    assert_ok(duos_recv_exact(to, text, 5, PATIENCE_MS, NULL));
    assert_memory_equal(text, "hello", 5);
}

void net_close(duos_socket *s)
{
    assert_ok(duos_close(s));
    assert_false(duos_socket_valid(*s));
}

uint64_t net_now(void)
{
    return sys_now_ns();
}

/* What tests allow for a machine that has other things to do. */
#define SLACK_MS 5000

void assert_waited_at_least(uint64_t begin, int64_t timeout_ms)
{
    uint64_t waited = sys_now_ns() - begin;

    if (waited < (uint64_t)timeout_ms * 1000000) {
        print_error("waited %lu us of %ld ms\n", (unsigned long)(waited / 1000),
                    (long)timeout_ms);
        fail();
    }
}

void assert_waited_less_than(uint64_t begin, int64_t timeout_ms)
{
    uint64_t limit = (uint64_t)(timeout_ms + SLACK_MS) * 1000000;

    assert_true(sys_now_ns() - begin < limit);
}
