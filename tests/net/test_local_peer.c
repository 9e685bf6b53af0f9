/* SPDX-License-Identifier: MIT */
/*
 * test_local_peer.c - who the peer of a unix socket is, and handles that
 * travel through one. Names are abstract where there are such, so that no
 * file is left; elsewhere the current folder has it.
 */
#include <stdio.h>

#include "support/net.h"

#define PATH "peer.sock"

static pair local_pair(void)
{
    duos_addr at = net_unix(PATH);
    duos_socket listener = net_open(DUOS_UNIX, DUOS_STREAM);
    pair p;

    (void)remove(PATH);
    assert_ok(duos_bind(listener, &at));
    assert_ok(duos_listen(listener, 0));
    p.client = net_open(DUOS_UNIX, DUOS_STREAM);
    assert_ok(duos_connect(p.client, &at));
    p.server = net_accept(listener);
    net_close(&listener);
    assert_int_equal(remove(PATH), 0);
    return p;
}

/* A socket that is closed: its number is not open, or is not ours. */
static duos_socket closed_socket(void)
{
    duos_socket s = net_open(DUOS_IPV4, DUOS_STREAM);
    duos_socket copy = s;

    net_close(&s);
    return copy;
}

/* ---- credentials ------------------------------------------------------ */

static void test_UX_peer_credentials_are_this_process(void **state)
{
    duos_credentials at_server;
    duos_credentials at_client;
    uint64_t pid;
    uint32_t uid;
    uint32_t gid;
    pair p;

    (void)state;
    net_need_unix(DUOS_STREAM);
    p = local_pair();
    assert_true(os_get_self(&pid, &uid, &gid));
    assert_ok(duos_peer_credentials(p.server, &at_server));
    assert_ok(duos_peer_credentials(p.client, &at_client));
    assert_int_not_equal(at_server.known, 0);
    if ((at_server.known & DUOS_CREDENTIAL_PID) != 0) {
        assert_true(at_server.pid == pid);
    }
    if ((at_server.known & DUOS_CREDENTIAL_UID) != 0) {
        assert_int_equal(at_server.uid, uid);
    }
    if ((at_server.known & DUOS_CREDENTIAL_GID) != 0) {
        assert_int_equal(at_server.gid, gid);
    }
    if (os_is_linux()) {
        assert_int_equal(at_client.known, 7);
        assert_true(at_client.pid == pid);
    }
    net_close_pair(&p);
}

static void test_peer_credentials_of_others_are_refused(void **state)
{
    duos_credentials who;
    duos_credentials before;
    duos_socket s;
    pair tcp = net_pair(DUOS_IPV4);

    (void)state;
    memset(&before, 0xa5, sizeof before);
    who = before;
    assert_err(DUOS_EINVAL, duos_peer_credentials(tcp.client, NULL));
    assert_err(DUOS_ENOTSUP, duos_peer_credentials(tcp.client, &who));
    net_close_pair(&tcp);
    assert_err(DUOS_EBADF, duos_peer_credentials(closed_socket(), &who));
    if (net_has_unix(DUOS_DGRAM)) {
        s = net_open(DUOS_UNIX, DUOS_DGRAM);
        assert_err(DUOS_ENOTSUP, duos_peer_credentials(s, &who));
        net_close(&s);
    }
    assert_memory_equal(&who, &before, sizeof who);
}

/* Linux would tell a listener of itself, and an open socket of nobody. */
static void test_peer_credentials_without_a_peer_are_enotconn(void **state)
{
    duos_credentials who;
    duos_addr at;
    duos_socket s;

    (void)state;
    net_need_unix(DUOS_STREAM);
    at = net_unix(PATH);
    s = net_open(DUOS_UNIX, DUOS_STREAM);
    if (os_is_windows()) {
        net_close(&s);
        skip_because("Windows tells no address before bind or connect");
    }
    assert_err(DUOS_ENOTCONN, duos_peer_credentials(s, &who));
    (void)remove(PATH);
    assert_ok(duos_bind(s, &at));
    assert_ok(duos_listen(s, 0));
    assert_err(DUOS_ENOTCONN, duos_peer_credentials(s, &who));
    net_close(&s);
    assert_int_equal(remove(PATH), 0);
}

/* ---- handles ---------------------------------------------------------- */

#define need_handles()                                                         \
    do {                                                                       \
        net_need_unix(DUOS_STREAM);                                            \
        if (os_is_windows()) {                                                 \
            skip_because("handles do not travel on Windows");                  \
        }                                                                      \
    } while (0)

