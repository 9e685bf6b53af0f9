/* SPDX-License-Identifier: MIT */
/*
 * load_fan.c - what one connection says goes to all, itself among them; it
 * says the next line when everybody has the last one.
 */
#include "load.h"

#include <string.h>

#include <sys/socket.h>

typedef struct member {
    int fd;
    uint64_t received; /* bytes of all lines */
} member;

static member *members;
static const char *pattern;
static char *heard; /* room for a line */
static uint64_t lines;
static uint64_t began;
static size_t missing; /* members that have not all of the line */

static void say(void)
{
    const char *line = pattern + lines % LOAD_SHIFTS;

    lines++;
    missing = want.connections;
    began = meter_now();
    if (send(members[0].fd, line, want.size, MSG_NOSIGNAL) !=
        (ssize_t)want.size) {
        load_fail("send");
    }
}

static bool all_said(void)
{
    return want.count > 0 && lines >= want.count;
}

static void has_line(void)
{
    (void)meter_add(1, began);
    missing--;
    if (missing == 0 && !all_said()) {
        say();
    }
}

static void compare(member *m, size_t len)
{
    uint64_t line = m->received / want.size;
    const char *expected =
        pattern + line % LOAD_SHIFTS + m->received % want.size;

    if (line + 1 != lines || memcmp(heard, expected, len) != 0) {
        load_give_up("wrong line");
    }
    m->received += len;
    if (m->received % want.size == 0) {
        has_line();
    }
}

/* There is never more under way than one line. */
static void ready(void *of)
{
    member *m = (member *)of;
    size_t left;
    ssize_t n;

    do {
        left = want.size - (size_t)(m->received % want.size);
        n = recv(m->fd, heard, left, MSG_DONTWAIT);
        if (n == 0) {
            load_give_up("the server closed a connection");
        }
        if (n < 0 && errno != EAGAIN) {
            load_fail("recv");
        }
        if (n > 0) {
            compare(m, (size_t)n);
        }
    } while (n == (ssize_t)left);
}

void run_fan(const int *fds)
{
    size_t i;

    members = (member *)load_memory(want.connections, sizeof *members);
    heard = (char *)load_memory(want.size, 1);
    pattern = load_pattern(want.size);
    for (i = 0; i < want.connections; i++) {
        members[i].fd = fds[i];
        turns_watch(fds[i], &members[i]);
    }
    meter_begin(want.count * want.connections);
    say();
    turns_run(ready, (int)want.patience_s * 1000, NULL);
}
