/* SPDX-License-Identifier: MIT */
/*
 * test_refusals.c - each call of the system that a use of the library makes
 * is refused once (SY1, SY6, SY9, SY12): the use goes on without, or says
 * what the system said, and leaves nothing open; and interrupted calls are
 * made again, unseen.
 */
#include "support/bytes.h"
#include "support/net.h"
#include "support/refuse.h"

#include <duosock/client.h>
#include <duosock/input.h>
#include <duosock/interface.h>
#include <duosock/listen.h>
#include <duosock/local.h>
#include <duosock/loop.h>
#include <duosock/message.h>
#include <duosock/multicast.h>
#include <duosock/option.h>
#include <duosock/pair.h>
#include <duosock/poller.h>
#include <duosock/quit.h>
#include <duosock/resolve.h>
#include <duosock/select.h>
#include <duosock/sendfile.h>
#include <duosock/server.h>
#include <duosock/stream.h>
#include <duosock/tcpinfo.h>

#include "sys_host.h"

/* No use makes so many calls; if it does, the test is wrong. */
#define CALLS_MAX 2000

/* A use of the library: the first error, with everything closed again. */
typedef duos_err use(void);

/* ---- what is asked of every use ----------------------------------------- */

/* What a thread had is gone soon after it has ended. */
static bool is_more_open(size_t before)
{
    uint64_t begin = net_now();
    size_t now = 0;

    do {
        assert_true(os_count_handles(&now));
    } while (now > before && net_now() - begin < (uint64_t)2000 * 1000000);
    return now > before;
}

/* ENOENT: Windows cannot say which interface is meant. */
static void assert_is_reason(duos_err err, const char *name)
{
    bool unknown = os_is_windows() && err == DUOS_ENOENT;

    if (err != DUOS_OK && err != refuse_code() && err != DUOS_ENOMEM &&
        err != DUOS_ENOTSUP && !unknown) {
        print_error("%s was refused with %s, and the library said %s\n", name,
                    duos_err_name(refuse_code()), duos_err_name(err));
        fail();
    }
}

/*
 * Refuses call after call, until all have been; returns how many there are.
 * Counting handles takes its time, so it is done for each call only once it
 * is known that one leaves something open.
 */
static unsigned refuse_each(use *what, refuse_how how, bool count)
{
    unsigned k;

    for (k = 1; k < CALLS_MAX; k++) {
        const char *name;
        size_t before = SIZE_MAX;
        duos_err err;

        assert_true(!count || os_count_handles(&before));
        refuse_begin(k, how, NULL);
        err = what();
        name = refuse_end();
        if (name == NULL) {
            assert_ok(err);
            return k - 1;
        }
        if (how == REFUSE_INTERRUPT) {
            check_err(DUOS_OK, err, name, __FILE__, __LINE__);
        }
        assert_is_reason(err, name);
        if (count && is_more_open(before)) {
            fail_msg("%s was refused, and something stayed open", name);
        }
    }
    fail_msg("more than %d calls", CALLS_MAX);
    return 0;
}

static unsigned bear(use *what, refuse_how how)
{
    size_t before;
    unsigned calls;

    assert_ok(what()); /* what a process makes once and keeps */
    assert_true(os_count_handles(&before));
    calls = refuse_each(what, how, false);
    if (is_more_open(before)) {
        (void)refuse_each(what, how, true);
        fail_msg("%s", "something stays open at times");
    }
    return calls;
}

static void assert_bears_refusals(use *what)
{
    assert_true(bear(what, REFUSE_FOR_WANT) > 0);
}

static void assert_bears_interruptions(use *what)
{
    if (os_is_windows()) {
        skip_because("no call is interrupted on this system");
    }
    assert_true(bear(what, REFUSE_INTERRUPT) > 0);
}

static void close_both(duos_socket ends[2])
{
    (void)duos_close(&ends[0]);
    (void)duos_close(&ends[1]);
}

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

/* ---- pollers ----------------------------------------------------------- */

