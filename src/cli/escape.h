/* SPDX-License-Identifier: MIT */
/*
 * escape.h - makes text from a peer harmless before a terminal or a log sees
 * it: control characters, marks that turn the direction of writing, and
 * bytes that are not UTF-8 become \xNN.
 */
#ifndef CLI_ESCAPE_H
#define CLI_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

/* A byte that is escaped takes so many. */
enum {
    ESCAPE_GROWTH = 4
};

/*
 * Escapes text.
 *
 * out: receives at most cap bytes, without a final NUL; never half a
 *     character.
 * lines: line feeds and tabs pass; in a log they would not.
 * used: receives how many bytes of data were dealt with: less than len when
 *     out is full, or when data ends within a character that more data may
 *     complete (1 to 3 bytes).
 *
 * Returns how many bytes were written to out.
 */
size_t escape_some(char *out, size_t cap, const void *data, size_t len,
                   bool lines, size_t *used);

/* Writes \xNN, without a final NUL: for a character that never ends. */
void escape_byte(char *out, unsigned char byte);

/*
 * Escapes a whole string for one line of a message. What does not fit is cut
 * and ends in "...". out has its final NUL; cap is at least 8.
 */
void escape_line(char *out, size_t cap, const char *text);

#endif
