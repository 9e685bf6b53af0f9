/* SPDX-License-Identifier: MIT */
/*
 * test_server_unix.c - server and client on unix sockets, and servers on
 * listeners that have more than one socket.
 */
#include <stdio.h>

#include "support/scene.h"

#define PATH    "server.sock"
#define ADDRESS "unix:" PATH

static void serve_on(scene *s, const char *address)
{
    s->served.act = told_echo;
    assert_ok(duos_server_create(s->loop, &s->server_config, &s->server));
    assert_ok(duos_server_listen(s->server, address, NULL, &s->at));
    assert_ok(duos_addr_format(&s->at, s->address, sizeof s->address));
}

static void open_both(scene *s)
{
    scene_connect(s);
    scene_until(s, s->called.opens, 1);
    scene_until(s, s->served.opens, 1);
}

static void echo_through(scene *s, const char *address)
{
    duos_socket visitor;

    assert_ok(duos_dial(address, PATIENCE_MS, &visitor));
    scene_echo(s, visitor);
    net_close(&visitor);
}

/* The same as of the socket, which tests of local.h judge. */
static void check_credentials(duos_conn *conn)
{
    duos_credentials who;
    duos_err err;

    memset(&who, 0, sizeof who);
    err = duos_conn_credentials(conn, &who);
    assert_true(err == DUOS_OK || err == DUOS_ENOTSUP); /* older Windows */
    assert_true(err != DUOS_OK || who.known != 0);
    assert_err(DUOS_EINVAL, duos_conn_credentials(conn, NULL));
    assert_err(DUOS_EINVAL, duos_conn_credentials(NULL, &who));
}

static void test_server_on_a_path_serves_and_tidies_up(void **state)
{
    scene *s = (scene *)*state;
    duos_tuple tuple;
    duos_addr peer;

    net_need_unix(DUOS_STREAM);
    (void)remove(PATH);
    serve_on(s, ADDRESS);
    assert_string_equal(s->address, ADDRESS);
    open_both(s);
    /* The server's peer has no name, the client's has the path. */
    assert_ok(duos_conn_peer(s->served.conn, &peer));
    assert_int_equal(peer.family, DUOS_UNIX);
    assert_int_equal(peer.path_len, 0);
    assert_ok(duos_conn_peer(s->called.conn, &peer));
    assert_true(duos_addr_equal(&peer, &s->at));
    assert_ok(duos_conn_tuple(s->called.conn, &tuple));
    assert_true(duos_addr_equal(&tuple.remote, &s->at));
    check_credentials(s->served.conn);
    assert_ok(duos_conn_send(s->called.conn, "ping", 4));
    scene_until(s, s->called.datas, 1);
    echo_through(s, ADDRESS);
    assert_true(os_path_exists(PATH));
    duos_server_destroy(s->server);
    s->server = NULL;
    assert_false(os_path_exists(PATH));
}

/* A peer that has bound a long path of its own. */
static void test_server_names_a_peer_with_a_long_path(void **state)
{
    scene *s = (scene *)*state;
    char path[91] = "";
    duos_socket visitor;
    duos_addr own;
    duos_addr peer;

    net_need_unix(DUOS_STREAM);
    memset(path, 'c', sizeof path - 1);
    (void)remove(path);
    (void)remove(PATH);
    serve_on(s, ADDRESS);
    own = net_unix(path);
    visitor = net_open(DUOS_UNIX, DUOS_STREAM);
    assert_ok(duos_bind(visitor, &own));
    assert_ok(duos_connect(visitor, &s->at));
    scene_until(s, s->served.opens, 1);
    assert_ok(duos_conn_peer(s->served.conn, &peer));
    assert_true(duos_addr_equal(&peer, &own));
    net_close(&visitor);
    scene_until(s, s->served.closes, 1);
    assert_int_equal(remove(path), 0);
}

static void test_server_drain_removes_its_file_at_once(void **state)
{
    scene *s = (scene *)*state;

    net_need_unix(DUOS_STREAM);
    (void)remove(PATH);
    serve_on(s, ADDRESS);
    open_both(s);
    assert_ok(duos_server_drain(s->server, 1000));
    assert_false(os_path_exists(PATH));
    scene_until(s, s->served.closes, 1);
}

