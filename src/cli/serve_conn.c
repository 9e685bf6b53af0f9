/* SPDX-License-Identifier: MIT */
/*
 * serve_conn.c - what duosock serve does with a client: numbers it, names it
 * by its 4-tuple, deals with its bytes, counts them.
 */
#include "serve.h"

#include "report.h"

#include <stdlib.h>

static void on_open(duos_conn *conn, void *user)
{
    serve *s = user;
    serve_client *c = malloc(sizeof *c);

    duos_conn_set_user(conn, c);
    if (c == NULL) {
        duos_conn_abort(conn, DUOS_ENOMEM);
        return;
    }
    duos_timer_stop(&s->idle);
    s->open++;
    c->serve = s;
    c->number = ++s->counted;
    c->opened_ms = duos_loop_now_ms(s->loop);
    c->member = NULL;
    (void)report_open(SAY_NORMAL, c->number, conn, true);
    if (s->room != NULL) {
        c->member = chat_room_enter(s->room, conn);
        if (c->member == NULL) {
            duos_conn_abort(conn, DUOS_ENOMEM);
        }
    }
}

static void on_data_echo(duos_conn *conn, const void *data, size_t len,
                         void *user)
{
    duos_err err = duos_conn_send(conn, data, len);

    (void)user;
    /* ESTATE: it is ending already. Back-pressure keeps room for what one
     * receive brings, so anything else is a want of memory. */
    if (err != DUOS_OK && err != DUOS_ESTATE) {
        duos_conn_abort(conn, err);
    }
}

void serve_start_idle(serve *s)
{
    if (s->open == 0 && s->options->exit_after_idle_ms > 0) {
        duos_err err =
            duos_timer_start(&s->idle, s->options->exit_after_idle_ms);

        if (err != DUOS_OK) {
            report_failure("start", "--exit-after-idle", err);
        }
    }
}

static void on_close(duos_conn *conn, duos_err reason, void *user)
{
    serve_client *c = user;

    if (c == NULL) {
        return;
    }
    (void)report_close(SAY_NORMAL, c->number, conn, c->opened_ms, reason);
    chat_member_free(c->member);
    c->serve->open--;
    serve_start_idle(c->serve);
    free(c);
}

void serve_handler(serve_mode mode, duos_conn_handler *handler)
{
    duos_conn_handler_init(handler);
    handler->on_open = on_open;
    handler->on_close = on_close;
    switch (mode) {
    case SERVE_ECHO:
        handler->on_data = on_data_echo;
        break;
    case SERVE_DISCARD:
        break; /* nobody is told of bytes that nobody wants */
    case SERVE_CHAT:
        serve_chat_handler(handler);
        break;
    }
}
