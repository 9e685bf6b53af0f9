/* SPDX-License-Identifier: MIT */
/*
 * versioned.h - structs that begin with their size.
 *
 * An older caller has a shorter struct: what it has is filled in and taken,
 * the rest stays at the defaults. A longer one is from a future that this
 * library does not know: what is known is filled in, but it is not taken.
 */
#ifndef DUOS_VERSIONED_H
#define DUOS_VERSIONED_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Fills *given with as much of *known, the defaults, as it has room for. */
static inline void duos__versioned_init(void *given, size_t size,
                                        const void *known, size_t known_size)
{
    if (given == NULL || size < sizeof size) {
        return;
    }
    memset(given, 0, size);
    memcpy(given, known, size < known_size ? size : known_size);
    memcpy(given, &size, sizeof size);
}

/* Whether *given says a size that is known. */
static inline bool duos__versioned_fits(const void *given, size_t known_size)
{
    size_t size;

    if (given == NULL) {
        return false;
    }
    memcpy(&size, given, sizeof size);
    return size >= sizeof size && size <= known_size;
}

/* Copies of *full, behind its size, what *given has room for, which fits. */
static inline void duos__versioned_give(void *given, const void *full)
{
    size_t size;

    memcpy(&size, given, sizeof size);
    memcpy((char *)given + sizeof size, (const char *)full + sizeof size,
           size - sizeof size);
}

/* Copies given over *known, which holds defaults and its own size first. */
static inline bool duos__versioned_copy(void *known, size_t known_size,
                                        const void *given)
{
    size_t size;

    if (!duos__versioned_fits(given, known_size)) {
        return false;
    }
    memcpy(&size, given, sizeof size);
    memcpy(known, given, size);
    memcpy(known, &known_size, sizeof known_size);
    return true;
}

#endif
