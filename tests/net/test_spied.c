/* SPDX-License-Identifier: MIT */
/*
 * test_spied.c - which calls duosock makes, where that is what a trap is
 * about, and what it makes of answers that no system gives on demand.
 */
#include "support/scene.h"
#include "support/spy.h"

#include <duosock/option.h>
#include <duosock/poller.h>

static int set_up(void **state)
{
    int result = scene_setup(state);

    spy_reset();
    return result;
}

static int tear_down(void **state)
{
    spy_reset();
    return scene_teardown(state);
}

/* ---- birth ------------------------------------------------------------- */

/* Trap 5: a flag of the call that opens it, so no fork can come between. */
static void test_trap_5_socket_is_born_uninheritable(void **state)
{
    duos_socket s;

    (void)state;
    assert_ok(duos_open(DUOS_IPV4, DUOS_STREAM, DUOS_BLOCKING, &s));
    net_close(&s);
    assert_ok(duos_open(DUOS_IPV4, DUOS_DGRAM, DUOS_NONBLOCK, &s));
    net_close(&s);
    if (!os_is_linux() && !os_is_windows()) {
        skip_because("the numbers of the flags are not known here");
    }
    assert_int_equal(spied.opened, 2);
    assert_int_equal(spied.inheritable, 0);
    assert_ok(duos_open_raw(DUOS_IPV4, DUOS_STREAM, &s));
    net_close(&s);
    assert_int_equal(spied.inheritable, 1); /* and the spy sees it */
}

/* The accepted ones, too; Windows has no flag there and clears it at once. */
static void test_trap_5_accepted_socket_is_born_uninheritable(void **state)
{
    pair p = net_pair(DUOS_IPV4);

    (void)state;
    assert_int_equal(spied.accepted, 1);
    assert_int_equal(spied.inheritable, 0);
    assert_false(os_is_inherited(p.server));
    net_close_pair(&p);
}

static void test_trap_7_socket_is_born_non_blocking(void **state)
{
    duos_socket s;
    pair p;

    (void)state;
    if (!os_is_linux()) {
        skip_because("no flag for it on this system, or another number");
    }
    p = net_pair(DUOS_IPV4); /* listener, client, accepted */
    assert_int_equal(spied.opened + spied.accepted, 3);
    assert_int_equal(spied.blocking, 0);
    net_close_pair(&p);
    assert_ok(duos_open(DUOS_IPV4, DUOS_STREAM, DUOS_BLOCKING, &s));
    assert_int_equal(spied.blocking, 1);
    net_close(&s);
}

/* ---- connect ----------------------------------------------------------- */

/*
 * Trap 32: three attempts, 2 s in all. Only where the number for "once" is
 * known, only on loopback.
 */
static void test_trap_32_refusal_on_loopback_counts_at_once(void **state)
{
    duos_addr at = net_deserted(DUOS_IPV4);
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);
    uint64_t begin = net_now();
    duos_err err;

    (void)state;
    err = duos_connect(s, &at);
    if (err == DUOS_EINPROGRESS) {
        net_await(s, DUOS_WRITE);
        err = duos_connect_result(s);
    }
    assert_int_equal(err, DUOS_ECONNREFUSED);
    assert_true(net_now() - begin < (uint64_t)1500 * 1000000);
    net_close(&s);
}

static void test_trap_32_attempts_are_given_up_on_loopback_only(void **state)
{
    duos_addr here = net_deserted(DUOS_IPV4);
    duos_addr there = duos_addr_ipv4(192, 0, 2, 1, 9); /* nobody has it */
    duos_socket s;
    int i;

    (void)state;
    if (!os_is_windows()) {
        skip_because("a refusal counts at once on this system");
    }
    spied.connect_error = spy_refused; /* nothing goes out */
    for (i = 0; i < 2; i++) {
        spied.know_keepidle = i == 1;
        s = net_open(DUOS_IPV4, DUOS_STREAM);
        assert_err(DUOS_ECONNREFUSED, duos_connect(s, &here));
        assert_err(DUOS_ECONNREFUSED, duos_connect(s, &there));
        net_close(&s);
        assert_int_equal(spied.believed, i);
    }
    s = net_open(DUOS_IPV4, DUOS_DGRAM);
    spied.know_keepidle = false; /* as for every datagram socket */
    assert_err(DUOS_ECONNREFUSED, duos_connect(s, &here));
    net_close(&s);
    assert_int_equal(spied.believed, 1);
}

