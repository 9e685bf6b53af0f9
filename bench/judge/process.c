/* SPDX-License-Identifier: MIT */
/*
 * process.c - process.h by posix_spawn. It waits without looking, which would
 * be measured with what runs.
 */
#define _POSIX_C_SOURCE 200809L

#include "process.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ERRORS "errors.txt"

extern char **environ;

double process_clock(void)
{
    struct timespec t = {0, 0};

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int start(const char *const argv[], const int ends[2], pid_t *pid)
{
    posix_spawn_file_actions_t streams;
    int code;

    if (posix_spawn_file_actions_init(&streams) != 0) {
        return -1;
    }
    posix_spawn_file_actions_addopen(&streams, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&streams, ends[1], 1);
    posix_spawn_file_actions_addopen(&streams, 2, ERRORS,
                                     O_WRONLY | O_CREAT | O_TRUNC, 0666);
    posix_spawn_file_actions_addclose(&streams, ends[0]);
    posix_spawn_file_actions_addclose(&streams, ends[1]);
    code =
        posix_spawn(pid, argv[0], &streams, NULL, (char *const *)argv, environ);
    posix_spawn_file_actions_destroy(&streams);
    return code;
}

/* All of it, so that the program is not held up. */
static void read_output(int from, char *out, size_t cap)
{
    char rest[4096];
    size_t len = 0;
    ssize_t n;

    while (len + 1 < cap && (n = read(from, out + len, cap - 1 - len)) > 0) {
        len += (size_t)n;
    }
    out[len] = '\0';
    while (read(from, rest, sizeof rest) > 0) {
    }
}

int process_run(const char *const argv[], char *out, size_t cap)
{
    pid_t pid = -1;
    int ends[2];
    int status;
    int failed;

    out[0] = '\0';
    if (pipe(ends) != 0) {
        return PROCESS_NOT_STARTED;
    }
    failed = start(argv, ends, &pid);
    close(ends[1]);
    if (!failed) {
        read_output(ends[0], out, cap);
    }
    close(ends[0]);
    if (failed || waitpid(pid, &status, 0) != pid) {
        return PROCESS_NOT_STARTED;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : PROCESS_KILLED;
}

const char *process_complaint(void)
{
    static char line[160];
    FILE *file = fopen(ERRORS, "r");

    line[0] = '\0';
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
    }
    if (file != NULL) {
        fclose(file);
    }
    line[strcspn(line, "\n")] = '\0';
    return line;
}
