/* SPDX-License-Identifier: MIT */
/*
 * test_bench.c - duosock bench from outside: its table and its object against
 * a server that echoes, and what it makes of servers that do not.
 */
#include "program/program.h"

#include "support/net.h"

#include <stdlib.h>

/* The number behind a key or a word; fails the test where there is none. */
static double number_after(const char *text, const char *what)
{
    const char *at = strstr(text, what);

    if (at == NULL) {
        fail_msg("'%s' is not in:\n%s", what, text);
        return 0;
    }
    return strtod(at + strlen(what), NULL);
}

/* ---- a server that echoes ---------------------------------------------- */

/* Those that are idle have had one message echoed, the others more. */
static void check_idle(size_t wanted)
{
    char *log = file_read(SERVER_LOG, NULL);
    const char *at = log;
    size_t count = 0;

    while ((at = strstr(at, " close 64 B in, 64 B out, ")) != NULL) {
        at++;
        count++;
    }
    assert_int_equal(count, wanted);
    free(log);
}

static void test_bench_prints_a_table(void **state)
{
    static const char *const words[] = {
        "\n  clients     3 sending, 2 idle\n",
        " of 64 B in ",
        " s, 1 under way per client\n",
        "\n  throughput  ",
        " messages/s, ",
        "B/s each way\n",
        "\n  latency     p50           p99           p99.9         max\n",
        " ms"};
    server s;
    char line[128];
    run_result r;
    size_t i;

    (void)state;
    SERVER_START(&s, "-v");
    PROGRAM_RUN(&r, "empty", "bench", s.address, "--clients", "3", "--idle",
                "2", "--duration", "200ms", "--poller", "select");
    assert_int_equal(r.code, 0);
    assert_string_equal(r.err, "");
    sprintf(line, "bench %s (select)\n", s.address);
    assert_int_equal(strncmp(r.out, line, strlen(line)), 0);
    for (i = 0; i < sizeof words / sizeof words[0]; i++) {
        assert_contains(r.out, words[i]);
    }
    assert_true(number_after(r.out, "\n  messages    ") > 3);
    assert_true(number_after(r.out, "\n  throughput  ") > 0);
    run_free(&r);
    for (i = 1; i <= 5; i++) {
        sprintf(line, "#%u close ", (unsigned)i);
        file_wait_for(SERVER_LOG, line);
    }
    server_stop(&s);
    check_idle(2);
}

static void check_json(const char *poller, const char *size,
                       const char *pipeline)
{
    server s;
    run_result r;
    double messages;
    double p50;
    double p99;

    SERVER_START(&s, "-q");
    PROGRAM_RUN(&r, "empty", "bench", s.address, "--json", "--clients", "4",
                "--duration", "100ms", "--poller", poller, "--size", size,
                "--pipeline", pipeline);
    assert_int_equal(r.code, 0);
    assert_string_equal(r.err, "");
    assert_int_equal(strncmp(r.out, "{\"ts\":\"20", 9), 0);
    assert_contains(r.out, "\"event\":\"bench\",\"remote\":\"127.0.0.1:");
    if (strcmp(poller, "auto") != 0) {
        assert_contains(r.out, poller);
    }
    assert_contains(r.out, "\"clients\":4,\"idle\":0,\"size\":");
    messages = number_after(r.out, "\"messages\":");
    assert_true(messages >= 4 * number_after(r.out, "\"pipeline\":"));
    assert_true(number_after(r.out, "\"bytes\":") ==
                messages * number_after(r.out, "\"size\":"));
    assert_true(number_after(r.out, "\"seconds\":") >= 0.09);
    assert_true(number_after(r.out, "\"messages_per_second\":") > 0);
    assert_true(number_after(r.out, "\"bytes_per_second\":") > 0);
    p50 = number_after(r.out, "\"p50_ns\":");
    p99 = number_after(r.out, "\"p99_ns\":");
    assert_true(p50 > 0 && p50 <= p99);
    assert_true(p99 <= number_after(r.out, "\"p999_ns\":"));
    assert_true(number_after(r.out, "\"p999_ns\":") <=
                number_after(r.out, "\"max_ns\":"));
    run_free(&r);
    server_stop(&s);
}

static void test_bench_with_every_poller_and_pipelines(void **state)
{
    duos_poller_backend list[8];
    size_t count = duos_poller_backends(list, 8);
    size_t i;

    (void)state;
    for (i = 0; i < count; i++) {
        check_json(duos_poller_backend_name(list[i]), "1", "1");
    }
    check_json("auto", "100", "1000"); /* more than one piece at a time */
    check_json("auto", "200K", "3");   /* longer than a piece */
}

static void test_bench_over_a_unix_socket(void **state)
{
    server s;
    run_result r;

    (void)state;
    if (os_is_windows()) {
        skip_because("not every Windows has them");
    }
    SERVER_START(&s, "unix:bench.sock");
    PROGRAM_RUN(&r, "empty", "bench", "unix:bench.sock", "--duration", "50ms");
    assert_int_equal(r.code, 0);
    run_free(&r);
    server_stop(&s);
}

static void test_bench_comes_from_its_source(void **state)
{
    server s;
    run_result r;

    (void)state;
    if (os_is_windows()) {
        skip_because("127.0.0.9 is no address of ours here");
    }
    SERVER_START(&s, "-v");
    PROGRAM_RUN(&r, "empty", "bench", s.address, "--clients", "1", "--duration",
                "50ms", "--source", "127.0.0.9");
    assert_int_equal(r.code, 0);
    server_assert_said("#1 open 127.0.0.9:");
    run_free(&r);
    server_stop(&s);
}

/* ---- what is told meanwhile -------------------------------------------- */

