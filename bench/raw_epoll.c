/* SPDX-License-Identifier: MIT */
/*
 * raw_epoll.c - the yardstick: an echo server on bare Linux calls, as tight
 * as one can be that still keeps its promises. Level-triggered, one recv and
 * one optimistic send per event, EPOLLOUT only after a send came up short,
 * TCP_NODELAY inherited from the listener, no call besides.
 *
 * Prints its port, serves until its standard input ends.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#define BUFFER_SIZE ((size_t)64 * 1024)
#define EVENTS      512
#define ACCEPTS     64

/* What a peer could not take at once. */
struct rest {
    char *bytes;
    size_t begin;
    size_t end;
};

static char buffer[BUFFER_SIZE];
static struct rest *rests; /* by descriptor */
static int poller;
static int listener;

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void control(int verb, int fd, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};

    if (epoll_ctl(poller, verb, fd, &event) != 0) {
        fail("epoll_ctl");
    }
}

static void drop(int fd)
{
    free(rests[fd].bytes);
    memset(&rests[fd], 0, sizeof rests[fd]);
    close(fd);
}

/* ---- the hot path ----------------------------------------------------- */

static void keep(int fd, const char *bytes, size_t len)
{
    struct rest *rest = &rests[fd];

    rest->bytes = malloc(len);
    if (rest->bytes == NULL) {
        fail("malloc");
    }
    memcpy(rest->bytes, bytes, len);
    rest->end = len;
    control(EPOLL_CTL_MOD, fd, EPOLLOUT);
}

static void echo(int fd, const char *bytes, size_t len)
{
    ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);

    if (sent == (ssize_t)len) {
        return;
    }
    if (sent < 0 && errno != EAGAIN) {
        drop(fd);
        return;
    }
    sent = sent < 0 ? 0 : sent;
    keep(fd, bytes + sent, len - (size_t)sent);
}

static void read_ready(int fd)
{
    ssize_t got = recv(fd, buffer, sizeof buffer, 0);

    if (got > 0) {
        echo(fd, buffer, (size_t)got);
    } else if (got == 0 || errno != EAGAIN) {
        drop(fd);
    }
}

static void write_ready(int fd)
{
    struct rest *rest = &rests[fd];
    ssize_t sent = send(fd, rest->bytes + rest->begin, rest->end - rest->begin,
                        MSG_NOSIGNAL);

    if (sent < 0 && errno != EAGAIN) {
        drop(fd);
        return;
    }
    rest->begin += sent < 0 ? 0 : (size_t)sent;
    if (rest->begin == rest->end) {
        free(rest->bytes);
        memset(rest, 0, sizeof *rest);
        control(EPOLL_CTL_MOD, fd, EPOLLIN);
    }
}

static void accept_ready(void)
{
    int i;

    for (i = 0; i < ACCEPTS; i++) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd < 0) {
            return; /* what is amiss shows in the load generator */
        }
        control(EPOLL_CTL_ADD, fd, EPOLLIN);
    }
}

/* False when the standard input has ended. */
static int handle(const struct epoll_event *event)
{
    int fd = event->data.fd;

    if (fd == listener) {
        accept_ready();
    } else if (fd == STDIN_FILENO) {
        return 0;
    } else if (rests[fd].end > 0) {
        write_ready(fd);
    } else {
        read_ready(fd);
    }
    return 1;
}

static void serve(void)
{
    static struct epoll_event events[EVENTS];

    for (;;) {
        int n = epoll_wait(poller, events, EVENTS, -1);
        int i;

        for (i = 0; i < n; i++) {
            if (!handle(&events[i])) {
                return;
            }
        }
    }
}

/* ---- beginning -------------------------------------------------------- */

static void listen_anywhere(void)
{
    struct sockaddr_in name = {.sin_family = AF_INET};
    socklen_t len = sizeof name;
    int on = 1;

    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener < 0 ||
        setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
        bind(listener, (struct sockaddr *)&name, sizeof name) != 0 ||
        listen(listener, 4096) != 0 ||
        getsockname(listener, (struct sockaddr *)&name, &len) != 0) {
        fail("listener");
    }
    printf("%d\n", ntohs(name.sin_port));
    fflush(stdout);
}

int main(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        fail("getrlimit");
    }
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    rests = calloc((size_t)limit.rlim_cur, sizeof *rests);
    poller = epoll_create1(EPOLL_CLOEXEC);
    if (rests == NULL || poller < 0) {
        fail("start");
    }
    listen_anywhere();
    control(EPOLL_CTL_ADD, listener, EPOLLIN);
    control(EPOLL_CTL_ADD, STDIN_FILENO, EPOLLIN);
    serve();
    return 0;
}
