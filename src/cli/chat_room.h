/* SPDX-License-Identifier: MIT */
/*
 * chat_room.h - the chat protocol, the server's side: lines come in, lines go
 * out. README.md lists what members can send.
 *
 * What the room says begins with "* ":
 *     * welcome NAME            the nick is accepted: you are in
 *     * nick refused: REASON    it is not; try again
 *     * NAME joined, * NAME left, * NAME is now NAME
 *     * the server is closing
 *     * line not sent: REASON
 *     * goodbye
 * What members say is "NAME: TEXT", and "** NAME TEXT" for /me; no name begins
 * with *, holds a colon or a space, so nobody can forge another one's line.
 * Text is escaped (escape.h): bytes that are not UTF-8, as those of Telnet's
 * negotiation, NUL, tabs and other controls arrive as \xNN.
 */
#ifndef CLI_CHAT_ROOM_H
#define CLI_CHAT_ROOM_H

#include <duosock/conn.h>

typedef struct chat_room chat_room;

/* A connection to the room; in the room once its nick is accepted. */
typedef struct chat_member chat_member;

/*
 * What a room allows; 0 is no limit. max_line: the longest line in bytes.
 * max_queue: the limit of a connection's queue. line_ms: from a line's first
 * byte to its end, and from coming in to a nick.
 */
typedef struct chat_limits {
    size_t max_line;
    size_t max_queue;
    int32_t line_ms;
} chat_limits;

/* How often each of them was met. */
typedef struct chat_counts {
    uint64_t long_lines;
    uint64_t line_ends;
} chat_counts;

/* Makes an empty room. */
duos_err chat_room_new(duos_loop *loop, const chat_limits *limits,
                       chat_room **out);

const chat_counts *chat_room_counts(const chat_room *room);

/* Ends a room that has no connections any more; NULL is ignored. */
void chat_room_free(chat_room *room);

/* For each connection, from its callbacks. enter: NULL without memory. */
chat_member *chat_room_enter(chat_room *room, duos_conn *conn);
void chat_member_data(chat_member *member, const void *data, size_t len);
void chat_member_end(chat_member *member);
void chat_member_free(chat_member *member); /* in on_close */

/* Tells all that the server is closing, and sends what waits. */
void chat_room_close(chat_room *room);

#endif
