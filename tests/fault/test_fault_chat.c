/* SPDX-License-Identifier: MIT */
/*
 * test_fault_chat.c - the program's chat: members join, one speaks, others
 * hear it, one leaves. The room's own memory fails as the library's does.
 */
#include "chat_room.h"
#include "fault_peer.h"
#include "fault_service.h"

#include "support/check.h"

#define MEMBERS  3
#define MAX_LINE 200

/* One who joins, speaks if it is the speaker, and leaves when all was heard. */
typedef struct guest {
    fault_run *run;
    duos_client *client;
    char nick[16];
    bool speaks;
    bool lasts;
    bool named;
    bool joined;
    bool heard;
    size_t len;
    char text[1024];
} guest;

typedef struct chat {
    fault_service service;
    chat_room *room;
    duos_timer time;
    int patience;
    unsigned visits;
    bool spoken;
    guest guests[MEMBERS];
} chat;

/* What a connection's user pointer means. */
typedef struct seat {
    chat *at;
    chat_member *member;
} seat;

/* ---- the server --------------------------------------------------------- */

static seat seats[64];
static unsigned seats_used;

static void on_open(duos_conn *conn, void *user)
{
    chat *c = (chat *)user;
    seat *s = &seats[seats_used++ % 64];

    s->at = c;
    s->member = chat_room_enter(c->room, conn);
    fault_service_opened(&c->service);
    duos_conn_set_user(conn, s);
    if (s->member == NULL) {
        duos_conn_abort(conn, fault_told(c->service.run, DUOS_ENOMEM));
    }
}

static void on_data(duos_conn *conn, const void *data, size_t len, void *user)
{
    const seat *s = (const seat *)user;

    (void)conn;
    chat_member_data(s->member, data, len);
}

static void on_eof(duos_conn *conn, void *user)
{
    const seat *s = (const seat *)user;

    (void)conn;
    chat_member_end(s->member);
}

static void on_close(duos_conn *conn, duos_err reason, void *user)
{
    seat *s = (seat *)user;

    (void)conn;
    chat_member_free(s->member);
    s->member = NULL;
    fault_service_closed(&s->at->service, reason);
}

/* ---- the guests --------------------------------------------------------- */

/* The end of the line comes later, so the room must keep its beginning. */
static void guest_open(duos_conn *conn, void *user)
{
    const guest *g = (const guest *)user;

    assert_ok(duos_conn_send(conn, g->nick, strlen(g->nick)));
}

static void guest_data(duos_conn *conn, const void *data, size_t len,
                       void *user)
{
    guest *g = (guest *)user;

    fault_check(g->run, g->len + len < sizeof g->text, "too much is said");
    if (g->len + len < sizeof g->text) {
        memcpy(g->text + g->len, data, len);
        g->len += len;
        g->text[g->len] = '\0';
    }
    g->joined = g->joined || strstr(g->text, "* welcome ") != NULL;
    if (!g->speaks && strstr(g->text, ": all of you\n") != NULL) {
        g->heard = true;
        (void)duos_conn_shutdown(conn);
    }
}

static void guest_close(duos_conn *conn, duos_err reason, void *user)
{
    guest *g = (guest *)user;

    (void)conn;
    (void)reason;
    fault_check(g->run, g->lasts, "a guest leaves twice");
    g->lasts = false;
}

static void guest_come(fault_run *run, guest *g)
{
    duos_client_config config;

    if (g->client == NULL) {
        duos_client_config_init(&config);
        config.handler.on_open = guest_open;
        config.handler.on_data = guest_data;
        config.handler.on_close = guest_close;
        config.user = g;
        g->run = run;
        assert_ok(duos_client_create(run->peer_loop, &config, &g->client));
    }
    if (!g->lasts) {
        g->named = g->joined = g->heard = false;
        g->len = 0;
        g->lasts = true;
        assert_ok(duos_client_connect(g->client, "10.0.0.1:7700"));
    }
}

static bool all_joined(const chat *c)
{
    int i;

    for (i = 0; i < MEMBERS && c->guests[i].joined; i++) {
    }
    return i == MEMBERS;
}

