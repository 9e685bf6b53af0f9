/* SPDX-License-Identifier: MIT */
/*
 * guest.c - guests that come by duos_client, and the habits of all of them.
 *
 * A guest has a timer for its next step: it comes, says its pieces, ends in
 * the way of its character, and is over when on_close came.
 */
#include <stdlib.h>

#include "chaos.h"

#define NEVER UINT32_MAX

const chaos_habits *chaos_habits_of(chaos_character character)
{
    static const chaos_habits habits[CHAOS_CHARACTER_COUNT] = {
        {"talker", 60, 400, 6, 0, CHAOS_END_HALF, false},
        {"silent", 0, 0, 0, 0, CHAOS_END_STAY, false},
        {"idler", 4, 100, 3, 0, CHAOS_END_STAY, false},
        {"visitor", 0, 0, 0, 0, CHAOS_END_CLOSE, false},
        {"slow", 30, 1500, 3, 9, CHAOS_END_HALF, false},
        {"deaf", 30, 4000, 2, NEVER, CHAOS_END_STAY, false},
        {"flood", 30, 8000, 0, 0, CHAOS_END_HALF, false},
        {"rude", 12, 500, 4, 0, CHAOS_END_ABORT, false},
        {"hasty", 6, 3000, 0, 0, CHAOS_END_CLOSE, false},
        {"half", 5, 300, 2, 0, CHAOS_END_HALF, false},
        {"leaver", 12, 200, 5, 0, CHAOS_END_RELEASE, false},
        {"raw talker", 60, 400, 6, 0, CHAOS_END_HALF, true},
        {"raw deaf", 30, 3000, 2, NEVER, CHAOS_END_STAY, true},
        {"raw rude", 12, 500, 4, 0, CHAOS_END_ABORT, true},
        {"raw hasty", 8, 3000, 1, 0, CHAOS_END_CLOSE, true},
    };

    return &habits[character];
}

/* ---- saying ------------------------------------------------------------ */

static void finish(chaos_guest *g, duos_conn *conn)
{
    duos_err err = DUOS_OK;

    switch (chaos_habits_of(g->character)->ending) {
    case CHAOS_END_STAY:
        break;
    case CHAOS_END_HALF:
        err = duos_conn_shutdown(conn);
        break;
    case CHAOS_END_CLOSE:
        g->ours = true;
        duos_conn_close(conn);
        break;
    case CHAOS_END_ABORT:
        g->ours = true;
        duos_conn_abort(conn, DUOS_OK);
        break;
    case CHAOS_END_RELEASE:
        err = duos_conn_release(conn, &g->socket);
        if (err == DUOS_OK) {
            (void)duos_close(&g->socket);
            g->closed++;
            g->ours = true;
            g->reason = DUOS_ECANCELED;
            chaos_over(g);
        }
        break;
    }
    chaos_likely(g->world, err == DUOS_OK || err == DUOS_ESTATE, "the end",
                 err);
}

/* False: it must wait, or cannot speak any more. */
static bool say_one(chaos_guest *g, duos_conn *conn)
{
    unsigned char piece[CHAOS_PIECE_MAX];
    uint32_t most = chaos_habits_of(g->character)->size;
    bool named = g->named;
    uint32_t len = chaos_words(g, most, piece);
    duos_err err = duos_conn_send(conn, piece, len);

    if (err == DUOS_OK) {
        chaos_said(g, piece, len);
        g->pieces_left--;
        return true;
    }
    g->named = named;
    if (err == DUOS_EWOULDBLOCK) {
        g->waiting = true; /* on_drain will tell */
    } else if (err == DUOS_EMSGSIZE) {
        chaos_check(g->world, len > g->world->plan.client.queue_max,
                    "refused as too long", err);
        g->pieces_left--;
        return true;
    } else {
        chaos_likely(g->world,
                     err == DUOS_ESTATE ||
                         (err == DUOS_ENOMEM && g->world->plan.deny > 0),
                     "send", err);
        g->pieces_left = 0;
    }
    return false;
}

