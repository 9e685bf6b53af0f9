/* SPDX-License-Identifier: MIT */
/*
 * echo_server.c - the echo server on duos_server, with every limit and
 * deadline that is on by default. With -m fan, what one says goes to all.
 *
 * Prints its port, serves until its standard input ends.
 */
#include <duosock/duosock.h>

#include "echo_args.h"

/* As many as the descriptors of a measured run allow. */
#define CLIENTS 20000

static duos_server *server;

static void on_data(duos_conn *conn, const void *data, size_t len, void *user)
{
    (void)user;
    if (duos_conn_send(conn, data, len) != DUOS_OK) {
        duos_conn_abort(conn, DUOS_OK);
    }
}

static void tell_all(duos_shared *line)
{
    duos_conn *conn = duos_server_next(server, NULL);

    for (; conn != NULL; conn = duos_server_next(server, conn)) {
        if (duos_conn_send_shared(conn, line) != DUOS_OK) {
            duos_conn_abort(conn, DUOS_OK);
        }
    }
}

static void on_line(duos_conn *conn, const void *data, size_t len, void *user)
{
    duos_shared *line;

    (void)user;
    if (duos_shared_create(data, len, NULL, &line) != DUOS_OK) {
        duos_conn_abort(conn, DUOS_ENOMEM);
        return;
    }
    tell_all(line);
    duos_shared_release(line);
}

static void on_stdin(duos_watch *watch, unsigned events, void *user)
{
    (void)events;
    duos_watch_stop(watch);
    duos_loop_stop((duos_loop *)user);
}

static duos_err watch_stdin(duos_watch *watch, duos_loop *loop)
{
    duos_err err = duos_watch_init(watch, loop, on_stdin, loop);

    return err == DUOS_OK
               ? duos_watch_start(watch, duos_socket_from_os(0), DUOS_READ)
               : err;
}

static duos_err start(duos_loop *loop, bool fan)
{
    duos_server_config config;
    duos_addr bound;
    duos_err err;

    duos_server_config_init(&config);
    config.handler.on_data = fan ? on_line : on_data;
    config.max_clients = CLIENTS;
    err = duos_server_create(loop, &config, &server);
    if (err == DUOS_OK) {
        err = duos_server_listen(server, "tcp4:127.0.0.1:0", NULL, &bound);
    }
    if (err == DUOS_OK) {
        printf("%d\n", bound.port);
        fflush(stdout);
    }
    return err;
}

static duos_err make_loop(duos_poller_backend backend, duos_loop **loop)
{
    duos_loop_config config;

    duos_loop_config_init(&config);
    config.backend = backend;
    return duos_loop_create(&config, loop);
}

int main(int argc, char **argv)
{
    echo_args args = echo_args_read(argc, argv, "fan");
    duos_loop *loop = NULL;
    duos_watch input;
    duos_err err = make_loop(args.poller, &loop);

    if (err == DUOS_OK) {
        err = watch_stdin(&input, loop);
    }
    if (err == DUOS_OK) {
        err = start(loop, args.mode[0] != '\0');
    }
    if (err == DUOS_OK) {
        err = duos_loop_run(loop);
    }
    if (err != DUOS_OK) {
        fprintf(stderr, "echo_server: %s\n", duos_err_text(err));
    }
    duos_server_destroy(server);
    (void)duos_loop_destroy(loop);
    return err == DUOS_OK ? 0 : 1;
}
