/* SPDX-License-Identifier: MIT */
/*
 * model.c - the rules of a chat, written a second time and more simply: one
 * list of members, one text for each, byte by byte.
 */
#include "model.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/escape.h"

#define TRIES      5
#define WHO_LINE   (512 - NICK_BYTES - 4)
#define SAYING_MAX 700

struct model {
    model_member *first;
    size_t max_line;
    bool closing;
    bool frozen;
};

/* ---- texts ------------------------------------------------------------- */

/* Without memory there is nothing to judge: the process ends. */
static void add(model_text *t, const char *data, size_t len)
{
    if (t->len + len > t->room) {
        t->room = (t->len + len) * 2;
        t->at = (char *)realloc(t->at, t->room);
        if (t->at == NULL) {
            abort();
        }
    }
    if (len > 0) {
        memcpy(t->at + t->len, data, len);
        t->len += len;
    }
}

static void hear(model_member *m, const char *data, size_t len)
{
    if (!m->room->frozen) {
        add(&m->heard, data, len);
    }
}

static void tell_others(const model_member *from, const char *data, size_t len)
{
    model_member *m;

    for (m = from->room->first; m != NULL; m = m->next) {
        if (m != from) {
            hear(m, data, len);
        }
    }
}

static void answer(model_member *m, const char *format, ...)
{
    char text[SAYING_MAX];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    hear(m, text, strlen(text));
}

static void announce(const model_member *from, const char *format, ...)
{
    char text[SAYING_MAX];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    tell_others(from, text, strlen(text));
}

/* ---- coming and going -------------------------------------------------- */

static void leave(model_member *m)
{
    model_member **at = &m->room->first;

    m->done = true;
    if (!m->joined) {
        return;
    }
    m->joined = false;
    while (*at != m) {
        at = &(*at)->next;
    }
    *at = m->next;
    if (!m->room->closing) {
        announce(m, "* %s left\n", m->nick);
    }
}

static void say_goodbye(model_member *m)
{
    answer(m, "* goodbye\n");
    leave(m);
}

static const char *take_nick(model_member *m, const char *text, size_t len)
{
    const char *complaint = nick_complaint(text, len);
    char nick[NICK_BYTES + 1];
    const model_member *other;

    if (complaint != NULL) {
        return complaint;
    }
    memcpy(nick, text, len);
    nick[len] = '\0';
    for (other = m->room->first; other != NULL; other = other->next) {
        if (other != m && nick_same(other->nick, nick)) {
            return "somebody has it";
        }
    }
    memcpy(m->nick, nick, len + 1);
    return NULL;
}

static void refuse(model_member *m, const char *complaint)
{
    answer(m, "* nick refused: %s\n", complaint);
    if (++m->tries == TRIES) {
        say_goodbye(m);
    }
}

static void join(model_member *m, const char *text, size_t len)
{
    model_member **at = &m->room->first;
    const char *complaint;

    if (m->room->closing) {
        answer(m, "* the server is closing\n");
        m->done = true;
        return;
    }
    complaint = take_nick(m, text, len);
    if (complaint != NULL) {
        refuse(m, complaint);
        return;
    }
    while (*at != NULL) {
        at = &(*at)->next;
    }
    *at = m;
    m->next = NULL;
    m->joined = true;
    answer(m, "* welcome %s\n", m->nick);
    announce(m, "* %s joined\n", m->nick);
}

/* ---- lines ------------------------------------------------------------- */

static void speak(const model_member *m, const char *before, const char *text,
                  size_t len, const char *behind)
{
    model_text words = {NULL, 0, 0};
    char part[256];

    add(&words, before, strlen(before));
    add(&words, m->nick, strlen(m->nick));
    add(&words, behind, strlen(behind));
    while (len > 0) {
        size_t used;
        size_t n =
            escape_some(part, sizeof part, text, len, ESCAPE_LINE, &used);

        if (used == 0) { /* the line ends within a character */
            escape_byte(part, (unsigned char)text[0]);
            n = ESCAPE_GROWTH;
            used = 1;
        }
        add(&words, part, n);
        text += used;
        len -= used;
    }
    add(&words, "\n", 1);
    tell_others(m, words.at, words.len);
    free(words.at);
}

