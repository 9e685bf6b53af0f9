/* SPDX-License-Identifier: MIT */
/*
 * serve_chat.c - mode chat of duosock serve: a client's bytes go to its place
 * in the room.
 */
#include "serve.h"

static void on_data(duos_conn *conn, const void *data, size_t len, void *user)
{
    const serve_client *c = user;

    (void)conn;
    chat_member_data(c->member, data, len);
}

static void on_eof(duos_conn *conn, void *user)
{
    const serve_client *c = user;

    (void)conn;
    chat_member_end(c->member);
}

void serve_chat_handler(duos_conn_handler *handler)
{
    handler->on_data = on_data;
    handler->on_eof = on_eof;
}
