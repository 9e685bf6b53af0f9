/* SPDX-License-Identifier: MIT */
/*
 * door.c - the server of a world, and what it sees of each guest. Now and
 * then it pauses, closes, aborts or releases a connection of its own accord.
 */
#include <stdlib.h>
#include <string.h>

#include "chaos.h"

#include "conn_core.h"

/* ---- doors ------------------------------------------------------------- */

/* All addresses of a host end in its number. */
static chaos_guest *match(chaos_guest *g, const chaos_door *d)
{
    uint16_t port = g->over ? g->port : chaos_guest_port(g);

    return g->begun && d->host == g->loop + 1 && port == d->port ? g : NULL;
}

/* NULL: of an attempt that was given up, or whose client knows it not yet. */
static chaos_guest *find_guest(chaos_door *d)
{
    chaos_world *w = d->world;
    chaos_guest *found = NULL;
    duos_addr peer;
    uint32_t i;

    if (duos_conn_peer(d->conn, &peer) != DUOS_OK) {
        return NULL;
    }
    d->port = peer.port;
    d->host =
        peer.family == DUOS_IPV4 ? peer.ip.v4[3] : (uint32_t)peer.ip.v6[15];
    for (i = 0; i < w->plan.guests && found == NULL; i++) {
        found = match(&w->guests[i], d);
    }
    if (found == NULL && w->fresh.world != NULL) {
        found = match(&w->fresh, d);
    }
    return found;
}

static void on_rest(void *user)
{
    chaos_door *d = (chaos_door *)user;

    if (d->conn != NULL) {
        (void)duos_conn_resume(d->conn);
    }
}

static chaos_door *new_door(chaos_world *w, duos_conn *conn)
{
    chaos_door *d = (chaos_door *)calloc(1, sizeof *d);

    if (d == NULL) {
        abort();
    }
    d->world = w;
    d->conn = conn;
    d->guest = find_guest(d);
    d->clock.begun_ns = d->clock.open_ns = chaos_now(w);
    d->clock.moved_ns = d->clock.taken_ns = d->clock.open_ns;
    d->clock.looked_ns = d->clock.open_ns;
    chaos_timer_init(&d->timer, w, w->loops[0], on_rest, d);
    d->next = w->doors;
    w->doors = d;
    w->doors_open++;
    return d;
}

/* Another one only if the guest gave up its first attempt to connect. */
static void give_door(chaos_guest *g, chaos_door *d)
{
    chaos_check_guest(g,
                      g->world->plan.lax || g->door == NULL ||
                          (g->door->port != d->port && g->door->received == 0),
                      "a second door");
    if (g->door != NULL) {
        g->door->guest = NULL;
    }
    g->door = d;
}

/* The guest's end is open now; the server's may have been before. */
void chaos_door_meet(chaos_guest *g)
{
    chaos_door *d = g->world->doors;

    while (d != NULL && (d->guest != NULL || match(g, d) == NULL)) {
        d = d->next;
    }
    if (d != NULL) {
        d->guest = g;
        give_door(g, d);
    }
}

static void over(chaos_door *d)
{
    duos_timer_stop(&d->timer.timer);
    if (d->world->plan.mode == CHAOS_CHAT) {
        chaos_chat_leave(d);
    }
    d->conn = NULL;
    d->world->doors_open--;
}

/* ---- of its own accord ------------------------------------------------- */

static void release(chaos_door *d)
{
    duos_socket s;

    if (duos_conn_release(d->conn, &s) == DUOS_OK) {
        (void)duos_close(&s);
        d->released = d->ours = true;
        over(d);
    }
}

static void meddle(chaos_door *d)
{
    chaos_world *w = d->world;

    if (w->plan.meddle == 0 || chaos_below(w, 1000) >= w->plan.meddle ||
        d->guest == &w->fresh) {
        return;
    }
    switch (chaos_below(w, 8)) {
    case 0:
        d->ours = true;
        duos_conn_close(d->conn);
        break;
    case 1:
        d->ours = true;
        duos_conn_abort(d->conn, DUOS_OK);
        break;
    case 2:
        release(d);
        break;
    case 3:
        d->ours = true;
        (void)duos_conn_shutdown(d->conn);
        break;
    default:
        if (chaos_timer_start(&d->timer, chaos_below(w, 50)) == DUOS_OK) {
            (void)duos_conn_pause(d->conn);
        }
    }
}

/* ---- what it is told --------------------------------------------------- */

static void on_open(duos_conn *conn, void *user)
{
    chaos_world *w = (chaos_world *)user;
    chaos_door *d = new_door(w, conn);

    chaos_delivered(w);
    chaos_spy_event(w, CHAOS_SERVER, conn, CHAOS_EVENT_ON_OPEN);
    chaos_check(w, w->drained == 0 && !w->destroyed, "on_open after the end",
                DUOS_OK);
    chaos_check(
        w, w->plan.max_clients == 0 || w->doors_open <= w->plan.max_clients,
        "more clients than allowed", DUOS_OK);
    if (d->guest != NULL) {
        give_door(d->guest, d);
    }
    duos_conn_set_user(conn, d);
    if (w->plan.mode == CHAOS_CHAT) {
        chaos_chat_enter(d);
    }
}

static void echo(chaos_door *d, const void *data, size_t len)
{
    duos_err err = duos_conn_send(d->conn, data, len);

    if (err != DUOS_OK && err != DUOS_ESTATE) {
        d->ours = true;
        duos_conn_abort(d->conn, err);
    }
}

