/* SPDX-License-Identifier: MIT */
/*
 * serve_hand.c - how a client travels: on_admit makes a record of it and posts
 * that to a worker; when the client has gone the same record is posted back.
 * A record belongs to who has it: the acceptor that makes and frees it, or the
 * worker between the two posts.
 */
#include "serve_crew.h"

#include "report.h"
#include "trace.h"

#include <stdlib.h>

void serve_post(const serve *to, duos_post *post)
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
    serve_post(r->at->acceptor, &r->post);
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
    enter_list(s->workers, r);
    (void)duos_post_init(&r->post, arrive, r);
    serve_post(&r->at->serve, &r->post);
    return DUOS_OK;
}

void serve_workers_configure(const serve *s, duos_server_config *config)
{
    if (s->options->workers > 1) {
        config->on_admit = on_admit;
    } else if (s->is_worker) {
        /* Only the worker learns who comes through a proxy: deny and the
         * limit of an address hold there, too. */
        config->max_clients = 0;
        config->on_gone = on_gone;
    }
}

/* Of N workers, each gives every Nth number, so that they share nothing. */
uint64_t serve_next_number(serve *s)
{
    const worker *w = (const worker *)s;
    uint64_t before = s->counted++;

    if (!s->is_worker) {
        return before + 1;
    }
    return before * w->acceptor->options->workers +
           (uint64_t)(w - w->acceptor->workers->worker) + 1;
}

void serve_forget_records(struct serve_workers *w)
{
    while (w->first != NULL) {
        record *r = w->first;

        w->first = r->next;
        if (duos_socket_valid(r->sock)) {
            (void)duos_close(&r->sock);
        }
        free(r);
    }
}
