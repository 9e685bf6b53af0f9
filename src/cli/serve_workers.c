/* SPDX-License-Identifier: MIT */
/*
 * serve_workers.c - the threads of duosock serve: how they begin, are asked
 * for what they have counted, drain behind the last client, and end.
 */
#include "serve_workers.h"

#include "cli.h"
#include "report.h"
#include "serve_crew.h"
#include "trace.h"

#include <stdlib.h>

enum {
    /* A server takes its backlog at the end of a turn or two. */
    BACKLOG_TURNS = 2
};

/* ---- counters ---------------------------------------------------------- */

static void look_at_stats(worker *w)
{
    w->stats.size = sizeof w->stats;
    (void)duos_server_get_stats(w->serve.server, &w->stats);
}

static void on_answer(duos_post *post, void *user)
{
    worker *w = user;
    serve *s = w->acceptor;

    (void)post;
    if (--s->workers->unanswered == 0) {
        serve_report_stats(s, s->workers->level);
    }
}

static void on_question(duos_post *post, void *user)
{
    worker *w = user;

    (void)post;
    look_at_stats(w);
    serve_post(w->acceptor, &w->answer);
}

bool serve_workers_ask(serve *s, say_level level)
{
    struct serve_workers *w = s->workers;
    uint32_t i;

    if (w == NULL || w->ended) {
        return false;
    }
    if (w->unanswered > 0) { /* they are about to answer */
        return true;
    }
    w->level = level;
    w->unanswered = w->count;
    for (i = 0; i < w->count; i++) {
        serve_post(&w->worker[i].serve, &w->worker[i].question);
    }
    return true;
}

void serve_workers_add(const serve *s, report_counts *counts)
{
    uint32_t i;

    for (i = 0; s->workers != NULL && i < s->workers->count; i++) {
        report_counts_add(counts, &s->workers->worker[i].stats);
    }
}

/* ---- threads ----------------------------------------------------------- */

static void on_failure(duos_post *post, void *user)
{
    const worker *w = user;

    (void)post;
    w->acceptor->workers->failed = true;
    duos_loop_stop(w->acceptor->loop);
}

/* Until it is dismissed it may be asked for its counters. */
static void run_worker(void *user)
{
    worker *w = user;
    duos_err err = duos_loop_run(w->serve.loop);

    w->finished = true;
    if (err == DUOS_OK && !w->dismissed) {
        err = duos_loop_run(w->serve.loop);
    }
    if (err != DUOS_OK) {
        report_failure("wait", "for clients", err);
        w->failed = true;
        serve_post(w->acceptor, &w->failure);
    }
}

static void drain_once(worker *w)
{
    if (!w->draining) {
        w->draining = true;
        serve_drain(&w->serve);
    }
}

static void on_worker_drain(duos_post *post, void *user)
{
    (void)post;
    drain_once(user);
}

/* An acceptor without a client ends before it has told the workers. */
static void on_dismissal(duos_post *post, void *user)
{
    worker *w = user;

    (void)post;
    w->dismissed = true;
    if (w->finished || w->at_once) {
        duos_loop_stop(w->serve.loop);
    } else {
        drain_once(w);
    }
}

static int start_worker(serve *s, worker *w)
{
    int exit_code;
    int error;

    w->acceptor = s;
    w->serve.options = &s->workers->options;
    w->serve.mode = s->mode;
    w->serve.proxy = s->proxy;
    w->serve.deny = s->deny;
    w->serve.mode_address = s->mode_address;
    w->serve.is_worker = true;
    (void)duos_post_init(&w->drain, on_worker_drain, w);
    (void)duos_post_init(&w->dismissal, on_dismissal, w);
    (void)duos_post_init(&w->failure, on_failure, w);
    (void)duos_post_init(&w->question, on_question, w);
    (void)duos_post_init(&w->answer, on_answer, w);
    exit_code = serve_open(&w->serve);
    if (exit_code != CLI_DONE) {
        serve_close(&w->serve);
        return exit_code;
    }
    error = os_thread_start(run_worker, w, &w->thread);
    if (error != 0) {
        report_os_failure("start", "a worker", error);
        serve_close(&w->serve);
        return CLI_FAILED;
    }
    s->workers->count++;
    return CLI_DONE;
}

static void on_drain(duos_post *post, void *user)
{
    serve *s = user;
    struct serve_workers *w = s->workers;
    uint32_t i;

    if (w->turns == 0) {
        serve_drain(s);
    }
    if (w->turns++ < BACKLOG_TURNS) {
        serve_post(s, post);
        return;
    }
    for (i = 0; i < w->count; i++) {
        serve_post(&w->worker[i].serve, &w->worker[i].drain);
    }
}

void serve_workers_drain(serve *s)
{
    if (!s->workers->draining) {
        s->workers->draining = true;
        serve_post(s, &s->workers->drain);
    }
}

int serve_workers_start(serve *s)
{
    uint32_t wanted = s->options->workers;
    int exit_code = CLI_DONE;
    uint32_t i;

    if (wanted <= 1) {
        return CLI_DONE;
    }
    s->workers = calloc(1, sizeof *s->workers);
    if (s->workers != NULL) {
        s->workers->worker = calloc(wanted, sizeof *s->workers->worker);
    }
    if (s->workers == NULL || s->workers->worker == NULL) {
        report_failure("start", "workers", DUOS_ENOMEM);
        return CLI_FAILED;
    }
    (void)duos_post_init(&s->workers->drain, on_drain, s);
    s->workers->options = *s->options;
    s->workers->options.workers = 1;
    s->workers->options.exit_after_idle_ms = 0;
    for (i = 0; i < wanted && exit_code == CLI_DONE; i++) {
        exit_code = start_worker(s, &s->workers->worker[i]);
    }
    return exit_code;
}

/* ---- the end ----------------------------------------------------------- */

bool serve_workers_end(serve *s, bool at_once)
{
    struct serve_workers *w = s->workers;
    uint32_t i;

    if (w == NULL || w->ended) {
        return true;
    }
    for (i = 0; i < w->count; i++) {
        w->worker[i].at_once = at_once || w->failed; /* read behind the post */
        serve_post(&w->worker[i].serve, &w->worker[i].dismissal);
    }
    for (i = 0; i < w->count; i++) {
        os_thread_join(w->worker[i].thread);
        look_at_stats(&w->worker[i]);
        w->failed = w->failed || w->worker[i].failed;
    }
    /* Their last posts go to the acceptor, which is still there. */
    for (i = 0; i < w->count; i++) {
        serve_close(&w->worker[i].serve);
    }
    w->ended = true;
    return !w->failed;
}

void serve_workers_free(serve *s)
{
    struct serve_workers *w = s->workers;

    if (w != NULL) {
        serve_forget_records(w);
        free(w->worker);
    }
    free(w);
    s->workers = NULL;
}
