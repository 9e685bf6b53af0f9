/* SPDX-License-Identifier: MIT */
/*
 * input.h - the standard input in a loop: a terminal, a pipe, a file or a
 * device.
 *
 * epoll refuses files, Windows polls none of these, and the mode of a stream
 * that was inherited belongs to others, too. So a thread of the library reads
 * it, in the mode in which it is, and hands the loop one block at a time. It
 * reads one block ahead and no more: a pause here slows down the writer.
 *
 * A process has one standard input; two readers at a time would share it out
 * between them at random.
 */
#ifndef DUOSOCK_INPUT_H
#define DUOSOCK_INPUT_H

#include <duosock/loop.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The most bytes that on_input gets at a time. */
#define DUOS_INPUT_BLOCK 65536

/*
 * A reader of the standard input; storage is the caller's. The fields are
 * private.
 *
 * Life cycle: duos_input_init, duos_input_start, then duos_input_stop, or the
 * end by itself. A started one must stay where it is, and be stopped before
 * its loop is destroyed.
 */
typedef struct duos_input {
    duos_watch watch;
    void *reader; /* NULL when not started */
    bool *ended;  /* while on_input runs: to tell it of a stop */
    void (*on_input)(struct duos_input *input, const void *data, size_t len,
                     void *user);
    void (*on_end)(struct duos_input *input, duos_err reason, void *user);
    void *user;
} duos_input;

/*
 * Prepares a reader.
 *
 * on_input: bytes came, 1 to DUOS_INPUT_BLOCK. They are valid until it
 *     returns or stops the reader. A terminal hands over line by line; a line
 *     typed at a console of Windows comes as UTF-8 and ends with \n, too.
 * on_end: no more bytes come, and the reader is not started any more. reason
 *     is DUOS_EEOF at the end of the input (at a terminal Ctrl-D, on Windows
 *     Ctrl-Z at the beginning of a line), or why it cannot be read. Bytes
 *     that came before have all been told.
 * user: is passed on; may be NULL.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for a NULL input, loop, on_input or on_end.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API duos_err duos_input_init(
    duos_input *input, duos_loop *loop,
    void (*on_input)(duos_input *input, const void *data, size_t len,
                     void *user),
    void (*on_end)(duos_input *input, duos_err reason, void *user), void *user);

/*
 * Begins to read. The thread and its memory are the library's, not the
 * loop's: they may outlive it, see duos_input_stop.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL or one without duos_input_init;
 *     DUOS_EBUSY when it is started; DUOS_EBADF when the process has no
 *     standard input; DUOS_ENOMEM, also when no thread can be had;
 *     DUOS_EMFILE; the system's code.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API DUOS_CHECKED duos_err duos_input_start(duos_input *input);

/*
 * Tells nothing until duos_input_resume, not even the end.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_ESTATE when it is not started;
 *     the system's code.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API duos_err duos_input_pause(duos_input *input);

/*
 * Goes on after duos_input_pause.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL; DUOS_ESTATE when it is not started;
 *     the system's code.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API duos_err duos_input_resume(duos_input *input);

/*
 * Ends reading at once; one that is not started is no error. No call comes
 * after this. The block that was read ahead is lost. The thread leaves by
 * itself; where a system cannot call it back from a read (a console of
 * Windows), it stays there until bytes come, which are lost, too. Until then
 * the code of the library must stay loaded.
 *
 * input: NULL is ignored.
 *
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API void duos_input_stop(duos_input *input);

#ifdef __cplusplus
}
#endif

#endif
