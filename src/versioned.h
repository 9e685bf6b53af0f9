/* SPDX-License-Identifier: MIT */
/*
 * versioned.h - structs that begin with their size.
 *
 * An older caller has a shorter struct: what it has is taken, the rest stays
 * at the defaults. A longer one is from a future that this library does not
 * know, and is refused.
 */
#ifndef DUOS_VERSIONED_H
#define DUOS_VERSIONED_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Copies given over *known, which holds defaults and its own size first. */
static inline bool duos__versioned_copy(void *known, size_t known_size,
                                        const void *given)
{
    size_t size;

    memcpy(&size, given, sizeof size);
    if (size < sizeof size || size > known_size) {
        return false;
    }
    memcpy(known, given, size);
    memcpy(known, &known_size, sizeof known_size);
    return true;
}

#endif
