/* SPDX-License-Identifier: MIT */
/*
 * bytes_win32.c - files and what a datagram socket tells, on Windows.
 */
#define WIN32_LEAN_AND_MEAN
#define _WIN32_WINNT 0x0601

#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>

#include "support/bytes.h"

static bool open_temporary(DWORD access, intptr_t *file)
{
    char folder[MAX_PATH];
    char path[MAX_PATH];
    HANDLE handle;

    if (GetTempPathA(sizeof folder, folder) == 0 ||
        GetTempFileNameA(folder, "duo", 0, path) == 0) {
        return false;
    }
    handle = CreateFileA(path, access, 0, NULL, CREATE_ALWAYS,
                         FILE_FLAG_DELETE_ON_CLOSE, NULL);
    *file = (intptr_t)handle;
    return handle != INVALID_HANDLE_VALUE;
}

bool bytes_open_file(intptr_t *file)
{
    return open_temporary(GENERIC_READ | GENERIC_WRITE, file);
}

bool bytes_open_for_writing(intptr_t *file)
{
    return open_temporary(GENERIC_WRITE, file);
}

bool bytes_write_at(intptr_t file, uint64_t offset, const void *data,
                    size_t len)
{
    LARGE_INTEGER to;
    DWORD written = 0;

    to.QuadPart = (LONGLONG)offset;
    return SetFilePointerEx((HANDLE)file, to, NULL, FILE_BEGIN) &&
           WriteFile((HANDLE)file, data, (DWORD)len, &written, NULL) &&
           written == len;
}

void bytes_close_file(intptr_t file)
{
    CloseHandle((HANDLE)file);
}

bool bytes_open_pipe(intptr_t ends[2])
{
    HANDLE reading;
    HANDLE writing;

    if (!CreatePipe(&reading, &writing, NULL, 0)) {
        return false;
    }
    ends[0] = (intptr_t)reading;
    ends[1] = (intptr_t)writing;
    return true;
}

bool bytes_open_made_up(intptr_t *file)
{
    (void)file;
    return false;
}

void *bytes_reserve(size_t len)
{
    (void)len;
    return NULL;
}

void bytes_release(void *data, size_t len)
{
    (void)data;
    (void)len;
}
