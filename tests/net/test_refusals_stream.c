/* SPDX-License-Identifier: MIT */
/*
 * test_refusals_stream.c - each call of the system is refused once (SY1, SY6,
 * SY7, SY10, SY11) under pairs, listeners, connections and what goes through
 * them.
 */
#include "support/bytes.h"
#include "support/refuse_use.h"

#include <duosock/listen.h>
#include <duosock/local.h>
#include <duosock/message.h>
#include <duosock/pair.h>
#include <duosock/select.h>
#include <duosock/sendfile.h>
#include <duosock/stream.h>

/* ---- pairs ------------------------------------------------------------- */

static duos_err use_pair(duos_type type, unsigned flags)
{
    duos_socket ends[2];
    char got[4];
    size_t n;
    duos_err err = duos_socketpair(type, flags, ends);

    if (err != DUOS_OK) {
        return err;
    }
    err = duos_send(ends[0], "pair", 4, &n);
    if (err == DUOS_OK) {
        err = duos_wait(ends[1], DUOS_READ, PATIENCE_MS, NULL);
    }
    if (err == DUOS_OK) {
        err = duos_recv(ends[1], got, sizeof got, &n);
    }
    if (err == DUOS_OK) {
        assert_int_equal(n, 4);
        assert_memory_equal(got, "pair", 4);
    }
    close_both(ends);
    return err;
}

static duos_err use_stream_pair(void)
{
    duos_err err = use_pair(DUOS_STREAM, DUOS_BLOCKING);

    return err == DUOS_OK ? use_pair(DUOS_STREAM, DUOS_NONBLOCK) : err;
}

static duos_err use_datagram_pair(void)
{
    duos_err err = use_pair(DUOS_DGRAM, DUOS_BLOCKING);

    return err == DUOS_OK ? use_pair(DUOS_DGRAM, DUOS_NONBLOCK) : err;
}

static void test_socketpair_refused_a_call_gives_its_error(void **state)
{
    (void)state;
    assert_bears_refusals(use_stream_pair);
    assert_bears_refusals(use_datagram_pair);
}

/* ---- streams ----------------------------------------------------------- */

static const char *address_of_use;
static duos_reuse reuse_of_use;

static duos_err talk(duos_socket from, duos_socket to)
{
    char data[8];
    duos_buf parts[2];
    duos_tuple tuple;
    size_t n;
    duos_err err;

    parts[0].data = data;
    parts[0].len = 3;
    parts[1].data = data + 3;
    parts[1].len = 5;
    memcpy(data, "refusals", 8);
    err = duos_sendv(from, parts, 2, 0, &n);
    memset(data, 0, sizeof data);
    if (err == DUOS_OK) {
        assert_int_equal(n, 8);
        err = duos_wait(to, DUOS_READ, PATIENCE_MS, NULL);
    }
    if (err == DUOS_OK) {
        err = duos_recvv(to, parts, 2, 0, &n);
    }
    if (err == DUOS_OK) {
        assert_int_equal(n, 8);
        assert_memory_equal(data, "refusals", 8);
        err = duos_send_all(to, data, 8, PATIENCE_MS, NULL);
    }
    if (err == DUOS_OK) {
        err = duos_recv_exact(from, data, 8, PATIENCE_MS, NULL);
    }
    if (err == DUOS_OK) {
        err = duos_socket_tuple(from, &tuple);
    }
    return err == DUOS_OK ? duos_shutdown(from, DUOS_SHUT_SEND) : err;
}

static duos_err accept_and_talk(duos_socket listener, duos_socket client)
{
    duos_socket server;
    duos_err err = duos_wait(listener, DUOS_READ, PATIENCE_MS, NULL);

    if (err == DUOS_OK) {
        err = duos_accept(listener, DUOS_NONBLOCK, &server, NULL);
    }
    if (err != DUOS_OK) {
        return err;
    }
    err = talk(client, server);
    (void)duos_close(&server);
    return err;
}

static duos_err use_stream(void)
{
    duos_listen_options options;
    char text[DUOS_ADDR_TEXT_MAX];
    duos_listener l;
    duos_socket client;
    duos_err err;

    duos_listen_options_init(&options);
    options.reuse = reuse_of_use;
    err = duos_listener_open(address_of_use, &options, &l);
    if (err != DUOS_OK) {
        return err;
    }
    assert_ok(duos_addr_format(&l.bound[0], text, sizeof text));
    err = duos_dial(text, PATIENCE_MS, &client);
    if (err == DUOS_OK) {
        err = accept_and_talk(l.socks[0], client);
        (void)duos_close(&client);
    }
    duos_listener_close(&l);
    return err;
}

static void test_stream_refused_a_call_gives_its_error(void **state)
{
    (void)state;
    address_of_use = "127.0.0.1:0";
    reuse_of_use = DUOS_REUSE_SAFE;
    assert_bears_refusals(use_stream);
}

static void test_stream_of_a_shared_port_refused_a_call_gives_its_error(
    void **state)
{
    (void)state;
    if (os_is_windows()) {
        skip_because("no port is shared on this system");
    }
    address_of_use = "127.0.0.1:0";
    reuse_of_use = DUOS_REUSE_SHARED;
    assert_bears_refusals(use_stream);
}

#define PATH "refusals.socket"

static duos_err use_path(void)
{
    (void)remove(PATH); /* a refusal may have left it behind */
    return use_stream();
}

/* What an ended program left behind is replaced. */
static duos_err use_stale_path(void)
{
    duos_socket s;
    duos_err err;

    (void)remove(PATH);
    err = duos_listen_at("unix:" PATH, NULL, &s, NULL);
    if (err != DUOS_OK) {
        return err;
    }
    (void)duos_close(&s);
    return use_stream();
}

