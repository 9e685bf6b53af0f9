/* SPDX-License-Identifier: MIT */
/*
 * guest.c - what a guest of a room says and hears.
 */
#include "guest.h"

server room;
guest ann;
guest bob;
guest cat;

void guest_say(guest *g, const char *data, size_t len)
{
    assert_ok(duos_send_all(g->s, data, len, PATIENCE_MS, NULL));
}

const char *next_line(guest *g)
{
    static char line[HEARD_MAX];
    char *end;
    size_t len;

    while ((end = memchr(g->heard, '\n', g->len)) == NULL) {
        size_t got;
        duos_err err;

        assert_true(g->len < sizeof g->heard);
        err = duos_recv_some(g->s, g->heard + g->len, sizeof g->heard - g->len,
                             PATIENCE_MS, &got);
        if (err == DUOS_EEOF && g->len == 0) {
            return NULL;
        }
        assert_ok(err);
        g->len += got;
    }
    len = (size_t)(end - g->heard);
    memcpy(line, g->heard, len);
    line[len] = '\0';
    g->len -= len + 1;
    memmove(g->heard, end + 1, g->len);
    return line;
}

void hear(guest *g, const char *wanted)
{
    const char *line = next_line(g);

    if (line == NULL) {
        fail_msg("the end instead of: %s", wanted);
    }
    assert_string_equal(line, wanted);
}

void hear_end(guest *g)
{
    const char *line = next_line(g);

    if (line != NULL) {
        fail_msg("%s instead of the end", line);
    }
}

void come(guest *g)
{
    g->s = peer_dial(room.address);
    g->len = 0;
}

void join(guest *g, const char *nick)
{
    char line[256];

    come(g);
    sprintf(line, "%s\n", nick);
    guest_say(g, line, strlen(line));
    sprintf(line, "* welcome %s", nick);
    hear(g, line);
}

void begin_pair(void)
{
    static const duos_socket none = DUOS_SOCKET_INVALID;

    room.process = NULL;
    ann.s = bob.s = cat.s = none;
    SERVER_START(&room, "--mode", "chat");
    join(&ann, "ann");
    join(&bob, "bob");
    hear(&ann, "* bob joined");
}

int end_pair(void **state)
{
    duos_close(&ann.s);
    duos_close(&bob.s);
    duos_close(&cat.s);
    if (room.process != NULL) {
        server_stop(&room); /* with 0, so it leaked nothing either */
    }
    return process_kill_all(state);
}
