/* SPDX-License-Identifier: MIT */
/*
 * os.h - the program's own small seam: output streams and files. os_posix.c
 * and os_win32.c implement it; nothing else in src/cli includes a system
 * header. Sockets, input and requests to stop are the library's affair.
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
 * error instead of the end of the process. A parent that had Ctrl-C ignored
 * is not followed.
 */
void os_start(void);

/*
 * Raises the soft limit of descriptors to the hard one. Returns the limit
 * now, 0 where there is none.
 */
size_t os_raise_descriptor_limit(void);

/*
 * How many descriptors this process may have open: now, and at most once it
 * has raised its limit. 0 where there is no limit.
 */
void os_descriptor_limit(size_t *now, size_t *most);

/* Whether a person sits at the other end of a standard stream. */
bool os_is_terminal(int stream);

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

/*
 * Ends the process at once, whatever it is doing. May be called where a
 * request to stop arrives: in a signal handler, on a thread of the system.
 */
void os_exit_at_once(int code);

#endif
