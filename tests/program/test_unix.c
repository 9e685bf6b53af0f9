/* SPDX-License-Identifier: MIT */
/*
 * test_unix.c - duosock serve and connect on unix sockets, from outside.
 */
#include "program/program.h"

#include "support/net.h"

#include <stdlib.h>

#define PATH    "program.sock"
#define ADDRESS "unix:" PATH

static bool have_unix(void)
{
    duos_socket s;

    if (duos_open(DUOS_UNIX, DUOS_STREAM, 0, &s) != DUOS_OK) {
        return false;
    }
    (void)duos_close(&s);
    return true;
}

#define need_unix()                                                            \
    do {                                                                       \
        if (!have_unix()) {                                                    \
            skip_because("the system has no unix sockets");                    \
        }                                                                      \
    } while (0)

/* server_start has an address of its own; this one has no port. */
static spawn *serve_at(const char *address)
{
    const char *const args[] = {"serve", address, "--ready-file", SERVER_READY,
                                NULL};
    spawn *process;

    (void)remove(SERVER_READY);
    process = program_start(args, NULL, NULL, SERVER_LOG);
    file_wait_for(SERVER_READY, address);
    return process;
}

static void check_echo(const char *address)
{
    run_result r;

    file_write("request.txt", "hello\n", 6);
    PROGRAM_RUN(&r, "request.txt", "connect", address);
    assert_int_equal(r.code, 0);
    assert_string_equal(r.out, "hello\n");
    run_free(&r);
}

static void stop(spawn *process)
{
    if (spawn_ask_to_stop(process, false)) {
        assert_int_equal(process_wait(process), 0);
    } else {
        process_kill(process);
    }
}

static void test_serve_and_connect_through_a_path(void **state)
{
    spawn *process;
    run_result r;
    uint32_t mode;

    (void)state;
    need_unix();
    (void)remove(PATH);
    process = serve_at(ADDRESS);
    server_assert_said("listening on " ADDRESS " (unix, ");
    if (os_get_mode(PATH, &mode)) {
        assert_int_equal(mode, 0600);
    }
    check_echo(ADDRESS);
    file_wait_for(SERVER_LOG, "#1 close 6 B in, 6 B out");
    /* A second server is refused, the first one lives. */
    PROGRAM_RUN(&r, NULL, "serve", ADDRESS);
    assert_int_not_equal(r.code, 0);
    assert_contains(r.err, "already in use");
    run_free(&r);
    check_echo(ADDRESS);
    stop(process);
    if (!os_is_windows()) {
        assert_false(os_path_exists(PATH));
    }
}

/* Killed: the file stays, and the next server takes it over. */
static void test_trap_24_serve_after_a_crash_takes_the_path_over(void **state)
{
    spawn *process;

    (void)state;
    need_unix();
    (void)remove(PATH);
    process_kill(serve_at(ADDRESS));
    assert_true(os_path_exists(PATH));
    process = serve_at(ADDRESS);
    check_echo(ADDRESS);
    stop(process);
}

static void test_serve_and_connect_by_abstract_name(void **state)
{
    char address[64];
    spawn *process;
    uint64_t pid;
    uint32_t uid;
    uint32_t gid;

    (void)state;
    need_unix();
    if (!os_is_linux()) {
        skip_because("abstract names are Linux's own");
    }
    assert_true(os_get_self(&pid, &uid, &gid));
    (void)snprintf(address, sizeof address, "unix:@duosock-program-%lu",
                   (unsigned long)pid);
    process = serve_at(address);
    check_echo(address);
    stop(process);
}

/* A peer may choose its name; it gets into the log, but harmlessly. */
static void test_CH5_name_of_a_peer_is_escaped_in_the_log(void **state)
{
    static const char name[] = "p\033]0;x\a\n#9 \302\205\342\200\256\377";
    duos_socket peer;
    duos_addr at;
    spawn *process;
    char *log;
    size_t i;

    (void)state;
    need_unix();
    if (os_is_windows()) {
        skip_because("no such names of files on this system");
    }
    (void)remove(PATH);
    (void)remove(name);
    process = serve_at(ADDRESS);
    peer = net_open(DUOS_UNIX, DUOS_STREAM);
    at = net_unix(name);
    assert_ok(duos_bind(peer, &at));
    at = net_unix(PATH);
    assert_ok(duos_connect(peer, &at));
    file_wait_for(SERVER_LOG, "#1 open ");
    net_close(&peer);
    file_wait_for(SERVER_LOG, "#1 close ");
    stop(process);
    (void)remove(name);
    log = file_read(SERVER_LOG, NULL);
    assert_contains(log, "p\\x1B]0;x\\x07\\x0A#9 "
                         "\\xC2\\x85\\xE2\\x80\\xAE\\xFF");
    for (i = 0; log[i] != '\0'; i++) {
        assert_true(log[i] == '\n' || (log[i] >= ' ' && log[i] < 0x7f));
    }
    free(log);
}

static void test_unix_address_that_cannot_be_is_told(void **state)
{
    run_result r;

    (void)state;
    if (have_unix()) {
        (void)remove(PATH);
        PROGRAM_RUN(&r, NULL, "connect", ADDRESS);
        assert_int_not_equal(r.code, 0);
        assert_contains(r.err, ADDRESS);
        run_free(&r);
        file_write(PATH, "x", 1);
        PROGRAM_RUN(&r, NULL, "serve", ADDRESS);
        assert_int_not_equal(r.code, 0);
        assert_contains(r.err, "already exists");
        run_free(&r);
        assert_true(os_path_exists(PATH));
        assert_int_equal(remove(PATH), 0);
    } else {
        PROGRAM_RUN(&r, NULL, "serve", ADDRESS);
        assert_int_not_equal(r.code, 0);
        assert_contains(r.err, "address family not supported");
        run_free(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PROGRAM_TEST(test_serve_and_connect_through_a_path),
        PROGRAM_TEST(test_trap_24_serve_after_a_crash_takes_the_path_over),
        PROGRAM_TEST(test_serve_and_connect_by_abstract_name),
        PROGRAM_TEST(test_CH5_name_of_a_peer_is_escaped_in_the_log),
        PROGRAM_TEST(test_unix_address_that_cannot_be_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
