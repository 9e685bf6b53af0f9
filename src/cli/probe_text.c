/* SPDX-License-Identifier: MIT */
/*
 * probe_text.c - what was found, for people: tables that fit 80 columns. What
 * the codes of refusals mean stands below the last table.
 */
#include "probe.h"

#include "say.h"

#include <stdio.h>
#include <string.h>

enum {
    WIDTH = 80,
    LINE_BYTES = 256,
    REASONS_MAX = 32
};

/* Where values begin, and how wide a column of options is with the space
 * behind it. */
typedef struct layout {
    int left;
    int column;
} layout;

/* Two spaces before the longest name, one behind it. */
static layout make_layout(void)
{
    layout l;
    size_t longest = 0;
    int opt;

    for (opt = DUOS_OPT_NONE + 1; opt < DUOS_OPT_COUNT; opt++) {
        size_t len = strlen(duos_opt_describe((duos_opt)opt)->name);

        longest = len > longest ? len : longest;
    }
    l.left = (int)longest + 3;
    l.column = (WIDTH - l.left) / PROBE_COLUMNS;
    return l;
}

/* ---- lists ------------------------------------------------------------ */

static bool print_line(const layout *l, const probe_finding *f)
{
    char code[SAY_CODE_MAX];

    if (f->answer == PROBE_YES) {
        return say_result("  %-*s%s", l->left - 2, f->name,
                          f->value[0] != '\0' ? f->value : "yes");
    }
    say_code(code, sizeof code, f->err);
    return say_result("  %-*sno: %s (%s)", l->left - 2, f->name,
                      duos_err_text(f->err), code);
}

static bool print_list(const layout *l, const char *heading,
                       const probe_finding *list, size_t count)
{
    bool good = say_result("%s", heading);
    size_t i;

    for (i = 0; good && i < count; i++) {
        good = print_line(l, &list[i]);
    }
    return good && say_result("%s", "");
}

/* ---- options ---------------------------------------------------------- */

static void write_pair(char *cell, int room, const char *word,
                       const char *value)
{
    if (value[0] == '\0' || (int)(strlen(word) + 1 + strlen(value)) > room) {
        (void)snprintf(cell, LINE_BYTES, "%s", word);
    } else {
        (void)snprintf(cell, LINE_BYTES, "%s %s", word, value);
    }
}

/* "no EPERM"; the number where the name has no room, or there is none. */
static void write_refusal(char *cell, int room, duos_err err)
{
    const char *name = duos_err_native_name(err);
    int32_t number = duos_err_native(err);
    char digits[16];

    if (number == 0) {
        name = duos_err_name(err);
    } else if (name[0] == '\0' || (int)strlen(name) + 3 > room) {
        (void)snprintf(digits, sizeof digits, "%d", (int)number);
        name = digits;
    }
    write_pair(cell, room, "no", name);
}

/* cell: LINE_BYTES; room: what it should not be longer than. */
static void write_cell(char *cell, int room, const probe_finding *f)
{
    switch (f->answer) {
    case PROBE_UNTRIED:
        cell[0] = '\0';
        return;
    case PROBE_YES:
    case PROBE_SET:
        write_pair(cell, room, "set", f->value);
        return;
    case PROBE_READ:
        write_pair(cell, room, "read", f->value);
        return;
    case PROBE_LACKING:
        write_pair(cell, room, "-", "");
        return;
    case PROBE_REFUSED:
        write_refusal(cell, room, f->err);
        return;
    }
}

/* A row of the table; cells: one text for each column. */
static bool print_row(const layout *l, const char *name,
                      char cells[PROBE_COLUMNS][LINE_BYTES])
{
    char line[WIDTH + 1];
    int len = snprintf(line, sizeof line, "%-*s", l->left, name);
    int i;

    for (i = 0; i < PROBE_COLUMNS; i++) {
        len += snprintf(line + len, sizeof line - (size_t)len, "%-*.*s",
                        l->column, l->column, cells[i]);
    }
    while (len > 0 && line[len - 1] == ' ') {
        line[--len] = '\0';
    }
    return say_result("%s", line);
}

