/* SPDX-License-Identifier: MIT */
/*
 * quit.h - requests to end this process, brought to a loop: SIGINT and
 * SIGTERM; on Windows Ctrl-C, Ctrl-Break, console close, log-off and
 * shutdown.
 *
 * They are a matter of the process, so one loop at a time can watch for them,
 * and only one that asked to. What the process did about them before is
 * restored when watching ends. SIGPIPE is not touched, nor is any signal
 * blocked.
 *
 * Every request is told with its number, so a program can finish its work at
 * the first one and end at the second.
 */
#ifndef DUOSOCK_QUIT_H
#define DUOSOCK_QUIT_H

#include <duosock/loop.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Who asks. */
typedef enum duos_quit_kind {
    DUOS_QUIT_INTERRUPT = 1, /* the user: SIGINT, Ctrl-C */
    DUOS_QUIT_TERMINATE,     /* another program: SIGTERM, Ctrl-Break */
    DUOS_QUIT_CLOSE          /* Windows: console close, log-off, shutdown */
} duos_quit_kind;

/*
 * A watch for such requests; storage is the caller's. The fields are private.
 *
 * Life cycle: duos_quit_init, duos_quit_start, duos_quit_stop. A started one
 * must stay where it is, and be stopped before its loop is destroyed.
 */
typedef struct duos_quit {
    duos_watch watch;
    duos_socket channel;
    uint32_t count;
    bool started;
    void (*on_quit)(struct duos_quit *quit, uint32_t count, duos_quit_kind kind,
                    void *user);
    void *user;
} duos_quit;

/*
 * Prepares a watch.
 *
 * on_quit: is called on the loop's thread for each request, in their order;
 *     count is 1 for the first since the start. It may stop the watch.
 * user: is passed on; may be NULL.
 *
 * When the system cannot say what was asked for, that is told as
 * DUOS_QUIT_TERMINATE, and no request after it.
 *
 * After DUOS_QUIT_CLOSE Windows ends the process within about 5 seconds,
 * whatever it does; until then it may finish and exit by itself.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for a NULL quit, loop or on_quit.
 * Blocking: never.
 * Thread: the loop's.
 */
DUOS_API duos_err duos_quit_init(duos_quit *quit, duos_loop *loop,
                                 void (*on_quit)(duos_quit *quit,
                                                 uint32_t count,
                                                 duos_quit_kind kind,
                                                 void *user),
                                 void *user);

/*
 * Begins to watch. Requests that the process ignored so far are heard, too:
 * if that is not wanted, do not start the watch. On POSIX the first start of
 * a process opens a pipe that is kept until the process ends.
 *
 * on_signal: NULL for nothing. Otherwise it is called at once, wherever the
 *     request arrives, before the loop knows of it: for a program that must
 *     end at the second request even while its loop is stuck in a callback.
 *     On POSIX that is inside a signal handler, so it may do only what is
 *     async-signal-safe, as _exit; on Windows on a thread of the system,
 *     where it must not call duosock.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL or one without duos_quit_init;
 *     DUOS_EBUSY when this one or another of the process is started;
 *     DUOS_EMFILE; DUOS_ENOMEM; the system's code.
 * Blocking: never, besides a lock that is held for a few calls.
 * Thread: the loop's.
 */
DUOS_API DUOS_CHECKED duos_err duos_quit_start(
    duos_quit *quit, void (*on_signal)(uint32_t count, duos_quit_kind kind));

/*
 * Ends watching and restores what was before; one that is not started is no
 * error. No on_quit comes after this; requests that were not told are lost.
 * A handler that somebody else has set meanwhile is left alone.
 *
 * quit: NULL is ignored.
 *
 * Blocking: never, besides a lock that is held for a few calls.
 * Thread: the loop's.
 */
DUOS_API void duos_quit_stop(duos_quit *quit);

#ifdef __cplusplus
}
#endif

#endif
