/* SPDX-License-Identifier: MIT */
/*
 * test_sim_unix.c - unix sockets of simulated hosts: a space of names for
 * each, and sockets that travel; what holds for real ones, too, is tested by
 * simnet.local and its like.
 */
#include "sim_support.h"

static duos_socket unix_on(world *w, uint32_t host, duos_type type)
{
    duos_socket s;

    assert_ok(duos_sim_set_host(w->sim, host));
    assert_ok(duos_open(DUOS_UNIX, type, DUOS_NONBLOCK, &s));
    return s;
}

static duos_addr path(const char *text)
{
    duos_addr addr;

    assert_ok(duos_addr_unix(text, strlen(text), &addr));
    return addr;
}

static void test_sim_unix_name_belongs_to_its_host(void **state)
{
    world *w = (world *)*state;
    duos_addr at = path("sock");
    duos_socket a = unix_on(w, w->a, DUOS_STREAM);
    duos_socket b = unix_on(w, w->b, DUOS_STREAM);
    duos_socket again = unix_on(w, w->a, DUOS_STREAM);

    assert_ok(duos_bind(a, &at));
    assert_ok(duos_listen(a, 1));
    assert_err(DUOS_ENOENT, duos_connect(b, &at));
    assert_ok(duos_bind(b, &at));
    assert_err(DUOS_EADDRINUSE, duos_bind(again, &at));
    assert_ok(duos_connect(again, &at));
    close_both(&a, &b);
    expect_recv(DUOS_ECONNRESET, again);
    assert_ok(duos_close(&again));
    a = unix_on(w, w->a, DUOS_STREAM);
    assert_err(DUOS_ECONNREFUSED, duos_connect(a, &at)); /* it is left over */
    assert_err(DUOS_EADDRINUSE, duos_bind(a, &at));
    assert_ok(duos_close(&a));
}

static void test_sim_unix_linger_zero_is_a_plain_end(void **state)
{
    world *w = (world *)*state;
    duos_linger now = {true, 0};
    duos_socket two[2];

    assert_ok(duos_sim_set_host(w->sim, w->a));
    assert_ok(duos_socketpair(DUOS_STREAM, DUOS_BLOCKING, two));
    assert_ok(duos_set_linger(two[0], &now));
    assert_ok(duos_close(&two[0]));
    expect_recv(DUOS_EEOF, two[1]);
    assert_ok(duos_close(&two[1]));
}

static void test_sim_unix_listener_replaces_what_is_left_over(void **state)
{
    world *w = (world *)*state;
    duos_addr at = path("sock");
    duos_socket old = unix_on(w, w->a, DUOS_STREAM);
    duos_listener listener;
    duos_listener second;
    duos_socket s;

    assert_ok(duos_bind(old, &at));
    assert_ok(duos_close(&old));
    assert_ok(duos_listener_open("unix:sock", NULL, &listener));
    assert_err(DUOS_EADDRINUSE, duos_listener_open("unix:sock", NULL, &second));
    assert_ok(duos_dial("unix:sock", 100, &s));
    assert_ok(duos_close(&s));
    duos_listener_close(&listener);
    s = unix_on(w, w->a, DUOS_STREAM);
    assert_err(DUOS_ENOENT, duos_connect(s, &at));
    assert_ok(duos_close(&s));
}

static void test_trap_26_sim_unix_backlog_full_is_ebusy(void **state)
{
    world *w = (world *)*state;
    duos_addr at = path("sock");
    duos_socket listener = unix_on(w, w->a, DUOS_STREAM);
    duos_socket one = unix_on(w, w->a, DUOS_STREAM);
    duos_socket other = unix_on(w, w->a, DUOS_STREAM);

    assert_ok(duos_bind(listener, &at));
    assert_ok(duos_listen(listener, 1));
    assert_ok(duos_connect(one, &at));
    assert_err(DUOS_EBUSY, duos_connect(other, &at));
    assert_ok(duos_set_nonblocking(other, false));
    assert_err(DUOS_EDEADLOCK, duos_connect(other, &at)); /* nobody accepts */
    close_both(&one, &other);
    assert_ok(duos_close(&listener));
}

static void test_sim_unix_peer_is_the_host(void **state)
{
    world *w = (world *)*state;
    duos_socket ends[2];
    duos_credentials who;

    assert_ok(duos_sim_set_host(w->sim, w->b));
    assert_ok(duos_socketpair(DUOS_STREAM, DUOS_NONBLOCK, ends));
    assert_ok(duos_peer_credentials(ends[0], &who));
    assert_int_equal(who.known, DUOS_CREDENTIAL_PID | DUOS_CREDENTIAL_UID |
                                    DUOS_CREDENTIAL_GID);
    assert_int_equal(who.pid, w->b);
    close_both(&ends[0], &ends[1]);
}

static void test_sim_unix_socket_travels_and_outlives_its_number(void **state)
{
    world *w = (world *)*state;
    duos_addr at;
    duos_socket listener = listen_on_a(w, 0, &at);
    duos_socket client = open_on(w, w->b, DUOS_BLOCKING);
    duos_socket ends[2];
    duos_socket came;
    intptr_t handle;
    char text[8];
    size_t n;

    assert_ok(duos_sim_set_host(w->sim, w->a));
    assert_ok(duos_socketpair(DUOS_STREAM, DUOS_NONBLOCK, ends));
    assert_ok(duos_send_all(ends[0], "ab", 2, 0, NULL));
    assert_ok(duos_send_handle(ends[0], "c", 1, listener.os, &n));
    assert_ok(duos_close(&listener));
    assert_ok(duos_recv_handle(ends[1], text, sizeof text, &n, &handle));
    assert_int_equal(n, 2); /* what comes before it comes alone */
    assert_int_equal(handle, -1);
    assert_ok(duos_recv_handle(ends[1], text, sizeof text, &n, &handle));
    assert_int_equal(n, 1);
    came = duos_socket_from_os(handle);
    assert_ok(duos_connect(client, &at));
    assert_ok(duos_accept(came, 0, &listener, NULL));
    close_both(&client, &listener);
    close_both(&ends[0], &ends[1]);
    assert_ok(duos_close(&came));
    assert_int_equal(duos_sim_sockets(w->sim), 0);
}

