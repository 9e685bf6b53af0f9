/* SPDX-License-Identifier: MIT */
/*
 * serve_conn.c - what duosock serve does with a client in every mode: numbers
 * it, names it by its 4-tuple, counts it.
 */
#include "serve_workers.h"

#include "report.h"
#include "trace.h"

#include <stdlib.h>

static void on_open(duos_conn *conn, void *user)
{
    serve *s = user;
    serve_client *c = calloc(1, sizeof *c);
    duos_err err = DUOS_OK;

    if (c == NULL) {
        duos_conn_abort(conn, DUOS_ENOMEM);
        return;
    }
    duos_conn_set_user(conn, c);
    duos_timer_stop(&s->idle);
    s->open++;
    c->serve = s;
    c->conn = conn;
    c->number = serve_next_number(s);
    c->opened_ms = duos_loop_now_ms(s->loop);
    (void)report_open(SAY_NORMAL, c->number, conn, true);
    if (s->mode->enter != NULL) {
        err = s->mode->enter(c);
    }
    if (err != DUOS_OK) {
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

    if (c->conn == NULL) { /* it is the serve's nobody */
        (void)report_refused(SAY_VERBOSE, conn, reason);
        return;
    }
    (void)report_close(SAY_NORMAL, c->number, conn, c->opened_ms, reason);
    if (c->serve->mode->leave != NULL) {
        c->serve->mode->leave(c, reason);
    }
    c->serve->open--;
    serve_start_idle(c->serve);
    free(c);
}

void serve_handler(const serve *s, duos_conn_handler *handler)
{
    duos_conn_handler_init(handler);
    handler->on_open = on_open;
    handler->on_close = on_close;
    handler->on_data = s->mode->on_data;
    handler->on_eof = s->mode->on_eof;
    handler->on_drain = s->mode->on_drain;
}

void serve_send(duos_conn *conn, const void *data, size_t len)
{
    duos_err err = duos_conn_send(conn, data, len);

    /* ESTATE: it is ending already. Back-pressure keeps room for what one
     * receive brings, so anything else is a want of memory. */
    if (err != DUOS_OK && err != DUOS_ESTATE) {
        duos_conn_abort(conn, err);
    }
}

void serve_less_busy(serve *s)
{
    s->busy--;
    if (s->drained && s->busy == 0) {
        duos_loop_stop(s->loop);
    }
}
