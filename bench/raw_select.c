/* SPDX-License-Identifier: MIT */
/*
 * raw_select.c - the echo server on bare calls, with select, which holds
 * 1,024 descriptors.
 *
 * Prints its port, serves until its standard input ends.
 */
#include "serve_echo.h"

#include <stdio.h>

#include <sys/select.h>

static fd_set reads;
static fd_set writes;
static int most; /* the highest descriptor */
static serve_rest rests[FD_SETSIZE];

static void add(int fd)
{
    FD_SET(fd, &reads);
    most = fd > most ? fd : most;
}

static void accept_ready(int listener)
{
    int i;

    for (i = 0; i < SERVE_ACCEPTS; i++) {
        int fd = serve_accept(listener);

        if (fd < 0) {
            return; /* what is amiss shows in the load generator */
        }
        if (fd >= FD_SETSIZE) {
            fprintf(stderr, "raw_select: select holds %d descriptors\n",
                    FD_SETSIZE);
            exit(1);
        }
        add(fd);
    }
}

static void echo_ready(int fd)
{
    serve_state state = serve_ready(fd, &rests[fd]);

    FD_CLR(fd, &reads);
    FD_CLR(fd, &writes);
    if (state == SERVE_READS) {
        FD_SET(fd, &reads);
    } else if (state == SERVE_WRITES) {
        FD_SET(fd, &writes);
    } else {
        serve_close(fd, &rests[fd]);
    }
}

static void echo_all(const fd_set *readable, const fd_set *writable, int ready,
                     int listener)
{
    int fd;

    for (fd = 0; fd <= most && ready > 0; fd++) {
        if (!FD_ISSET(fd, readable) && !FD_ISSET(fd, writable)) {
            continue;
        }
        ready--;
        if (fd == listener) {
            accept_ready(listener);
        } else {
            echo_ready(fd);
        }
    }
}

int main(void)
{
    int listener = serve_socket(SOCK_STREAM);

    add(listener);
    add(STDIN_FILENO);
    for (;;) {
        fd_set readable = reads;
        fd_set writable = writes;
        int ready = select(most + 1, &readable, &writable, NULL, NULL);

        if (ready < 0) {
            serve_fail("select");
        }
        if (FD_ISSET(STDIN_FILENO, &readable)) {
            return 0;
        }
        echo_all(&readable, &writable, ready, listener);
    }
}
