/* SPDX-License-Identifier: MIT */
/*
 * os_posix_file.c - files on POSIX, and the end of the process, which must not
 * leave one behind that was never whole.
 */
#define _XOPEN_SOURCE 700 /* POSIX of 2008, and realpath */

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

static duos_err last_error(void)
{
    return duos_err_from_native(errno);
}

duos_err os_open_input(const char *path)
{
    struct stat about;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    duos_err err = DUOS_OK;

    if (fd < 0) {
        return last_error();
    }
    if (fstat(fd, &about) == 0 && S_ISDIR(about.st_mode)) {
        err = DUOS_EISDIR;
    } else if (dup2(fd, STDIN_FILENO) < 0) {
        err = last_error();
    }
    (void)close(fd);
    return err;
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

/*
 * Looks at what a file will replace. A rename would replace a device as
 * readily as a file, and a symbolic link instead of what it leads to.
 *
 * target: receives the path behind all links, to be freed; NULL when nothing
 *     is there. mode: its permissions.
 */
static duos_err find_target(const char *path, char **target, mode_t *mode)
{
    struct stat about;

    *target = NULL;
    if (stat(path, &about) != 0) {
        return errno == ENOENT ? DUOS_OK : last_error();
    }
    if (!S_ISREG(about.st_mode)) {
        return S_ISDIR(about.st_mode) ? DUOS_EISDIR : DUOS_EEXIST;
    }
    *mode = about.st_mode & 0777;
    *target = realpath(path, NULL);
    return *target != NULL ? DUOS_OK : last_error();
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
static duos_err create(os_aside *aside, bool replaces, mode_t mode)
{
    (void)unlink(aside->name);
    aside->fd = open(aside->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                     replaces ? 0600 : 0666);
    if (aside->fd < 0) {
        return last_error();
    }
    if (replaces) {
        /* Where that cannot be, it stays ours alone. */
        (void)fchmod(aside->fd, mode);
    }
    return DUOS_OK;
}

duos_err os_aside_open(const char *path, os_aside **out)
{
    char *target;
    mode_t mode = 0;
    duos_err err = find_target(path, &target, &mode);
    bool replaces = target != NULL;
    os_aside *aside;

    if (err != DUOS_OK) {
        return err;
    }
    aside = name_aside(replaces ? target : path);
    free(target);
    if (aside == NULL) {
        return DUOS_ENOMEM;
    }
    err = create(aside, replaces, mode);
    if (err != DUOS_OK) {
        free(aside);
        return err;
    }
    name_now = aside->name;
    watch_hangup();
    *out = aside;
    return DUOS_OK;
}

duos_err os_aside_write(os_aside *aside, const void *data, size_t len)
{
    const char *at = data;

    while (len > 0) {
        ssize_t n = write(aside->fd, at, len);

        if (n < 0 && errno != EINTR) {
            return last_error();
        }
        if (n > 0) {
            at += n;
            len -= (size_t)n;
        }
    }
    return DUOS_OK;
}

static void forget(os_aside *aside, bool whole)
{
    if (!whole) {
        (void)unlink(aside->name);
    }
    name_now = NULL;
    free(aside);
}

duos_err os_aside_keep(os_aside *aside)
{
    duos_err err = fsync(aside->fd) != 0 ? last_error() : DUOS_OK;

    if (close(aside->fd) != 0 && err == DUOS_OK) {
        err = last_error();
    }
    if (err == DUOS_OK && rename(aside->name, aside->path) != 0) {
        err = last_error();
    }
    forget(aside, err == DUOS_OK);
    return err;
}

void os_aside_drop(os_aside *aside)
{
    (void)close(aside->fd);
    forget(aside, false);
}
