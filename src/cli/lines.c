/* SPDX-License-Identifier: MIT */
/*
 * lines.c - finds the ends of lines and keeps what straddles two blocks.
 */
#include "lines.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIRST_CAP = 64
};

void lines_init(lines *l, size_t max)
{
    memset(l, 0, sizeof *l);
    l->max = max != 0 ? max : SIZE_MAX / 2;
}

void lines_free(lines *l)
{
    free(l->kept);
    l->kept = NULL;
    l->len = l->cap = 0;
    l->handed = false;
}

/* One byte more is allowed, if it may be the CR that does not count. */
static bool is_too_long(const lines *l, size_t len, char last)
{
    return len > l->max && (len > l->max + 1 || last != '\r');
}

static size_t without_cr(const char *text, size_t len)
{
    return len > 0 && text[len - 1] == '\r' ? len - 1 : len;
}

static bool keep(lines *l, const char *at, size_t len)
{
    size_t need = l->len + len;
    size_t cap = l->cap > 0 ? l->cap : FIRST_CAP;
    char *kept = l->kept;

    if (len == 0) {
        return true;
    }
    while (cap < need) {
        cap *= 2;
    }
    if (cap != l->cap) {
        kept = realloc(l->kept, cap);
    }
    if (kept == NULL) {
        return false;
    }
    memcpy(kept + l->len, at, len);
    l->kept = kept;
    l->len = need;
    l->cap = cap;
    return true;
}

/* The part of a line that a block holds, and the LF, if it is there. */
static lines_found add_part(lines *l, const char *at, size_t len, bool ended,
                            lines_text *line)
{
    if (is_too_long(l, l->len + len, len > 0 ? at[len - 1] : '\r')) {
        lines_free(l);
        l->skipping = !ended;
        return LINES_TOO_LONG;
    }
    if (ended && l->len == 0) {
        line->at = at;
        line->len = without_cr(at, len);
        return LINES_LINE;
    }
    if (!keep(l, at, len)) {
        return LINES_NO_MEMORY;
    }
    if (!ended) {
        return LINES_NONE;
    }
    l->handed = true;
    line->at = l->kept;
    line->len = without_cr(l->kept, l->len);
    return LINES_LINE;
}

lines_found lines_next(lines *l, lines_text *block, lines_text *line)
{
    lines_found found = LINES_NONE;

    if (l->handed) {
        lines_free(l);
    }
    while (found == LINES_NONE && block->len > 0) {
        const char *at = block->at;
        const char *end = memchr(at, '\n', block->len);
        size_t len = end != NULL ? (size_t)(end - at) : block->len;
        size_t used = end != NULL ? len + 1 : len;

        block->at += used;
        block->len -= used;
        if (!l->skipping) {
            found = add_part(l, at, len, end != NULL, line);
        } else if (end != NULL) {
            l->skipping = false;
        }
    }
    return found;
}

lines_found lines_last(lines *l, lines_text *line)
{
    if (l->handed) {
        lines_free(l);
    }
    if (l->len == 0) {
        return LINES_NONE;
    }
    l->handed = true;
    line->at = l->kept;
    line->len = without_cr(l->kept, l->len);
    return LINES_LINE;
}
