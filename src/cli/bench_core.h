/* SPDX-License-Identifier: MIT */
/*
 * bench_core.h - what bench.c, the phases of a run, and bench_echo.c, the
 * messages of one connection, share.
 */
#ifndef CLI_BENCH_CORE_H
#define CLI_BENCH_CORE_H

#include "bench.h"
#include "progress.h"
#include "stats.h"

#include <duosock/client.h>
#include <duosock/quit.h>

typedef enum bench_phase {
    BENCH_CONNECTING,
    BENCH_RUNNING,
    BENCH_DRAINING, /* nothing is sent any more, but echoes still come */
    BENCH_CLOSING
} bench_phase;

typedef struct bench bench;

/* One connection. */
typedef struct visitor {
    bench *bench;
    duos_client *client;
    uint64_t sent; /* bytes */
    uint64_t received;
    uint64_t *sent_at; /* of the messages under way, a ring; in ns */
    uint32_t oldest;
    uint32_t under_way;
    uint32_t number;
    bool is_idle;
    bool open;
} visitor;

struct bench {
    const bench_options *options;
    const char *address;
    bench_figures *figures;
    duos_loop *loop;
    duos_addr source;
    duos_quit quit;
    duos_timer end; /* of a phase */
    stats_teller stats;
    progress progress;
    visitor *visitors; /* count of them: first those that send */
    uint64_t *times;
    char *pattern;
    size_t piece; /* bytes of the pattern that lie in one piece, anywhere */
    uint32_t count;
    uint32_t begun; /* to connect */
    uint32_t ready; /* connected, and the idle ones have been answered */
    uint32_t left;  /* of those that are closing */
    uint64_t under_way;
    uint64_t begun_ns;
    bench_phase phase;
    int exit_code;
};

/* Makes the pattern, in time for the first message. Frees it: free. */
bool bench_make_pattern(bench *b);

/* Sends so many messages, in as few calls as may be. */
duos_err bench_send(visitor *v, uint32_t count);

/*
 * Compares what came, and notes the messages that it completes.
 *
 * count: receives how many these are. Returns false when a byte is wrong, or
 * more came than was sent.
 */
bool bench_take(visitor *v, const void *data, size_t len, uint32_t *count);

#endif
