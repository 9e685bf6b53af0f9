/* SPDX-License-Identifier: MIT */
/*
 * serve_chat.c - mode chat of duosock serve: a client's bytes go to its place
 * in the room.
 */
#include "chat_room.h"
#include "cli.h"
#include "report.h"
#include "serve.h"

static int start(serve *s, duos_server_config *config)
{
    chat_room *room = NULL;
    duos_err err = chat_room_new(s->loop, s->options->max_line,
                                 config->limits.queue_max, &room);

    if (err != DUOS_OK) {
        report_failure("start", "chat", err);
        return CLI_FAILED;
    }
    s->state = room;
    return CLI_DONE;
}

static void stop(serve *s)
{
    chat_room_close(s->state);
}

static void end(serve *s)
{
    chat_room_free(s->state);
}

static duos_err enter(serve_client *c)
{
    c->state = chat_room_enter(c->serve->state, c->conn);
    return c->state != NULL ? DUOS_OK : DUOS_ENOMEM;
}

static void leave(serve_client *c, duos_err reason)
{
    (void)reason;
    chat_member_free(c->state);
}

static void on_data(duos_conn *conn, const void *data, size_t len, void *user)
{
    const serve_client *c = user;

    (void)conn;
    chat_member_data(c->state, data, len);
}

static void on_eof(duos_conn *conn, void *user)
{
    const serve_client *c = user;

    (void)conn;
    chat_member_end(c->state);
}

const serve_mode serve_chat = {
    .name = "chat",
    .start = start,
    .stop = stop,
    .end = end,
    .enter = enter,
    .leave = leave,
    .on_data = on_data,
    .on_eof = on_eof,
};
