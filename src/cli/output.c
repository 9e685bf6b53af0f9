/* SPDX-License-Identifier: MIT */
/*
 * output.c - bytes of a peer on their way to the standard output.
 */
#include "output.h"

#include "escape.h"
#include "os.h"
#include "report.h"
#include "say.h"

#include <string.h>

void output_init(output *out, output_form form)
{
    out->form = form;
    out->escaped = form == OUTPUT_JSON ||
                   (form == OUTPUT_AUTO && os_is_terminal(OS_STDOUT));
    out->held_len = 0;
}

/* Writes text that was escaped and stands for so many bytes. */
static bool show(const output *out, const char *text, size_t len, size_t bytes)
{
    if (bytes == 0) {
        return true;
    }
    return out->form == OUTPUT_JSON ? report_data(text, len, bytes)
                                    : say_bytes(text, len);
}

/* Escapes and writes; returns how many bytes at the end must wait. */
static bool write_escaped(const output *out, const char *at, size_t len,
                          size_t *rest)
{
    char text[REPORT_DATA_MAX];
    size_t used;
    size_t filled;

    do {
        filled = escape_some(text, sizeof text, at, len, true, &used);
        if (!show(out, text, filled, used)) {
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
        if (!write_escaped(out, (const char *)out->held, out->held_len,
                           &rest)) {
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
    if (!write_escaped(out, at, len, &rest)) {
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
    size_t len = out->held_len;

    memcpy(held, out->held, len);
    held[len] = '\0';
    out->held_len = 0;
    escape_line(text, sizeof text, held);
    return show(out, text, strlen(text), len);
}
