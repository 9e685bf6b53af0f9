/* SPDX-License-Identifier: MIT */
/*
 * udp_echo.c - the echo server of datagrams on duosock: batches each way, on
 * a bare duos_poller. What raw_udp.c -m batch does, call by call.
 *
 * Prints its port, serves until its standard input ends.
 */
#include <duosock/duosock.h>

#include "echo_args.h"

#define BATCH 32
#define ROOM  2048

static duos_message list[BATCH];
static duos_buf parts[BATCH];
static char bytes[BATCH][ROOM];

static void check(duos_err err, const char *what)
{
    if (err != DUOS_OK) {
        fprintf(stderr, "udp_echo: %s: %s\n", what, duos_err_text(err));
        exit(1);
    }
}

/* What the system has no room for is lost, as datagrams are. */
static void echo_batch(duos_socket sock)
{
    size_t got = 0;
    size_t sent = 0;
    size_t i;

    for (i = 0; i < BATCH; i++) {
        parts[i].len = ROOM;
    }
    if (duos_recv_batch(sock, list, BATCH, &got) != DUOS_OK) {
        return;
    }
    for (i = 0; i < got; i++) {
        parts[i].len = list[i].len;
    }
    (void)(duos_send_batch(sock, list, got, &sent) == DUOS_OK);
}

static void lay_out(void)
{
    size_t i;

    for (i = 0; i < BATCH; i++) {
        parts[i].data = bytes[i];
        list[i].parts = &parts[i];
        list[i].count = 1;
    }
}

static duos_socket open_socket(void)
{
    duos_socket sock;
    duos_addr bound;

    check(duos_listen_at("udp4:127.0.0.1:0", NULL, &sock, &bound), "listen");
    check(duos_set_nonblocking(sock, true), "socket");
    printf("%d\n", bound.port);
    fflush(stdout);
    return sock;
}

static duos_poller *open_poller(duos_poller_backend backend)
{
    duos_poller_config config;
    duos_poller *poller = NULL;

    duos_poller_config_init(&config);
    config.backend = backend;
    check(duos_poller_create(&config, &poller), "poller");
    return poller;
}

int main(int argc, char **argv)
{
    echo_args args = echo_args_read(argc, argv, NULL);
    duos_poller *poller = open_poller(args.poller);
    duos_socket sock = open_socket();
    duos_poll_event event;
    duos_token token;
    size_t count;

    lay_out();
    check(duos_poller_add(poller, sock, DUOS_READ, &sock, &token), "add");
    check(duos_poller_add(poller, duos_socket_from_os(0), DUOS_READ, NULL,
                          &token),
          "add");
    do {
        check(duos_poller_wait(poller, &event, 1, -1, &count), "wait");
        if (event.user != NULL) {
            echo_batch(sock);
        }
    } while (event.user != NULL);
    duos_poller_destroy(poller);
    return 0;
}
