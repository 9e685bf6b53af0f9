/* SPDX-License-Identifier: MIT */
/*
 * chat_room.c - who is in, and what becomes of each line.
 */
#include "chat_room.h"

#include "chat_feed.h"
#include "escape.h"
#include "lines.h"
#include "nick.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    TRIES = 5,       /* for a nick */
    SAYING_MAX = 512 /* the longest line of the room's own */
};

/* A line takes a millisecond of a member's time; so much may be owed before
 * the member is not listened to for a while. */
enum {
    LINE_MS = 1,
    WHO_PER_MS = 16, /* names that /who lists for the price of a line */
    CREDIT_MS = 1000
};

struct chat_room {
    chat_feed feed;
    duos_loop *loop;
    size_t max_line;
    bool closing;
};

struct chat_member {
    chat_listener listener; /* first: a listener of the feed is a member */
    chat_room *room;
    lines lines;
    duos_timer rest;  /* runs while the member is not listened to */
    uint64_t paid_ms; /* up to when its lines have used its time */
    int tries;
    bool done; /* its further lines do not count */
    char nick[NICK_BYTES + 1];
};

/* ---- what the room says ----------------------------------------------- */

typedef struct saying {
    char text[SAYING_MAX];
    size_t len;
} saying;

/* All texts and nicks are short: what is said always fits. */
static void compose(saying *s, const char *format, va_list args)
{
    int n = vsnprintf(s->text, sizeof s->text, format, args);

    s->len = n < 0 ? 0 : (size_t)n;
    if (s->len > sizeof s->text - 1) {
        s->len = sizeof s->text - 1;
    }
    s->text[s->len++] = '\n';
}

static void answer(chat_member *m, const char *format, ...)
{
    saying s;
    va_list args;

    va_start(args, format);
    compose(&s, format, args);
    va_end(args);
    chat_feed_answer(&m->room->feed, &m->listener, s.text, s.len);
}

/* To all but the member that it is about. */
static void announce(chat_member *m, const char *format, ...)
{
    saying s;
    va_list args;

    va_start(args, format);
    compose(&s, format, args);
    va_end(args);
    chat_feed_tell(&m->room->feed, &m->listener, s.text, s.len);
}

/* A member's own words, with what stands before them. */
static void tell(chat_member *m, const char *format, lines_text text)
{
    chat_feed *feed = &m->room->feed;
    char part[1024];
    size_t len = (size_t)snprintf(part, sizeof part, format, m->nick);
    size_t used;

    chat_feed_tell(feed, &m->listener, part, len);
    while (text.len > 0) {
        len = escape_some(part, sizeof part, text.at, text.len, false, &used);
        if (used == 0) {
            /* The line ends within a character. */
            escape_byte(part, (unsigned char)text.at[0]);
            len = ESCAPE_GROWTH;
            used = 1;
        }
        chat_feed_tell(feed, &m->listener, part, len);
        text.at += used;
        text.len -= used;
    }
    chat_feed_tell(feed, &m->listener, "\n", 1);
}

/* ---- coming and going ------------------------------------------------- */

static bool is_taken(const chat_member *m, const char *nick)
{
    const chat_listener *other = m->room->feed.first;

    for (; other != NULL; other = other->next) {
        if (other != &m->listener &&
            nick_same(((const chat_member *)(const void *)other)->nick, nick)) {
            return true;
        }
    }
    return false;
}

/* Takes a nick, if it can be had; returns why not, or NULL. */
static const char *take_nick(chat_member *m, lines_text text)
{
    const char *complaint = nick_complaint(text.at, text.len);
    char nick[NICK_BYTES + 1];

    if (complaint != NULL) {
        return complaint;
    }
    memcpy(nick, text.at, text.len);
    nick[text.len] = '\0';
    if (is_taken(m, nick)) {
        return "somebody has it";
    }
    strcpy(m->nick, nick);
    return NULL;
}

static void leave(chat_member *m)
{
    m->done = true;
    if (m->listener.joined) {
        chat_feed_leave(&m->room->feed, &m->listener);
        if (!m->room->closing) {
            announce(m, "* %s left", m->nick);
        }
    }
}

static void say_goodbye(chat_member *m)
{
    answer(m, "* goodbye");
    leave(m);
    duos_conn_close(m->listener.conn);
}

/* For a nick of a member to be. */
static void refuse(chat_member *m, const char *complaint)
{
    answer(m, "* nick refused: %s", complaint);
    m->tries++;
    if (m->tries == TRIES) {
        say_goodbye(m);
    }
}

static void join(chat_member *m, lines_text text)
{
    const char *complaint;

    if (m->room->closing) {
        answer(m, "* the server is closing");
        m->done = true;
        return;
    }
    complaint = take_nick(m, text);
    if (complaint != NULL) {
        refuse(m, complaint);
        return;
    }
    chat_feed_join(&m->room->feed, &m->listener);
    answer(m, "* welcome %s", m->nick);
    announce(m, "* %s joined", m->nick);
}

/* ---- commands --------------------------------------------------------- */

