/* SPDX-License-Identifier: MIT */
/*
 * report.c - the table and bench.json.
 */
#define _POSIX_C_SOURCE 200809L

#include "report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "rounds.h"
#include "rows.h"

/* ---- the machine -----------------------------------------------------------
 */

/* The value of the first line of a file that begins so. */
static void read_field(const char *path, const char *name, char *value,
                       size_t cap)
{
    FILE *file = fopen(path, "r");
    char line[256];
    const char *from;

    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, name, strlen(name)) == 0) {
            from = line + strlen(name);
            from += strspn(from, " \t:");
            snprintf(value, cap, "%.*s", (int)strcspn(from, "\n"), from);
            break;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
}

void report_look(about *a)
{
    struct utsname system;
    char processor[100];
    char load[40] = "?";

    memset(&system, 0, sizeof system);
    uname(&system);
    snprintf(processor, sizeof processor, "%.60s", system.machine);
    read_field("/proc/cpuinfo", "model name", processor, sizeof processor);
    read_field("/proc/loadavg", "", load, sizeof load);
    snprintf(a->machine, sizeof a->machine,
             "%.80s, %ld cores, %.20s %.60s, load %.4s at the start", processor,
             sysconf(_SC_NPROCESSORS_ONLN), system.sysname, system.release,
             load);
}

/* ---- JSON ------------------------------------------------------------------
 */

static void text_to(FILE *file, const char *key, const char *value,
                    const char *behind)
{
    fprintf(file, "\"%s\": \"", key);
    for (; *value != '\0'; value++) {
        if (*value == '"' || *value == '\\') {
            fputc('\\', file);
        }
        if ((unsigned char)*value >= ' ') {
            fputc(*value, file);
        }
    }
    fprintf(file, "\"%s", behind);
}

static void number_to(FILE *file, const char *key, double value,
                      const char *behind)
{
    if (value < HUGE_VAL) {
        fprintf(file, "\"%s\": %.10g%s", key, value, behind);
    } else {
        fprintf(file, "\"%s\": null%s", key, behind);
    }
}

static void row_to(FILE *file, const row *r, bool is_last)
{
    fprintf(file, "    {");
    text_to(file, "id", r->id, ", ");
    text_to(file, "what", r->what, ", ");
    if (r->n > 0) {
        text_to(file, "unit", r->unit[0] != '\0' ? r->unit + 1 : "", ", ");
        number_to(file, "value", r->value, ", ");
        number_to(file, "low", r->low, ", ");
        number_to(file, "high", r->high, ", ");
        number_to(file, "bar", r->bar > 0 ? r->bar : HUGE_VAL, ", ");
        number_to(file, "n", (double)r->n, ", ");
    } else {
        text_to(file, "note", r->note, ", ");
    }
    text_to(file, "verdict", rows_verdict(r->verdict),
            is_last ? "}\n" : "},\n");
}

static void sample_to(FILE *file, scene where, server which, bool *is_first)
{
    sample s = rounds_median(where, which);

    if (s.cpu_ns <= 0) {
        return;
    }
    fprintf(file, "%s    {", *is_first ? "" : ",\n");
    *is_first = false;
    text_to(file, "scene", plan_scenes[where].key, ", ");
    text_to(file, "server", plan_servers[which].name, ", ");
    number_to(file, "cpu_ns_per_message", s.cpu_ns, ", ");
    number_to(file, "per_second", s.per_second, ", ");
    number_to(file, "p50_us", s.p50_us, ", ");
    number_to(file, "p99_us", s.p99_us, ", ");
    number_to(file, "p999_us", s.p999_us, ", ");
    number_to(file, "user_bytes_per_connection", s.kib * 1024, ", ");
    number_to(file, "rounds", rounds_count(where), "}");
}

static void samples_to(FILE *file)
{
    bool is_first = true;
    scene where;
    server which;

    for (where = 0; where < SCENES; where++) {
        for (which = 0; which < SERVERS; which++) {
            sample_to(file, where, which, &is_first);
        }
    }
    fprintf(file, "\n");
}

bool report_json(const char *path, const about *a)
{
    FILE *file = fopen(path, "w");
    size_t count = rows_count();
    size_t i;

    if (file == NULL) {
        return false;
    }
    fprintf(file, "{\n  ");
    text_to(file, "date", a->date, ",\n  ");
    text_to(file, "machine", a->machine, ",\n  ");
    text_to(file, "versions", a->versions, ",\n  ");
    text_to(file, "command", a->command, ",\n  ");
    number_to(file, "seconds", a->seconds, ",\n  ");
    fprintf(file, "\"yardstick_is_valid\": %s,\n  \"figures\": [\n",
            a->is_valid ? "true" : "false");
    for (i = 0; i < count; i++) {
        row_to(file, rows_at(i), i + 1 == count);
    }
    fprintf(file, "  ],\n  \"medians\": [\n");
    samples_to(file);
    fprintf(file, "  ]\n}\n");
    return fclose(file) == 0;
}

/* ---- Markdown --------------------------------------------------------------
 */

static void markdown_row(FILE *file, const row *r)
{
    char figure[120];
    char bar[40];

    rows_figure(r, figure, sizeof figure);
    rows_bar(r, bar, sizeof bar);
    fprintf(file, "| %s | %s | %s | %s | %zu | %s |\n", r->id, r->what, figure,
            bar, r->n, rows_verdict(r->verdict));
}

bool report_markdown(const char *path, const about *a)
{
    FILE *file = fopen(path, "w");
    size_t count = rows_count();
    size_t i;

    if (file == NULL) {
        return false;
    }
    fprintf(file,
            "`%s`, %s, %.0f minutes%s\n\n%s\n\n%s\n\n"
            "| | what | figure | bar | runs | |\n|---|---|---|---|---|---|\n",
            a->command, a->date, a->seconds / 60,
            a->is_quick ? "; a quick run: estimates are not judged" : "",
            a->machine, a->versions);
    for (i = 0; i < count; i++) {
        markdown_row(file, rows_at(i));
    }
    return fclose(file) == 0;
}
