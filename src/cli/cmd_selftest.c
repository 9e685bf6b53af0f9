/* SPDX-License-Identifier: MIT */
/*
 * cmd_selftest.c - duosock selftest: a server and its clients on one loop,
 * the shortest complete run. Each client sends messages, one after the other,
 * and checks every byte of the echo.
 */
#include "args.h"
#include "cli.h"
#include "report.h"
#include "say.h"
#include "serve.h"
#include "setup.h"
#include "trace.h"

#include <duosock/client.h>

#include <stdio.h>

enum {
    CLIENTS = 3,
    MESSAGES = 3,
    LONGEST = 100000,
    LIMIT_MS = 20000
};

static const size_t message_size[MESSAGES] = {1, 1000, LONGEST};

typedef struct selftest_options {
    duos_poller_backend poller;
} selftest_options;

typedef struct selftest selftest;

typedef struct visitor {
    selftest *test;
    duos_client *client;
    int number;
    int message;     /* which one is under way */
    size_t received; /* bytes of its echo so far */
    uint64_t opened_ms;
} visitor;

struct selftest {
    duos_loop *loop;
    duos_server *server;
    duos_timer limit;
    uint64_t begun_ms;
    visitor visitors[CLIENTS];
    int open;
    int exit_code;
    unsigned char message[LONGEST];
};

static const arg_option options_table[] = {
    ARGS_POLLER(offsetof(selftest_options, poller)), ARGS_END};

static const arg_command selftest_command = {
    "selftest",
    "[options]",
    "server and clients in one process",
    "  duosock selftest                  exit code 0: all is well\n"
    "  duosock selftest --poller select  through another poller\n",
    NULL,
    options_table,
    NULL,
    0};

static void fail(selftest *t, int exit_code, const char *what, duos_err err)
{
    report_failure("selftest", what, err);
    t->exit_code = exit_code;
    duos_loop_stop(t->loop);
}

/* No two messages are alike at the same place. */
static unsigned char byte_at(const visitor *v, size_t at)
{
    return (unsigned char)(at * 7 + (size_t)(v->number * 31 + v->message));
}

/* ---- clients ---------------------------------------------------------- */

static void send_message(visitor *v, duos_conn *conn)
{
    selftest *t = v->test;
    size_t size = message_size[v->message];
    duos_err err;
    size_t i;

    for (i = 0; i < size; i++) {
        t->message[i] = byte_at(v, i);
    }
    v->received = 0;
    err = duos_conn_send(conn, t->message, size);
    if (err != DUOS_OK) {
        fail(t, CLI_FAILED, "send", err);
    }
}

static void on_open(duos_conn *conn, void *user)
{
    visitor *v = user;
    char text[DUOS_TUPLE_TEXT_MAX];

    v->opened_ms = duos_loop_now_ms(v->test->loop);
    if (report_is_json()) {
        (void)report_open(SAY_NORMAL, (uint64_t)v->number, conn, false);
    } else {
        setup_tuple(text, conn, false);
        (void)say_result("client %d: %s", v->number, text);
    }
    send_message(v, conn);
}

static void finish_message(visitor *v, duos_conn *conn)
{
    say_detail("client %d: message of %zu B came back", v->number,
               message_size[v->message]);
    v->message++;
    if (v->message < MESSAGES) {
        send_message(v, conn);
    } else {
        (void)duos_conn_shutdown(conn);
    }
}

static void on_data(duos_conn *conn, const void *data, size_t len, void *user)
{
    visitor *v = user;
    const unsigned char *bytes = data;
    size_t i;

    for (i = 0; i < len; i++) {
        if (v->message == MESSAGES || v->received == message_size[v->message] ||
            bytes[i] != byte_at(v, v->received)) {
            fail(v->test, CLI_FAILED, "echo", DUOS_EPROTO);
            return;
        }
        v->received++;
    }
    if (v->received == message_size[v->message]) {
        finish_message(v, conn);
    }
}

