/* SPDX-License-Identifier: MIT */
/*
 * load_echo.c - bytes there and back over TCP: ping-pong and pipelined
 * (bursts), streaming (a window that slides), churn (a connection each).
 *
 * A connection counts its bytes without end. They are in units: a burst, or
 * a message where the window slides. A unit that is back makes room for one.
 */
#include "load.h"

#include <string.h>
#include <unistd.h>

#include <sys/socket.h>

#define BUFFER_SIZE ((size_t)256 * 1024)

typedef struct stream {
    int fd;
    unsigned salt;
    uint64_t allowed; /* bytes, as the next two */
    uint64_t sent;
    uint64_t received;
    uint64_t *began; /* of the units under way, a ring */
} stream;

static size_t unit;          /* its bytes */
static size_t unit_messages; /* its messages */
static size_t window;        /* units under way */
static uint64_t begun;       /* messages */
static size_t opened;        /* for churn */
static const char *pattern;

static uint64_t *began_of(const stream *s, uint64_t position)
{
    return &s->began[position / unit % window];
}

/* What the connection sends at that place of its stream. */
static const char *expected(const stream *s, uint64_t position)
{
    return pattern + (s->salt + position / unit) % LOAD_SHIFTS +
           position % unit;
}

/* ---- sending ---------------------------------------------------------- */

static bool all_begun(void)
{
    return want.count > 0 && begun >= want.count;
}

static void allow_unit(stream *s, uint64_t now)
{
    if (!all_begun()) {
        begun += unit_messages;
        *began_of(s, s->allowed) = now;
        s->allowed += unit;
    }
}

static void send_allowed(stream *s)
{
    while (s->sent < s->allowed) {
        size_t len = unit - (size_t)(s->sent % unit);
        ssize_t n =
            send(s->fd, expected(s, s->sent), len, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n < 0 && errno != EAGAIN) {
            load_fail("send");
        }
        s->sent += n > 0 ? (uint64_t)n : 0;
        if (n != (ssize_t)len) {
            return; /* an event will tell of room */
        }
    }
}

/* ---- receiving -------------------------------------------------------- */

static void open_next(stream *s, uint64_t now)
{
    s->fd = tcp_open(opened++);
    turns_watch(s->fd, s);
    allow_unit(s, now);
}

static void unit_is_back(stream *s)
{
    uint64_t now = meter_add(unit_messages, *began_of(s, s->received - 1));

    if (want.mode != LOAD_CHURN) {
        allow_unit(s, now);
        return;
    }
    (void)close(s->fd);
    s->fd = -1;
    if (!all_begun()) {
        open_next(s, now);
    }
}

static void compare(stream *s, const char *bytes, size_t len)
{
    while (len > 0) {
        size_t n = unit - (size_t)(s->received % unit);

        n = n < len ? n : len;
        if (n > s->sent - s->received ||
            memcmp(bytes, expected(s, s->received), n) != 0) {
            load_give_up("wrong echo");
        }
        s->received += n;
        bytes += n;
        len -= n;
        if (s->received % unit == 0) {
            unit_is_back(s);
        }
    }
}

static void receive(stream *s)
{
    static char buffer[BUFFER_SIZE];
    ssize_t n;

    do {
        n = recv(s->fd, buffer, sizeof buffer, MSG_DONTWAIT);
        if (n == 0) {
            load_give_up("the server closed a connection");
        }
        if (n < 0 && errno != EAGAIN) {
            load_fail("recv");
        }
        if (n > 0) {
            compare(s, buffer, (size_t)n);
            send_allowed(s);
        }
    } while (n == (ssize_t)sizeof buffer && s->fd >= 0);
}

static void ready(void *of)
{
    stream *s = (stream *)of;

    send_allowed(s);
    receive(s);
}

/* ---- beginning -------------------------------------------------------- */

static void choose_units(void)
{
    bool slides = want.mode == LOAD_STREAM;

    unit_messages = slides ? 1 : want.depth;
    window = slides ? want.depth : 1;
    unit = want.size * unit_messages;
    pattern = load_pattern(unit);
}

static void begin(stream *s)
{
    uint64_t now = meter_now();
    size_t i;

    if (want.mode == LOAD_CHURN) {
        if (!all_begun()) {
            open_next(s, now);
        }
    } else {
        turns_watch(s->fd, s);
        for (i = 0; i < window; i++) {
            allow_unit(s, now);
        }
    }
    send_allowed(s);
}

void run_echo(const int *fds)
{
    stream *streams = (stream *)load_memory(want.connections, sizeof *streams);
    uint64_t *began;
    size_t i;

    choose_units();
    began = (uint64_t *)load_memory(want.connections * window, sizeof *began);
    meter_begin(want.count);
    for (i = 0; i < want.connections; i++) {
        streams[i].salt = (unsigned)(i % LOAD_SHIFTS);
        streams[i].began = began + i * window;
        streams[i].fd = want.mode != LOAD_CHURN ? fds[i] : -1;
        begin(&streams[i]);
    }
    turns_run(ready, (int)want.patience_s * 1000, NULL);
}
