/* SPDX-License-Identifier: MIT */
/*
 * lines.h - lines out of a stream of bytes that comes in blocks of any size.
 *
 * LF ends a line, one CR before it is dropped; all other bytes, NUL too, are
 * its text. How the stream was cut into blocks makes no difference. A line
 * that lies within a block is handed on where it is; only the beginning of
 * one whose end has not come is kept, at most the longest line, so a stream
 * that is quiet between lines holds no memory.
 */
#ifndef CLI_LINES_H
#define CLI_LINES_H

#include <stdbool.h>
#include <stddef.h>

/* Some bytes of somebody else's. */
typedef struct lines_text {
    const char *at;
    size_t len;
} lines_text;

/*
 * A stream; storage is the caller's. The fields are private.
 *
 * Life cycle: lines_init; for each block lines_next until it says LINES_NONE;
 * at the end of the stream lines_last; lines_free.
 */
typedef struct lines {
    char *kept; /* the line's beginning, len of cap bytes */
    size_t len;
    size_t cap;
    size_t max;
    bool handed; /* what is kept was handed out, and goes at the next call */
    bool skipping;
} lines;

typedef enum lines_found {
    LINES_NONE,     /* the block is used up */
    LINES_LINE,     /* a line */
    LINES_TOO_LONG, /* a line of more than max bytes; told once */
    LINES_NO_MEMORY /* the stream cannot go on */
} lines_found;

/* max: the longest line in bytes, without what ends it; 0 is no limit. */
void lines_init(lines *l, size_t max);

/*
 * Finds the next line.
 *
 * block: what is left of it; moves on.
 * line: receives the line. It is valid until the next call, and as long as
 *     the block.
 */
lines_found lines_next(lines *l, lines_text *block, lines_text *line);

/*
 * The end of the stream: a last line that no LF ended is a line, too.
 * Returns LINES_LINE or LINES_NONE.
 */
lines_found lines_last(lines *l, lines_text *line);

void lines_free(lines *l);

#endif