static bool print_heading(const layout *l)
{
    char cells[PROBE_COLUMNS][LINE_BYTES];
    int i;

    for (i = 0; i < PROBE_COLUMNS; i++) {
        (void)snprintf(cells[i], LINE_BYTES, "%s",
                       probe_socket_name((probe_socket)i));
    }
    return print_row(l, "options", cells);
}

static bool print_option(const layout *l, const probe_finding *row)
{
    char cells[PROBE_COLUMNS][LINE_BYTES];
    char name[LINE_BYTES];
    int i;

    for (i = 0; i < PROBE_COLUMNS; i++) {
        write_cell(cells[i], l->column - 1, &row[i]);
    }
    (void)snprintf(name, sizeof name, "  %s", row->name);
    return print_row(l, name, cells);
}

/* ---- reasons ---------------------------------------------------------- */

/* The codes of refusals, each once, in the order of the table. */
typedef struct reasons {
    duos_err list[REASONS_MAX];
    size_t count;
} reasons;

static void add_reason(reasons *r, duos_err err)
{
    size_t i;

    for (i = 0; i < r->count; i++) {
        if (r->list[i] == err) {
            return;
        }
    }
    if (r->count < REASONS_MAX) {
        r->list[r->count++] = err;
    }
}

static void find_reasons(reasons *r, const probe *p)
{
    int opt, which;

    r->count = 0;
    for (opt = DUOS_OPT_NONE + 1; opt < DUOS_OPT_COUNT; opt++) {
        for (which = 0; which < PROBE_COLUMNS; which++) {
            const probe_finding *f = &p->options[opt][which];

            if (f->answer == PROBE_REFUSED) {
                add_reason(r, f->err);
            }
        }
    }
}

/* "  EPERM 1            operation not permitted". */
static bool print_reasons(const layout *l, const probe *p)
{
    reasons r;
    bool good;
    size_t i;

    find_reasons(&r, p);
    good = r.count == 0 || say_result("\nrefused with");
    for (i = 0; good && i < r.count; i++) {
        char code[SAY_CODE_MAX];

        say_code(code, sizeof code, r.list[i]);
        good = say_result("  %-*s %s", l->left - 3, code,
                          duos_err_text(r.list[i]));
    }
    return good;
}

static bool print_options(const layout *l, const probe *p)
{
    bool good = print_heading(l);
    int opt;

    for (opt = DUOS_OPT_NONE + 1; good && opt < DUOS_OPT_COUNT; opt++) {
        good = print_option(l, p->options[opt]);
    }
    return good && print_reasons(l, p);
}

/* ---- the sum ---------------------------------------------------------- */

/* Whether an option has an answer on one socket or another. */
static bool has_answer(const probe_finding *row, probe_answer answer,
                       bool exact)
{
    int i;

    for (i = 0; i < PROBE_COLUMNS; i++) {
        if (row[i].answer == answer && row[i].exact == exact) {
            return true;
        }
    }
    return false;
}

/* Each option counts once, with the best of its answers. */
static bool print_sum(const probe *p)
{
    unsigned exact = 0, set = 0, read = 0, refused = 0, lacking = 0;
    int opt;

    for (opt = DUOS_OPT_NONE + 1; opt < DUOS_OPT_COUNT; opt++) {
        const probe_finding *row = p->options[opt];

        if (has_answer(row, PROBE_SET, true)) {
            exact++;
        } else if (has_answer(row, PROBE_SET, false)) {
            set++;
        } else if (has_answer(row, PROBE_READ, false)) {
            read++;
        } else if (has_answer(row, PROBE_REFUSED, false)) {
            refused++;
        } else {
            lacking++;
        }
    }
    return say_result("\n%d options: %u set and read back the same, %u set but"
                      " for that,\n%u read, %u refused, %u not supported",
                      DUOS_OPT_COUNT - 1, exact, set, read, refused, lacking);
}

bool probe_print_text(const probe *p)
{
    layout l = make_layout();

    return print_list(&l, "pollers", p->pollers, p->poller_count) &&
           print_list(&l, "limits", p->limits, 2) &&
           print_list(&l, "sockets on loopback", p->sockets, PROBE_SOCKETS) &&
           print_list(&l, "names", p->names, 1) && print_options(&l, p) &&
           print_sum(p);
}
