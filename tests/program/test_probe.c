/* SPDX-License-Identifier: MIT */
/*
 * test_probe.c - duosock probe: every option and poller has its line, and the
 * lines say what the library says. What a system can do differs, so only what
 * all of them can is expected.
 */
#include "program/program.h"

#include <stdlib.h>

enum {
    COLUMNS = 4,
    WIDTH = 80,
    TEXT_MAX = 256
};

static const char *const sockets[COLUMNS] = {"tcp4", "tcp6", "udp4", "udp6"};

static int begin(void **state)
{
    os_set_variable("DUOSOCK_POLLER", NULL);
    return program_begin(state);
}

static int end(void **state)
{
    os_set_variable("DUOSOCK_POLLER", NULL);
    return process_kill_all(state);
}

/* A probe that must do its work and say nothing about it. */
static void probe(run_result *r)
{
    PROGRAM_RUN(r, "empty", "probe");
    assert_int_equal(r->code, 0);
    assert_string_equal(r->err, "");
}

/* The first line that begins with a word behind indent spaces; the test fails
 * without one. It ends at a line feed. */
static const char *find_line(const char *text, size_t indent, const char *word)
{
    const char *line = text;

    while (line != NULL && *line != '\0') {
        if (strspn(line, " ") == indent &&
            strncmp(line + indent, word, strlen(word)) == 0 &&
            strchr(" \n", line[indent + strlen(word)]) != NULL) {
            return line;
        }
        line = strchr(line, '\n');
        line = line == NULL ? NULL : line + 1;
    }
    fail_msg("no line '%s' in:\n%s", word, text);
    return NULL;
}

/* What stands behind the name in a list. */
static void assert_value(const char *text, const char *name, const char *value)
{
    const char *at = find_line(text, 2, name) + 2 + strlen(name);

    at += strspn(at, " ");
    if (strncmp(at, value, strlen(value)) != 0) {
        fail_msg("%s is not '%s' in:\n%s", name, value, text);
    }
}

/* Where a column begins, by its heading. */
static size_t column_of(const char *text, const char *socket)
{
    const char *heading = find_line(text, 0, "options");
    const char *at = strstr(heading, socket);

    assert_non_null(at);
    assert_true(at < strchr(heading, '\n'));
    return (size_t)(at - heading);
}

/* Copies a cell of the options' table, without the spaces behind it. */
static void read_cell(const char *text, const char *option, const char *socket,
                      char cell[TEXT_MAX])
{
    const char *row = find_line(text, 2, option);
    size_t len = strcspn(row, "\n");
    size_t from = column_of(text, socket);
    size_t width = column_of(text, "tcp6") - column_of(text, "tcp4");
    size_t count = 0;

    while (from + count < len && count < width) {
        cell[count] = row[from + count];
        count++;
    }
    while (count > 0 && cell[count - 1] == ' ') {
        count--;
    }
    cell[count] = '\0';
}

static void assert_cell(const run_result *r, const char *option,
                        const char *socket, const char *expected)
{
    char cell[TEXT_MAX];

    read_cell(r->out, option, socket, cell);
    assert_string_equal(cell, expected);
}

static bool has_ipv6(void)
{
    duos_socket s = DUOS_SOCKET_INVALID;
    bool has = duos_open(DUOS_IPV6, DUOS_STREAM, 0, &s) == DUOS_OK;

    assert_ok(duos_close(&s));
    return has;
}

/* ---- tables ----------------------------------------------------------- */

static void test_probe_has_a_line_for_every_option(void **state)
{
    run_result r;
    int i;

    (void)state;
    probe(&r);
    for (i = 1; i < DUOS_OPT_COUNT; i++) {
        (void)find_line(r.out, 2, duos_opt_describe((duos_opt)i)->name);
    }
    run_free(&r);
}

static bool is_answer(const char *cell)
{
    return strcmp(cell, "-") == 0 || strncmp(cell, "set", 3) == 0 ||
           strncmp(cell, "read", 4) == 0 || strncmp(cell, "no ", 3) == 0;
}

static void test_probe_answers_each_option_on_each_ipv4_socket(void **state)
{
    run_result r;
    int i;

    (void)state;
    probe(&r);
    for (i = 1; i < DUOS_OPT_COUNT; i++) {
        const char *name = duos_opt_describe((duos_opt)i)->name;
        char cell[TEXT_MAX];

        read_cell(r.out, name, "tcp4", cell);
        assert_true(is_answer(cell));
        read_cell(r.out, name, "udp4", cell);
        assert_true(is_answer(cell));
    }
    run_free(&r);
}

static void test_probe_sets_nodelay_on_tcp_alone(void **state)
{
    run_result r;

    (void)state;
    probe(&r);
    assert_cell(&r, "NODELAY", "tcp4", "set on");
    assert_cell(&r, "NODELAY", "udp4", "-");
    assert_cell(&r, "NODELAY", "tcp6", has_ipv6() ? "set on" : "");
    assert_cell(&r, "NODELAY", "udp6", has_ipv6() ? "-" : "");
    run_free(&r);
}

