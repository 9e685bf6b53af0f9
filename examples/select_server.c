/* SPDX-License-Identifier: MIT */
/*
 * select_server.c - many clients, one thread: the classic fd_set loop.
 * A thread for each client costs memory and switches; select waits for all
 * sockets together. FD_ZERO, FD_SET, FD_CLR, FD_ISSET are duos_fdset_zero,
 * _set, _clr, _isset; but a set grows, an fd_set ends at 1024 (Windows: 64).
 * Usage: select_server [ADDRESS [CLIENTS]]; it ends after so many clients.
 */
#include <duosock/listen.h>
#include <duosock/select.h>
#include <duosock/stream.h>

#include <stdio.h>
#include <stdlib.h>

#define MAX_CLIENTS 100

static duos_fdset master; /* all that we wait for */
static duos_socket clients[MAX_CLIENTS];
static size_t client_count;

static void check(duos_err err, const char *what)
{
    if (err != DUOS_OK) {
        fprintf(stderr, "%s: %s\n", what, duos_err_text(err));
        exit(1);
    }
}

static void add_client(duos_socket listener)
{
    duos_socket s;

    if (duos_accept(listener, DUOS_NONBLOCK, &s, NULL) != DUOS_OK) {
        return; /* the client has gone again */
    }
    if (client_count == MAX_CLIENTS) {
        duos_close(&s);
        return;
    }
    check(duos_fdset_set(&master, s), "FD_SET");
    clients[client_count++] = s;
}

/* Returns false when the client has gone. */
static bool echo(duos_socket s)
{
    char data[4096];
    size_t len;
    duos_err err = duos_recv(s, data, sizeof data, &len);

    if (err == DUOS_OK) {
        err = duos_send_all(s, data, len, 2000, NULL);
    }
    return err == DUOS_OK || err == DUOS_EWOULDBLOCK;
}

int main(int argc, char **argv)
{
    const char *address = argc > 1 ? argv[1] : "127.0.0.1:7700";
    long left = argc > 2 ? strtol(argv[2], NULL, 10) : -1;
    char text[DUOS_ADDR_TEXT_MAX];
    duos_socket listener;
    duos_addr bound;
    duos_fdset ready;
    size_t i;

    /* Socket, setsockopt, bind and listen in one call: see tcp_server.c. */
    check(duos_listen_at(address, NULL, &listener, &bound), "listen");
    check(duos_addr_format(&bound, text, sizeof text), "address");
    printf("listening on %s\n", text);
    fflush(stdout);

    duos_fdset_init(&master, NULL);
    duos_fdset_init(&ready, NULL);
    duos_fdset_zero(&master);
    check(duos_fdset_set(&master, listener), "FD_SET");

    while (left != 0) {
        /* select leaves in the set who is ready, so it gets a copy. */
        check(duos_fdset_copy(&ready, &master), "copy");
        check(duos_select(&ready, NULL, NULL, -1, NULL), "select");
        for (i = 0; i < client_count; i++) {
            if (duos_fdset_isset(&ready, clients[i]) && !echo(clients[i])) {
                duos_fdset_clr(&master, clients[i]);
                duos_close(&clients[i]);
                clients[i--] = clients[--client_count];
                left -= left > 0;
            }
        }
        /* Something on the listener is a client that knocks. */
        if (duos_fdset_isset(&ready, listener)) {
            add_client(listener);
        }
    }
    duos_fdset_fini(&master);
    duos_fdset_fini(&ready);
    return duos_close(&listener) == DUOS_OK ? 0 : 1;
}