static void speak(chaos_guest *g, duos_conn *conn)
{
    const chaos_habits *habits = chaos_habits_of(g->character);

    if (g->pieces_left == 0) {
        finish(g, conn);
        return;
    }
    while (say_one(g, conn) && habits->gap_ms == 0 && g->pieces_left > 0) {
    }
    if (!g->waiting) {
        (void)chaos_timer_start(&g->timer,
                                chaos_below(g->world, habits->gap_ms + 1));
    }
}

/* Who is silent does not even greet. */
static void greet(chaos_guest *g, duos_conn *conn)
{
    unsigned char header[CHAOS_PIECE_MAX];
    duos_err err = DUOS_OK;

    if (g->world->plan.proxied && g->character != CHAOS_SILENT) {
        err = duos_conn_send(conn, header, chaos_header(g, header));
    }
    if (err != DUOS_OK) {
        chaos_likely(g->world, err == DUOS_ENOMEM && g->world->plan.deny > 0,
                     "greeting", err);
        g->ours = true;
        duos_conn_abort(conn, DUOS_OK);
    }
}

/* ---- what it is told --------------------------------------------------- */

static void on_open(duos_conn *conn, void *user)
{
    chaos_guest *g = (chaos_guest *)user;

    chaos_delivered(g->world);
    chaos_spy_event(g->world, CHAOS_CLIENT, conn, CHAOS_EVENT_ON_OPEN);
    chaos_check_guest(g, g->opened++ == 0, "on_open twice");
    g->port = chaos_guest_port(g);
    chaos_door_meet(g);
    g->clock.open_ns = g->clock.moved_ns = chaos_now(g->world);
    g->clock.taken_ns = g->clock.looked_ns = g->clock.open_ns;
    if (chaos_habits_of(g->character)->rest_ms == NEVER) {
        (void)duos_conn_pause(conn);
    }
    greet(g, conn);
    (void)chaos_timer_start(&g->timer, 0);
}

static void on_rest(void *user)
{
    chaos_guest *g = (chaos_guest *)user;

    if (!g->over) {
        (void)duos_conn_resume(duos_client_conn(g->client));
    }
}

static void on_data(duos_conn *conn, const void *data, size_t len, void *user)
{
    chaos_guest *g = (chaos_guest *)user;
    uint32_t rest = chaos_habits_of(g->character)->rest_ms;

    chaos_delivered(g->world);
    chaos_spy_event(g->world, CHAOS_CLIENT, conn, CHAOS_EVENT_ON_DATA);
    chaos_check_guest(g, g->opened == 1 && g->closed == 0,
                      "on_data when not open");
    chaos_check_guest(g, rest != NEVER, "on_data although paused");
    g->clock.moved_ns = chaos_now(g->world);
    chaos_clock_look(g->world, &g->clock, conn);
    chaos_judge_heard(g, data, len);
    if (rest > 0 &&
        chaos_timer_start(&g->rest, chaos_below(g->world, rest)) == DUOS_OK) {
        (void)duos_conn_pause(conn);
    }
}

static void on_eof(duos_conn *conn, void *user)
{
    chaos_guest *g = (chaos_guest *)user;

    chaos_delivered(g->world);
    chaos_spy_event(g->world, CHAOS_CLIENT, conn, CHAOS_EVENT_ON_EOF);
    g->pieces_left = 0;
    (void)duos_conn_shutdown(conn);
}

static void on_drain(duos_conn *conn, void *user)
{
    chaos_guest *g = (chaos_guest *)user;

    chaos_delivered(g->world);
    chaos_spy_event(g->world, CHAOS_CLIENT, conn, CHAOS_EVENT_ON_DRAIN);
    chaos_clock_look(g->world, &g->clock, conn);
    chaos_check(g->world,
                duos_conn_queued(conn) <= g->world->plan.client.queue_low,
                "on_drain above the mark", DUOS_OK);
    if (g->waiting) {
        g->waiting = false;
        (void)chaos_timer_start(&g->timer, 0);
    }
}

static void on_close(duos_conn *conn, duos_err reason, void *user)
{
    chaos_guest *g = (chaos_guest *)user;

    chaos_delivered(g->world);
    chaos_check_guest(g, g->closed++ == 0, "on_close twice");
    chaos_clock_look(g->world, &g->clock, conn);
    if (g->opened > 0) {
        g->port = chaos_guest_port(g);
    }
    g->reason = reason;
    chaos_judge_end(g->world, &g->clock, conn, CHAOS_CLIENT, reason, g->ours);
    chaos_over(g);
}

