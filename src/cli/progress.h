/* SPDX-License-Identifier: MIT */
/*
 * progress.h - a line at the bottom of a terminal that tells how far something
 * is, a few times a second, and gets out of the way of whatever else is said.
 * Nobody but a person at a terminal sees it.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <duosock/loop.h>

enum {
    PROGRESS_LINE_MAX = 160,
    PROGRESS_SHARE_MAX = 48,
    PROGRESS_AMOUNT_MAX = 32
};

/* The fields are private. */
typedef struct progress {
    duos_timer tick;
    void (*write)(char *text, void *user);
    void *user;
    bool shown; /* its line stands on the terminal */
} progress;

/* From now on nothing is shown. */
void progress_turn_off(void);

/*
 * Begins to show, if a person watches.
 *
 * write: writes the line, PROGRESS_LINE_MAX bytes at most.
 */
void progress_begin(progress *p, duos_loop *loop,
                    void (*write)(char *text, void *user), void *user);

/* Shows the line a last time, and leaves it there. */
void progress_stop(progress *p);

/*
 * Writes " 43 % [########------------] ", or nothing when total is 0.
 *
 * text: PROGRESS_SHARE_MAX bytes. done: may be more than total.
 */
void progress_share(char *text, uint64_t done, uint64_t total);

/* Writes "12.3 MiB". text: PROGRESS_AMOUNT_MAX bytes. */
void progress_amount(char *text, uint64_t bytes);

#endif
