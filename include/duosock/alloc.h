/* SPDX-License-Identifier: MIT */
/*
 * alloc.h - where memory comes from.
 *
 * An allocator is given to the object at the root of a tree (a loop, a
 * poller, an fdset); all that hangs from it uses the same. There is no
 * process-wide allocator, so two users in one process cannot fight over it.
 */
#ifndef DUOSOCK_ALLOC_H
#define DUOSOCK_ALLOC_H

#include <duosock/config.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * An allocator: one function that allocates, resizes and frees.
 *
 * resize(user, NULL, 0, n) allocates n bytes; resize(user, p, old, n) moves
 * the block p of old bytes to n bytes, keeping its content; and
 * resize(user, p, old, 0) frees it and returns NULL. It returns NULL when
 * there is no memory; p is then as it was. Blocks are aligned for any type.
 * The library always tells the exact old size.
 *
 * Life cycle: the struct is copied when an object is created; user must
 * outlive the object. The function is called on the thread that owns the
 * object.
 */
typedef struct duos_alloc {
    void *(*resize)(void *user, void *ptr, size_t old_size, size_t new_size);
    void *user;
} duos_alloc;

/*
 * The allocator that is used where none is given: realloc and free of the C
 * library.
 *
 * Returns: a static allocator, never NULL.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API const duos_alloc *duos_alloc_default(void);

#ifdef __cplusplus
}
#endif

#endif
