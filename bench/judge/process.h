/* SPDX-License-Identifier: MIT */
/*
 * process.h - programs that are run to their end, and the time.
 */
#ifndef JUDGE_PROCESS_H
#define JUDGE_PROCESS_H

#include <stddef.h>

/* What process_run returns when there is no exit code. */
#define PROCESS_NOT_STARTED (-1)
#define PROCESS_KILLED      (-2) /* by a signal */

/*
 * Runs a program without input.
 *
 * argv: argv[0] is its path; ends with NULL.
 * out: receives the first cap - 1 bytes of its output, ends with NUL.
 *
 * Returns its exit code, or one of the above.
 */
int process_run(const char *const argv[], char *out, size_t cap);

/* The last line that the last program wrote to stderr; "" for none. */
const char *process_complaint(void);

/* Seconds since some time. */
double process_clock(void);

#endif
