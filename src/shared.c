/* SPDX-License-Identifier: MIT */
/*
 * shared.c - bytes in one block with the count of those who hold them.
 */
#include <duosock/shared.h>

#include <string.h>

#include "mem.h"

struct duos_shared {
    duos_alloc alloc;
    size_t references;
    size_t len; /* of the bytes that follow */
};

duos_err duos_shared_create(const void *data, size_t len,
                            const duos_alloc *alloc, duos_shared **out)
{
    const duos_alloc *from = alloc != NULL ? alloc : duos_alloc_default();
    duos_shared *shared;

    if (out == NULL || (data == NULL && len > 0)) {
        return DUOS_EINVAL;
    }
    if (len > SIZE_MAX - sizeof *shared) {
        return DUOS_ENOMEM;
    }
    shared =
        (duos_shared *)from->resize(from->user, NULL, 0, sizeof *shared + len);
    if (shared == NULL) {
        return DUOS_ENOMEM;
    }
    shared->alloc = *from;
    shared->references = 1;
    shared->len = len;
    if (len > 0) {
        memcpy(shared + 1, data, len);
    }
    *out = shared;
    return DUOS_OK;
}

duos_shared *duos_shared_retain(duos_shared *shared)
{
    if (shared != NULL) {
        shared->references++;
    }
    return shared;
}

void duos_shared_release(duos_shared *shared)
{
    if (shared != NULL && --shared->references == 0) {
        duos_alloc alloc = shared->alloc; /* to outlive what it frees */

        duos__free(&alloc, shared, sizeof *shared + shared->len);
    }
}

const void *duos_shared_data(const duos_shared *shared)
{
    return shared != NULL ? shared + 1 : NULL;
}

size_t duos_shared_len(const duos_shared *shared)
{
    return shared != NULL ? shared->len : 0;
}
