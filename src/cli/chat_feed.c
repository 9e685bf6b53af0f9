/* SPDX-License-Identifier: MIT */
/*
 * chat_feed.c - gathers, sends, drops.
 */
#include "chat_feed.h"

#include "trace.h"

#include <string.h>

static void on_timer(duos_timer *timer, void *user)
{
    (void)timer;
    chat_feed_flush(user);
}

duos_err chat_feed_init(chat_feed *feed, duos_loop *loop, size_t max_queue)
{
    feed->first = feed->last = NULL;
    feed->listeners = 0;
    feed->len = 0;
    feed->part_count = 0;
    /* What is sent at once must fit in a queue, several times. */
    feed->cap = sizeof feed->text;
    if (max_queue != 0 && feed->cap > max_queue / 4) {
        feed->cap = max_queue / 4;
    }
    return duos_timer_init(&feed->timer, loop, on_timer, feed);
}

void chat_listener_init(chat_listener *listener, duos_conn *conn)
{
    memset(listener, 0, sizeof *listener);
    listener->conn = conn;
}

/* ---- the list --------------------------------------------------------- */

void chat_feed_join(chat_feed *feed, chat_listener *listener)
{
    listener->joined = true;
    listener->seen = feed->len;
    listener->next = NULL;
    listener->previous = feed->last;
    if (feed->last != NULL) {
        feed->last->next = listener;
    } else {
        feed->first = listener;
    }
    feed->last = listener;
    feed->listeners++;
}

void chat_feed_leave(chat_feed *feed, chat_listener *listener)
{
    if (!listener->joined) {
        return;
    }
    listener->joined = false;
    if (listener->previous != NULL) {
        listener->previous->next = listener->next;
    } else {
        feed->first = listener->next;
    }
    if (listener->next != NULL) {
        listener->next->previous = listener->previous;
    } else {
        feed->last = listener->previous;
    }
    feed->listeners--;
}

/* ---- sending ---------------------------------------------------------- */

static void after_send(chat_listener *listener, duos_err err)
{
    if (err == DUOS_EWOULDBLOCK || err == DUOS_EMSGSIZE) {
        err = DUOS_ESTALLED;
    }
    /* ESTATE: it is ending already. */
    if (err != DUOS_OK && err != DUOS_ESTATE) {
        listener->dropped = true;
        duos_conn_abort(listener->conn, err);
    }
}

static void send_to(chat_listener *listener, const char *text, size_t len)
{
    after_send(listener, duos_conn_send(listener->conn, text, len));
}

/*
 * Sends a listener what it has not seen, without its own words. For most that
 * is all of it; then it is not copied for each, if all is not NULL.
 */
static void catch_up(const chat_feed *feed, chat_listener *listener,
                     duos_shared *all)
{
    size_t from = listener->seen; /* of what is to be sent next */
    size_t start = 0;             /* of the part */
    size_t i;

    for (i = 0; i < feed->part_count; i++) {
        size_t end = feed->parts[i].end;

        if (feed->parts[i].from == listener && end > from) {
            if (start > from) {
                send_to(listener, feed->text + from, start - from);
            }
            from = end;
        }
        start = end;
    }
    if (from == 0 && all != NULL) {
        after_send(listener, duos_conn_send_shared(listener->conn, all));
    } else if (feed->len > from) {
        send_to(listener, feed->text + from, feed->len - from);
    }
    listener->seen = feed->len;
}

void chat_feed_flush(chat_feed *feed)
{
    duos_shared *all = NULL;
    chat_listener *listener;

    duos_timer_stop(&feed->timer);
    if (feed->len > 0 &&
        duos_shared_create(feed->text, feed->len, NULL, &all) != DUOS_OK) {
        all = NULL; /* without memory, each one gets a copy if there is some */
    }
    for (listener = feed->first; listener != NULL; listener = listener->next) {
        catch_up(feed, listener, all);
        listener->seen = 0;
    }
    duos_shared_release(all);
    feed->len = 0;
    feed->part_count = 0;
}

void chat_feed_answer(chat_feed *feed, chat_listener *listener,
                      const char *text, size_t len)
{
    if (listener->joined) {
        catch_up(feed, listener, NULL);
    }
    send_to(listener, text, len);
}

/* ---- gathering -------------------------------------------------------- */

/* The first words after a flush: they wait for what else this turn brings. */
static void begin(chat_feed *feed)
{
    if (!duos_timer_active(&feed->timer) &&
        duos_timer_start(&feed->timer, 0) != DUOS_OK) {
        chat_feed_flush(feed);
    }
}

static void note_part(chat_feed *feed, const chat_listener *from)
{
    chat_part *part = feed->parts + feed->part_count;

    if (feed->part_count > 0 && part[-1].from == from) {
        part--;
    } else {
        feed->part_count++;
    }
    part->from = from;
    part->end = feed->len;
}

void chat_feed_tell(chat_feed *feed, const chat_listener *from,
                    const char *text, size_t len)
{
    while (len > 0) {
        size_t part = feed->cap - feed->len;

        part = part < len ? part : len;
        memcpy(feed->text + feed->len, text, part);
        feed->len += part;
        text += part;
        len -= part;
        note_part(feed, from);
        if (feed->len == feed->cap || feed->part_count == CHAT_FEED_PARTS) {
            chat_feed_flush(feed);
        }
    }
    begin(feed);
}

void chat_feed_stop(chat_feed *feed)
{
    duos_timer_stop(&feed->timer);
    feed->len = 0;
    feed->part_count = 0;
}
