/* SPDX-License-Identifier: MIT */
/*
 * test_udp.c - duosock serve on udp: addresses from outside: what it refuses
 * to be, what it answers and what not, what it says, and its end.
 */
#include "program/program.h"

#include <stdlib.h>

/* The address on the second line of the ready file, behind "udp:". */
static duos_addr udp_address(void)
{
    char *content = file_read(SERVER_READY, NULL);
    const char *second = strchr(content, '\n') + 1;
    duos_addr at;

    assert_int_equal(strncmp(second, "udp:", 4), 0);
    assert_ok(duos_addr_parse_n(second + 4, strcspn(second + 4, "\n"), &at));
    free(content);
    return at;
}

static duos_socket udp_open(duos_addr *at)
{
    duos_socket s = DUOS_SOCKET_INVALID;

    *at = duos_addr_loopback(DUOS_IPV4, at->port);
    assert_ok(duos_open(DUOS_IPV4, DUOS_DGRAM, DUOS_BLOCKING, &s));
    assert_ok(duos_bind(s, at));
    assert_ok(duos_local_addr(s, at));
    return s;
}

static bool answers(duos_socket s, const char *text, int64_t patience_ms)
{
    char got[64];
    size_t n = 0;
    duos_err err = duos_wait(s, DUOS_READ, patience_ms, NULL);

    if (err == DUOS_ETIMEDOUT) {
        return false;
    }
    assert_ok(err);
    assert_ok(duos_recvfrom(s, got, sizeof got, &n, NULL, NULL));
    assert_int_equal(n, strlen(text));
    assert_memory_equal(got, text, n);
    return true;
}

static void assert_usage(const char *const args[], const char *text)
{
    run_result r;

    program_run(&r, NULL, args);
    assert_int_equal(r.code, 2);
    assert_contains(r.err, text);
    run_free(&r);
}

/* ---- what it refuses to be --------------------------------------------- */

static void test_UD4_serve_udp_echo_needs_its_option(void **state)
{
    static const char *const alone[] = {"serve", "udp:127.0.0.1:0", NULL};
    static const char *const mixed[] = {"serve", "127.0.0.1:0",
                                        "udp4:localhost:0", NULL};

    (void)state;
    assert_usage(alone, "udp:127.0.0.1:0: an echo of datagrams needs "
                        "--allow-udp-echo");
    assert_usage(mixed, "--allow-udp-echo");
}

static void test_UD5_serve_udp_has_two_modes(void **state)
{
    static const char *const chat[] = {
        "serve", "--mode", "chat", "udp:127.0.0.1:0", "--allow-udp-echo", NULL};

    (void)state;
    assert_usage(chat, "--mode echo and --mode discard");
}

static void test_serve_udp_help_names_its_option(void **state)
{
    run_result r;

    (void)state;
    PROGRAM_RUN(&r, NULL, "serve", "--help");
    assert_int_equal(r.code, 0);
    assert_contains(r.out, "--allow-udp-echo ");
    assert_contains(r.out, "udp:127.0.0.1:7701 ");
    run_free(&r);
}

static void test_serve_udp_port_in_use_exits_4(void **state)
{
    duos_addr at = duos_addr_loopback(DUOS_IPV4, 0);
    duos_socket taken = udp_open(&at);
    char address[DUOS_ADDR_TEXT_MAX + 4] = "udp:";
    run_result r;

    (void)state;
    assert_ok(duos_addr_format(&at, address + 4, sizeof address - 4));
    PROGRAM_RUN(&r, NULL, "serve", "--allow-udp-echo", address);
    assert_int_equal(r.code, 4);
    assert_contains(r.err, address);
    assert_contains(r.err, "hint: ");
    run_free(&r);
    assert_ok(duos_close(&taken));
}

/* ---- what it does ------------------------------------------------------- */

static void test_serve_udp_echoes_beside_tcp(void **state)
{
    server s;
    duos_addr to;
    duos_addr mine = duos_addr_loopback(DUOS_IPV4, 0);
    duos_socket asker = udp_open(&mine);
    duos_socket peer;
    char line[128];
    char text[5];

    (void)state;
    SERVER_START(&s, "udp:127.0.0.1:0", "--allow-udp-echo", "--poller",
                 "select", "-v");
    to = udp_address();
    sprintf(line, "listening on 127.0.0.1:%u (udp, select)\n",
            (unsigned)to.port);
    server_assert_said(line);
    assert_ok(duos_sendto(asker, "hello", 5, &to));
    assert_true(answers(asker, "hello", PATIENCE_MS));
    assert_ok(duos_sendto(asker, "", 0, &to));
    assert_true(answers(asker, "", PATIENCE_MS));
    peer = peer_dial(s.address);
    assert_ok(duos_send_all(peer, "hello", 5, PATIENCE_MS, NULL));
    assert_ok(duos_recv_exact(peer, text, 5, PATIENCE_MS, NULL));
    assert_ok(duos_close(&peer));
    assert_ok(duos_close(&asker));
    server_stop(&s);
    if (!os_is_windows()) { /* where it is killed */
        server_assert_said("stats: 2 datagrams, 0 cut, 2 answered, 0 refused");
    }
}

