/* SPDX-License-Identifier: MIT */
/*
 * uv_echo.c - the echo server on libuv. It tries to write at once, from one
 * buffer for all; what is left is copied and waits, without reading on. With
 * -m write it does what its users do first: a buffer and a request from malloc
 * for each read, freed when written.
 *
 * Prints its port, serves until its standard input ends.
 */
#include "serve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <uv.h>

/* Bytes that wait; in the mode write, all. */
typedef struct write_job {
    uv_write_t request;
    char *bytes;
} write_job;

static void check(int err, const char *what)
{
    if (err < 0) {
        fprintf(stderr, "uv_echo: %s: %s\n", what, uv_strerror(err));
        exit(1);
    }
}

static void on_closed(uv_handle_t *handle)
{
    free(handle);
}

static void drop(uv_stream_t *client)
{
    if (!uv_is_closing((uv_handle_t *)client)) {
        uv_close((uv_handle_t *)client, on_closed);
    }
}

static void write_later(uv_stream_t *client, char *bytes, size_t len,
                        uv_write_cb on_written)
{
    write_job *job = (write_job *)serve_need(malloc(sizeof *job));
    uv_buf_t part = uv_buf_init(bytes, (unsigned)len);

    job->bytes = bytes;
    if (uv_write(&job->request, client, &part, 1, on_written) < 0) {
        free(bytes);
        free(job);
        drop(client);
    }
}

/* ---- uv_try_write ------------------------------------------------------ */

static void lend_shared(uv_handle_t *client, size_t suggested, uv_buf_t *out)
{
    static char buffer[SERVE_BUFFER];

    (void)client;
    (void)suggested;
    *out = uv_buf_init(buffer, sizeof buffer);
}

static void on_read_try(uv_stream_t *client, ssize_t got, const uv_buf_t *data);

static void on_rest_written(uv_write_t *request, int status)
{
    write_job *job = (write_job *)request;
    uv_stream_t *client = request->handle;

    free(job->bytes);
    free(job);
    if (status < 0) {
        drop(client);
    } else {
        check(uv_read_start(client, lend_shared, on_read_try), "read");
    }
}

static void keep(uv_stream_t *client, const char *bytes, size_t len)
{
    char *copy = (char *)serve_need(malloc(len));

    memcpy(copy, bytes, len);
    (void)uv_read_stop(client);
    write_later(client, copy, len, on_rest_written);
}

static void on_read_try(uv_stream_t *client, ssize_t got, const uv_buf_t *data)
{
    uv_buf_t part;
    int sent;

    if (got <= 0) {
        if (got < 0) {
            drop(client);
        }
        return;
    }
    part = uv_buf_init(data->base, (unsigned)got);
    sent = uv_try_write(client, &part, 1);
    if (sent == (int)got) {
        return;
    }
    if (sent < 0 && sent != UV_EAGAIN) {
        drop(client);
        return;
    }
    sent = sent < 0 ? 0 : sent;
    keep(client, data->base + sent, (size_t)(got - sent));
}

/* ---- uv_write ---------------------------------------------------------- */

static void lend_new(uv_handle_t *client, size_t suggested, uv_buf_t *out)
{
    (void)client;
    *out =
        uv_buf_init((char *)serve_need(malloc(suggested)), (unsigned)suggested);
}

static void on_written(uv_write_t *request, int status)
{
    write_job *job = (write_job *)request;

    if (status < 0) {
        drop(request->handle);
    }
    free(job->bytes);
    free(job);
}

static void on_read_write(uv_stream_t *client, ssize_t got,
                          const uv_buf_t *data)
{
    if (got > 0) {
        write_later(client, data->base, (size_t)got, on_written);
        return;
    }
    free(data->base);
    if (got < 0) {
        drop(client);
    }
}

/* ---- beginning --------------------------------------------------------- */

static uv_alloc_cb lend = lend_shared;
static uv_read_cb on_read = on_read_try;

static void on_connection(uv_stream_t *listener, int status)
{
    uv_tcp_t *client = (uv_tcp_t *)serve_need(malloc(sizeof *client));

    check(status, "connection");
    check(uv_tcp_init(listener->loop, client), "tcp");
    check(uv_accept(listener, (uv_stream_t *)client), "accept");
    check(uv_read_start((uv_stream_t *)client, lend, on_read), "read");
}

static void on_input(uv_poll_t *input, int status, int events)
{
    (void)status;
    (void)events;
    uv_stop(input->loop);
}

int main(int argc, char **argv)
{
    static const char *const modes[] = {"write", NULL};
    uv_loop_t *loop = uv_default_loop();
    uv_tcp_t listener;
    uv_poll_t input;

    if (serve_mode(argc, argv, modes) != 0) {
        lend = lend_new;
        on_read = on_read_write;
    }
    check(uv_tcp_init(loop, &listener), "tcp");
    check(uv_poll_init(loop, &input, 0), "input");
    check(uv_poll_start(&input, UV_READABLE, on_input), "input");
    check(uv_tcp_open(&listener, serve_socket(SOCK_STREAM)), "open");
    check(uv_listen((uv_stream_t *)&listener, SERVE_BACKLOG, on_connection),
          "listen");
    (void)uv_run(loop, UV_RUN_DEFAULT);
    return 0;
}
