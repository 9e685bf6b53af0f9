/* SPDX-License-Identifier: MIT */
/*
 * say.h - how the program speaks: results on the standard output, everything
 * said about them on the standard error, one line and one write each.
 */
#ifndef CLI_SAY_H
#define CLI_SAY_H

#include <duosock/error.h>

#include <stdbool.h>
#include <stddef.h>

/* How much is said besides errors and what must be known. */
typedef enum say_level {
    SAY_QUIET = -1,
    SAY_NORMAL = 0,
    SAY_VERBOSE = 1
} say_level;

void say_set_level(say_level level);

/*
 * Failures in red, hints and notes in yellow; nothing at first. auto: at a
 * terminal, if nobody has set NO_COLOR (no-color.org).
 */
typedef enum say_color {
    SAY_COLOR_AUTO,
    SAY_COLOR_ALWAYS,
    SAY_COLOR_NEVER
} say_color;

void say_set_color(say_color when);

/* Whether a message of that level is said. */
bool say_wants(say_level level);

/*
 * Who takes what is written, a line a call; at first os_write.
 */
typedef duos_err say_writer(int stream, const void *data, size_t len);

void say_set_writer(say_writer *writer);

/*
 * What is called before each line on the standard error, by whoever has
 * something unfinished there; NULL at first.
 */
void say_set_before(void (*before)(void));

/* Messages take a format as printf does, without the final line feed. */

/* Said always. */
void say(const char *format, ...);

/* What happens, a line each: not with -q. */
void say_event(const char *format, ...);

/* Only with -v. */
void say_detail(const char *format, ...);

void say_at(say_level level, const char *format, ...);

/*
 * "connect 127.0.0.1:1: connection refused (ECONNREFUSED 111)": what was
 * tried, with what, and why it failed, with the name and number that this
 * system uses. what is escaped.
 */
void say_failure(const char *tried, const char *what, duos_err err);

/* Writes the part of that before the bracket. */
void say_failure_text(char *text, size_t cap, const char *tried,
                      const char *what, duos_err err);

/* Writes the part within the bracket; SAY_CODE_MAX bytes are enough. */
enum {
    SAY_CODE_MAX = 64
};

void say_code(char *text, size_t cap, duos_err err);

/*
 * A line of the result, on the standard output. Returns false when it could
 * not be written; that has been said then, unless the reader has gone.
 */
bool say_result(const char *format, ...);

/* The same for bytes. */
bool say_bytes(const void *data, size_t len);

#endif
