/* SPDX-License-Identifier: MIT */
/*
 * nick.h - which names people may have in a chat: such as everybody can see,
 * and as nobody can take for something else.
 */
#ifndef CLI_NICK_H
#define CLI_NICK_H

#include <stdbool.h>
#include <stddef.h>

enum {
    NICK_MAX = 32,             /* code points */
    NICK_BYTES = NICK_MAX * 4, /* the longest, in UTF-8 */
};

/* What nick_complaint says of such a name. */
extern const char nick_too_long[];

/*
 * Returns NULL for a name that can be had, or why it cannot: a few words. Two
 * that look alike in different scripts are both allowed.
 */
const char *nick_complaint(const char *text, size_t len);

/* Whether two names are one: case does not count, in ASCII. */
bool nick_same(const char *a, const char *b);

#endif
