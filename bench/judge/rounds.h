/* SPDX-License-Identifier: MIT */
/*
 * rounds.h - time, measured. A round of a scene runs each of its servers once,
 * in an order by chance, and a ratio is made within a round: what the machine
 * does besides falls on all alike. Rounds go on until each ratio that has a bar
 * is known to 4 %, or the time is up.
 */
#ifndef JUDGE_ROUNDS_H
#define JUDGE_ROUNDS_H

#include <stdbool.h>

#include "plan.h"
#include "stats.h"

/* What one run has measured; nothing where cpu_ns is 0. */
typedef struct sample {
    double cpu_ns;     /* of the server, per message */
    double per_second; /* messages */
    double p50_us;
    double p99_us;
    double p999_us;
    double kib; /* of memory, that the server took for a connection */
} sample;

/* Where the programs are. */
void rounds_begin(const char *folder);

/*
 * The first rounds, of all servers, and then those that are judged.
 *
 * shown: the number of the first ones.
 * deadline: of progress_passed, for the others.
 */
void rounds_measure(unsigned shown, double deadline);

/* CPU per message, as a ratio. */
estimate rounds_ratio(scene where, server subject, server reference);

/* Why a server was not measured, or NULL. absent: it is not built here. */
const char *rounds_missing(scene where, server which, bool *absent);

/* The median of each figure; all 0 for none. */
sample rounds_median(scene where, server which);

/* Rounds that were run. */
unsigned rounds_count(scene where);

#endif
