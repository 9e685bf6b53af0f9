/* SPDX-License-Identifier: MIT */
/*
 * bench.c - the phases of duosock bench: a few clients connect at a time; when
 * all are there, each of those that send fills its pipeline; at the end what is
 * under way comes in, and all close.
 */
#include "bench_core.h"

#include "attempt.h"
#include "cli.h"
#include "os.h"
#include "report.h"
#include "setup.h"
#include "trace.h"

#include <stdlib.h>

enum {
    CONNECT_AT_ONCE = 64 /* more would only wait in a backlog */
};

/* ---- ends ---------------------------------------------------------------- */

static void stop_with(bench *b, int exit_code)
{
    b->exit_code = exit_code;
    b->phase = BENCH_CLOSING;
    duos_loop_stop(b->loop);
}

static void fail(bench *b, duos_err reason)
{
    report_failure("bench", b->address, reason);
    if (reason == DUOS_EPROTO) {
        say("hint: it must send back what it gets: duosock serve does");
        stop_with(b, CLI_BROKEN);
    } else {
        stop_with(b, setup_exit_code(reason));
    }
}

static void look_at_clock(bench *b)
{
    if (b->phase == BENCH_RUNNING || b->phase == BENCH_DRAINING) {
        b->figures->elapsed_ns = os_clock_ns() - b->begun_ns;
    }
}

static void close_all(bench *b)
{
    uint32_t i;

    look_at_clock(b);
    b->phase = BENCH_CLOSING;
    duos_timer_stop(&b->end);
    for (i = 0; i < b->count; i++) {
        duos_conn_close(duos_client_conn(b->visitors[i].client));
    }
}

/* From now on; 0 is for ever. */
static void limit_phase(bench *b, int32_t ms)
{
    duos_err err = DUOS_OK;

    duos_timer_stop(&b->end);
    if (ms > 0) {
        err = duos_timer_start(&b->end, ms);
    }
    if (err != DUOS_OK) {
        fail(b, err);
    }
}

/* What is under way is waited for, as long as for a connection. */
static void end_sending(bench *b)
{
    b->phase = BENCH_DRAINING;
    if (b->under_way == 0) {
        close_all(b);
    } else {
        limit_phase(b, b->options->client.timeout_ms);
    }
}

static void on_end(duos_timer *timer, void *user)
{
    bench *b = user;

    (void)timer;
    if (b->phase == BENCH_RUNNING) {
        end_sending(b);
    } else if (b->under_way > 0) {
        fail(b, DUOS_ETIMEDOUT);
    }
}

static void on_quit(duos_quit *quit, uint32_t count, duos_quit_kind kind,
                    void *user)
{
    bench *b = user;

    (void)quit;
    (void)count;
    (void)kind;
    if (b->phase == BENCH_CONNECTING) {
        report_problem("stopped; nothing was measured yet", DUOS_ECANCELED);
        stop_with(b, CLI_FAILED);
    } else if (b->phase == BENCH_RUNNING) {
        end_sending(b);
    }
}

/* ---- phases -------------------------------------------------------------- */

static void connect_next(bench *b);

static void send_some(visitor *v, uint32_t count)
{
    duos_err err = bench_send(v, count);

    if (err != DUOS_OK && err != DUOS_ESTATE) { /* on_close is on its way */
        fail(v->bench, err);
    }
}

static void begin_run(bench *b)
{
    uint32_t i;

    say_detail("%u connections are there", (unsigned)b->count);
    b->phase = BENCH_RUNNING;
    b->begun_ns = os_clock_ns();
    limit_phase(b, b->options->duration_ms);
    for (i = 0; i < b->options->clients && b->phase == BENCH_RUNNING; i++) {
        send_some(&b->visitors[i], b->options->pipeline);
    }
}

/* One more is there: another one may come. */
static void settle(bench *b)
{
    b->ready++;
    if (b->ready == b->count) {
        begin_run(b);
    } else if (b->begun < b->count) {
        connect_next(b);
    }
}

static void on_open(duos_conn *conn, void *user)
{
    visitor *v = user;

    (void)conn;
    v->open = true;
    if (v->is_idle) { /* one message, so that its server takes it seriously */
        limit_phase(v->bench, v->bench->options->client.timeout_ms);
        send_some(v, 1);
    } else {
        settle(v->bench);
    }
}

static void on_data(duos_conn *conn, const void *data, size_t len, void *user)
{
    visitor *v = user;
    bench *b = v->bench;
    uint32_t count;

    (void)conn;
    if (b->phase == BENCH_CLOSING) {
        return;
    }
    if (!bench_take(v, data, len, &count)) {
        fail(b, DUOS_EPROTO);
    } else if (b->phase == BENCH_CONNECTING) {
        if (count > 0) {
            settle(b);
        }
    } else if (b->phase == BENCH_RUNNING) {
        send_some(v, count);
    } else if (b->under_way == 0) {
        close_all(b);
    }
}

