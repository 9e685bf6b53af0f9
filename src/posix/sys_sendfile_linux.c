/* SPDX-License-Identifier: MIT */
/*
 * sys_sendfile_linux.c - sendfile(2).
 *
 * It has no flag against SIGPIPE (trap 41). The signal goes to the thread that
 * called, so it is held off in this thread alone, and taken away if the call
 * may have raised it: also one that gives a count, when the connection ended
 * amid it. What the process does about SIGPIPE is not touched.
 */
#include "posix.h"

#include <signal.h>
#include <sys/sendfile.h>

typedef struct hold {
    sigset_t pipe;
    sigset_t before;
    bool pending; /* somebody else's SIGPIPE waits already */
} hold;

static duos_err hold_begin(hold *h)
{
    sigset_t waiting;

    (void)sigemptyset(&h->pipe);
    (void)sigaddset(&h->pipe, SIGPIPE);
    (void)sigemptyset(&waiting);
    (void)sigpending(&waiting);
    h->pending = sigismember(&waiting, SIGPIPE) == 1;
    return sys_err_from_native(
        pthread_sigmask(SIG_BLOCK, &h->pipe, &h->before));
}

static void hold_end(const hold *h, bool maybe_raised)
{
    static const struct timespec no_time;

    if (maybe_raised && !h->pending) {
        while (sigtimedwait(&h->pipe, NULL, &no_time) < 0 && errno == EINTR) {
        }
    }
    (void)pthread_sigmask(SIG_SETMASK, &h->before, NULL);
}

/* ENOSYS of seccomp, EINVAL of files that have no pages, as in /proc. */
static duos_err refused(int code)
{
    switch (code) {
    case EINVAL:
    case ENOSYS:
    case EOVERFLOW:
    case ESPIPE:
        return DUOS_ENOTSUP;
    default:
        return sys_err_from_native(code);
    }
}

sys_count sys_sendfile(duos_socket s, intptr_t file, uint64_t offset,
                       size_t len)
{
    off_t at = (off_t)offset;
    ssize_t result;
    int code;
    hold h;
    duos_err err;

    if (at < 0 || (uint64_t)at != offset) {
        return DUOS_ENOTSUP; /* a 32-bit off_t */
    }
    err = hold_begin(&h);
    if (err != DUOS_OK) {
        return err;
    }
    result = sendfile(duos__fd(s), (int)file, &at, len);
    code = errno;
    hold_end(&h, result < 0 || (size_t)result < len);
    return result >= 0 ? result : refused(code);
}