static void end_lines(chat *c)
{
    int i;

    for (i = 0; i < MEMBERS; i++) {
        guest *g = &c->guests[i];
        duos_conn *conn = duos_client_conn(g->client);

        if (conn != NULL && !g->named &&
            duos_conn_send(conn, "\n", 1) == DUOS_OK) {
            g->named = true;
        }
    }
}

/* Every 100 ms: who speaks waits for the others, and all wait for that. */
static void on_time(duos_timer *timer, void *user)
{
    static const char words[] = "all of you\n/quit\n";
    chat *c = (chat *)user;
    duos_conn *speaker = duos_client_conn(c->guests[0].client);
    int i;

    end_lines(c);
    if (!c->spoken && c->patience > 0 && all_joined(c) && speaker != NULL) {
        c->spoken = true;
        c->patience = 2;
        assert_ok(duos_conn_send(speaker, words, sizeof words - 1));
    }
    if (c->patience-- > 0) {
        assert_ok(duos_timer_start(timer, 100));
        return;
    }
    for (i = 0; i < MEMBERS; i++) {
        duos_conn_close(duos_client_conn(c->guests[i].client));
    }
}

static void all_come(fault_run *run, chat *c)
{
    int i;

    fault_on_peer(run);
    for (i = 0; i < MEMBERS; i++) {
        guest *g = &c->guests[i];

        if (!g->lasts) { /* the last visit's nick may still be there */
            (void)snprintf(g->nick, sizeof g->nick, "n%u", ++c->visits);
        }
        g->speaks = i == 0;
        guest_come(run, g);
    }
    c->spoken = false;
    c->patience = 15;
    assert_ok(duos_timer_init(&c->time, run->peer_loop, on_time, c));
    assert_ok(duos_timer_start(&c->time, 100));
    fault_on_host(run);
}

/* ---- the scenario ------------------------------------------------------- */

static duos_err start(fault_run *run, void *state)
{
    const chat_limits limits = {MAX_LINE, 0, 30000};
    chat *c = (chat *)state;
    duos_server_config config;
    duos_err err = fault_loop(run, &c->service.loop);

    if (err == DUOS_OK && c->room == NULL) {
        err = chat_room_new(c->service.loop, &limits, &c->room);
    }
    fault_service_config(run, &c->service, &config);
    config.handler.on_open = on_open;
    config.handler.on_data = on_data;
    config.handler.on_eof = on_eof;
    config.handler.on_close = on_close;
    if (err == DUOS_OK) {
        err = fault_service_start(run, &c->service, &config, "*:7700");
    }
    if (err == DUOS_OK) {
        all_come(run, c);
    }
    return err;
}

static bool done(void *state)
{
    chat *c = (chat *)state;
    bool lasts = duos_timer_active(&c->time);
    int i;

    for (i = 0; i < MEMBERS; i++) {
        lasts = lasts || c->guests[i].lasts;
    }
    return fault_service_idle(&c->service) && !lasts;
}

static bool whole(void *state)
{
    const chat *c = (const chat *)state;

    return c->guests[0].joined && c->guests[1].heard && c->guests[2].heard;
}

static void stop(fault_run *run, void *state)
{
    chat *c = (chat *)state;
    int i;

    if (c->room != NULL) {
        chat_room_close(c->room);
    }
    fault_service_end_server(&c->service);
    chat_room_free(c->room);
    fault_loop_end(run, &c->service.loop);
    fault_on_peer(run);
    duos_timer_stop(&c->time);
    for (i = 0; i < MEMBERS; i++) {
        duos_client_destroy(c->guests[i].client);
    }
    fault_on_host(run);
}

static const duos_err normal[] = {DUOS_EEOF, DUOS_ECANCELED, DUOS_OK};
static const duos_err allowed[] = {DUOS_OK};
static const fault_scenario scenario = {
    "chat", sizeof(chat), start, done, whole, stop, normal, allowed, 60000, 0};

FAULT_MAIN(SY10_SY11_SY12_SY13, chat)
