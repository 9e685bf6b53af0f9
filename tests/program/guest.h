/* SPDX-License-Identifier: MIT */
/*
 * guest.h - a room of duosock serve --mode chat, and those who talk in it over
 * sockets of the test's own.
 */
#ifndef TEST_GUEST_H
#define TEST_GUEST_H

#include "program/program.h"

enum {
    HEARD_MAX = 16384
};

/* One who takes part, with what was received and not looked at yet. */
typedef struct guest {
    duos_socket s;
    char heard[HEARD_MAX];
    size_t len;
} guest;

extern server room;
extern guest ann;
extern guest bob;
extern guest cat;

/* A text and its length without the NUL. */
#define TEXT(text) text, sizeof text - 1

void guest_say(guest *g, const char *data, size_t len);

#define SAY(g, text) guest_say((g), TEXT(text))

/* Receives until a line is there; returns it, or NULL at the end. */
const char *next_line(guest *g);

/* The next line is this one. */
void hear(guest *g, const char *wanted);
void hear_end(guest *g);

/* Connects; joins with a nick that is free. */
void come(guest *g);
void join(guest *g, const char *nick);

/* Ann and bob in a room. */
void begin_pair(void);

/* Their end, and that of the server, which must be a good one. */
int end_pair(void **state);

/* A test that begins with begin_pair. */
#define ROOM_TEST(test) cmocka_unit_test_teardown(test, end_pair)

#endif
