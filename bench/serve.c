/* SPDX-License-Identifier: MIT */
/*
 * serve.c - how a server begins: serve.h.
 */
#include "serve.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>

void serve_fail(const char *what)
{
    perror(what);
    exit(1);
}

void *serve_need(void *memory)
{
    if (memory == NULL) {
        serve_fail("memory");
    }
    return memory;
}

static size_t allow_descriptors(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        serve_fail("getrlimit");
    }
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
    return (size_t)limit.rlim_cur;
}

void *serve_table(size_t item_size)
{
    return serve_need(calloc(allow_descriptors(), item_size));
}

static void usage(const char *program, const char *const modes[])
{
    fprintf(stderr, "usage: %s [-m mode]\nmodes:", program);
    for (; *modes != NULL; modes++) {
        fprintf(stderr, " %s", *modes);
    }
    fprintf(stderr, "\n");
    exit(2);
}

int serve_mode(int argc, char **argv, const char *const modes[])
{
    int i = 0;

    if (argc == 1) {
        return 0;
    }
    if (argc != 3 || strcmp(argv[1], "-m") != 0) {
        usage(argv[0], modes);
    }
    while (modes[i] != NULL && strcmp(modes[i], argv[2]) != 0) {
        i++;
    }
    if (modes[i] == NULL) {
        usage(argv[0], modes);
    }
    return i + 1;
}

int serve_socket(int type)
{
    struct sockaddr_in name = {.sin_family = AF_INET};
    socklen_t len = sizeof name;
    int on = 1;
    int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    (void)allow_descriptors();
    (void)signal(SIGPIPE, SIG_IGN); /* libraries write(2) */
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || bind(fd, (struct sockaddr *)&name, sizeof name) != 0 ||
        getsockname(fd, (struct sockaddr *)&name, &len) != 0) {
        serve_fail("socket");
    }
    if (type == SOCK_STREAM &&
        (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
         listen(fd, SERVE_BACKLOG) != 0)) {
        serve_fail("listen");
    }
    printf("%d\n", ntohs(name.sin_port));
    fflush(stdout);
    return fd;
}