static duos_socket receive_socket(duos_socket s)
{
    intptr_t handle = -1;
    size_t n;
    char byte;

    net_await(s, DUOS_READ);
    assert_ok(duos_recv_handle(s, &byte, 1, &n, &handle));
    assert_int_equal(n, 1);
    assert_int_not_equal(handle, -1);
    return duos_socket_from_os(handle);
}

static void test_handle_travels_and_works_there(void **state)
{
    size_t sent = 0;
    duos_socket got;
    pair p;
    pair tcp;

    (void)state;
    need_handles();
    p = local_pair();
    tcp = net_pair(DUOS_IPV4);
    assert_ok(duos_send_handle(p.client, "h", 1, duos_socket_to_os(tcp.server),
                               &sent));
    assert_int_equal(sent, 1);
    net_close(&tcp.server); /* it is under way */
    got = receive_socket(p.server);
    assert_false(os_is_inherited(got));
    net_exchange(tcp.client, got);
    net_exchange(got, tcp.client);
    net_close(&got);
    net_close(&tcp.client);
    net_close_pair(&p);
}

static void test_handle_absent_is_minus_1(void **state)
{
    char data[8];
    intptr_t handle = 5;
    size_t n = 0;
    pair p;

    (void)state;
    need_handles();
    p = local_pair();
    assert_ok(duos_send_all(p.client, "plain", 5, PATIENCE_MS, NULL));
    net_await(p.server, DUOS_READ);
    assert_ok(duos_recv_handle(p.server, data, sizeof data, &n, &handle));
    assert_int_equal(n, 5);
    assert_true(handle == -1);
    net_close_pair(&p);
}

/* How often a pipe's far end is open is seen by when it ends. */
static void test_handles_surplus_are_closed(void **state)
{
    intptr_t handles[3];
    duos_socket got;
    char byte;
    size_t n;
    pair p;
    pair tcp;

    (void)state;
    need_handles();
    p = local_pair();
    tcp = net_pair(DUOS_IPV4);
    handles[0] = duos_socket_to_os(tcp.client);
    handles[1] = handles[2] = duos_socket_to_os(tcp.server);
    assert_true(os_send_handles(p.client, 1, handles, 3));
    net_close(&tcp.server);
    got = receive_socket(p.server);
    net_await(tcp.client, DUOS_READ); /* nobody has the other end any more */
    assert_err(DUOS_EEOF, duos_recv(got, &byte, 1, &n));
    net_close(&got);
    net_close(&tcp.client);
    net_close_pair(&p);
}

static void test_handles_lost_for_want_of_descriptors_are_emfile(void **state)
{
    intptr_t handles[2];
    intptr_t handle = -7;
    size_t n = 99;
    duos_err err;
    char byte;
    pair p;
    pair tcp;

    (void)state;
    need_handles();
    p = local_pair();
    tcp = net_pair(DUOS_IPV4);
    handles[0] = handles[1] = duos_socket_to_os(tcp.server);
    assert_true(os_send_handles(p.client, 1, handles, 2));
    assert_true(os_send_handles(p.client, 1, handles, 2));
    net_await(p.server, DUOS_READ);
    if (!os_begin_shortage()) {
        skip_because("descriptors cannot be made scarce here");
    }
    err = duos_recv_handle(p.server, &byte, 1, &n, &handle);
    os_end_shortage();
    assert_int_equal(err, DUOS_EMFILE);
    assert_true(os_begin_shortage());
    assert_err(DUOS_EMFILE, duos_recv_handle(p.server, &byte, 1, &n, &handle));
    os_end_shortage();
    assert_int_equal(n, 99);
    assert_true(handle == -7);
    net_close(&tcp.server);
    net_await(tcp.client, DUOS_READ); /* all of them are closed */
    net_close(&tcp.client);
    net_close_pair(&p);
}

static void test_handle_with_a_datagram(void **state)
{
    duos_addr at;
    duos_socket receiver;
    duos_socket sender;
    duos_socket got;
    intptr_t handle;
    size_t n;
    char byte;

    (void)state;
    net_need_unix(DUOS_DGRAM);
    at = net_unix(PATH);
    (void)remove(PATH);
    receiver = net_open(DUOS_UNIX, DUOS_DGRAM);
    sender = net_open(DUOS_UNIX, DUOS_DGRAM);
    assert_ok(duos_bind(receiver, &at));
    assert_ok(duos_connect(sender, &at));
    assert_ok(duos_send_handle(sender, "d", 1, duos_socket_to_os(sender), &n));
    got = receive_socket(receiver);
    net_close(&got);
    assert_ok(duos_sendto(sender, NULL, 0, NULL));
    net_await(receiver, DUOS_READ);
    assert_ok(duos_recv_handle(receiver, &byte, 1, &n, &handle));
    assert_int_equal(n, 0);
    net_close(&sender);
    net_close(&receiver);
    assert_int_equal(remove(PATH), 0);
}

