/* SPDX-License-Identifier: MIT */
/*
 * echo_poller.c - the echo server on a bare duos_poller: what raw_epoll.c
 * does, call by call. ECHO_IO names who moves the bytes, the thin layer or the
 * system itself.
 *
 * Prints its port, serves until its standard input ends.
 */
#include <duosock/duosock.h>

#include "echo_args.h"
#include ECHO_IO

#define BUFFER_SIZE ((size_t)64 * 1024)
#define EVENTS      512
#define ACCEPTS     64

/* What an event is for. */
typedef enum role {
    ECHOING,   /* all was sent: wait for more */
    FLUSHING,  /* wait until the rest can be sent */
    LISTENING, /* the listener */
    ENDING     /* the standard input */
} role;

typedef struct client {
    role role;
    duos_socket sock;
    duos_token token;
    char *rest; /* what the peer could not take at once */
    size_t begin;
    size_t end;
} client;

static char buffer[BUFFER_SIZE];
static duos_poller *poller;
static client listener = {.role = LISTENING};
static client input = {.role = ENDING};

static void check(duos_err err, const char *what)
{
    if (err != DUOS_OK) {
        fprintf(stderr, "echo_poller: %s: %s\n", what, duos_err_text(err));
        exit(1);
    }
}

static void drop(client *c)
{
    (void)duos_poller_del(poller, c->token);
    (void)duos_close(&c->sock);
    free(c->rest);
    free(c);
}

/* ---- the hot path ----------------------------------------------------- */

static void keep(client *c, const char *bytes, size_t len)
{
    c->rest = (char *)malloc(len);
    check(c->rest != NULL ? DUOS_OK : DUOS_ENOMEM, "malloc");
    memcpy(c->rest, bytes, len);
    c->begin = 0;
    c->end = len;
    c->role = FLUSHING;
    check(duos_poller_mod(poller, c->token, DUOS_WRITE), "mod");
}

static void echo(client *c, const char *bytes, size_t len)
{
    size_t sent = 0;
    duos_err err = io_send(c->sock, bytes, len, &sent);

    if (sent == len) {
        return;
    }
    if (err != DUOS_OK && err != DUOS_EWOULDBLOCK) {
        drop(c);
        return;
    }
    keep(c, bytes + sent, len - sent);
}

static void read_ready(client *c)
{
    size_t got = 0;
    duos_err err = io_recv(c->sock, buffer, sizeof buffer, &got);

    if (err == DUOS_OK) {
        echo(c, buffer, got);
    } else if (err != DUOS_EWOULDBLOCK) {
        drop(c);
    }
}

static void write_ready(client *c)
{
    size_t sent = 0;
    duos_err err =
        io_send(c->sock, c->rest + c->begin, c->end - c->begin, &sent);

    if (err != DUOS_OK && err != DUOS_EWOULDBLOCK) {
        drop(c);
        return;
    }
    c->begin += sent;
    if (c->begin == c->end) {
        free(c->rest);
        c->rest = NULL;
        c->role = ECHOING;
        check(duos_poller_mod(poller, c->token, DUOS_READ), "mod");
    }
}

static void watch(client *c)
{
    check(duos_poller_add(poller, c->sock, DUOS_READ, c, &c->token), "add");
}

static void add_client(duos_socket sock)
{
    client *c = (client *)calloc(1, sizeof *c);

    check(c != NULL ? DUOS_OK : DUOS_ENOMEM, "calloc");
    c->sock = sock;
    watch(c);
}

static void accept_ready(void)
{
    duos_socket sock;
    int i;

    for (i = 0; i < ACCEPTS; i++) {
        if (duos_accept(listener.sock, DUOS_NONBLOCK, &sock, NULL) != DUOS_OK) {
            return; /* what is amiss shows in the load generator */
        }
        add_client(sock);
    }
}

static bool input_ended;

static void handle(client *c)
{
    if (DUOS_LIKELY(c->role == ECHOING)) {
        read_ready(c);
    } else if (c->role == FLUSHING) {
        write_ready(c);
    } else if (c->role == LISTENING) {
        accept_ready();
    } else {
        input_ended = true;
    }
}

static void serve(void)
{
    static duos_poll_event events[EVENTS];
    size_t count;

    while (!input_ended) {
        const duos_poll_event *event = events;
        const duos_poll_event *end;

        check(duos_poller_wait(poller, events, EVENTS, -1, &count), "wait");
        for (end = event + count; event < end; event++) {
            handle((client *)event->user);
        }
    }
}

/* ---- beginning -------------------------------------------------------- */

int main(int argc, char **argv)
{
    duos_poller_config config;
    duos_addr bound;

    duos_poller_config_init(&config);
    config.backend = echo_args_read(argc, argv, NULL).poller;
    check(duos_poller_create(&config, &poller), "poller");
    check(duos_listen_at("tcp4:127.0.0.1:0", NULL, &listener.sock, &bound),
          "listen");
    check(duos_set_nonblocking(listener.sock, true), "listener");
    watch(&listener);
    input.sock = duos_socket_from_os(0);
    watch(&input);
    printf("%d\n", bound.port);
    fflush(stdout);
    serve();
    duos_poller_destroy(poller);
    return 0;
}