static void test_bench_tells_its_counters(void **state)
{
    server s;
    run_result r;

    (void)state;
    SERVER_START(&s, "-q");
    PROGRAM_RUN(&r, "empty", "bench", s.address, "--clients", "1", "--duration",
                "300ms", "--stats", "50ms");
    assert_int_equal(r.code, 0);
    assert_contains(r.err, "stats: ");
    assert_contains(r.err, " messages/s, 0.");
    run_free(&r);
    PROGRAM_RUN(&r, "empty", "bench", s.address, "--clients", "1", "--duration",
                "300ms", "--stats", "50ms", "--json");
    assert_contains(r.out, "\"event\":\"stats\",\"clients\":1,");
    run_free(&r);
    server_stop(&s);
}

static void test_SG1_bench_that_is_stopped_prints_what_it_has(void **state)
{
    server s;
    const char *args[] = {"bench", s.address, "--clients", "2", "--duration",
                          "0",     "--stats", "50ms",      NULL};
    spawn *process;
    char *out;

    (void)state;
    SERVER_START(&s, "-q");
    process = program_start(args, "empty", "run.out", "run.err");
    file_wait_for("run.err", "stats: ");
    if (!spawn_ask_to_stop(process, true)) {
        process_kill(process);
        skip_because("one process cannot ask another one to stop");
    }
    assert_int_equal(process_wait(process), 0);
    out = file_read("run.out", NULL);
    assert_true(number_after(out, "\n  messages    ") > 0);
    free(out);
    server_stop(&s);
}

/* ---- servers that do not ----------------------------------------------- */

/* What the first client will send next, so that it would be right then. */
static void fill_next(char *message)
{
    uint32_t state = 1;
    size_t i;

    for (i = 0; i < 128; i++) {
        state = state * 1664525u + 1013904223u;
        assert_true(i >= 64 || message[i] == (char)(state >> 24));
        message[i] = (char)(state >> 24);
    }
}

/* One client; what it sends is answered so. */
static void check_liar(size_t at, char change, size_t more, const char *said)
{
    char address[DUOS_ADDR_TEXT_MAX];
    duos_socket listener = peer_listen(address, sizeof address);
    const char *args[] = {"bench",      address, "--clients", "1",
                          "--duration", "1h",    NULL};
    spawn *process = program_start(args, "empty", "run.out", "run.err");
    duos_socket peer = peer_accept(listener);
    char message[128] = "";
    char *err;

    assert_ok(duos_recv_exact(peer, message, 64, PATIENCE_MS, NULL));
    fill_next(message);
    message[at] = (char)(message[at] ^ change);
    assert_ok(duos_send_all(peer, message, 64 + more, PATIENCE_MS, NULL));
    assert_int_equal(process_wait(process), 6);
    err = file_read("run.err", NULL);
    assert_contains(err, said);
    free(err);
    duos_close(&peer);
    duos_close(&listener);
}

static void test_bench_finds_each_wrong_byte_and_exits_6(void **state)
{
    (void)state;
    check_liar(0, 1, 0, ": protocol error (");
    check_liar(63, '\x80', 0, "hint: it must send back what it gets");
    check_liar(63, 0, 1, ": protocol error (");
}

static void test_bench_without_echoes_exits_5(void **state)
{
    server s;
    run_result r;

    (void)state;
    SERVER_START(&s, "--mode", "discard");
    PROGRAM_RUN(&r, "empty", "bench", s.address, "--clients", "2", "--duration",
                "50ms", "--timeout", "100ms");
    assert_int_equal(r.code, 5);
    assert_contains(r.err, ": timed out (");
    assert_string_equal(r.out, "");
    run_free(&r);
    PROGRAM_RUN(&r, "empty", "bench", s.address, "--clients", "1", "--idle",
                "1", "--timeout", "100ms");
    assert_int_equal(r.code, 5); /* not even one of an idle client */
    run_free(&r);
    server_stop(&s);
}

static void test_bench_whose_server_turns_it_away_exits_1(void **state)
{
    server s;
    run_result r;

    (void)state;
    SERVER_START(&s, "--max-clients", "1");
    PROGRAM_RUN(&r, "empty", "bench", s.address, "--clients", "2", "--duration",
                "1h");
    assert_int_equal(r.code, 1);
    assert_contains(r.err, "bench 127.0.0.1:");
    run_free(&r);
    server_stop(&s);
}

static void test_bench_without_a_server_exits_3(void **state)
{
    char address[DUOS_ADDR_TEXT_MAX];
    duos_socket bound = peer_bound(address);
    run_result r;

    (void)state;
    PROGRAM_RUN(&r, "empty", "bench", address, "--retry", "1", "--clients",
                "1");
    assert_int_equal(r.code, 3);
    assert_contains(r.err, "); again in 0.");
    assert_contains(r.err, ": connection refused (");
    run_free(&r);
    duos_close(&bound);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PROGRAM_TEST(test_bench_prints_a_table),
        PROGRAM_TEST(test_bench_with_every_poller_and_pipelines),
        PROGRAM_TEST(test_bench_over_a_unix_socket),
        PROGRAM_TEST(test_bench_comes_from_its_source),
        PROGRAM_TEST(test_bench_tells_its_counters),
        PROGRAM_TEST(test_SG1_bench_that_is_stopped_prints_what_it_has),
        PROGRAM_TEST(test_bench_finds_each_wrong_byte_and_exits_6),
        PROGRAM_TEST(test_bench_without_echoes_exits_5),
        PROGRAM_TEST(test_bench_whose_server_turns_it_away_exits_1),
        PROGRAM_TEST(test_bench_without_a_server_exits_3),
    };

    return cmocka_run_group_tests(tests, program_begin, NULL);
}
