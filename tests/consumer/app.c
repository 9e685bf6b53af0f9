/* SPDX-License-Identifier: MIT */
/*
 * app.c - a user's program, as C and as C++: a server and a client on one
 * loop, four bytes there and back, and the version that it was compiled with.
 * It is built in each way in which one can have duosock.
 */
#include <duosock/duosock.h>

#include <stdio.h>
#include <string.h>

static size_t answered;

static void echo(duos_conn *conn, const void *data, size_t len, void *user)
{
    (void)user;
    if (duos_conn_send(conn, data, len) != DUOS_OK) {
        duos_conn_close(conn);
    }
}

static void ask(duos_conn *conn, void *user)
{
    (void)user;
    if (duos_conn_send(conn, "ping", 4) != DUOS_OK) {
        duos_conn_close(conn);
    }
}

static void take(duos_conn *conn, const void *data, size_t len, void *user)
{
    (void)data;
    (void)user;
    answered += len;
    if (answered == 4) {
        duos_conn_close(conn);
    }
}

static void end(duos_conn *conn, duos_err reason, void *user)
{
    (void)reason;
    (void)user;
    duos_loop_stop(duos_conn_loop(conn));
}

/* Both ends; the server chooses the port. */
static duos_err begin(duos_loop *loop, duos_server **server,
                      duos_client **client)
{
    duos_server_config serves;
    duos_client_config asks;
    duos_addr bound;
    char at[DUOS_ADDR_TEXT_MAX];
    duos_err err;

    duos_server_config_init(&serves);
    serves.handler.on_data = echo;
    duos_client_config_init(&asks);
    asks.handler.on_open = ask;
    asks.handler.on_data = take;
    asks.handler.on_close = end;
    err = duos_server_create(loop, &serves, server);
    if (err == DUOS_OK) {
        err = duos_server_listen(*server, "127.0.0.1:0", NULL, &bound);
    }
    if (err == DUOS_OK) {
        err = duos_addr_format(&bound, at, sizeof at);
    }
    if (err == DUOS_OK) {
        err = duos_client_create(loop, &asks, client);
    }
    return err == DUOS_OK ? duos_client_connect(*client, at) : err;
}

int main(void)
{
    duos_loop *loop = NULL;
    duos_server *server = NULL;
    duos_client *client = NULL;
    duos_err err = duos_loop_create(NULL, &loop);

    if (err == DUOS_OK) {
        err = begin(loop, &server, &client);
    }
    if (err == DUOS_OK) {
        err = duos_loop_run(loop);
    }
    duos_client_destroy(client);
    duos_server_destroy(server);
    duos_loop_destroy(loop);
    printf("duosock %s: %s, %u bytes\n", duos_version(), duos_err_text(err),
           (unsigned)answered);
    return answered != 4 || strcmp(duos_version(), DUOS_VERSION_STRING) != 0;
}
