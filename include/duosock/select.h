/* SPDX-License-Identifier: MIT */
/*
 * select.h - the classic select and its fd_set, without the ceiling.
 *
 * duos_fdset_zero, _set, _clr and _isset do what FD_ZERO, FD_SET, FD_CLR and
 * FD_ISSET do. A set holds as many sockets as there is memory, whatever their
 * numbers: there is no FD_SETSIZE, and nothing is written past an end.
 */
#ifndef DUOSOCK_SELECT_H
#define DUOSOCK_SELECT_H

#include <duosock/alloc.h>
#include <duosock/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A set of sockets. The fields are private; they are here so that a set can
 * be a local variable.
 *
 * Life cycle: duos_fdset_init, any number of operations, duos_fdset_fini. A
 * set must not be copied by assignment; duos_fdset_copy does that.
 */
typedef struct duos_fdset {
    duos_alloc alloc;
    duos_socket *members; /* count of them, in no special order */
    uint32_t *index;      /* open hash: position in members + 1 */
    uint32_t count;
    uint32_t cap;  /* room in members; the index has twice that */
    void *scratch; /* room for the system's own form of the set */
    size_t scratch_size;
} duos_fdset;

/*
 * Makes an empty set.
 *
 * set: NULL is ignored.
 * alloc: NULL means duos_alloc_default().
 *
 * Blocking: never.
 * Thread: one at a time per set, as for all functions here.
 */
DUOS_API void duos_fdset_init(duos_fdset *set, const duos_alloc *alloc);

/*
 * Frees what the set holds. It is empty and usable afterwards.
 *
 * set: NULL is ignored.
 *
 * Blocking: never.
 */
DUOS_API void duos_fdset_fini(duos_fdset *set);

/*
 * FD_ZERO: removes all sockets; the memory stays for the next use.
 *
 * set: NULL is ignored.
 *
 * Blocking: never.
 */
DUOS_API void duos_fdset_zero(duos_fdset *set);

/*
 * FD_SET: adds a socket. One that is in already stays in once.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL or an invalid socket; DUOS_ENOMEM,
 *     with the set as it was.
 * Blocking: never. O(1) on average.
 */
DUOS_API DUOS_CHECKED duos_err duos_fdset_set(duos_fdset *set, duos_socket s);

/*
 * FD_CLR: removes a socket; one that is not in is no error.
 *
 * set: NULL is ignored.
 *
 * Blocking: never. O(1) on average.
 */
DUOS_API void duos_fdset_clr(duos_fdset *set, duos_socket s);

/*
 * FD_ISSET: whether a socket is in the set.
 *
 * Returns: true or false; false for NULL.
 * Blocking: never. O(1) on average.
 */
DUOS_API bool duos_fdset_isset(const duos_fdset *set, duos_socket s);

/*
 * How many sockets are in the set; 0 for NULL.
 *
 * Returns: the number.
 * Blocking: never.
 */
DUOS_API size_t duos_fdset_count(const duos_fdset *set);

/*
 * Makes one set hold what another holds: the classic loop copies its master
 * set before each select.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_ENOMEM, with to as it was.
 * Blocking: never.
 */
DUOS_API DUOS_CHECKED duos_err duos_fdset_copy(duos_fdset *to,
                                               const duos_fdset *from);

/*
 * Waits until a socket of a set is ready; each set then holds those that are.
 *
 * readable: sockets to receive or accept from. writable: to send to, or that
 *     connect. except: for out-of-band data and failed connects. NULL means
 *     an empty set; with all empty the call sleeps. The three must be
 *     different objects.
 * timeout_ms: 0 asks without waiting; less than 0 waits without limit.
 * ready: receives the number of members in all three sets together, 0 after
 *     a timeout; NULL when not wanted.
 *
 * A connect that failed shows in writable and in except, on every system. A
 * member that is not an open socket shows in each set that it was in, and
 * does not keep the others from being reported.
 *
 * Returns: DUOS_OK, also after a timeout; DUOS_EINVAL when two of the sets
 *     are the same object; DUOS_ENOMEM; the system's code. The sets are as
 *     they were on failure. Signals do not cut the wait short.
 * Blocking: at most timeout_ms.
 * Source: select(2), poll(2).
 */
DUOS_API DUOS_CHECKED duos_err duos_select(duos_fdset *readable,
                                           duos_fdset *writable,
                                           duos_fdset *except,
                                           int64_t timeout_ms, size_t *ready);

#ifdef __cplusplus
}
#endif

#endif