static void on_close(duos_conn *conn, duos_err reason, void *user)
{
    visitor *v = user;
    selftest *t = v->test;

    if (t->exit_code != CLI_DONE) {
        return;
    }
    if (reason != DUOS_EEOF || v->message != MESSAGES) {
        fail(t, CLI_FAILED, "client", reason);
        return;
    }
    if (report_is_json()) {
        (void)report_close(SAY_NORMAL, (uint64_t)v->number, conn, v->opened_ms,
                           reason);
    } else {
        (void)say_result("client %d: %d messages came back", v->number,
                         MESSAGES);
    }
    t->open--;
    if (t->open == 0) {
        (void)duos_server_drain(t->server, LIMIT_MS);
    }
}

/* ---- the run ---------------------------------------------------------- */

static void on_limit(duos_timer *timer, void *user)
{
    (void)timer;
    fail(user, CLI_TIMEDOUT, "run", DUOS_ETIMEDOUT);
}

static void on_drained(duos_server *server, void *user)
{
    selftest *t = user;

    (void)server;
    duos_loop_stop(t->loop);
}

static duos_err start_server(selftest *t, char *address)
{
    duos_server_config config;
    duos_addr bound;
    duos_err err;

    duos_server_config_init(&config);
    config.handler.on_data = serve_echo.on_data;
    config.user = t;
    config.on_drained = on_drained;
    err = duos_server_create(t->loop, &config, &t->server);
    if (err == DUOS_OK) {
        err = duos_server_listen(t->server, "127.0.0.1:0", NULL, &bound);
    }
    if (err == DUOS_OK) {
        err = duos_addr_format(&bound, address, DUOS_ADDR_TEXT_MAX);
    }
    return err;
}

static duos_err start_client(selftest *t, visitor *v, const char *address)
{
    duos_client_config config;
    duos_err err;

    v->test = t;
    duos_client_config_init(&config);
    config.handler.on_open = on_open;
    config.handler.on_data = on_data;
    config.handler.on_close = on_close;
    config.user = v;
    err = duos_client_create(t->loop, &config, &v->client);
    if (err == DUOS_OK) {
        err = duos_client_connect(v->client, address);
    }
    return err;
}

static duos_err start(selftest *t)
{
    char address[DUOS_ADDR_TEXT_MAX];
    duos_err err = start_server(t, address);

    if (err != DUOS_OK) {
        return err;
    }
    if (report_is_json()) {
        report_listening(address, "tcp", setup_poller_name(t->loop));
    } else {
        (void)say_result("listening on %s (tcp, %s)", address,
                         setup_poller_name(t->loop));
    }
    for (t->open = 0; t->open < CLIENTS; t->open++) {
        t->visitors[t->open].number = t->open + 1;
        err = start_client(t, &t->visitors[t->open], address);
        if (err != DUOS_OK) {
            return err;
        }
    }
    (void)duos_timer_init(&t->limit, t->loop, on_limit, t);
    return duos_timer_start(&t->limit, LIMIT_MS);
}

static bool say_passed(const selftest *t)
{
    char seconds[SETUP_SECONDS_MAX];
    char text[128];

    setup_seconds(seconds, t->loop, t->begun_ms);
    snprintf(text, sizeof text,
             "selftest passed: %d clients, %d messages, %s s", CLIENTS,
             CLIENTS * MESSAGES, seconds);
    return report_is_json() ? report_note(text) : say_result("%s", text);
}

static void finish(selftest *t)
{
    int i;

    duos_timer_stop(&t->limit);
    if (t->exit_code == CLI_DONE && !say_passed(t)) {
        t->exit_code = CLI_FAILED;
    }
    for (i = 0; i < CLIENTS; i++) {
        duos_client_destroy(t->visitors[i].client);
    }
    duos_server_destroy(t->server);
    (void)duos_loop_destroy(t->loop);
}

int cmd_selftest(int argc, char **argv)
{
    static selftest t; /* too big for a stack */
    selftest_options options = {DUOS_POLLER_AUTO};
    arg_list list;
    duos_err err;

    if (!args_parse(&selftest_command, argc, argv, &options, &list)) {
        return list.exit_code;
    }
    t.exit_code = setup_loop(options.poller, 0, &t.loop);
    if (t.exit_code != CLI_DONE) {
        return t.exit_code;
    }
    t.begun_ms = duos_loop_now_ms(t.loop);
    err = start(&t);
    if (err == DUOS_OK) {
        err = duos_loop_run(t.loop);
    }
    if (err != DUOS_OK) {
        fail(&t, CLI_FAILED, "run", err);
    }
    finish(&t);
    return t.exit_code;
}
