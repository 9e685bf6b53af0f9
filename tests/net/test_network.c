/* SPDX-License-Identifier: MIT */
/*
 * test_network.c - what a network does to a server: it vanishes, it floods
 * with connections that are never finished, and it remembers.
 */
#include "support/os_net.h"
#include "support/scene.h"

#include "conn_core.h"

/* ---- a network that vanishes ------------------------------------------ */

static void begin_without_limits(scene *s)
{
    s->server_config.limits.first_byte_ms = 0;
    s->server_config.limits.idle_ms = 0;
    s->server_config.limits.stall_ms = 0;
    s->served.act = told_echo;
    scene_serve(s);
}

/* Probes of the system, since no limit of ours is on. */
static void test_ST10_keepalive_ends_a_connection_that_vanished(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor, other, sock;
    uint64_t begin;

    begin_without_limits(s);
    other = scene_visit(s);
    visitor = scene_visit(s);
    sock = s->served.conn->stream.sock;
    scene_echo(s, visitor);
    if (!os_cut_off(visitor)) {
        net_close(&visitor);
        net_close(&other);
        skip_because("no network here can be cut off");
    }
    begin = net_now();
    assert_ok(duos_set_bool(sock, DUOS_OPT_KEEPALIVE, true));
    assert_ok(duos_set_int(sock, DUOS_OPT_KEEPALIVE_IDLE, 1));
    assert_ok(duos_set_int(sock, DUOS_OPT_KEEPALIVE_INTERVAL, 1));
    assert_ok(duos_set_int(sock, DUOS_OPT_KEEPALIVE_COUNT, 1));
    scene_until(s, s->served.closes, 1);
    assert_waited_at_least(begin, 1000);
    assert_int_equal(s->served.reason, DUOS_ETIMEDOUT);
    assert_int_equal(s->served.eofs, 0);
    scene_echo(s, other);
    net_close(&visitor);
    net_close(&other);
    scene_until(s, s->served.closes, 2);
}

/* What we send is never acknowledged. */
static void test_ST10_user_timeout_ends_a_connection_that_vanished(void **state)
{
    scene *s = (scene *)*state;
    duos_socket visitor;
    duos_socket sock;

    begin_without_limits(s);
    visitor = scene_visit(s);
    sock = s->served.conn->stream.sock;
    scene_echo(s, visitor);
    if (!os_cut_off(visitor)) {
        net_close(&visitor);
        skip_because("no network here can be cut off");
    }
    assert_ok(duos_set_ms(sock, DUOS_OPT_USER_TIMEOUT, 100));
    assert_ok(duos_conn_send(s->served.conn, "anybody there?", 14));
    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->served.reason, DUOS_ETIMEDOUT);
    net_close(&visitor);
}

/* Our own limits need nothing of the system. */
static void test_ST10_stall_limit_ends_a_connection_that_vanished(void **state)
{
    static unsigned char bulk[256 * 1024];
    scene *s = (scene *)*state;
    duos_socket visitor;

    s->server_config.limits.stall_ms = 60;
    scene_serve(s);
    visitor = scene_visit(s);
    if (!os_cut_off(visitor)) {
        net_close(&visitor);
        skip_because("no network here can be cut off");
    }
    while (duos_conn_send(s->served.conn, bulk, sizeof bulk) == DUOS_OK) {
    }
    scene_until(s, s->served.closes, 1);
    assert_int_equal(s->served.reason, DUOS_ESTALLED);
    net_close(&visitor);
}

/* ---- an island --------------------------------------------------------- */

#define need_island()                                                          \
    do {                                                                       \
        if (!os_begin_island()) {                                              \
            skip_because("no network of one's own without rights");            \
        }                                                                      \
    } while (0)

#define STORM 300

/* Who closes first has to wait for late packets; that is not the server. */
static void test_LO1_clients_that_close_first_leave_us_no_time_wait(
    void **state)
{
    scene *s = (scene *)*state;
    unsigned here = 99, there = 0;
    unsigned i;

    need_island();
    s->served.act = told_echo;
    scene_serve(s);
    for (i = 1; i <= STORM; i++) {
        duos_socket visitor = scene_visit(s);

        scene_echo(s, visitor);
        net_close(&visitor);
        scene_until(s, s->served.closes, i);
    }
    assert_true(os_count_tcp(OS_TIME_WAIT, s->at.port, 0, &here));
    assert_true(os_count_tcp(OS_TIME_WAIT, 0, s->at.port, &there));
    assert_int_equal(here, 0);
    assert_int_equal(there, STORM);
}

#define SYNS 20000

static void test_LO4_half_open_connections_cost_nothing(void **state)
{
    scene *s = (scene *)*state;
    unsigned half_open = 0;
    duos_socket visitor;
    size_t before;
    uint32_t i;

    need_island();
    s->served.act = told_echo;
    scene_serve(s);
    before = s->memory.bytes;
    for (i = 0; i < SYNS; i++) {
        assert_true(os_send_syn(i, &s->at));
    }
    assert_true(os_count_tcp(OS_SYN_RECV, s->at.port, 0, &half_open));
    assert_true(half_open > 0);
    assert_true(scene_count_turns(s, 100) < 20);
    assert_int_equal(s->served.opens, 0);
    assert_int_equal(s->memory.bytes, before);
    visitor = scene_visit(s); /* and the door is open all the same */
    scene_echo(s, visitor);
    net_close(&visitor);
    scene_until(s, s->served.closes, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(test_ST10_keepalive_ends_a_connection_that_vanished),
        scene_test(test_ST10_user_timeout_ends_a_connection_that_vanished),
        scene_test(test_ST10_stall_limit_ends_a_connection_that_vanished),
        scene_test(test_LO1_clients_that_close_first_leave_us_no_time_wait),
        scene_test(test_LO4_half_open_connections_cost_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
