/* SPDX-License-Identifier: MIT */
/*
 * escape.h - makes text from a peer harmless before a terminal or a log sees
 * it: control characters, marks that turn the direction of writing or
 * end a line, and bytes that are not UTF-8 become \xNN.
 */
#ifndef CLI_ESCAPE_H
#define CLI_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

/* A byte that is escaped takes so many. */
enum {
    ESCAPE_GROWTH = 4
};

/* What passes besides what is harmless everywhere. */
typedef enum escape_form {
    ESCAPE_LINE,  /* nothing: for one line of a log */
    ESCAPE_LINES, /* line feeds and tabs */
    ESCAPE_EXACT  /* the same, but no backslash: each \xNN is a byte then, and
                     it can be undone */
} escape_form;

/*
 * Escapes text.
 *
 * out: receives at most cap bytes, without a final NUL; never half a
 *     character.
 * used: receives how many bytes of data were dealt with: less than len when
 *     out is full, or when data ends within a character that more data may
 *     complete (1 to 3 bytes).
 *
 * Returns how many bytes were written to out.
 */
size_t escape_some(char *out, size_t cap, const void *data, size_t len,
                   escape_form form, size_t *used);

/* Writes \xNN, without a final NUL: for a character that never ends. */
void escape_byte(char *out, unsigned char byte);

/*
 * Escapes a whole string for one line of a message. What does not fit is cut
 * and ends in "...". out has its final NUL; cap is at least 8.
 */
void escape_line(char *out, size_t cap, const char *text);

#endif