/* Trap 33: no callback within the call, and the same one as for a late one. */
static void test_trap_33_SY8_refusal_at_once_is_told_like_a_late_one(
    void **state)
{
    scene *s = (scene *)*state;
    int i;

    scene_serve(s);
    for (i = 0; i < 2; i++) {
        unsigned closes = s->called.closes;

        if (i == 0) {
            spied.connect_error = spy_refused;
            scene_connect(s);
        } else {
            duos_addr at = net_deserted(DUOS_IPV4);
            char text[DUOS_ADDR_TEXT_MAX];

            spied.connect_error = 0;
            assert_ok(duos_addr_format(&at, text, sizeof text));
            assert_ok(duos_client_connect(s->client, text));
        }
        assert_int_equal(s->called.closes, closes);
        assert_non_null(duos_client_conn(s->client));
        scene_until(s, s->called.closes, closes + 1);
        assert_int_equal(s->called.reason, DUOS_ECONNREFUSED);
        assert_int_equal(s->called.opens, 0);
        scene_idle(s);
        assert_int_equal(s->called.closes, closes + 1);
    }
}

/* ---- sharing ----------------------------------------------------------- */

/*
 * Trap 14: with SO_REUSEADDR on Windows two servers have one port, and Wine
 * does not show it. So it must not be set there, and must be elsewhere.
 */
static void test_trap_14_listener_asks_for_a_port_of_its_own(void **state)
{
    duos_socket listener;

    (void)state;
    assert_ok(duos_listen_at("127.0.0.1:0", NULL, &listener, NULL));
    assert_int_equal(spied.reuse, os_is_windows() ? 0 : 1);
    assert_int_equal(spied.exclusive, os_is_windows() ? 1 : 0);
    assert_int_equal(spied.shared, 0);
    net_close(&listener);
}

/* ---- datagrams --------------------------------------------------------- */

/* Trap 48: 10054 from a datagram that got lost. */
static void test_trap_48_UD3_report_of_a_lost_datagram_ends_no_loop(
    void **state)
{
    duos_addr at;
    duos_socket s;
    duos_socket sender;
    char byte;
    size_t n;

    (void)state;
    if (!os_is_windows()) {
        skip_because("a socket without a peer gets no such report here");
    }
    s = net_bind(DUOS_IPV4, DUOS_DGRAM, &at);
    assert_int_equal(spied.silenced, 1);
    spied.lost = 3;
    assert_err(DUOS_EWOULDBLOCK, duos_recv(s, &byte, 1, &n));
    assert_int_equal(spied.lost, 0);
    sender = net_open(DUOS_IPV4, DUOS_DGRAM);
    assert_ok(duos_sendto(sender, "x", 1, &at));
    net_await(s, DUOS_READ);
    spied.lost = 3;
    assert_ok(duos_recvfrom(s, &byte, 1, &n, NULL, NULL));
    assert_int_equal(spied.lost, 0);
    assert_int_equal(byte, 'x');
    net_close(&sender);
    net_close(&s);
}

/* ---- accept ------------------------------------------------------------ */

/* Trap 37: what the network says of one connection is not the listener's. */
static void test_trap_37_SY3_errors_of_the_network_mean_take_the_next(
    void **state)
{
    duos_addr at;
    duos_socket listener = net_listen(DUOS_IPV4, 0, &at);
    duos_socket client = net_connect(&at);
    duos_socket server;
    size_t i;

    (void)state;
    net_await(listener, DUOS_READ);
    for (i = 0; i < spy_network_error_count; i++) {
        spied.accept_errors[i] = spy_network_errors[i];
    }
    for (i = 0; i < spy_network_error_count; i++) {
        assert_err(DUOS_ECONNABORTED, duos_accept(listener, 0, &server, NULL));
    }
    assert_ok(duos_accept(listener, DUOS_NONBLOCK, &server, NULL));
    net_exchange(client, server);
    net_close(&client);
    net_close(&server);
    net_close(&listener);
}

static void test_trap_37_SY3_server_takes_the_next(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;
    size_t i;

    s->served.act = told_echo;
    scene_serve(s);
    for (i = 0; i < spy_network_error_count; i++) {
        spied.accept_errors[i] = spy_network_errors[i];
    }
    visitor = scene_visit(s);
    scene_echo(s, visitor);
    assert_int_equal(s->served.errors, 0);
    net_close(&visitor);
    scene_until(s, s->served.closes, 1);
}

/* Trap 38: a listener that stays readable must not make the loop spin. */
static void test_trap_38_SY4_server_pauses_when_no_descriptor_is_left(
    void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;

    s->served.act = told_echo;
    scene_serve(s);
    spied.accept_always = spy_no_descriptor;
    visitor = net_connect(&s->at);
    scene_until(s, s->served.errors, 1);
    assert_int_equal(s->served.error, DUOS_EMFILE);
    assert_true(scene_count_turns(s, 300) < 30);
    assert_int_equal(s->served.errors, 1); /* once for each shortage */
    assert_int_equal(s->served.opens, 0);
    spied.accept_always = 0;
    scene_until(s, s->served.opens, 1); /* by itself */
    scene_echo(s, visitor);
    net_close(&visitor);
    scene_until(s, s->served.closes, 1);
}

