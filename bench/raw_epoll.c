/* SPDX-License-Identifier: MIT */
/*
 * raw_epoll.c - the yardstick: an echo server on bare Linux calls.
 *
 *   raw_epoll [-m mode] [-b buffer bytes] [-e events per wait] [-v]
 *
 * The mode level is the one that others are measured against: level-triggered,
 * one recv and one optimistic send per event, EPOLLOUT only after a send came
 * up short, TCP_NODELAY inherited from the listener, no other call. The other
 * modes are there to price one habit each:
 *   drain    recv until EAGAIN
 *   edge     edge-triggered, recv until a short read
 *   oneshot  EPOLLONESHOT, armed again after each event
 *   armed    waits for EPOLLOUT before it sends
 *   copy     a copy of each message in memory of its own
 *   pool     what must wait keeps the buffer it came in; another is taken from
 *            a free list
 *   file     read and write in place of recv and send
 *   table    level, but each event goes through a table of handles and a
 *            callback, and each wait reads the clock, as a thin portability
 *            layer would
 *
 * Prints its port, serves until its standard input ends. With -v it tells then
 * what it counted.
 */
#include "serve.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/epoll.h>

enum mode {
    LEVEL,
    DRAIN,
    EDGE,
    ONESHOT,
    ARMED,
    COPY,
    POOL,
    FILE_CALLS,
    TABLE,
    MODES
};

static const char *const mode_names[MODES] = {"level",   "drain", "edge",
                                              "oneshot", "armed", "copy",
                                              "pool",    "file",  "table"};

static enum mode mode = LEVEL;
static size_t buffer_size = SERVE_BUFFER;
static int events_max = 512;
static int verbose;

/* What a peer could not take at once. */
struct rest {
    char *bytes;
    size_t begin;
    size_t end;
};

/* How a send ended. */
enum sent {
    SENT_ALL,
    SENT_PART, /* the rest was kept */
    SENT_NONE  /* the connection is gone */
};

/* A socket in the mode table. */
struct handle {
    void (*ready)(int fd);
    uint64_t last;
    uint32_t generation;
};

static char *buffer;
static struct rest *rests; /* by descriptor */
static struct handle *handles;
static uint64_t now;

static struct {
    uint64_t waits;
    int most; /* events of one wait */
    uint64_t messages;
    uint64_t bytes;
} counted;
static int poller;
static int listener;

static void control(int verb, int fd, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.fd = fd};

    if (epoll_ctl(poller, verb, fd, &event) != 0) {
        serve_fail("epoll_ctl");
    }
}

static uint64_t clock_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Buffers of the mode pool that nobody uses, each begins with the next. */
static void *spare;

static char *take_buffer(void)
{
    void *taken = spare;

    if (taken == NULL) {
        return (char *)serve_need(malloc(buffer_size));
    }
    memcpy(&spare, taken, sizeof spare);
    return (char *)taken;
}

static void forget(struct rest *rest)
{
    if (mode == POOL && rest->bytes != NULL) {
        memcpy(rest->bytes, &spare, sizeof spare);
        spare = rest->bytes;
    } else {
        free(rest->bytes);
    }
    memset(rest, 0, sizeof *rest);
}

static void drop(int fd)
{
    forget(&rests[fd]);
    close(fd);
}

/* Waits for one thing, in the manner of the mode. */
static void wait_for(int fd, uint32_t events)
{
    if (mode == ONESHOT) {
        events |= EPOLLONESHOT;
    }
    if (mode != EDGE) {
        control(EPOLL_CTL_MOD, fd, events);
    }
}

static uint32_t events_at_first(void)
{
    switch (mode) {
    case EDGE:
        return EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    case ONESHOT:
        return EPOLLIN | EPOLLONESHOT;
    default:
        return EPOLLIN;
    }
}

/* ---- the hot path ----------------------------------------------------- */

static void keep(int fd, const char *bytes, size_t len)
{
    struct rest *rest = &rests[fd];

    if (mode == POOL) {
        rest->bytes = buffer;
        rest->begin = (size_t)(bytes - buffer);
        buffer = take_buffer();
    } else {
        rest->bytes = (char *)serve_need(malloc(len));
        rest->begin = 0;
        memcpy(rest->bytes, bytes, len);
    }
    rest->end = rest->begin + len;
    wait_for(fd, EPOLLOUT);
}

static enum sent send_now(int fd, const char *bytes, size_t len)
{
    ssize_t sent = mode == FILE_CALLS ? write(fd, bytes, len)
                                      : send(fd, bytes, len, MSG_NOSIGNAL);

    if (sent == (ssize_t)len) {
        return SENT_ALL;
    }
    if (sent < 0) {
        if (errno != EAGAIN) {
            drop(fd);
            return SENT_NONE;
        }
        sent = 0;
    }
    keep(fd, bytes + sent, len - (size_t)sent);
    return SENT_PART;
}

static enum sent send_copy(int fd, const char *bytes, size_t len)
{
    char *copy = (char *)serve_need(malloc(len));
    enum sent how;

    memcpy(copy, bytes, len);
    how = send_now(fd, copy, len);
    free(copy);
    return how;
}

static enum sent echo(int fd, size_t len)
{
    if (mode == ARMED) {
        keep(fd, buffer, len);
        return SENT_PART;
    }
    if (mode == COPY) {
        return send_copy(fd, buffer, len);
    }
    return send_now(fd, buffer, len);
}

