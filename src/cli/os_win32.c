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

#include <errno.h>
#include <stdio.h>
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

void os_start(void)
{
    int stream;

    for (stream = OS_STDIN; stream <= OS_STDERR; stream++) {
        HANDLE handle = stream_handle(stream);
        HANDLE null_device;

        if (handle != NULL && handle != INVALID_HANDLE_VALUE) {
            continue;
        }
        null_device = CreateFileA("NUL", GENERIC_READ | GENERIC_WRITE,
                                  FILE_SHARE_READ | FILE_SHARE_WRITE, NULL,
                                  OPEN_EXISTING, 0, NULL);
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

bool os_shows_color(int stream)
{
    HANDLE handle = stream_handle(stream);
    const char *term = getenv("TERM"); /* of a shell that came from POSIX */
    DWORD mode;

    return (term == NULL || strcmp(term, "dumb") != 0) &&
           GetConsoleMode(handle, &mode) &&
           SetConsoleMode(handle, mode | ENABLE_VIRTUAL_TERMINAL_PROCESSING);
}

int os_terminal_width(int stream)
{
    CONSOLE_SCREEN_BUFFER_INFO about;

    return GetConsoleScreenBufferInfo(stream_handle(stream), &about)
               ? about.srWindow.Right - about.srWindow.Left + 1
               : 0;
}

int os_win32_errno(unsigned long error)
{
    switch (error) {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_INVALID_NAME:
        return ENOENT;
    case ERROR_ACCESS_DENIED:
    case ERROR_SHARING_VIOLATION:
        return EACCES;
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY:
        return ENOMEM;
    case ERROR_DISK_FULL:
    case ERROR_HANDLE_DISK_FULL:
        return ENOSPC;
    case ERROR_BROKEN_PIPE:
    case ERROR_NO_DATA:
    case ERROR_PIPE_NOT_CONNECTED:
        return EPIPE;
    case ERROR_INVALID_HANDLE:
        return EBADF;
    default:
        return EIO;
    }
}

static int write_some(HANDLE handle, const void *data, size_t len, size_t *done)
{
    DWORD part = len > WRITE_MAX ? WRITE_MAX : (DWORD)len;
    DWORD n = 0;

    *done = 0;
    while (n == 0 && part > 0) {
        if (!WriteFile(handle, data, part, &n, NULL)) {
            return os_win32_errno(GetLastError());
        }
        if (n == 0) {
            Sleep(1); /* a pipe that was inherited in its no-wait mode */
        }
    }
    *done = n;
    return 0;
}

static int write_all(HANDLE handle, const void *data, size_t len)
{
    const char *at = data;
    int error = 0;

    while (len > 0 && error == 0) {
        size_t done;

        error = write_some(handle, at, len, &done);
        at += done;
        len -= done;
    }
    return error;
}

int os_write(int stream, const void *data, size_t len)
{
    return write_all(stream_handle(stream), data, len);
}

int os_write_some(int stream, const void *data, size_t len, size_t *done)
{
    return write_some(stream_handle(stream), data, len, done);
}

/* A handle has no number that a script could know. */
bool os_has_inherited(void)
{
    return false;
}

int os_inherited_check(int fd)
{
    (void)fd;
    return EBADF;
}

int os_inherited_write(int fd, const void *data, size_t len)
{
    (void)fd;
    (void)data;
    (void)len;
    return EBADF;
}

const char *os_error_text(int error)
{
    return strerror(error);
}

bool os_reader_gone(int error)
{
    return error == EPIPE;
}
