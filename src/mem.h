/* SPDX-License-Identifier: MIT */
/*
 * mem.h - the three uses of an allocator, with sizes that cannot overflow.
 */
#ifndef DUOS_MEM_H
#define DUOS_MEM_H

#include <duosock/alloc.h>

/* size bytes, zeroed; NULL when there is no memory. */
void *duos__new(const duos_alloc *alloc, size_t size);

/* Moves an array from old to count elements; NULL leaves it as it was. */
void *duos__resize(const duos_alloc *alloc, void *array, size_t old,
                   size_t count, size_t element);

/* Frees a block of size bytes; NULL is ignored. */
void duos__free(const duos_alloc *alloc, void *ptr, size_t size);

#endif
