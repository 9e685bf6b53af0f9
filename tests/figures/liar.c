/* SPDX-License-Identifier: MIT */
/*
 * liar.c - an echo server for one connection, or with an argument for
 * datagrams, that gives back one wrong bit after a while. For the test of the
 * load generator. Ends when its standard input does.
 */
#include "serve.h"

#include <netinet/in.h>
#include <poll.h>
#include <unistd.h>

#define HONEST 20 /* echoes, before the lie */

static int is_next(int fd)
{
    struct pollfd wait[2] = {{fd, POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}};

    return poll(wait, 2, -1) > 0 && wait[1].revents == 0;
}

/* A connection, or the socket itself. */
static int begin(int type)
{
    int fd = serve_socket(type);

    return type == SOCK_STREAM && is_next(fd) ? accept(fd, NULL, NULL) : fd;
}

/* The address is that of a datagram; of a stream it is ignored. */
static int echo(int fd, int lies)
{
    static char buffer[SERVE_BUFFER];
    struct sockaddr_in from = {.sin_family = AF_INET};
    struct sockaddr *name = (struct sockaddr *)&from;
    socklen_t len = sizeof from;
    ssize_t n = recvfrom(fd, buffer, sizeof buffer, 0, name, &len);

    if (n <= 0) {
        return 0;
    }
    buffer[n - 1] = (char)(buffer[n - 1] ^ lies);
    return sendto(fd, buffer, (size_t)n, 0, len > 0 ? name : NULL, len) == n;
}

int main(int argc, char **argv)
{
    int fd = begin(argc > 1 ? SOCK_DGRAM : SOCK_STREAM);
    int i = 0;

    (void)argv;
    while (is_next(fd) && echo(fd, i == HONEST)) {
        i++;
    }
    return 0;
}
