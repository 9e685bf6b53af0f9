/* SPDX-License-Identifier: MIT */
/*
 * load_child.c - the server that is measured: a child that prints its port
 * and ends when its standard input ends, whatever becomes of us; and what the
 * system's accounting says of it.
 */
#include "load.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <sys/wait.h>

uint16_t child_port;

static pid_t child;
static int child_input;
static clockid_t child_clock;

static void become_server(char **argv, int input, int output)
{
    if (dup2(input, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0) {
        load_fail("dup2");
    }
    execvp(argv[0], argv);
    load_fail(argv[0]);
}

static uint16_t read_port(int output)
{
    FILE *stream = fdopen(output, "r");
    char line[32] = "";
    unsigned long port = 0;

    if (stream != NULL && fgets(line, sizeof line, stream) != NULL) {
        port = strtoul(line, NULL, 10);
    }
    if (port == 0 || port > 65535) {
        load_give_up("the server did not start");
    }
    return (uint16_t)port; /* the stream stays open: it may say more */
}

void child_start(char **argv)
{
    int in[2];
    int out[2];

    if (pipe2(in, O_CLOEXEC) != 0 || pipe2(out, O_CLOEXEC) != 0) {
        load_fail("pipe2");
    }
    child = fork();
    if (child == 0) {
        become_server(argv, in[0], out[1]);
    }
    if (child < 0) {
        load_fail("fork");
    }
    (void)close(in[0]);
    (void)close(out[1]);
    child_input = in[1];
    child_port = read_port(out[0]);
    if (clock_getcpuclockid(child, &child_clock) != 0) {
        load_give_up("no CPU clock of the server");
    }
}

int child_end(void)
{
    int status;

    (void)close(child_input);
    if (waitpid(child, &status, 0) != child) {
        load_fail("waitpid");
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* The text of a file in the server's folder of /proc. */
static const char *read_proc(const char *name)
{
    static char text[1024];
    char path[64];
    ssize_t n = -1;
    int fd;

    snprintf(path, sizeof path, "/proc/%ld/%s", (long)child, name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        n = read(fd, text, sizeof text - 1);
        (void)close(fd);
    }
    if (n < 0) {
        load_fail(path);
    }
    text[n] = '\0';
    return text;
}

/* Fields 14 and 15, behind the name in brackets, which may hold anything. */
static void read_ticks(child_usage *usage)
{
    const char *text = read_proc("stat");
    const char *behind = text;
    unsigned long long user = 0;
    unsigned long long system = 0;

    for (; *text != '\0'; text++) {
        behind = *text == ')' ? text + 1 : behind;
    }
    if (sscanf(behind, " %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %llu %llu",
               &user, &system) != 2) {
        load_give_up("/proc/PID/stat was not understood");
    }
    usage->user_ticks = user;
    usage->system_ticks = system;
}

void child_read_usage(child_usage *usage)
{
    struct timespec time;

    if (clock_gettime(child_clock, &time) != 0) {
        load_fail("the server's CPU clock");
    }
    usage->cpu_ns =
        (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
    read_ticks(usage);
}

size_t child_resident_kib(void)
{
    unsigned long pages = 0;

    if (sscanf(read_proc("statm"), "%*s %lu", &pages) != 1) {
        load_give_up("/proc/PID/statm was not understood");
    }
    return pages * ((size_t)sysconf(_SC_PAGESIZE) / 1024);
}