static duos_err watch_pair(duos_poller *p, duos_socket ends[2])
{
    duos_poll_event event;
    duos_token token;
    size_t count = 0;
    duos_err err = duos_poller_add(p, ends[0], DUOS_WRITE, NULL, &token);

    if (err == DUOS_OK) {
        err = duos_poller_wait(p, &event, 1, PATIENCE_MS, &count);
    }
    if (err == DUOS_OK) {
        assert_int_equal(count, 1);
        assert_int_equal(event.events & DUOS_WRITE, DUOS_WRITE);
        err = duos_poller_mod(p, token, DUOS_READ);
    }
    if (err == DUOS_OK) {
        err = duos_poller_wakeup(p);
    }
    if (err == DUOS_OK) {
        err = duos_poller_wait(p, &event, 1, PATIENCE_MS, &count);
    }
    return err == DUOS_OK ? duos_poller_del(p, token) : err;
}

static duos_err use_poller(duos_poller_backend backend)
{
    duos_poller_config config;
    duos_socket ends[2];
    duos_poller *p;
    duos_err err;

    duos_poller_config_init(&config);
    config.backend = backend;
    config.ignore_env = true;
    err = duos_poller_create(&config, &p);
    if (err != DUOS_OK) {
        return err;
    }
    err = duos_socketpair(DUOS_STREAM, DUOS_NONBLOCK, ends);
    if (err == DUOS_OK) {
        err = watch_pair(p, ends);
        close_both(ends);
    }
    duos_poller_destroy(p);
    return err;
}

static duos_err use_all_pollers(void)
{
    duos_poller_backend list[8];
    size_t n = duos_poller_backends(list, 8);
    duos_err err = DUOS_OK;
    size_t i;

    for (i = 0; i < n && err == DUOS_OK; i++) {
        err = use_poller(list[i]);
    }
    return err;
}

static void test_poller_refused_a_call_gives_its_error(void **state)
{
    (void)state;
    assert_bears_refusals(use_all_pollers);
}

static void test_poller_interrupted_goes_on(void **state)
{
    (void)state;
    assert_bears_interruptions(use_all_pollers);
}

/* AUTO takes the next where the best one does not start. */
static void test_poller_auto_takes_the_next_that_starts(void **state)
{
    const char *call =
        os_is_windows() ? "CreateIoCompletionPort" : "epoll_create1";
    duos_poller_backend list[8];
    duos_poller_config config;
    duos_poller *p;

    (void)state;
    assert_true(duos_poller_backends(list, 8) >= 2);
    if (list[0] == DUOS_POLLER_POLL) {
        skip_because("the best poller makes no call that others do not");
    }
    duos_poller_config_init(&config);
    config.ignore_env = true;
    refuse_begin(1, REFUSE_ALWAYS, call);
    assert_ok(duos_poller_create(&config, &p));
    assert_string_equal(refuse_end(), call);
    assert_int_equal(duos_poller_backend_of(p), list[1]);
    duos_poller_destroy(p);

    config.backend = list[0]; /* who is named is not replaced */
    refuse_begin(1, REFUSE_ALWAYS, call);
    assert_int_not_equal(duos_poller_create(&config, &p), DUOS_OK);
    assert_string_equal(refuse_end(), call);
}

/* What the best one said, if none starts. */
static void test_poller_auto_without_any_gives_the_first_error(void **state)
{
    duos_poller_backend list[8];
    duos_poller_config config;
    duos_poller *p;

    (void)state;
    assert_true(duos_poller_backends(list, 8) >= 2);
    if (os_is_windows()) {
        skip_because("no single call is made by all of the pollers");
    }
    duos_poller_config_init(&config);
    config.ignore_env = true;
    refuse_begin(1, REFUSE_ALWAYS,
                 list[0] == DUOS_POLLER_POLL ? "pipe" : "eventfd");
    assert_err(DUOS_EMFILE, duos_poller_create(&config, &p));
    assert_non_null(refuse_end());
}

/* ---- loops ------------------------------------------------------------- */

static void on_quit(duos_quit *quit, uint32_t count, duos_quit_kind kind,
                    void *user)
{
    (void)quit;
    (void)count;
    (void)kind;
    (void)user;
}

static void on_input(duos_input *input, const void *data, size_t len,
                     void *user)
{
    (void)input;
    (void)data;
    (void)len;
    (void)user;
}

static void on_end(duos_input *input, duos_err reason, void *user)
{
    (void)input;
    (void)reason;
    (void)user;
}

