/* SPDX-License-Identifier: MIT */
/*
 * say.c - messages and results.
 */
#include "say.h"

#include "escape.h"
#include "os.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LINE_MAX_BYTES = 1024,
    WHAT_MAX_BYTES = 512
};

static say_level level_now = SAY_NORMAL;
static bool color_now;
static say_writer *writer_now = os_write;
static void (*before_now)(void);

/* What a message is; it shows in its color. */
typedef enum kind {
    PLAIN,
    ADVICE,
    FAILURE
} kind;

void say_set_level(say_level level)
{
    level_now = level;
}

void say_set_color(say_color when)
{
    const char *unwanted = getenv("NO_COLOR");
    bool wanted = unwanted == NULL || unwanted[0] == '\0';

    color_now = when == SAY_COLOR_ALWAYS ||
                (when == SAY_COLOR_AUTO && wanted && os_shows_color(OS_STDERR));
}

bool say_wants(say_level level)
{
    return level <= level_now;
}

void say_set_writer(say_writer *writer)
{
    writer_now = writer;
}

void say_set_before(void (*before)(void))
{
    before_now = before;
}

/* Returns the length of the line, which ends in a line feed. */
static size_t make_line(char *line, const char *format, va_list args)
{
    int n = vsnprintf(line, LINE_MAX_BYTES - 1, format, args);
    size_t len = n < 0 ? 0 : (size_t)n;

    if (len > LINE_MAX_BYTES - 2) {
        len = LINE_MAX_BYTES - 2;
    }
    line[len] = '\n';
    return len + 1;
}

static bool begins(const char *line, const char *word)
{
    return strncmp(line, word, strlen(word)) == 0;
}

/* There is nobody to tell when a write fails. */
static void write_line(kind is, const char *line, size_t len)
{
    char colored[LINE_MAX_BYTES + 16];
    int n;

    if (before_now != NULL) {
        before_now();
    }
    if (is == PLAIN && (begins(line, "hint: ") || begins(line, "note: "))) {
        is = ADVICE;
    }
    if (is == PLAIN || !color_now) {
        (void)writer_now(OS_STDERR, line, len);
        return;
    }
    n = snprintf(colored, sizeof colored, "\033[%dm%.*s\033[m\n",
                 is == FAILURE ? 31 : 33, (int)len - 1, line);
    (void)writer_now(OS_STDERR, colored, n < 0 ? 0 : (size_t)n);
}

static void say_list(say_level level, const char *format, va_list args)
{
    char line[LINE_MAX_BYTES];
    size_t len;

    if (say_wants(level)) {
        len = make_line(line, format, args);
        write_line(PLAIN, line, len);
    }
}

static void say_failed(const char *format, ...)
{
    char line[LINE_MAX_BYTES];
    size_t len;
    va_list args;

    va_start(args, format);
    len = make_line(line, format, args);
    write_line(FAILURE, line, len);
    va_end(args);
}

void say(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say_list(SAY_QUIET, format, args);
    va_end(args);
}

void say_event(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say_list(SAY_NORMAL, format, args);
    va_end(args);
}

void say_at(say_level level, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say_list(level, format, args);
    va_end(args);
}

void say_detail(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say_list(SAY_VERBOSE, format, args);
    va_end(args);
}

void say_failure_text(char *text, size_t cap, const char *tried,
                      const char *what, duos_err err)
{
    char safe[WHAT_MAX_BYTES];

    escape_line(safe, sizeof safe, what);
    snprintf(text, cap, "%s %s: %s", tried, safe, duos_err_text(err));
}

void say_code(char *text, size_t cap, duos_err err)
{
    const char *name = duos_err_native_name(err);
    int32_t number = duos_err_native(err);

    if (number == 0) {
        snprintf(text, cap, "%s", duos_err_name(err));
    } else {
        snprintf(text, cap, "%s%s%d", name, name[0] != '\0' ? " " : "",
                 (int)number);
    }
}

void say_failure(const char *tried, const char *what, duos_err err)
{
    char text[LINE_MAX_BYTES];
    char code[SAY_CODE_MAX];

    say_failure_text(text, sizeof text, tried, what, err);
    say_code(code, sizeof code, err);
    say_failed("%s (%s)", text, code);
}

bool say_bytes(const void *data, size_t len)
{
    duos_err err = writer_now(OS_STDOUT, data, len);

    if (err != DUOS_OK && err != DUOS_EPIPE) {
        say_failure("write", "standard output", err);
    }
    return err == DUOS_OK;
}

bool say_result(const char *format, ...)
{
    char line[LINE_MAX_BYTES];
    size_t len;
    va_list args;

    va_start(args, format);
    len = make_line(line, format, args);
    va_end(args);
    return say_bytes(line, len);
}
