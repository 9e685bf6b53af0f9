/* SPDX-License-Identifier: MIT */
/*
 * dialogue.c - a client and the standard input on one loop.
 */
#include "dialogue.h"

#include "attempt.h"
#include "cli.h"
#include "os.h"
#include "report.h"
#include "setup.h"
#include "trace.h"

enum {
    QUIET_MS = 1000 /* of an input that nobody may read to its end */
};

/* ---- the connection ----------------------------------------------------- */

void dialogue_break(dialogue *d)
{
    duos_conn_abort(duos_client_conn(d->client), DUOS_ECANCELED);
}

static void stop_timers(dialogue *d)
{
    duos_timer_stop(&d->answer);
    duos_timer_stop(&d->quiet);
}

static void on_late(duos_timer *timer, void *user)
{
    dialogue *d = user;

    (void)timer;
    duos_conn_abort(duos_client_conn(d->client), DUOS_ETIMEDOUT);
}

static void on_open(duos_conn *conn, void *user)
{
    dialogue *d = user;
    int32_t answer_ms = d->config->answer_ms;

    d->open = true;
    d->opened_ms = duos_loop_now_ms(d->loop);
    attempt_stands(d->client, d->config->address);
    if (!report_open(SAY_VERBOSE, 0, conn, false)) {
        d->exit_code = CLI_FAILED;
        dialogue_break(d);
        return;
    }
    if (answer_ms > 0 && duos_timer_start(&d->answer, answer_ms) != DUOS_OK) {
        duos_conn_abort(conn, DUOS_ENOMEM);
        return;
    }
    d->config->on_open(conn, d->config->user);
}

static void on_data(duos_conn *conn, const void *data, size_t len, void *user)
{
    dialogue *d = user;

    d->config->on_data(conn, data, len, d->config->user);
}

static void on_eof(duos_conn *conn, void *user)
{
    dialogue *d = user;

    (void)conn;
    d->config->on_eof(d->config->user);
}

static void on_drain(duos_conn *conn, void *user)
{
    dialogue *d = user;

    (void)conn;
    (void)duos_input_resume(&d->input);
}

/* Nothing may be sent twice: what stood is not made anew unless the command
 * knows how to begin again. */
static int32_t on_retry(duos_client *client, uint32_t attempt, duos_err reason,
                        int32_t delay_ms, void *user)
{
    dialogue *d = user;

    (void)client;
    (void)attempt;
    if (reason == DUOS_EINVAL ||
        (d->open && (d->config->may_begin_again == NULL ||
                     !d->config->may_begin_again(d->config->user)))) {
        return -1;
    }
    return delay_ms;
}

/* Another connection follows: the input waits for it. */
static void begin_again(dialogue *d, duos_conn *conn, duos_err reason)
{
    if (d->open) {
        (void)duos_input_pause(&d->input);
        stop_timers(d);
        (void)report_close(SAY_VERBOSE, 0, conn, d->opened_ms, reason);
        d->config->on_lost(duos_conn_queued(conn), d->config->user);
        d->open = false;
    }
}

static int say_stopped(const dialogue *d)
{
    static const char text[] = "stopped before it was connected";

    if (d->config->exit_stopped == CLI_DONE) {
        return report_note(text) ? CLI_DONE : CLI_FAILED;
    }
    report_problem(text, DUOS_ECANCELED);
    return d->config->exit_stopped;
}

/* Says how it ended; returns the exit code. */
static int say_end(dialogue *d, duos_conn *conn, duos_err reason)
{
    int exit_code;

    if (!d->open) {
        return d->quitting && reason == DUOS_ECANCELED
                   ? say_stopped(d)
                   : attempt_failed(d->client, d->config->address,
                                    d->config->client, reason);
    }
    exit_code = d->config->on_end(reason, d->config->user);
    if (!report_close(SAY_VERBOSE, 0, conn, d->opened_ms, reason) &&
        exit_code == CLI_DONE) {
        exit_code = CLI_FAILED;
    }
    return exit_code;
}

static void on_close(duos_conn *conn, duos_err reason, void *user)
{
    dialogue *d = user;
    int exit_code;

    if (attempt_follows(d->client, d->open ? "connection to" : "connect",
                        d->config->address, reason)) {
        begin_again(d, conn, reason);
        return;
    }
    duos_input_stop(&d->input);
    stop_timers(d);
    exit_code = say_end(d, conn, reason);
    if (d->exit_code == CLI_DONE) {
        d->exit_code = exit_code;
    }
    duos_loop_stop(d->loop);
}

static void on_quit(duos_quit *quit, uint32_t count, duos_quit_kind kind,
                    void *user)
{
    dialogue *d = user;

    (void)quit;
    (void)count;
    (void)kind;
    d->quitting = true;
    stop_timers(d);
    if (d->open && d->config->on_quit != NULL) {
        d->config->on_quit(d->config->user);
    } else {
        duos_conn_close(duos_client_conn(d->client));
    }
}

/* ---- the standard input -------------------------------------------------- */

static void on_input(duos_input *input, const void *data, size_t len,
                     void *user)
{
    dialogue *d = user;

    d->heard = true;
    d->config->on_input(input, data, len, d->config->user);
}

