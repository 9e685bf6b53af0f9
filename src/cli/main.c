/* SPDX-License-Identifier: MIT */
/*
 * main.c - which commands there are.
 */
#include "args.h"
#include "cli.h"
#include "os.h"
#include "say.h"

#include <string.h>

typedef struct entry {
    const char *name;
    int (*run)(int argc, char **argv);
} entry;

static const entry commands[] = {
    {"serve", cmd_serve}, {"connect", cmd_connect},   {"chat", cmd_chat},
    {"send", cmd_send},   {"recv", cmd_recv},         {"bench", cmd_bench},
    {"probe", cmd_probe}, {"selftest", cmd_selftest},
};

enum {
    COMMAND_COUNT = sizeof commands / sizeof commands[0]
};

static const char help[] =
    "duosock COMMAND [options]: a server and a client for sockets\n"
    "\n"
    "Examples:\n"
    "  duosock serve                   echo server on " CLI_ADDRESS "\n"
    "  duosock connect                 talk to it\n"
    "  duosock connect [::1]:80 <file  send a file, print what comes back\n"
    "\n"
    "Commands (duosock COMMAND --help tells more):\n"
    "  serve     serve many clients in one thread\n"
    "  connect   standard input to a socket, socket to standard output\n"
    "  chat      talk in the room of duosock serve --mode chat\n"
    "  send      send a file to duosock recv, or to nc\n"
    "  recv      listen for one file, and put it in place when it is whole\n"
    "  bench     measure a server that echoes\n"
    "  probe     what this system can do: pollers, limits, sockets, options\n"
    "  selftest  server and clients in one process\n"
    "\n"
    "  --help     print this\n"
    "  --version  print the version and the pollers\n"
    "\n"
    "Data goes to the standard output, what is said about it to the standard\n"
    "error. Exit codes: 0 done, 1 failure while running, 2 wrong usage,\n"
    "3 cannot connect, 4 cannot listen, 5 timed out, 6 a limit or the "
    "protocol\n"
    "was broken, 130 or 143 ended by a second signal; the first one ends\n"
    "gracefully.\n";

/* Where to read on: the last line of every mistake in a command line. */
static int wrong_usage(const char *space, const char *command)
{
    say("try: duosock%s%s --help", space, command);
    return CLI_USAGE;
}

static int wrong_command(const char *word)
{
    const char *names[COMMAND_COUNT + 2] = {"--help", "--version"};
    size_t i;

    for (i = 0; i < COMMAND_COUNT; i++) {
        names[i + 2] = commands[i].name;
    }
    args_say_unknown(word, names, COMMAND_COUNT + 2);
    return wrong_usage("", "");
}

static int run(const entry *command, int argc, char **argv)
{
    int exit_code = command->run(argc, argv);

    return exit_code == CLI_USAGE ? wrong_usage(" ", command->name) : exit_code;
}

int main(int argc, char **argv)
{
    duos_err err;
    size_t i;

    os_start();
    err = os_arguments(&argc, &argv);
    if (err != DUOS_OK) {
        say_failure("read", "arguments", err);
        return CLI_FAILED;
    }
    if (argc < 2) {
        say("a command is missing: serve, connect, chat, send, recv, bench, "
            "probe or selftest");
        return wrong_usage("", "");
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        return say_bytes(help, sizeof help - 1) ? CLI_DONE : CLI_FAILED;
    }
    if (strcmp(argv[1], "--version") == 0) {
        return args_print_version();
    }
    for (i = 0; i < COMMAND_COUNT; i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            return run(&commands[i], argc - 1, argv + 1);
        }
    }
    return wrong_command(argv[1]);
}
