/* SPDX-License-Identifier: MIT */
/*
 * input.h - the standard input as a source of events for a loop.
 *
 * It may be a terminal, a pipe, a file or a device; epoll refuses files,
 * Windows polls none of them, and the mode of an inherited stream must not
 * be changed. So a thread reads it, one block at a time, and posts the block
 * to the loop. It reads on only when the loop asks for more: a peer that is
 * slow slows down whoever writes to us.
 */
#ifndef CLI_INPUT_H
#define CLI_INPUT_H

#include <duosock/loop.h>

/*
 * Called on the loop's thread: len bytes, valid until input_next; len 0 is
 * the end, with error 0 or what os.h said.
 */
typedef void (*input_fn)(const void *data, size_t len, int error, void *user);

/* Begins to read the first block. Returns false when no thread can start. */
bool input_begin(duos_loop *loop, input_fn on_input, void *user);

/* Asks for the next block, once per on_input. */
void input_next(void);

/*
 * Ends: no call comes any more, and the loop may be destroyed. The thread may
 * still stand in its read; it ends with the process.
 */
void input_end(void);

#endif