/* Names, as many as fit on a line, and their number at the end. */
static void run_who(chat_member *m, lines_text text)
{
    static const char begin[] = "* here:";
    const chat_listener *other = m->room->feed.first;
    char line[SAYING_MAX];
    size_t len = 0;

    (void)text;
    while (other != NULL) {
        const char *nick = ((const chat_member *)(const void *)other)->nick;

        if (len == 0) {
            len = sizeof begin - 1;
            memcpy(line, begin, len);
        }
        len += (size_t)sprintf(line + len, " %s", nick);
        other = other->next;
        if (other == NULL || len > sizeof line - NICK_BYTES - 4) {
            line[len++] = '\n';
            chat_feed_answer(&m->room->feed, &m->listener, line, len);
            len = 0;
        }
    }
    answer(m, "* %zu in the room", m->room->feed.listeners);
    m->paid_ms += m->room->feed.listeners / WHO_PER_MS;
}

static void run_nick(chat_member *m, lines_text text)
{
    char old[NICK_BYTES + 1];
    const char *complaint;

    strcpy(old, m->nick);
    complaint = take_nick(m, text);
    if (complaint != NULL) {
        answer(m, "* nick refused: %s", complaint);
    } else {
        answer(m, "* you are now %s", m->nick);
        announce(m, "* %s is now %s", old, m->nick);
    }
}

static void run_me(chat_member *m, lines_text text)
{
    tell(m, "** %s ", text);
}

static void run_quit(chat_member *m, lines_text text)
{
    (void)text;
    say_goodbye(m);
}

static const struct {
    const char *name;
    void (*run)(chat_member *m, lines_text text);
} commands[] = {{"/who", run_who},
                {"/nick", run_nick},
                {"/me", run_me},
                {"/quit", run_quit}};

static void run_command(chat_member *m, lines_text line)
{
    const char *space = memchr(line.at, ' ', line.len);
    lines_text text;
    size_t len = space != NULL ? (size_t)(space - line.at) : line.len;
    size_t i;

    text.at = space != NULL ? space + 1 : line.at + len;
    text.len = line.len - (size_t)(text.at - line.at);
    for (i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strlen(commands[i].name) == len &&
            memcmp(commands[i].name, line.at, len) == 0) {
            commands[i].run(m, text);
            return;
        }
    }
    answer(m, "* unknown command; there are /who, /nick NAME, /me TEXT, /quit");
}

/* ---- lines ------------------------------------------------------------ */

static void take_line(chat_member *m, lines_text line)
{
    m->paid_ms += LINE_MS;
    if (!m->listener.joined) {
        join(m, line);
    } else if (line.len > 0 && line.at[0] == '/') {
        run_command(m, line);
    } else if (line.len > 0) {
        tell(m, "%s: ", line);
    }
}

static void take_too_long(chat_member *m)
{
    m->paid_ms += LINE_MS;
    if (m->listener.joined) {
        answer(m, "* line not sent: longer than %zu bytes", m->room->max_line);
    } else {
        refuse(m, nick_too_long);
    }
}

static void on_rest(duos_timer *timer, void *user)
{
    chat_member *m = user;

    (void)timer;
    (void)duos_conn_resume(m->listener.conn);
}

/* One who floods is not listened to until the time is paid. */
static void pay(chat_member *m, uint64_t now_ms)
{
    if (m->paid_ms > now_ms + CREDIT_MS && !m->done &&
        duos_timer_start(
            &m->rest, (int64_t)(m->paid_ms - now_ms - CREDIT_MS)) == DUOS_OK) {
        (void)duos_conn_pause(m->listener.conn);
    }
}

void chat_member_data(chat_member *m, const void *data, size_t len)
{
    uint64_t now_ms = duos_loop_now_ms(m->room->loop);
    lines_text block = {data, len};
    lines_text line;

    if (m->paid_ms < now_ms) {
        m->paid_ms = now_ms;
    }
    while (!m->done && !m->listener.dropped) {
        switch (lines_next(&m->lines, &block, &line)) {
        case LINES_LINE:
            take_line(m, line);
            break;
        case LINES_TOO_LONG:
            take_too_long(m);
            break;
        case LINES_NONE:
            pay(m, now_ms);
            return;
        case LINES_NO_MEMORY:
            m->done = true;
            duos_conn_abort(m->listener.conn, DUOS_ENOMEM);
            return;
        }
    }
}

void chat_member_end(chat_member *m)
{
    lines_text line;

    if (!m->done && !m->listener.dropped &&
        lines_last(&m->lines, &line) == LINES_LINE) {
        take_line(m, line);
    }
    if (!m->done) {
        say_goodbye(m);
    }
}

/* ---- the room --------------------------------------------------------- */

chat_member *chat_room_enter(chat_room *room, duos_conn *conn)
{
    chat_member *m = malloc(sizeof *m);

    if (m == NULL) {
        return NULL;
    }
    memset(m, 0, sizeof *m);
    m->room = room;
    chat_listener_init(&m->listener, conn);
    lines_init(&m->lines, room->max_line);
    if (duos_timer_init(&m->rest, room->loop, on_rest, m) != DUOS_OK) {
        free(m);
        return NULL;
    }
    return m;
}

void chat_member_free(chat_member *m)
{
    if (m != NULL) {
        leave(m);
        duos_timer_stop(&m->rest);
        lines_free(&m->lines);
        free(m);
    }
}

duos_err chat_room_new(duos_loop *loop, size_t max_line, size_t max_queue,
                       chat_room **out)
{
    chat_room *room = malloc(sizeof *room);
    duos_err err;

    if (room == NULL) {
        return DUOS_ENOMEM;
    }
    room->loop = loop;
    room->max_line = max_line;
    room->closing = false;
    err = chat_feed_init(&room->feed, loop, max_queue);
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
        free(room);
    }
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
