/* SPDX-License-Identifier: MIT */
/*
 * sys_wakeup_pipe.c - the wake-up channel of systems without eventfd: a pipe
 * whose bytes mean nothing.
 */
#include "posix.h"

duos_err sys_wakeup_open(sys_wakeup *w)
{
    int ends[2];
    duos_err err = duos__pipe(ends);

    if (err != DUOS_OK) {
        return err;
    }
    w->recv_end.os = ends[0];
    w->send_end.os = ends[1];
    return DUOS_OK;
}

void sys_wakeup_close(sys_wakeup *w)
{
    (void)close(duos__fd(w->recv_end));
    (void)close(duos__fd(w->send_end));
}

duos_err sys_wakeup_signal(sys_wakeup *w)
{
    /* EAGAIN: the pipe is full, so the taker will wake anyway. */
    if (write(duos__fd(w->send_end), "", 1) > 0 || errno == EAGAIN) {
        return DUOS_OK;
    }
    return duos__last_error();
}

void sys_wakeup_drain(sys_wakeup *w)
{
    char bytes[256];
    ssize_t result;

    do {
        result = read(duos__fd(w->recv_end), bytes, sizeof bytes);
    } while (result == (ssize_t)sizeof bytes);
}
