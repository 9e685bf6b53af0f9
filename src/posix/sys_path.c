/* SPDX-License-Identifier: MIT */
/*
 * sys_path.c - the file of a unix socket, and the lock beside it.
 *
 * The lock is flock on a file that is removed by whoever holds it. So one
 * that was got may be on a file that has no name any more and that nobody
 * else will ever find: it counts only if the name still leads to it.
 */
#include "posix.h"

#include <sys/file.h>
#include <sys/stat.h>

#define LOCK_SUFFIX ".lock"

typedef struct file_name {
    char text[DUOS_UNIX_PATH_MAX + sizeof LOCK_SUFFIX];
} file_name;

static file_name name_of(const duos_addr *addr, const char *suffix)
{
    file_name name;

    memcpy(name.text, addr->ip.path, addr->path_len);
    memcpy(name.text + addr->path_len, suffix, strlen(suffix) + 1);
    return name;
}

duos_err sys_path_look(const duos_addr *addr, sys_path_id *id)
{
    file_name name = name_of(addr, "");
    struct stat found;

    if (lstat(name.text, &found) != 0) {
        return duos__last_error();
    }
    id->device = (uint64_t)found.st_dev;
    id->inode = (uint64_t)found.st_ino;
    id->is_socket = S_ISSOCK(found.st_mode);
    return DUOS_OK;
}

duos_err sys_path_remove(const duos_addr *addr)
{
    file_name name = name_of(addr, "");

    return unlink(name.text) == 0 ? DUOS_OK : duos__last_error();
}

duos_err sys_path_set_mode(const duos_addr *addr, uint32_t mode)
{
    file_name name = name_of(addr, "");

    return chmod(name.text, (mode_t)mode) == 0 ? DUOS_OK : duos__last_error();
}

/* ---- the lock --------------------------------------------------------- */

static bool is_still_there(int fd, const char *name)
{
    struct stat held;
    struct stat found;

    return fstat(fd, &held) == 0 && lstat(name, &found) == 0 &&
           held.st_dev == found.st_dev && held.st_ino == found.st_ino;
}

static duos_err try_lock(int fd, const char *name)
{
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        return errno == EWOULDBLOCK ? DUOS_EBUSY : duos__last_error();
    }
    return is_still_there(fd, name) ? DUOS_OK : DUOS_EBUSY;
}

duos_err sys_path_lock(const duos_addr *addr, intptr_t *lock)
{
    file_name name = name_of(addr, LOCK_SUFFIX);
    int fd = open(name.text, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    duos_err err;

    if (fd < 0) {
        return duos__last_error();
    }
    err = try_lock(fd, name.text);
    if (err != DUOS_OK) {
        (void)close(fd);
        return err;
    }
    *lock = fd;
    return DUOS_OK;
}

void sys_path_unlock(const duos_addr *addr, intptr_t lock)
{
    file_name name = name_of(addr, LOCK_SUFFIX);

    (void)unlink(name.text);
    (void)close((int)lock);
}
