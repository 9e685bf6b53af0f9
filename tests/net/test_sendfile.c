/* SPDX-License-Identifier: MIT */
/*
 * test_sendfile.c - a file into a connection: whole, in pieces, from far
 * behind, shorter than told, and from what is no file.
 */
#include "support/bytes.h"
#include "support/net.h"

#include <duosock/option.h>

static const duos_socket none = DUOS_SOCKET_INVALID;

#define FILE_BYTES 3000000

static unsigned char content[FILE_BYTES];
static unsigned char received[FILE_BYTES];

static intptr_t open_file(size_t len)
{
    intptr_t file = -1;
    size_t i;

    for (i = 0; i < sizeof content; i++) {
        content[i] = (unsigned char)(i * 7 + i / 4096);
    }
    assert_true(bytes_open_file(&file));
    assert_true(bytes_write_at(file, 0, content, len));
    return file;
}

/* Sends all of it, while the other end reads; counts the calls. */
static size_t transfer(const pair *p, intptr_t file, uint64_t offset,
                       size_t len)
{
    size_t sent = 0;
    size_t got = 0;
    size_t calls = 0;
    size_t n = 0;

    while (got < len) {
        duos_err err = DUOS_EWOULDBLOCK;

        if (sent < len) {
            err = duos_sendfile(p->client, file, offset + sent, len - sent, &n);
            calls++;
        }
        if (err == DUOS_OK) {
            assert_between(n, 1, len - sent);
            sent += n;
        } else {
            assert_int_equal(err, DUOS_EWOULDBLOCK);
        }
        net_await(p->server, DUOS_READ);
        assert_ok(duos_recv(p->server, received + got, len - got, &n));
        got += n;
    }
    assert_int_equal(sent, len);
    return calls;
}

static void assert_family(duos_family family)
{
    pair p = net_pair(family);
    intptr_t file = open_file(FILE_BYTES);

    (void)transfer(&p, file, 0, FILE_BYTES);
    assert_memory_equal(received, content, FILE_BYTES);
    (void)transfer(&p, file, 12345, 100000);
    assert_memory_equal(received, content + 12345, 100000);
    bytes_close_file(file);
    net_close_pair(&p);
}

static void test_sendfile_arrives_whole(void **state)
{
    (void)state;
    assert_family(DUOS_IPV4);
}

static void test_sendfile_arrives_whole_ipv6(void **state)
{
    (void)state;
    net_need(DUOS_IPV6);
    assert_family(DUOS_IPV6);
}

static void test_sendfile_nonblocking_sends_what_fits(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    intptr_t file = open_file(FILE_BYTES);
    size_t sent = 0;
    size_t n = 0;
    duos_err err;

    (void)state;
    assert_ok(duos_set_int(p.client, DUOS_OPT_SEND_BUFFER, 16384));
    assert_ok(duos_set_int(p.server, DUOS_OPT_RECV_BUFFER, 16384));
    do {
        sent += n;
        n = 0;
        err = duos_sendfile(p.client, file, sent, FILE_BYTES - sent, &n);
    } while (err == DUOS_OK);
    assert_between(sent, 1, FILE_BYTES - 1);
    assert_err(DUOS_EWOULDBLOCK,
               duos_sendfile(p.client, file, sent, FILE_BYTES - sent, &n));
    assert_ok(duos_recv_exact(p.server, received, sent, PATIENCE_MS, &n));
    assert_memory_equal(received, content, sent);
    bytes_close_file(file);
    net_close_pair(&p);
}

/* The file is shorter than told: that is no error before its end. */
static void test_sendfile_ends_with_the_file(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    intptr_t file = open_file(1000);
    size_t n = 9;

    (void)state;
    assert_ok(duos_sendfile(p.client, file, 900, 5000, &n));
    assert_int_equal(n, 100);
    assert_err(DUOS_EEOF, duos_sendfile(p.client, file, 1000, 1, &n));
    assert_err(DUOS_EEOF, duos_sendfile(p.client, file, 70000, 1, &n));
    assert_int_equal(n, 100);
    assert_ok(duos_sendfile(p.client, file, 0, 0, &n));
    assert_int_equal(n, 0);
    bytes_close_file(file);
    net_close_pair(&p);
}

