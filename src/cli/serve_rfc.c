/* SPDX-License-Identifier: MIT */
/*
 * serve_rfc.c - the old services of RFC 864, 867 and 868: characters without
 * end, the time of day as a line, the time as a number.
 */
#include "cli.h"
#include "os.h"
#include "report.h"
#include "serve.h"
#include "stamp.h"
#include "trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- chargen ----------------------------------------------------------- */

/* 95 lines of 72 characters; each begins one character later. */
enum {
    FIRST = ' ',
    CHARACTERS = 95,
    LINE_BYTES = 72 + 2,
    PAGE_BYTES = CHARACTERS * LINE_BYTES,
    TURN_BYTES = 8 * PAGE_BYTES /* for one client, before others are served */
};

typedef struct chargen {
    char page[PAGE_BYTES];
    size_t piece; /* so much fits while the queue is not above its mark */
    size_t high;
} chargen;

typedef struct chargen_client {
    const chargen *all;
    duos_conn *conn;
    duos_timer more;
    size_t at; /* of the page */
} chargen_client;

static void write_page(char *page)
{
    int line;
    int column;

    for (line = 0; line < CHARACTERS; line++) {
        for (column = 0; column < LINE_BYTES - 2; column++) {
            *page++ = (char)(FIRST + (line + column) % CHARACTERS);
        }
        *page++ = '\r';
        *page++ = '\n';
    }
}

static int start_chargen(serve *s, duos_server_config *config)
{
    chargen *all = malloc(sizeof *all);

    if (all == NULL) {
        report_failure("start", "chargen", DUOS_ENOMEM);
        return CLI_FAILED;
    }
    write_page(all->page);
    all->high = config->limits.queue_high;
    all->piece = all->high < PAGE_BYTES ? all->high : PAGE_BYTES;
    config->limits.first_byte_ms = 0;    /* who is to listen need not speak */
    config->limits.backpressure = false; /* or its end would go unseen */
    s->state = all;
    return CLI_DONE;
}

static void end_chargen(serve *s)
{
    free(s->state);
}

static duos_err send_piece(chargen_client *g, size_t *total)
{
    size_t len = PAGE_BYTES - g->at;
    duos_err err;

    if (len > g->all->piece) {
        len = g->all->piece;
    }
    err = duos_conn_send(g->conn, g->all->page + g->at, len);
    g->at = (g->at + len) % PAGE_BYTES;
    *total += len;
    return err;
}

/*
 * Sends until so much waits that on_drain will come; a peer that takes all at
 * once gets the rest in the next turn, by the timer.
 */
static void generate(chargen_client *g)
{
    size_t total = 0;
    duos_err err = DUOS_OK;

    while (err == DUOS_OK && total < TURN_BYTES &&
           duos_conn_queued(g->conn) <= g->all->high) {
        err = send_piece(g, &total);
    }
    if (err == DUOS_OK && duos_conn_queued(g->conn) <= g->all->high) {
        err = duos_timer_start(&g->more, 0);
    }
    if (err != DUOS_OK && err != DUOS_ESTATE) {
        duos_conn_abort(g->conn, err); /* ESTATE: it is ending already */
    }
}

static void on_more(duos_timer *timer, void *user)
{
    (void)timer;
    generate(user);
}

static duos_err enter_chargen(serve_client *c)
{
    chargen_client *g = calloc(1, sizeof *g);
    duos_err err;

    if (g == NULL) {
        return DUOS_ENOMEM;
    }
    c->state = g;
    g->all = c->serve->state;
    g->conn = c->conn;
    err = duos_timer_init(&g->more, c->serve->loop, on_more, g);
    if (err == DUOS_OK) {
        generate(g);
    }
    return err;
}

static void leave_chargen(serve_client *c, duos_err reason)
{
    chargen_client *g = c->state;

    (void)reason;
    if (g != NULL) {
        duos_timer_stop(&g->more);
        free(g);
    }
}

static void on_drain_chargen(duos_conn *conn, void *user)
{
    const serve_client *c = user;

    (void)conn;
    generate(c->state);
}

/* Who sends no more may still listen; a peer that has gone resets. */
static void on_eof_chargen(duos_conn *conn, void *user)
{
    (void)conn;
    (void)user;
}

const serve_mode serve_chargen = {
    .name = "chargen",
    .start = start_chargen,
    .end = end_chargen,
    .enter = enter_chargen,
    .leave = leave_chargen,
    .on_eof = on_eof_chargen,
    .on_drain = on_drain_chargen,
};

/* ---- daytime ----------------------------------------------------------- */

/* The RFC leaves the form open; this one can be read by all. */
static duos_err enter_daytime(serve_client *c)
{
    char line[STAMP_MAX + 2];
    size_t len;

    stamp_write(line, os_time_ms());
    len = strlen(line);
    line[len++] = '\r';
    line[len++] = '\n';
    serve_send(c->conn, line, len);
    duos_conn_close(c->conn);
    return DUOS_OK;
}

const serve_mode serve_daytime = {.name = "daytime", .enter = enter_daytime};

/* ---- time -------------------------------------------------------------- */

#define SECONDS_1900_TO_1970 INT64_C(2208988800)

/* The number has 32 bits, so it passes 0 on 2036-02-07 at 06:28:16 UTC. */
static duos_err enter_time(serve_client *c)
{
    uint32_t seconds = (uint32_t)(os_time_ms() / 1000 + SECONDS_1900_TO_1970);
    unsigned char number[4];

    number[0] = (unsigned char)(seconds >> 24);
    number[1] = (unsigned char)(seconds >> 16 & 255);
    number[2] = (unsigned char)(seconds >> 8 & 255);
    number[3] = (unsigned char)(seconds & 255);
    serve_send(c->conn, number, sizeof number);
    duos_conn_close(c->conn);
    return DUOS_OK;
}

const serve_mode serve_time = {.name = "time", .enter = enter_time};
