/* SPDX-License-Identifier: MIT */
/*
 * trace_line.c - how a call and its arguments are written.
 */
#include "trace_line.h"

#include "escape.h"
#include "say.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    SHOWN_BYTES = 32, /* of data */
    SAFE_MAX = ESCAPE_GROWTH * SHOWN_BYTES + 1,
    NAME_MAX_BYTES = 128
};

static void append(trace_line *l, const char *format, va_list args)
{
    size_t room = sizeof l->text - l->len;
    int n = vsnprintf(l->text + l->len, room, format, args);

    if (n > 0) {
        l->len += (size_t)n < room ? (size_t)n : room - 1;
    }
}

static void put(trace_line *l, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    append(l, format, args);
    va_end(args);
}

static void begin(trace_line *l, const char *prefix, const char *name,
                  duos_err err)
{
    l->len = 0;
    l->err = err;
    l->more = false;
    put(l, "trace: %s%s(", prefix, name);
}

void trace_begin(trace_line *l, const char *name, duos_err err)
{
    begin(l, "duos_", name, err);
}

void trace_begin_event(trace_line *l, const char *name)
{
    begin(l, "-> ", name, DUOS_OK);
}

void trace_add(trace_line *l, const char *format, ...)
{
    va_list args;

    put(l, "%s", l->more ? ", " : "");
    l->more = true;
    va_start(args, format);
    append(l, format, args);
    va_end(args);
}

void trace_add_text(trace_line *l, const char *text)
{
    char safe[NAME_MAX_BYTES];

    if (text == NULL) {
        trace_add(l, "NULL");
        return;
    }
    escape_line(safe, sizeof safe, text);
    trace_add(l, "\"%s\"", safe);
}

void trace_add_addr(trace_line *l, const duos_addr *addr)
{
    char text[DUOS_ADDR_TEXT_MAX];
    char safe[NAME_MAX_BYTES];

    if (addr == NULL || duos_addr_format(addr, text, sizeof text) != DUOS_OK) {
        trace_add(l, "-");
        return;
    }
    escape_line(safe, sizeof safe, text);
    trace_add(l, "%s", safe);
}

void trace_add_conn(trace_line *l, const duos_conn *conn)
{
    duos_addr peer;

    trace_add_addr(l, duos_conn_peer(conn, &peer) == DUOS_OK ? &peer : NULL);
}

void trace_add_bytes(trace_line *l, const void *data, size_t len)
{
    char safe[SAFE_MAX];
    size_t used = 0;
    size_t part = len < SHOWN_BYTES ? len : SHOWN_BYTES;
    size_t filled =
        escape_some(safe, sizeof safe - 1, data, part, ESCAPE_LINE, &used);

    safe[filled] = '\0';
    trace_add(l, "%zu B \"%s\"%s", len, safe, used < len ? "..." : "");
}

void trace_end_void(trace_line *l)
{
    say("%s)", l->text);
}

duos_err trace_end(trace_line *l)
{
    char code[SAY_CODE_MAX];

    if (l->err == DUOS_OK || duos_err_native(l->err) == 0) {
        say("%s) = %s", l->text, duos_err_name(l->err));
    } else {
        say_code(code, sizeof code, l->err);
        say("%s) = %s (%s)", l->text, duos_err_name(l->err), code);
    }
    return l->err;
}