/* One that stood is not made anew: its messages are lost. */
static int32_t on_retry(duos_client *client, uint32_t attempt, duos_err reason,
                        int32_t delay_ms, void *user)
{
    const visitor *v = user;

    (void)client;
    (void)attempt;
    return v->open || reason == DUOS_EINVAL ? -1 : delay_ms;
}

static void on_close(duos_conn *conn, duos_err reason, void *user)
{
    visitor *v = user;
    bench *b = v->bench;

    (void)conn;
    if (b->phase == BENCH_CLOSING) {
        if (--b->left == 0) {
            duos_loop_stop(b->loop);
        }
    } else if (v->open) {
        fail(b, reason);
    } else if (!attempt_follows(v->client, "connect", b->address, reason)) {
        stop_with(b, attempt_failed(v->client, b->address, &b->options->client,
                                    reason));
    }
}

/* ---- clients ------------------------------------------------------------- */

static duos_err create_client(bench *b, visitor *v)
{
    const client_options *o = &b->options->client;
    size_t under_way = b->options->size * b->options->pipeline;
    duos_client_config config;

    duos_client_config_init(&config);
    config.handler.on_open = on_open;
    config.handler.on_data = on_data;
    config.handler.on_close = on_close;
    config.user = v;
    config.connect_ms = o->timeout_ms;
    config.source = b->source;
    config.retry_max = o->retries;
    config.on_retry = on_retry;
    if (config.limits.queue_max < under_way) {
        config.limits.queue_max = under_way;
    }
    return duos_client_create(b->loop, &config, &v->client);
}

static void connect_next(bench *b)
{
    visitor *v = &b->visitors[b->begun];
    uint32_t senders = b->options->clients;
    duos_err err;

    v->bench = b;
    v->number = b->begun;
    v->is_idle = v->number >= senders;
    v->sent_at =
        v->is_idle
            ? &b->times[senders * b->options->pipeline + (v->number - senders)]
            : &b->times[v->number * b->options->pipeline];
    b->begun++;
    err = create_client(b, v);
    if (err != DUOS_OK) {
        fail(b, err);
        return;
    }
    err = duos_client_connect(v->client, b->address);
    if (err != DUOS_OK) {
        stop_with(b, attempt_refused(v->client, b->address, &b->options->client,
                                     err));
    }
}

/* ---- all of it ----------------------------------------------------------- */

static void tell(void *user)
{
    bench *b = user;

    look_at_clock(b);
    bench_tell(b->options, b->figures);
}

static void write_line(char *text, void *user)
{
    bench *b = user;

    look_at_clock(b);
    bench_line(text, b->options, b->figures);
}

static duos_err prepare(bench *b)
{
    const bench_options *o = b->options;

    b->count = o->clients + o->idle;
    b->left = b->count;
    b->visitors = calloc(b->count, sizeof *b->visitors);
    b->times =
        calloc((size_t)o->clients * o->pipeline + o->idle, sizeof *b->times);
    if (b->visitors == NULL || b->times == NULL || !bench_make_pattern(b)) {
        return DUOS_ENOMEM;
    }
    return duos_timer_init(&b->end, b->loop, on_end, b);
}

static int run(bench *b)
{
    const client_options *o = &b->options->client;
    duos_err err = prepare(b);
    int exit_code;

    if (err != DUOS_OK) {
        report_failure("start", "bench", err);
        return CLI_FAILED;
    }
    exit_code = setup_quit(&b->quit, b->loop, on_quit, b);
    if (exit_code == CLI_DONE) {
        exit_code = stats_start(&b->stats, b->loop, o->stats_ms, tell, b);
    }
    if (exit_code != CLI_DONE) {
        return exit_code;
    }
    progress_begin(&b->progress, b->loop, write_line, b);
    while (b->phase == BENCH_CONNECTING && b->begun < b->count &&
           b->begun < CONNECT_AT_ONCE) {
        connect_next(b);
    }
    err = duos_loop_run(b->loop);
    if (err != DUOS_OK) {
        report_failure("wait", "for events", err);
        return CLI_FAILED;
    }
    return b->exit_code;
}

static void end(bench *b)
{
    uint32_t i;

    progress_stop(&b->progress);
    stats_stop(&b->stats);
    duos_timer_stop(&b->end);
    duos_quit_stop(&b->quit);
    b->phase = BENCH_CLOSING;
    for (i = 0; i < b->begun; i++) {
        duos_client_destroy(b->visitors[i].client);
    }
    (void)duos_loop_destroy(b->loop);
    free(b->visitors);
    free(b->times);
    free(b->pattern);
}

int bench_run(const bench_options *options, const char *address,
              bench_figures *figures, const char **poller)
{
    bench b = {0};
    int exit_code;

    b.options = options;
    b.address = address;
    b.figures = figures;
    if (!attempt_check(&options->client, &b.source)) {
        return CLI_USAGE;
    }
    exit_code = setup_loop(options->client.poller, 0, &b.loop);
    if (exit_code == CLI_DONE) {
        *poller = setup_poller_name(b.loop);
        exit_code = run(&b);
        end(&b);
    }
    return exit_code;
}
