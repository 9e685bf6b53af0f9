/* SPDX-License-Identifier: MIT */
/*
 * rows.h - the figures, one a row: what was measured, its bar, and whether it
 * holds. A row is printed when it is added.
 */
#ifndef JUDGE_ROWS_H
#define JUDGE_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "stats.h"

typedef enum verdict {
    VERDICT_HOLDS,
    VERDICT_OPEN,  /* above the bar, but its interval is not: no failure */
    VERDICT_FAILS, /* so is its interval, or it is exact */
    VERDICT_NONE,  /* there is no bar, or it was not to be judged */
    VERDICT_SKIPPED
} verdict;

typedef struct row {
    const char *id; /* B1 ... */
    char what[100];
    const char *unit; /* "" for a ratio */
    int digits;       /* behind the point */
    double value;
    double low; /* both are the value when it is exact */
    double high;
    double bar;     /* at most; 0 for none */
    size_t n;       /* measurements; 1 when it is exact */
    char note[100]; /* why it was skipped, or "" */
    verdict verdict;
} row;

/* A figure that is counted: its bar is judged to the letter. */
void rows_add_exact(const char *id, const char *what, const char *unit,
                    int digits, double value, double bar);

/* One that is estimated. */
void rows_add_estimate(const char *id, const char *what, const char *unit,
                       int digits, const estimate *e, double bar,
                       bool is_judged);

/* A number that was asked for and reached. */
void rows_add_held(const char *id, const char *what, int number);

void rows_add_skipped(const char *id, const char *what, const char *why);

/* One that could not be measured although it must be. */
void rows_add_failed(const char *id, const char *what, const char *why);

/* The i-th in the order of a report: the yardstick, the bars, the rest. */
const row *rows_at(size_t i);
size_t rows_count(void);
size_t rows_with(verdict v);
const char *rows_verdict(verdict v);

/* All of them once more, in that order. */
void rows_print(void);

/* As in a table: "1.012 (0.980 to 1.045)". */
void rows_figure(const row *r, char *text, size_t cap);
void rows_bar(const row *r, char *text, size_t cap);

#endif
