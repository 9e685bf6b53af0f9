/* SPDX-License-Identifier: MIT */
/*
 * test_stop.c - how duosock serve stops: the first request lets clients
 * finish, the second does not wait.
 */
#include "program/program.h"

/* A server with a client whose answers nobody reads, so it cannot finish. */
static duos_socket fill(const server *s)
{
    static char data[65536];
    duos_socket peer = peer_dial(s->address);

    while (duos_send_all(peer, data, sizeof data, 1000, NULL) == DUOS_OK) {
    }
    return peer;
}

/* So few bytes fit the server's receive window: they are there once they are
 * sent. What has not arrived when a server stops, it does not answer. */
static void test_SG1_serve_stop_answers_what_came_and_exits_0(void **state)
{
    server s;
    duos_socket peer;
    static char data[48000];

    (void)state;
    SERVER_START(&s, "-v");
    peer = peer_dial(s.address);
    assert_ok(duos_send_all(peer, data, sizeof data, PATIENCE_MS, NULL));
    if (!spawn_ask_to_stop(s.process, true)) {
        process_kill(s.process);
        skip_because("no console to send an event through");
    }
    assert_int_equal(peer_drain(peer), sizeof data);
    duos_close(&peer);
    assert_int_equal(process_wait(s.process), 0);
    server_assert_said("stopping, clients left: 1\n");
}

static void check_second_stop(bool interrupt, int code)
{
    server s;
    duos_socket peer;

    SERVER_START(&s, "-v", "--drain", "1h");
    peer = fill(&s);
    if (!spawn_ask_to_stop(s.process, interrupt)) {
        process_kill(s.process);
        skip_because("no console to send an event through");
    }
    file_wait_for(SERVER_LOG, "stopping");
    assert_true(spawn_ask_to_stop(s.process, interrupt));
    assert_int_equal(process_wait(s.process), code);
    duos_close(&peer);
}

static void test_SG1_serve_second_interrupt_exits_130(void **state)
{
    (void)state;
    check_second_stop(true, 130);
}

static void test_SG1_serve_second_termination_exits_143(void **state)
{
    (void)state;
    check_second_stop(false, 143);
}

static void test_SG1_serve_drain_deadline_ends_who_does_not_read(void **state)
{
    server s;
    duos_socket peer;

    (void)state;
    SERVER_START(&s, "--drain", "200ms");
    peer = fill(&s);
    if (!spawn_ask_to_stop(s.process, false)) {
        process_kill(s.process);
        skip_because("no console to send an event through");
    }
    assert_int_equal(process_wait(s.process), 0);
    server_assert_said(", closed because the server is stopping (EDRAINED)\n");
    duos_close(&peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PROGRAM_TEST(test_SG1_serve_stop_answers_what_came_and_exits_0),
        PROGRAM_TEST(test_SG1_serve_second_interrupt_exits_130),
        PROGRAM_TEST(test_SG1_serve_second_termination_exits_143),
        PROGRAM_TEST(test_SG1_serve_drain_deadline_ends_who_does_not_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
