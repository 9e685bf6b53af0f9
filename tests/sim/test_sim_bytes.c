/* SPDX-License-Identifier: MIT */
/*
 * test_sim_bytes.c - parts and pairs on the simulated network, and the words
 * with which it declines what it does not have.
 */
#include "sim_support.h"

#define MANY 100

static char text[MANY + 1];
static char got[MANY];
static duos_buf parts[MANY];

static void point_at(char *bytes)
{
    size_t i;

    for (i = 0; i < MANY; i++) {
        parts[i].data = bytes + i;
        parts[i].len = i % 10 == 9 ? 0 : 1;
    }
}

/* More parts than one call takes: nothing is lost, nothing comes twice. */
static void test_sim_bytes_of_many_parts_arrive_in_order(void **state)
{
    world *w = (world *)*state;
    duos_socket client;
    duos_socket server;
    size_t done = 0;
    size_t n = 0;
    size_t i;

    connect_pair(w, &client, &server);
    memset(got, 0, sizeof got);
    for (i = 0; i < MANY; i++) {
        text[i] = (char)('0' + i % 10);
    }
    point_at(text);
    while (done < MANY) { /* every tenth part is empty */
        assert_ok(duos_sendv(client, parts + done, MANY - done, 0, &n));
        while (done < MANY && (n > 0 || parts[done].len == 0)) {
            n -= parts[done++].len;
        }
    }
    settle();
    point_at(got);
    for (done = 0; done < MANY;) {
        assert_ok(duos_recvv(server, parts + done, MANY - done, 0, &n));
        while (done < MANY && (n > 0 || parts[done].len == 0)) {
            n -= parts[done++].len;
        }
    }
    for (i = 0; i < MANY; i++) {
        assert_int_equal(got[i], i % 10 == 9 ? 0 : text[i]);
    }
    close_both(&client, &server);
}

static void test_sim_bytes_parts_end_with_the_stream(void **state)
{
    world *w = (world *)*state;
    duos_socket client;
    duos_socket server;
    size_t n = 9;

    connect_pair(w, &client, &server);
    point_at(got);
    assert_ok(duos_set_nonblocking(server, true));
    assert_err(DUOS_EWOULDBLOCK, duos_recvv(server, parts, MANY, 0, &n));
    assert_ok(duos_close(&client));
    settle();
    assert_err(DUOS_EEOF, duos_recvv(server, parts, MANY, 0, &n));
    assert_int_equal(n, 9);
    assert_ok(duos_close(&server));
}

static void test_sim_bytes_pair_is_connected(void **state)
{
    world *w = (world *)*state;
    duos_socket ends[2];
    char byte = 0;

    assert_ok(duos_sim_set_host(w->sim, w->a));
    assert_ok(duos_socketpair(DUOS_STREAM, DUOS_NONBLOCK, ends));
    assert_ok(duos_send_all(ends[0], "x", 1, -1, NULL));
    assert_ok(duos_recv_exact(ends[1], &byte, 1, -1, NULL));
    assert_int_equal(byte, 'x');
    close_both(&ends[0], &ends[1]);
}

static void test_sim_bytes_of_files_are_not_there(void **state)
{
    world *w = (world *)*state;
    duos_socket client;
    duos_socket server;
    size_t n;

    connect_pair(w, &client, &server);
    assert_err(DUOS_ENOTSUP, duos_sendfile(client, 0, 0, 1, &n));
    close_both(&client, &server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define WORLD_TEST(name)                                                       \
    cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
        WORLD_TEST(test_sim_bytes_of_many_parts_arrive_in_order),
        WORLD_TEST(test_sim_bytes_parts_end_with_the_stream),
        WORLD_TEST(test_sim_bytes_pair_is_connected),
        WORLD_TEST(test_sim_bytes_of_files_are_not_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
