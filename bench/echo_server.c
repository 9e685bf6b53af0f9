/* SPDX-License-Identifier: MIT */
/*
 * echo_server.c - the echo server on duos_server, with every limit and
 * deadline that is on by default.
 *
 * Prints its port, serves until its standard input ends.
 */
#include <stdio.h>

#include <duosock/duosock.h>

static void on_data(duos_conn *conn, const void *data, size_t len, void *user)
{
    (void)user;
    if (duos_conn_send(conn, data, len) != DUOS_OK) {
        duos_conn_abort(conn, DUOS_OK);
    }
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

static duos_err start(duos_loop *loop, duos_server **server)
{
    duos_server_config config;
    duos_addr bound;
    duos_err err;

    duos_server_config_init(&config);
    config.handler.on_data = on_data;
    config.max_clients_per_address = 0; /* all come from one machine */
    err = duos_server_create(loop, &config, server);
    if (err == DUOS_OK) {
        err = duos_server_listen(*server, "tcp4:127.0.0.1:0", NULL, &bound);
    }
    if (err == DUOS_OK) {
        printf("%d\n", bound.port);
        fflush(stdout);
    }
    return err;
}

int main(void)
{
    duos_server *server = NULL;
    duos_loop *loop = NULL;
    duos_watch input;
    duos_err err = duos_loop_create(NULL, &loop);

    if (err == DUOS_OK) {
        err = watch_stdin(&input, loop);
    }
    if (err == DUOS_OK) {
        err = start(loop, &server);
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
