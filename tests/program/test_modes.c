/* SPDX-License-Identifier: MIT */
/*
 * test_modes.c - the modes of duosock serve that need no words of their own:
 * chargen, discard, daytime and time; and what is so in all modes.
 */
#include "program/program.h"

#include <stdlib.h>
#include <time.h>

enum {
    LINE_BYTES = 74,
    LINES = 95,
    PAGE_BYTES = LINE_BYTES * LINES
};

/* ---- chargen ----------------------------------------------------------- */

/* RFC 864's popular pattern, line for line. */
static char chargen_byte(size_t at)
{
    size_t line = at / LINE_BYTES;
    size_t column = at % LINE_BYTES;

    switch (column) {
    case LINE_BYTES - 2:
        return '\r';
    case LINE_BYTES - 1:
        return '\n';
    default:
        return (char)(' ' + (line + column) % LINES);
    }
}

/* The patience is for each part: a small queue brings them slowly. */
static void check_chargen(duos_socket peer, size_t from, size_t len)
{
    char *data = malloc(len);
    size_t part;
    size_t i;

    assert_non_null(data);
    for (i = 0; i < len; i += part) {
        part = len - i < 65536 ? len - i : 65536;
        assert_ok(duos_recv_exact(peer, data + i, part, PATIENCE_MS, NULL));
    }
    for (i = 0; i < len; i++) {
        if (data[i] != chargen_byte(from + i)) {
            fail_msg("another byte at %zu", from + i);
        }
    }
    free(data);
}

/* More than any buffer on the way holds, in pieces of any queue. */
static void check_chargen_through(const char *max_queue)
{
    server s;
    duos_socket peer;

    SERVER_START(&s, "--mode", "chargen", "--max-queue", max_queue);
    peer = peer_dial(s.address);
    check_chargen(peer, 0, 3 * PAGE_BYTES + 11);
    check_chargen(peer, 3 * PAGE_BYTES + 11, 1 << 22);
    duos_close(&peer);
    file_wait_for(SERVER_LOG, "#1 close 0 B in, ");
    server_stop(&s);
}

static void test_chargen_lines_rotate_for_ever(void **state)
{
    (void)state;
    check_chargen_through("1M");
    check_chargen_through("1K");
    check_chargen_through("0");
}

/* Who has ended its sending, or never began it, may listen on. */
static void test_chargen_needs_no_word_of_its_client(void **state)
{
    server s;
    duos_socket peer;

    (void)state;
    SERVER_START(&s, "--mode", "chargen", "--first-byte-timeout", "1ms");
    peer = peer_dial(s.address);
    check_chargen(peer, 0, PAGE_BYTES);
    assert_ok(duos_send_all(peer, "what", 4, PATIENCE_MS, NULL));
    assert_ok(duos_shutdown(peer, DUOS_SHUT_SEND));
    check_chargen(peer, PAGE_BYTES, 1 << 20);
    check_chargen(peer, PAGE_BYTES + (1 << 20), 1 << 22);
    duos_close(&peer);
    file_wait_for(SERVER_LOG, "#1 close 4 B in, ");
    server_stop(&s);
}

static void test_chargen_waits_for_who_does_not_read_and_serves_others(
    void **state)
{
    server s;
    duos_socket stuck;
    duos_socket other;

    (void)state;
    SERVER_START(&s, "--mode", "chargen");
    stuck = peer_dial(s.address);
    other = peer_dial(s.address);
    check_chargen(other, 0, 1 << 23);
    check_chargen(stuck, 0, 1 << 20);
    duos_close(&stuck);
    duos_close(&other);
    server_stop(&s);
}

static void test_SG1_chargen_stops_with_a_client_that_reads(void **state)
{
    server s;
    duos_socket peer;

    (void)state;
    SERVER_START(&s, "--mode", "chargen");
    peer = peer_dial(s.address);
    check_chargen(peer, 0, PAGE_BYTES);
    if (!spawn_ask_to_stop(s.process, false)) {
        process_kill(s.process);
        skip_because("no console to send an event through");
    }
    (void)peer_drain(peer);
    assert_int_equal(process_wait(s.process), 0);
    duos_close(&peer);
}

/* ---- discard ----------------------------------------------------------- */

static void test_discard_sends_nothing_back(void **state)
{
    server s;
    duos_socket peer;
    static char data[200000];

    (void)state;
    SERVER_START(&s, "--mode", "discard");
    peer = peer_dial(s.address);
    assert_ok(duos_send_all(peer, data, sizeof data, PATIENCE_MS, NULL));
    assert_ok(duos_shutdown(peer, DUOS_SHUT_SEND));
    assert_int_equal(peer_drain(peer), 0);
    duos_close(&peer);
    file_wait_for(SERVER_LOG, "#1 close 200000 B in, 0 B out, ");
    server_stop(&s);
}

/* ---- daytime, time ----------------------------------------------------- */

/* Digits where the pattern has a 0. */
static void check_form(const char *text, const char *pattern)
{
    size_t i;

    assert_int_equal(strlen(text), strlen(pattern));
    for (i = 0; pattern[i] != '\0'; i++) {
        if (pattern[i] == '0') {
            assert_between(text[i], '0', '9');
        } else {
            assert_int_equal(text[i], pattern[i]);
        }
    }
}

