/* SPDX-License-Identifier: MIT */
/*
 * alloc.c - the only file that knows the C allocator.
 */
#include <duosock/alloc.h>

#include <stdlib.h>
#include <string.h>

#include "mem.h"

static void *libc_resize(void *user, void *ptr, size_t old_size,
                         size_t new_size)
{
    (void)user;
    (void)old_size;
    if (new_size == 0) {
        free(ptr);
        return NULL;
    }
    return realloc(ptr, new_size);
}

static const duos_alloc libc_alloc = {libc_resize, NULL};

const duos_alloc *duos_alloc_default(void)
{
    return &libc_alloc;
}

void *duos__new(const duos_alloc *alloc, size_t size)
{
    void *ptr = alloc->resize(alloc->user, NULL, 0, size);

    if (ptr != NULL) {
        memset(ptr, 0, size);
    }
    return ptr;
}

void *duos__resize(const duos_alloc *alloc, void *array, size_t old,
                   size_t count, size_t element)
{
    if (count > SIZE_MAX / element) {
        return NULL;
    }
    return alloc->resize(alloc->user, array, old * element, count * element);
}

void duos__free(const duos_alloc *alloc, void *ptr, size_t size)
{
    if (ptr != NULL) {
        (void)alloc->resize(alloc->user, ptr, size, 0);
    }
}