static void test_serve_udp_discards_without_an_option(void **state)
{
    server s;
    duos_addr to;
    duos_addr mine = duos_addr_loopback(DUOS_IPV4, 0);
    duos_socket asker = udp_open(&mine);

    (void)state;
    SERVER_START(&s, "udp:*:0", "--mode", "discard");
    server_assert_said("note: everybody who can reach this machine can send");
    to = duos_addr_loopback(DUOS_IPV4, udp_address().port);
    assert_ok(duos_sendto(asker, "hello", 5, &to));
    assert_false(answers(asker, "hello", 300));
    assert_ok(duos_close(&asker));
    server_stop(&s);
}

/* Bound to the first of these ports that is free. */
static duos_socket open_at_one_of(const uint16_t *ports, size_t count)
{
    duos_socket s = DUOS_SOCKET_INVALID;
    size_t i;

    assert_ok(duos_open(DUOS_IPV4, DUOS_DGRAM, DUOS_BLOCKING, &s));
    for (i = 0; i < count; i++) {
        duos_addr at = duos_addr_loopback(DUOS_IPV4, ports[i]);

        if (duos_bind(s, &at) == DUOS_OK) {
            return s;
        }
    }
    assert_ok(duos_close(&s));
    return s;
}

/* Neither a service nor another of its kind; what is refused is counted. */
static void test_UD4_serve_udp_does_not_answer_services(void **state)
{
    static const uint16_t services[] = {11211, 27960, 27015};
    static const uint16_t echoes[] = {7701, 7702, 7703, 7704, 9999};
    server s;
    duos_addr to;
    duos_socket a = open_at_one_of(services, 3);
    duos_socket b = open_at_one_of(echoes, 5);

    (void)state;
    if (!duos_socket_valid(a) || !duos_socket_valid(b)) {
        duos_close(&a);
        duos_close(&b);
        skip_because("these ports are in use");
    }
    SERVER_START(&s, "udp:127.0.0.1:0", "--allow-udp-echo", "--stats=100ms",
                 "--json");
    to = udp_address();
    assert_ok(duos_sendto(a, "hello", 5, &to));
    assert_ok(duos_sendto(b, "hello", 5, &to));
    assert_false(answers(a, "hello", 300));
    assert_false(answers(b, "hello", 300));
    assert_ok(duos_close(&a));
    assert_ok(duos_close(&b));
    file_wait_for("server.out", "\"received\":2,\"truncated\":0,"
                                "\"answered\":0,\"refused\":2,");
    server_stop(&s);
}

/*
 * Two of these servers on one port of two addresses, and a datagram between
 * them: neither answers.
 */
static void test_UD4_serve_udp_twice_on_one_port_is_silent(void **state)
{
    server s;
    duos_addr to;
    duos_addr other;
    duos_socket twin = DUOS_SOCKET_INVALID;

    (void)state;
    SERVER_START(&s, "udp:127.0.0.1:0", "--allow-udp-echo");
    to = udp_address();
    other = duos_addr_ipv4(127, 0, 0, 2, to.port);
    assert_ok(duos_open(DUOS_IPV4, DUOS_DGRAM, DUOS_BLOCKING, &twin));
    if (duos_bind(twin, &other) != DUOS_OK) {
        assert_ok(duos_close(&twin));
        server_stop(&s);
        skip_because("only one address of loopback here");
    }
    assert_ok(duos_sendto(twin, "hello", 5, &to));
    assert_false(answers(twin, "hello", 300));
    assert_ok(duos_close(&twin));
    server_stop(&s);
}

/* Datagrams keep it going; without them it ends, with all sockets closed. */
static void test_serve_udp_exits_after_idle(void **state)
{
    duos_addr mine = duos_addr_loopback(DUOS_IPV4, 0);
    duos_socket asker = udp_open(&mine);
    duos_addr to;
    server s;
    int i;

    (void)state;
    SERVER_START(&s, "udp:127.0.0.1:0", "--allow-udp-echo",
                 "--exit-after-idle=1s");
    to = udp_address();
    for (i = 0; i < 12; i++) {
        assert_ok(duos_sendto(asker, "hello", 5, &to));
        assert_true(answers(asker, "hello", PATIENCE_MS));
        assert_false(answers(asker, "", 100));
    }
    assert_int_equal(process_wait(s.process), 0);
    assert_ok(duos_close(&asker));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PROGRAM_TEST(test_UD4_serve_udp_echo_needs_its_option),
        PROGRAM_TEST(test_UD5_serve_udp_has_two_modes),
        PROGRAM_TEST(test_serve_udp_help_names_its_option),
        PROGRAM_TEST(test_serve_udp_port_in_use_exits_4),
        PROGRAM_TEST(test_serve_udp_echoes_beside_tcp),
        PROGRAM_TEST(test_serve_udp_discards_without_an_option),
        PROGRAM_TEST(test_UD4_serve_udp_does_not_answer_services),
        PROGRAM_TEST(test_UD4_serve_udp_twice_on_one_port_is_silent),
        PROGRAM_TEST(test_serve_udp_exits_after_idle),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
