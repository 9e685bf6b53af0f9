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

static void tell(void *user)
{
    serve_tell_stats(user, SAY_QUIET);
}

int serve_start_stats(serve *s)
{
    return stats_start(&s->stats, s->loop, s->options->stats_ms, tell, s);
}
