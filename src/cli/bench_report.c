/* SPDX-License-Identifier: MIT */
/*
 * bench_report.c - how the figures of duosock bench look: a table for people,
 * an object for programs, a line while it runs.
 */
#include "bench.h"

#include "escape.h"
#include "progress.h"
#include "report_core.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    TIME_MAX = 32
};

static uint64_t bytes_of(const bench_options *o, const bench_figures *f)
{
    return f->messages * o->size;
}

/* So many in all that time are so many a second. */
static uint64_t per_second(uint64_t count, const bench_figures *f)
{
    double seconds = (double)f->elapsed_ns / 1e9;

    return seconds > 0 ? (uint64_t)((double)count / seconds + 0.5) : 0;
}

static void write_time(char *text, uint64_t ns)
{
    snprintf(text, TIME_MAX, "%" PRIu64 ".%03u ms", ns / 1000000,
             (unsigned)(ns / 1000 % 1000));
}

/* ---- the result ---------------------------------------------------------- */

static bool print_latency(const bench_figures *f)
{
    char p50[TIME_MAX];
    char p99[TIME_MAX];
    char p999[TIME_MAX];
    char most[TIME_MAX];

    write_time(p50, histogram_at(&f->latency, 500));
    write_time(p99, histogram_at(&f->latency, 990));
    write_time(p999, histogram_at(&f->latency, 999));
    write_time(most, f->latency.most);
    return say_result("  %-12s%-14s%-14s%-14s%s", "latency", "p50", "p99",
                      "p99.9", "max") &&
           say_result("  %-12s%-14s%-14s%-14s%s", "", p50, p99, p999, most);
}

static bool print_table(const bench_options *o, const char *address,
                        const bench_figures *f, const char *poller)
{
    char safe[256];
    char amount[PROGRESS_AMOUNT_MAX];

    escape_line(safe, sizeof safe, address);
    progress_amount(amount, per_second(bytes_of(o, f), f));
    return say_result("bench %s (%s)", safe, poller) &&
           say_result("  %-12s%" PRIu32 " sending, %" PRIu32 " idle", "clients",
                      o->clients, o->idle) &&
           say_result(
               "  %-12s%" PRIu64 " of %zu B in %" PRIu64 ".%03u s, %" PRIu32
               " under way per client",
               "messages", f->messages, o->size, f->elapsed_ns / 1000000000,
               (unsigned)(f->elapsed_ns / 1000000 % 1000), o->pipeline) &&
           say_result("  %-12s%" PRIu64 " messages/s, %s/s each way",
                      "throughput", per_second(f->messages, f), amount) &&
           print_latency(f);
}

static void add_figures(json *j, const bench_options *o, const bench_figures *f)
{
    json_uint(j, "clients", o->clients);
    json_uint(j, "idle", o->idle);
    json_uint(j, "size", o->size);
    json_uint(j, "pipeline", o->pipeline);
    json_uint(j, "messages", f->messages);
    json_uint(j, "bytes", bytes_of(o, f));
    json_seconds(j, "seconds", f->elapsed_ns / 1000000);
    json_uint(j, "messages_per_second", per_second(f->messages, f));
    json_uint(j, "bytes_per_second", per_second(bytes_of(o, f), f));
    json_uint(j, "p50_ns", histogram_at(&f->latency, 500));
    json_uint(j, "p99_ns", histogram_at(&f->latency, 990));
    json_uint(j, "p999_ns", histogram_at(&f->latency, 999));
    json_uint(j, "max_ns", f->latency.most);
}

bool bench_report(const bench_options *options, const char *address,
                  const bench_figures *figures, const char *poller)
{
    report_object o;

    if (!report_is_json()) {
        return print_table(options, address, figures, poller);
    }
    report_begin(&o, "bench");
    json_text(&o.j, "remote", address);
    json_text(&o.j, "poller", poller);
    add_figures(&o.j, options, figures);
    return report_end(&o);
}

/* ---- while it runs ------------------------------------------------------- */

void bench_tell(const bench_options *options, const bench_figures *figures)
{
    report_object o;

    if (!report_is_json()) {
        say("stats: %" PRIu64 " messages, %" PRIu64 " messages/s, %" PRIu64
            ".%u s",
            figures->messages, per_second(figures->messages, figures),
            figures->elapsed_ns / 1000000000,
            (unsigned)(figures->elapsed_ns / 100000000 % 10));
        return;
    }
    report_begin(&o, "stats");
    add_figures(&o.j, options, figures);
    (void)report_end(&o);
}

void bench_line(char *text, const bench_options *options,
                const bench_figures *figures)
{
    char share[PROGRESS_SHARE_MAX];
    uint64_t ms = figures->elapsed_ns / 1000000;

    progress_share(share, ms, (uint64_t)options->duration_ms);
    snprintf(text, PROGRESS_LINE_MAX,
             "%s%" PRIu64 ".%u s, %" PRIu64 " messages, %" PRIu64 " messages/s",
             share, ms / 1000, (unsigned)(ms % 1000 / 100), figures->messages,
             per_second(figures->messages, figures));
}
