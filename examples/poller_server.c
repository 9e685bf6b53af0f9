/* SPDX-License-Identifier: MIT */
/*
 * poller_server.c - select_server.c with a poller: epoll, kqueue, AFD, poll
 * or select, whichever is the best here.
 * select looks at every socket at every call; a poller keeps the list and
 * names only those that are ready, so it serves thousands as well as ten.
 * What we gave with a socket comes back with its event: no search.
 *
 * Usage: poller_server [ADDRESS [CLIENTS]]; it ends after so many clients.
 */
#include <duosock/listen.h>
#include <duosock/poller.h>
#include <duosock/stream.h>

#include <stdio.h>
#include <stdlib.h>

typedef struct client {
    duos_socket socket;
    duos_token token; /* names the socket within the poller */
} client;

static void check(duos_err err, const char *what)
{
    if (err != DUOS_OK) {
        fprintf(stderr, "%s: %s\n", what, duos_err_text(err));
        exit(1);
    }
}

static void add_client(duos_poller *poller, duos_socket listener)
{
    client *c = malloc(sizeof *c);

    if (c == NULL ||
        duos_accept(listener, DUOS_NONBLOCK, &c->socket, NULL) != DUOS_OK) {
        free(c);
        return;
    }
    check(duos_poller_add(poller, c->socket, DUOS_READ, c, &c->token), "add");
}

/* Returns false when the client has gone. */
static bool echo(duos_socket s)
{
    char data[4096];
    size_t len;
    duos_err err = duos_recv(s, data, sizeof data, &len);

    if (err == DUOS_OK) {
        /* A server should not wait here for one client; server.c does not. */
        err = duos_send_all(s, data, len, 2000, NULL);
    }
    return err == DUOS_OK || err == DUOS_EWOULDBLOCK;
}

static void drop_client(duos_poller *poller, client *c)
{
    duos_poller_del(poller, c->token); /* first this, then close */
    duos_close(&c->socket);
    free(c);
}

int main(int argc, char **argv)
{
    const char *address = argc > 1 ? argv[1] : "127.0.0.1:7700";
    long left = argc > 2 ? strtol(argv[2], NULL, 10) : -1;
    char text[DUOS_ADDR_TEXT_MAX];
    duos_poller *poller;
    duos_socket listener;
    duos_token token;
    duos_addr bound;
    duos_poll_event events[64];
    size_t count;
    size_t i;

    check(duos_listen_at(address, NULL, &listener, &bound), "listen");
    check(duos_addr_format(&bound, text, sizeof text), "address");
    check(duos_poller_create(NULL, &poller), "poller");
    check(duos_poller_add(poller, listener, DUOS_READ, NULL, &token), "add");
    printf("listening on %s\n", text);
    fflush(stdout);

    while (left != 0) {
        check(duos_poller_wait(poller, events, 64, -1, &count), "wait");
        for (i = 0; i < count; i++) {
            client *c = events[i].user;

            if (c == NULL) {
                add_client(poller, listener);
            } else if (!echo(c->socket)) {
                drop_client(poller, c);
                left -= left > 0;
            }
        }
    }
    duos_poller_destroy(poller);
    return duos_close(&listener) == DUOS_OK ? 0 : 1;
}
