/* SPDX-License-Identifier: MIT */
/*
 * serve_workers.h - duosock serve in several threads: one acceptor lets
 * clients in and hands each to the worker that has the fewest. A worker is a
 * serve of its own: a loop, a server, a mode. Nothing is shared: what goes
 * from one thread to another is posted.
 *
 * The acceptor's limits are those of all workers together; a client counts
 * there until its worker has given it back. Functions are for the acceptor,
 * on its thread.
 */
#ifndef CLI_SERVE_WORKERS_H
#define CLI_SERVE_WORKERS_H

#include "serve.h"

enum {
    SERVE_WORKERS_MAX = 64
};

/* Sets what differs in the server of an acceptor, and in that of a worker. */
void serve_workers_configure(const serve *s, duos_server_config *config);

/* The number of a client that has come in: no other one has it. */
uint64_t serve_next_number(serve *s);

/*
 * Starts --workers threads; one worker needs none. Returns CLI_DONE, or what
 * to exit with after the reason has been said.
 */
int serve_workers_start(serve *s);

/* Stops accepting, then has each worker drain, behind the last client. */
void serve_workers_drain(serve *s);

/*
 * Waits until each worker has finished what it drains, then ends it. at_once:
 * what is not drained is cut off. Returns false when one had failed.
 */
bool serve_workers_end(serve *s, bool at_once);

/* After the acceptor's loop, whose posts may lie in what is freed here. */
void serve_workers_free(serve *s);

/*
 * Asks each worker for its counters; serve_report_stats follows when all have
 * answered. Returns false when there is nobody to ask (any more).
 */
bool serve_workers_ask(serve *s, say_level level);

/* Adds what the workers have counted, as of the last time. */
void serve_workers_add(const serve *s, report_counts *counts);

#endif
