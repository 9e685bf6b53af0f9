/* SPDX-License-Identifier: MIT */
/*
 * os_win32_file.c - files on Windows, and the end of the process, which must
 * not leave one behind that was never whole.
 */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include "os.h"
#include "os_win32.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct os_aside {
    HANDLE file;
    wchar_t *path;
    wchar_t *name; /* of the file aside */
};

/* The one that is there now. Another thread may end the process: whoever takes
 * it from here ends it, and nobody else. */
static void *volatile aside_now;

static os_aside *take_aside(void)
{
    return InterlockedExchangePointer(&aside_now, NULL);
}

void os_exit_at_once(int code)
{
    os_aside *aside = take_aside();

    if (aside != NULL) {
        CloseHandle(aside->file);
        DeleteFileW(aside->name);
    }
    os_win32_restore();
    TerminateProcess(GetCurrentProcess(), (UINT)code);
}

static bool is_folder(const wchar_t *path)
{
    DWORD about = GetFileAttributesW(path);

    return about != INVALID_FILE_ATTRIBUTES &&
           (about & FILE_ATTRIBUTE_DIRECTORY) != 0;
}

static duos_err open_input(const wchar_t *path)
{
    HANDLE file;

    if (is_folder(path)) {
        return DUOS_EISDIR;
    }
    file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE,
                       NULL, OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, NULL);
    if (file == INVALID_HANDLE_VALUE) {
        return os_win32_error();
    }
    return SetStdHandle(STD_INPUT_HANDLE, file) ? DUOS_OK : os_win32_error();
}

duos_err os_open_input(const char *path)
{
    wchar_t *wide = os_win32_widen(path);
    duos_err err = wide != NULL ? open_input(wide) : os_win32_error();

    free(wide);
    return err;
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

static void free_aside(os_aside *aside)
{
    free(aside->path);
    free(aside->name);
    free(aside);
}

static duos_err create(os_aside *aside, const char *path)
{
    size_t room = strlen(path) + 32;
    char *name = malloc(room);

    if (name == NULL) {
        return DUOS_ENOMEM;
    }
    snprintf(name, room, "%s.%lu.tmp", path, GetCurrentProcessId());
    aside->path = os_win32_widen(path);
    aside->name = os_win32_widen(name);
    free(name);
    if (aside->path == NULL || aside->name == NULL) {
        return os_win32_error();
    }
    if (is_folder(aside->path)) {
        return DUOS_EISDIR;
    }
    aside->file = CreateFileW(aside->name, GENERIC_WRITE, 0, NULL,
                              CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    return aside->file != INVALID_HANDLE_VALUE ? DUOS_OK : os_win32_error();
}

duos_err os_aside_open(const char *path, os_aside **out)
{
    os_aside *aside = calloc(1, sizeof *aside);
    duos_err err;

    if (aside == NULL) {
        return DUOS_ENOMEM;
    }
    err = create(aside, path);
    if (err != DUOS_OK) {
        free_aside(aside);
        return err;
    }
    aside_now = aside;
    *out = aside;
    return DUOS_OK;
}

duos_err os_aside_write(os_aside *aside, const void *data, size_t len)
{
    const char *at = data;

    while (len > 0) {
        DWORD part = len > 1 << 20 ? 1 << 20 : (DWORD)len;
        DWORD n = 0;

        if (!WriteFile(aside->file, at, part, &n, NULL)) {
            return os_win32_error();
        }
        at += n;
        len -= n;
    }
    return DUOS_OK;
}

duos_err os_aside_keep(os_aside *aside)
{
    duos_err err = FlushFileBuffers(aside->file) ? DUOS_OK : os_win32_error();

    if (take_aside() == NULL) {
        return DUOS_ECANCELED; /* the process is being ended */
    }
    if (!CloseHandle(aside->file) && err == DUOS_OK) {
        err = os_win32_error();
    }
    if (err == DUOS_OK &&
        !MoveFileExW(aside->name, aside->path, MOVEFILE_REPLACE_EXISTING)) {
        err = os_win32_error();
    }
    if (err != DUOS_OK) {
        DeleteFileW(aside->name);
    }
    free_aside(aside);
    return err;
}

void os_aside_drop(os_aside *aside)
{
    if (take_aside() != NULL) {
        CloseHandle(aside->file);
        DeleteFileW(aside->name);
        free_aside(aside);
    }
}
