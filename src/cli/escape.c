/* SPDX-License-Identifier: MIT */
/*
 * escape.c - which characters are harmless, and how the others look.
 */
#include "escape.h"

#include <stdint.h>
#include <string.h>

/* What next_character found. */
typedef enum character {
    VALID,
    INVALID,
    UNFINISHED
} character;

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

/* Decodes one character of UTF-8 and tells its length. */
static character next_character(const unsigned char *at, size_t len,
                                uint32_t *code, size_t *length)
{
    size_t need = length_of(at[0]);
    size_t i;

    *length = 1;
    if (need == 0) {
        return INVALID;
    }
    *code = need == 1 ? at[0] : at[0] & (0x7Fu >> need);
    for (i = 1; i < need; i++) {
        if (i == len) {
            return UNFINISHED;
        }
        if ((at[i] & 0xC0) != 0x80) {
            return INVALID;
        }
        *code = *code << 6 | (at[i] & 0x3Fu);
    }
    if (is_misused(*code, need)) {
        return INVALID;
    }
    *length = need;
    return VALID;
}

/* Marks that change the direction of what follows them. */
static bool is_bidi_control(uint32_t code)
{
    return code == 0x061C || code == 0x200E || code == 0x200F ||
           (code >= 0x202A && code <= 0x202E) ||
           (code >= 0x2066 && code <= 0x2069);
}

static bool is_harmless(uint32_t code, bool lines)
{
    if (code == '\n' || code == '\t') {
        return lines;
    }
    return code >= 0x20 && !(code >= 0x7F && code <= 0x9F) &&
           !is_bidi_control(code);
}

static void write_hex(char *out, const unsigned char *at, size_t length)
{
    static const char digits[] = "0123456789ABCDEF";
    size_t i;

    for (i = 0; i < length; i++) {
        *out++ = '\\';
        *out++ = 'x';
        *out++ = digits[at[i] >> 4];
        *out++ = digits[at[i] & 15];
    }
}

size_t escape_some(char *out, size_t cap, const void *data, size_t len,
                   bool lines, size_t *used)
{
    const unsigned char *at = data;
    size_t done = 0;
    size_t filled = 0;

    while (done < len) {
        uint32_t code = 0;
        size_t length;
        size_t room;
        character found = next_character(at + done, len - done, &code, &length);
        bool plain = found == VALID && is_harmless(code, lines);

        room = plain ? length : length * ESCAPE_GROWTH;
        if (found == UNFINISHED || room > cap - filled) {
            break;
        }
        if (plain) {
            memcpy(out + filled, at + done, length);
        } else {
            write_hex(out + filled, at + done, length);
        }
        filled += room;
        done += length;
    }
    *used = done;
    return filled;
}

void escape_line(char *out, size_t cap, const char *text)
{
    size_t len = strlen(text);
    size_t room = cap - sizeof "...";
    size_t used;
    size_t filled = escape_some(out, room, text, len, false, &used);
    const char *end;

    /* A character that is cut short at the very end stays one. */
    while (used < len && room - filled >= ESCAPE_GROWTH) {
        write_hex(out + filled, (const unsigned char *)text + used, 1);
        filled += ESCAPE_GROWTH;
        used++;
    }
    end = used < len ? "..." : "";
    memcpy(out + filled, end, strlen(end) + 1);
}
