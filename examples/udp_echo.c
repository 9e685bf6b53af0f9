/* SPDX-License-Identifier: MIT */
/*
 * udp_echo.c - datagrams: no connection, no order, no promise, but every
 * message arrives whole or not at all.
 *
 * Usage: udp_echo [ADDRESS [DATAGRAMS]]       answers so many datagrams
 *        udp_echo --send ADDRESS [TEXT]       sends one and prints the answer
 * Loopback only by default: an open UDP echo can be abused by forged senders.
 */
#include <duosock/socket.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(duos_err err, const char *what)
{
    if (err != DUOS_OK) {
        fprintf(stderr, "%s: %s\n", what, duos_err_text(err));
        exit(1);
    }
}

/* The stages are fewer than with TCP: socket and bind, nothing to accept. */
static int serve(const char *address, long left)
{
    duos_socket s;
    duos_addr addr;
    duos_addr from;
    char text[DUOS_ADDR_TEXT_MAX];
    char data[2048];
    size_t len;
    bool cut;

    check(duos_addr_parse(address, &addr), "address");
    check(duos_open((duos_family)addr.family, DUOS_DGRAM, DUOS_BLOCKING, &s),
          "socket");
    check(duos_bind(s, &addr), "bind");
    check(duos_local_addr(s, &addr), "getsockname");
    check(duos_addr_format(&addr, text, sizeof text), "address");
    printf("listening on %s\n", text);
    fflush(stdout);

    for (; left != 0; left--) {
        /* POSIX: recvfrom; Winsock: WSARecvFrom. The sender comes with each
         * datagram; one that is longer than our buffer is cut, and we are
         * told. A datagram of 0 bytes is a datagram, not an end. */
        check(duos_recvfrom(s, data, sizeof data, &len, &from, &cut),
              "receive");
        if (!cut && duos_sendto(s, data, len, &from) != DUOS_OK) {
            fprintf(stderr, "one answer was lost\n");
        }
    }
    return duos_close(&s) == DUOS_OK ? 0 : 1;
}

static int send_one(const char *address, const char *line)
{
    duos_socket s;
    duos_addr addr;
    char data[2048];
    size_t len;

    check(duos_addr_parse(address, &addr), "address");
    check(duos_open((duos_family)addr.family, DUOS_DGRAM, DUOS_BLOCKING, &s),
          "socket");
    check(duos_sendto(s, line, strlen(line), &addr), "send");

    /* Nobody tells that a datagram was lost: wait only so long. */
    check(duos_wait(s, DUOS_READ, 5000, NULL), "wait");
    check(duos_recvfrom(s, data, sizeof data, &len, NULL, NULL), "receive");
    printf("%.*s\n", (int)len, data);
    return duos_close(&s) == DUOS_OK ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], "--send") == 0) {
        return send_one(argv[2], argc > 3 ? argv[3] : "hello, server");
    }
    return serve(argc > 1 ? argv[1] : "127.0.0.1:7700",
                 argc > 2 ? strtol(argv[2], NULL, 10) : -1);
}
