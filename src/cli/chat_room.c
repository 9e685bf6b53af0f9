/* SPDX-License-Identifier: MIT */
/*
 * chat_room.c - members come and go, their bytes become lines, and who floods
 * is not listened to for a while.
 */
#include "chat_core.h"

#include "trace.h"

#include <stdlib.h>
#include <string.h>

/* How much of its time a member may use up ahead. */
enum {
    CREDIT_MS = 1000
};

/* Begins to wait for the end of a line, where one is to come. */
static void await_line(chat_member *m)
{
    if (!m->done && (m->begun || !m->listener.joined)) {
        chat_deadline_start(&m->room->deadlines, &m->deadline);
    } else {
        chat_deadline_stop(&m->room->deadlines, &m->deadline);
    }
}

static void on_late(chat_deadline *deadline)
{
    chat_take_too_late(
        (chat_member *)(void *)((char *)deadline -
                                offsetof(chat_member, deadline)));
}

/* What came may end lines, and begin one; more of one that has begun changes
 * nothing. */
static void follow_lines(chat_member *m, const char *data, size_t len)
{
    bool ended = memchr(data, '\n', len) != NULL;
    bool news = ended || m->done || (m->listener.joined && !m->begun);

    m->begun = data[len - 1] != '\n';
    if (news) {
        await_line(m);
    }
}

static void on_rest(duos_timer *timer, void *user)
{
    chat_member *m = user;

    (void)timer;
    (void)duos_conn_resume(m->listener.conn);
    await_line(m);
}

/* One who floods is not listened to until the time is paid. */
static void pay(chat_member *m, uint64_t now_ms)
{
    if (m->paid_ms > now_ms + CREDIT_MS && !m->done &&
        duos_timer_start(
            &m->rest, (int64_t)(m->paid_ms - now_ms - CREDIT_MS)) == DUOS_OK) {
        (void)duos_conn_pause(m->listener.conn);
        chat_deadline_stop(&m->room->deadlines, &m->deadline);
    }
}

void chat_member_data(chat_member *m, const void *data, size_t len)
{
    uint64_t now_ms = duos_loop_now_ms(m->room->loop);
    duos_bytes block = {data, len};
    duos_bytes line;
    duos_err err;

    if (m->paid_ms < now_ms) {
        m->paid_ms = now_ms;
    }
    while (!m->done && !m->listener.dropped) {
        err = duos_frame_next(&m->lines, &block, &line);
        if (err == DUOS_OK) {
            chat_take_line(m, line);
        } else if (err == DUOS_ELIMIT) {
            chat_take_too_long(m);
        } else if (err == DUOS_EWOULDBLOCK) {
            break;
        } else {
            m->done = true;
            duos_conn_abort(m->listener.conn, err);
        }
    }
    follow_lines(m, data, len);
    pay(m, now_ms);
}

void chat_member_end(chat_member *m)
{
    duos_bytes line;

    if (!m->done && !m->listener.dropped &&
        duos_frame_end(&m->lines, &line) == DUOS_ETRUNCATED) {
        chat_take_line(m, line);
    }
    if (!m->done) {
        chat_say_goodbye(m);
        (void)duos_conn_shutdown(m->listener.conn);
    }
}

/* ---- the room --------------------------------------------------------- */

chat_member *chat_room_enter(chat_room *room, duos_conn *conn)
{
    chat_member *m = malloc(sizeof *m);
    duos_frame_config lines;

    if (m == NULL) {
        return NULL;
    }
    duos_frame_config_init(&lines);
    lines.max = room->max_line;
    lines.skip_long = true;
    memset(m, 0, sizeof *m);
    m->room = room;
    chat_listener_init(&m->listener, conn);
    if (duos_timer_init(&m->rest, room->loop, on_rest, m) != DUOS_OK ||
        duos_frame_init(&m->lines, &lines) != DUOS_OK) {
        free(m);
        return NULL;
    }
    await_line(m);
    return m;
}

void chat_member_free(chat_member *m)
{
    if (m != NULL) {
        chat_leave(m);
        duos_timer_stop(&m->rest);
        duos_frame_fini(&m->lines);
        free(m);
    }
}

duos_err chat_room_new(duos_loop *loop, const chat_limits *limits,
                       chat_room **out)
{
    chat_room *room = malloc(sizeof *room);
    duos_err err;

    if (room == NULL) {
        return DUOS_ENOMEM;
    }
    room->loop = loop;
    room->max_line = limits->max_line;
    room->counts.long_lines = room->counts.line_ends = 0;
    room->closing = false;
    err = chat_feed_init(&room->feed, loop, limits->max_queue);
    if (err == DUOS_OK) {
        err = chat_deadlines_init(&room->deadlines, loop, limits->line_ms,
                                  on_late);
    }
    if (err != DUOS_OK) {
        free(room);
        return err;
    }
    *out = room;
    return DUOS_OK;
}

void chat_room_free(chat_room *room)
{
    if (room != NULL) {
        chat_feed_stop(&room->feed);
        chat_deadlines_stop(&room->deadlines);
        free(room);
    }
}

const chat_counts *chat_room_counts(const chat_room *room)
{
    return &room->counts;
}

void chat_room_close(chat_room *room)
{
    static const char notice[] = "* the server is closing\n";

    if (!room->closing) {
        room->closing = true;
        chat_feed_tell(&room->feed, NULL, notice, sizeof notice - 1);
        chat_feed_flush(&room->feed);
    }
}
