/* SPDX-License-Identifier: MIT */
/*
 * sys_path.c - the file of a unix socket, which Windows keeps as a reparse
 * point, and the lock beside it: a file that is shared with nobody and goes
 * away with its handle, also when its process dies.
 *
 * Winsock reads paths as UTF-8, so they are that here, too.
 */
#include "win32.h"

/* A name that no other program gives to its own files. */
#define LOCK_SUFFIX ".duosock-lock"

/* What a file of a unix socket is tagged with. */
#define TAG_AF_UNIX 0x80000023

typedef struct file_name {
    WCHAR text[DUOS_UNIX_PATH_MAX + sizeof LOCK_SUFFIX];
} file_name;

static bool name_of(const duos_addr *addr, const char *suffix, file_name *out)
{
    char bytes[DUOS_UNIX_PATH_MAX + sizeof LOCK_SUFFIX];

    memcpy(bytes, addr->ip.path, addr->path_len);
    memcpy(bytes + addr->path_len, suffix, strlen(suffix) + 1);
    return MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, bytes, -1,
                               out->text, (int)(sizeof bytes)) > 0;
}

static duos_err last_path_error(void)
{
    return sys_err_from_native((int32_t)GetLastError());
}

static bool is_socket_file(const WCHAR *name)
{
    WIN32_FIND_DATAW found;
    HANDLE search = FindFirstFileW(name, &found);

    if (search == INVALID_HANDLE_VALUE) {
        return false;
    }
    FindClose(search);
    return (found.dwFileAttributes & FILE_ATTRIBUTE_REPARSE_POINT) != 0 &&
           found.dwReserved0 == TAG_AF_UNIX;
}

duos_err sys_path_look(const duos_addr *addr, sys_path_id *id)
{
    const DWORD share = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;
    BY_HANDLE_FILE_INFORMATION found;
    file_name name;
    HANDLE file;
    duos_err err = DUOS_OK;

    if (!name_of(addr, "", &name)) {
        return last_path_error();
    }
    file = CreateFileW(
        name.text, 0, share, NULL, OPEN_EXISTING,
        FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS, NULL);
    if (file == INVALID_HANDLE_VALUE) {
        return last_path_error();
    }
    if (!GetFileInformationByHandle(file, &found)) {
        err = last_path_error();
    } else {
        id->device = found.dwVolumeSerialNumber;
        id->inode = (uint64_t)found.nFileIndexHigh << 32 | found.nFileIndexLow;
        id->is_socket = is_socket_file(name.text);
    }
    CloseHandle(file);
    return err;
}

duos_err sys_path_remove(const duos_addr *addr)
{
    file_name name;

    return name_of(addr, "", &name) && DeleteFileW(name.text)
               ? DUOS_OK
               : last_path_error();
}

/* What the directory allows holds for the file. */
duos_err sys_path_set_mode(const duos_addr *addr, uint32_t mode)
{
    (void)addr;
    (void)mode;
    return DUOS_OK;
}

duos_err sys_path_lock(const duos_addr *addr, intptr_t *lock)
{
    file_name name;
    HANDLE file;

    if (!name_of(addr, LOCK_SUFFIX, &name)) {
        return last_path_error();
    }
    file = CreateFileW(name.text, GENERIC_WRITE, 0, NULL, OPEN_ALWAYS,
                       FILE_ATTRIBUTE_NORMAL | FILE_FLAG_DELETE_ON_CLOSE, NULL);
    if (file == INVALID_HANDLE_VALUE) {
        return last_path_error();
    }
    *lock = (intptr_t)file;
    return DUOS_OK;
}

void sys_path_unlock(intptr_t lock)
{
    CloseHandle((HANDLE)lock);
}
