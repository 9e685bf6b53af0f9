/* SPDX-License-Identifier: MIT */
/*
 * args.c - reads a command line by a command's table.
 */
#include "args.h"

#include "cli.h"
#include "escape.h"
#include "report.h"
#include "say.h"
#include "values.h"

#include <duosock/poller.h>

#include <stdio.h>
#include <string.h>

enum {
    SAFE_BYTES = 128,
    NAMES_MAX = 32,
    POLLERS_MAX = 8
};

/* Where the parser is. */
typedef struct parser {
    const arg_command *command;
    char **argv;
    int argc;
    int at;
    char *fields; /* the command's options struct, as bytes */
    arg_list *list;
} parser;

static bool stop_with(parser *p, int exit_code)
{
    p->list->exit_code = exit_code;
    return false;
}

/* Says where to read on; every mistake ends here. */
static bool stop_wrong(parser *p)
{
    say("try: duosock %s --help", p->command->name);
    return stop_with(p, CLI_USAGE);
}

/* ---- unknown words ---------------------------------------------------- */

void args_say_unknown(const char *kind, const char *word,
                      const char *const *names, size_t count,
                      const char *help_at)
{
    char safe[SAFE_BYTES];
    const char *nearest = NULL;
    size_t best = 3; /* more than two letters off is another word */
    size_t i;

    for (i = 0; i < count; i++) {
        size_t distance = word_distance(word, names[i]);

        if (distance < best) {
            best = distance;
            nearest = names[i];
        }
    }
    escape_line(safe, sizeof safe, word);
    if (nearest != NULL) {
        say("unknown %s%s; did you mean %s%s?", kind, safe,
            kind[strcspn(kind, "-")] == '-' ? "--" : "", nearest);
    } else {
        say("unknown %s%s", kind, safe);
    }
    say("try: %s --help", help_at);
}

static bool stop_unknown(parser *p, const char *kind, const char *word)
{
    const char *names[NAMES_MAX] = {"help", "version", "json", "color"};
    char help_at[SAFE_BYTES];
    const arg_option *option = p->command->options;
    size_t count = 4;

    for (; option->name != NULL && count < NAMES_MAX; option++) {
        if (option->name[1] != '\0') {
            names[count++] = option->name;
        }
    }
    (void)snprintf(help_at, sizeof help_at, "duosock %s", p->command->name);
    args_say_unknown(kind, word, names, count, help_at);
    return stop_with(p, CLI_USAGE);
}

/* ---- values ----------------------------------------------------------- */

static const char *choose(const arg_option *option, const char *text, int *out)
{
    int place = value_choice(text, option->value);

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
    int place = value_choice(text, ARGS_COLORS);

    if (place < 0) {
        return "is not one of its values";
    }
    say_set_color((say_color)place);
    return NULL;
}

/* Stores a value in its field; returns what is wrong with it, or NULL. */
static const char *store(const arg_option *option, const char *text,
                         char *fields)
{
    void *field = fields + option->offset;

    switch (option->kind) {
    case ARG_FLAG:
        *(bool *)field = true;
        return NULL;
    case ARG_TEXT:
        *(const char **)field = text;
        return NULL;
    case ARG_CHOICE:
        return choose(option, text, field);
    case ARG_POLLER:
        return choose_poller(text, field);
    case ARG_COUNT:
        return value_count(text, field);
    case ARG_SIZE:
        return value_size(text, field);
    case ARG_TIME:
        return value_time(text, field);
    case ARG_COLOR:
        return choose_color(text);
    }
    return NULL;
}

static void store_defaults(const arg_command *command, char *fields)
{
    const arg_option *option = command->options;

    for (; option->name != NULL; option++) {
        if (option->preset != NULL) {
            (void)store(option, option->preset, fields);
        }
    }
}

const char *args_dashes(const arg_option *option)
{
    return option->name[1] == '\0' ? "-" : "--";
}

/* ---- options ---------------------------------------------------------- */

static const arg_option *find_option(const arg_command *command,
                                     const char *name, size_t len)
{
    const arg_option *option = command->options;

    for (; option->name != NULL; option++) {
        if (strlen(option->name) == len &&
            memcmp(option->name, name, len) == 0) {
            return option;
        }
    }
    return NULL;
}

