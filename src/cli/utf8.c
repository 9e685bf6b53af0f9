/* SPDX-License-Identifier: MIT */
/*
 * utf8.c - the forms that a character of UTF-8 may have.
 */
#include "utf8.h"

#include <stdbool.h>

static size_t length_of(unsigned char lead)
{
    if (lead < 0x80) {
        return 1;
    }
    if (lead >= 0xC2 && lead <= 0xDF) {
        return 2;
    }
    if (lead >= 0xE0 && lead <= 0xEF) {
        return 3;
    }
    return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

/* Overlong forms, surrogates and what lies beyond U+10FFFF. */
static bool is_misused(uint32_t code, size_t length)
{
    return (length == 3 && code < 0x800) || (length == 4 && code < 0x10000) ||
           (code >= 0xD800 && code <= 0xDFFF) || code > 0x10FFFF;
}

utf8_found utf8_next(const void *text, size_t len, uint32_t *code,
                     size_t *length)
{
    const unsigned char *at = text;
    size_t need = length_of(at[0]);
    size_t i;

    *length = 1;
    if (need == 0) {
        return UTF8_INVALID;
    }
    *code = need == 1 ? at[0] : at[0] & (0x7Fu >> need);
    for (i = 1; i < need; i++) {
        if (i == len) {
            return UTF8_UNFINISHED;
        }
        if ((at[i] & 0xC0) != 0x80) {
            return UTF8_INVALID;
        }
        *code = *code << 6 | (at[i] & 0x3Fu);
    }
    if (is_misused(*code, need)) {
        return UTF8_INVALID;
    }
    *length = need;
    return UTF8_VALID;
}