static void test_daytime_is_one_line_and_the_end(void **state)
{
    server s;
    duos_socket peer;
    char line[27] = "";

    (void)state;
    SERVER_START(&s, "--mode", "daytime");
    peer = peer_dial(s.address);
    assert_ok(duos_recv_exact(peer, line, 26, PATIENCE_MS, NULL));
    check_form(line, "0000-00-00T00:00:00.000Z\r\n");
    assert_int_equal(peer_drain(peer), 0);
    duos_close(&peer);
    file_wait_for(SERVER_LOG, "#1 close 0 B in, 26 B out, ");
    server_stop(&s);
}

/* What a client says meanwhile must not turn the end into a reset. */
static void test_daytime_reaches_a_client_that_talks(void **state)
{
    server s;
    duos_socket peer;
    static char words[60000];

    (void)state;
    SERVER_START(&s, "--mode", "daytime");
    peer = peer_dial(s.address);
    (void)duos_send_all(peer, words, sizeof words, 300, NULL);
    assert_int_equal(peer_drain(peer), 26);
    duos_close(&peer);
    server_stop(&s);
}

static void test_time_is_seconds_since_1900_and_the_end(void **state)
{
    const uint32_t since_1970 = 2208988800u;
    uint32_t before = (uint32_t)time(NULL) + since_1970;
    unsigned char number[4];
    uint32_t seconds;
    server s;
    duos_socket peer;

    (void)state;
    SERVER_START(&s, "--mode", "time");
    peer = peer_dial(s.address);
    assert_ok(duos_recv_exact(peer, number, 4, PATIENCE_MS, NULL));
    seconds = (uint32_t)number[0] << 24 | (uint32_t)number[1] << 16 |
              (uint32_t)number[2] << 8 | number[3];
    assert_true(seconds - before <= 60);
    assert_int_equal(peer_drain(peer), 0);
    duos_close(&peer);
    server_stop(&s);
}

/* ---- defaults ---------------------------------------------------------- */

/* The line of --help that begins with an option. */
static void check_limit(const char *help, const char *option)
{
    const char *line = strstr(help, option);
    const char *preset;

    assert_non_null(line);
    preset = strchr(line, '(');
    assert_non_null(preset);
    assert_true(preset < strchr(line + 1, '\n'));
    assert_between(preset[1], '1', '9');
}

static void test_P13_each_limit_in_help_is_finite(void **state)
{
    static const char *const limits[] = {
        "\n  --max-clients ",        "\n  --idle-timeout ",
        "\n  --first-byte-timeout ", "\n  --max-queue ",
        "\n  --max-line ",           "\n  --drain "};
    run_result r;
    size_t i;

    (void)state;
    PROGRAM_RUN(&r, "empty", "serve", "--help");
    assert_int_equal(r.code, 0);
    for (i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        check_limit(r.out, limits[i]);
    }
    run_free(&r);
}

/* Somebody may listen there already: then there is nothing to see. */
static bool start_plain(spawn **process, const char *mode)
{
    const char *args[] = {"serve",        "--mode",     mode,
                          "--ready-file", SERVER_READY, NULL};
    int i;

    remove(SERVER_READY);
    *process = program_start(args, "empty", "server.out", SERVER_LOG);
    for (i = 0; i < PATIENCE_MS / 50; i++) {
        char *log = file_read(SERVER_LOG, NULL);
        bool taken = strstr(log, "address already in use") != NULL;
        bool ready = strstr(log, "listening on ") != NULL;

        free(log);
        if (taken) {
            assert_int_equal(process_wait(*process), 4);
            return false;
        }
        if (ready) {
            return true;
        }
        assert_ok(duos_select(NULL, NULL, NULL, 50, NULL));
    }
    fail_msg("%s never listened", mode);
    return false;
}

static void test_P13_each_mode_without_options_is_on_loopback_only(void **state)
{
    static const char *const modes[] = {
        "echo", "discard",          "chat", "chargen", "daytime",
        "time", "relay=127.0.0.1:1"};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        spawn *process;
        char *addresses;

        if (!start_plain(&process, modes[i])) {
            skip_because("another program listens on port 7700");
        }
        file_wait_for(SERVER_READY, "\n");
        addresses = file_read(SERVER_READY, NULL);
        assert_string_equal(addresses, "127.0.0.1:7700\n");
        free(addresses);
        process_kill(process);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PROGRAM_TEST(test_chargen_lines_rotate_for_ever),
        PROGRAM_TEST(test_chargen_needs_no_word_of_its_client),
        PROGRAM_TEST(
            test_chargen_waits_for_who_does_not_read_and_serves_others),
        PROGRAM_TEST(test_SG1_chargen_stops_with_a_client_that_reads),
        PROGRAM_TEST(test_discard_sends_nothing_back),
        PROGRAM_TEST(test_daytime_is_one_line_and_the_end),
        PROGRAM_TEST(test_daytime_reaches_a_client_that_talks),
        PROGRAM_TEST(test_time_is_seconds_since_1900_and_the_end),
        PROGRAM_TEST(test_P13_each_limit_in_help_is_finite),
        PROGRAM_TEST(test_P13_each_mode_without_options_is_on_loopback_only),
    };

    return cmocka_run_group_tests(tests, program_begin, NULL);
}
