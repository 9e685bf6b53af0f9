/* SPDX-License-Identifier: MIT */
/*
 * json.h - one JSON object on one line, written into a buffer of the
 * caller's.
 *
 * json_begin, any number of members, json_end. Whatever a member holds, the
 * line is valid JSON: text goes through the escaping of escape.h first, so
 * an odd byte of a peer arrives as the four characters \xNN; line feeds and
 * tabs pass, as JSON writes them. A member that does not fit is left out as a
 * whole, and json_end tells.
 */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The fields are private. */
typedef struct json {
    char *text;
    size_t cap;
    size_t len;
    bool cut; /* a member was left out */
} json;

/* text: cap bytes, at least 64; they stay the caller's. */
void json_begin(json *j, char *text, size_t cap);

/* Keys are plain ASCII words. */
void json_text(json *j, const char *key, const char *value);
void json_bytes(json *j, const char *key, const void *value, size_t len);
void json_int(json *j, const char *key, int64_t value);
void json_uint(json *j, const char *key, uint64_t value);
void json_seconds(json *j, const char *key, uint64_t ms); /* 1.234 */
void json_bool(json *j, const char *key, bool value);

/*
 * Ends the line with a line feed; no final NUL. len receives its length.
 *
 * Returns false when a member was left out.
 */
bool json_end(json *j, size_t *len);

#endif
