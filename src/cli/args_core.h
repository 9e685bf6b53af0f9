/* SPDX-License-Identifier: MIT */
/*
 * args_core.h - what the files of command lines share: the tables that a
 * command has, and how a value gets into its field.
 */
#ifndef CLI_ARGS_CORE_H
#define CLI_ARGS_CORE_H

#include "args.h"

/* What every command knows. */
extern const arg_option args_common[];

/* The tables of a command, in the order of --help; one may be NULL. */
enum {
    ARGS_TABLES = 3
};

#define ARGS_TABLES_OF(command)                                                \
    {                                                                          \
        (command)->options, (command)->more, args_common                       \
    }

/* Stores a value in its field; returns what is wrong with it, or NULL. */
const char *args_store(const arg_option *option, const char *text,
                       char *fields);

#endif
