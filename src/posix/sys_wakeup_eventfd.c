/* SPDX-License-Identifier: MIT */
/*
 * sys_wakeup_eventfd.c - the wake-up channel of Linux: one descriptor that
 * holds a counter.
 */
#include "posix.h"

#include <sys/eventfd.h>

duos_err sys_wakeup_open(sys_wakeup *w)
{
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

    if (fd < 0) {
        return duos__last_error();
    }
    w->recv_end.os = fd;
    w->send_end.os = fd;
    return DUOS_OK;
}

void sys_wakeup_close(sys_wakeup *w)
{
    (void)close(duos__fd(w->recv_end));
}

duos_err sys_wakeup_signal(sys_wakeup *w)
{
    uint64_t one = 1;

    /* EAGAIN: the counter is full, so the taker will wake anyway. */
    if (write(duos__fd(w->send_end), &one, sizeof one) > 0 || errno == EAGAIN) {
        return DUOS_OK;
    }
    return duos__last_error();
}

void sys_wakeup_drain(sys_wakeup *w)
{
    uint64_t count;

    if (read(duos__fd(w->recv_end), &count, sizeof count) < 0) {
        return; /* nothing was there */
    }
}
