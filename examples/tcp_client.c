/* SPDX-License-Identifier: MIT */
/*
 * tcp_client.c - the two stages of a client: socket and connect. It sends one
 * line, ends its sending, and prints what comes back until the server ends.
 *
 * Usage: tcp_client [ADDRESS [TEXT]]
 * The short way to a connected socket is duos_dial(address, timeout, &s).
 */
#include <duosock/stream.h>

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

int main(int argc, char **argv)
{
    const char *address = argc > 1 ? argv[1] : "127.0.0.1:7700";
    const char *line = argc > 2 ? argv[2] : "hello, server";
    duos_socket s;
    duos_addr addr;
    char data[4096];
    size_t len;
    duos_err err;

    check(duos_addr_parse(address, &addr), "address");

    /* 1. Socket: as the server's. POSIX and Winsock: socket(). */
    check(duos_open((duos_family)addr.family, DUOS_STREAM, DUOS_BLOCKING, &s),
          "socket");

    /* 2. Connect: the server's address is given, our own port is chosen by
     *    the system. When this returns, the server's kernel has taken the
     *    connection, even if the server has not accepted it yet.
     *    POSIX and Winsock: connect(). */
    check(duos_connect(s, &addr), "connect");

    check(duos_send_all(s, line, strlen(line), 10000, NULL), "send");
    check(duos_send_all(s, "\n", 1, 10000, NULL), "send");

    /* The end of what we send; we still receive.
     * POSIX: shutdown(s, SHUT_WR). Winsock: shutdown(s, SD_SEND). */
    check(duos_shutdown(s, DUOS_SHUT_SEND), "shutdown");

    while ((err = duos_recv_some(s, data, sizeof data, 10000, &len)) ==
           DUOS_OK) {
        fwrite(data, 1, len, stdout);
    }
    fflush(stdout);
    duos_close(&s);
    if (err != DUOS_EEOF) {
        check(err, "receive");
    }
    return 0;
}
