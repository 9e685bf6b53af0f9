/* SPDX-License-Identifier: MIT */
/*
 * args.c - F12: command lines. Words, parted by NULs, against a table with
 * every kind of option: never more addresses than allowed, each of them a
 * word of the line; what is said of a mistake is harmless to a terminal.
 */
#include "fuzz.h"

#include "cli/args.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/say.h"
#include "cli/trace.h"
#include "cli/utf8.h"

#include <duosock/poller.h>

#include <stdarg.h>
#include <stdio.h>

enum {
    WORDS = 100,
    TEXT_MAX = 2048,
    ADDRESSES = 3
};

/* ---- what the parser calls -------------------------------------------- */

static unsigned lines_said;

/* Printable UTF-8, one line. */
void say(const char *format, ...)
{
    char text[4096];
    size_t at = 0;
    size_t len;
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    len = strlen(text);
    while (at < len) {
        uint32_t code = 0;
        size_t length = 0;

        fuzz_check(utf8_next(text + at, len - at, &code, &length) ==
                   UTF8_VALID);
        fuzz_check(code >= 0x20 && !(code >= 0x7F && code < 0xA0));
        at += length;
    }
    lines_said++;
}

void say_set_level(say_level level)
{
    (void)level;
}

void say_set_color(say_color when)
{
    fuzz_check(when >= SAY_COLOR_AUTO && when <= SAY_COLOR_NEVER);
}

void report_use_json(void)
{
}

void progress_turn_off(void)
{
}

bool trace_start(void)
{
    return true;
}

int args_print_help(const arg_command *command)
{
    fuzz_check(command != NULL);
    return CLI_DONE;
}

int args_print_version(void)
{
    return CLI_DONE;
}

/* ---- a command -------------------------------------------------------- */

typedef struct settings {
    bool flag;
    const char *text;
    int choice;
    duos_poller_backend poller;
    uint32_t count;
    size_t size;
    int32_t time;
    arg_texts list;
    uint32_t after; /* nobody's */
} settings;

#define FIELD(name) offsetof(settings, name)

static const arg_option table[] = {
    {"flag", ARG_FLAG, NULL, NULL, "a flag", FIELD(flag)},
    {"text", ARG_TEXT, "TEXT", NULL, "a text", FIELD(text)},
    {"mode", ARG_CHOICE, "one|two|three", "two", "a choice", FIELD(choice)},
    {"poller", ARG_POLLER, "NAME", "auto", "a poller", FIELD(poller)},
    {"count", ARG_COUNT, "N", "7", "a count", FIELD(count)},
    {"size", ARG_SIZE, "SIZE", "64K", "a size", FIELD(size)},
    {"time", ARG_TIME, "DUR", "10s", "a time", FIELD(time)},
    {"list", ARG_LIST, "TEXT", NULL, "several texts", FIELD(list)},
    {"o", ARG_TEXT, "FILE", NULL, "one letter", FIELD(text)},
    ARGS_END};

static const arg_option more[] = {
    {"after", ARG_COUNT, "N", NULL, "of another table", FIELD(count)},
    ARGS_END};

static const arg_command command = {"fuzz", "[ADDRESS]", "is fuzzed", "", NULL,
                                    table,  more,        ADDRESSES};

/* The words of the input; argv[0] is the command's name. */
static int split(char *text, size_t len, char **argv)
{
    static char name[] = "fuzz";
    size_t at = 0;
    int argc = 0;

    argv[argc++] = name;
    while (at < len && argc < WORDS) {
        argv[argc++] = text + at;
        at += strlen(text + at) + 1;
    }
    argv[argc] = NULL;
    return argc;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char text[TEXT_MAX + 1];
    char *argv[WORDS + 1];
    settings got;
    arg_list list;
    int argc;
    int i;
    bool good;

    if (size > TEXT_MAX) {
        return 0;
    }
    memcpy(text, data, size);
    text[size] = '\0';
    argc = split(text, size, argv);
    memset(&got, 0, sizeof got);
    got.after = 0x5a5a5a5a;
    lines_said = 0;
    good = args_parse(&command, argc, argv, &got, &list);
    fuzz_check(got.after == 0x5a5a5a5a);
    fuzz_check(list.count >= 0 && list.count <= ADDRESSES);
    for (i = 0; i < list.count; i++) {
        fuzz_check(list.address[i] >= text && list.address[i] <= text + size);
    }
    fuzz_check(got.list.count <= ARG_LIST_MAX);
    fuzz_check(got.choice >= 0 && got.choice <= 2 && got.time >= 0);
    if (good) {
        fuzz_check(lines_said == 0 && list.exit_code == CLI_DONE);
    } else if (list.exit_code == CLI_USAGE) {
        fuzz_check(lines_said >= 1 && lines_said <= 2);
    } else {
        fuzz_check(list.exit_code == CLI_DONE && lines_said == 0);
    }
    return 0;
}
