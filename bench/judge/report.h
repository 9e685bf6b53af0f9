/* SPDX-License-Identifier: MIT */
/*
 * report.h - what a run leaves behind: bench.json with everything,
 * performance.md with the table as docs/performance.md has it, and the data of
 * bench/plots.gp.
 */
#ifndef JUDGE_REPORT_H
#define JUDGE_REPORT_H

#include <stdbool.h>

typedef struct about {
    const char *date;
    char machine[200]; /* processor, cores, kernel, load */
    const char *versions;
    const char *command;
    double seconds;
    bool is_valid;
    bool is_quick;
} about;

/* The machine. */
void report_look(about *a);

/* Each returns false when the file cannot be written. */
bool report_json(const char *path, const about *a);
bool report_markdown(const char *path, const about *a);

/* CPU per message by the number of clients, memory, latency. */
bool report_series(void);

#endif
