/* SPDX-License-Identifier: MIT */
/*
 * os_win32_file.c - files on Windows, and the end of the process, which must
 * not leave one behind that was never whole.
 */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include "os.h"
#include "os_win32.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct os_aside {
    HANDLE file;
    char *path;
    char name[1]; /* of the file aside, longer than that */
};

/* The one that is there now, for the thread that ends the process. */
static os_aside *volatile aside_now;

void os_exit_at_once(int code)
{
    os_aside *aside = aside_now;

    if (aside != NULL) {
        CloseHandle(aside->file);
        DeleteFileA(aside->name);
    }
    TerminateProcess(GetCurrentProcess(), (UINT)code);
}

static int last_error(void)
{
    return os_win32_errno(GetLastError());
}

static bool is_folder(const char *path)
{
    DWORD about = GetFileAttributesA(path);

    return about != INVALID_FILE_ATTRIBUTES &&
           (about & FILE_ATTRIBUTE_DIRECTORY) != 0;
}

int os_open_input(const char *path)
{
    HANDLE file;

    if (is_folder(path)) {
        return EISDIR;
    }
    file = CreateFileA(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE,
                       NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    if (file == INVALID_HANDLE_VALUE) {
        return last_error();
    }
    return SetStdHandle(STD_INPUT_HANDLE, file) ? 0 : last_error();
}

bool os_input_size(uint64_t *size)
{
    HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
    LARGE_INTEGER length;

    if (GetFileType(input) != FILE_TYPE_DISK ||
        !GetFileSizeEx(input, &length)) {
        return false;
    }
    *size = (uint64_t)length.QuadPart;
    return true;
}

static os_aside *name_aside(const char *path)
{
    size_t len = strlen(path);
    size_t room = len + 32;
    os_aside *aside = malloc(sizeof *aside + room + len + 1);

    if (aside != NULL) {
        snprintf(aside->name, room, "%s.%lu.tmp", path, GetCurrentProcessId());
        aside->path = aside->name + room;
        memcpy(aside->path, path, len + 1);
    }
    return aside;
}

int os_aside_open(const char *path, os_aside **out)
{
    os_aside *aside;
    int error;

    if (is_folder(path)) {
        return EISDIR;
    }
    aside = name_aside(path);
    if (aside == NULL) {
        return ENOMEM;
    }
    aside->file = CreateFileA(aside->name, GENERIC_WRITE, 0, NULL,
                              CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    if (aside->file == INVALID_HANDLE_VALUE) {
        error = last_error();
        free(aside);
        return error;
    }
    aside_now = aside;
    *out = aside;
    return 0;
}

int os_aside_write(os_aside *aside, const void *data, size_t len)
{
    const char *at = data;

    while (len > 0) {
        DWORD part = len > 1 << 20 ? 1 << 20 : (DWORD)len;
        DWORD n = 0;

        if (!WriteFile(aside->file, at, part, &n, NULL)) {
            return last_error();
        }
        at += n;
        len -= n;
    }
    return 0;
}

static void forget(os_aside *aside, bool whole)
{
    if (!whole) {
        DeleteFileA(aside->name);
    }
    aside_now = NULL;
    free(aside);
}

int os_aside_keep(os_aside *aside)
{
    int error = CloseHandle(aside->file) ? 0 : last_error();

    if (error == 0 &&
        !MoveFileExA(aside->name, aside->path, MOVEFILE_REPLACE_EXISTING)) {
        error = last_error();
    }
    forget(aside, error == 0);
    return error;
}

void os_aside_drop(os_aside *aside)
{
    CloseHandle(aside->file);
    forget(aside, false);
}