/* Trap 39: the peer is gone, and with it its address. */
static void test_trap_39_accept_without_an_address_gives_the_unspecified(
    void **state)
{
    duos_addr at;
    duos_socket listener = net_listen(DUOS_IPV4, 0, &at);
    duos_socket client = net_connect(&at);
    duos_socket server;
    duos_addr peer;

    (void)state;
    net_await(listener, DUOS_READ);
    memset(&peer, 0xa5, sizeof peer);
    spied.forget_peer = true;
    assert_ok(duos_accept(listener, DUOS_NONBLOCK, &server, &peer));
    assert_int_equal(peer.family, DUOS_UNSPEC);
    assert_int_equal(peer.port, 0);
    net_exchange(client, server);
    net_close(&client);
    net_close(&server);
    net_close(&listener);
}

/* ---- the send buffer --------------------------------------------------- */

/*
 * Trap 52: Windows says how much it would like to hold and leaves it to the
 * program; the others see to it, but only as long as nobody sets a size.
 */
static void test_trap_52_blocked_connection_gets_the_buffer_it_needs(
    void **state)
{
    static const char zeros[1 << 20];
    scene *s = (scene *)*state;
    duos_socket visitor;
    unsigned settings;

    spied.ideal = 3 << 20;
    s->server_config.limits.queue_max = 64 << 20;
    scene_serve(s);
    visitor = scene_visit(s);
    settings = spied.send_buffers;
    assert_ok(duos_conn_send(s->served.conn, "x", 1)); /* fits: no question */
    assert_int_equal(spied.send_buffers, settings);
    while (spied.send_buffers == settings &&
           duos_conn_queued(s->served.conn) < (8 << 20)) {
        assert_ok(duos_conn_send(s->served.conn, zeros, sizeof zeros));
    }
    if (os_is_windows()) {
        assert_int_equal(spied.send_buffers, settings + 1);
        assert_int_equal(spied.send_buffer, 3 << 20);
    } else {
        assert_int_equal(spied.send_buffers, 0);
    }
    net_close(&visitor);
    scene_until(s, s->served.closes, 1);
}

static void test_trap_52_send_all_gets_the_buffer_it_needs(void **state)
{
    static const char zeros[1 << 20];
    pair p = net_pair(DUOS_IPV4);
    size_t sent = 0;
    int i;

    (void)state;
    spied.ideal = 3 << 20;
    for (i = 0; i < 32 && spied.send_buffers == 0; i++) {
        if (duos_send_all(p.client, zeros, sizeof zeros, 0, &sent) != DUOS_OK) {
            break;
        }
    }
    assert_int_equal(spied.send_buffers, os_is_windows() ? 1 : 0);
    net_close_pair(&p);
}

/* ---- the wake-up ------------------------------------------------------- */

/* Trap 68: no connection over loopback, which a firewall may forbid. */
static void test_trap_68_wakeup_needs_no_connection(void **state)
{
    duos_poller *poller;
    duos_poll_event event;
    unsigned opened = spied.opened;
    size_t n = 9;
    bool afd;

    (void)state;
    assert_ok(duos_poller_create(NULL, &poller));
    afd = duos_poller_backend_of(poller) == DUOS_POLLER_AFD;
    assert_ok(duos_poller_wakeup(poller));
    assert_ok(duos_poller_wait(poller, &event, 1, -1, &n));
    assert_int_equal(n, 0);
    assert_int_equal(spied.opened_tcp, 0);
    assert_int_equal(spied.pairs, 0);
    assert_int_equal(spied.accepted, 0);
    if (!os_is_windows() || afd) {
        assert_int_equal(spied.opened, opened);
        assert_int_equal(spied.connects, 0);
    } else {
        /* select has nothing else: one datagram socket, its own peer */
        assert_int_equal(spied.opened, opened + 1);
    }
    duos_poller_destroy(poller);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        TEST(test_trap_5_socket_is_born_uninheritable),
        TEST(test_trap_5_accepted_socket_is_born_uninheritable),
        TEST(test_trap_7_socket_is_born_non_blocking),
        TEST(test_trap_32_refusal_on_loopback_counts_at_once),
        TEST(test_trap_32_attempts_are_given_up_on_loopback_only),
        TEST(test_trap_33_SY8_refusal_at_once_is_told_like_a_late_one),
        TEST(test_trap_14_listener_asks_for_a_port_of_its_own),
        TEST(test_trap_48_UD3_report_of_a_lost_datagram_ends_no_loop),
        TEST(test_trap_37_SY3_errors_of_the_network_mean_take_the_next),
        TEST(test_trap_37_SY3_server_takes_the_next),
        TEST(test_trap_38_SY4_server_pauses_when_no_descriptor_is_left),
        TEST(test_trap_39_accept_without_an_address_gives_the_unspecified),
        TEST(test_trap_52_blocked_connection_gets_the_buffer_it_needs),
        TEST(test_trap_52_send_all_gets_the_buffer_it_needs),
        TEST(test_trap_68_wakeup_needs_no_connection),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
