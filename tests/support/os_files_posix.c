/* SPDX-License-Identifier: MIT */
/*
 * os_files_posix.c - of os.h: files, and what processes hand to each other.
 */
#define _GNU_SOURCE      1
#define _DARWIN_C_SOURCE 1

#include "support/os.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- files ------------------------------------------------------------ */

bool os_get_mode(const char *path, uint32_t *mode)
{
    struct stat found;

    if (lstat(path, &found) != 0) {
        return false;
    }
    *mode = (uint32_t)found.st_mode & 0777;
    return true;
}

bool os_set_umask(uint32_t mask, uint32_t *before)
{
    *before = (uint32_t)umask((mode_t)mask);
    return true;
}

bool os_make_link(const char *target, const char *path)
{
    return symlink(target, path) == 0;
}

bool os_make_fifo(const char *path)
{
    return mkfifo(path, 0600) == 0;
}

bool os_make_directory(const char *path)
{
    return mkdir(path, 0700) == 0;
}

bool os_remove_directory(const char *path)
{
    return rmdir(path) == 0;
}

bool os_path_exists(const char *path)
{
    struct stat found;

    return lstat(path, &found) == 0;
}

/* ---- processes -------------------------------------------------------- */

bool os_get_self(uint64_t *pid, uint32_t *uid, uint32_t *gid)
{
    *pid = (uint64_t)getpid();
    *uid = (uint32_t)geteuid();
    *gid = (uint32_t)getegid();
    return true;
}

#define HANDLES_MAX 8

bool os_send_handles(duos_socket s, size_t bytes, const intptr_t *handles,
                     size_t count)
{
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(HANDLES_MAX * sizeof(int))];
    } control;
    char byte = 'h';
    struct iovec part = {&byte, bytes};
    struct msghdr message;
    struct cmsghdr *head;
    size_t i;

    memset(&control, 0, sizeof control);
    memset(&message, 0, sizeof message);
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = &control;
    message.msg_controllen = (socklen_t)CMSG_SPACE(count * sizeof(int));
    head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = (socklen_t)CMSG_LEN(count * sizeof(int));
    for (i = 0; i < count; i++) {
        int fd = (int)handles[i];

        memcpy(CMSG_DATA(head) + i * sizeof fd, &fd, sizeof fd);
    }
    return count <= HANDLES_MAX &&
           sendmsg((int)s.os, &message, 0) == (ssize_t)bytes;
}

bool os_duplicate_to(duos_socket s, int number)
{
    return s.os == -1 ? close(number) == 0 : dup2((int)s.os, number) == number;
}
