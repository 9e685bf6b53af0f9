/* SPDX-License-Identifier: MIT */
/*
 * load_tcp.c - opening very many connections: from several addresses, so that
 * the ports suffice, and in batches that a backlog holds, each known to be
 * accepted before the next.
 */
#include "load.h"

#include <string.h>
#include <unistd.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#define SOURCES 32
#define BATCH   128

static const char words[16] = "anybody there?\n";

static void set(int fd, int level, int option, const void *value,
                socklen_t size)
{
    if (setsockopt(fd, level, option, value, size) != 0) {
        load_fail("setsockopt");
    }
}

/* On loopback a connect that blocks is over at once. */
int tcp_open(size_t number)
{
    struct sockaddr_in name = {.sin_family = AF_INET};
    const int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0) {
        load_fail("socket");
    }
    set(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    set(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK + (in_addr_t)number % SOURCES);
    if (bind(fd, (struct sockaddr *)&name, sizeof name) != 0) {
        load_fail("bind");
    }
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    name.sin_port = htons(child_port);
    if (connect(fd, (struct sockaddr *)&name, sizeof name) != 0) {
        load_fail("connect");
    }
    return fd;
}

static void say(int fd)
{
    if (send(fd, words, sizeof words, MSG_NOSIGNAL) != (ssize_t)sizeof words) {
        load_fail("greeting");
    }
}

static void hear(int fd)
{
    char heard[sizeof words];

    if (recv(fd, heard, sizeof heard, MSG_WAITALL) != (ssize_t)sizeof words ||
        memcmp(heard, words, sizeof words) != 0) {
        load_give_up("wrong or no answer to a greeting");
    }
}

/*
 * A backlog is first in, first out: who is heard proves those before it. What
 * is to stream begins without a word: the kernel fits its buffers to what came
 * first, and a short message would keep them small.
 */
static void greet(const int *fds, size_t begin, size_t end,
                  tcp_greeting greeting)
{
    bool each = greeting == TCP_EACH_SPEAKS;
    size_t i;

    if (greeting == TCP_NONE_SPEAKS) {
        return;
    }
    for (i = each ? begin : end - 1; i < end; i++) {
        say(fds[i]);
    }
    for (i = each ? begin : 0; i < end; i++) {
        hear(fds[i]);
    }
}

int *tcp_open_all(size_t count, tcp_greeting greeting)
{
    const struct linger drop = {1, 0};
    int *fds = (int *)load_memory(count + 1, sizeof *fds);
    size_t begin;
    size_t end = 0;

    for (begin = 0; begin < count; begin = end) {
        for (; end < count && end < begin + BATCH; end++) {
            fds[end] = tcp_open(end);
            set(fds[end], SOL_SOCKET, SO_LINGER, &drop, sizeof drop);
        }
        greet(fds, begin, end, greeting);
    }
    return fds;
}
