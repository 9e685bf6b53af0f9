/* SPDX-License-Identifier: MIT */
/*
 * shared.h - bytes that many connections send, in memory once.
 *
 * What is to go to everybody is put into a shared buffer, which is a copy;
 * duos_conn_send_shared (conn.h) then queues a reference for each connection
 * that cannot take it at once, and the buffer goes when the last of them has
 * sent it:
 *
 *     duos_shared *line;
 *     duos_err err = duos_shared_create(text, len, NULL, &line);
 *
 *     if (err == DUOS_OK) {
 *         for (c = duos_server_next(server, NULL); c != NULL;
 *              c = duos_server_next(server, c)) {
 *             err = duos_conn_send_shared(c, line);
 *             ...
 *         }
 *         duos_shared_release(line);
 *     }
 */
#ifndef DUOSOCK_SHARED_H
#define DUOSOCK_SHARED_H

#include <duosock/alloc.h>
#include <duosock/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Bytes that never change, and how many hold them.
 *
 * Life cycle: duos_shared_create gives the first reference; each
 * duos_shared_retain adds one and each duos_shared_release takes one away,
 * the last one with the buffer. The count is a plain number: a buffer and all
 * connections that it is sent to belong to the thread of one loop.
 */
typedef struct duos_shared duos_shared;

/*
 * Makes a shared buffer.
 *
 * data: len bytes, copied; NULL only if len is 0.
 * alloc: where its memory comes from; NULL means duos_alloc_default(). Its
 *     user pointer must outlive the buffer, so the connections, too, that
 *     it was sent to.
 * out: receives the buffer, with one reference, the caller's.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_ENOMEM.
 * Ownership: the caller ends its reference with duos_shared_release.
 * Blocking: never.
 * Thread: the one that will use it.
 */
DUOS_API DUOS_CHECKED duos_err duos_shared_create(const void *data, size_t len,
                                                  const duos_alloc *alloc,
                                                  duos_shared **out);

/*
 * One more reference.
 *
 * Returns: shared; NULL for NULL.
 * Ownership: the caller ends it with duos_shared_release.
 * Blocking: never.
 * Thread: the buffer's.
 */
DUOS_API duos_shared *duos_shared_retain(duos_shared *shared);

/*
 * Ends a reference; the last one frees the buffer.
 *
 * shared: NULL is ignored.
 *
 * Blocking: never.
 * Thread: the buffer's.
 */
DUOS_API void duos_shared_release(duos_shared *shared);

/*
 * The bytes.
 *
 * Returns: where they are, never NULL unless shared is.
 * Ownership: stay the buffer's, valid as long as a reference is held.
 * Blocking: never.
 * Thread: the buffer's.
 */
DUOS_API const void *duos_shared_data(const duos_shared *shared);

/*
 * How many bytes.
 *
 * Returns: the length; 0 for NULL.
 * Blocking: never.
 * Thread: the buffer's.
 */
DUOS_API size_t duos_shared_len(const duos_shared *shared);

#ifdef __cplusplus
}
#endif

#endif
