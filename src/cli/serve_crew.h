/* SPDX-License-Identifier: MIT */
/*
 * serve_crew.h - what the two files of --workers share: serve_hand.c, how a
 * client travels, and serve_workers.c, the threads.
 */
#ifndef CLI_SERVE_CREW_H
#define CLI_SERVE_CREW_H

#include "os.h"
#include "serve_workers.h"

typedef struct worker {
    serve serve; /* first: the serve of a worker is one */
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

/* Posts to the loop of a serve. */
void serve_post(const serve *to, duos_post *post);

/* At the very end: clients that nobody has taken are closed. */
void serve_forget_records(struct serve_workers *w);

#endif
