/* SPDX-License-Identifier: MIT */
/*
 * spawn_win32.c - other programs by CreateProcess.
 */
#define WIN32_LEAN_AND_MEAN
#include <windows.h>

#include "support/spawn.h"

#include <stdlib.h>
#include <string.h>

enum {
    COMMAND_MAX = 4096
};

struct spawn {
    HANDLE process;
    HANDLE pipe; /* our end of its input, or NULL */
};

/* Words of the tests are UTF-8, hold no quotes and do not end in a backslash.
 */
static bool make_command(char *command, const char *const argv[])
{
    size_t used = 0;

    for (; *argv != NULL; argv++) {
        size_t len = strlen(*argv);

        if (used + len + 4 > COMMAND_MAX) {
            return false;
        }
        command[used++] = '"';
        memcpy(command + used, *argv, len);
        used += len;
        command[used++] = '"';
        command[used++] = ' ';
    }
    command[used] = '\0';
    return true;
}

static HANDLE open_stream(const char *path, DWORD access, DWORD how)
{
    SECURITY_ATTRIBUTES inherit = {sizeof inherit, NULL, TRUE};

    if (path == NULL) {
        return NULL;
    }
    return CreateFileA(path, access,
                       FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                       &inherit, how, FILE_ATTRIBUTE_NORMAL, NULL);
}

static HANDLE open_input(const char *in, HANDLE *our_end)
{
    SECURITY_ATTRIBUTES inherit = {sizeof inherit, NULL, TRUE};
    HANDLE theirs;

    if (in == NULL || in[0] != '\0') {
        return open_stream(in, GENERIC_READ, OPEN_EXISTING);
    }
    if (!CreatePipe(&theirs, our_end, &inherit, 0)) {
        return INVALID_HANDLE_VALUE;
    }
    SetHandleInformation(*our_end, HANDLE_FLAG_INHERIT, 0);
    return theirs;
}

static void close_stream(HANDLE stream)
{
    if (stream != NULL && stream != INVALID_HANDLE_VALUE) {
        CloseHandle(stream);
    }
}

static bool create(spawn *process, wchar_t *command, STARTUPINFOW *info)
{
    PROCESS_INFORMATION made;

    if (info->hStdInput == INVALID_HANDLE_VALUE ||
        info->hStdOutput == INVALID_HANDLE_VALUE ||
        info->hStdError == INVALID_HANDLE_VALUE ||
        !CreateProcessW(NULL, command, NULL, NULL, TRUE, 0, NULL, NULL, info,
                        &made)) {
        return false;
    }
    CloseHandle(made.hThread);
    process->process = made.hProcess;
    return true;
}

spawn *spawn_start(const char *const argv[], const char *in, const char *out,
                   const char *err)
{
    spawn *process = calloc(1, sizeof *process);
    char command[COMMAND_MAX];
    wchar_t wide[COMMAND_MAX];
    STARTUPINFOW info;
    bool good;

    if (process == NULL || !make_command(command, argv) ||
        MultiByteToWideChar(CP_UTF8, 0, command, -1, wide, COMMAND_MAX) == 0) {
        free(process);
        return NULL;
    }
    memset(&info, 0, sizeof info);
    info.cb = sizeof info;
    info.dwFlags = STARTF_USESTDHANDLES;
    info.hStdInput = open_input(in, &process->pipe);
    info.hStdOutput = open_stream(out, GENERIC_WRITE, CREATE_ALWAYS);
    info.hStdError = open_stream(err, GENERIC_WRITE, CREATE_ALWAYS);
    good = create(process, wide, &info);
    close_stream(info.hStdInput);
    close_stream(info.hStdOutput);
    close_stream(info.hStdError);
    if (!good) {
        spawn_close_input(process);
        free(process);
        return NULL;
    }
    return process;
}

bool spawn_write(spawn *process, const void *data, size_t len)
{
    DWORD done = 0;

    return WriteFile(process->pipe, data, (DWORD)len, &done, NULL) &&
           done == len;
}

void spawn_close_input(spawn *process)
{
    if (process->pipe != NULL) {
        CloseHandle(process->pipe);
        process->pipe = NULL;
    }
}

/* Console events reach only processes of one console; tests have none. */
bool spawn_ask_to_stop(spawn *process, bool interrupt)
{
    (void)process;
    (void)interrupt;
    return false;
}

static void forget(spawn *process)
{
    spawn_close_input(process);
    CloseHandle(process->process);
    free(process);
}

int spawn_wait(spawn *process, int timeout_ms)
{
    DWORD code = 0;

    if (WaitForSingleObject(process->process, (DWORD)timeout_ms) !=
            WAIT_OBJECT_0 ||
        !GetExitCodeProcess(process->process, &code)) {
        spawn_kill(process);
        return SPAWN_TIMED_OUT;
    }
    forget(process);
    return (int)code;
}

void spawn_kill(spawn *process)
{
    TerminateProcess(process->process, 1);
    WaitForSingleObject(process->process, 5000);
    forget(process);
}
