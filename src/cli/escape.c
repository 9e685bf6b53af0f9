/* SPDX-License-Identifier: MIT */
/*
 * escape.c - which characters are harmless, and how the others look.
 */
#include "escape.h"

#include "utf8.h"

#include <stdint.h>
#include <string.h>

/* Marks that change the direction of what follows them, and the two (U+2028,
 * U+2029) that many readers of lines take for the end of one. */
static bool is_mark(uint32_t code)
{
    return code == 0x061C || code == 0x200E || code == 0x200F ||
           (code >= 0x2028 && code <= 0x202E) ||
           (code >= 0x2066 && code <= 0x2069);
}

static bool is_harmless(uint32_t code, escape_form form)
{
    if (code == '\n' || code == '\t') {
        return form != ESCAPE_LINE;
    }
    if (code == '\\') {
        return form != ESCAPE_EXACT;
    }
    return code >= 0x20 && !(code >= 0x7F && code <= 0x9F) && !is_mark(code);
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
                   escape_form form, size_t *used)
{
    const unsigned char *at = data;
    size_t done = 0;
    size_t filled = 0;

    while (done < len) {
        uint32_t code = 0;
        size_t length;
        size_t room;
        utf8_found found = utf8_next(at + done, len - done, &code, &length);
        bool plain = found == UTF8_VALID && is_harmless(code, form);

        room = plain ? length : length * ESCAPE_GROWTH;
        if (found == UTF8_UNFINISHED || room > cap - filled) {
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

void escape_byte(char *out, unsigned char byte)
{
    write_hex(out, &byte, 1);
}

void escape_line(char *out, size_t cap, const char *text)
{
    size_t len = strlen(text);
    size_t room = cap - sizeof "...";
    size_t used;
    size_t filled = escape_some(out, room, text, len, ESCAPE_LINE, &used);
    const char *end;

    /* A character that is cut short at the very end stays one. */
    while (used < len && room - filled >= ESCAPE_GROWTH) {
        escape_byte(out + filled, (unsigned char)text[used]);
        filled += ESCAPE_GROWTH;
        used++;
    }
    end = used < len ? "..." : "";
    memcpy(out + filled, end, strlen(end) + 1);
}
