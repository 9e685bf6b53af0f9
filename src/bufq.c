/* SPDX-License-Identifier: MIT */
/*
 * bufq.c - the chunks of a byte queue.
 */
#include "bufq.h"

#include <string.h>

#include "mem.h"

/* Room in a chunk for small appends: about a page with the head, and the
 * same on every system, so that a simulated run is, too. */
#define CHUNK_MIN ((size_t)4064)

struct duos__chunk {
    duos__chunk *next;
    size_t cap;
    size_t begin;
    size_t end;
};

static unsigned char *bytes_of(duos__chunk *chunk)
{
    return (unsigned char *)(chunk + 1);
}

static duos__chunk *new_chunk(const duos_alloc *alloc, size_t len)
{
    size_t cap = len > CHUNK_MIN ? len : CHUNK_MIN;
    duos__chunk *chunk;

    if (cap > SIZE_MAX - sizeof *chunk) {
        return NULL;
    }
    chunk =
        (duos__chunk *)alloc->resize(alloc->user, NULL, 0, sizeof *chunk + cap);
    if (chunk != NULL) {
        chunk->next = NULL;
        chunk->cap = cap;
        chunk->begin = chunk->end = 0;
    }
    return chunk;
}

static void fill(duos__chunk *chunk, const void *data, size_t len)
{
    memcpy(bytes_of(chunk) + chunk->end, data, len);
    chunk->end += len;
}

static void link_last(duos__bufq *q, duos__chunk *chunk)
{
    if (q->tail != NULL) {
        chunk->next = q->tail->next;
        q->tail->next = chunk;
    } else {
        chunk->next = chunk;
    }
    q->tail = chunk;
}

duos_err duos__bufq_append(duos__bufq *q, const duos_alloc *alloc,
                           const void *data, size_t len)
{
    size_t room = q->tail != NULL ? q->tail->cap - q->tail->end : 0;
    size_t first = len < room ? len : room;
    duos__chunk *chunk;

    if (len > first) {
        chunk = new_chunk(alloc, len - first);
        if (chunk == NULL) {
            return DUOS_ENOMEM;
        }
        fill(chunk, (const unsigned char *)data + first, len - first);
    }
    if (first > 0) {
        fill(q->tail, data, first);
    }
    if (len > first) {
        link_last(q, chunk);
    }
    q->len += len;
    return DUOS_OK;
}

size_t duos__bufq_front(const duos__bufq *q, const void **data)
{
    duos__chunk *chunk;

    if (q->tail == NULL) {
        return 0;
    }
    chunk = q->tail->next;
    *data = bytes_of(chunk) + chunk->begin;
    return chunk->end - chunk->begin;
}

void duos__bufq_consume(duos__bufq *q, const duos_alloc *alloc, size_t n)
{
    duos__chunk *chunk = q->tail->next;

    chunk->begin += n;
    q->len -= n;
    if (chunk->begin == chunk->end) {
        if (chunk == q->tail) {
            q->tail = NULL;
        } else {
            q->tail->next = chunk->next;
        }
        duos__free(alloc, chunk, sizeof *chunk + chunk->cap);
    }
}

void duos__bufq_clear(duos__bufq *q, const duos_alloc *alloc)
{
    const void *data;
    size_t len;

    while ((len = duos__bufq_front(q, &data)) > 0) {
        duos__bufq_consume(q, alloc, len);
    }
}
