/* SPDX-License-Identifier: MIT */
/*
 * server.c - the same echo server for thousands of clients, with all limits
 * and deadlines, and nobody waits for anybody.
 *
 * Usage: server [ADDRESS [CLIENTS]]; it ends after so many clients.
 */
#include <duosock/server.h>

#include <stdio.h>
#include <stdlib.h>

static long left = -1;

static void on_data(duos_conn *conn, const void *data, size_t len, void *user)
{
    (void)user;
    if (duos_conn_send(conn, data, len) != DUOS_OK) {
        duos_conn_close(conn);
    }
}

static void on_close(duos_conn *conn, duos_err reason, void *user)
{
    (void)reason;
    (void)user;
    left -= left > 0;
    if (left == 0) {
        duos_loop_stop(duos_conn_loop(conn));
    }
}

int main(int argc, char **argv)
{
    const char *address = argc > 1 ? argv[1] : "127.0.0.1:7700";
    duos_server_config config;
    duos_loop *loop = NULL;
    duos_server *server = NULL;
    duos_addr bound;
    char text[DUOS_ADDR_TEXT_MAX];
    duos_err err;

    left = argc > 2 ? strtol(argv[2], NULL, 10) : -1;
    duos_server_config_init(&config);
    config.handler.on_data = on_data;
    config.handler.on_close = on_close;

    if ((err = duos_loop_create(NULL, &loop)) == DUOS_OK &&
        (err = duos_server_create(loop, &config, &server)) == DUOS_OK &&
        (err = duos_server_listen(server, address, NULL, &bound)) == DUOS_OK &&
        (err = duos_addr_format(&bound, text, sizeof text)) == DUOS_OK) {
        printf("listening on %s\n", text);
        fflush(stdout);
        err = duos_loop_run(loop);
    }
    if (err != DUOS_OK) {
        fprintf(stderr, "server: %s\n", duos_err_text(err));
    }
    duos_server_destroy(server);
    duos_loop_destroy(loop);
    return err == DUOS_OK ? 0 : 1;
}
