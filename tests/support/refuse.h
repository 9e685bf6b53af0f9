/* SPDX-License-Identifier: MIT */
/*
 * refuse.h - calls of the system that fail although nothing is wrong: one of
 * all that a test makes, or each of one name. The program that links
 * refuse.c and refuse_posix.c or refuse_win32.c has these calls itself; which
 * they are stands in the latter.
 *
 * Only calls of the thread that asked for it are refused and counted.
 */
#ifndef TEST_REFUSE_H
#define TEST_REFUSE_H

#include "support/check.h"

typedef enum refuse_how {
    REFUSE_FOR_WANT,  /* of memory, of descriptors, of a function */
    REFUSE_INTERRUPT, /* EINTR, of calls that can have it; Windows has none */
    REFUSE_ALWAYS     /* for want, and each call of the name from k on */
} refuse_how;

/*
 * From now on, the k-th call fails, counted from 1: of all that can be refused
 * in this way, or of those with this name if it is not NULL.
 */
void refuse_begin(unsigned k, refuse_how how, const char *name);

/* Ends it. Returns the name of the call that was refused, NULL for none. */
const char *refuse_end(void);

/* What the refused call said, as the library calls it. */
duos_err refuse_code(void);

/* Calls of one name that were made while they could have been refused. */
typedef struct refuse_tally {
    const char *name;
    unsigned calls;
} refuse_tally;

extern refuse_tally refuse_tallies[];
extern size_t refuse_tally_count;

/* ---- between refuse.c and the file of the system ----------------------- */

/* Whether this call is to fail, and then with which number. */
bool refuse_strikes(const char *name, int code, bool interruptible);

/* A call that is not refused, but counted. */
void refuse_saw(const char *name);

int refuse_native(void);

void refuse_lock(void);
void refuse_unlock(void);
uintptr_t refuse_thread(void); /* the one that runs */
extern const int refuse_interrupted;

#endif