/* Trap 42: offsets and lengths above what an int, or 32 bits, can hold. */
static void test_trap_42_sendfile_beyond_4_gib(void **state)
{
    const uint64_t far_off = UINT64_C(5) << 30;
    pair p = net_pair(DUOS_IPV4);
    intptr_t file = open_file(10);
    char text[6] = "";
    size_t n = 0;

    (void)state;
    if (!bytes_write_at(file, far_off, "behind", 6)) {
        bytes_close_file(file);
        net_close_pair(&p);
        skip_because("no room for a file with 5 GiB of nothing");
    }
    assert_ok(duos_sendfile(p.client, file, far_off, (size_t)INT32_MAX, &n));
    assert_int_equal(n, 6);
    assert_ok(duos_recv_exact(p.server, text, 6, PATIENCE_MS, NULL));
    assert_memory_equal(text, "behind", 6);
    n = 0;
    assert_ok(duos_sendfile(p.client, file, 0, SIZE_MAX / 2, &n));
    assert_true(n > 0);
    bytes_close_file(file);
    net_close_pair(&p);
}

/* Trap 41: sendfile(2) has no flag against SIGPIPE, which would end this. */
static void test_trap_41_sendfile_to_a_peer_that_is_gone_is_epipe(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    intptr_t file = open_file(1000);
    size_t n;

    (void)state;
    assert_true(os_sigpipe_is_default());
    assert_ok(duos_shutdown(p.client, DUOS_SHUT_SEND));
    assert_err(DUOS_EPIPE, duos_sendfile(p.client, file, 0, 1000, &n));
    assert_true(os_sigpipe_is_default());
    bytes_close_file(file);
    net_close_pair(&p);
}

/* Hears to the end, takes the beginning of what is said, and goes. */
static void run_leave_early(void *user)
{
    duos_socket *s = (duos_socket *)user;
    static unsigned char taken[300000];
    size_t n;

    if (duos_recv_exact(*s, taken, sizeof taken, PATIENCE_MS, &n) == DUOS_OK) {
        (void)duos_close(s);
    }
}

/* The signal comes with a count, not with an error. */
static void test_trap_41_sendfile_cut_short_raises_no_sigpipe(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    intptr_t file = open_file(FILE_BYTES);
    os_thread *thread;
    size_t n = 0;
    duos_err err;

    (void)state;
    assert_true(os_sigpipe_is_default());
    assert_ok(duos_set_int(p.client, DUOS_OPT_SEND_BUFFER, 16384));
    assert_ok(duos_set_int(p.server, DUOS_OPT_RECV_BUFFER, 16384));
    assert_ok(duos_set_nonblocking(p.client, false));
    assert_ok(duos_shutdown(p.server, DUOS_SHUT_SEND));
    net_await(p.client, DUOS_READ);
    thread = os_thread_start(run_leave_early, &p.server);
    assert_non_null(thread);
    err = duos_sendfile(p.client, file, 0, FILE_BYTES, &n);
    os_thread_join(thread);
    assert_false(duos_socket_valid(p.server));
    assert_int_equal(err, DUOS_OK);
    assert_between(n, 300000, FILE_BYTES - 1);
    assert_int_not_equal(duos_sendfile(p.client, file, n, 1, &n), DUOS_OK);
    assert_true(os_sigpipe_is_default());
    bytes_close_file(file);
    net_close(&p.client);
}

static void test_ST4_sendfile_after_a_reset_is_econnreset(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    intptr_t file = open_file(1000);
    size_t n;

    (void)state;
    net_reset(&p.server);
    net_await(p.client, DUOS_READ);
    assert_err(DUOS_ECONNRESET, duos_sendfile(p.client, file, 0, 1000, &n));
    bytes_close_file(file);
    net_close(&p.client);
}

