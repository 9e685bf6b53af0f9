/* SPDX-License-Identifier: MIT */
/*
 * fdbits.h - sets of descriptors as bits, in the layout that select(2) reads.
 *
 * The sets that belong together are the rows of one block, so they grow
 * together or not at all. There is no FD_SETSIZE: a row is as long as the
 * highest descriptor needs (trap 60).
 */
#ifndef DUOS_FDBITS_H
#define DUOS_FDBITS_H

#include "posix.h"

#include <duosock/alloc.h>

/* The system's own word of an fd_set, so that the order of bits is right. */
typedef fd_mask duos__fdword;

#define DUOS__FDWORD_BITS ((int)(CHAR_BIT * sizeof(duos__fdword)))

typedef struct duos__fdbits {
    duos__fdword *words; /* rows * row_words */
    size_t row_words;
    unsigned rows;
} duos__fdbits;

void duos__fdbits_init(duos__fdbits *bits, unsigned rows);
void duos__fdbits_fini(duos__fdbits *bits, const duos_alloc *alloc);

/*
 * Makes room for a descriptor in all rows. DUOS_EBADF for a number that no
 * open descriptor has, if room would have to be made for it; DUOS_ENOMEM.
 */
duos_err duos__fdbits_reserve(duos__fdbits *bits, int fd,
                              const duos_alloc *alloc);

/* Copies the words that hold the first count descriptors. */
void duos__fdbits_copy(duos__fdbits *bits, unsigned to, unsigned from,
                       int count);

static inline duos__fdword *duos__fdbits_row(const duos__fdbits *bits,
                                             unsigned row)
{
    return bits->words + row * bits->row_words;
}

static inline duos__fdword *duos__fdbits_word(const duos__fdbits *bits,
                                              unsigned row, int fd)
{
    return duos__fdbits_row(bits, row) + fd / DUOS__FDWORD_BITS;
}

static inline duos__fdword duos__fdbits_mask(int fd)
{
    return (duos__fdword)(1ul << (fd % DUOS__FDWORD_BITS));
}

/* The descriptor of the next three must be within what was reserved. */

static inline bool duos__fdbits_test(const duos__fdbits *bits, unsigned row,
                                     int fd)
{
    return (*duos__fdbits_word(bits, row, fd) & duos__fdbits_mask(fd)) != 0;
}

static inline void duos__fdbits_set(duos__fdbits *bits, unsigned row, int fd)
{
    *duos__fdbits_word(bits, row, fd) |= duos__fdbits_mask(fd);
}

static inline void duos__fdbits_clear(duos__fdbits *bits, unsigned row, int fd)
{
    *duos__fdbits_word(bits, row, fd) &= ~duos__fdbits_mask(fd);
}

#endif
