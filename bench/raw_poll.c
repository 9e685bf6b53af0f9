/* SPDX-License-Identifier: MIT */
/*
 * raw_poll.c - the echo server on bare calls, with poll.
 *
 * Prints its port, serves until its standard input ends.
 */
#include "serve_echo.h"

#include <poll.h>

/* Places in the list that are always there. */
enum {
    LISTENER,
    INPUT,
    CLIENTS
};

static struct pollfd *list;
static nfds_t count = CLIENTS;
static serve_rest *rests; /* by descriptor */

static void accept_ready(void)
{
    int i;

    for (i = 0; i < SERVE_ACCEPTS; i++) {
        int fd = serve_accept(list[LISTENER].fd);

        if (fd < 0) {
            return; /* what is amiss shows in the load generator */
        }
        list[count].fd = fd;
        list[count].events = POLLIN;
        list[count].revents = 0;
        count++;
    }
}

/* False when it is gone and another has its place. */
static int echo_stays(struct pollfd *item)
{
    switch (serve_ready(item->fd, &rests[item->fd])) {
    case SERVE_READS:
        item->events = POLLIN;
        return 1;
    case SERVE_WRITES:
        item->events = POLLOUT;
        return 1;
    default:
        serve_close(item->fd, &rests[item->fd]);
        *item = list[--count];
        return 0;
    }
}

static void echo_all(int ready)
{
    nfds_t i = CLIENTS;

    while (ready > 0 && i < count) {
        if (list[i].revents == 0) {
            i++;
            continue;
        }
        ready--;
        i += (nfds_t)echo_stays(&list[i]);
    }
}

int main(void)
{
    rests = (serve_rest *)serve_table(sizeof *rests);
    list = (struct pollfd *)serve_table(sizeof *list);
    list[LISTENER].fd = serve_socket(SOCK_STREAM);
    list[LISTENER].events = POLLIN;
    list[INPUT].fd = STDIN_FILENO;
    list[INPUT].events = POLLIN;
    while (list[INPUT].revents == 0) {
        int ready = poll(list, count, -1);

        if (ready < 0 && errno != EINTR) {
            serve_fail("poll");
        }
        echo_all(ready - (list[LISTENER].revents != 0));
        if (list[LISTENER].revents != 0) {
            accept_ready();
        }
    }
    return 0;
}