static void on_data(duos_conn *conn, const void *data, size_t len, void *user)
{
    chaos_door *d = (chaos_door *)user;

    chaos_delivered(d->world);
    chaos_spy_event(d->world, CHAOS_SERVER, conn, CHAOS_EVENT_ON_DATA);
    chaos_check(d->world, d->conn == conn && len > 0, "on_data of nobody",
                DUOS_OK);
    chaos_check(d->world, !conn->paused, "on_data although paused", DUOS_OK);
    d->clock.moved_ns = chaos_now(d->world);
    chaos_clock_look(d->world, &d->clock, conn);
    chaos_judge_received(d, data, len);
    if (d->world->plan.mode == CHAOS_CHAT) {
        chaos_chat_data(d, data, len);
    } else if (d->world->plan.mode == CHAOS_ECHO) {
        echo(d, data, len);
    }
    meddle(d);
}

static void on_eof(duos_conn *conn, void *user)
{
    chaos_door *d = (chaos_door *)user;

    chaos_delivered(d->world);
    chaos_spy_event(d->world, CHAOS_SERVER, conn, CHAOS_EVENT_ON_EOF);
    if (d->world->plan.mode == CHAOS_CHAT) {
        chaos_chat_end(d);
    } else {
        (void)duos_conn_shutdown(conn);
    }
}

static void on_drain(duos_conn *conn, void *user)
{
    chaos_door *d = (chaos_door *)user;

    chaos_delivered(d->world);
    chaos_spy_event(d->world, CHAOS_SERVER, conn, CHAOS_EVENT_ON_DRAIN);
    chaos_clock_look(d->world, &d->clock, conn);
    chaos_check(d->world,
                duos_conn_queued(conn) <= d->world->plan.server.queue_low,
                "on_drain above the mark", DUOS_OK);
}

static void on_close(duos_conn *conn, duos_err reason, void *user)
{
    chaos_door *d = (chaos_door *)user;
    chaos_world *w;

    if (user == conn->owner->user) { /* before on_open */
        w = (chaos_world *)user;
        chaos_delivered(w);
        chaos_judge_greeting(w, conn, reason);
        return;
    }
    w = d->world;
    chaos_delivered(w);
    chaos_check(w, d->conn == conn, "on_close twice", reason);
    chaos_clock_look(w, &d->clock, conn);
    d->reason = reason;
    d->reset = conn->reset;
    chaos_judge_end(w, &d->clock, conn, CHAOS_SERVER, reason,
                    d->ours || w->destroyed || chaos_chat_ended(d, reason));
    over(d);
}

/* ---- its life ---------------------------------------------------------- */

static void on_drained(duos_server *server, void *user)
{
    chaos_world *w = (chaos_world *)user;

    (void)server;
    chaos_delivered(w);
    w->drained++;
    chaos_check(w, w->drain_ns != 0 && w->drained == 1, "on_drained", DUOS_OK);
    chaos_check(w, w->doors_open == 0, "drained with clients left", DUOS_OK);
}

static void on_error(duos_server *server, duos_err err, void *user)
{
    chaos_world *w = (chaos_world *)user;
    const uint32_t *faults = w->plan.faults;

    (void)server;
    chaos_delivered(w);
    chaos_likely(
        w,
        (err == DUOS_EMFILE && faults[DUOS_SIM_FAULT_NO_DESCRIPTOR] > 0) ||
            (err == DUOS_ENOBUFS && faults[DUOS_SIM_FAULT_NO_BUFFERS] > 0) ||
            (err == DUOS_ENOMEM && faults[DUOS_SIM_FAULT_NO_MEMORY] > 0),
        "on_error without cause", err);
}

void chaos_server_drain(chaos_world *w)
{
    duos_err err;

    if (w->drain_ns == 0) {
        w->drain_ns = chaos_now(w);
        w->totals->drains++;
        if (w->plan.mode == CHAOS_CHAT) {
            chaos_chat_close(w);
        }
    }
    err = duos_server_drain(w->server, w->plan.drain_limit_ms);
    chaos_likely(w, err == DUOS_OK || (err == DUOS_ENOMEM && w->plan.deny > 0),
                 "drain", err);
}

/* Every address may be that of a load balancer. */
static void everybody(duos_cidr all[2])
{
    memset(all, 0, 2 * sizeof *all);
    all[0].family = DUOS_IPV4;
    all[1].family = DUOS_IPV6;
}

void chaos_server_start(chaos_world *w)
{
    duos_server_config config;
    duos_cidr all[2];
    duos_err err;

    duos_server_config_init(&config);
    if (w->plan.proxied) {
        everybody(all);
        config.proxy = all;
        config.proxy_count = 2;
    }
    config.handler.on_open = on_open;
    config.handler.on_data = on_data;
    config.handler.on_drain = on_drain;
    config.handler.on_close = on_close;
    if (w->plan.ends_self || w->plan.mode == CHAOS_CHAT) {
        config.handler.on_eof = on_eof;
    }
    config.user = w;
    config.limits = w->plan.server;
    config.max_clients = w->plan.max_clients;
    config.accepts_per_turn = w->plan.accepts_per_turn;
    config.on_drained = on_drained;
    config.on_error = on_error;
    err = duos_server_create(w->loops[0], &config, &w->server);
    if (err == DUOS_OK) {
        chaos_spy_server(w);
        err = duos_server_listen(w->server, "*:7700", NULL, NULL);
    }
    chaos_check(w, err == DUOS_OK, "server", err);
    if (w->plan.mode == CHAOS_CHAT) {
        chaos_chat_start(w);
    }
}

void chaos_server_end(chaos_world *w)
{
    chaos_door *d;

    w->destroyed = true;
    duos_server_destroy(w->server);
    chaos_check(w, w->doors_open == 0, "a connection outlives its server",
                DUOS_OK);
    chaos_judge_world(w);
    chaos_chat_free(w);
    while (w->doors != NULL) {
        d = w->doors;
        w->doors = d->next;
        model_member_free(d->model);
        free(d);
    }
}
