/* SPDX-License-Identifier: MIT */
/*
 * test_listen_fallback.c - listening where the system lacks something: the
 * linker puts this file's sys_open, sys_bind, sys_listen and sys_opt_set
 * before the platform's, and each test says what they refuse.
 */
#include "support/net.h"

#include "sys.h"

static struct {
    bool no_dual;         /* OpenBSD: IPv6 sockets take IPv6 alone */
    bool no_ipv6;         /* the kernel was built without */
    bool no_ipv6_address; /* IPv6 is there, but switched off */
    unsigned busy_binds;  /* the next binds of IPv4: the port is taken */
    unsigned busy_listens;
    unsigned opened;
    unsigned binds;
} lacks;

duos_err __real_sys_open(duos_family family, duos_type type, unsigned flags,
                         duos_socket *out);
duos_err __real_sys_bind(duos_socket s, const duos_addr *addr);
duos_err __real_sys_listen(duos_socket s, int backlog);
duos_err __real_sys_opt_set(duos_socket s, duos_opt opt,
                            const sys_optval *value);
duos_err __wrap_sys_open(duos_family family, duos_type type, unsigned flags,
                         duos_socket *out);
duos_err __wrap_sys_bind(duos_socket s, const duos_addr *addr);
duos_err __wrap_sys_listen(duos_socket s, int backlog);
duos_err __wrap_sys_opt_set(duos_socket s, duos_opt opt,
                            const sys_optval *value);

duos_err __wrap_sys_open(duos_family family, duos_type type, unsigned flags,
                         duos_socket *out)
{
    if (lacks.no_ipv6 && family == DUOS_IPV6) {
        return DUOS_EAFNOSUPPORT;
    }
    lacks.opened++;
    return __real_sys_open(family, type, flags, out);
}

duos_err __wrap_sys_bind(duos_socket s, const duos_addr *addr)
{
    lacks.binds++;
    if (lacks.no_ipv6_address && addr->family == DUOS_IPV6) {
        return DUOS_EADDRNOTAVAIL;
    }
    if (lacks.busy_binds > 0 && addr->family == DUOS_IPV4) {
        lacks.busy_binds--;
        return DUOS_EADDRINUSE;
    }
    return __real_sys_bind(s, addr);
}

duos_err __wrap_sys_listen(duos_socket s, int backlog)
{
    if (lacks.busy_listens > 0) {
        lacks.busy_listens--;
        return DUOS_EADDRINUSE;
    }
    return __real_sys_listen(s, backlog);
}

duos_err __wrap_sys_opt_set(duos_socket s, duos_opt opt,
                            const sys_optval *value)
{
    if (lacks.no_dual && opt == DUOS_OPT_V6ONLY && !value->on) {
        return DUOS_EINVAL;
    }
    return __real_sys_opt_set(s, opt, value);
}

static int lack_nothing(void **state)
{
    (void)state;
    memset(&lacks, 0, sizeof lacks);
    return 0;
}

#define fallback_test(name)                                                    \
    cmocka_unit_test_setup_teardown(name, lack_nothing, lack_nothing)

static void test_trap_18_AD4_no_dual_stack_gives_two_sockets_on_one_port(
    void **state)
{
    duos_listener l;
    duos_socket s;

    (void)state;
    net_need(DUOS_IPV6);
    lacks.no_dual = true;
    assert_ok(duos_listener_open("*:0", NULL, &l));
    assert_int_equal(l.count, 2);
    assert_int_equal(l.bound[0].family, DUOS_IPV6);
    assert_int_equal(l.bound[1].family, DUOS_IPV4);
    assert_int_equal(l.bound[0].port, l.bound[1].port);
    assert_int_not_equal(l.bound[0].port, 0);
    l.bound[1] = duos_addr_loopback(DUOS_IPV4, l.bound[1].port);
    s = net_connect(&l.bound[1]);
    net_await(l.socks[1], DUOS_READ);
    net_close(&s);
    duos_listener_close(&l);
}

static void test_trap_18_no_dual_stack_for_datagrams_either(void **state)
{
    duos_listener l;

    (void)state;
    net_need(DUOS_IPV6);
    lacks.no_dual = true;
    assert_ok(duos_listener_open("udp:*:0", NULL, &l));
    assert_int_equal(l.count, 2);
    assert_int_equal(l.bound[0].port, l.bound[1].port);
    duos_listener_close(&l);
}

