/* SPDX-License-Identifier: MIT */
/*
 * client_options.c - the rows of --timeout, --retry, --source, --stats and
 * --poller, which stand once for all commands that connect.
 */
#include "client_options.h"

#define FIELD(name) offsetof(client_options, name)

const arg_option client_rows[] = {
    {"timeout", ARG_TIME, "DUR", "10s", "how long to try to connect",
     FIELD(timeout_ms)},
    {"retry", ARG_COUNT, "N", "0",
     "try again to connect, up to so often; 0 is never", FIELD(retries)},
    {"source", ARG_TEXT, "ADDRESS", NULL, "address of ours to connect from",
     FIELD(source)},
    {"stats", ARG_TIME, "DUR", "0", "tell the counters every so often",
     FIELD(stats_ms)},
    ARGS_POLLER(FIELD(poller)),
    ARGS_END};