/* sendfile(2) refuses such files; they are read instead. */
static void test_sendfile_of_a_file_without_pages_is_read(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    intptr_t file;
    char text[5] = "";
    size_t n = 0;

    (void)state;
    if (!bytes_open_made_up(&file)) {
        net_close_pair(&p);
        skip_because("no files here that are made up while they are read");
    }
    assert_ok(duos_sendfile(p.client, file, 0, 100000, &n));
    assert_true(n > 20);
    assert_ok(duos_recv_exact(p.server, text, 5, PATIENCE_MS, NULL));
    assert_memory_equal(text, "Name:", 5);
    bytes_close_file(file);
    net_close_pair(&p);
}

/* ---- what is refused -------------------------------------------------------
 */

static void test_sendfile_of_no_file_is_refused(void **state)
{
    pair p = net_pair(DUOS_IPV4);
    intptr_t file = open_file(10);
    intptr_t ends[2];
    size_t n = 9;

    (void)state;
    assert_err(DUOS_EINVAL, duos_sendfile(p.client, file, 0, 10, NULL));
    assert_err(DUOS_EINVAL,
               duos_sendfile(p.client, file, UINT64_MAX - 5, 10, &n));
    bytes_close_file(file);
    assert_err(DUOS_EBADF, duos_sendfile(p.client, -1, 0, 10, &n));
    assert_err(DUOS_EBADF, duos_sendfile(p.client, file, 0, 10, &n));
    assert_true(bytes_open_for_writing(&file));
    assert_err(DUOS_EBADF, duos_sendfile(p.client, file, 0, 10, &n));
    bytes_close_file(file);
    assert_true(bytes_open_pipe(ends));
    assert_err(DUOS_EINVAL, duos_sendfile(p.client, ends[0], 0, 10, &n));
    bytes_close_file(ends[0]);
    bytes_close_file(ends[1]);
    assert_int_equal(n, 9);
    net_exchange(p.client, p.server);
    net_close_pair(&p);
}

static void test_sendfile_into_no_stream_is_refused(void **state)
{
    intptr_t file = open_file(10);
    duos_socket s = net_open(DUOS_IPV4, DUOS_DGRAM);
    duos_socket copy = s;
    duos_socket no_socket = duos_socket_from_os(file);
    size_t n = 9;
    duos_err err;

    (void)state;
    assert_err(DUOS_EOPNOTSUPP, duos_sendfile(s, file, 0, 10, &n));
    net_close(&s);
    assert_err(DUOS_EBADF, duos_sendfile(none, file, 0, 10, &n));
    assert_err(DUOS_EBADF, duos_sendfile(copy, file, 0, 10, &n));
    /* sendfile(2) would write into a file as well. */
    assert_err(DUOS_ENOTSOCK, duos_sendfile(no_socket, file, 0, 10, &n));
    s = net_open(DUOS_IPV4, DUOS_STREAM);
    err = duos_sendfile(s, file, 0, 10, &n);
    if (!os_is_linux() && !os_is_wine()) {
        assert_err(DUOS_ENOTCONN, duos_sendfile(s, file, 0, 10, &n));
    }
    assert_true(err == DUOS_ENOTCONN || err == DUOS_EPIPE ||
                err == DUOS_ECONNRESET);
    assert_int_equal(n, 9);
    net_close(&s);
    bytes_close_file(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sendfile_arrives_whole),
        cmocka_unit_test(test_sendfile_arrives_whole_ipv6),
        cmocka_unit_test(test_sendfile_nonblocking_sends_what_fits),
        cmocka_unit_test(test_sendfile_ends_with_the_file),
        cmocka_unit_test(test_trap_42_sendfile_beyond_4_gib),
        cmocka_unit_test(test_trap_41_sendfile_to_a_peer_that_is_gone_is_epipe),
        cmocka_unit_test(test_trap_41_sendfile_cut_short_raises_no_sigpipe),
        cmocka_unit_test(test_ST4_sendfile_after_a_reset_is_econnreset),
        cmocka_unit_test(test_sendfile_of_a_file_without_pages_is_read),
        cmocka_unit_test(test_sendfile_of_no_file_is_refused),
        cmocka_unit_test(test_sendfile_into_no_stream_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