static void test_probe_reads_what_cannot_be_set(void **state)
{
    run_result r;

    (void)state;
    probe(&r);
    assert_cell(&r, "TYPE", "tcp4", "read 1");
    assert_cell(&r, "TYPE", "udp4", "read 2");
    assert_cell(&r, "LISTENING", "tcp4", "read off");
    assert_cell(&r, "ERROR", "tcp4", "read OK");
    run_free(&r);
}

static void test_probe_shows_the_value_that_was_set(void **state)
{
    run_result r;

    (void)state;
    probe(&r);
    assert_cell(&r, "LINGER", "tcp4", "set 1 s");
    assert_cell(&r, "RECV_TIMEOUT", "udp4", "set 1000 ms");
    assert_cell(&r, "V6ONLY", "tcp4", "-");
    run_free(&r);
}

static void test_probe_fits_80_columns(void **state)
{
    run_result r;
    const char *line;

    (void)state;
    probe(&r);
    for (line = r.out; *line != '\0'; line += strcspn(line, "\n") + 1) {
        assert_true(strcspn(line, "\n") < WIDTH);
        assert_non_null(strchr(line, '\n'));
    }
    run_free(&r);
}

/* ---- pollers, limits, sockets, names ---------------------------------- */

static void test_probe_tries_the_pollers_of_the_library(void **state)
{
    duos_poller_backend list[16];
    size_t count = duos_poller_backends(list, 16);
    const char *line;
    run_result r;
    size_t i;

    (void)state;
    probe(&r);
    line = find_line(r.out, 0, "pollers");
    for (i = 0; i < count; i++) {
        line = strchr(line, '\n') + 1;
        assert_ptr_equal(find_line(line, 2, duos_poller_backend_name(list[i])),
                         line);
        assert_value(line, duos_poller_backend_name(list[i]), "yes\n");
    }
    line = strchr(line, '\n') + 1;
    assert_ptr_equal(find_line(line, 2, "auto"), line);
    assert_value(line, "auto", duos_poller_backend_name(list[0]));
    run_free(&r);
}

static void test_probe_takes_the_poller_of_the_variable_for_auto(void **state)
{
    run_result r;

    (void)state;
    os_set_variable("DUOSOCK_POLLER", "select");
    probe(&r);
    assert_value(r.out, "auto", "select\n");
    run_free(&r);
}

static void test_probe_with_an_unknown_poller_says_so(void **state)
{
    run_result r;

    (void)state;
    os_set_variable("DUOSOCK_POLLER", "xyzzy");
    PROGRAM_RUN(&r, "empty", "probe");
    assert_int_equal(r.code, 0);
    assert_value(r.out, "auto", "no: invalid argument (");
    assert_contains(r.err, "DUOSOCK_POLLER xyzzy: invalid argument (");
    run_free(&r);
}

static void test_probe_finds_loopback_limits_and_localhost(void **state)
{
    run_result r;

    (void)state;
    probe(&r);
    assert_value(r.out, "tcp4", "127.0.0.1:");
    assert_value(r.out, "udp4", "127.0.0.1:");
    (void)find_line(r.out, 2, "tcp46");
    (void)find_line(r.out, 2, "udp46");
    assert_value(r.out, "localhost", "127.0.0.1:7700");
    assert_value(r.out, "descriptors", os_is_windows() ? "none\n" : "");
    assert_value(r.out, "descriptors_max", os_is_windows() ? "none\n" : "");
    run_free(&r);
}

/* ---- for programs ----------------------------------------------------- */

static void assert_object(const char *text, const char *format,
                          const char *name, const char *socket)
{
    char object[TEXT_MAX];

    (void)snprintf(object, sizeof object, format, name, socket);
    assert_contains(text, object);
}

static void test_probe_json_has_an_object_for_each_answer(void **state)
{
    static const char option[] =
        ",\"event\":\"option\",\"name\":\"%s\",\"socket\":\"%s\",\"answer\":\"";
    run_result r;
    int i, column;

    (void)state;
    PROGRAM_RUN(&r, "empty", "probe", "--json");
    assert_int_equal(r.code, 0);
    assert_string_equal(r.err, "");
    for (i = 1; i < DUOS_OPT_COUNT; i++) {
        for (column = 0; column < COLUMNS; column++) {
            assert_object(r.out, option, duos_opt_describe((duos_opt)i)->name,
                          sockets[column]);
        }
    }
    assert_object(r.out, "\"name\":\"%s\",\"answer\":\"%s\"}", "select", "yes");
    assert_contains(r.out, "\"name\":\"TYPE\",\"socket\":\"udp4\","
                           "\"answer\":\"read\",\"value\":2}\n");
    assert_contains(r.out,
                    "\"name\":\"NODELAY\",\"socket\":\"tcp4\","
                    "\"answer\":\"set\",\"value\":\"on\",\"exact\":true}\n");
    assert_contains(r.out, "\"name\":\"NODELAY\",\"socket\":\"udp4\","
                           "\"answer\":\"unsupported\",\"error\":\"ENOTSUP\"");
    run_free(&r);
}