/* While a sender waits for room: what it sends is closed, then there is. */
typedef struct meanwhile {
    duos_socket *sent;
    duos_socket receiver;
} meanwhile;

static void close_and_make_room(duos_timer *timer, void *user)
{
    static char block[1 << 16];
    meanwhile *m = (meanwhile *)user;
    size_t n;

    (void)timer;
    assert_ok(duos_close(m->sent));
    assert_ok(duos_recv(m->receiver, block, sizeof block, &n));
}

static void test_sim_unix_socket_closed_while_its_sender_waits_travels(
    void **state)
{
    static char block[1 << 16];
    world *w = (world *)*state;
    duos_loop *loop = loop_on(w, w->a);
    duos_addr at;
    duos_socket listener = listen_on_a(w, 0, &at);
    duos_socket client = open_on(w, w->b, DUOS_BLOCKING);
    duos_socket ends[2];
    meanwhile m = {NULL, DUOS_SOCKET_INVALID};
    duos_timer timer;
    intptr_t handle;
    char byte;
    size_t n;

    assert_ok(duos_sim_set_host(w->sim, w->a));
    assert_ok(duos_socketpair(DUOS_STREAM, DUOS_BLOCKING, ends));
    assert_ok(duos_send(ends[0], block, sizeof block, &n));
    assert_int_equal(n, sizeof block);
    m.sent = &listener;
    m.receiver = ends[1];
    assert_ok(duos_timer_init(&timer, loop, close_and_make_room, &m));
    assert_ok(duos_timer_start(&timer, 10));
    assert_ok(duos_send_handle(ends[0], "c", 1, listener.os, &n));
    assert_false(duos_socket_valid(listener));
    assert_ok(duos_recv_handle(ends[1], &byte, 1, &n, &handle));
    listener = duos_socket_from_os(handle);
    assert_ok(duos_connect(client, &at));
    close_both(&listener, &client);
    close_both(&ends[0], &ends[1]);
    end_loop(w, loop);
    assert_int_equal(duos_sim_sockets(w->sim), 0);
}

static void send_where_nobody_takes_it(world *w, duos_type type)
{
    duos_addr at;
    duos_socket listener = listen_on_a(w, 0, &at);
    duos_socket client = open_on(w, w->b, DUOS_BLOCKING);
    duos_socket ends[2];
    char byte;
    size_t n;

    assert_ok(duos_sim_set_host(w->sim, w->a));
    assert_ok(duos_socketpair(type, DUOS_NONBLOCK, ends));
    assert_ok(duos_send_handle(ends[0], "c", 1, listener.os, &n));
    assert_ok(duos_close(&listener));
    assert_ok(duos_recv(ends[1], &byte, 1, &n));
    assert_err(DUOS_ECONNREFUSED, duos_connect(client, &at));
    close_both(&ends[0], &ends[1]);
    assert_ok(duos_close(&client));
}

static void test_sim_unix_socket_that_nobody_takes_is_closed(void **state)
{
    send_where_nobody_takes_it((world *)*state, DUOS_DGRAM);
    send_where_nobody_takes_it((world *)*state, DUOS_STREAM);
}

static void test_sim_unix_datagrams_hold_their_sender_up(void **state)
{
    static char block[30000];
    world *w = (world *)*state;
    duos_socket ends[2];
    size_t n;

    assert_ok(duos_socketpair(DUOS_DGRAM, DUOS_NONBLOCK, ends));
    assert_ok(duos_send(ends[0], block, sizeof block, &n));
    assert_ok(duos_send(ends[0], block, sizeof block, &n));
    assert_err(DUOS_EWOULDBLOCK, duos_send(ends[0], block, sizeof block, &n));
    assert_ok(duos_recv(ends[1], block, sizeof block, &n));
    assert_ok(duos_send(ends[0], block, sizeof block, &n));
    assert_ok(duos_close(&ends[1]));
    expect_send(DUOS_ECONNREFUSED, ends[0]);
    expect_send(DUOS_ENOTCONN, ends[0]);
    assert_ok(duos_close(&ends[0]));
    assert_int_equal(duos_sim_sockets(w->sim), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define WORLD_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
        WORLD_TEST(test_sim_unix_name_belongs_to_its_host),
        WORLD_TEST(test_sim_unix_linger_zero_is_a_plain_end),
        WORLD_TEST(test_sim_unix_listener_replaces_what_is_left_over),
        WORLD_TEST(test_trap_26_sim_unix_backlog_full_is_ebusy),
        WORLD_TEST(test_sim_unix_peer_is_the_host),
        WORLD_TEST(test_sim_unix_socket_travels_and_outlives_its_number),
        WORLD_TEST(test_sim_unix_socket_closed_while_its_sender_waits_travels),
        WORLD_TEST(test_sim_unix_socket_that_nobody_takes_is_closed),
        WORLD_TEST(test_sim_unix_datagrams_hold_their_sender_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
