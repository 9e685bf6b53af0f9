/* SPDX-License-Identifier: MIT */
/*
 * spawn_posix.c - other programs by fork and exec.
 */
#define _POSIX_C_SOURCE 200809L

#include "support/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct spawn {
    pid_t pid;
    int pipe; /* our end of its input, or -1 */
};

/* What becomes the child's standard streams; -1 is a closed one. */
typedef struct streams {
    int fd[3];
} streams;

static bool open_input(const char *in, int *theirs, int *our_end)
{
    int ends[2];

    if (in == NULL || in[0] != '\0') {
        *theirs = in == NULL ? -1 : open(in, O_RDONLY | O_CLOEXEC);
        return in == NULL || *theirs >= 0;
    }
    if (pipe(ends) != 0) {
        return false;
    }
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    *theirs = ends[0];
    *our_end = ends[1];
    return true;
}

static bool open_output(const char *path, int *theirs)
{
    if (path != NULL) {
        *theirs = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    }
    return path == NULL || *theirs >= 0;
}

/* In the child. */
static void become(const char *const argv[], const streams *s)
{
    sigset_t none;
    int stream;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    for (stream = 0; stream < 3; stream++) {
        if (s->fd[stream] < 0) {
            close(stream);
        } else {
            dup2(s->fd[stream], stream);
        }
    }
    execv(argv[0], (char *const *)argv);
    _exit(127);
}

static void close_streams(const streams *s)
{
    int stream;

    for (stream = 0; stream < 3; stream++) {
        if (s->fd[stream] >= 0) {
            close(s->fd[stream]);
        }
    }
}

spawn *spawn_start(const char *const argv[], const char *in, const char *out,
                   const char *err)
{
    spawn *process = malloc(sizeof *process);
    streams s = {{-1, -1, -1}};

    if (process == NULL) {
        return NULL;
    }
    process->pid = -1;
    process->pipe = -1;
    if (open_input(in, &s.fd[0], &process->pipe) &&
        open_output(out, &s.fd[1]) && open_output(err, &s.fd[2])) {
        process->pid = fork();
    }
    if (process->pid == 0) {
        become(argv, &s);
    }
    close_streams(&s);
    if (process->pid < 0) {
        spawn_close_input(process);
        free(process);
        return NULL;
    }
    return process;
}

bool spawn_write(spawn *process, const void *data, size_t len)
{
    const char *at = data;

    while (len > 0) {
        ssize_t n = write(process->pipe, at, len);

        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return false;
        }
        at += n;
        len -= (size_t)n;
    }
    return true;
}

void spawn_close_input(spawn *process)
{
    if (process->pipe >= 0) {
        close(process->pipe);
        process->pipe = -1;
    }
}

bool spawn_ask_to_stop(spawn *process, bool interrupt)
{
    return kill(process->pid, interrupt ? SIGINT : SIGTERM) == 0;
}

static int finish(spawn *process, int status)
{
    if (WIFSIGNALED(status)) {
        fprintf(stderr, "process %ld was ended by signal %d\n",
                (long)process->pid, WTERMSIG(status));
    }
    spawn_close_input(process);
    free(process);
    return WIFEXITED(status) ? WEXITSTATUS(status) : SPAWN_SIGNALED;
}

int spawn_wait(spawn *process, int timeout_ms)
{
    const struct timespec pause = {0, 5000000};
    int status = 0;
    int left;

    for (left = timeout_ms / 5; left >= 0; left--) {
        if (waitpid(process->pid, &status, WNOHANG) == process->pid) {
            return finish(process, status);
        }
        nanosleep(&pause, NULL);
    }
    spawn_kill(process);
    return SPAWN_TIMED_OUT;
}

void spawn_kill(spawn *process)
{
    int status = 0;

    kill(process->pid, SIGKILL);
    waitpid(process->pid, &status, 0);
    (void)finish(process, status);
}
