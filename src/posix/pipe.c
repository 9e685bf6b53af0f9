/* SPDX-License-Identifier: MIT */
/*
 * pipe.c - pipes that no child inherits and no writer waits at. pipe2 would
 * do it in one call, but macOS has none.
 */
#include "posix.h"

static duos_err make_pipe_safe(int fd)
{
    duos_socket end;

    end.os = fd;
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
        return duos__last_error();
    }
    return sys_set_nonblocking(end, true);
}

duos_err duos__pipe(int ends[2])
{
    duos_err err;

    if (pipe(ends) != 0) {
        return duos__last_error();
    }
    err = make_pipe_safe(ends[0]);
    if (err == DUOS_OK) {
        err = make_pipe_safe(ends[1]);
    }
    if (err != DUOS_OK) {
        (void)close(ends[0]);
        (void)close(ends[1]);
    }
    return err;
}