static void on_input_end(duos_input *input, duos_err reason, void *user)
{
    dialogue *d = user;
    /* A terminal that was hung up has ended, whatever it says. */
    bool good = reason == DUOS_EEOF || (d->at_terminal && reason == DUOS_EIO);

    (void)input;
    if (!good) {
        report_failure("read", "standard input", reason);
    }
    d->config->on_input_end(good, d->config->user);
    if (good) {
        (void)duos_conn_shutdown(duos_client_conn(d->client));
    }
}

static void wait_for_quiet(dialogue *d)
{
    d->heard = false;
    if (duos_timer_start(&d->quiet, QUIET_MS) != DUOS_OK) {
        (void)duos_conn_shutdown(duos_client_conn(d->client));
    }
}

/* While output waits, the input is perhaps not even read. */
static void on_quiet(duos_timer *timer, void *user)
{
    dialogue *d = user;
    duos_conn *conn = duos_client_conn(d->client);

    (void)timer;
    if (d->heard || duos_conn_queued(conn) > 0) {
        wait_for_quiet(d);
    } else {
        (void)duos_conn_shutdown(conn);
    }
}

void dialogue_drain_input(dialogue *d)
{
    if (d->at_terminal) {
        (void)duos_conn_shutdown(duos_client_conn(d->client));
    } else {
        wait_for_quiet(d);
    }
}

bool dialogue_start_input(dialogue *d)
{
    duos_err err = duos_input_start(&d->input);

    duos_timer_stop(&d->answer);
    if (err == DUOS_EBUSY) { /* it has waited for another connection */
        err = duos_input_resume(&d->input);
    }
    if (err != DUOS_OK) {
        report_failure("read", "standard input", err);
    }
    return err == DUOS_OK;
}

duos_err dialogue_send(dialogue *d, const void *data, size_t len)
{
    duos_conn *conn = duos_client_conn(d->client);
    duos_err err = duos_conn_send(conn, data, len);

    if (err == DUOS_OK && duos_conn_queued(conn) > d->queue_high) {
        (void)duos_input_pause(&d->input);
    }
    return err;
}

/* ---- counters ------------------------------------------------------------ */

static void tell(void *user)
{
    const dialogue *d = user;
    uint64_t ms = d->open ? duos_loop_now_ms(d->loop) - d->opened_ms : 0;
    uint64_t in = 0;
    uint64_t out = 0;

    (void)duos_conn_bytes(duos_client_conn(d->client), &in, &out);
    report_traffic(in, out, ms);
}

/* ---- all of it ----------------------------------------------------------- */

static duos_err create_client(dialogue *d)
{
    duos_client_config config;

    duos_client_config_init(&config);
    config.handler.on_open = on_open;
    config.handler.on_data = on_data;
    config.handler.on_eof = d->config->on_eof != NULL ? on_eof : NULL;
    config.handler.on_drain = on_drain;
    config.handler.on_close = on_close;
    config.user = d;
    config.connect_ms = d->config->client->timeout_ms;
    config.source = d->source;
    config.retry_max = d->config->client->retries;
    config.on_retry = on_retry;
    config.limits.idle_ms = d->config->idle_ms;
    /* A peer may stop reading because our own output stands still, and a
     * chat does not listen for a while to one who floods. */
    config.limits.stall_ms = 0;
    d->queue_high = config.limits.queue_high;
    return duos_client_create(d->loop, &config, &d->client);
}

static int run(dialogue *d)
{
    duos_err err = create_client(d);
    int exit_code;

    if (err == DUOS_OK) {
        err = duos_input_init(&d->input, d->loop, on_input, on_input_end, d);
    }
    if (err == DUOS_OK) {
        err = duos_timer_init(&d->answer, d->loop, on_late, d);
    }
    if (err == DUOS_OK) {
        err = duos_timer_init(&d->quiet, d->loop, on_quiet, d);
    }
    if (err != DUOS_OK) {
        report_failure("start", "client", err);
        return CLI_FAILED;
    }
    exit_code = setup_quit(&d->quit, d->loop, on_quit, d);
    if (exit_code == CLI_DONE) {
        exit_code = stats_start(&d->stats, d->loop, d->config->client->stats_ms,
                                tell, d);
    }
    if (exit_code != CLI_DONE) {
        return exit_code;
    }
    err = duos_client_connect(d->client, d->config->address);
    if (err != DUOS_OK) {
        return attempt_refused(d->client, d->config->address, d->config->client,
                               err);
    }
    err = duos_loop_run(d->loop);
    if (err != DUOS_OK) {
        report_failure("wait", "for events", err);
        return CLI_FAILED;
    }
    return d->exit_code;
}

int dialogue_run(dialogue *d, const dialogue_config *config)
{
    int exit_code;

    d->config = config;
    if (!attempt_check(config->client, &d->source)) {
        return CLI_USAGE;
    }
    d->at_terminal = os_is_terminal(OS_STDIN);
    exit_code = setup_loop(config->client->poller, 0, &d->loop);
    if (exit_code == CLI_DONE) {
        exit_code = run(d);
        duos_input_stop(&d->input);
        stop_timers(d);
        stats_stop(&d->stats);
        duos_quit_stop(&d->quit);
        duos_client_destroy(d->client);
        (void)duos_loop_destroy(d->loop);
    }
    return exit_code;
}
