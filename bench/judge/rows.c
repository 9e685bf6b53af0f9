/* SPDX-License-Identifier: MIT */
/*
 * rows.c - the table of figures.
 */
#include "rows.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "progress.h"

#define ROWS_MAX 100

static row rows[ROWS_MAX];
static size_t row_count;

/* ---- words --------------------------------------------------------------- */

const char *rows_verdict(verdict v)
{
    static const char *const words[] = {"holds", "undecided", "FAILS", "-",
                                        "skipped"};

    return words[v];
}

static bool has_interval(const row *r)
{
    return r->n > 1 && r->high < HUGE_VAL;
}

void rows_figure(const row *r, char *text, size_t cap)
{
    if (r->n == 0) {
        snprintf(text, cap, "%s", r->note);
    } else if (has_interval(r)) {
        snprintf(text, cap, "%.*f%s (%.*f to %.*f)", r->digits, r->value,
                 r->unit, r->digits, r->low, r->digits, r->high);
    } else {
        snprintf(text, cap, "%.*f%s", r->digits, r->value, r->unit);
    }
}

void rows_bar(const row *r, char *text, size_t cap)
{
    if (r->bar > 0) {
        snprintf(text, cap, "<= %.*f%s", r->digits, r->bar, r->unit);
    } else {
        snprintf(text, cap, "-");
    }
}

static void print(const row *r)
{
    char figure[120];
    char bar[40];

    progress_clear();
    rows_figure(r, figure, sizeof figure);
    rows_bar(r, bar, sizeof bar);
    printf("%-5s %-62s %-25s %-12s %s\n", r->id, r->what, figure, bar,
           rows_verdict(r->verdict));
    fflush(stdout);
}

/* ---- adding -------------------------------------------------------------- */

static row *begin(const char *id, const char *what, const char *unit,
                  int digits)
{
    row *r = &rows[row_count < ROWS_MAX - 1 ? row_count++ : row_count];

    memset(r, 0, sizeof *r);
    r->id = id;
    snprintf(r->what, sizeof r->what, "%s", what);
    r->unit = unit;
    r->digits = digits;
    return r;
}

void rows_add_exact(const char *id, const char *what, const char *unit,
                    int digits, double value, double bar)
{
    row *r = begin(id, what, unit, digits);

    r->value = r->low = r->high = value;
    r->n = 1;
    r->bar = bar;
    if (bar <= 0) {
        r->verdict = VERDICT_NONE;
    } else {
        r->verdict = value <= bar ? VERDICT_HOLDS : VERDICT_FAILS;
    }
    print(r);
}

static verdict judge(const estimate *e, double bar)
{
    if (e->value <= bar) {
        return VERDICT_HOLDS;
    }
    return e->low > bar ? VERDICT_FAILS : VERDICT_OPEN;
}

void rows_add_estimate(const char *id, const char *what, const char *unit,
                       int digits, const estimate *e, double bar,
                       bool is_judged)
{
    row *r = begin(id, what, unit, digits);

    r->value = e->value;
    r->low = e->low;
    r->high = e->high;
    r->n = e->n;
    r->bar = bar;
    r->verdict = bar > 0 && is_judged ? judge(e, bar) : VERDICT_NONE;
    print(r);
}

void rows_add_held(const char *id, const char *what, int number)
{
    row *r = begin(id, what, "", 0);

    r->value = r->low = r->high = number;
    r->n = 1;
    r->verdict = VERDICT_HOLDS;
    print(r);
}

static void add_nothing(const char *id, const char *what, const char *why,
                        verdict v)
{
    row *r = begin(id, what, "", 0);

    snprintf(r->note, sizeof r->note, "%s", why);
    r->verdict = v;
    print(r);
}

void rows_add_skipped(const char *id, const char *what, const char *why)
{
    add_nothing(id, what, why, VERDICT_SKIPPED);
}

void rows_add_failed(const char *id, const char *what, const char *why)
{
    add_nothing(id, what, why, VERDICT_FAILS);
}

/* ---- asking -------------------------------------------------------------- */

size_t rows_count(void)
{
    return row_count;
}

/* Bars by their numbers, after the yardstick and before the rest. */
static int rank(const row *r)
{
    if (strcmp(r->id, "raw") == 0) {
        return 0;
    }
    return r->id[0] == 'B' ? atoi(r->id + 1) : 1000;
}

/* The rows of one rank stay in the order in which they came. */
static int by_rank(const void *a, const void *b)
{
    const row *x = *(const row *const *)a;
    const row *y = *(const row *const *)b;
    int order = rank(x) - rank(y);

    return order != 0 ? order : (x > y) - (x < y);
}

const row *rows_at(size_t i)
{
    static const row *sorted[ROWS_MAX];
    static size_t sorted_count;

    if (sorted_count != row_count) {
        for (sorted_count = 0; sorted_count < row_count; sorted_count++) {
            sorted[sorted_count] = &rows[sorted_count];
        }
        qsort(sorted, sorted_count, sizeof sorted[0], by_rank);
    }
    return sorted[i];
}

void rows_print(void)
{
    size_t i;

    printf("\n");
    for (i = 0; i < row_count; i++) {
        print(rows_at(i));
    }
    printf("\n");
}

size_t rows_with(verdict v)
{
    size_t count = 0;
    size_t i;

    for (i = 0; i < row_count; i++) {
        count += rows[i].verdict == v;
    }
    return count;
}
