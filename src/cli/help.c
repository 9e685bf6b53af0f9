/* SPDX-License-Identifier: MIT */
/*
 * help.c - --help and --version: how a command's table looks to its user.
 */
#include "args_core.h"

#include "cli.h"
#include "say.h"

#include <duosock/config.h>
#include <duosock/poller.h>

#include <stdio.h>
#include <string.h>

enum {
    COLUMN = 26, /* where the explanations begin */
    POLLERS_MAX = 8
};

/* Of one table; NULL has none. */
static bool print_options(const arg_option *option)
{
    bool good = true;

    for (; good && option != NULL && option->name != NULL; option++) {
        char left[64];
        bool has_default = option->preset != NULL;

        snprintf(left, sizeof left, "%s%s%s%s", args_dashes(option),
                 option->name, option->value != NULL ? " " : "",
                 option->value != NULL ? option->value : "");
        good = say_result("  %-*s %s%s%s%s", COLUMN, left, option->help,
                          has_default ? " (" : "",
                          has_default ? option->preset : "",
                          has_default ? ")" : "");
    }
    return good;
}

static bool print_text(const char *text)
{
    return text == NULL || say_bytes(text, strlen(text));
}

int args_print_help(const arg_command *command)
{
    static const char addresses[] =
        "\nADDRESS is host:port with a numeric host or localhost:"
        " 127.0.0.1:7700,\n[::1]:7700, [fe80::1%eth0]:7700 (with its zone),"
        " :7700 or *:7700 (all\ninterfaces); other names are to connect to."
        " tcp4: or tcp6: before it narrows\nthe family. unix:/path is a unix"
        " socket, unix:@name one without a file (Linux).\nWhere ADDRESS is"
        " left out it is " CLI_ADDRESS ".\n";
    bool good =
        say_result("duosock %s %s: %s\n\nExamples:", command->name,
                   command->synopsis, command->summary) &&
        print_text(command->examples) &&
        print_text("\nOptions, with their defaults; 0 as a limit means none:"
                   "\n") &&
        print_options(command->options) && print_options(command->more) &&
        print_options(args_common) &&
        (command->max_addresses == 0 || print_text(addresses)) &&
        print_text(command->notes);

    return good ? CLI_DONE : CLI_FAILED;
}

int args_print_version(void)
{
    duos_poller_backend list[POLLERS_MAX];
    size_t count = duos_poller_backends(list, POLLERS_MAX);
    char names[128] = "";
    size_t len = 0;
    size_t i;

    for (i = 0; i < count && i < POLLERS_MAX && len < sizeof names; i++) {
        len += (size_t)snprintf(names + len, sizeof names - len, " %s",
                                duos_poller_backend_name(list[i]));
    }
    return say_result("duosock %s\npollers:%s", duos_version(), names)
               ? CLI_DONE
               : CLI_FAILED;
}
