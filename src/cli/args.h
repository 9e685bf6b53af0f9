/* SPDX-License-Identifier: MIT */
/*
 * args.h - command lines. Each command has one table; the parser, the
 * defaults and --help all come from it, so they cannot disagree.
 *
 * Options are "--name VALUE" or "--name=VALUE", those of one letter "-n VALUE"
 * or "-nVALUE"; they may stand before and after addresses; "--" ends them.
 * Every command also knows -v, -q, --json,
 * --color,
 * --help and --version.
 */
#ifndef CLI_ARGS_H
#define CLI_ARGS_H

#include <stdbool.h>
#include <stddef.h>

/* What a value is, and the type of the field that receives it. */
typedef enum arg_kind {
    ARG_FLAG,   /* bool; takes no value */
    ARG_TEXT,   /* const char *, NULL if not given */
    ARG_CHOICE, /* int: place in the list that stands in value */
    ARG_POLLER, /* duos_poller_backend */
    ARG_COUNT,  /* uint32_t */
    ARG_SIZE,   /* size_t, bytes */
    ARG_TIME,   /* int32_t, milliseconds */
    ARG_COLOR   /* no field: for all that is said */
} arg_kind;

/* One option of a command. */
typedef struct arg_option {
    const char *name; /* without its dashes; NULL ends a table */
    arg_kind kind;
    const char *value;  /* how --help names the value */
    const char *preset; /* the default as a user would write it, or NULL */
    const char *help;
    size_t offset; /* of the field in the command's options */
} arg_option;

/* One command. */
typedef struct arg_command {
    const char *name;
    const char *synopsis; /* what follows the name: "[ADDRESS]" */
    const char *summary;
    const char *examples; /* lines, each ended by a line feed */
    const char *notes;    /* the same, at the end of --help; may be NULL */
    const arg_option *options;
    int max_addresses;
} arg_command;

/* In the order of say_color. */
#define ARGS_COLORS "auto|always|never"

/* What stands before an option's name: "-" or "--". */
const char *args_dashes(const arg_option *option);

/* What a command line said besides options. */
typedef struct arg_list {
    char **address; /* count of them */
    int count;
    int exit_code; /* when there is nothing to run */
} arg_list;

/*
 * Reads the command line of a command: first the defaults, then what was
 * given.
 *
 * argv: argv[0] is the command's name. The entries are put in a new order.
 * options: the struct that the table's offsets mean.
 *
 * Returns true when the command is to run; otherwise help was printed or
 * the mistake was said, and list->exit_code is the result.
 */
bool args_parse(const arg_command *command, int argc, char **argv,
                void *options, arg_list *list);

/*
 * Says that there is no such word, and which one may have been meant.
 *
 * kind: "option --", "option -" or "command ". names: count of them.
 * help_at: what to call with --help.
 */
void args_say_unknown(const char *kind, const char *word,
                      const char *const *names, size_t count,
                      const char *help_at);

/* Prints the help of one command; returns an exit code. */
int args_print_help(const arg_command *command);

/* Prints the version; returns an exit code. */
int args_print_version(void);

#endif
