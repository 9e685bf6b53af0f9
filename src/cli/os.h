/* SPDX-License-Identifier: MIT */
/*
 * os.h - the program's own small seam: streams, files, threads and requests
 * to stop. os_posix.c and os_win32.c implement it; nothing else in src/cli
 * includes a system header. Sockets are not its affair.
 *
 * Errors are numbers of errno, 0 for success; os_error_text names them.
 */
#ifndef CLI_OS_H
#define CLI_OS_H

#include <stdbool.h>
#include <stddef.h>

/* The standard streams. */
enum {
    OS_STDIN = 0,
    OS_STDOUT = 1,
    OS_STDERR = 2
};

/*
 * Called first. Standard streams that were closed at the start are opened on
 * the null device, so no socket takes their place; a closed pipe becomes an
 * error instead of the end of the process.
 */
void os_start(void);

/*
 * Raises the soft limit of descriptors to the hard one. Returns the limit
 * now, 0 where there is none.
 */
size_t os_raise_descriptor_limit(void);

/* Whether a person sits at the other end of a standard stream. */
bool os_is_terminal(int stream);

/*
 * Reads from the standard input, as bytes. Blocks until some come; *len 0 is
 * the end. The stream stays in the mode in which it was inherited.
 */
int os_read_stdin(void *data, size_t cap, size_t *len);

/* Writes all bytes to a standard stream. Blocks as long as that takes. */
int os_write(int stream, const void *data, size_t len);

/*
 * Gives a file new content: written aside, then renamed into place, so a
 * reader sees the old content or the new one, never a part.
 */
int os_replace_file(const char *path, const void *data, size_t len);

/* What an error means; a string that is valid until the next call. */
const char *os_error_text(int error);

/* Whether an error says that the reader of a stream has gone. */
bool os_reader_gone(int error);

/* Runs a function on a thread of its own, which ends with the process. */
bool os_thread(void (*run)(void));

/*
 * A lock with one condition: what two threads share is touched between enter
 * and leave; wait leaves, waits for a notify and enters again. It lasts as
 * long as the process.
 */
typedef struct os_monitor os_monitor;

/* Returns NULL when there is no memory. */
os_monitor *os_monitor_create(void);
void os_monitor_enter(os_monitor *monitor);
void os_monitor_leave(os_monitor *monitor);
void os_monitor_wait(os_monitor *monitor);
void os_monitor_notify(os_monitor *monitor);

/*
 * Has request called, on another thread, when the user or the system asks
 * the program to stop: SIGINT, SIGTERM, Ctrl-C, Ctrl-Break, console close.
 * The second request ends the process at once, whatever it is doing, with
 * 130 (interrupt) or 143 (terminate). Call it before other threads start.
 */
bool os_on_stop(void (*request)(void));

#endif
