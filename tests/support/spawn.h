/* SPDX-License-Identifier: MIT */
/*
 * spawn.h - other programs, for tests from outside: start one with its
 * streams on files, wait for its end with a deadline, ask it to stop. Files
 * instead of pipes, so nothing can block for want of a reader.
 */
#ifndef TEST_SPAWN_H
#define TEST_SPAWN_H

#include <stdbool.h>
#include <stddef.h>

/* A process; made by spawn_start, gone after spawn_wait. */
typedef struct spawn spawn;

/* For the input of spawn_start: a pipe that spawn_write fills. */
#define SPAWN_PIPE ""

/* What spawn_wait returns besides exit codes. */
enum {
    SPAWN_TIMED_OUT = -1, /* it was killed */
    SPAWN_SIGNALED = -2   /* a signal ended it */
};

/*
 * Starts a program.
 *
 * argv: argv[0] is its path; ends with NULL.
 * in: a file, SPAWN_PIPE, or NULL for a stream that is closed.
 * out, err: files that are created or emptied, or NULL for closed streams.
 *
 * Returns NULL when it cannot be started.
 */
spawn *spawn_start(const char *const argv[], const char *in, const char *out,
                   const char *err);

/* Writes to the pipe; blocks while that is full. */
bool spawn_write(spawn *process, const void *data, size_t len);

/* Closes the pipe: the process reads the end of its input. */
void spawn_close_input(spawn *process);

/*
 * Asks the process to stop, as a terminal (interrupt) or the system would.
 * Returns false where one process cannot do that to another.
 */
bool spawn_ask_to_stop(spawn *process, bool interrupt);

/* Waits for the end, and kills it when that does not come in time. */
int spawn_wait(spawn *process, int timeout_ms);

/* Ends the process at once. */
void spawn_kill(spawn *process);

#endif
