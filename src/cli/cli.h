/* SPDX-License-Identifier: MIT */
/*
 * cli.h - the commands of the program and the exit codes that scripts rely
 * on.
 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

enum {
    CLI_DONE = 0,
    CLI_FAILED = 1,      /* failure while running */
    CLI_USAGE = 2,       /* wrong usage */
    CLI_UNREACHABLE = 3, /* cannot resolve or connect */
    CLI_UNBOUND = 4,     /* cannot bind or listen */
    CLI_TIMEDOUT = 5,    /* timed out */
    CLI_BROKEN = 6,      /* a limit or the protocol was broken */
    /* A second request to stop, as shells write the end by a signal. */
    CLI_INTERRUPTED = 130,
    CLI_TERMINATED = 143
};

/* Where ADDRESS is left out. */
#define CLI_ADDRESS "127.0.0.1:7700"

/* One command each; argv[0] is its name. They return the exit code. */
int cmd_serve(int argc, char **argv);
int cmd_connect(int argc, char **argv);
int cmd_chat(int argc, char **argv);
int cmd_send(int argc, char **argv);
int cmd_recv(int argc, char **argv);
int cmd_bench(int argc, char **argv);
int cmd_probe(int argc, char **argv);
int cmd_selftest(int argc, char **argv);

#endif
