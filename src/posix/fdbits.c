/* SPDX-License-Identifier: MIT */
/*
 * fdbits.c - growing sets of descriptors.
 */
#include "fdbits.h"

#include "mem.h"

void duos__fdbits_init(duos__fdbits *bits, unsigned rows)
{
    bits->words = NULL;
    bits->row_words = 0;
    bits->rows = rows;
}

static size_t block_size(const duos__fdbits *bits)
{
    return bits->rows * bits->row_words * sizeof(duos__fdword);
}

void duos__fdbits_fini(duos__fdbits *bits, const duos_alloc *alloc)
{
    duos__free(alloc, bits->words, block_size(bits));
    duos__fdbits_init(bits, bits->rows);
}

/* Room for fd, and half as much again as there was. */
static size_t wanted_words(const duos__fdbits *bits, int fd)
{
    size_t needed = (size_t)(fd / DUOS__FDWORD_BITS) + 1;
    size_t grown = bits->row_words + bits->row_words / 2;

    return needed > grown ? needed : grown;
}

duos_err duos__fdbits_reserve(duos__fdbits *bits, int fd,
                              const duos_alloc *alloc)
{
    duos__fdbits grown = *bits;
    unsigned row;

    if (fd < 0) {
        return DUOS_EBADF;
    }
    if ((size_t)(fd / DUOS__FDWORD_BITS) < bits->row_words) {
        return DUOS_OK;
    }
    /* A number that is no descriptor must not cost memory. */
    if (fcntl(fd, F_GETFD) == -1) {
        return duos__last_error();
    }
    grown.row_words = wanted_words(bits, fd);
    grown.words = (duos__fdword *)duos__new(alloc, block_size(&grown));
    if (grown.words == NULL) {
        return DUOS_ENOMEM;
    }
    for (row = 0; row < bits->rows && bits->words != NULL; row++) {
        memcpy(duos__fdbits_row(&grown, row), duos__fdbits_row(bits, row),
               bits->row_words * sizeof(duos__fdword));
    }
    duos__free(alloc, bits->words, block_size(bits));
    *bits = grown;
    return DUOS_OK;
}

void duos__fdbits_copy(duos__fdbits *bits, unsigned to, unsigned from,
                       int count)
{
    size_t words = ((size_t)count + DUOS__FDWORD_BITS - 1) / DUOS__FDWORD_BITS;

    memcpy(duos__fdbits_row(bits, to), duos__fdbits_row(bits, from),
           words * sizeof(duos__fdword));
}
