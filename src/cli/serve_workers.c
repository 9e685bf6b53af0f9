/* SPDX-License-Identifier: MIT */
/*
 * serve_workers.c - how a client travels: on_admit makes a record of it and
 * posts that to a worker; when the client has gone the same record is posted
 * back. A record belongs to who has it: the acceptor that makes and frees it,
 * or the worker between the two posts.
 */
#include "serve_workers.h"

#include "cli.h"
#include "os.h"
#include "report.h"

#include <stdlib.h>

enum {
    /* A server takes its backlog at the end of a turn or two. */
    BACKLOG_TURNS = 2
};

typedef struct worker {
    serve serve;
    serve *acceptor;
    os_thread *thread;
    uint32_t clients; /* as the acceptor counts */
    bool draining;
    bool finished; /* has drained; waits to be dismissed */
    bool dismissed;
    bool at_once;
    bool failed; /* could not wait for clients; read when it has ended */
    duos_server_stats stats; /* as of the last time that it was asked */
    duos_post drain;
    duos_post dismissal;
    duos_post failure;
    duos_post question;
    duos_post answer;
} worker;

/* A client on its way, from on_admit until it is given back. */
typedef struct record {
    struct record *next; /* the acceptor's list */
    struct record **link;
    worker *at;
    duos_post post;
    duos_socket sock; /* invalid when somebody has taken it */
    duos_addr peer;
    duos_ticket ticket;
    uint64_t number;
} record;

struct serve_workers {
    serve_options options; /* what each worker is told */
    record *first;
    uint32_t count; /* workers that were started */
    uint32_t next;  /* where to look first */
    uint32_t unanswered;
    say_level level; /* who wants to know the counters */
    bool draining;   /* drain is posted */
    bool ended;      /* no thread any more */
    bool failed;     /* one could not go on */
    uint32_t turns;  /* until the backlog is taken */
    duos_post drain;
    worker *worker; /* options.workers of them */
};

static void post_to(const serve *to, duos_post *post)
{
    /* It is queued in any case, and nothing that can be done wakes a loop
     * that cannot be woken. */
    (void)duos_loop_post(to->loop, post);
}

/* ---- back from a worker ------------------------------------------------ */

static void leave_list(record *r)
{
    *r->link = r->next;
    if (r->next != NULL) {
        r->next->link = r->link;
    }
}

static void come_back(duos_post *post, void *user)
{
    record *r = user;
    serve *s = r->at->acceptor;

    (void)post;
    (void)duos_server_give_back(s->server, r->ticket);
    r->at->clients--;
    s->open--;
    leave_list(r);
    free(r);
    serve_start_idle(s);
}

static void send_back(record *r)
{
    (void)duos_post_init(&r->post, come_back, r);
    post_to(r->at->acceptor, &r->post);
}

static void on_gone(duos_server *server, void *origin, void *user)
{
    (void)server;
    (void)user;
    send_back(origin);
}

/* ---- to a worker ------------------------------------------------------- */

static void arrive(duos_post *post, void *user)
{
    record *r = user;
    serve *s = &r->at->serve;
    duos_socket sock = r->sock;
    duos_err err;

    (void)post;
    r->sock = duos_socket_from_os(-1);
    s->counted = r->number - 1; /* on_open takes the next number */
    err = duos_server_take(s->server, sock, &r->peer, r);
    if (err != DUOS_OK) {
        report_failure("accept", "a client", err);
        (void)duos_close(&sock);
        send_back(r);
    }
}

/* The one with the fewest clients; of equals, each in its turn. */
static worker *choose_worker(struct serve_workers *w)
{
    worker *best = &w->worker[w->next % w->count];
    uint32_t i;

    for (i = 1; i < w->count; i++) {
        worker *other = &w->worker[(w->next + i) % w->count];

        if (other->clients < best->clients) {
            best = other;
        }
    }
    w->next = (uint32_t)(best - w->worker) + 1;
    return best;
}

static void enter_list(struct serve_workers *w, record *r)
{
    r->next = w->first;
    r->link = &w->first;
    if (r->next != NULL) {
        r->next->link = &r->next;
    }
    w->first = r;
}

static duos_err on_admit(duos_server *server, duos_socket sock,
                         const duos_addr *peer, duos_ticket ticket, void *user)
{
    serve *s = user;
    record *r = calloc(1, sizeof *r);

    (void)server;
    if (r == NULL) {
        return DUOS_ENOMEM;
    }
    duos_timer_stop(&s->idle);
    s->open++;
    r->at = choose_worker(s->workers);
    r->at->clients++;
    r->sock = sock;
    r->peer = *peer;
    r->ticket = ticket;
    r->number = ++s->counted;
    enter_list(s->workers, r);
    (void)duos_post_init(&r->post, arrive, r);
    post_to(&r->at->serve, &r->post);
    return DUOS_OK;
}

void serve_workers_configure(const serve *s, duos_server_config *config)
{
    if (s->options->workers > 1) {
        config->on_admit = on_admit;
    } else if (s->is_worker) { /* all have been judged */
        config->max_clients = 0;
        config->max_clients_per_address = 0;
        config->allow_count = 0;
        config->deny_count = 0;
        config->on_gone = on_gone;
    }
}

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
    post_to(w->acceptor, &w->answer);
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
        post_to(&w->worker[i].serve, &w->worker[i].question);
    }
    return true;
}

void serve_workers_add(const serve *s, duos_server_stats *stats)
{
    uint32_t i;

    for (i = 0; s->workers != NULL && i < s->workers->count; i++) {
        stats->bytes_received += s->workers->worker[i].stats.bytes_received;
        stats->bytes_sent += s->workers->worker[i].stats.bytes_sent;
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
        post_to(w->acceptor, &w->failure);
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
        post_to(s, post);
        return;
    }
    for (i = 0; i < w->count; i++) {
        post_to(&w->worker[i].serve, &w->worker[i].drain);
    }
}

void serve_workers_drain(serve *s)
{
    if (!s->workers->draining) {
        s->workers->draining = true;
        post_to(s, &s->workers->drain);
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
        post_to(&w->worker[i].serve, &w->worker[i].dismissal);
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

    while (w != NULL && w->first != NULL) {
        record *r = w->first;

        w->first = r->next;
        if (duos_socket_valid(r->sock)) {
            (void)duos_close(&r->sock);
        }
        free(r);
    }
    if (w != NULL) {
        free(w->worker);
    }
    free(w);
    s->workers = NULL;
}
