/* SPDX-License-Identifier: MIT */
/*
 * bufq.h - bytes that wait to be sent: a queue of chunks.
 *
 * An empty queue holds no memory. Small appends fill up the last chunk, so
 * the memory held is at most the bytes that wait and a few percent more. For
 * bytes of a shared buffer it holds a reference in place of a copy; where
 * those are short and copies stand between them, the queue takes at worst
 * little more than twice what waits. The limit is its user's affair.
 */
#ifndef DUOS_BUFQ_H
#define DUOS_BUFQ_H

#include <duosock/alloc.h>
#include <duosock/error.h>
#include <duosock/shared.h>

typedef struct duos__chunk duos__chunk;

typedef struct duos__bufq {
    duos__chunk *tail; /* its next is the first: a ring, NULL when empty */
    size_t len;        /* bytes that wait */
} duos__bufq;

/* Copies all len bytes behind the last: DUOS_OK, or DUOS_ENOMEM with none. */
duos_err duos__bufq_append(duos__bufq *q, const duos_alloc *alloc,
                           const void *data, size_t len);

/* The same with the bytes of shared from begin on; they are not copied, unless
 * they are so few that a reference would take more. */
duos_err duos__bufq_append_shared(duos__bufq *q, const duos_alloc *alloc,
                                  duos_shared *shared, size_t begin);

/* The first bytes, contiguous; 0 when empty. Valid until they are consumed. */
size_t duos__bufq_front(const duos__bufq *q, const void **data);

/* Removes the first n bytes, at most as many as duos__bufq_front gave. */
void duos__bufq_consume(duos__bufq *q, const duos_alloc *alloc, size_t n);

/* Drops everything. */
void duos__bufq_clear(duos__bufq *q, const duos_alloc *alloc);

#endif
