/* SPDX-License-Identifier: MIT */
/*
 * test_refusals_loop.c - each call of the system is refused once (SY1, SY4,
 * SY12) under pollers, loops and what runs on them: standard input, stop
 * signals, lookups, a server and its client.
 */
#include "support/refuse_use.h"

#include <duosock/client.h>
#include <duosock/input.h>
#include <duosock/pair.h>
#include <duosock/poller.h>
#include <duosock/quit.h>
#include <duosock/resolve.h>
#include <duosock/server.h>

#include "sys_host.h"

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

/* ---- names ------------------------------------------------------------- */

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_poller_refused_a_call_gives_its_error),
        cmocka_unit_test(test_poller_interrupted_goes_on),
        cmocka_unit_test(test_poller_auto_takes_the_next_that_starts),
        cmocka_unit_test(test_poller_auto_without_any_gives_the_first_error),
        cmocka_unit_test(test_quit_refused_a_call_gives_its_error),
        cmocka_unit_test(test_quit_half_begun_gives_signals_back),
        cmocka_unit_test(test_input_refused_a_call_gives_its_error),
        cmocka_unit_test(test_names_refused_a_call_give_its_error),
        cmocka_unit_test(test_server_refused_a_call_tells_its_client),
        cmocka_unit_test(test_server_interrupted_goes_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