/* A line of names is full when the next name might not fit. */
static void list(model_member *m)
{
    const model_member *other;
    size_t len = 0;
    size_t count = 0;

    for (other = m->room->first; other != NULL; other = other->next) {
        if (len == 0) {
            answer(m, "* here:");
            len = strlen("* here:");
        }
        answer(m, " %s", other->nick);
        len += strlen(other->nick) + 1;
        count++;
        if (other->next == NULL || len > WHO_LINE) {
            answer(m, "\n");
            len = 0;
        }
    }
    answer(m, "* %u in the room\n", (unsigned)count);
}

static void rename_to(model_member *m, const char *text, size_t len)
{
    char old[NICK_BYTES + 1];
    const char *complaint;

    memcpy(old, m->nick, sizeof old);
    complaint = take_nick(m, text, len);
    if (complaint != NULL) {
        answer(m, "* nick refused: %s\n", complaint);
    } else {
        answer(m, "* you are now %s\n", m->nick);
        announce(m, "* %s is now %s\n", old, m->nick);
    }
}

static void command(model_member *m, const char *line, size_t len)
{
    const char *space = (const char *)memchr(line, ' ', len);
    size_t word = space != NULL ? (size_t)(space - line) : len;
    const char *rest = space != NULL ? space + 1 : line + len;
    size_t rest_len = len - (size_t)(rest - line);

    if (word == 4 && memcmp(line, "/who", 4) == 0) {
        list(m);
    } else if (word == 5 && memcmp(line, "/nick", 5) == 0) {
        rename_to(m, rest, rest_len);
    } else if (word == 3 && memcmp(line, "/me", 3) == 0) {
        speak(m, "** ", rest, rest_len, " ");
    } else if (word == 5 && memcmp(line, "/quit", 5) == 0) {
        say_goodbye(m);
    } else {
        answer(m, "* unknown command; there are /who, /nick NAME, /me TEXT, "
                  "/quit\n");
    }
}

static void take_line(model_member *m)
{
    const char *line = m->line.at != NULL ? m->line.at : "";
    size_t len = m->line.len;

    if (len > 0 && line[len - 1] == '\r') {
        len--;
    }
    m->line.len = 0;
    if (!m->joined) {
        join(m, line, len);
    } else if (len > 0 && line[0] == '/') {
        command(m, line, len);
    } else if (len > 0) {
        speak(m, "", line, len, ": ");
    }
}

static void take_too_long(model_member *m)
{
    m->line.len = 0;
    m->skipping = true;
    if (m->joined) {
        answer(m, "* line not sent: longer than %u bytes\n",
               (unsigned)m->room->max_line);
    } else {
        refuse(m, nick_too_long);
    }
}

/* ---- what is told ------------------------------------------------------ */

model *model_new(size_t max_line)
{
    model *room = (model *)calloc(1, sizeof *room);

    if (room != NULL) {
        room->max_line = max_line;
    }
    return room;
}

void model_free(model *room)
{
    free(room);
}

model_member *model_enter(model *room)
{
    model_member *m = (model_member *)calloc(1, sizeof *m);

    if (m != NULL) {
        m->room = room;
    }
    return m;
}

void model_data(model_member *m, const char *data, size_t len)
{
    size_t max = m->room->max_line;

    for (; len > 0 && !m->done; data++, len--) {
        if (*data == '\n' && m->skipping) {
            m->skipping = false;
        } else if (*data == '\n') {
            take_line(m);
        } else if (!m->skipping) {
            add(&m->line, data, 1);
            if (m->line.len > max + 1 ||
                (m->line.len == max + 1 && *data != '\r')) {
                take_too_long(m);
            }
        }
    }
}

void model_end(model_member *m)
{
    if (!m->done && m->line.len > 0) {
        take_line(m);
    }
    if (!m->done) {
        say_goodbye(m);
    }
}

void model_gone(model_member *m)
{
    leave(m);
}

void model_member_free(model_member *m)
{
    if (m != NULL) {
        free(m->heard.at);
        free(m->line.at);
        free(m);
    }
}

void model_close(model *room)
{
    static const char notice[] = "* the server is closing\n";
    model_member *m;

    for (m = room->first; !room->closing && m != NULL; m = m->next) {
        hear(m, notice, sizeof notice - 1);
    }
    room->closing = true;
}

void model_freeze(model *room)
{
    room->frozen = true;
}