static bool stop_bad_value(parser *p, const arg_option *option,
                           const char *text, const char *complaint)
{
    char safe[SAFE_BYTES];

    escape_line(safe, sizeof safe, text);
    if (option->kind == ARG_CHOICE || option->kind == ARG_COLOR) {
        say("--%s %s: '%s' %s", option->name, option->value, safe, complaint);
    } else {
        say("%s%s: '%s' %s", args_dashes(option), option->name, safe,
            complaint);
    }
    return stop_wrong(p);
}

static bool read_value(parser *p, const arg_option *option, const char *inside)
{
    const char *text = inside;
    const char *complaint;

    if (option->kind == ARG_FLAG && inside != NULL) {
        say("--%s takes no value", option->name);
        return stop_wrong(p);
    }
    if (option->kind != ARG_FLAG && inside == NULL) {
        if (p->at + 1 >= p->argc) {
            const char *dashes = args_dashes(option);

            say("%s%s needs a value: %s%s %s", dashes, option->name, dashes,
                option->name, option->value);
            return stop_wrong(p);
        }
        p->at++;
        text = p->argv[p->at];
    }
    complaint = store(option, text, p->fields);
    return complaint == NULL || stop_bad_value(p, option, text, complaint);
}

static const arg_option color = {"color", ARG_COLOR, ARGS_COLORS,
                                 "auto",  NULL,      0};

static bool read_long(parser *p, char *name)
{
    size_t len = strcspn(name, "=");
    const arg_option *option = find_option(p->command, name, len);
    const char *inside = name[len] == '=' ? name + len + 1 : NULL;

    if (option != NULL && len > 1) {
        return read_value(p, option, inside);
    }
    if (strcmp(name, "help") == 0) {
        return stop_with(p, args_print_help(p->command));
    }
    if (strcmp(name, "version") == 0) {
        return stop_with(p, args_print_version());
    }
    if (strcmp(name, "json") == 0) {
        report_use_json();
        return true;
    }
    if (len == 5 && memcmp(name, "color", 5) == 0) {
        return read_value(p, &color, inside);
    }
    name[len] = '\0';
    return stop_unknown(p, "option --", name);
}

static bool read_letters(parser *p, const char *letters)
{
    const arg_option *option;
    const char *at;

    for (at = letters; *at != '\0'; at++) {
        option = find_option(p->command, at, 1);
        if (option != NULL) {
            return read_value(p, option, at[1] != '\0' ? at + 1 : NULL);
        }
        switch (*at) {
        case 'v':
            say_set_level(SAY_VERBOSE);
            break;
        case 'q':
            say_set_level(SAY_QUIET);
            break;
        case 'h':
            return stop_with(p, args_print_help(p->command));
        default:
            return stop_unknown(p, "option -", letters);
        }
    }
    return true;
}

static bool add_address(parser *p, char *text)
{
    char safe[SAFE_BYTES];

    if (p->list->count == p->command->max_addresses) {
        escape_line(safe, sizeof safe, text);
        say("'%s' is one argument too many: duosock %s %s", safe,
            p->command->name, p->command->synopsis);
        return stop_wrong(p);
    }
    /* Never ahead of where the parser is, so nothing unread is lost. */
    p->list->address[p->list->count++] = text;
    return true;
}

bool args_parse(const arg_command *command, int argc, char **argv,
                void *options, arg_list *list)
{
    parser p = {command, argv, argc, 1, options, list};
    bool only_addresses = false;
    bool good = true;

    store_defaults(command, options);
    say_set_color(SAY_COLOR_AUTO);
    list->address = argv;
    list->count = 0;
    list->exit_code = CLI_DONE;
    for (; good && p.at < argc; p.at++) {
        char *word = argv[p.at];

        if (only_addresses || word[0] != '-' || word[1] == '\0') {
            good = add_address(&p, word);
        } else if (strcmp(word, "--") == 0) {
            only_addresses = true;
        } else if (word[1] == '-') {
            good = read_long(&p, word + 2);
        } else {
            good = read_letters(&p, word + 1);
        }
    }
    return good;
}
