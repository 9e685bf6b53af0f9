/* SPDX-License-Identifier: MIT */
/*
 * sys_file.c - reading a file at an offset.
 *
 * TransmitFile is not used: it knows nothing of partial sends, so on a
 * non-blocking socket it waits all the same.
 */
#include "win32.h"

sys_count sys_sendfile(duos_socket s, intptr_t file, uint64_t offset,
                       size_t len)
{
    (void)s;
    (void)file;
    (void)offset;
    (void)len;
    return DUOS_ENOTSUP;
}

static duos_err read_error(DWORD code)
{
    /* The handle is open, but not for reading: POSIX calls that EBADF. */
    return code == ERROR_ACCESS_DENIED ? DUOS_EBADF
                                       : sys_err_from_native((int32_t)code);
}

/* Handles that were opened as overlapped may answer later: it is awaited. */
static sys_count read_at(HANDLE file, OVERLAPPED *at, void *data, DWORD cap)
{
    DWORD n = 0;
    DWORD code;

    if (ReadFile(file, data, cap, NULL, at) ||
        GetLastError() == ERROR_IO_PENDING) {
        if (GetOverlappedResult(file, at, &n, TRUE)) {
            return (sys_count)n;
        }
    }
    code = GetLastError();
    return code == ERROR_HANDLE_EOF ? 0 : read_error(code);
}

sys_count sys_file_read(intptr_t file, uint64_t offset, void *data, size_t cap)
{
    HANDLE handle = (HANDLE)file;
    OVERLAPPED at;
    HANDLE event;
    sys_count n;

    switch (GetFileType(handle)) {
    case FILE_TYPE_DISK:
        break;
    case FILE_TYPE_UNKNOWN:
        return DUOS_EBADF;
    default:
        return DUOS_EINVAL; /* pipes, consoles: no offsets */
    }
    memset(&at, 0, sizeof at);
    at.Offset = (DWORD)offset;
    at.OffsetHigh = (DWORD)(offset >> 32);
    event = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (event == NULL) {
        return sys_err_from_native((int32_t)GetLastError());
    }
    /* The lowest bit: no completion port hears of it. */
    at.hEvent = (HANDLE)((uintptr_t)event | 1);
    n = read_at(handle, &at, data, (DWORD)cap);
    CloseHandle(event);
    return n;
}