/* It is a message because it brings something, though it holds no byte. */
static void test_handle_with_an_empty_packet(void **state)
{
    duos_socket ends[2];
    intptr_t handle;
    size_t n = 9;
    char byte;

    (void)state;
    if (!os_packet_pair(ends)) {
        skip_because("no packets here that may be empty");
    }
    handle = duos_socket_to_os(ends[0]);
    assert_true(os_send_handles(ends[0], 0, &handle, 1));
    assert_ok(duos_recv_handle(ends[1], &byte, 1, &n, &handle));
    assert_int_equal(n, 0);
    assert_int_not_equal(handle, -1);
    net_close(&ends[0]);
    ends[0] = duos_socket_from_os(handle);
    net_close(&ends[0]); /* the last of this end */
    assert_err(DUOS_EEOF, duos_recv_handle(ends[1], &byte, 1, &n, &handle));
    net_close(&ends[1]);
}

static void test_handle_wrong_argument_is_refused(void **state)
{
    intptr_t handle = 12345;
    size_t n = 12345;
    char byte = 0;
    pair tcp = net_pair(DUOS_IPV4);
    duos_socket s = tcp.client;
    duos_socket closed = closed_socket();

    (void)state;
    assert_err(DUOS_EINVAL, duos_send_handle(s, NULL, 1, 0, &n));
    assert_err(DUOS_EINVAL, duos_send_handle(s, "x", 0, 0, &n));
    assert_err(DUOS_EINVAL, duos_send_handle(s, "x", 1, 0, NULL));
    assert_err(DUOS_EINVAL, duos_recv_handle(s, NULL, 1, &n, &handle));
    assert_err(DUOS_EINVAL, duos_recv_handle(s, &byte, 0, &n, &handle));
    assert_err(DUOS_EINVAL, duos_recv_handle(s, &byte, 1, NULL, &handle));
    assert_err(DUOS_EINVAL, duos_recv_handle(s, &byte, 1, &n, NULL));
    assert_err(DUOS_ENOTSUP, duos_send_handle(s, "x", 1, 0, &n));
    assert_err(DUOS_ENOTSUP, duos_recv_handle(s, &byte, 1, &n, &handle));
    assert_err(DUOS_EBADF, duos_send_handle(closed, "x", 1, 0, &n));
    assert_err(DUOS_EBADF, duos_recv_handle(closed, &byte, 1, &n, &handle));
    assert_int_equal(n, 12345);
    assert_true(handle == 12345);
    net_close_pair(&tcp);
}

static void test_handle_errors_of_the_stream(void **state)
{
    intptr_t handle;
    size_t n;
    char byte;
    duos_socket s;
    pair p;

    (void)state;
    need_handles();
    p = local_pair();
    assert_err(DUOS_EBADF,
               duos_send_handle(p.client, "x", 1, closed_socket().os, &n));
    assert_err(DUOS_EWOULDBLOCK,
               duos_recv_handle(p.server, &byte, 1, &n, &handle));
    (void)net_fill(p.client);
    assert_err(DUOS_EWOULDBLOCK,
               duos_send_handle(p.client, "x", 1, p.client.os, &n));
    net_close(&p.server);
    assert_err(DUOS_EPIPE, duos_send_handle(p.client, "x", 1, p.client.os, &n));
    net_close(&p.client);
    p = local_pair();
    net_close(&p.client);
    net_await(p.server, DUOS_READ);
    assert_err(DUOS_EEOF, duos_recv_handle(p.server, &byte, 1, &n, &handle));
    net_close(&p.server);
    s = net_open(DUOS_UNIX, DUOS_STREAM);
    assert_err(DUOS_ENOTCONN, duos_send_handle(s, "x", 1, s.os, &n));
    net_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_UX_peer_credentials_are_this_process),
        cmocka_unit_test(test_peer_credentials_of_others_are_refused),
        cmocka_unit_test(test_peer_credentials_without_a_peer_are_enotconn),
        cmocka_unit_test(test_handle_travels_and_works_there),
        cmocka_unit_test(test_handle_absent_is_minus_1),
        cmocka_unit_test(test_handles_surplus_are_closed),
        cmocka_unit_test(test_handles_lost_for_want_of_descriptors_are_emfile),
        cmocka_unit_test(test_handle_with_a_datagram),
        cmocka_unit_test(test_handle_with_an_empty_packet),
        cmocka_unit_test(test_handle_wrong_argument_is_refused),
        cmocka_unit_test(test_handle_errors_of_the_stream),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
