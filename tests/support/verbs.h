/* SPDX-License-Identifier: MIT */
/*
 * verbs.h - a platform that can be told to fail: the linker puts verbs.c
 * before the verbs of the seam (see VERBS_WRAPPED in tests/CMakeLists.txt),
 * which go on to the platform's own unless a test has said otherwise.
 */
#ifndef TEST_VERBS_H
#define TEST_VERBS_H

#include "support/check.h"

#include <limits.h>

#include "sys.h"

typedef enum verb {
    VERB_OPEN,
    VERB_BIND,
    VERB_ACCEPT,
    VERB_CONNECT,
    VERB_TAKE_ERROR,
    VERB_SEND,
    VERB_RECV,
    VERB_SENDTO,
    VERB_RECVFROM,
    VERB_SENDV,
    VERB_RECVV,
    VERB_SENDMSG,
    VERB_RECVMSG,
    VERB_SEND_BATCH,
    VERB_RECV_BATCH,
    VERB_SENDFILE,
    VERB_WAIT_MANY,
    VERB_CLOSE,
    VERB_RANDOM,
    VERBS
} verb;

typedef struct verbs_state {
    unsigned calls[VERBS]; /* since verbs_reset, failed ones included */
    size_t longest;        /* length that a send or receive was asked for */
    duos_socket only;      /* unless invalid, others do not fail */
} verbs_state;

extern verbs_state verbs;

/* Every verb does what it does. */
void verbs_reset(void);

/* The next calls of a verb give err instead; UINT_MAX: all from now on. */
void verbs_fail(verb which, duos_err err, unsigned times);

/* How many of those are still to come. */
unsigned verbs_left(verb which);

/* A scene on verbs that fail only when they are told to. */
int verbs_scene_setup(void **state);
int verbs_scene_teardown(void **state);

#endif
