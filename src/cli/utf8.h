/* SPDX-License-Identifier: MIT */
/*
 * utf8.h - one character of UTF-8 at a time, as RFC 3629 defines it: no
 * overlong forms, no surrogates, nothing beyond U+10FFFF.
 */
#ifndef CLI_UTF8_H
#define CLI_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* What utf8_next found. */
typedef enum utf8_found {
    UTF8_VALID,     /* a character */
    UTF8_INVALID,   /* a byte that belongs to none */
    UTF8_UNFINISHED /* the beginning of one; more bytes would tell */
} utf8_found;

/*
 * Decodes the first character of text.
 *
 * len: at least 1.
 * code: receives the code point of a valid character.
 * length: receives its bytes, 1 to 4; 1 where there is none.
 */
utf8_found utf8_next(const void *text, size_t len, uint32_t *code,
                     size_t *length);

#endif
