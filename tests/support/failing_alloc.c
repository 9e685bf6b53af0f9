/* SPDX-License-Identifier: MIT */
/*
 * failing_alloc.c - blocks with their size in front, from the C library.
 */
#include "support/failing_alloc.h"

#include <stdlib.h>

#include "support/check.h"

/* In front of each block, as large as any alignment asks for. */
typedef union head {
    size_t size;
    void *pointer;
    long double number;
    unsigned char room[16];
} head;

static bool fails(failing_alloc *failing)
{
    failing->requests++;
    if (failing->fail_at == 0) {
        return false;
    }
    return failing->requests == failing->fail_at ||
           (failing->sticky && failing->requests > failing->fail_at);
}

/* Behind each block, to see what is written past its end. */
static const unsigned char guard[16] = {0xfd, 0xfd, 0xfd, 0xfd, 0xfd, 0xfd,
                                        0xfd, 0xfd, 0xfd, 0xfd, 0xfd, 0xfd,
                                        0xfd, 0xfd, 0xfd, 0xfd};

static bool is_whole(const head *block)
{
    const unsigned char *end = (const unsigned char *)(block + 1) + block->size;

    return memcmp(end, guard, sizeof guard) == 0;
}

static void give_back(failing_alloc *failing, head *block, size_t told)
{
    if (block != NULL) {
        failing->wrong_size = failing->wrong_size || block->size != told;
        failing->overrun = failing->overrun || !is_whole(block);
        failing->bytes -= block->size;
        failing->blocks--;
        memset(block + 1, 0xdd, block->size);
        free(block);
    }
}

static void *resize(void *user, void *ptr, size_t old_size, size_t new_size)
{
    failing_alloc *failing = user;
    head *old = ptr != NULL ? (head *)ptr - 1 : NULL;
    head *made;

    if (new_size == 0) {
        give_back(failing, old, old_size);
        return NULL;
    }
    made =
        fails(failing) ? NULL : malloc(sizeof *made + new_size + sizeof guard);
    if (made == NULL) {
        return NULL;
    }
    made->size = new_size;
    memset(made + 1, 0xcc, new_size);
    memcpy((unsigned char *)(made + 1) + new_size, guard, sizeof guard);
    if (old != NULL) {
        memcpy(made + 1, old + 1, old->size < new_size ? old->size : new_size);
    }
    give_back(failing, old, old_size);
    failing->bytes += new_size;
    failing->blocks++;
    return made + 1;
}

void failing_alloc_init(failing_alloc *failing)
{
    memset(failing, 0, sizeof *failing);
    failing->alloc.resize = resize;
    failing->alloc.user = failing;
}

void failing_alloc_arm(failing_alloc *failing, size_t k, bool sticky)
{
    failing->requests = 0;
    failing->fail_at = k;
    failing->sticky = sticky;
}

bool failing_alloc_struck(const failing_alloc *failing)
{
    return failing->fail_at != 0 && failing->requests >= failing->fail_at;
}

void assert_all_freed(const failing_alloc *failing)
{
    assert_int_equal(failing->bytes, 0);
    assert_int_equal(failing->blocks, 0);
    assert_false(failing->wrong_size);
    assert_false(failing->overrun);
}
