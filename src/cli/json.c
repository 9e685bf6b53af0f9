/* SPDX-License-Identifier: MIT */
/*
 * json.c - how members of a JSON object are written. Room for the end of the
 * object is always left, so a line can be ended whatever did not fit.
 */
#include "json.h"

#include "escape.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    END = 2, /* "}\n" */
    NUMBER_MAX = 32,
    PIECE = 256
};

/* ---- text with room or without ----------------------------------------- */

static bool put(json *j, const void *data, size_t len)
{
    if (len > j->cap - END - j->len) {
        return false;
    }
    memcpy(j->text + j->len, data, len);
    j->len += len;
    return true;
}

/* What escape.h lets pass and JSON does not. */
static bool put_quoted(json *j, const char *text, size_t len)
{
    bool fits = true;
    size_t i;

    for (i = 0; fits && i < len; i++) {
        switch (text[i]) {
        case '"':
            fits = put(j, "\\\"", 2);
            break;
        case '\\':
            fits = put(j, "\\\\", 2);
            break;
        case '\n':
            fits = put(j, "\\n", 2);
            break;
        case '\t':
            fits = put(j, "\\t", 2);
            break;
        default:
            fits = put(j, text + i, 1);
            break;
        }
    }
    return fits;
}

static bool put_escaped(json *j, const unsigned char *at, size_t len)
{
    char piece[PIECE];

    while (len > 0) {
        size_t used;
        size_t filled =
            escape_some(piece, sizeof piece, at, len, ESCAPE_LINES, &used);

        if (used == 0) { /* the beginning of a character without its rest */
            used = 1;
            filled = (size_t)snprintf(piece, sizeof piece, "\\x%02X", at[0]);
        }
        if (!put_quoted(j, piece, filled)) {
            return false;
        }
        at += used;
        len -= used;
    }
    return true;
}

/* ---- members ----------------------------------------------------------- */

static bool put_key(json *j, const char *key)
{
    return (j->len == 1 || put(j, ",", 1)) && put(j, "\"", 1) &&
           put(j, key, strlen(key)) && put(j, "\":", 2);
}

/* A member stands as a whole or not at all. */
static void settle(json *j, size_t before, bool fits)
{
    if (!fits) {
        j->len = before;
        j->cut = true;
    }
}

/* A value that needs no escaping. */
static void put_plain(json *j, const char *key, const char *value)
{
    size_t before = j->len;

    settle(j, before, put_key(j, key) && put(j, value, strlen(value)));
}

void json_begin(json *j, char *text, size_t cap)
{
    j->text = text;
    j->cap = cap;
    j->len = 0;
    j->cut = false;
    (void)put(j, "{", 1);
}

void json_text(json *j, const char *key, const char *value)
{
    json_bytes(j, key, value, strlen(value));
}

void json_bytes(json *j, const char *key, const void *value, size_t len)
{
    size_t before = j->len;

    settle(j, before,
           put_key(j, key) && put(j, "\"", 1) && put_escaped(j, value, len) &&
               put(j, "\"", 1));
}

void json_int(json *j, const char *key, int64_t value)
{
    char number[NUMBER_MAX];

    snprintf(number, sizeof number, "%" PRId64, value);
    put_plain(j, key, number);
}

void json_uint(json *j, const char *key, uint64_t value)
{
    char number[NUMBER_MAX];

    snprintf(number, sizeof number, "%" PRIu64, value);
    put_plain(j, key, number);
}

void json_seconds(json *j, const char *key, uint64_t ms)
{
    char number[NUMBER_MAX];

    snprintf(number, sizeof number, "%" PRIu64 ".%03u", ms / 1000,
             (unsigned)(ms % 1000));
    put_plain(j, key, number);
}

void json_bool(json *j, const char *key, bool value)
{
    put_plain(j, key, value ? "true" : "false");
}

bool json_end(json *j, size_t *len)
{
    memcpy(j->text + j->len, "}\n", END);
    j->len += END;
    *len = j->len;
    return !j->cut;
}
