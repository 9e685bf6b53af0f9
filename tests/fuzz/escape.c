/* SPDX-License-Identifier: MIT */
/*
 * escape.c - F6: any bytes made harmless. What comes out is valid UTF-8
 * without control characters and marks of direction, whatever the room and
 * however it came in pieces; done twice, it is the same as once, and where a
 * backslash is escaped, the bytes can be told again.
 */
#include "fuzz.h"

#include "cli/escape.h"
#include "cli/utf8.h"

#include <stdlib.h>

enum {
    LONGEST = 2048
};

/* By code points, spelt out anew. */
static bool may_be_shown(uint32_t code, escape_form form)
{
    if (code < 0x20) {
        return form != ESCAPE_LINE && (code == '\n' || code == '\t');
    }
    if (code >= 0x7F && code < 0xA0) {
        return false;
    }
    return code != 0x61C && code != 0x200E && code != 0x200F &&
           code != 0x2028 && code != 0x2029 &&
           !(code >= 0x202A && code <= 0x202E) &&
           !(code >= 0x2066 && code <= 0x2069);
}

static void check_harmless(const char *text, size_t len, escape_form form)
{
    size_t at = 0;

    while (at < len) {
        uint32_t code = 0;
        size_t length = 0;

        fuzz_check(utf8_next(text + at, len - at, &code, &length) ==
                   UTF8_VALID);
        fuzz_check(may_be_shown(code, form));
        at += length;
    }
}

/* All of data, into small rooms; the last bytes may be half a character. */
static size_t escape_all(const uint8_t *data, size_t size, escape_form form,
                         size_t room, char *out)
{
    size_t len = 0;
    size_t at = 0;

    while (at < size) {
        char *part = malloc(room);
        size_t used = 0;
        size_t filled;

        fuzz_check(part != NULL);
        filled = escape_some(part, room, data + at, size - at, form, &used);
        fuzz_check(filled <= room && used <= size - at);
        check_harmless(part, filled, form);
        if (used == 0) {
            fuzz_check(size - at <= 3);
            escape_byte(part, data[at]);
            filled = ESCAPE_GROWTH;
            used = 1;
        }
        memcpy(out + len, part, filled);
        len += filled;
        at += used;
        free(part);
    }
    return len;
}

/* A line of a message: ended, whole characters, cut with dots. */
static void check_line(const char *text, size_t cap)
{
    char *out = malloc(cap);
    size_t len;

    fuzz_check(out != NULL);
    escape_line(out, cap, text);
    len = strlen(out);
    fuzz_check(len < cap);
    check_harmless(out, len, ESCAPE_LINE);
    free(out);
}

static unsigned digit(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : c - 'A' + 10);
}

/* Each \xNN is a byte. */
static void check_exact(const char *text, size_t len, const uint8_t *data,
                        size_t size)
{
    size_t at = 0;
    size_t i;

    for (i = 0; i < size; i++) {
        fuzz_check(at < len);
        if (text[at] != '\\') {
            fuzz_check((uint8_t)text[at++] == data[i]);
            continue;
        }
        fuzz_check(len - at >= ESCAPE_GROWTH);
        fuzz_check(digit(text[at + 2]) * 16 + digit(text[at + 3]) == data[i]);
        at += ESCAPE_GROWTH;
    }
    fuzz_check(at == len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char once[LONGEST * ESCAPE_GROWTH];
    static char twice[LONGEST * ESCAPE_GROWTH];
    static char text[LONGEST + 1];
    fuzz_input in = {data, size};
    uint8_t flags = fuzz_byte(&in);
    escape_form form = (flags & 1) != 0 ? ESCAPE_LINES : ESCAPE_LINE;
    size_t room = 16u + (flags >> 1);
    size_t len;
    size_t used = 0;

    if (in.left > LONGEST) {
        return 0;
    }
    len = escape_all(in.at, in.left, ESCAPE_EXACT, room, once);
    check_exact(once, len, in.at, in.left);
    len = escape_all(in.at, in.left, form, room, once);
    check_harmless(once, len, form);
    fuzz_check(escape_all(in.at, in.left, form, sizeof once, twice) == len);
    fuzz_check(memcmp(once, twice, len) == 0);
    fuzz_check(
        len > sizeof twice / 2 ||
        (escape_some(twice, sizeof twice, once, len, form, &used) == len &&
         used == len && memcmp(once, twice, len) == 0));
    memcpy(text, in.at, in.left);
    text[in.left] = '\0';
    check_line(text, 8u + (flags >> 1));
    return 0;
}
