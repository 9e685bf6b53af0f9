/* SPDX-License-Identifier: MIT */
/*
 * echo_args.h - the command line of the servers on duosock: [-p POLLER]
 * [-m MODE].
 */
#ifndef BENCH_ECHO_ARGS_H
#define BENCH_ECHO_ARGS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <duosock/poller.h>

typedef struct echo_args {
    duos_poller_backend poller;
    const char *mode; /* "" when there is none */
} echo_args;

static inline bool echo_args_take(echo_args *args, const char *option,
                                  const char *value)
{
    if (strcmp(option, "-p") == 0) {
        return duos_poller_backend_parse(value, &args->poller) == DUOS_OK;
    }
    args->mode = value;
    return strcmp(option, "-m") == 0;
}

/* mode: the only one that there is besides none; NULL: there is none. */
static inline echo_args echo_args_read(int argc, char **argv, const char *mode)
{
    echo_args args = {DUOS_POLLER_AUTO, ""};
    bool good = argc % 2 == 1;
    int i;

    for (i = 1; i + 1 < argc; i += 2) {
        good = good && echo_args_take(&args, argv[i], argv[i + 1]);
    }
    if (!good || (args.mode[0] != '\0' &&
                  (mode == NULL || strcmp(args.mode, mode) != 0))) {
        fprintf(stderr, "usage: %s [-p poller]%s%s\n", argv[0],
                mode != NULL ? " -m " : "", mode != NULL ? mode : "");
        exit(2);
    }
    return args;
}

#endif