static void test_probe_json_is_one_object_a_line(void **state)
{
    const char *line;
    run_result r;

    (void)state;
    PROGRAM_RUN(&r, "empty", "probe", "--json");
    for (line = r.out; *line != '\0'; line += strcspn(line, "\n") + 1) {
        const char *last = strchr(line, '\n');

        assert_non_null(last);
        assert_int_equal(strncmp(line, "{\"ts\":\"20", 9), 0);
        assert_int_equal(last[-1], '}');
    }
    run_free(&r);
}

/* ---- exit codes ------------------------------------------------------- */

static void test_probe_with_an_unknown_argument_exits_2(void **state)
{
    run_result r;

    (void)state;
    PROGRAM_RUN(&r, "empty", "probe", "--jsn");
    assert_int_equal(r.code, 2);
    assert_string_equal(r.out, "");
    assert_contains(r.err, "unknown option --jsn; did you mean --json?");
    run_free(&r);
    PROGRAM_RUN(&r, "empty", "probe", "127.0.0.1:1");
    assert_int_equal(r.code, 2);
    assert_contains(r.err, "'127.0.0.1:1' is one argument too many");
    run_free(&r);
}

/* ---- other systems ---------------------------------------------------- */

/* Runs a probe whose system calls of one kind all fail; skips the test where
 * that cannot be done. A leak check does not work under a tracer. */
static void probe_failing(run_result *r, const char *trace, const char *inject)
{
    const char *const argv[] = {"/usr/bin/strace",
                                "-f",
                                "-o",
                                "/dev/null",
                                "-e",
                                trace,
                                "-e",
                                inject,
                                DUOSOCK_PROGRAM,
                                "probe",
                                NULL};

    if (!os_is_linux()) {
        skip_because("system calls are made to fail on Linux only");
    }
    os_set_variable("ASAN_OPTIONS", "detect_leaks=0");
    r->code = process_wait(process_start(argv, "empty", "run.out", "run.err"));
    os_set_variable("ASAN_OPTIONS", NULL);
    r->out = file_read("run.out", &r->out_len);
    r->err = file_read("run.err", NULL);
    if (r->out_len == 0) {
        run_free(r);
        skip_because("strace is missing or may not do it");
    }
}

static void test_probe_without_any_tcp_exits_1(void **state)
{
    run_result r;

    (void)state;
    probe_failing(&r, "trace=socket", "inject=socket:error=EAFNOSUPPORT");
    assert_int_equal(r.code, 1);
    assert_value(r.out, "tcp4",
                 "no: address family not supported (EAFNOSUPPORT 97)\n");
    assert_contains(r.err, "probe tcp4: address family not supported (");
    assert_contains(r.err, "probe tcp6: address family not supported (");
    assert_cell(&r, "NODELAY", "tcp4", "");
    run_free(&r);
}

static void test_probe_names_the_code_of_a_refusal(void **state)
{
    run_result r;

    (void)state;
    probe_failing(&r, "trace=setsockopt", "inject=setsockopt:error=EPERM");
    assert_int_equal(r.code, 0);
    assert_cell(&r, "KEEPALIVE", "tcp4", "no EPERM");
    assert_cell(&r, "TYPE", "tcp4", "read 1");
    (void)find_line(r.out, 0, "refused");
    assert_value(r.out, "EPERM 1", "operation not permitted\n");
    run_free(&r);
}

static void test_probe_sets_what_cannot_be_read_back(void **state)
{
    run_result r;

    (void)state;
    probe_failing(&r, "trace=getsockopt", "inject=getsockopt:error=EACCES");
    assert_int_equal(r.code, 0);
    assert_cell(&r, "SEND_BUFFER", "tcp4", "set");
    assert_cell(&r, "TYPE", "tcp4", "no EACCES");
    run_free(&r);
}

#define PROBE_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PROBE_TEST(test_probe_has_a_line_for_every_option),
        PROBE_TEST(test_probe_answers_each_option_on_each_ipv4_socket),
        PROBE_TEST(test_probe_sets_nodelay_on_tcp_alone),
        PROBE_TEST(test_probe_reads_what_cannot_be_set),
        PROBE_TEST(test_probe_shows_the_value_that_was_set),
        PROBE_TEST(test_probe_fits_80_columns),
        PROBE_TEST(test_probe_tries_the_pollers_of_the_library),
        PROBE_TEST(test_probe_takes_the_poller_of_the_variable_for_auto),
        PROBE_TEST(test_probe_with_an_unknown_poller_says_so),
        PROBE_TEST(test_probe_finds_loopback_limits_and_localhost),
        PROBE_TEST(test_probe_json_has_an_object_for_each_answer),
        PROBE_TEST(test_probe_json_is_one_object_a_line),
        PROBE_TEST(test_probe_with_an_unknown_argument_exits_2),
        PROBE_TEST(test_probe_without_any_tcp_exits_1),
        PROBE_TEST(test_probe_names_the_code_of_a_refusal),
        PROBE_TEST(test_probe_sets_what_cannot_be_read_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
