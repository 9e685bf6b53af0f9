/* SPDX-License-Identifier: MIT */
/*
 * recv.c - one sender of duosock recv, from waiting for it to the file in its
 * place.
 *
 * The end of the stream is the end of the file. The sender sees our end only
 * after the file is in place, so who saw it knows that.
 */
#include "recv.h"

#include "cli.h"
#include "report.h"
#include "setup.h"
#include "stats.h"
#include "trace.h"
#include "transfer.h"

#include <duosock/server.h>

typedef struct session {
    const recv_options *options;
    const char *address;
    os_aside *aside; /* NULL for the standard output, and when it is over */
    duos_loop *loop;
    duos_server *server;
    duos_conn *conn; /* the sender's, while there is one */
    duos_quit quit;
    duos_timer wait; /* for a sender */
    stats_teller stats;
    transfer transfer;
    uint64_t opened_ms;
    bool open;  /* a sender came */
    bool whole; /* the file is in place */
    bool told;  /* why it fails has been said */
    int exit_code;
} session;

/* ---- the sender's connection --------------------------------------------- */

static void fail(session *s, duos_conn *conn, int exit_code)
{
    s->told = true;
    s->exit_code = exit_code;
    duos_conn_abort(conn, DUOS_ECANCELED);
}

static void on_open(duos_conn *conn, void *user)
{
    session *s = user;

    s->open = true;
    s->conn = conn;
    s->opened_ms = duos_loop_now_ms(s->loop);
    duos_timer_stop(&s->wait);
    if (!report_open(SAY_VERBOSE, 0, conn, true)) {
        fail(s, conn, CLI_FAILED);
    }
    transfer_begin(&s->transfer, s->loop, TRANSFER_UNKNOWN);
}

static void on_data(duos_conn *conn, const void *data, size_t len, void *user)
{
    session *s = user;
    duos_err err = DUOS_OK;

    if (s->aside != NULL) {
        err = os_aside_write(s->aside, data, len);
    } else if (!say_bytes(data, len)) {
        fail(s, conn, CLI_FAILED);
    }
    if (err != DUOS_OK) {
        transfer_stop(&s->transfer);
        report_failure("write", s->options->path, err);
        fail(s, conn, CLI_FAILED);
    }
    transfer_add(&s->transfer, data, len);
}

/* It is whole. */
static void on_eof(duos_conn *conn, void *user)
{
    session *s = user;
    duos_err err = s->aside != NULL ? os_aside_keep(s->aside) : DUOS_OK;

    s->aside = NULL;
    if (err != DUOS_OK) {
        transfer_stop(&s->transfer);
        report_failure("write", s->options->path, err);
        fail(s, conn, CLI_FAILED);
        return;
    }
    s->whole = true;
    if (!transfer_end(&s->transfer, "received")) {
        s->exit_code = CLI_FAILED;
    }
    duos_conn_close(conn);
}

static void on_close(duos_conn *conn, duos_err reason, void *user)
{
    session *s = user;

    s->conn = NULL;
    transfer_stop(&s->transfer);
    if (!s->whole && !s->told) {
        report_failure("receive", s->options->path, reason);
        s->exit_code = setup_exit_code(reason);
    }
    if (!report_close(SAY_VERBOSE, 0, conn, s->opened_ms, reason)) {
        s->exit_code = CLI_FAILED;
    }
    duos_loop_stop(s->loop);
}

/* ---- waiting for it ------------------------------------------------------ */

static void on_wait(duos_timer *timer, void *user)
{
    session *s = user;

    (void)timer;
    report_failure("wait for a sender at", s->address, DUOS_ETIMEDOUT);
    s->exit_code = CLI_TIMEDOUT;
    duos_loop_stop(s->loop);
}

/* Windows waits for nobody who is to close: no file may be left half. */
static void on_quit(duos_quit *quit, uint32_t count, duos_quit_kind kind,
                    void *user)
{
    session *s = user;

    (void)quit;
    (void)count;
    if (kind == DUOS_QUIT_CLOSE && s->conn != NULL) {
        transfer_stop(&s->transfer);
        report_problem("stopped; the file has not come as a whole",
                       DUOS_ECANCELED);
        fail(s, s->conn, CLI_FAILED);
        return;
    }
    if (s->open) {
        say_detail("stopping once the file is there");
        return;
    }
    report_problem("stopped; nobody has sent anything", DUOS_ECANCELED);
    s->exit_code = CLI_FAILED;
    duos_loop_stop(s->loop);
}

static void on_error(duos_server *server, duos_err err, void *user)
{
    (void)server;
    (void)user;
    report_failure("accept", "a sender", err);
}

static void tell(void *user)
{
    const session *s = user;
    uint64_t now_ms = duos_loop_now_ms(s->loop);

    report_traffic(s->transfer.bytes, 0, s->open ? now_ms - s->opened_ms : 0);
}

static duos_err create_server(session *s)
{
    duos_server_config config;
    duos_err err;

    duos_server_config_init(&config);
    config.handler.on_open = on_open;
    config.handler.on_data = on_data;
    config.handler.on_eof = on_eof;
    config.handler.on_close = on_close;
    config.user = s;
    config.max_clients = 1;
    config.limits.first_byte_ms = 0;
    config.limits.idle_ms = s->options->idle_ms;
    config.on_error = on_error;
    err = duos_server_create(s->loop, &config, &s->server);
    if (err == DUOS_OK) {
        err = duos_timer_init(&s->wait, s->loop, on_wait, s);
    }
    if (err == DUOS_OK && s->options->timeout_ms > 0) {
        err = duos_timer_start(&s->wait, s->options->timeout_ms);
    }
    return err;
}

static int listen_there(session *s)
{
    duos_addr bound;
    duos_err err = duos_server_listen(s->server, s->address, NULL, &bound);

    if (err != DUOS_OK) {
        report_failure("listen", s->address, err);
        return CLI_UNBOUND;
    }
    setup_tell_bound(&bound, s->loop);
    return CLI_DONE;
}

static int run(session *s)
{
    duos_err err = create_server(s);
    int exit_code;

    if (err != DUOS_OK) {
        report_failure("start", "server", err);
        return CLI_FAILED;
    }
    exit_code = setup_quit(&s->quit, s->loop, on_quit, s);
    if (exit_code == CLI_DONE) {
        exit_code =
            stats_start(&s->stats, s->loop, s->options->stats_ms, tell, s);
    }
    if (exit_code == CLI_DONE) {
        exit_code = listen_there(s);
    }
    if (exit_code != CLI_DONE) {
        return exit_code;
    }
    err = duos_loop_run(s->loop);
    if (err != DUOS_OK) {
        report_failure("wait", "for a sender", err);
        return CLI_FAILED;
    }
    return s->exit_code;
}

int recv_run(const recv_options *options, const char *address, os_aside *aside)
{
    session s = {0};
    int exit_code = setup_loop(options->poller, 0, &s.loop);

    s.options = options;
    s.address = address;
    s.aside = aside;
    if (exit_code == CLI_DONE) {
        exit_code = run(&s);
        duos_quit_stop(&s.quit);
        duos_timer_stop(&s.wait);
        stats_stop(&s.stats);
        duos_server_destroy(s.server);
        (void)duos_loop_destroy(s.loop);
    }
    if (s.aside != NULL) {
        os_aside_drop(s.aside);
    }
    return exit_code;
}
