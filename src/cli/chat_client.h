/* SPDX-License-Identifier: MIT */
/*
 * chat_client.h - what the two files of duosock chat share: its options, and
 * the talk with a room.
 */
#ifndef CLI_CHAT_CLIENT_H
#define CLI_CHAT_CLIENT_H

#include "client_options.h"

typedef struct chat_options {
    client_options client; /* first */
    const char *nick;
    int32_t idle_ms;
} chat_options;

/* Talks until one of both sides ends it. Returns the exit code. */
int chat_client_run(const chat_options *options, const char *address);

#endif
