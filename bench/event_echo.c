/* SPDX-License-Identifier: MIT */
/*
 * event_echo.c - the echo server on libevent: its events, the system's
 * calls; or with -m buffer its buffered connections.
 *
 * Prints its port, serves until its standard input ends.
 */
#include "serve_echo.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>

static struct event_base *base;
static int buffered;

/* ---- events ------------------------------------------------------------ */

typedef struct client {
    struct event *event;
    short events;
    serve_rest rest;
} client;

static void on_ready(evutil_socket_t fd, short events, void *arg);

static void wait_for(client *c, evutil_socket_t fd, short events)
{
    if (c->events == events) {
        return;
    }
    c->events = events;
    if (event_del(c->event) != 0 ||
        event_assign(c->event, base, fd, (short)(events | EV_PERSIST), on_ready,
                     c) != 0 ||
        event_add(c->event, NULL) != 0) {
        serve_fail("event");
    }
}

static void on_ready(evutil_socket_t fd, short events, void *arg)
{
    client *c = (client *)arg;

    (void)events;
    switch (serve_ready(fd, &c->rest)) {
    case SERVE_READS:
        wait_for(c, fd, EV_READ);
        break;
    case SERVE_WRITES:
        wait_for(c, fd, EV_WRITE);
        break;
    default:
        event_free(c->event); /* before the socket, as libevent wants it */
        serve_close(fd, &c->rest);
        free(c);
    }
}

static void begin_events(int fd)
{
    client *c = (client *)serve_need(calloc(1, sizeof *c));

    c->events = EV_READ;
    c->event = (struct event *)serve_need(
        event_new(base, fd, EV_READ | EV_PERSIST, on_ready, c));
    if (event_add(c->event, NULL) != 0) {
        serve_fail("event_add");
    }
}

/* ---- buffers ----------------------------------------------------------- */

static void on_input_buffer(struct bufferevent *b, void *arg)
{
    (void)arg;
    if (evbuffer_add_buffer(bufferevent_get_output(b),
                            bufferevent_get_input(b)) != 0) {
        serve_fail("evbuffer_add_buffer");
    }
}

static void on_end(struct bufferevent *b, short what, void *arg)
{
    (void)what;
    (void)arg;
    bufferevent_free(b);
}

static void begin_buffers(int fd)
{
    struct bufferevent *b = (struct bufferevent *)serve_need(
        bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE));

    bufferevent_setcb(b, on_input_buffer, NULL, on_end, NULL);
    if (bufferevent_enable(b, EV_READ | EV_WRITE) != 0) {
        serve_fail("bufferevent_enable");
    }
}

/* ---- beginning --------------------------------------------------------- */

static void on_connection(evutil_socket_t listener, short events, void *arg)
{
    int i;

    (void)events;
    (void)arg;
    for (i = 0; i < SERVE_ACCEPTS; i++) {
        int fd = serve_accept(listener);

        if (fd < 0) {
            return; /* what is amiss shows in the load generator */
        }
        if (buffered) {
            begin_buffers(fd);
        } else {
            begin_events(fd);
        }
    }
}

static void on_input(evutil_socket_t fd, short events, void *arg)
{
    (void)fd;
    (void)events;
    (void)arg;
    (void)event_base_loopbreak(base);
}

static void watch(int fd, event_callback_fn on_event)
{
    struct event *event =
        event_new(base, fd, EV_READ | EV_PERSIST, on_event, NULL);

    if (event == NULL || event_add(event, NULL) != 0) {
        serve_fail("event");
    }
}

int main(int argc, char **argv)
{
    static const char *const modes[] = {"buffer", NULL};

    buffered = serve_mode(argc, argv, modes);
    base = (struct event_base *)serve_need(event_base_new());
    watch(serve_socket(SOCK_STREAM), on_connection);
    watch(STDIN_FILENO, on_input);
    (void)event_base_dispatch(base);
    return 0;
}
