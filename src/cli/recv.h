/* SPDX-License-Identifier: MIT */
/*
 * recv.h - what the two files of duosock recv share: its options, and the run
 * that takes one file.
 */
#ifndef CLI_RECV_H
#define CLI_RECV_H

#include "os.h"

#include <duosock/poller.h>

typedef struct recv_options {
    const char *path;
    int32_t timeout_ms;
    int32_t idle_ms;
    int32_t stats_ms;
    duos_poller_backend poller;
} recv_options;

/*
 * Listens until one file is in its place. aside: where it is written; NULL is
 * the standard output. Returns the exit code; the aside is gone then.
 */
int recv_run(const recv_options *options, const char *address, os_aside *aside);

#endif