static duos_err watch_quit(duos_loop *loop)
{
    duos_quit quit;
    duos_err err;

    assert_ok(duos_quit_init(&quit, loop, on_quit, NULL));
    err = duos_quit_start(&quit, NULL);
    if (err == DUOS_OK) {
        duos_quit_stop(&quit);
    }
    return err;
}

static duos_err watch_input(duos_loop *loop)
{
    duos_input input;
    duos_err err;

    assert_ok(duos_input_init(&input, loop, on_input, on_end, NULL));
    err = duos_input_start(&input);
    (void)refuse_end(); /* no system refuses a byte that wakes a thread */
    if (err == DUOS_OK) {
        duos_input_stop(&input);
    }
    return err;
}

static duos_err use_loop(duos_err (*watch)(duos_loop *loop))
{
    duos_loop_config config;
    duos_loop *loop;
    duos_err err;

    duos_loop_config_init(&config);
    config.ignore_env = true;
    err = duos_loop_create(&config, &loop);
    if (err != DUOS_OK) {
        return err;
    }
    err = watch(loop);
    if (err == DUOS_OK) {
        err = duos_loop_step(loop, 0);
    }
    duos_loop_destroy(loop);
    return err;
}

static duos_err use_quit(void)
{
    return use_loop(watch_quit);
}

static duos_err use_input(void)
{
    return use_loop(watch_input);
}

/* Twice: its pipe is made once and kept, so first without, then with it. */
static void test_quit_refused_a_call_gives_its_error(void **state)
{
    const char *name;
    unsigned k = 0;
    duos_err err;

    (void)state;
    do {
        refuse_begin(++k, REFUSE_FOR_WANT, NULL);
        err = use_quit();
        name = refuse_end();
        assert_is_reason(err, name != NULL ? name : "nothing");
    } while (err != DUOS_OK);
    assert_bears_refusals(use_quit);
}

/* The first of two signals is not kept when the second is refused. */
static void test_quit_half_begun_gives_signals_back(void **state)
{
    duos_socket channel;

    (void)state;
    if (os_is_windows()) {
        skip_because("it is one call on this system");
    }
    assert_true(os_begin_own_quit());
    refuse_begin(2, REFUSE_FOR_WANT, "sigaction");
    assert_err(DUOS_EINVAL, sys_quit_open(NULL, &channel));
    assert_non_null(refuse_end());
    assert_true(os_ask_to_quit(DUOS_QUIT_INTERRUPT));
    assert_int_equal(os_own_quits(), 1);
    os_end_own_quit();
}

