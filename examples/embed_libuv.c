/* SPDX-License-Identifier: MIT */
/*
 * embed_libuv.c - the echo server within libuv's loop: one uv_poll on the
 * descriptor of duosock's poller, and one uv_timer for its next timer. libuv
 * runs the program; a turn of duosock is one of its callbacks.
 *
 * The descriptor is there with epoll and kqueue (duos_poller_os_handle).
 *
 * Usage: embed_libuv [ADDRESS [CLIENTS]]; it ends after so many clients.
 */
#include <duosock/server.h>

#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

typedef struct host {
    duos_loop *loop;
    uv_poll_t poll;
    uv_timer_t timer;
    uv_prepare_t prepare;
    long left;
} host;

static void on_data(duos_conn *conn, const void *data, size_t len, void *user)
{
    (void)user;
    if (duos_conn_send(conn, data, len) != DUOS_OK) {
        duos_conn_close(conn);
    }
}

static void on_close(duos_conn *conn, duos_err reason, void *user)
{
    host *h = user;

    (void)conn;
    (void)reason;
    h->left -= h->left > 0;
    if (h->left == 0) {
        uv_stop(uv_default_loop());
    }
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    host *h = poll->data;

    (void)status;
    (void)events;
    if (duos_loop_step(h->loop, 0) != DUOS_OK) {
        uv_stop(uv_default_loop());
    }
}

static void on_timer(uv_timer_t *timer)
{
    host *h = timer->data;

    on_poll(&h->poll, 0, 0);
}

/* Before libuv waits: no longer than duosock's next timer. */
static void on_prepare(uv_prepare_t *prepare)
{
    host *h = prepare->data;
    int64_t wait_ms = duos_loop_next_timeout_ms(h->loop);

    if (wait_ms < 0) {
        uv_timer_stop(&h->timer);
    } else {
        uv_timer_start(&h->timer, on_timer, (uint64_t)wait_ms, 0);
    }
}

static int run(host *h)
{
    uv_loop_t *uv = uv_default_loop();
    intptr_t fd;

    if (duos_poller_os_handle(duos_loop_poller(h->loop), &fd) != DUOS_OK) {
        fprintf(stderr, "embed_libuv: this poller has no descriptor\n");
        return 1;
    }
    uv_poll_init(uv, &h->poll, (int)fd);
    uv_timer_init(uv, &h->timer);
    uv_prepare_init(uv, &h->prepare);
    h->poll.data = h->timer.data = h->prepare.data = h;
    uv_poll_start(&h->poll, UV_READABLE, on_poll);
    uv_prepare_start(&h->prepare, on_prepare);
    uv_run(uv, UV_RUN_DEFAULT);
    uv_close((uv_handle_t *)&h->poll, NULL);
    uv_close((uv_handle_t *)&h->timer, NULL);
    uv_close((uv_handle_t *)&h->prepare, NULL);
    uv_run(uv, UV_RUN_DEFAULT);
    return uv_loop_close(uv) == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    const char *address = argc > 1 ? argv[1] : "127.0.0.1:7700";
    host h = {0};
    duos_server_config config;
    duos_server *server = NULL;
    duos_addr bound;
    char text[DUOS_ADDR_TEXT_MAX];
    int result = 1;
    duos_err err;

    h.left = argc > 2 ? strtol(argv[2], NULL, 10) : -1;
    duos_server_config_init(&config);
    config.handler.on_data = on_data;
    config.handler.on_close = on_close;
    config.user = &h;
    if ((err = duos_loop_create(NULL, &h.loop)) == DUOS_OK &&
        (err = duos_server_create(h.loop, &config, &server)) == DUOS_OK &&
        (err = duos_server_listen(server, address, NULL, &bound)) == DUOS_OK &&
        (err = duos_addr_format(&bound, text, sizeof text)) == DUOS_OK) {
        printf("listening on %s\n", text);
        fflush(stdout);
        result = run(&h);
    } else {
        fprintf(stderr, "embed_libuv: %s\n", duos_err_text(err));
    }
    duos_server_destroy(server);
    duos_loop_destroy(h.loop);
    return result;
}
