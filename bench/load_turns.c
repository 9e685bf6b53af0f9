/* SPDX-License-Identifier: MIT */
/*
 * load_turns.c - waits for the load's sockets: edge-triggered, both ways, so
 * that nothing has to be changed while it runs.
 */
#include "load.h"

#include <sys/epoll.h>

#define EVENTS 512

static int poller = -1;

void turns_watch(int fd, void *of)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET};

    event.data.ptr = of;
    if (poller < 0) {
        poller = epoll_create1(EPOLL_CLOEXEC);
    }
    if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event) != 0) {
        load_fail("epoll_ctl");
    }
}

void turns_run(void (*ready)(void *of), int silence_ms, void (*silent)(void))
{
    static struct epoll_event events[EVENTS];

    while (!meter_over()) {
        int n = epoll_wait(poller, events, EVENTS, silence_ms);
        int i;

        if (n < 0) {
            load_fail("epoll_wait");
        }
        if (n == 0 && silent != NULL) {
            silent();
        } else if (n == 0) {
            load_give_up("stalled");
        }
        for (i = 0; i < n; i++) {
            ready(events[i].data.ptr);
        }
    }
}
