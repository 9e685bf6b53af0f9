/* SPDX-License-Identifier: MIT */
/*
 * raw_fan.c - what one says goes to all, by bare calls: a send for each. It
 * keeps nothing for those who do not read, so it ends if there is one.
 *
 * Prints its port, serves until its standard input ends.
 */
#include "serve_echo.h"

#include <sys/epoll.h>

#define EVENTS 512

static int poller;
static int listener;
static int *members;
static size_t count;
static size_t *places; /* of a member, by descriptor */

static void watch(int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

    if (epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event) != 0) {
        serve_fail("epoll_ctl");
    }
}

static void accept_ready(void)
{
    int i;

    for (i = 0; i < SERVE_ACCEPTS; i++) {
        int fd = serve_accept(listener);

        if (fd < 0) {
            return; /* what is amiss shows in the load generator */
        }
        watch(fd);
        places[fd] = count;
        members[count++] = fd;
    }
}

static void leave(int fd)
{
    int last = members[--count];

    members[places[fd]] = last;
    places[last] = places[fd];
    (void)close(fd);
}

static void tell_all(const char *line, size_t len)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (send(members[i], line, len, MSG_NOSIGNAL) != (ssize_t)len) {
            serve_fail("a member that does not read");
        }
    }
}

static void read_ready(int fd)
{
    static char buffer[SERVE_BUFFER];
    ssize_t got = recv(fd, buffer, sizeof buffer, 0);

    if (got > 0) {
        tell_all(buffer, (size_t)got);
    } else if (got == 0 || errno != EAGAIN) {
        leave(fd);
    }
}

static void serve(void)
{
    static struct epoll_event events[EVENTS];

    for (;;) {
        int n = epoll_wait(poller, events, EVENTS, -1);
        int i;

        for (i = 0; i < n; i++) {
            int fd = events[i].data.fd;

            if (fd == STDIN_FILENO) {
                return;
            }
            if (fd == listener) {
                accept_ready();
            } else {
                read_ready(fd);
            }
        }
    }
}

int main(void)
{
    members = (int *)serve_table(sizeof *members);
    places = (size_t *)serve_table(sizeof *places);
    poller = epoll_create1(EPOLL_CLOEXEC);
    if (poller < 0) {
        serve_fail("epoll_create1");
    }
    listener = serve_socket(SOCK_STREAM);
    watch(listener);
    watch(STDIN_FILENO);
    serve();
    return 0;
}
