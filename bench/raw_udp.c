/* SPDX-License-Identifier: MIT */
/*
 * raw_udp.c - the echo server of datagrams on bare calls: one call each way
 * for a datagram, or with -m batch for up to 32.
 *
 * Prints its port, serves until its standard input ends.
 */
#include "serve.h"

#include <stdlib.h>
#include <unistd.h>

#include <netinet/in.h>
#include <poll.h>

#define BATCH 32
#define ROOM  ((size_t)2048)

static struct mmsghdr list[BATCH];
static struct iovec parts[BATCH];
static struct sockaddr_in names[BATCH];
static char bytes[BATCH][ROOM];

/* One that the system has no room for is lost, as datagrams are. */
static void echo_each(int fd)
{
    int i;

    for (i = 0; i < BATCH; i++) {
        socklen_t len = sizeof names[0];
        struct sockaddr *name = (struct sockaddr *)&names[0];
        ssize_t got = recvfrom(fd, bytes[0], ROOM, 0, name, &len);

        if (got < 0) {
            return;
        }
        (void)sendto(fd, bytes[0], (size_t)got, 0, name, len);
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

int main(int argc, char **argv)
{
    int batch = serve_other_mode(argc, argv, "batch");
    int fd = serve_socket(SOCK_DGRAM);
    struct pollfd wait[2] = {{fd, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};

    while (wait[1].revents == 0) {
        if (poll(wait, 2, -1) < 0) {
            serve_fail("poll");
        }
        if (wait[0].revents != 0 && batch) {
            echo_batch(fd);
        } else if (wait[0].revents != 0) {
            echo_each(fd);
        }
    }
    return 0;
}
