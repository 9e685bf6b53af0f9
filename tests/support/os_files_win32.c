/* SPDX-License-Identifier: MIT */
/*
 * os_files_win32.c - of os.h: files, and what processes hand to each other.
 */
#define WIN32_LEAN_AND_MEAN
#define _WIN32_WINNT 0x0601

#include <winsock2.h>
#include <windows.h>

#include "support/os.h"

/* ---- files ------------------------------------------------------------ */

bool os_get_mode(const char *path, uint32_t *mode)
{
    (void)path;
    (void)mode;
    return false;
}

bool os_set_umask(uint32_t mask, uint32_t *before)
{
    (void)mask;
    (void)before;
    return false;
}

bool os_make_link(const char *target, const char *path)
{
    (void)target;
    (void)path;
    return false;
}

bool os_make_fifo(const char *path)
{
    (void)path;
    return false;
}

bool os_make_directory(const char *path)
{
    return CreateDirectoryA(path, NULL) != 0;
}

bool os_remove_directory(const char *path)
{
    return RemoveDirectoryA(path) != 0;
}

bool os_path_exists(const char *path)
{
    return GetFileAttributesA(path) != INVALID_FILE_ATTRIBUTES;
}

/* ---- processes -------------------------------------------------------- */

bool os_get_self(uint64_t *pid, uint32_t *uid, uint32_t *gid)
{
    *pid = GetCurrentProcessId();
    *uid = 0;
    *gid = 0;
    return true;
}

bool os_send_handles(duos_socket s, size_t bytes, const intptr_t *handles,
                     size_t count)
{
    (void)s;
    (void)bytes;
    (void)handles;
    (void)count;
    return false;
}

bool os_duplicate_to(duos_socket s, int number)
{
    (void)s;
    (void)number;
    return false;
}
