/* SPDX-License-Identifier: MIT */
/*
 * raw_udp.c - the echo server of datagrams on bare calls, with epoll: one
 * recvfrom and one sendto for each event, as raw_epoll.c does it for streams.
 * With -m drain, up to 32 of both for an event; with -m batch, one recvmmsg
 * and one sendmmsg.
 *
 * Prints its port, serves until its standard input ends.
 */
#include "serve.h"

#include <stdlib.h>
#include <unistd.h>

#include <netinet/in.h>
#include <sys/epoll.h>

#define BATCH 32
#define ROOM  ((size_t)2048)

static struct mmsghdr list[BATCH];
static struct iovec parts[BATCH];
static struct sockaddr_in names[BATCH];
static char bytes[BATCH][ROOM];

/* One that the system has no room for is lost, as datagrams are. */
static int echo_one(int fd)
{
    struct sockaddr *name = (struct sockaddr *)&names[0];
    socklen_t len = sizeof names[0];
    ssize_t got = recvfrom(fd, bytes[0], ROOM, 0, name, &len);

    if (got < 0) {
        return 0;
    }
    (void)sendto(fd, bytes[0], (size_t)got, 0, name, len);
    return 1;
}

static void echo_event(int fd)
{
    (void)echo_one(fd);
}

static void echo_drain(int fd)
{
    int i;

    for (i = 0; i < BATCH && echo_one(fd); i++) {
    }
}

static void echo_batch(int fd)
{
    int got;
    int i;

    for (i = 0; i < BATCH; i++) {
        parts[i].iov_base = bytes[i];
        parts[i].iov_len = ROOM;
        list[i].msg_hdr.msg_iov = &parts[i];
        list[i].msg_hdr.msg_iovlen = 1;
        list[i].msg_hdr.msg_name = &names[i];
        list[i].msg_hdr.msg_namelen = sizeof names[i];
    }
    got = recvmmsg(fd, list, BATCH, 0, NULL);
    for (i = 0; i < got; i++) {
        parts[i].iov_len = list[i].msg_len;
    }
    if (got > 0) {
        (void)sendmmsg(fd, list, (unsigned)got, 0);
    }
}

static int watch_both(int fd)
{
    int poller = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event socket_event = {.events = EPOLLIN, .data.fd = fd};
    struct epoll_event input_event = {.events = EPOLLIN,
                                      .data.fd = STDIN_FILENO};

    if (poller < 0 || epoll_ctl(poller, EPOLL_CTL_ADD, fd, &socket_event) ||
        epoll_ctl(poller, EPOLL_CTL_ADD, STDIN_FILENO, &input_event)) {
        serve_fail("epoll");
    }
    return poller;
}

int main(int argc, char **argv)
{
    static const char *const modes[] = {"drain", "batch", NULL};
    static void (*const echos[])(int fd) = {echo_event, echo_drain, echo_batch};
    void (*echo)(int fd) = echos[serve_mode(argc, argv, modes)];
    int fd = serve_socket(SOCK_DGRAM);
    int poller = watch_both(fd);
    struct epoll_event event;

    do {
        if (epoll_wait(poller, &event, 1, -1) < 0) {
            serve_fail("epoll_wait");
        }
        if (event.data.fd == fd) {
            echo(fd);
        }
    } while (event.data.fd == fd);
    return 0;
}
