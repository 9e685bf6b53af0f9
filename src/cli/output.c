/* SPDX-License-Identifier: MIT */
/*
 * output.c - bytes of a peer on their way to the standard output.
 */
#include "output.h"

#include "escape.h"
#include "os.h"
#include "say.h"

#include <string.h>

enum {
    PIECE = 4096
};

void output_init(output *out)
{
    out->escaped = os_is_terminal(OS_STDOUT);
    out->held_len = 0;
}

/* Escapes and writes; returns how many bytes at the end must wait. */
static bool write_escaped(const char *at, size_t len, size_t *rest)
{
    char text[PIECE];
    size_t used;
    size_t filled;

    do {
        filled = escape_some(text, sizeof text, at, len, true, &used);
        if (!say_bytes(text, filled)) {
            return false;
        }
        at += used;
        len -= used;
    } while (used > 0);
    *rest = len;
    return true;
}

/* Completes the character that is held, a byte at a time. */
static bool complete_held(output *out, const char **at, size_t *len)
{
    while (out->held_len > 0 && *len > 0) {
        size_t rest;

        out->held[out->held_len++] = (unsigned char)**at;
        (*at)++;
        (*len)--;
        if (!write_escaped((const char *)out->held, out->held_len, &rest)) {
            return false;
        }
        memmove(out->held, out->held + out->held_len - rest, rest);
        out->held_len = rest;
    }
    return true;
}

bool output_write(output *out, const void *data, size_t len)
{
    const char *at = data;
    size_t rest = 0;

    if (!out->escaped) {
        return say_bytes(data, len);
    }
    if (!complete_held(out, &at, &len)) {
        return false;
    }
    if (!write_escaped(at, len, &rest)) {
        return false;
    }
    if (rest > 0) {
        memcpy(out->held, at + len - rest, rest);
        out->held_len = rest;
    }
    return true;
}

bool output_end(output *out)
{
    char text[sizeof out->held * ESCAPE_GROWTH + 8];
    char held[sizeof out->held + 1];

    if (out->held_len == 0) {
        return true;
    }
    memcpy(held, out->held, out->held_len);
    held[out->held_len] = '\0';
    out->held_len = 0;
    escape_line(text, sizeof text, held);
    return say_bytes(text, strlen(text));
}
