/* SPDX-License-Identifier: MIT */
/*
 * chat_talk.c - what a line means: a nick, a command, or words for all.
 */
#include "chat_core.h"

#include "escape.h"
#include "trace.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    TRIES = 5,        /* for a nick */
    SAYING_MAX = 512, /* the longest line of the room's own */
    LINE_MS = 1,      /* of a member's time that a line takes */
    NAMES_PER_MS = 16 /* that /who lists */
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
static void tell(chat_member *m, const char *format, duos_bytes text)
{
    chat_feed *feed = &m->room->feed;
    const char *at = text.data;
    const char *end = at + text.len;
    char part[1024];
    size_t len = (size_t)snprintf(part, sizeof part, format, m->nick);
    size_t used;

    chat_feed_tell(feed, &m->listener, part, len);
    while (at < end) {
        len = escape_some(part, sizeof part, at, (size_t)(end - at),
                          ESCAPE_LINE, &used);
        if (used == 0) {
            /* The line ends within a character. */
            escape_byte(part, (unsigned char)*at);
            len = ESCAPE_GROWTH;
            used = 1;
        }
        chat_feed_tell(feed, &m->listener, part, len);
        at += used;
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
static const char *take_nick(chat_member *m, duos_bytes text)
{
    const char *complaint = nick_complaint(text.data, text.len);
    char nick[NICK_BYTES + 1];

    if (complaint != NULL) {
        return complaint;
    }
    memcpy(nick, text.data, text.len);
    nick[text.len] = '\0';
    if (is_taken(m, nick)) {
        return "somebody has it";
    }
    memcpy(m->nick, nick, text.len + 1);
    return NULL;
}

void chat_leave(chat_member *m)
{
    m->done = true;
    chat_deadline_stop(&m->room->deadlines, &m->deadline);
    if (m->listener.joined) {
        chat_feed_leave(&m->room->feed, &m->listener);
        if (!m->room->closing) {
            announce(m, "* %s left", m->nick);
        }
    }
}

void chat_say_goodbye(chat_member *m)
{
    answer(m, "* goodbye");
    chat_leave(m);
}

/* For a nick of a member to be. */
static void refuse(chat_member *m, const char *complaint)
{
    answer(m, "* nick refused: %s", complaint);
    m->tries++;
    if (m->tries == TRIES) {
        chat_say_goodbye(m);
        duos_conn_close(m->listener.conn);
    }
}

static void join(chat_member *m, duos_bytes text)
{
    const char *complaint;

    if (m->room->closing) {
        answer(m, "* the server is closing");
        chat_leave(m);
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
static void run_who(chat_member *m, duos_bytes text)
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
    m->paid_ms += m->room->feed.listeners / NAMES_PER_MS;
}

static void run_nick(chat_member *m, duos_bytes text)
{
    char old[NICK_BYTES + 1];
    const char *complaint;

    memcpy(old, m->nick, sizeof old);
    complaint = take_nick(m, text);
    if (complaint != NULL) {
        answer(m, "* nick refused: %s", complaint);
    } else {
        answer(m, "* you are now %s", m->nick);
        announce(m, "* %s is now %s", old, m->nick);
    }
}

static void run_me(chat_member *m, duos_bytes text)
{
    tell(m, "** %s ", text);
}

static void run_quit(chat_member *m, duos_bytes text)
{
    (void)text;
    chat_say_goodbye(m);
    duos_conn_close(m->listener.conn);
}

static const struct {
    const char *name;
    void (*run)(chat_member *m, duos_bytes text);
} commands[] = {{"/who", run_who},
                {"/nick", run_nick},
                {"/me", run_me},
                {"/quit", run_quit}};

static void run_command(chat_member *m, duos_bytes line)
{
    const char *at = line.data;
    const char *space = memchr(at, ' ', line.len);
    size_t len = space != NULL ? (size_t)(space - at) : line.len;
    size_t begin = len + (space != NULL);
    duos_bytes text = {at + begin, line.len - begin};
    size_t i;

    for (i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strlen(commands[i].name) == len &&
            memcmp(commands[i].name, at, len) == 0) {
            commands[i].run(m, text);
            return;
        }
    }
    answer(m, "* unknown command; there are /who, /nick NAME, /me TEXT, /quit");
}

/* ---- lines ------------------------------------------------------------ */

void chat_take_line(chat_member *m, duos_bytes line)
{
    m->paid_ms += LINE_MS;
    if (!m->listener.joined) {
        join(m, line);
    } else if (line.len > 0 && *(const char *)line.data == '/') {
        run_command(m, line);
    } else if (line.len > 0) {
        tell(m, "%s: ", line);
    }
    if (m->room->closing) {
        chat_feed_flush(&m->room->feed); /* who is left may leave any moment */
    }
}

void chat_take_too_long(chat_member *m)
{
    m->paid_ms += LINE_MS;
    m->room->counts.long_lines++;
    if (m->listener.joined) {
        answer(m, "* line not sent: longer than %zu bytes", m->room->max_line);
    } else {
        refuse(m, nick_too_long);
    }
}

void chat_take_too_late(chat_member *m)
{
    m->room->counts.line_ends++;
    answer(m, "* %s not finished in time",
           m->listener.joined ? "line" : "nick");
    chat_say_goodbye(m);
    duos_conn_close(m->listener.conn);
}
