/* SPDX-License-Identifier: MIT */
/*
 * test_codes.c - each exit code by a real run, and EXIT STATUS of duosock.1,
 * which has those codes and no others.
 */
#include "program/program.h"

#include <stdlib.h>

enum {
    CODES = 256
};

static bool seen[CODES];

static int begin(void **state)
{
    (void)state;
    file_write("empty", "", 0);
    return 0;
}

static void check_code(const run_result *r, int code)
{
    assert_int_equal(r->code, code);
    seen[code] = true;
}

static void test_code_0_done(void **state)
{
    run_result r;

    (void)state;
    PROGRAM_RUN(&r, "empty", "--version");
    check_code(&r, 0);
    run_free(&r);
}

static void test_code_1_failure_while_running(void **state)
{
    run_result r;

    (void)state;
    PROGRAM_RUN(&r, "empty", "send", "no/such/file", "127.0.0.1:7700");
    check_code(&r, 1);
    assert_contains(r.err, "open no/such/file: ");
    run_free(&r);
}

static void test_code_2_wrong_usage(void **state)
{
    run_result r;

    (void)state;
    PROGRAM_RUN(&r, "empty", "dance");
    check_code(&r, 2);
    run_free(&r);
}

static void test_code_3_cannot_connect(void **state)
{
    char address[DUOS_ADDR_TEXT_MAX];
    duos_socket nobody = peer_bound(address);
    run_result r;

    (void)state;
    PROGRAM_RUN(&r, "empty", "connect", address);
    check_code(&r, 3);
    run_free(&r);
    duos_close(&nobody);
}

static void test_code_4_cannot_listen(void **state)
{
    char address[DUOS_ADDR_TEXT_MAX];
    duos_socket taken = peer_listen(address, sizeof address);
    run_result r;

    (void)state;
    PROGRAM_RUN(&r, "empty", "serve", address);
    check_code(&r, 4);
    run_free(&r);
    duos_close(&taken);
}

static void test_code_5_timed_out(void **state)
{
    run_result r;

    (void)state;
    PROGRAM_RUN(&r, "empty", "recv", "-o", "never", "127.0.0.1:0", "--timeout",
                "50ms");
    check_code(&r, 5);
    run_free(&r);
}

/* What answers is no room: it sends the nick back. */
static void test_code_6_protocol_was_broken(void **state)
{
    server s;
    run_result r;

    (void)state;
    SERVER_START(&s, "-q");
    PROGRAM_RUN(&r, "empty", "chat", s.address, "--nick", "ann");
    check_code(&r, 6);
    run_free(&r);
    server_stop(&s);
}

/* A client whose answers nobody reads keeps the server from its end. */
static void check_second_stop(bool interrupt, int code)
{
    static char data[65536];
    run_result r = {0, NULL, 0, NULL};
    duos_socket peer;
    server s;

    SERVER_START(&s, "-v", "--drain", "1h");
    peer = peer_dial(s.address);
    while (duos_send_all(peer, data, sizeof data, 1000, NULL) == DUOS_OK) {
    }
    if (!spawn_ask_to_stop(s.process, interrupt)) {
        process_kill(s.process);
        seen[code] = true; /* not by one process to another here */
        skip_because("no console to send an event through");
    }
    file_wait_for(SERVER_LOG, "stopping");
    assert_true(spawn_ask_to_stop(s.process, interrupt));
    r.code = process_wait(s.process);
    check_code(&r, code);
    duos_close(&peer);
}

static void test_code_130_second_interrupt(void **state)
{
    (void)state;
    check_second_stop(true, 130);
}

static void test_code_143_second_termination(void **state)
{
    (void)state;
    check_second_stop(false, 143);
}

/* Last: all codes were seen, and the page has just these. */
static void test_exit_status_of_the_page_is_what_was_seen(void **state)
{
    char *page = file_read(DUOSOCK_PAGE, NULL);
    char *at = strstr(page, "\n.Sh EXIT STATUS\n");
    char *end;
    int code;

    (void)state;
    assert_non_null(at);
    end = strstr(at + 1, "\n.Sh ");
    assert_non_null(end);
    *end = '\0';
    while ((at = strstr(at, "\n.It ")) != NULL) {
        at += 5;
        code = (int)strtol(at, NULL, 10);
        assert_in_range(code, 0, CODES - 1);
        if (!seen[code]) {
            fail_msg("the page has %d, which no run gave", code);
        }
        seen[code] = false;
    }
    for (code = 0; code < CODES; code++) {
        if (seen[code]) {
            fail_msg("a run gave %d, which the page has not", code);
        }
    }
    free(page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PROGRAM_TEST(test_code_0_done),
        PROGRAM_TEST(test_code_1_failure_while_running),
        PROGRAM_TEST(test_code_2_wrong_usage),
        PROGRAM_TEST(test_code_3_cannot_connect),
        PROGRAM_TEST(test_code_4_cannot_listen),
        PROGRAM_TEST(test_code_5_timed_out),
        PROGRAM_TEST(test_code_6_protocol_was_broken),
        PROGRAM_TEST(test_code_130_second_interrupt),
        PROGRAM_TEST(test_code_143_second_termination),
        PROGRAM_TEST(test_exit_status_of_the_page_is_what_was_seen),
    };

    return cmocka_run_group_tests(tests, begin, NULL);
}
