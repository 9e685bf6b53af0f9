/* SPDX-License-Identifier: MIT */
/*
 * args.h - command lines. Each command has its tables; the parser, the
 * defaults and --help all come from them, so they cannot disagree.
 *
 * Options are "--name VALUE" or "--name=VALUE", those of one letter "-n VALUE"
 * or "-nVALUE"; they may stand before and after addresses; "--" ends them.
 * What every command knows besides (-v, --json, --help ...) stands in
 * args_value.c.
 */
#ifndef CLI_ARGS_H
#define CLI_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a value is, and the type of the field that receives it. */
typedef enum arg_kind {
    ARG_FLAG,   /* bool; takes no value */
    ARG_TEXT,   /* const char *, NULL if not given */
    ARG_CHOICE, /* int: place in the list that stands in value */
    ARG_POLLER, /* duos_poller_backend */
    ARG_COUNT,  /* uint32_t */
    ARG_SIZE,   /* size_t, bytes */
    ARG_TIME,   /* int32_t, milliseconds */
    ARG_LIST,   /* arg_texts; may be given several times */
    /* Without a field: for the whole program. */
    ARG_COLOR,
    ARG_VERBOSE,
    ARG_QUIET,
    ARG_JSON,
    ARG_TRACE,
    ARG_HELP,
    ARG_VERSION
} arg_kind;

/* What an option was given, each time that it was. */
enum {
    ARG_LIST_MAX = 64
};

typedef struct arg_texts {
    const char *text[ARG_LIST_MAX];
    size_t count;
} arg_texts;

/* One option of a command. */
typedef struct arg_option {
    const char *name; /* without its dashes; NULL ends a table */
    arg_kind kind;
    const char *value;  /* how --help names the value; NULL: takes none */
    const char *preset; /* the default as a user would write it, or NULL */
    const char *help;
    size_t offset; /* of the field in the command's options */
} arg_option;

/* The row that ends a table. */
#define ARGS_END                                                               \
    {                                                                          \
        NULL, ARG_FLAG, NULL, NULL, NULL, 0                                    \
    }

/* The row of --poller. */
#define ARGS_POLLER(offset)                                                    \
    {                                                                          \
        "poller", ARG_POLLER, "NAME", "auto",                                  \
            "how to wait: duosock --version lists them", (offset)              \
    }

/* One command. */
typedef struct arg_command {
    const char *name;
    const char *synopsis; /* what follows the name: "[ADDRESS]" */
    const char *summary;
    const char *examples; /* lines, each ended by a line feed */
    const char *notes;    /* the same, at the end of --help; may be NULL */
    const arg_option *options;
    const arg_option *more; /* that others have, too; may be NULL */
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
 * options: the struct that the tables' offsets mean.
 *
 * Returns true when the command is to run; otherwise help was printed or
 * the mistake was said, and list->exit_code is the result. As for each mistake
 * that ends in CLI_USAGE, main.c then says where to read on.
 */
bool args_parse(const arg_command *command, int argc, char **argv,
                void *options, arg_list *list);

/*
 * Whether a value is within its range; if not, that is said, with the range
 * as a user would write it: "--clients: 1 to 100000".
 */
bool args_in_range(const char *name, uint64_t value, uint64_t least,
                   uint64_t most);

/*
 * Says that there is no such command, and which of count names may have been
 * meant.
 */
void args_say_unknown(const char *word, const char *const *names, size_t count);

/* Prints the help of one command; returns an exit code. */
int args_print_help(const arg_command *command);

/* Prints the version; returns an exit code. */
int args_print_version(void);

#endif