static void test_input_refused_a_call_gives_its_error(void **state)
{
    (void)state;
    if (!os_begin_input_file(os_null_device)) {
        skip_because("the standard input cannot be replaced here");
    }
    assert_bears_refusals(use_input);
    os_end_input();
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

/* ---- datagrams --------------------------------------------------------- */

static duos_family family_of_use;

static duos_err set_wishes(duos_socket s)
{
    static const duos_opt wishes[] = {DUOS_OPT_PKTINFO, DUOS_OPT_RECV_TTL,
                                      DUOS_OPT_RECV_TOS, DUOS_OPT_TIMESTAMP,
                                      DUOS_OPT_RECV_ERROR};
    duos_err err = DUOS_OK;
    size_t i;

    for (i = 0; i < sizeof wishes / sizeof wishes[0] && err == DUOS_OK; i++) {
        err = duos_set_bool(s, wishes[i], true);
        err = err == DUOS_ENOTSUP ? DUOS_OK : err;
    }
    return err;
}

static duos_err receive_one(duos_socket s, const duos_addr *from)
{
    char data[16];
    duos_buf part;
    duos_message message;
    duos_err err = duos_wait(s, DUOS_READ, PATIENCE_MS, NULL);

    part.data = data;
    part.len = sizeof data;
    memset(&message, 0, sizeof message);
    message.parts = &part;
    message.count = 1;
    if (err == DUOS_OK) {
        err = duos_recvmsg(s, &message);
    }
    if (err == DUOS_OK) {
        assert_int_equal(message.len, 4);
        assert_true(duos_addr_equal(&message.peer, from));
    }
    return err;
}

static duos_err send_and_receive(duos_socket s, const duos_addr *at)
{
    char data[16] = "four";
    duos_addr peer;
    duos_buf part;
    duos_message message;
    size_t n = 0;
    duos_err err;

    part.data = data;
    part.len = 4;
    memset(&message, 0, sizeof message);
    message.parts = &part;
    message.count = 1;
    message.has = DUOS_HAS_PEER | DUOS_HAS_LOCAL;
    message.has |= os_is_windows() ? 0 : DUOS_HAS_TTL;
    message.peer = *at;
    message.local = *at;
    message.local.port = 0;
    message.ttl = 7;
    err = duos_sendmsg(s, &message);
    if (err == DUOS_OK) {
        err = receive_one(s, at);
    }
    if (err == DUOS_OK) {
        err = duos_send_batch(s, &message, 1, &n);
    }
    if (err == DUOS_OK) {
        err = receive_one(s, at);
    }
    if (err == DUOS_OK) {
        err = duos_sendto(s, data, 4, at);
    }
    if (err == DUOS_OK) {
        err = duos_wait(s, DUOS_READ, PATIENCE_MS, NULL);
    }
    if (err == DUOS_OK) {
        err = duos_recvfrom(s, data, sizeof data, &n, &peer, NULL);
    }
    return err;
}

static duos_err use_datagrams(void)
{
    duos_addr at = duos_addr_loopback(family_of_use, 0);
    duos_socket s;
    duos_err err = duos_open(family_of_use, DUOS_DGRAM, DUOS_NONBLOCK, &s);

    if (err != DUOS_OK) {
        return err;
    }
    err = duos_bind(s, &at);
    if (err == DUOS_OK) {
        err = duos_local_addr(s, &at);
    }
    if (err == DUOS_OK) {
        err = set_wishes(s);
    }
    if (err == DUOS_OK) {
        err = send_and_receive(s, &at);
    }
    (void)duos_close(&s);
    return err;
}

static void test_datagrams_refused_a_call_give_its_error(void **state)
{
    (void)state;
    family_of_use = DUOS_IPV4;
    assert_bears_refusals(use_datagrams);
    net_need(DUOS_IPV6);
    family_of_use = DUOS_IPV6;
    assert_bears_refusals(use_datagrams);
}

static void test_datagrams_interrupted_go_on(void **state)
{
    (void)state;
    family_of_use = DUOS_IPV4;
    assert_bears_interruptions(use_datagrams);
}

/* ---- options ----------------------------------------------------------- */

static duos_err use_reuse(void)
{
    duos_reuse found;
    duos_socket s;
    duos_err err = duos_open(DUOS_IPV4, DUOS_STREAM, DUOS_BLOCKING, &s);

    if (err != DUOS_OK) {
        return err;
    }
    err = duos_set_reuse(s, DUOS_REUSE_SHARED);
    err = err == DUOS_ENOTSUP ? DUOS_OK : err;
    if (err == DUOS_OK) {
        err = duos_set_reuse(s, DUOS_REUSE_SAFE);
    }
    if (err == DUOS_OK) {
        err = duos_get_reuse(s, &found);
    }
    if (err == DUOS_OK) {
        assert_int_equal(found, DUOS_REUSE_SAFE);
    }
    (void)duos_close(&s);
    return err;
}

static duos_err use_group(void)
{
    duos_addr group = duos_addr_ipv4(239, 255, 7, 7, 0);
    duos_addr at = duos_addr_ipv4(0, 0, 0, 0, 0);
    duos_socket s;
    duos_err err = duos_open(DUOS_IPV4, DUOS_DGRAM, DUOS_BLOCKING, &s);

    if (err != DUOS_OK) {
        return err;
    }
    err = duos_bind(s, &at);
    if (err == DUOS_OK) {
        err = duos_multicast_join(s, &group, 1);
    }
    if (err == DUOS_OK) {
        err = duos_multicast_leave(s, &group, 1);
    }
    (void)duos_close(&s);
    return err;
}

static duos_err use_tcp_info(void)
{
    duos_tcp_info info;
    duos_socket s;
    duos_err err = duos_open(DUOS_IPV4, DUOS_STREAM, DUOS_BLOCKING, &s);

    if (err != DUOS_OK) {
        return err;
    }
    duos_tcp_info_init(&info);
    err = duos_get_tcp_info(s, &info);
    (void)duos_close(&s);
    return err == DUOS_ENOTSUP ? DUOS_OK : err;
}

static void test_option_refused_a_call_gives_its_error(void **state)
{
    (void)state;
    assert_bears_refusals(use_reuse);
    assert_bears_refusals(use_group);
    assert_bears_refusals(use_tcp_info);
}

/* ---- interfaces, names, files ------------------------------------------ */

static duos_err use_interfaces(void)
{
    duos_interface list[64];
    char name[DUOS_INTERFACE_NAME_MAX + 1];
    uint32_t index;
    size_t count;
    duos_err err = duos_interfaces(list, 64, &count);

    if (err != DUOS_OK || count == 0) {
        return err; /* a Windows without the function has none to tell of */
    }
    err = duos_interface_name(list[0].index, name, sizeof name);
    if (err == DUOS_OK) {
        assert_string_equal(name, list[0].name);
        err = duos_interface_index(name, &index);
    }
    return err;
}

static void test_interfaces_refused_a_call_give_its_error(void **state)
{
    (void)state;
    assert_bears_refusals(use_interfaces);
}

/* The thread that asks makes calls of its own, which are not refused. */
static duos_err use_names(void)
{
    duos_addr at = duos_addr_loopback(DUOS_IPV4, 0);
    duos_addr addrs[4];
    char name[256];
    uint16_t port;
    size_t count;
    duos_err err = duos_resolve("refusals.test:1", DUOS_UNSPEC, PATIENCE_MS,
                                addrs, 4, &count);

    err = err == DUOS_ENONAME ? DUOS_OK : err;
    if (err == DUOS_OK) {
        err = duos_resolve_service("http", DUOS_STREAM, PATIENCE_MS, &port);
        err = err == DUOS_ENOENT || err == DUOS_ENONAME ? DUOS_OK : err;
    }
    if (err == DUOS_OK) {
        err = duos_reverse(&at, PATIENCE_MS, name, sizeof name);
        err = err == DUOS_ENONAME ? DUOS_OK : err;
    }
    return err;
}

static void on_answer(duos_lookup *lookup, duos_err err, const duos_addr *addrs,
                      size_t count, void *user)
{
    (void)lookup;
    (void)addrs;
    (void)count;
    *(duos_err *)user = err;
}

static duos_err watch_lookup(duos_loop *loop)
{
    duos_err answer = DUOS_OK;
    duos_lookup lookup;
    duos_err err;

    assert_ok(duos_lookup_init(&lookup, loop, on_answer, &answer));
    err =
        duos_lookup_start(&lookup, "refusals.test:1", DUOS_UNSPEC, PATIENCE_MS);
    while (err == DUOS_OK && answer == DUOS_OK) {
        err = duos_loop_step(loop, PATIENCE_MS);
    }
    if (err == DUOS_OK && answer == DUOS_ENONAME) {
        /* Known at once, but told in a later turn: not any more. */
        err = duos_lookup_start(&lookup, "127.0.0.1:1", DUOS_UNSPEC, -1);
        duos_lookup_stop(&lookup);
        answer = err;
    }
    duos_lookup_stop(&lookup);
    return err == DUOS_OK ? answer : err;
}

static duos_err use_lookup(void)
{
    return use_loop(watch_lookup);
}

static void test_names_refused_a_call_give_its_error(void **state)
{
    (void)state;
    assert_bears_refusals(use_names);
    assert_bears_refusals(use_lookup);
}

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

/* ---- server and client -------------------------------------------------- */

typedef struct meeting {
    duos_server *server;
    duos_client *client;
    duos_addr at;
    unsigned echoed; /* bytes */
    bool over;
} meeting;

static void send_back(duos_conn *conn, const void *data, size_t len, void *user)
{
    (void)user;
    if (duos_conn_send(conn, data, len) != DUOS_OK) {
        duos_conn_abort(conn, DUOS_ENOMEM);
    }
}

static void send_first(duos_conn *conn, void *user)
{
    send_back(conn, "meet", 4, user);
}

static void hear_back(duos_conn *conn, const void *data, size_t len, void *user)
{
    meeting *m = (meeting *)user;

    (void)data;
    m->echoed += (unsigned)len;
    if (m->echoed == 4) {
        duos_conn_close(conn);
    }
}

static void be_over(duos_conn *conn, duos_err reason, void *user)
{
    meeting *m = (meeting *)user;

    (void)conn;
    (void)reason;
    m->over = true;
}

static duos_err meet(duos_loop *loop, meeting *m)
{
    char text[DUOS_ADDR_TEXT_MAX];
    uint64_t begin = net_now();
    duos_err err;

    assert_ok(duos_addr_format(&m->at, text, sizeof text));
    err = duos_client_connect(m->client, text);
    while (err == DUOS_OK && !m->over) {
        err = duos_loop_step(loop, 100);
        if (net_now() - begin > (uint64_t)PATIENCE_MS * 1000000) {
            return DUOS_ETIMEDOUT;
        }
    }
    return err;
}

/* Either side may lose its connection, but the client must hear of it. */
static duos_err watch_meeting(duos_loop *loop)
{
    duos_server_config server;
    duos_client_config client;
    static meeting m; /* the last calls come when the loop goes */
    duos_err err;

    memset(&m, 0, sizeof m);
    duos_server_config_init(&server);
    server.handler.on_data = send_back;
    duos_client_config_init(&client);
    client.handler.on_open = send_first;
    client.handler.on_data = hear_back;
    client.handler.on_close = be_over;
    client.user = &m;
    err = duos_server_create(loop, &server, &m.server);
    if (err == DUOS_OK) {
        err = duos_server_listen(m.server, "127.0.0.1:0", NULL, &m.at);
    }
    if (err == DUOS_OK) {
        err = duos_client_create(loop, &client, &m.client);
    }
    if (err == DUOS_OK) {
        err = meet(loop, &m);
    }
    duos_client_destroy(m.client);
    duos_server_destroy(m.server);
    return err;
}

static duos_err use_meeting(void)
{
    return use_loop(watch_meeting);
}

static void test_server_refused_a_call_tells_its_client(void **state)
{
    (void)state;
    assert_bears_refusals(use_meeting);
}

static void test_server_interrupted_goes_on(void **state)
{
    (void)state;
    assert_bears_interruptions(use_meeting);
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
        cmocka_unit_test(test_quit_refused_a_call_gives_its_error),
        cmocka_unit_test(test_socketpair_refused_a_call_gives_its_error),
        cmocka_unit_test(test_poller_refused_a_call_gives_its_error),
        cmocka_unit_test(test_poller_interrupted_goes_on),
        cmocka_unit_test(test_poller_auto_takes_the_next_that_starts),
        cmocka_unit_test(test_poller_auto_without_any_gives_the_first_error),
        cmocka_unit_test(test_quit_half_begun_gives_signals_back),
        cmocka_unit_test(test_input_refused_a_call_gives_its_error),
        cmocka_unit_test(test_stream_refused_a_call_gives_its_error),
        cmocka_unit_test(
            test_stream_of_a_shared_port_refused_a_call_gives_its_error),
        cmocka_unit_test(test_stream_of_a_path_refused_a_call_gives_its_error),
        cmocka_unit_test(test_path_whose_mode_is_refused_is_removed),
        cmocka_unit_test(test_stream_interrupted_goes_on),
        cmocka_unit_test(test_datagrams_refused_a_call_give_its_error),
        cmocka_unit_test(test_datagrams_interrupted_go_on),
        cmocka_unit_test(test_option_refused_a_call_gives_its_error),
        cmocka_unit_test(test_interfaces_refused_a_call_give_its_error),
        cmocka_unit_test(test_names_refused_a_call_give_its_error),
        cmocka_unit_test(test_sendfile_refused_a_call_gives_its_error),
        cmocka_unit_test(test_sendfile_interrupted_goes_on),
        cmocka_unit_test(test_server_refused_a_call_tells_its_client),
        cmocka_unit_test(test_server_interrupted_goes_on),
        cmocka_unit_test(test_select_refused_a_call_gives_its_error),
        cmocka_unit_test(test_select_interrupted_goes_on),
        cmocka_unit_test(test_handover_refused_a_call_gives_its_error),
        cmocka_unit_test(test_handover_interrupted_goes_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
