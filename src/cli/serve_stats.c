/* SPDX-License-Identifier: MIT */
/*
 * serve_stats.c - the counters of duosock serve: those of all workers, and
 * those of datagrams.
 */
#include "report.h"
#include "serve.h"
#include "serve_workers.h"

void serve_report_stats(const serve *s, say_level level)
{
    report_counts counts = {0};

    counts.server.size = sizeof counts.server;
    if (duos_server_get_stats(s->server, &counts.server) == DUOS_OK) {
        serve_workers_add(s, &counts);
        if (s->mode->count != NULL && s->state != NULL) {
            s->mode->count(s, &counts);
        }
        report_stats(level, &counts);
    }
    serve_udp_tell_stats(s, level);
}

void serve_tell_stats(serve *s, say_level level)
{
    if (!serve_workers_ask(s, level)) {
        serve_report_stats(s, level);
    }
}

static void tell(void *user)
{
    serve_tell_stats(user, SAY_QUIET);
}

int serve_start_stats(serve *s)
{
    return stats_start(&s->stats, s->loop, s->options->stats_ms, tell, s);
}