static void test_server_on_an_abstract_name(void **state)
{
    scene *s = (scene *)*state;
    char address[64];

    net_need_unix(DUOS_STREAM);
    if (!os_is_linux()) {
        skip_because("abstract names are Linux's own");
    }
    (void)snprintf(address, sizeof address, "unix:@duosock-server-%lx",
                   (unsigned long)net_now());
    serve_on(s, address);
    assert_string_equal(s->address, address);
    echo_through(s, address);
}

static void test_client_on_a_path_without_a_server_is_told(void **state)
{
    scene *s = (scene *)*state;

    net_need_unix(DUOS_STREAM);
    (void)remove(PATH);
    (void)snprintf(s->address, sizeof s->address, "%s", ADDRESS);
    scene_connect(s);
    scene_until(s, s->called.closes, 1);
    if (!os_is_windows()) {
        assert_int_equal(s->called.reason, DUOS_ENOENT);
    }
}

/* ---- listeners -------------------------------------------------------- */

static void test_server_localhost_takes_both_families(void **state)
{
    scene *s = (scene *)*state;
    char address[64];

    serve_on(s, "localhost:0");
    echo_through(s, s->address);
    if (!net_has_ipv6()) {
        skip_because("no ::1 on this machine");
    }
    (void)snprintf(address, sizeof address, "[::1]:%u", (unsigned)s->at.port);
    echo_through(s, address);
}

static void test_server_adopts_a_listener_or_leaves_it(void **state)
{
    scene *s = (scene *)*state;
    duos_listener none;
    duos_listener l;

    memset(&none, 0, sizeof none);
    s->served.act = told_echo;
    assert_ok(duos_listener_open("localhost:0", NULL, &l));
    assert_ok(duos_addr_format(&l.bound[0], s->address, sizeof s->address));
    assert_ok(duos_server_create(s->loop, &s->server_config, &s->server));
    assert_err(DUOS_EINVAL, duos_server_adopt_listener(NULL, &l));
    assert_err(DUOS_EINVAL, duos_server_adopt_listener(s->server, NULL));
    assert_err(DUOS_EINVAL, duos_server_adopt_listener(s->server, &none));
    assert_ok(duos_listener_open("udp:127.0.0.1:0", NULL, &none));
    assert_err(DUOS_EINVAL, duos_server_adopt_listener(s->server, &none));
    assert_int_equal(none.count, 1);
    duos_listener_close(&none);
    assert_ok(duos_server_adopt_listener(s->server, &l));
    assert_int_equal(l.count, 0);
    echo_through(s, s->address);
    assert_ok(duos_listener_open("127.0.0.1:0", NULL, &l));
    assert_ok(duos_server_drain(s->server, -1));
    assert_err(DUOS_ESTATE, duos_server_adopt_listener(s->server, &l));
    assert_int_equal(l.count, 1);
    duos_listener_close(&l);
}

/* Whichever allocation fails: the listener is whole afterwards. */
static void test_server_adopt_listener_without_memory_is_enomem(void **state)
{
    scene *s = (scene *)*state;
    duos_err err = DUOS_ENOMEM;
    duos_listener l;
    size_t k;
    size_t count;

    assert_ok(duos_listener_open("localhost:0", NULL, &l));
    count = l.count;
    assert_ok(duos_server_create(s->loop, &s->server_config, &s->server));
    failing_alloc_arm(&s->memory, 1, true);
    assert_err(DUOS_ENOMEM, duos_server_adopt_listener(s->server, &l));
    for (k = 1; k < 10 && err != DUOS_OK; k++) {
        assert_int_equal(l.count, count);
        assert_true(duos_socket_valid(l.socks[0]));
        failing_alloc_arm(&s->memory, k, false);
        err = duos_server_adopt_listener(s->server, &l);
        assert_true(err == DUOS_OK || err == DUOS_ENOMEM);
    }
    assert_int_equal(err, DUOS_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(test_server_on_a_path_serves_and_tidies_up),
        scene_test(test_server_names_a_peer_with_a_long_path),
        scene_test(test_server_drain_removes_its_file_at_once),
        scene_test(test_server_on_an_abstract_name),
        scene_test(test_client_on_a_path_without_a_server_is_told),
        scene_test(test_server_localhost_takes_both_families),
        scene_test(test_server_adopts_a_listener_or_leaves_it),
        scene_test(test_server_adopt_listener_without_memory_is_enomem),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
