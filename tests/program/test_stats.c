/* SPDX-License-Identifier: MIT */
/*
 * test_stats.c - the counters of several threads as one: those that a worker
 * has are all there, whatever is added to them one day.
 */
#include "cli/report_core.h"

#include "support/check.h"

#include <stdarg.h>
#include <stdio.h>

static char said[2048];

/* ---- instead of report.c and say.c -------------------------------------- */

bool report_is_json(void)
{
    return false;
}

bool report_wants(say_level level)
{
    (void)level;
    return true;
}

void report_begin(report_object *o, const char *event)
{
    (void)event;
    json_begin(&o->j, o->line, sizeof o->line);
}

bool report_end(report_object *o)
{
    (void)o;
    return true;
}

void say(const char *format, ...)
{
    (void)format;
}

void say_at(say_level level, const char *format, ...)
{
    va_list args;

    (void)level;
    va_start(args, format);
    (void)vsnprintf(said, sizeof said, format, args);
    va_end(args);
}

/* ---- the tests --------------------------------------------------------- */

/* Those of which a worker's would be counted twice, or mean nothing. */
static bool is_acceptors(size_t offset)
{
    return offset == offsetof(duos_server_stats, accepted) ||
           offset == offsetof(duos_server_stats, refused_limit) ||
           offset == offsetof(duos_server_stats, accept_pauses);
}

static void test_stats_of_workers_are_added(void **state)
{
    size_t first = offsetof(duos_server_stats, accepted);
    duos_server_stats more = {0};
    report_counts counts = {0};
    size_t at;

    (void)state;
    more.clients = 7;
    for (at = first; at < sizeof more; at += sizeof(uint64_t)) {
        uint64_t count = at;

        memcpy((char *)&more + at, &count, sizeof count);
    }
    counts.server.clients = 3;
    report_counts_add(&counts, &more);
    report_counts_add(&counts, &more);
    assert_int_equal(counts.server.clients, 3);
    for (at = first; at < sizeof more; at += sizeof(uint64_t)) {
        uint64_t sum;

        memcpy(&sum, (char *)&counts.server + at, sizeof sum);
        assert_int_equal(sum, is_acceptors(at) ? 0 : 2 * at);
    }
    assert_int_equal(counts.long_lines, 0);
}

/* A connection that a worker could not take is one that is told of. */
static void test_stats_tell_accept_errors_of_workers(void **state)
{
    duos_server_stats more = {0};
    report_counts counts = {0};

    (void)state;
    counts.server.accept_errors = 1;
    more.accept_errors = 2;
    more.idle_ends = 5;
    report_counts_add(&counts, &more);
    report_stats(SAY_QUIET, &counts);
    assert_non_null(strstr(said, " 3 accept errors, "));
    assert_non_null(strstr(said, ", 5 idle too long"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stats_of_workers_are_added),
        cmocka_unit_test(test_stats_tell_accept_errors_of_workers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
