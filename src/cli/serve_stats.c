/* SPDX-License-Identifier: MIT */
/*
 * serve_stats.c - when duosock serve tells its counters: every so often, when
 * SIGUSR1 asks, and at its end.
 */
#include "cli.h"
#include "os.h"
#include "report.h"
#include "serve.h"
#include "serve_workers.h"

void serve_report_stats(const serve *s, say_level level)
{
    duos_server_stats stats = {0};

    stats.size = sizeof stats;
    if (duos_server_get_stats(s->server, &stats) == DUOS_OK) {
        serve_workers_add(s, &stats);
        report_stats(level, &stats);
    }
    serve_udp_tell_stats(s, level);
}

void serve_tell_stats(serve *s, say_level level)
{
    if (!serve_workers_ask(s, level)) {
        serve_report_stats(s, level);
    }
}

static void on_usr1(duos_watch *watch, unsigned events, void *user)
{
    (void)watch;
    (void)events;
    os_usr1_take();
    serve_tell_stats(user, SAY_QUIET);
}

static duos_err start_timer(serve *s)
{
    int32_t every_ms = s->options->stats_ms;

    return every_ms > 0 ? duos_timer_start(&s->stats, every_ms) : DUOS_OK;
}

static void on_stats(duos_timer *timer, void *user)
{
    duos_err err;

    (void)timer;
    serve_tell_stats(user, SAY_QUIET);
    err = start_timer(user);
    if (err != DUOS_OK) {
        report_failure("start", "--stats", err);
    }
}

static duos_err start_usr1(serve *s, intptr_t handle)
{
    duos_socket signals;
    duos_err err = duos_watch_init(&s->usr1, s->loop, on_usr1, s);

    signals.os = handle;
    if (err == DUOS_OK && handle != -1) {
        err = duos_watch_start(&s->usr1, signals, DUOS_READ);
    }
    return err;
}

int serve_start_stats(serve *s)
{
    intptr_t handle = -1;
    int error = os_usr1_open(&handle);
    duos_err err;

    if (error != 0) {
        report_os_failure("wait", "for SIGUSR1", error);
        return CLI_FAILED;
    }
    err = duos_timer_init(&s->stats, s->loop, on_stats, s);
    if (err == DUOS_OK) {
        err = start_timer(s);
    }
    if (err == DUOS_OK) {
        err = start_usr1(s, handle);
    }
    if (err != DUOS_OK) {
        report_failure("start", "--stats", err);
        return CLI_FAILED;
    }
    return CLI_DONE;
}

void serve_stop_stats(serve *s)
{
    duos_timer_stop(&s->stats);
    duos_watch_stop(&s->usr1);
}
