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

/* Fewer bytes behind others are copied, and what is copied behind a reference
 * begins with as little room, or many short messages would make a queue many
 * times as big as what waits in it. */
#define SHARED_MIN ((size_t)64)

struct duos__chunk {
    duos__chunk *next;
    duos_shared *shared; /* whose bytes these are; NULL: they follow */
    size_t cap;          /* of what follows */
    size_t begin;
    size_t end;
};

static unsigned char *room_of(duos__chunk *chunk)
{
    return (unsigned char *)(chunk + 1);
}

static const unsigned char *bytes_of(duos__chunk *chunk)
{
    return chunk->shared != NULL
               ? (const unsigned char *)duos_shared_data(chunk->shared)
               : room_of(chunk);
}

static duos__chunk *new_chunk(const duos_alloc *alloc, size_t cap)
{
    duos__chunk *chunk;

    if (cap > SIZE_MAX - sizeof *chunk) {
        return NULL;
    }
    chunk =
        (duos__chunk *)alloc->resize(alloc->user, NULL, 0, sizeof *chunk + cap);
    if (chunk != NULL) {
        chunk->next = NULL;
        chunk->shared = NULL;
        chunk->cap = cap;
        chunk->begin = chunk->end = 0;
    }
    return chunk;
}

static void free_chunk(const duos_alloc *alloc, duos__chunk *chunk)
{
    duos_shared_release(chunk->shared);
    duos__free(alloc, chunk, sizeof *chunk + chunk->cap);
}

static void fill_chunk(duos__chunk *chunk, const void *data, size_t len)
{
    memcpy(room_of(chunk) + chunk->end, data, len);
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

/* Room for small appends in the last chunk; none behind shared bytes. */
static size_t room_left(const duos__bufq *q)
{
    return q->tail != NULL && q->tail->shared == NULL
               ? q->tail->cap - q->tail->end
               : 0;
}

/* How much room the next chunk is to have: as a rule CHUNK_MIN. */
static size_t next_cap(const duos__bufq *q)
{
    if (q->tail == NULL) {
        return CHUNK_MIN;
    }
    if (q->tail->shared != NULL) {
        return SHARED_MIN;
    }
    return q->tail->cap < CHUNK_MIN / 2 ? 2 * q->tail->cap : CHUNK_MIN;
}

duos_err duos__bufq_append(duos__bufq *q, const duos_alloc *alloc,
                           const void *data, size_t len)
{
    size_t room = room_left(q);
    size_t first = len < room ? len : room;
    size_t rest = len - first;
    size_t cap = next_cap(q);
    duos__chunk *chunk;

    if (rest > 0) {
        chunk = new_chunk(alloc, rest > cap ? rest : cap);
        if (chunk == NULL) {
            return DUOS_ENOMEM;
        }
        fill_chunk(chunk, (const unsigned char *)data + first, rest);
    }
    if (first > 0) {
        fill_chunk(q->tail, data, first);
    }
    if (rest > 0) {
        link_last(q, chunk);
    }
    q->len += len;
    return DUOS_OK;
}

duos_err duos__bufq_append_shared(duos__bufq *q, const duos_alloc *alloc,
                                  duos_shared *shared, size_t begin)
{
    size_t end = duos_shared_len(shared);
    duos__chunk *chunk;

    if (end == begin || (end - begin < SHARED_MIN && q->tail != NULL)) {
        return duos__bufq_append(
            q, alloc, (const unsigned char *)duos_shared_data(shared) + begin,
            end - begin);
    }
    chunk = new_chunk(alloc, 0);
    if (chunk == NULL) {
        return DUOS_ENOMEM;
    }
    chunk->shared = duos_shared_retain(shared);
    chunk->begin = begin;
    chunk->end = end;
    link_last(q, chunk);
    q->len += end - begin;
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
        free_chunk(alloc, chunk);
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
