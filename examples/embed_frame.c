/* SPDX-License-Identifier: MIT */
/*
 * embed_frame.c - the echo server in the loop of a host that draws frames, as
 * a game does: the time that is left of a frame is spent in the network's
 * turn, in place of a sleep, so bytes are answered at once and no thread is
 * needed.
 *
 * Usage: embed_frame [ADDRESS [CLIENTS]]; it ends after so many clients.
 */
#include <duosock/server.h>

#include <stdio.h>
#include <stdlib.h>

#define FRAME_MS 16

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
    (void)conn;
    (void)reason;
    (void)user;
    left -= left > 0;
}

/* What the host is really there for. */
static unsigned long draw(unsigned long frame)
{
    return frame + 1;
}

/* Turns of the network until the next frame is due. A turn ends early when
 * something happens; the clock of the loop says how much is left. */
static duos_err network_until(duos_loop *loop, uint64_t due)
{
    duos_err err = DUOS_OK;
    uint64_t now = duos_loop_now_ms(loop);

    do {
        err = duos_loop_step(loop, due > now ? (int64_t)(due - now) : 0);
        now = duos_loop_now_ms(loop);
    } while (err == DUOS_OK && now < due && left != 0);
    return err;
}

int main(int argc, char **argv)
{
    const char *address = argc > 1 ? argv[1] : "127.0.0.1:7700";
    duos_server_config config;
    duos_loop *loop = NULL;
    duos_server *server = NULL;
    duos_addr bound;
    char text[DUOS_ADDR_TEXT_MAX];
    unsigned long frame = 0;
    uint64_t due;
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
        due = duos_loop_now_ms(loop);
        while (err == DUOS_OK && left != 0) {
            frame = draw(frame);
            due += FRAME_MS;
            err = network_until(loop, due);
        }
    }
    if (err != DUOS_OK) {
        fprintf(stderr, "embed_frame: %s\n", duos_err_text(err));
    }
    duos_server_destroy(server);
    duos_loop_destroy(loop);
    return err == DUOS_OK && frame > 0 ? 0 : 1;
}
