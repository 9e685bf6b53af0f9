/* SPDX-License-Identifier: MIT */
/*
 * args.c - reads a command line by a command's tables.
 */
#include "args_core.h"

#include "cli.h"
#include "escape.h"
#include "say.h"
#include "values.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    SAFE_BYTES = 128,
    NAMES_MAX = 48
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

const char *args_dashes(const arg_option *option)
{
    return option->name[1] == '\0' ? "-" : "--";
}

bool args_in_range(const char *name, uint64_t value, uint64_t least,
                   uint64_t most)
{
    bool fits = value >= least && value <= most;

    if (!fits) {
        say("--%s: %" PRIu64 " to %" PRIu64, name, least, most);
    }
    return fits;
}

/* ---- unknown words ---------------------------------------------------- */

/* The name with the fewest slips of the hand; NULL if it takes too many. */
static const char *nearest_name(const char *word, const char *const *names,
                                size_t count)
{
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
    return nearest;
}

static bool begins(const char *name, const char *word)
{
    return strncmp(name, word, strlen(word)) == 0;
}

/* The name that was meant, or NULL: its first letters, or nearly all. */
static const char *guess_name(const char *word, const char *const *names,
                              size_t count)
{
    size_t i;

    for (i = 0; strlen(word) >= 3 && i < count; i++) {
        if (begins(names[i], word)) {
            return names[i];
        }
    }
    return nearest_name(word, names, count);
}

/* meant: what stands behind the dashes; NULL if nobody knows. */
static void say_unknown(const char *kind, const char *word, const char *dashes,
                        const char *meant)
{
    char safe[SAFE_BYTES];

    escape_line(safe, sizeof safe, word);
    if (meant != NULL) {
        say("unknown %s%s; did you mean %s%s?", kind, safe, dashes, meant);
    } else {
        say("unknown %s%s", kind, safe);
    }
}

void args_say_unknown(const char *word, const char *const *names, size_t count)
{
    say_unknown("command ", word, "", guess_name(word, names, count));
}

static const arg_option *find_option(const arg_command *command,
                                     const char *name, size_t len)
{
    const arg_option *tables[ARGS_TABLES] = ARGS_TABLES_OF(command);
    size_t i;

    for (i = 0; i < ARGS_TABLES; i++) {
        const arg_option *option = tables[i];

        for (; option != NULL && option->name != NULL; option++) {
            if (strlen(option->name) == len &&
                memcmp(option->name, name, len) == 0) {
                return option;
            }
        }
    }
    return NULL;
}

/* Other programs have words for what is a letter here. */
static const arg_option *guess_letter(const arg_command *command,
                                      const char *word)
{
    static const char *const words[] = {"verbose", "quiet", "output"};
    size_t i;

    for (i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (begins(words[i], word)) {
            return find_option(command, words[i], 1);
        }
    }
    return NULL;
}

static bool stop_unknown(parser *p, const char *kind, const char *word)
{
    const arg_option *tables[ARGS_TABLES] = ARGS_TABLES_OF(p->command);
    const arg_option *letter = guess_letter(p->command, word);
    const char *names[NAMES_MAX];
    const char *meant;
    size_t count = 0;
    size_t i;

    for (i = 0; i < ARGS_TABLES; i++) {
        const arg_option *option = tables[i];

        for (; option != NULL && option->name != NULL; option++) {
            if (option->name[1] != '\0' && count < NAMES_MAX) {
                names[count++] = option->name;
            }
        }
    }
    meant = guess_name(word, names, count);
    if (meant == NULL && letter != NULL) {
        say_unknown(kind, word, "-", letter->name);
    } else {
        say_unknown(kind, word, "--", meant);
    }
    return stop_with(p, CLI_USAGE);
}

/* ---- options ---------------------------------------------------------- */

static void store_defaults(const arg_command *command, char *fields)
{
    const arg_option *tables[ARGS_TABLES] = ARGS_TABLES_OF(command);
    size_t i;

    for (i = 0; i < ARGS_TABLES; i++) {
        const arg_option *option = tables[i];

        for (; option != NULL && option->name != NULL; option++) {
            if (option->preset != NULL) {
                (void)args_store(option, option->preset, fields);
            }
        }
    }
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
    return stop_with(p, CLI_USAGE);
}

static bool read_value(parser *p, const arg_option *option, const char *inside)
{
    const char *text = inside;
    const char *complaint;

    if (inside == NULL) {
        if (p->at + 1 >= p->argc) {
            const char *dashes = args_dashes(option);

            say("%s%s needs a value: %s%s %s", dashes, option->name, dashes,
                option->name, option->value);
            return stop_with(p, CLI_USAGE);
        }
        p->at++;
        text = p->argv[p->at];
    }
    complaint = args_store(option, text, p->fields);
    return complaint == NULL || stop_bad_value(p, option, text, complaint);
}

/* One that takes no value. */
static bool take_flag(parser *p, const arg_option *option)
{
    switch (option->kind) {
    case ARG_HELP:
        return stop_with(p, args_print_help(p->command));
    case ARG_VERSION:
        return stop_with(p, args_print_version());
    default:
        return args_store(option, NULL, p->fields) == NULL ||
               stop_with(p, CLI_FAILED);
    }
}

static bool read_long(parser *p, char *name)
{
    size_t len = strcspn(name, "=");
    const arg_option *option = find_option(p->command, name, len);
    const char *inside = name[len] == '=' ? name + len + 1 : NULL;

    if (option == NULL || len < 2) {
        name[len] = '\0';
        return stop_unknown(p, "option --", name);
    }
    if (option->value != NULL) {
        return read_value(p, option, inside);
    }
    if (inside != NULL) {
        say("--%s takes no value", option->name);
        return stop_with(p, CLI_USAGE);
    }
    return take_flag(p, option);
}

static bool read_letters(parser *p, const char *letters)
{
    const char *at;
    bool good = true;

    for (at = letters; good && *at != '\0'; at++) {
        const arg_option *option = find_option(p->command, at, 1);

        if (option == NULL) {
            return stop_unknown(p, "option -", letters);
        }
        if (option->value != NULL) {
            return read_value(p, option, at[1] != '\0' ? at + 1 : NULL);
        }
        good = take_flag(p, option);
    }
    return good;
}

static bool add_address(parser *p, char *text)
{
    char safe[SAFE_BYTES];

    if (p->list->count == p->command->max_addresses) {
        escape_line(safe, sizeof safe, text);
        say("'%s' is one argument too many: duosock %s %s", safe,
            p->command->name, p->command->synopsis);
        return stop_with(p, CLI_USAGE);
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
