/* SPDX-License-Identifier: MIT */
/*
 * values.c - how durations, sizes and counts are written.
 */
#include "values.h"

#include <stdbool.h>
#include <string.h>

typedef struct unit {
    const char *name;
    uint64_t factor;
} unit;

/* Reads digits; returns what follows them, NULL when there are none or the
 * number is larger than max. */
static const char *read_number(const char *text, uint64_t max, uint64_t *out)
{
    uint64_t number = 0;
    const char *at = text;

    for (; *at >= '0' && *at <= '9'; at++) {
        uint64_t digit = (uint64_t)(*at - '0');

        if (number > (max - digit) / 10) {
            return NULL;
        }
        number = number * 10 + digit;
    }
    *out = number;
    return at == text ? NULL : at;
}

/* Reads a number with one of the units; the list ends with a NULL name. */
static bool read_with_unit(const char *text, const unit *units, uint64_t max,
                           uint64_t *out)
{
    uint64_t number;
    const char *rest = read_number(text, max, &number);

    if (rest == NULL) {
        return false;
    }
    if (number == 0 && *rest == '\0') {
        *out = 0;
        return true;
    }
    for (; units->name != NULL; units++) {
        if (strcmp(rest, units->name) == 0 && number <= max / units->factor) {
            *out = number * units->factor;
            return true;
        }
    }
    return false;
}

const char *value_time(const char *text, int32_t *out)
{
    static const unit units[] = {
        {"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {NULL, 0}};
    uint64_t ms;

    if (!read_with_unit(text, units, INT32_MAX, &ms)) {
        return "is not a duration; write it as 500ms, 30s, 5m or 1h, at most "
               "596h";
    }
    *out = (int32_t)ms;
    return NULL;
}

const char *value_size(const char *text, size_t *out)
{
    static const unit units[] = {
        {"", 1}, {"K", 1024}, {"M", 1048576}, {"G", 1073741824}, {NULL, 0}};
    uint64_t bytes;

    if (!read_with_unit(text, units, SIZE_MAX / 2, &bytes)) {
        return sizeof(size_t) > 4
                   ? "is not a size; write it as 64, 64K or 1M, at most "
                     "8589934591G"
                   : "is not a size; write it as 64, 64K or 1M, at most 2047M";
    }
    *out = (size_t)bytes;
    return NULL;
}

const char *value_count(const char *text, uint32_t *out)
{
    uint64_t number;
    const char *rest = read_number(text, UINT32_MAX, &number);

    if (rest == NULL || *rest != '\0') {
        return "is not a number; write it as 100, at most 4294967295";
    }
    *out = (uint32_t)number;
    return NULL;
}

int value_choice(const char *text, const char *list)
{
    size_t len = strlen(text);
    int place = 0;

    for (;;) {
        size_t word = strcspn(list, "|");

        if (word == len && memcmp(list, text, len) == 0) {
            return place;
        }
        if (list[word] == '\0') {
            return -1;
        }
        list += word + 1;
        place++;
    }
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t word_distance(const char *a, const char *b)
{
    enum {
        LETTERS = 31
    };
    /* rows[i][j]: between the first i letters of a and the first j of b. */
    size_t rows[LETTERS + 1][LETTERS + 1];
    size_t a_len = least(strlen(a), LETTERS);
    size_t b_len = least(strlen(b), LETTERS);
    size_t i;
    size_t j;

    for (j = 0; j <= b_len; j++) {
        rows[0][j] = j;
    }
    for (i = 1; i <= a_len; i++) {
        rows[i][0] = i;
        for (j = 1; j <= b_len; j++) {
            size_t same = a[i - 1] == b[j - 1] ? 0 : 1;
            size_t best = least(rows[i - 1][j], rows[i][j - 1]) + 1;

            best = least(best, rows[i - 1][j - 1] + same);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
                a[i - 2] == b[j - 1]) {
                best = least(best, rows[i - 2][j - 2] + same);
            }
            rows[i][j] = best;
        }
    }
    return rows[a_len][b_len];
}
