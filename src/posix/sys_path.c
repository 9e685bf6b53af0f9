/* SPDX-License-Identifier: MIT */
/*
 * sys_path.c - the file of a unix socket, and the lock on its directory.
 *
 * The lock is flock on the directory itself: nothing is made for it, so
 * nothing is left behind and no file of anybody else is in its way.
 */
#include "posix.h"

#include <sys/file.h>
#include <sys/stat.h>

typedef struct file_name {
    char text[DUOS_UNIX_PATH_MAX + 1];
} file_name;

static file_name name_of(const duos_addr *addr)
{
    file_name name;

    memcpy(name.text, addr->ip.path, addr->path_len);
    name.text[addr->path_len] = '\0';
    return name;
}

duos_err sys_path_look(const duos_addr *addr, sys_path_id *id)
{
    file_name name = name_of(addr);
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
    file_name name = name_of(addr);

    return unlink(name.text) == 0 ? DUOS_OK : duos__last_error();
}

duos_err sys_path_set_mode(const duos_addr *addr, uint32_t mode)
{
    file_name name = name_of(addr);

    return chmod(name.text, (mode_t)mode) == 0 ? DUOS_OK : duos__last_error();
}

/* ---- the lock --------------------------------------------------------- */

static file_name directory_of(const duos_addr *addr)
{
    file_name name = name_of(addr);
    char *slash = strrchr(name.text, '/');

    if (slash == NULL) {
        name.text[0] = '.';
        slash = name.text;
    }
    /* "/x" lies in "/", which keeps its slash. */
    slash[slash == name.text] = '\0';
    return name;
}

duos_err sys_path_lock(const duos_addr *addr, intptr_t *lock)
{
    file_name name = directory_of(addr);
    int fd = open(name.text, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    duos_err err;

    if (fd < 0) {
        return duos__last_error();
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        err = errno == EWOULDBLOCK ? DUOS_EBUSY : duos__last_error();
        (void)close(fd);
        return err;
    }
    *lock = fd;
    return DUOS_OK;
}

/* A child that was forked meanwhile has the descriptor, too. */
void sys_path_unlock(intptr_t lock)
{
    (void)flock((int)lock, LOCK_UN);
    (void)close((int)lock);
}
