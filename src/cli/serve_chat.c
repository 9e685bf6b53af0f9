/* SPDX-License-Identifier: MIT */
/*
 * serve_chat.c - mode chat of duosock serve: a client's bytes go to its place
 * in the room.
 */
#include "chat_room.h"
#include "cli.h"
#include "report.h"
#include "serve.h"

#include <string.h>

/* One who cannot come in is told why, as one who is in would be. */
static duos_bytes on_refuse(duos_server *server, const duos_addr *peer,
                            duos_err reason, void *user)
{
    const char *words = "* no place can be had now; try again later\n";
    duos_bytes line;

    (void)server;
    (void)peer;
    (void)user;
    switch (reason) {
    case DUOS_ELIMIT:
        words = "* the room is full\n";
        break;
    case DUOS_EUSERS:
        words = "* too many from your address are in the room\n";
        break;
    case DUOS_EACCES:
        words = "* your address may not come in\n";
        break;
    default:
        break;
    }
    line.data = words;
    line.len = strlen(words);
    return line;
}

static int start(serve *s, duos_server_config *config)
{
    chat_room *room = NULL;
    chat_limits limits = {0};
    duos_err err;

    limits.max_line = s->options->max_line;
    limits.max_queue = config->limits.queue_max;
    limits.line_ms = s->options->line_ms;
    err = chat_room_new(s->loop, &limits, &room);
    if (err != DUOS_OK) {
        report_failure("start", "chat", err);
        return CLI_FAILED;
    }
    s->state = room;
    config->on_refuse = on_refuse;
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

static void count(const serve *s, report_counts *counts)
{
    const chat_counts *of_room = chat_room_counts(s->state);

    counts->long_lines = of_room->long_lines;
    counts->line_ends = of_room->line_ends;
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
    .count = count,
    .enter = enter,
    .leave = leave,
    .on_data = on_data,
    .on_eof = on_eof,
};
