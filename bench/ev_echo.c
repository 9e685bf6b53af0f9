/* SPDX-License-Identifier: MIT */
/*
 * ev_echo.c - the echo server on libev: its events, the system's calls.
 *
 * Prints its port, serves until its standard input ends.
 */
#include "serve_echo.h"

#include <ev.h>

typedef struct client {
    ev_io io;
    serve_rest rest;
} client;

static void wait_for(struct ev_loop *loop, ev_io *io, int events)
{
    if ((io->events & (EV_READ | EV_WRITE)) != events) {
        ev_io_stop(loop, io);
        ev_io_set(io, io->fd, events);
        ev_io_start(loop, io);
    }
}

static void on_ready(struct ev_loop *loop, ev_io *io, int events)
{
    client *c = (client *)(void *)io;

    (void)events;
    switch (serve_ready(io->fd, &c->rest)) {
    case SERVE_READS:
        wait_for(loop, io, EV_READ);
        break;
    case SERVE_WRITES:
        wait_for(loop, io, EV_WRITE);
        break;
    default:
        ev_io_stop(loop, io);
        serve_close(io->fd, &c->rest);
        free(c);
    }
}

static void on_connection(struct ev_loop *loop, ev_io *listener, int events)
{
    int i;

    (void)events;
    for (i = 0; i < SERVE_ACCEPTS; i++) {
        int fd = serve_accept(listener->fd);
        client *c;

        if (fd < 0) {
            return; /* what is amiss shows in the load generator */
        }
        c = (client *)serve_need(calloc(1, sizeof *c));
        ev_io_init(&c->io, on_ready, fd, EV_READ);
        ev_io_start(loop, &c->io);
    }
}

static void on_input(struct ev_loop *loop, ev_io *input, int events)
{
    (void)input;
    (void)events;
    ev_break(loop, EVBREAK_ALL);
}

int main(void)
{
    struct ev_loop *loop = ev_default_loop(EVBACKEND_EPOLL);
    ev_io listener;
    ev_io input;

    serve_need(loop);
    ev_io_init(&listener, on_connection, serve_socket(SOCK_STREAM), EV_READ);
    ev_io_start(loop, &listener);
    ev_io_init(&input, on_input, STDIN_FILENO, EV_READ);
    ev_io_start(loop, &input);
    (void)ev_run(loop, 0);
    return 0;
}
