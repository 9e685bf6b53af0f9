/* SPDX-License-Identifier: MIT */
/*
 * progress.h - what is under way, and how much time is left: one line that is
 * written over on a terminal, a line now and then elsewhere.
 */
#ifndef JUDGE_PROGRESS_H
#define JUDGE_PROGRESS_H

/* From now on, the time counts. */
void progress_begin(void);

/* Seconds since then. */
double progress_passed(void);

/* left: seconds, as far as anybody knows. */
void progress_show(double left, const char *what);

/* Wipes the line away, before other output. */
void progress_clear(void);

#endif
