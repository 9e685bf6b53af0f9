/* SPDX-License-Identifier: MIT */
/*
 * output.c - bytes of a peer on their way to the standard output.
 */
#include "output.h"

#include "escape.h"
#include "os.h"
#include "report.h"
#include "say.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    HEX_BYTES = 16,
    HEX_LINE = 96 /* more than one takes */
};

void output_init(output *out, output_form form)
{
    out->form = form;
    out->escaped = form == OUTPUT_JSON ||
                   (form == OUTPUT_AUTO && os_is_terminal(OS_STDOUT));
    out->held_len = 0;
    out->offset = 0;
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
    escape_form form = out->form == OUTPUT_JSON ? ESCAPE_EXACT : ESCAPE_LINES;
    char text[REPORT_DATA_MAX];
    size_t used;
    size_t filled;

    do {
        filled = escape_some(text, sizeof text, at, len, form, &used);
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

/* "00000010  68 65 6c 6c 6f ...  |hello|" */
static size_t write_hex_line(char *text, uint64_t offset,
                             const unsigned char *at, size_t len)
{
    size_t used = (size_t)sprintf(text, "%08" PRIx64, offset);
    size_t i;

    for (i = 0; i < HEX_BYTES; i++) {
        const char *gap = i % (HEX_BYTES / 2) == 0 ? "  " : " ";

        used += i < len ? (size_t)sprintf(text + used, "%s%02x", gap, at[i])
                        : (size_t)sprintf(text + used, "%s  ", gap);
    }
    used += (size_t)sprintf(text + used, "  |");
    for (i = 0; i < len; i++) {
        text[used++] = at[i] >= ' ' && at[i] <= '~' ? (char)at[i] : '.';
    }
    text[used++] = '|';
    text[used++] = '\n';
    return used;
}

/* As many lines a write as fit. */
static bool write_hex(output *out, const unsigned char *at, size_t len)
{
    char text[HEX_LINE * 32];
    bool good = true;

    while (good && len > 0) {
        size_t used = 0;

        while (len > 0 && used + HEX_LINE <= sizeof text) {
            size_t part = len < HEX_BYTES ? len : HEX_BYTES;

            used += write_hex_line(text + used, out->offset, at, part);
            out->offset += part;
            at += part;
            len -= part;
        }
        good = say_bytes(text, used);
    }
    return good;
}

bool output_write(output *out, const void *data, size_t len)
{
    const char *at = data;
    size_t rest = 0;

    if (out->form == OUTPUT_HEX) {
        return write_hex(out, data, len);
    }
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
