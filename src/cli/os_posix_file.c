/* SPDX-License-Identifier: MIT */
/*
 * os_posix_file.c - files on POSIX, and the end of the process, which must not
 * leave one behind that was never whole.
 */
#define _POSIX_C_SOURCE 200809L

#include "os.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct os_aside {
    int fd;
    char *path;
    char name[1]; /* of the file aside, longer than that */
};

/* The name of the file that is there now, for a signal handler. */
static char *volatile name_now;

void os_exit_at_once(int code)
{
    if (name_now != NULL) {
        (void)unlink(name_now);
    }
    _exit(code);
}

/* A second time it ends the process, as it would have without us. */
static void handle_hangup(int number)
{
    if (name_now != NULL) {
        (void)unlink(name_now);
    }
    (void)raise(number);
}

/* Who ignores it, as nohup does, goes on. */
static void watch_hangup(void)
{
    struct sigaction action;

    if (sigaction(SIGHUP, NULL, &action) == 0 && action.sa_handler == SIG_DFL) {
        memset(&action, 0, sizeof action);
        action.sa_handler = handle_hangup;
        action.sa_flags = (int)SA_RESETHAND;
        (void)sigemptyset(&action.sa_mask);
        (void)sigaction(SIGHUP, &action, NULL);
    }
}

int os_open_input(const char *path)
{
    struct stat about;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int error = 0;

    if (fd < 0) {
        return errno;
    }
    if (fstat(fd, &about) == 0 && S_ISDIR(about.st_mode)) {
        error = EISDIR;
    } else if (dup2(fd, STDIN_FILENO) < 0) {
        error = errno;
    }
    (void)close(fd);
    return error;
}

bool os_input_size(uint64_t *size)
{
    struct stat about;

    if (fstat(STDIN_FILENO, &about) != 0 || !S_ISREG(about.st_mode)) {
        return false;
    }
    *size = (uint64_t)about.st_size;
    return true;
}

/* A rename would replace a device as readily as a file. */
static int check_target(const char *path)
{
    struct stat about;

    if (stat(path, &about) != 0) {
        return errno == ENOENT ? 0 : errno;
    }
    if (S_ISDIR(about.st_mode)) {
        return EISDIR;
    }
    return S_ISREG(about.st_mode) ? 0 : EEXIST;
}

static os_aside *name_aside(const char *path)
{
    size_t len = strlen(path);
    size_t room = len + 32;
    os_aside *aside = malloc(sizeof *aside + room + len + 1);

    if (aside != NULL) {
        snprintf(aside->name, room, "%s.%ld.tmp", path, (long)getpid());
        aside->path = aside->name + room;
        memcpy(aside->path, path, len + 1);
    }
    return aside;
}

/* The name is ours: a leftover of the same process number may go, a link that
 * somebody planted is not followed. */
int os_aside_open(const char *path, os_aside **out)
{
    int error = check_target(path);
    os_aside *aside = error == 0 ? name_aside(path) : NULL;

    if (aside == NULL) {
        return error != 0 ? error : ENOMEM;
    }
    (void)unlink(aside->name);
    aside->fd =
        open(aside->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (aside->fd < 0) {
        error = errno;
        free(aside);
        return error;
    }
    name_now = aside->name;
    watch_hangup();
    *out = aside;
    return 0;
}

int os_aside_write(os_aside *aside, const void *data, size_t len)
{
    const char *at = data;

    while (len > 0) {
        ssize_t n = write(aside->fd, at, len);

        if (n < 0 && errno != EINTR) {
            return errno;
        }
        if (n > 0) {
            at += n;
            len -= (size_t)n;
        }
    }
    return 0;
}

static void forget(os_aside *aside, bool whole)
{
    if (!whole) {
        (void)unlink(aside->name);
    }
    name_now = NULL;
    free(aside);
}

int os_aside_keep(os_aside *aside)
{
    int error = close(aside->fd) != 0 ? errno : 0;

    if (error == 0 && rename(aside->name, aside->path) != 0) {
        error = errno;
    }
    forget(aside, error == 0);
    return error;
}

void os_aside_drop(os_aside *aside)
{
    (void)close(aside->fd);
    forget(aside, false);
}
