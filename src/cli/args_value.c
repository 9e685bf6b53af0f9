/* SPDX-License-Identifier: MIT */
/*
 * args_value.c - the options that every command knows, and what each kind of
 * option makes of its value.
 */
#include "args_core.h"

#include "progress.h"
#include "report.h"
#include "say.h"
#include "trace.h"
#include "values.h"

#include <duosock/poller.h>

enum {
    POLLERS_MAX = 8
};

const arg_option args_common[] = {
    {"v", ARG_VERBOSE, NULL, NULL, "say more", 0},
    {"q", ARG_QUIET, NULL, NULL, "say only what must be known", 0},
    {"json", ARG_JSON, NULL, NULL,
     "tell events as JSON, a line each, on standard output", 0},
    {"color", ARG_COLOR, ARGS_COLORS, "auto",
     "color what is said; NO_COLOR in the environment is heeded", 0},
    {"trace", ARG_TRACE, NULL, NULL,
     "tell each call of the toolkit and its result", 0},
    {"h", ARG_HELP, NULL, NULL, "the same as --help", 0},
    {"help", ARG_HELP, NULL, NULL, "print this", 0},
    {"version", ARG_VERSION, NULL, NULL, "print the version and the pollers",
     0},
    ARGS_END};

static const char *choose(const char *text, const char *list, int *out)
{
    int place = value_choice(text, list);

    if (place < 0) {
        return "is not one of its values";
    }
    *out = place;
    return NULL;
}

static bool is_here(duos_poller_backend backend)
{
    duos_poller_backend list[POLLERS_MAX];
    size_t count = duos_poller_backends(list, POLLERS_MAX);
    size_t i;

    for (i = 0; i < count && i < POLLERS_MAX; i++) {
        if (list[i] == backend) {
            return true;
        }
    }
    return backend == DUOS_POLLER_AUTO;
}

static const char *choose_poller(const char *text, duos_poller_backend *out)
{
    duos_poller_backend backend;

    if (duos_poller_backend_parse(text, &backend) != DUOS_OK) {
        return "is not the name of a poller; duosock --version lists them";
    }
    if (!is_here(backend)) {
        return "is not a poller of this system; duosock --version lists them";
    }
    *out = backend;
    return NULL;
}

static const char *choose_color(const char *text)
{
    int place = SAY_COLOR_AUTO;
    const char *complaint = choose(text, ARGS_COLORS, &place);

    say_set_color((say_color)place);
    return complaint;
}

static const char *add_text(const char *text, arg_texts *texts)
{
    if (texts->count == ARG_LIST_MAX) {
        return "is one too many of them";
    }
    texts->text[texts->count++] = text;
    return NULL;
}

/* What concerns the whole program; it has no field. */
static const char *set_program(const arg_option *option, const char *text)
{
    switch (option->kind) {
    case ARG_COLOR:
        return choose_color(text);
    case ARG_VERBOSE:
        say_set_level(SAY_VERBOSE);
        return NULL;
    case ARG_QUIET:
        say_set_level(SAY_QUIET);
        return NULL;
    case ARG_JSON:
        report_use_json();
        return NULL;
    case ARG_TRACE:
        progress_turn_off(); /* its own calls are no news */
        return trace_start() ? NULL : "cannot be had";
    default:
        return NULL;
    }
}

const char *args_store(const arg_option *option, const char *text, char *fields)
{
    void *field;

    if (option->kind >= ARG_COLOR) { /* it has none */
        return set_program(option, text);
    }
    field = fields + option->offset;
    switch (option->kind) {
    case ARG_FLAG:
        *(bool *)field = true;
        return NULL;
    case ARG_TEXT:
        *(const char **)field = text;
        return NULL;
    case ARG_CHOICE:
        return choose(text, option->value, field);
    case ARG_POLLER:
        return choose_poller(text, field);
    case ARG_COUNT:
        return value_count(text, field);
    case ARG_SIZE:
        return value_size(text, field);
    case ARG_TIME:
        return value_time(text, field);
    case ARG_LIST:
        return add_text(text, field);
    default:
        return NULL;
    }
}
