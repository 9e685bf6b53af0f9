/* SPDX-License-Identifier: MIT */
/*
 * spawn_posix.c - other programs by fork and exec.
 */
#define _POSIX_C_SOURCE 200809L

#include "support/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct spawn {
    pid_t pid;
    int pipe; /* our end of its input, or -1 */
};

/* In the child: puts a file, or nothing, in the place of a stream. */
static void redirect(int stream, const char *path, int flags)
{
    int fd;

    close(stream);
    if (path != NULL) {
        fd = open(path, flags, 0666);
        if (fd != stream) {
            _exit(127);
        }
    }
}

static void become(const char *const argv[], const char *in, const char *out,
                   const char *err, const int ends[2])
{
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    if (ends[0] >= 0) {
        dup2(ends[0], STDIN_FILENO);
        close(ends[0]);
        close(ends[1]);
    } else if (in != NULL) {
        redirect(STDIN_FILENO, in, O_RDONLY);
    }
    redirect(STDOUT_FILENO, out, O_WRONLY | O_CREAT | O_TRUNC);
    redirect(STDERR_FILENO, err, O_WRONLY | O_CREAT | O_TRUNC);
    if (in == NULL) {
        /* Last, or the files above would get its number. */
        close(STDIN_FILENO);
    }
    execv(argv[0], (char *const *)argv);
    _exit(127);
}

spawn *spawn_start(const char *const argv[], const char *in, const char *out,
                   const char *err)
{
    spawn *process = malloc(sizeof *process);
    int ends[2] = {-1, -1};

    if (process == NULL) {
        return NULL;
    }
    if (in != NULL && in[0] == '\0') {
        if (pipe(ends) != 0) {
            free(process);
            return NULL;
        }
        fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    }
    process->pid = fork();
    if (process->pid == 0) {
        become(argv, in, out, err, ends);
    }
    if (ends[0] >= 0) {
        close(ends[0]);
    }
    process->pipe = ends[1];
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
