/* SPDX-License-Identifier: MIT */
/*
 * model.h - a chat as its members see it: who must hear what, in which order.
 *
 * Told the same as the room, in the same order, the model says for each
 * member all that it must hear, byte by byte. It has no network, no queues
 * and no time: what is said is heard at once. Which names are allowed and how
 * text is escaped it asks nick.h and escape.h, which have tests of their own.
 */
#ifndef TESTS_CHAOS_MODEL_H
#define TESTS_CHAOS_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/nick.h"

typedef struct model model;

typedef struct model_text {
    char *at;
    size_t len;
    size_t room;
} model_text;

typedef struct model_member {
    model *room;
    struct model_member *next; /* of those who are in, as they came */
    model_text heard;          /* all that it must hear */
    model_text line;           /* what it has begun to say */
    char nick[NICK_BYTES + 1];
    int tries;
    bool skipping; /* the rest of a line that was too long */
    bool joined;
    bool done;
} model_member;

/* NULL for want of memory, as below. */
model *model_new(size_t max_line);
void model_free(model *room);

model_member *model_enter(model *room);
void model_data(model_member *m, const char *data, size_t len);
void model_end(model_member *m); /* of what it says */
void model_gone(model_member *m);
void model_member_free(model_member *m);

/* The server is closing. */
void model_close(model *room);

/* Nothing is heard from now on: the model does not know what the room did. */
void model_freeze(model *room);

#endif
