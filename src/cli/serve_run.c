/* SPDX-License-Identifier: MIT */
/*
 * serve_run.c - duosock serve from its loop to its end: how the server is
 * made, runs, drains and goes.
 */
#include "cli.h"
#include "os.h"
#include "report.h"
#include "say.h"
#include "serve.h"
#include "serve_workers.h"
#include "setup.h"
#include "trace.h"

#include <inttypes.h>

/* Less than the 5 seconds that Windows leaves to who is closed. */
enum {
    HURRY_MS = 4000
};

/* ---- server ----------------------------------------------------------- */

static void on_error(duos_server *server, duos_err err, void *user)
{
    (void)server;
    (void)user;
    report_failure("accept", "a client", err);
}

static void on_drained(duos_server *server, void *user)
{
    serve *s = user;

    (void)server;
    s->drained = true;
    if (s->busy == 0) {
        duos_loop_stop(s->loop);
    }
}

/* --drain, of which 0 is no limit; less than 0 is none here. */
static int32_t drain_limit(const serve *s)
{
    int32_t limit_ms = s->options->drain_ms;

    if (limit_ms == 0) {
        limit_ms = -1;
    }
    return s->hurried && (limit_ms < 0 || limit_ms > HURRY_MS) ? HURRY_MS
                                                               : limit_ms;
}

void serve_drain(serve *s)
{
    duos_err err;

    duos_timer_stop(&s->idle);
    if (s->mode->stop != NULL && s->workers == NULL) {
        s->mode->stop(s);
    }
    duos_datagram_drain(s->udp);
    err = duos_server_drain(s->server, drain_limit(s));
    if (err != DUOS_OK) { /* it drains, but waits as long as clients stay */
        report_failure("start", "--drain", err);
    }
}

/* Both ends of a serve begin here: a request to stop, and idleness. */
static void drain(serve *s)
{
    duos_timer_stop(&s->idle);
    (void)service_tell(&s->manager, "STOPPING=1");
    say_detail("stopping, clients left: %" PRIu32, s->open);
    if (s->workers != NULL) {
        serve_workers_drain(s);
    } else {
        serve_drain(s);
    }
}

static void on_idle(duos_timer *timer, void *user)
{
    (void)timer;
    if (serve_udp_has_news(user)) {
        serve_start_idle(user);
    } else {
        drain(user);
    }
}

static void on_quit(duos_quit *quit, uint32_t count, duos_quit_kind kind,
                    void *user)
{
    serve *s = user;

    (void)quit;
    (void)count;
    s->hurried = kind == DUOS_QUIT_CLOSE;
    drain(s);
}

/* The marks below the limit: what one receive brings always fits. */
static size_t fit_queue(duos_conn_limits *limits, size_t max)
{
    size_t buffer = 64 * 1024;

    limits->queue_max = max;
    if (max == 0) {
        return buffer;
    }
    if (limits->queue_high > max / 2) {
        limits->queue_high = max / 2;
    }
    if (limits->queue_low > max / 8) {
        limits->queue_low = max / 8;
    }
    return buffer < max / 2 ? buffer : max / 2;
}

static int create_server(serve *s)
{
    const serve_options *o = s->options;
    duos_server_config config;
    int exit_code = CLI_DONE;
    duos_err err;

    duos_server_config_init(&config);
    serve_handler(s, &config.handler);
    config.user = s;
    config.max_clients = o->max_clients;
    config.max_clients_per_address = o->max_per_address;
    config.allow = s->allow.prefixes;
    config.allow_count = s->allow.count;
    config.deny = s->deny.prefixes;
    config.deny_count = s->deny.count;
    config.proxy = s->proxy.prefixes;
    config.proxy_count = s->proxy.count;
    config.limits.idle_ms = o->idle_ms;
    config.limits.first_byte_ms = o->first_byte_ms;
    (void)fit_queue(&config.limits, o->max_queue);
    config.on_error = on_error;
    config.on_drained = on_drained;
    if (s->mode->start != NULL && s->options->workers == 1) {
        exit_code = s->mode->start(s, &config);
    }
    if (exit_code != CLI_DONE) {
        return exit_code;
    }
    serve_workers_configure(s, &config);
    err = duos_server_create(s->loop, &config, &s->server);
    if (err == DUOS_OK) {
        err = duos_timer_init(&s->idle, s->loop, on_idle, s);
    }
    if (err != DUOS_OK) {
        report_failure("start", "server", err);
        return CLI_FAILED;
    }
    return CLI_DONE;
}

int serve_open(serve *s)
{
    duos_conn_limits limits = {0};
    int exit_code =
        setup_loop(s->options->poller,
                   fit_queue(&limits, s->options->max_queue), &s->loop);

    return exit_code == CLI_DONE ? create_server(s) : exit_code;
}

void serve_close(serve *s)
{
    duos_datagram_destroy(s->udp);
    duos_server_destroy(s->server);
    if (s->mode->end != NULL && s->state != NULL) {
        s->mode->end(s);
    }
    (void)duos_loop_destroy(s->loop);
}

static int run(serve *s, const arg_list *list)
{
    int exit_code = setup_quit(&s->quit, s->loop, on_quit, s);
    duos_err err;

    if (exit_code == CLI_DONE) {
        exit_code = serve_start_stats(s);
    }
    if (exit_code == CLI_DONE) {
        exit_code = serve_workers_start(s);
    }
    /* Last: who hears that we listen may send signals. */
    if (exit_code == CLI_DONE) {
        exit_code = serve_listen(s, list);
    }
    if (exit_code != CLI_DONE) {
        return exit_code;
    }
    s->serving = true;
    serve_start_idle(s);
    err = duos_loop_run(s->loop);
    if (err != DUOS_OK) {
        report_failure("wait", "for clients", err);
        return CLI_FAILED;
    }
    if (!serve_workers_end(s, false)) {
        return CLI_FAILED; /* it has said why */
    }
    serve_tell_stats(s, SAY_VERBOSE);
    return CLI_DONE;
}

int serve_run(serve *s, const arg_list *list)
{
    size_t descriptors = os_raise_descriptor_limit();
    int exit_code;

    if (descriptors != 0) {
        say_detail("at most %zu descriptors", descriptors);
    }
    exit_code = serve_open(s);
    if (exit_code == CLI_DONE) {
        exit_code = run(s, list);
    }
    duos_quit_stop(&s->quit);
    stats_stop(&s->stats);
    (void)serve_workers_end(s, true);
    serve_close(s);
    serve_workers_free(s);
    return exit_code;
}
