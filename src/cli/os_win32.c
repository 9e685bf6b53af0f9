/* SPDX-License-Identifier: MIT */
/*
 * os_win32.c - streams, files, threads and console events on Windows.
 *
 * The standard streams are used as handles, below the C library, so there is
 * no text mode that could change a byte.
 */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include "os.h"

#include <errno.h>
#include <process.h>
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
}

size_t os_raise_descriptor_limit(void)
{
    return 0;
}

bool os_is_terminal(int stream)
{
    DWORD mode;

    return GetConsoleMode(stream_handle(stream), &mode) != 0;
}

/* The number of errno for what Windows said. */
static int to_errno(DWORD error)
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

int os_read_stdin(void *data, size_t cap, size_t *len)
{
    HANDLE handle = stream_handle(OS_STDIN);
    DWORD want = cap > 0x40000000 ? 0x40000000 : (DWORD)cap;

    for (;;) {
        DWORD got = 0;
        DWORD error;

        SetLastError(0);
        if (ReadFile(handle, data, want, &got, NULL)) {
            if (got == 0 && GetLastError() == ERROR_OPERATION_ABORTED) {
                continue; /* Ctrl-C at a console is not the end */
            }
            *len = got;
            return 0;
        }
        error = GetLastError();
        if (error == ERROR_BROKEN_PIPE || error == ERROR_HANDLE_EOF) {
            *len = 0;
            return 0;
        }
        return to_errno(error);
    }
}

static int write_all(HANDLE handle, const void *data, size_t len)
{
    const char *at = data;

    while (len > 0) {
        DWORD part = len > WRITE_MAX ? WRITE_MAX : (DWORD)len;
        DWORD done = 0;

        if (!WriteFile(handle, at, part, &done, NULL)) {
            return to_errno(GetLastError());
        }
        if (done == 0) {
            Sleep(1); /* a pipe that was inherited in its no-wait mode */
        }
        at += done;
        len -= done;
    }
    return 0;
}

int os_write(int stream, const void *data, size_t len)
{
    return write_all(stream_handle(stream), data, len);
}

static int write_new(const char *path, const void *data, size_t len)
{
    HANDLE file = CreateFileA(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS,
                              FILE_ATTRIBUTE_NORMAL, NULL);
    int error;

    if (file == INVALID_HANDLE_VALUE) {
        return to_errno(GetLastError());
    }
    error = write_all(file, data, len);
    CloseHandle(file);
    return error;
}

int os_replace_file(const char *path, const void *data, size_t len)
{
    size_t size = strlen(path) + 32;
    char *aside = malloc(size);
    int error;

    if (aside == NULL) {
        return ENOMEM;
    }
    snprintf(aside, size, "%s.%lu.tmp", path, GetCurrentProcessId());
    error = write_new(aside, data, len);
    if (error == 0 && !MoveFileExA(aside, path, MOVEFILE_REPLACE_EXISTING)) {
        error = to_errno(GetLastError());
    }
    if (error != 0) {
        DeleteFileA(aside);
    }
    free(aside);
    return error;
}

const char *os_error_text(int error)
{
    return strerror(error);
}

bool os_reader_gone(int error)
{
    return error == EPIPE;
}

static unsigned __stdcall run_thread(void *run)
{
    (*(void (**)(void))run)();
    free(run);
    return 0;
}

bool os_thread(void (*run)(void))
{
    /* A function pointer does not fit into a void * by the letter of C. */
    void (**box)(void) = malloc(sizeof *box);
    uintptr_t thread;

    if (box == NULL) {
        return false;
    }
    *box = run;
    thread = _beginthreadex(NULL, 0, run_thread, box, 0, NULL);
    if (thread == 0) {
        free(box);
        return false;
    }
    CloseHandle((HANDLE)thread);
    return true;
}

struct os_monitor {
    SRWLOCK lock;
    CONDITION_VARIABLE condition;
};

os_monitor *os_monitor_create(void)
{
    os_monitor *monitor = malloc(sizeof *monitor);

    if (monitor != NULL) {
        InitializeSRWLock(&monitor->lock);
        InitializeConditionVariable(&monitor->condition);
    }
    return monitor;
}

void os_monitor_enter(os_monitor *monitor)
{
    AcquireSRWLockExclusive(&monitor->lock);
}

void os_monitor_leave(os_monitor *monitor)
{
    ReleaseSRWLockExclusive(&monitor->lock);
}

void os_monitor_wait(os_monitor *monitor)
{
    SleepConditionVariableSRW(&monitor->condition, &monitor->lock, INFINITE, 0);
}

void os_monitor_notify(os_monitor *monitor)
{
    WakeAllConditionVariable(&monitor->condition);
}

/* ---- requests to stop ------------------------------------------------- */

static void (*stop_request)(void);
static LONG stop_count;

/* Windows calls this on a thread of its own. */
static BOOL WINAPI on_console_event(DWORD event)
{
    if (InterlockedIncrement(&stop_count) > 1) {
        TerminateProcess(GetCurrentProcess(),
                         event == CTRL_C_EVENT ? 130 : 143);
    }
    stop_request();
    if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT) {
        /* After a close, log-off or shutdown event the process ends as soon
         * as this returns: leave the main thread the few seconds it has. */
        Sleep(INFINITE);
    }
    return TRUE;
}

bool os_on_stop(void (*request)(void))
{
    stop_request = request;
    /* A parent may have had Ctrl-C ignored, and children inherit that. */
    SetConsoleCtrlHandler(NULL, FALSE);
    return SetConsoleCtrlHandler(on_console_event, TRUE) != 0;
}
