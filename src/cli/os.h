/* SPDX-License-Identifier: MIT */
/*
 * os.h - the program's own small seam: output streams, files, threads, the
 * time of day. os_posix*.c and os_win32*.c implement it; nothing else in
 * src/cli includes a system header. Sockets, input and requests to stop are
 * the library's affair.
 *
 * Errors are the toolkit's.
 */
#ifndef CLI_OS_H
#define CLI_OS_H

#include <duosock/error.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- the process --------------------------------------------------------- */

/* The standard streams. */
enum {
    OS_STDIN = 0,
    OS_STDOUT = 1,
    OS_STDERR = 2
};

/*
 * Called first. Standard streams that were closed at the start are opened on
 * the null device, so no socket takes their place, but only to be read: what
 * is written there is not lost unnoticed. A closed pipe becomes an error
 * instead of the end of the process. A parent that had Ctrl-C ignored is not
 * followed.
 */
void os_start(void);

/*
 * Puts arguments in UTF-8 in the place of those that main gets, where these
 * may be something else. They live as long as the process.
 */
duos_err os_arguments(int *argc, char ***argv);

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

/*
 * Ends the process at once, whatever it is doing, and removes the file that is
 * written aside. May be called where a request to stop arrives: in a signal
 * handler, on a thread of the system.
 */
void os_exit_at_once(int code);

/*
 * Takes a variable out of the environment, so that no child process sees it.
 * text receives its value, to be freed; NULL when it is not there.
 */
duos_err os_take_variable(const char *name, char **text);

/* The time of day, UTC: milliseconds since 1970. */
int64_t os_time_ms(void);

/* A clock that never goes back; only differences mean something. */
uint64_t os_clock_ns(void);

/* Does nothing for so long. */
void os_pause(int ms);

/*
 * From now on SIGUSR1 makes a handle readable instead of ending the process;
 * os_usr1_take takes what has come. handle receives -1 where a system has no
 * such signal.
 */
duos_err os_usr1_open(intptr_t *handle);
void os_usr1_take(void);

/* ---- streams and files --------------------------------------------------- */

/* Whether a person sits at the other end of a standard stream. */
bool os_is_terminal(int stream);

/*
 * Whether it shows the colors of ECMA-48; where a console must be told to, it
 * is told, until the process ends.
 */
bool os_shows_color(int stream);

/* How many columns it has now; 0 where nobody can tell. */
int os_terminal_width(int stream);

/*
 * Writes all bytes to a standard stream. Blocks as long as that takes.
 *
 * DUOS_EPIPE: the reader has gone; a terminal that was hung up is one, too.
 * A console shows text in UTF-8, and of a character that is not whole yet
 * nothing.
 */
duos_err os_write(int stream, const void *data, size_t len);

/*
 * The same for as many bytes as go at once, at least one. done receives how
 * many; 0 when it fails.
 */
duos_err os_write_some(int stream, const void *data, size_t len, size_t *done);

/*
 * Descriptors above the standard streams that a process gets from its parent.
 * os_inherited_check tells whether one is there and can be written to; it
 * must come before anything is opened, which could take its number.
 * os_inherited_write writes all and closes it, also when that fails.
 */
bool os_has_inherited(void);
duos_err os_inherited_check(int fd);
duos_err os_inherited_write(int fd, const void *data, size_t len);

/*
 * Puts a file in the place of the standard input; a folder is an error. Comes
 * before anything reads that.
 */
duos_err os_open_input(const char *path);

/* Whether the standard input is a file, and how long that is now. */
bool os_input_size(uint64_t *size);

/*
 * New content for a file: written aside, in the same folder, then renamed into
 * place. So a reader sees the old content or the new one, never a part. What
 * exists and is no file is refused: a folder with DUOS_EISDIR, anything else
 * with DUOS_EEXIST. On POSIX a file keeps its mode, and a symbolic link to one
 * is followed.
 *
 * keep and drop end it; keep that fails has dropped. What was kept is on the
 * disk. One at a time: what is under way does not outlive os_exit_at_once, nor
 * a terminal that hangs up.
 */
typedef struct os_aside os_aside;

duos_err os_aside_open(const char *path, os_aside **out);
duos_err os_aside_write(os_aside *aside, const void *data, size_t len);
duos_err os_aside_keep(os_aside *aside);
void os_aside_drop(os_aside *aside);

/* ---- threads ------------------------------------------------------------- */

/*
 * Starts a thread, on which no signal is handled.
 *
 * out: receives it, for os_thread_join, which waits for its end. NULL: nobody
 *     waits for it; it ends with the process at the latest.
 */
typedef struct os_thread os_thread;

duos_err os_thread_start(void (*run)(void *user), void *user, os_thread **out);
void os_thread_join(os_thread *thread);

/*
 * A lock with a place to wait at. os_monitor_wait leaves the lock until
 * os_monitor_notify, which wakes all who wait; it may come back without.
 */
typedef struct os_monitor os_monitor;

duos_err os_monitor_create(os_monitor **out);
void os_monitor_destroy(os_monitor *monitor);
void os_monitor_enter(os_monitor *monitor);
void os_monitor_leave(os_monitor *monitor);
void os_monitor_wait(os_monitor *monitor);
void os_monitor_notify(os_monitor *monitor);

#endif
