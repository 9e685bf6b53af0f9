/* SPDX-License-Identifier: MIT */
/*
 * report_stats.c - how counters look: those that are always told, and those
 * that are told when there is something to tell.
 */
#include "report_core.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SERVER(name) offsetof(report_counts, server.name)

/* Those that are told when there is something to tell. */
static const struct {
    size_t offset;
    const char *key;
    const char *words;
} rare[] = {
    {SERVER(refused_address), "refused_address", "too many of an address"},
    {SERVER(refused_denied), "refused_denied", "denied"},
    {SERVER(shed), "shed", "shed"},
    {SERVER(accept_yields), "accept_yields", "accept yields"},
    {SERVER(read_yields), "read_yields", "read yields"},
    {SERVER(write_yields), "write_yields", "write yields"},
    {SERVER(no_buffers), "no_buffers", "without buffers"},
    {SERVER(first_byte_ends), "first_byte_ends", "without a first byte"},
    {SERVER(idle_ends), "idle_ends", "idle too long"},
    {SERVER(stall_ends), "stall_ends", "stalled"},
    {SERVER(linger_ends), "linger_ends", "lingered too long"},
    {SERVER(handshake_ends), "handshake_ends", "handshakes too slow"},
    {SERVER(queue_holds), "queue_holds", "held back"},
    {SERVER(queue_refusals), "queue_refusals", "sends refused"},
    {offsetof(report_counts, long_lines), "long_lines", "lines too long"},
    {offsetof(report_counts, line_ends), "line_ends", "lines not finished"}};

enum {
    RARE = sizeof rare / sizeof rare[0],
    RARE_MAX = RARE * 48
};

static uint64_t rare_count(const report_counts *counts, size_t i)
{
    uint64_t count;

    memcpy(&count, (const char *)counts + rare[i].offset, sizeof count);
    return count;
}

void report_counts_add(report_counts *counts, const duos_server_stats *more)
{
    report_counts others = {0};
    size_t i;

    others.server = *more;
    counts->server.accept_errors += more->accept_errors;
    counts->server.bytes_received += more->bytes_received;
    counts->server.bytes_sent += more->bytes_sent;
    for (i = 0; i < RARE; i++) {
        uint64_t sum = rare_count(counts, i) + rare_count(&others, i);

        memcpy((char *)counts + rare[i].offset, &sum, sizeof sum);
    }
}

/* ", 3 denied, 1 shed", or nothing. */
static void write_rare(char *text, const report_counts *counts)
{
    size_t len = 0;
    size_t i;

    text[0] = '\0';
    for (i = 0; i < RARE; i++) {
        if (rare_count(counts, i) != 0) {
            len +=
                (size_t)snprintf(text + len, RARE_MAX - len, ", %" PRIu64 " %s",
                                 rare_count(counts, i), rare[i].words);
        }
    }
}

static void add_rare(json *j, const report_counts *counts)
{
    size_t i;

    for (i = 0; i < RARE; i++) {
        if (rare_count(counts, i) != 0) {
            json_uint(j, rare[i].key, rare_count(counts, i));
        }
    }
}

static void say_stats(say_level level, const report_counts *counts)
{
    const duos_server_stats *s = &counts->server;
    char more[RARE_MAX];

    write_rare(more, counts);
    say_at(level,
           "stats: %" PRIu32 " clients, %" PRIu32 " at most, %" PRIu64
           " accepted, %" PRIu64 " turned away, %" PRIu64
           " accept errors, %" PRIu64 " accept pauses, %" PRIu64
           " B in, %" PRIu64 " B out by those that have ended%s",
           s->clients, s->clients_peak, s->accepted, s->refused_limit,
           s->accept_errors, s->accept_pauses, s->bytes_received, s->bytes_sent,
           more);
}

void report_stats(say_level level, const report_counts *counts)
{
    const duos_server_stats *stats = &counts->server;
    report_object o;

    if (!report_is_json()) {
        say_stats(level, counts);
    } else if (report_wants(level)) {
        report_begin(&o, "stats");
        json_uint(&o.j, "clients", stats->clients);
        json_uint(&o.j, "clients_peak", stats->clients_peak);
        json_uint(&o.j, "accepted", stats->accepted);
        json_uint(&o.j, "refused_limit", stats->refused_limit);
        json_uint(&o.j, "accept_errors", stats->accept_errors);
        json_uint(&o.j, "accept_pauses", stats->accept_pauses);
        json_uint(&o.j, "bytes", stats->bytes_received);
        json_uint(&o.j, "bytes_out", stats->bytes_sent);
        add_rare(&o.j, counts);
        (void)report_end(&o);
    }
}

void report_traffic(uint64_t received, uint64_t sent, uint64_t ms)
{
    report_object o;

    if (!report_is_json()) {
        say("stats: %" PRIu64 " B in, %" PRIu64 " B out, %" PRIu64 ".%u s",
            received, sent, ms / 1000, (unsigned)(ms % 1000 / 100));
        return;
    }
    report_begin(&o, "stats");
    json_uint(&o.j, "bytes", received);
    json_uint(&o.j, "bytes_out", sent);
    json_seconds(&o.j, "seconds", ms);
    (void)report_end(&o);
}

static uint64_t refused(const duos_datagram_stats *s)
{
    return s->refused_longer + s->refused_service + s->refused_source +
           s->refused_rate + s->refused_total;
}

static void say_datagram_stats(say_level level, const duos_datagram_stats *s)
{
    say_at(level,
           "stats: %" PRIu64 " datagrams, %" PRIu64 " cut, %" PRIu64
           " answered, %" PRIu64 " refused (%" PRIu64 " to services, %" PRIu64
           " to no client, %" PRIu64 " too many), %" PRIu64 " dropped, %" PRIu64
           " errors, %" PRIu64 " B in, %" PRIu64 " B out",
           s->received, s->truncated, s->answered, refused(s),
           s->refused_service, s->refused_source,
           s->refused_rate + s->refused_total, s->dropped,
           s->send_errors + s->recv_errors, s->bytes_received, s->bytes_sent);
}

void report_datagram_stats(say_level level, const duos_datagram_stats *stats)
{
    report_object o;

    if (!report_is_json()) {
        say_datagram_stats(level, stats);
    } else if (report_wants(level)) {
        report_begin(&o, "stats");
        json_text(&o.j, "transport", "udp");
        json_uint(&o.j, "received", stats->received);
        json_uint(&o.j, "truncated", stats->truncated);
        json_uint(&o.j, "answered", stats->answered);
        json_uint(&o.j, "refused", refused(stats));
        json_uint(&o.j, "dropped", stats->dropped);
        json_uint(&o.j, "errors", stats->send_errors + stats->recv_errors);
        json_uint(&o.j, "bytes", stats->bytes_received);
        json_uint(&o.j, "bytes_out", stats->bytes_sent);
        (void)report_end(&o);
    }
}
