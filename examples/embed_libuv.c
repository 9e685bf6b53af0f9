/* SPDX-License-Identifier: MIT */
/*
 * embed_libuv.c - the echo server within libuv's loop: a uv_poll on the
 * descriptor that epoll and kqueue have; a uv_timer, set before each wait.
 * Usage: embed_libuv [ADDRESS [CLIENTS]]; it ends after so many clients.
 */
#include <duosock/server.h>

#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

static duos_loop *loop;
static uv_timer_t due;
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
    if (left > 0 && --left == 0) {
        duos_loop_stop(duos_conn_loop(conn));
    }
}

/* A turn ends with DUOS_ECANCELED when duos_loop_stop was called. */
static void on_due(uv_timer_t *timer)
{
    if (duos_loop_step(loop, 0) != DUOS_OK) {
        uv_stop(timer->loop);
    }
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
    (void)poll;
    (void)status;
    (void)events;
    on_due(&due);
}

static void on_prepare(uv_prepare_t *prepare)
{
    int64_t wait_ms = duos_loop_next_timeout_ms(loop);

    (void)prepare;
    uv_timer_stop(&due);
    if (wait_ms >= 0) {
        uv_timer_start(&due, on_due, (uint64_t)wait_ms, 0);
    }
}

int main(int argc, char **argv)
{
    const char *address = argc > 1 ? argv[1] : "127.0.0.1:7700";
    duos_server_config config;
    duos_server *server = NULL;
    uv_loop_t *uv = uv_default_loop();
    uv_poll_t poll;
    uv_prepare_t prepare;
    duos_addr bound;
    char text[DUOS_ADDR_TEXT_MAX];
    intptr_t fd;
    duos_err err;

    left = argc > 2 ? strtol(argv[2], NULL, 10) : -1;
    duos_server_config_init(&config);
    config.handler.on_data = on_data;
    config.handler.on_close = on_close;
    if ((err = duos_loop_create(NULL, &loop)) == DUOS_OK &&
        (err = duos_poller_os_handle(duos_loop_poller(loop), &fd)) == DUOS_OK &&
        (err = duos_server_create(loop, &config, &server)) == DUOS_OK &&
        (err = duos_server_listen(server, address, NULL, &bound)) == DUOS_OK &&
        (err = duos_addr_format(&bound, text, sizeof text)) == DUOS_OK) {
        printf("listening on %s\n", text);
        fflush(stdout);
        uv_poll_init(uv, &poll, (int)fd);
        uv_timer_init(uv, &due);
        uv_prepare_init(uv, &prepare);
        uv_poll_start(&poll, UV_READABLE, on_ready);
        uv_prepare_start(&prepare, on_prepare);
        uv_run(uv, UV_RUN_DEFAULT);
        uv_poll_stop(&poll);
    }
    if (err != DUOS_OK) {
        fprintf(stderr, "embed_libuv: %s\n", duos_err_text(err));
    }
    duos_server_destroy(server);
    duos_loop_destroy(loop);
    return err == DUOS_OK ? 0 : 1;
}
