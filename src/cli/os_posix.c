/* SPDX-License-Identifier: MIT */
/*
 * os_posix.c - standard streams on POSIX.
 *
 * A terminal that was hung up refuses writes with EIO and is no terminal any
 * more when it is asked then; so it is remembered which streams were one.
 */
#define _POSIX_C_SOURCE 200809L

#include "os.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

static bool was_terminal[OS_STDERR + 1];

void os_start(void)
{
    int fd;

    for (fd = OS_STDIN; fd <= OS_STDERR; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF) {
            /* The lowest free number is fd itself. */
            (void)open("/dev/null", O_RDONLY);
        }
        was_terminal[fd] = isatty(fd) != 0;
    }
    signal(SIGPIPE, SIG_IGN);
}

static size_t limit_of(rlim_t limit)
{
    return limit == RLIM_INFINITY ? 0 : (size_t)limit;
}

size_t os_raise_descriptor_limit(void)
{
    struct rlimit limit;
    rlim_t soft;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return 0;
    }
    soft = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) == 0) {
        soft = limit.rlim_max;
    }
    return limit_of(soft);
}

void os_descriptor_limit(size_t *now, size_t *most)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        *now = 0;
        *most = 0;
        return;
    }
    *now = limit_of(limit.rlim_cur);
    *most = limit_of(limit.rlim_max);
}

bool os_is_terminal(int stream)
{
    return isatty(stream) != 0;
}

bool os_shows_color(int stream)
{
    const char *term = getenv("TERM");

    return isatty(stream) != 0 && term != NULL && strcmp(term, "dumb") != 0;
}

int os_terminal_width(int stream)
{
    struct winsize size;

    return ioctl(stream, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

/* A stream may have been inherited in non-blocking mode. */
static bool wait_for(int fd, short events)
{
    struct pollfd entry;

    if (errno == EINTR) {
        return true;
    }
    if (errno != EAGAIN && errno != EWOULDBLOCK) {
        return false;
    }
    entry.fd = fd;
    entry.events = events;
    entry.revents = 0;
    return poll(&entry, 1, -1) >= 0 || errno == EINTR;
}

static duos_err write_some(int fd, const void *data, size_t len, size_t *done)
{
    ssize_t n;

    *done = 0;
    do {
        n = write(fd, data, len);
    } while (n < 0 && wait_for(fd, POLLOUT));
    if (n < 0) {
        return duos_err_from_native(errno);
    }
    *done = (size_t)n;
    return DUOS_OK;
}

static duos_err write_all(int fd, const void *data, size_t len)
{
    const char *at = data;
    duos_err err = DUOS_OK;

    while (len > 0 && err == DUOS_OK) {
        size_t done;

        err = write_some(fd, at, len, &done);
        at += done;
        len -= done;
    }
    return err;
}

static duos_err of_stream(int stream, duos_err err)
{
    return err == DUOS_EIO && was_terminal[stream] ? DUOS_EPIPE : err;
}

duos_err os_write(int stream, const void *data, size_t len)
{
    return of_stream(stream, write_all(stream, data, len));
}

duos_err os_write_some(int stream, const void *data, size_t len, size_t *done)
{
    return of_stream(stream, write_some(stream, data, len, done));
}

bool os_has_inherited(void)
{
    return true;
}

duos_err os_inherited_check(int fd)
{
    int mode = fcntl(fd, F_GETFL);

    if (mode < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
        return duos_err_from_native(errno);
    }
    return (mode & O_ACCMODE) == O_RDONLY ? DUOS_EBADF : DUOS_OK;
}

duos_err os_inherited_write(int fd, const void *data, size_t len)
{
    duos_err err = write_all(fd, data, len);

    if (close(fd) != 0 && err == DUOS_OK) {
        err = duos_err_from_native(errno);
    }
    return err;
}