uint16_t chaos_guest_port(const chaos_guest *g)
{
    duos_conn *conn = duos_client_conn(g->client);
    duos_tuple tuple;

    if (conn != NULL && duos_conn_tuple(conn, &tuple) == DUOS_OK) {
        return tuple.local.port;
    }
    return g->port;
}

/* ---- its life ---------------------------------------------------------- */

static void begin(chaos_guest *g)
{
    chaos_world *w = g->world;
    duos_err err = duos_client_connect(
        g->client, w->plan.by_name ? "chaos.test:7700" : "10.0.0.1:7700");

    if (err == DUOS_OK) {
        w->clients_live++;
        g->port = chaos_guest_port(g);
        return;
    }
    chaos_likely(
        w,
        (err == DUOS_ENOMEM &&
         (w->plan.deny > 0 || w->plan.faults[DUOS_SIM_FAULT_NO_MEMORY] > 0)) ||
            (err == DUOS_EMFILE &&
             w->plan.faults[DUOS_SIM_FAULT_NO_DESCRIPTOR] > 0) ||
            err == DUOS_ELIMIT,
        "connect", err);
    g->begun = false;
    chaos_over(g);
}

static void on_step(void *user)
{
    chaos_guest *g = (chaos_guest *)user;

    if (g->over) {
        return;
    }
    if (!g->begun) {
        g->begun = true;
        g->clock.begun_ns = chaos_now(g->world);
        if (chaos_habits_of(g->character)->raw) {
            chaos_raw_begin(g);
        } else {
            begin(g);
        }
    } else if (chaos_habits_of(g->character)->raw) {
        chaos_raw_act(g);
    } else {
        speak(g, duos_client_conn(g->client));
    }
}

static void make_client(chaos_world *w, chaos_guest *g)
{
    duos_client_config config;

    duos_client_config_init(&config);
    config.handler.on_open = on_open;
    config.handler.on_data = on_data;
    config.handler.on_drain = on_drain;
    config.handler.on_eof = w->plan.ends_self ? on_eof : NULL;
    config.handler.on_close = on_close;
    config.user = g;
    config.limits = w->plan.client;
    config.connect_ms = w->plan.connect_ms;
    chaos_check(w,
                duos_client_create(w->loops[g->loop], &config, &g->client) ==
                    DUOS_OK,
                "client", DUOS_OK);
    chaos_spy_client(g->client, w);
}

void chaos_guest_init(chaos_world *w, chaos_guest *g, uint32_t number,
                      chaos_character character)
{
    const chaos_habits *habits = chaos_habits_of(character);

    g->world = w;
    g->number = number;
    g->character = character;
    g->loop = 1 + chaos_below(w, w->plan.hosts - 1);
    g->pieces_left =
        habits->pieces / 2 + chaos_below(w, habits->pieces / 2 + 1);
    g->socket.os = -1;
    chaos_timer_init(&g->timer, w, w->loops[g->loop], on_step, g);
    chaos_timer_init(&g->rest, w, w->loops[g->loop], on_rest, g);
    if (!habits->raw) {
        make_client(w, g);
    }
    w->totals->guests++;
    w->totals->characters[character]++;
    chaos_check(w,
                chaos_timer_start(
                    &g->timer, chaos_below(w, w->plan.arrival_ms)) == DUOS_OK,
                "timer of a guest", DUOS_OK);
}

void chaos_guest_end(chaos_guest *g)
{
    duos_timer_stop(&g->timer.timer);
    duos_timer_stop(&g->rest.timer);
    g->ours = true;
    if (chaos_habits_of(g->character)->raw) {
        if (!g->over && g->begun) {
            chaos_raw_end(g, DUOS_ECANCELED);
        }
    } else {
        duos_client_destroy(g->client);
        g->client = NULL;
    }
    chaos_over(g);
}

void chaos_guest_free(chaos_guest *g)
{
    free(g->said);
    free(g->piece);
}