/* Whether another recv is due at once. */
static int reads_on(size_t got)
{
    return mode == DRAIN || (mode == EDGE && got == buffer_size);
}

static void read_ready(int fd)
{
    enum sent how = SENT_ALL;
    ssize_t got;

    do {
        got = mode == FILE_CALLS ? read(fd, buffer, buffer_size)
                                 : recv(fd, buffer, buffer_size, 0);
        if (got < 0 && errno == EAGAIN) {
            break;
        }
        if (got <= 0) {
            drop(fd);
            return;
        }
        counted.messages++;
        counted.bytes += (size_t)got;
        how = echo(fd, (size_t)got);
    } while (how == SENT_ALL && reads_on((size_t)got));
    if (mode == ONESHOT && how == SENT_ALL) {
        wait_for(fd, EPOLLIN);
    }
}

static void write_ready(int fd)
{
    struct rest *rest = &rests[fd];
    ssize_t sent = send(fd, rest->bytes + rest->begin, rest->end - rest->begin,
                        MSG_NOSIGNAL);

    if (sent < 0 && errno != EAGAIN) {
        drop(fd);
        return;
    }
    rest->begin += sent < 0 ? 0 : (size_t)sent;
    if (rest->begin < rest->end) {
        if (mode == ONESHOT) {
            wait_for(fd, EPOLLOUT);
        }
        return;
    }
    forget(rest);
    wait_for(fd, EPOLLIN);
    if (mode == EDGE) {
        read_ready(fd);
    }
}

static void accept_ready(void)
{
    int i;

    for (i = 0; i < SERVE_ACCEPTS; i++) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd < 0) {
            return; /* what is amiss shows in the load generator */
        }
        control(EPOLL_CTL_ADD, fd, events_at_first());
    }
}

/* What the mode table adds to an event. */
static void read_through_table(int fd)
{
    struct handle *handle = &handles[fd];

    handle->ready = read_ready;
    handle->last = now;
    handle->generation++;
    ((volatile struct handle *)handle)->ready(fd);
}

/* Zero when the standard input has ended. */
static int handle(int fd, uint32_t events)
{
    if (fd == listener) {
        accept_ready();
    } else if (fd == STDIN_FILENO) {
        return 0;
    } else if (rests[fd].end > 0) {
        if ((events & (EPOLLOUT | EPOLLERR | EPOLLHUP)) != 0) {
            write_ready(fd);
        }
    } else if ((events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0) {
        if (mode == TABLE) {
            read_through_table(fd);
        } else {
            read_ready(fd);
        }
    }
    return 1;
}

static void serve(void)
{
    struct epoll_event *events = (struct epoll_event *)serve_need(
        malloc((size_t)events_max * sizeof *events));

    for (;;) {
        int n = epoll_wait(poller, events, events_max, -1);
        int i;

        counted.waits++;
        if (n > counted.most) {
            counted.most = n;
        }
        if (n < 0 && errno != EINTR) {
            serve_fail("epoll_wait");
        }
        if (mode == TABLE) {
            now = clock_now();
        }
        for (i = 0; i < n; i++) {
            if (!handle(events[i].data.fd, events[i].events)) {
                return;
            }
        }
    }
}

/* ---- beginning -------------------------------------------------------- */

static void usage(void)
{
    fprintf(stderr,
            "usage: raw_epoll [-m level|drain|edge|oneshot|armed|copy|"
            "file|table]\n                 [-b bytes] [-e events] [-v]\n");
    exit(2);
}

static enum mode mode_named(const char *name)
{
    int m;

    for (m = 0; m < MODES; m++) {
        if (strcmp(name, mode_names[m]) == 0) {
            return (enum mode)m;
        }
    }
    usage();
    return LEVEL;
}

static void read_options(int argc, char **argv)
{
    int option;

    while ((option = getopt(argc, argv, "m:b:e:v")) != -1) {
        switch (option) {
        case 'm':
            mode = mode_named(optarg);
            break;
        case 'b':
            buffer_size = strtoul(optarg, NULL, 10);
            break;
        case 'e':
            events_max = (int)strtoul(optarg, NULL, 10);
            break;
        case 'v':
            verbose = 1;
            break;
        default:
            usage();
        }
    }
    if (buffer_size == 0 || events_max <= 0) {
        usage();
    }
}

static void tell_counted(void)
{
    fprintf(stderr, "waits %ju most %d messages %ju bytes %ju\n",
            (uintmax_t)counted.waits, counted.most, (uintmax_t)counted.messages,
            (uintmax_t)counted.bytes);
}

int main(int argc, char **argv)
{
    read_options(argc, argv);
    rests = (struct rest *)serve_table(sizeof *rests);
    handles = (struct handle *)serve_table(sizeof *handles);
    buffer = take_buffer();
    poller = epoll_create1(EPOLL_CLOEXEC);
    if (poller < 0) {
        serve_fail("epoll_create1");
    }
    listener = serve_socket(SOCK_STREAM);
    control(EPOLL_CTL_ADD, listener, EPOLLIN);
    control(EPOLL_CTL_ADD, STDIN_FILENO, EPOLLIN);
    serve();
    if (verbose) {
        tell_counted();
    }
    return 0;
}
