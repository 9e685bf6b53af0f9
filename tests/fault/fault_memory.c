/* SPDX-License-Identifier: MIT */
/*
 * fault_memory.c - memory that comes from no allocator that was passed along:
 * duos_alloc_default, which is replaced here (the linker takes this file's in
 * place of alloc.c), and malloc and its kin in the sources of the program,
 * which the build calls fault_malloc.
 */
#include <stdlib.h>
#include <string.h>

#include <duosock/alloc.h>

/* The real one, under another name, and the functions of mem.h beside it. */
const duos_alloc *fault_real_default(void);
#define duos_alloc_default fault_real_default
#include "alloc.c"
#undef duos_alloc_default

#include "fault_core.h"
#include "fault_malloc.h"

static failing_alloc *chosen;

void fault_default_memory(failing_alloc *memory)
{
    chosen = memory;
}

const duos_alloc *duos_alloc_default(void)
{
    return chosen != NULL ? &chosen->alloc : fault_real_default();
}

/* ---- for the program's sources ---------------------------------------- */

/* In front of each block, since nobody tells its size when it comes back. */
typedef union block_head {
    size_t size;
    long double alignment;
} block_head;

void *fault_realloc(void *ptr, size_t size)
{
    const duos_alloc *alloc = duos_alloc_default();
    block_head *head = ptr != NULL ? (block_head *)ptr - 1 : NULL;

    head = (block_head *)alloc->resize(
        alloc->user, head, head != NULL ? head->size : 0, sizeof *head + size);
    if (head == NULL) {
        return NULL;
    }
    head->size = sizeof *head + size;
    return head + 1;
}

void *fault_malloc(size_t size)
{
    return fault_realloc(NULL, size);
}

void *fault_calloc(size_t count, size_t size)
{
    void *ptr = count <= SIZE_MAX / 2 / (size + 1)
                    ? fault_realloc(NULL, count * size)
                    : NULL;

    return ptr != NULL ? memset(ptr, 0, count * size) : NULL;
}

void fault_free(void *ptr)
{
    const duos_alloc *alloc = duos_alloc_default();

    if (ptr != NULL) {
        block_head *head = (block_head *)ptr - 1;

        (void)alloc->resize(alloc->user, head, head->size, 0);
    }
}
