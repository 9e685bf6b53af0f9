/* SPDX-License-Identifier: MIT */
/*
 * failing_alloc.h - an allocator that counts what is out, fails at the place
 * that is asked for, and does not believe what it is told: it remembers the
 * size of each block, and moves a block on every resize.
 */
#ifndef TEST_FAILING_ALLOC_H
#define TEST_FAILING_ALLOC_H

#include <duosock/alloc.h>

typedef struct failing_alloc {
    duos_alloc alloc; /* give this one away */
    size_t requests;  /* allocations and growths so far */
    size_t fail_at;   /* the request that fails, from 1; 0 for none */
    bool sticky;      /* all after it fail, too */
    size_t bytes;     /* that are out */
    size_t blocks;    /* that are out */
    bool wrong_size;  /* a block came back with a size that it never had */
    bool overrun;     /* something was written past the end of a block */
} failing_alloc;

/* Makes one that never fails. */
void failing_alloc_init(failing_alloc *failing);

/* Begins to count anew: request number k from now on fails. */
void failing_alloc_arm(failing_alloc *failing, size_t k, bool sticky);

/* Whether the request that was to fail has come. */
bool failing_alloc_struck(const failing_alloc *failing);

/* Fails the test unless all has come back, whole and with right sizes. */
void assert_all_freed(const failing_alloc *failing);

#endif
