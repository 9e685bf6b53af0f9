/* SPDX-License-Identifier: MIT */
/*
 * bench.h - what the files of duosock bench share: how a server that echoes is
 * loaded, and what was measured.
 */
#ifndef CLI_BENCH_H
#define CLI_BENCH_H

#include "client_options.h"
#include "histogram.h"

#include <duosock/loop.h>

#include <stdbool.h>

typedef struct bench_options {
    client_options client; /* first */
    uint32_t clients;
    uint32_t idle; /* more of them, which say nothing after one message */
    uint32_t pipeline;
    size_t size;
    int32_t duration_ms; /* 0: until it is told to stop */
} bench_options;

/* What was measured, or has been so far. Times in ns. */
typedef struct bench_figures {
    uint64_t messages; /* echoed, and right */
    uint64_t elapsed_ns;
    histogram latency; /* of each message: from its send to its last byte */
} bench_figures;

/*
 * Runs it all, from the loop to the last connection. Returns the exit code;
 * figures and poller are filled in for CLI_DONE.
 */
int bench_run(const bench_options *options, const char *address,
              bench_figures *figures, const char **poller);

/* Prints the result. Returns false when the standard output took none. */
bool bench_report(const bench_options *options, const char *address,
                  const bench_figures *figures, const char *poller);

/* Tells how far it is, as --stats has it. */
void bench_tell(const bench_options *options, const bench_figures *figures);

/* Writes the line of progress. */
void bench_line(char *text, const bench_options *options,
                const bench_figures *figures);

#endif