static void test_stream_of_a_path_refused_a_call_gives_its_error(void **state)
{
    (void)state;
    net_need_unix(DUOS_STREAM);
    address_of_use = "unix:" PATH;
    reuse_of_use = DUOS_REUSE_SAFE;
    assert_bears_refusals(use_path);
    assert_bears_refusals(use_stale_path);
    assert_bears_interruptions(use_stale_path);
}

/* Nobody else would tidy up what nobody listens at. */
static void test_path_whose_mode_is_refused_is_removed(void **state)
{
    duos_socket s;

    (void)state;
    net_need_unix(DUOS_STREAM);
    if (os_is_windows()) {
        skip_because("paths have no mode on this system");
    }
    (void)remove(PATH);
    refuse_begin(1, REFUSE_FOR_WANT, "chmod");
    assert_err(DUOS_EPERM, duos_listen_at("unix:" PATH, NULL, &s, NULL));
    assert_non_null(refuse_end());
    assert_false(os_path_exists(PATH));
}

static void test_stream_interrupted_goes_on(void **state)
{
    (void)state;
    address_of_use = "127.0.0.1:0";
    reuse_of_use = DUOS_REUSE_SAFE;
    assert_bears_interruptions(use_stream);
}

/* ---- files ------------------------------------------------------------- */

static duos_err use_file(void)
{
    duos_socket ends[2];
    intptr_t file;
    size_t n = 0;
    duos_err err = duos_socketpair(DUOS_STREAM, DUOS_NONBLOCK, ends);

    if (err != DUOS_OK) {
        return err;
    }
    assert_true(bytes_open_file(&file));
    assert_true(bytes_write_at(file, 0, "content", 7));
    err = duos_sendfile(ends[0], file, 0, 7, &n);
    if (err == DUOS_OK) {
        assert_int_equal(n, 7);
    }
    bytes_close_file(file);
    close_both(ends);
    return err;
}

static void test_sendfile_refused_a_call_gives_its_error(void **state)
{
    (void)state;
    assert_bears_refusals(use_file);
}

static void test_sendfile_interrupted_goes_on(void **state)
{
    (void)state;
    assert_bears_interruptions(use_file);
}

/* ---- many at once ------------------------------------------------------ */

static duos_err use_select(void)
{
    duos_socket ends[2];
    duos_fdset set;
    size_t ready = 0;
    duos_err err = duos_socketpair(DUOS_STREAM, DUOS_NONBLOCK, ends);

    if (err != DUOS_OK) {
        return err;
    }
    duos_fdset_init(&set, NULL);
    err = duos_fdset_set(&set, ends[0]);
    if (err == DUOS_OK) {
        err = duos_select(NULL, &set, NULL, PATIENCE_MS, &ready);
    }
    if (err == DUOS_OK) {
        assert_int_equal(ready, 1);
    }
    duos_fdset_fini(&set);
    close_both(ends);
    return err;
}

static void test_select_refused_a_call_gives_its_error(void **state)
{
    (void)state;
    assert_bears_refusals(use_select);
}

static void test_select_interrupted_goes_on(void **state)
{
    (void)state;
    assert_bears_interruptions(use_select);
}

/* ---- unix sockets ------------------------------------------------------ */

static duos_err use_handover(void)
{
    duos_credentials who;
    duos_socket ends[2];
    intptr_t got = -1;
    char data;
    size_t n;
    duos_err err = duos_socketpair(DUOS_STREAM, DUOS_NONBLOCK, ends);

    if (err != DUOS_OK) {
        return err;
    }
    err = duos_peer_credentials(ends[0], &who);
    if (err == DUOS_OK) {
        err = duos_send_handle(ends[0], "h", 1, ends[0].os, &n);
    }
    if (err == DUOS_OK) {
        err = duos_recv_handle(ends[1], &data, 1, &n, &got);
    }
    if (err == DUOS_OK) {
        duos_socket copy = duos_socket_from_os(got);

        assert_int_equal(data, 'h');
        (void)duos_close(&copy);
    }
    close_both(ends);
    return err;
}

static void test_handover_refused_a_call_gives_its_error(void **state)
{
    (void)state;
    if (os_is_windows()) {
        skip_because("pairs are no unix sockets on this system");
    }
    assert_bears_refusals(use_handover);
}

static void test_handover_interrupted_goes_on(void **state)
{
    (void)state;
    if (os_is_windows()) {
        skip_because("pairs are no unix sockets on this system");
    }
    assert_bears_interruptions(use_handover);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_socketpair_refused_a_call_gives_its_error),
        cmocka_unit_test(test_stream_refused_a_call_gives_its_error),
        cmocka_unit_test(
            test_stream_of_a_shared_port_refused_a_call_gives_its_error),
        cmocka_unit_test(test_stream_of_a_path_refused_a_call_gives_its_error),
        cmocka_unit_test(test_path_whose_mode_is_refused_is_removed),
        cmocka_unit_test(test_stream_interrupted_goes_on),
        cmocka_unit_test(test_sendfile_refused_a_call_gives_its_error),
        cmocka_unit_test(test_sendfile_interrupted_goes_on),
        cmocka_unit_test(test_select_refused_a_call_gives_its_error),
        cmocka_unit_test(test_select_interrupted_goes_on),
        cmocka_unit_test(test_handover_refused_a_call_gives_its_error),
        cmocka_unit_test(test_handover_interrupted_goes_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
