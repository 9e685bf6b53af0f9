/* SPDX-License-Identifier: MIT */
/*
 * os_win32.c - standard streams on Windows.
 *
 * The standard streams are used as handles, below the C library, so there is
 * no text mode that could change a byte.
 */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include "os.h"
#include "os_win32.h"

#include <stdlib.h>
#include <string.h>

/* What one WriteFile gets: older consoles refuse more than 32 KiB or so. */
enum {
    WRITE_MAX = 16 * 1024
};

static DWORD stream_name(int stream)
{
    switch (stream) {
    case OS_STDIN:
        return STD_INPUT_HANDLE;
    case OS_STDOUT:
        return STD_OUTPUT_HANDLE;
    default:
        return STD_ERROR_HANDLE;
    }
}

static HANDLE stream_handle(int stream)
{
    return GetStdHandle(stream_name(stream));
}

/* Which streams are consoles. */
static bool is_console[OS_STDERR + 1];

void os_start(void)
{
    int stream;

    for (stream = OS_STDIN; stream <= OS_STDERR; stream++) {
        HANDLE handle = stream_handle(stream);
        HANDLE null_device;

        is_console[stream] = os_is_terminal(stream);
        if (handle != NULL && handle != INVALID_HANDLE_VALUE) {
            continue;
        }
        null_device =
            CreateFileA("NUL", GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE,
                        NULL, OPEN_EXISTING, 0, NULL);
        SetStdHandle(stream_name(stream), null_device);
    }
    SetConsoleCtrlHandler(NULL, FALSE);
}

size_t os_raise_descriptor_limit(void)
{
    return 0;
}

void os_descriptor_limit(size_t *now, size_t *most)
{
    *now = 0;
    *most = 0;
}

bool os_is_terminal(int stream)
{
    DWORD mode;

    return GetConsoleMode(stream_handle(stream), &mode) != 0;
}

#ifndef ENABLE_VIRTUAL_TERMINAL_PROCESSING
#define ENABLE_VIRTUAL_TERMINAL_PROCESSING 0x0004
#endif

/* A console that was told to show colors, and its mode before. */
static HANDLE colored;
static DWORD mode_before;

void os_win32_restore(void)
{
    if (colored != NULL) {
        SetConsoleMode(colored, mode_before);
    }
}

bool os_shows_color(int stream)
{
    HANDLE handle = stream_handle(stream);
    const char *term = getenv("TERM"); /* of a shell that came from POSIX */
    DWORD mode;

    if ((term != NULL && strcmp(term, "dumb") == 0) ||
        !GetConsoleMode(handle, &mode)) {
        return false;
    }
    if ((mode & ENABLE_VIRTUAL_TERMINAL_PROCESSING) != 0) {
        return true;
    }
    if (atexit(os_win32_restore) != 0 ||
        !SetConsoleMode(handle, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING)) {
        return false;
    }
    colored = handle;
    mode_before = mode;
    return true;
}

int os_terminal_width(int stream)
{
    CONSOLE_SCREEN_BUFFER_INFO about;

    return GetConsoleScreenBufferInfo(stream_handle(stream), &about)
               ? about.srWindow.Right - about.srWindow.Left + 1
               : 0;
}

duos_err os_win32_error(void)
{
    return duos_err_from_native((int32_t)GetLastError());
}

duos_err os_write_some(int stream, const void *data, size_t len, size_t *done)
{
    HANDLE handle = stream_handle(stream);
    DWORD part = len > WRITE_MAX ? WRITE_MAX : (DWORD)len;
    DWORD n = 0;

    if (is_console[stream]) {
        return os_win32_show(handle, stream, data, len, done);
    }
    *done = 0;
    while (n == 0 && part > 0) {
        if (!WriteFile(handle, data, part, &n, NULL)) {
            return os_win32_error();
        }
        if (n == 0) {
            Sleep(1); /* a pipe that was inherited in its no-wait mode */
        }
    }
    *done = n;
    return DUOS_OK;
}

duos_err os_write(int stream, const void *data, size_t len)
{
    const char *at = data;
    duos_err err = DUOS_OK;

    while (len > 0 && err == DUOS_OK) {
        size_t done;

        err = os_write_some(stream, at, len, &done);
        at += done;
        len -= done;
    }
    return err;
}

/* A handle has no number that a script could know. */
bool os_has_inherited(void)
{
    return false;
}

duos_err os_inherited_check(int fd)
{
    (void)fd;
    return DUOS_EBADF;
}

duos_err os_inherited_write(int fd, const void *data, size_t len)
{
    (void)fd;
    (void)data;
    (void)len;
    return DUOS_EBADF;
}