static void test_trap_18_SY6_no_ipv6_gives_ipv4_alone(void **state)
{
    static const char *const texts[] = {"*:0", "localhost:0"};
    duos_listener l;
    duos_socket s;
    duos_addr at;
    size_t i;

    (void)state;
    for (i = 0; i < 4; i++) {
        memset(&lacks, 0, sizeof lacks);
        lacks.no_ipv6 = i < 2;
        lacks.no_ipv6_address = i >= 2;
        assert_ok(duos_listener_open(texts[i % 2], NULL, &l));
        assert_int_equal(l.count, 1);
        assert_int_equal(l.bound[0].family, DUOS_IPV4);
        duos_listener_close(&l);
    }
    lacks.no_ipv6 = true;
    assert_ok(duos_listen_at("*:0", NULL, &s, &at));
    assert_int_equal(at.family, DUOS_IPV4);
    net_close(&s);
    assert_err(DUOS_EAFNOSUPPORT, duos_listener_open("[::1]:0", NULL, &l));
}

/* It takes the same way, and the first of its sockets. */
static void test_trap_18_listen_at_is_the_first_of_listener_open(void **state)
{
    duos_listen_options options;
    duos_listener l;
    duos_socket s;
    duos_addr at;

    (void)state;
    duos_listen_options_init(&options);
    options.v6only = true;
    lacks.no_ipv6 = true;
    assert_err(DUOS_EAFNOSUPPORT, duos_listener_open("*:0", &options, &l));
    assert_err(DUOS_EAFNOSUPPORT, duos_listen_at("*:0", &options, &s, NULL));
    (void)lack_nothing(NULL);
    net_need(DUOS_IPV6);
    lacks.no_dual = true;
    lacks.opened = 0;
    assert_ok(duos_listen_at("*:0", NULL, &s, &at));
    assert_int_equal(at.family, DUOS_IPV6);
    assert_int_equal(lacks.opened, 2); /* one that was to be both */
    net_close(&s);
    (void)lack_nothing(NULL);
    assert_ok(duos_listen_at("localhost:0", NULL, &s, &at));
    assert_int_equal(at.family, DUOS_IPV4);
    assert_int_equal(lacks.opened, 1);
    net_close(&s);
}

static void test_listener_draws_ports_until_both_families_have_one(void **state)
{
    duos_listener l;

    (void)state;
    net_need(DUOS_IPV6);
    lacks.no_dual = true;
    lacks.busy_binds = 5;
    assert_ok(duos_listener_open("*:0", NULL, &l));
    assert_int_equal(l.count, 2);
    assert_int_equal(lacks.busy_binds, 0);
    duos_listener_close(&l);
    lacks.busy_binds = UINT32_MAX; /* not for ever */
    assert_err(DUOS_EADDRINUSE, duos_listener_open("*:0", NULL, &l));
    assert_between(lacks.binds, 10, 100);
}

/* A port that was asked for is not drawn again. */
static void test_trap_20_in_use_at_listen_is_in_use_at_bind(void **state)
{
    char text[DUOS_ADDR_TEXT_MAX];
    duos_listener l;
    duos_socket s;
    duos_addr at;

    (void)state;
    s = net_bind(DUOS_IPV4, DUOS_STREAM, &at);
    net_close(&s);
    assert_ok(duos_addr_format(&at, text, sizeof text));
    lacks.busy_listens = 1;
    lacks.opened = 0;
    assert_err(DUOS_EADDRINUSE, duos_listener_open(text, NULL, &l));
    assert_int_equal(lacks.opened, 1);
    lacks.busy_listens = 1;
    assert_err(DUOS_EADDRINUSE, duos_listen_at(text, NULL, &s, NULL));
    lacks.busy_listens = 1; /* but a port of the system's choice is */
    assert_ok(duos_listener_open("localhost:0", NULL, &l));
    duos_listener_close(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        fallback_test(
            test_trap_18_AD4_no_dual_stack_gives_two_sockets_on_one_port),
        fallback_test(test_trap_18_no_dual_stack_for_datagrams_either),
        fallback_test(test_trap_18_SY6_no_ipv6_gives_ipv4_alone),
        fallback_test(test_trap_18_listen_at_is_the_first_of_listener_open),
        fallback_test(test_listener_draws_ports_until_both_families_have_one),
        fallback_test(test_trap_20_in_use_at_listen_is_in_use_at_bind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
