/* SPDX-License-Identifier: MIT */
/*
 * tcp_server.c - the five stages of a server: socket, setsockopt, bind,
 * listen, accept. It serves one client at a time and sends back what comes.
 *
 * Usage: tcp_server [ADDRESS [CLIENTS]]; it ends after so many clients.
 * See also: tcp_client.c, and select_server.c for many clients at a time.
 */
#include <duosock/option.h>
#include <duosock/stream.h>

#include <stdio.h>
#include <stdlib.h>

static void check(duos_err err, const char *what)
{
    if (err != DUOS_OK) {
        fprintf(stderr, "%s: %s\n", what, duos_err_text(err));
        exit(1);
    }
}

static duos_socket start(const char *address)
{
    duos_socket listener;
    duos_addr addr;
    char text[DUOS_ADDR_TEXT_MAX];

    /* An address and a port: our end of every connection to come. */
    check(duos_addr_parse(address, &addr), "address");

    /* 1. Socket: one end point, not bound to anything yet. The family says
     *    which kind of address, the type says stream (TCP) or datagram (UDP).
     *    POSIX: socket(AF_INET, SOCK_STREAM, 0). Winsock: the same, after
     *    WSAStartup, and the result is a SOCKET, not an int. */
    check(duos_open((duos_family)addr.family, DUOS_STREAM, DUOS_BLOCKING,
                    &listener),
          "socket");

    /* 2. Setsockopt: a restarted server may take its port again at once.
     *    POSIX: SO_REUSEADDR. Winsock: SO_EXCLUSIVEADDRUSE, because there
     *    SO_REUSEADDR would let strangers take the port from us. */
    check(duos_set_reuse(listener, DUOS_REUSE_SAFE), "setsockopt");

    /* 3. Bind: the socket gets its local address. Port 0 asks the system for
     *    a free one. POSIX and Winsock: bind with a struct sockaddr. */
    check(duos_bind(listener, &addr), "bind");

    /* 4. Listen: the socket becomes passive. Clients who come now stand in a
     *    queue, the backlog; 0 asks for the longest that the system allows. */
    check(duos_listen(listener, 0), "listen");

    check(duos_local_addr(listener, &addr), "getsockname");
    check(duos_addr_format(&addr, text, sizeof text), "address");
    printf("listening on %s\n", text);
    fflush(stdout);
    return listener;
}

static void echo(duos_socket client)
{
    char data[4096];
    size_t len;

    /* One recv is not one message: it brings what is there. DUOS_EEOF says
     * that the client will send no more (recv returned 0). One send may take
     * only a part; send_all goes on until all is out, here for 10 s. */
    while (duos_recv(client, data, sizeof data, &len) == DUOS_OK) {
        if (duos_send_all(client, data, len, 10000, NULL) != DUOS_OK) {
            return;
        }
    }
}

int main(int argc, char **argv)
{
    duos_socket listener = start(argc > 1 ? argv[1] : "127.0.0.1:7700");
    long left = argc > 2 ? strtol(argv[2], NULL, 10) : -1;

    for (; left != 0; left--) {
        duos_socket client;
        duos_tuple tuple;
        char text[DUOS_TUPLE_TEXT_MAX] = "";

        /* 5. Accept: takes the first client from the queue and gives a new
         *    socket for this one connection. Both ends together, the 4-tuple,
         *    name it: no other connection has the same. */
        check(duos_accept(listener, DUOS_BLOCKING, &client, NULL), "accept");
        if (duos_socket_tuple(client, &tuple) == DUOS_OK &&
            duos_tuple_format(&tuple, text, sizeof text) == DUOS_OK) {
            printf("client %s\n", text);
            fflush(stdout);
        }
        echo(client);
        duos_close(&client); /* POSIX: close. Winsock: closesocket. */
    }
    return duos_close(&listener) == DUOS_OK ? 0 : 1;
}
