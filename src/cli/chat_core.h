/* SPDX-License-Identifier: MIT */
/*
 * chat_core.h - what the two files of the room share: chat_room.c, where
 * bytes become lines, and chat_talk.c, which knows what a line means.
 */
#ifndef CLI_CHAT_CORE_H
#define CLI_CHAT_CORE_H

#include "chat_deadline.h"
#include "chat_feed.h"
#include "chat_room.h"
#include "nick.h"

#include <duosock/frame.h>

struct chat_room {
    chat_feed feed;
    chat_deadlines deadlines; /* of lines that members have begun */
    duos_loop *loop;
    size_t max_line;
    chat_counts counts;
    bool closing; /* no more nicks are accepted */
};

struct chat_member {
    chat_listener listener; /* first: a listener of the feed is a member */
    chat_room *room;
    duos_frame_reader lines;
    duos_timer rest;        /* runs while the member is not listened to */
    uint64_t paid_ms;       /* up to when its lines have used its time */
    chat_deadline deadline; /* runs while a line is to be finished */
    int tries;
    bool begun; /* a line, that is not finished */
    bool done;  /* its further lines do not count */
    char nick[NICK_BYTES + 1];
};

/* Each takes one line, or one that was too long, and all that follows. */
void chat_take_line(chat_member *m, duos_bytes line);
void chat_take_too_long(chat_member *m);

/* It did not finish a line in time: it hears so, and has to go. */
void chat_take_too_late(chat_member *m);

/* The member said its last: all others hear that it left. */
void chat_leave(chat_member *m);

/* The same, and it hears a goodbye before it is closed. */
void chat_say_goodbye(chat_member *m);

#endif
