/* SPDX-License-Identifier: MIT */
/*
 * chat_feed.h - what everybody in a room hears, in one order for all.
 *
 * What is told is gathered for a moment and then sent to each listener at
 * once, without the listener's own words: so a storm of short lines, or of
 * people who come, costs a few calls for each listener, and one copy for all
 * who only listened. Who does not take what is sent is dropped; the others do
 * not wait. The list of listeners never changes while it is walked.
 */
#ifndef CLI_CHAT_FEED_H
#define CLI_CHAT_FEED_H

#include <duosock/conn.h>

/* One who listens; storage is the caller's, the fields are private. */
typedef struct chat_listener {
    struct chat_listener *next;
    struct chat_listener *previous;
    duos_conn *conn;
    size_t seen; /* of the feed's text */
    bool joined;
    bool dropped; /* on_close will tell */
} chat_listener;

enum {
    CHAT_FEED_TEXT = 32 * 1024,
    CHAT_FEED_PARTS = 256
};

/* A part of the text that comes from one mouth. */
typedef struct chat_part {
    const chat_listener *from; /* for comparison only: may be gone */
    size_t end;
} chat_part;

typedef struct chat_feed {
    chat_listener *first;
    chat_listener *last;
    size_t listeners;
    duos_timer timer;
    size_t cap;
    size_t len;
    size_t part_count;
    chat_part parts[CHAT_FEED_PARTS];
    char text[CHAT_FEED_TEXT];
} chat_feed;

/* max_queue: the limit of a connection's queue, 0 for none. */
duos_err chat_feed_init(chat_feed *feed, duos_loop *loop, size_t max_queue);

/* A listener of a connection; it hears only what is sent to it alone. */
void chat_listener_init(chat_listener *listener, duos_conn *conn);

/* From now on, and until it leaves, a listener hears what is told to all. */
void chat_feed_join(chat_feed *feed, chat_listener *listener);
void chat_feed_leave(chat_feed *feed, chat_listener *listener);

/* Tells all but one; a text may come in parts, one after the other. */
void chat_feed_tell(chat_feed *feed, const chat_listener *from,
                    const char *text, size_t len);

/* Tells one alone, behind all that it was to hear so far. */
void chat_feed_answer(chat_feed *feed, chat_listener *listener,
                      const char *text, size_t len);

/* Sends what was gathered. */
void chat_feed_flush(chat_feed *feed);

/* Ends all: nothing more is sent. */
void chat_feed_stop(chat_feed *feed);

#endif
