/* SPDX-License-Identifier: MIT */
/*
 * client_options.h - the options of every command that connects: how long and
 * how often it tries, from where, and how it waits.
 */
#ifndef CLI_CLIENT_OPTIONS_H
#define CLI_CLIENT_OPTIONS_H

#include "args.h"

#include <duosock/poller.h>

/* The first member of the options of such a command. */
typedef struct client_options {
    int32_t timeout_ms; /* to connect */
    uint32_t retries;   /* of a connection that cannot be made */
    const char *source; /* as it was given; NULL: the system chooses */
    int32_t stats_ms;
    duos_poller_backend poller;
} client_options;

/* Their rows, for arg_command.more. */
extern const arg_option client_rows[];

#endif
