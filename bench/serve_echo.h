/* SPDX-License-Identifier: MIT */
/*
 * serve_echo.h - the work of an echo server on readiness, whoever tells of it:
 * one recv and one optimistic send; what the peer cannot take waits, and
 * nothing is received from it meanwhile. As raw_epoll.c does it.
 */
#ifndef BENCH_SERVE_ECHO_H
#define BENCH_SERVE_ECHO_H

#include "serve.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What is to be waited for next. */
typedef enum serve_state {
    SERVE_READS,
    SERVE_WRITES,
    SERVE_OVER /* it has ended: serve_close */
} serve_state;

/* What a peer could not take at once. */
typedef struct serve_rest {
    char *bytes;
    size_t begin;
    size_t end;
} serve_rest;

static inline void serve_forget(serve_rest *rest)
{
    free(rest->bytes);
    memset(rest, 0, sizeof *rest);
}

static inline void serve_close(int fd, serve_rest *rest)
{
    serve_forget(rest);
    (void)close(fd);
}

static inline serve_state serve_write(int fd, serve_rest *rest)
{
    ssize_t sent = send(fd, rest->bytes + rest->begin, rest->end - rest->begin,
                        MSG_NOSIGNAL);

    if (sent < 0 && errno != EAGAIN) {
        return SERVE_OVER;
    }
    rest->begin += sent < 0 ? 0 : (size_t)sent;
    if (rest->begin < rest->end) {
        return SERVE_WRITES;
    }
    serve_forget(rest);
    return SERVE_READS;
}

static inline serve_state serve_send(int fd, serve_rest *rest,
                                     const char *bytes, size_t len)
{
    ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);

    if (sent == (ssize_t)len) {
        return SERVE_READS;
    }
    if (sent < 0) {
        if (errno != EAGAIN) {
            return SERVE_OVER;
        }
        sent = 0;
    }
    rest->end = len - (size_t)sent;
    rest->bytes = (char *)serve_need(malloc(rest->end));
    memcpy(rest->bytes, bytes + sent, rest->end);
    return SERVE_WRITES;
}

/* The socket is ready for what it waited for. */
static inline serve_state serve_ready(int fd, serve_rest *rest)
{
    static char buffer[SERVE_BUFFER];
    ssize_t got;

    if (rest->end > 0) {
        return serve_write(fd, rest);
    }
    got = recv(fd, buffer, sizeof buffer, 0);
    if (got > 0) {
        return serve_send(fd, rest, buffer, (size_t)got);
    }
    return got < 0 && errno == EAGAIN ? SERVE_READS : SERVE_OVER;
}

/* The next connection of a listener, or less than 0. */
static inline int serve_accept(int listener)
{
    return accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

#endif
