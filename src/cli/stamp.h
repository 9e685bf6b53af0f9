/* SPDX-License-Identifier: MIT */
/*
 * stamp.h - a time of day in UTC as RFC 3339 writes it, the same on every
 * thread and without the time zones of the C library.
 */
#ifndef CLI_STAMP_H
#define CLI_STAMP_H

#include <stdint.h>

enum {
    STAMP_MAX = sizeof "1970-01-01T00:00:00.000Z"
};

/*
 * Writes "2001-02-03T04:05:06.789Z".
 *
 * text: STAMP_MAX bytes.
 * ms: milliseconds since 1970; a time before that or after the year 9999 is
 *     written as the nearest that has four digits.
 */
void stamp_write(char *text, int64_t ms);

#endif
