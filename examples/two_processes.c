/* SPDX-License-Identifier: MIT */
/*
 * two_processes.c - two processes that talk. Each has an end point, which is
 * an address and a port; both end points together, the 4-tuple, name the
 * connection. One process waits, the other one calls it.
 *
 * Usage: two_processes wait [ADDRESS]
 *        two_processes call [ADDRESS]
 */
#include <duosock/listen.h>
#include <duosock/stream.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE_MS 10000

static void check(duos_err err, const char *what)
{
    if (err != DUOS_OK) {
        fprintf(stderr, "%s: %s\n", what, duos_err_text(err));
        exit(1);
    }
}

/* Whoever waits must be known: it has the address that both agree on. */
static duos_socket wait_at(const char *address)
{
    duos_socket listener;
    duos_socket s;
    duos_addr bound;
    char text[DUOS_ADDR_TEXT_MAX];

    check(duos_listen_at(address, NULL, &listener, &bound), "listen");
    check(duos_addr_format(&bound, text, sizeof text), "address");
    printf("waiting at %s\n", text);
    fflush(stdout);
    check(duos_wait(listener, DUOS_READ, -1, NULL), "wait");
    check(duos_accept(listener, DUOS_NONBLOCK, &s, NULL), "accept");
    duos_close(&listener);
    return s;
}

/* Whoever calls may have any address: the system chooses its port. */
static duos_socket call(const char *address)
{
    duos_socket s;

    check(duos_dial(address, PATIENCE_MS, &s), "connect");
    return s;
}

/* From here on both do the same: each can send and receive. */
static void talk(duos_socket s, const char *words)
{
    duos_tuple tuple;
    char mine[DUOS_ADDR_TEXT_MAX];
    char other[DUOS_ADDR_TEXT_MAX];
    char data[256];
    size_t len;
    duos_err err;

    check(duos_socket_tuple(s, &tuple), "4-tuple");
    check(duos_addr_format(&tuple.local, mine, sizeof mine), "address");
    check(duos_addr_format(&tuple.remote, other, sizeof other), "address");
    printf("my end is %s, the other end is %s\n", mine, other);

    check(duos_send_all(s, words, strlen(words), PATIENCE_MS, NULL), "send");
    check(duos_shutdown(s, DUOS_SHUT_SEND), "shutdown"); /* that was all */
    printf("the other one says: ");
    while ((err = duos_recv_some(s, data, sizeof data, PATIENCE_MS, &len)) ==
           DUOS_OK) {
        fwrite(data, 1, len, stdout);
    }
    printf("\n");
    check(err == DUOS_EEOF ? DUOS_OK : err, "receive");
}

int main(int argc, char **argv)
{
    const char *address = argc > 2 ? argv[2] : "127.0.0.1:7700";
    bool waits = argc > 1 && strcmp(argv[1], "wait") == 0;
    duos_socket s;

    if (!waits && (argc < 2 || strcmp(argv[1], "call") != 0)) {
        fprintf(stderr, "usage: two_processes wait|call [ADDRESS]\n");
        return 2;
    }
    s = waits ? wait_at(address) : call(address);
    talk(s, waits ? "hello, caller" : "hello, you who wait");
    return duos_close(&s) == DUOS_OK ? 0 : 1;
}
