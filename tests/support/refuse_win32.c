/* SPDX-License-Identifier: MIT */
/*
 * refuse_win32.c - calls of Windows that can be refused: the pointers that an
 * import library would bring are here instead, as in spy_win32.c. What is no
 * import is put before its own by the linker; tests/CMakeLists.txt names it.
 */
#define WIN32_LEAN_AND_MEAN
#define _WIN32_WINNT 0x0601

#include <winsock2.h>
#include <windows.h>

#include <errno.h>

#include "support/refuse.h"

static SRWLOCK lock = SRWLOCK_INIT;

void refuse_lock(void)
{
    AcquireSRWLockExclusive(&lock);
}

void refuse_unlock(void)
{
    ReleaseSRWLockExclusive(&lock);
}

uintptr_t refuse_thread(void)
{
    return GetCurrentThreadId();
}

const int refuse_interrupted = WSAEINTR;

static void find(void *function, const char *module, const char *name)
{
    FARPROC found = GetProcAddress(GetModuleHandleA(module), name);

    assert_true(found != NULL);
    memcpy(function, &found, sizeof found);
}

/* A call that fails with bad and GetLastError, which is WSAGetLastError. */
#define CALL(type, kind, module, name, bad, code, params, args)                \
    static type kind see_##name params                                         \
    {                                                                          \
        type(kind *real) params;                                               \
                                                                               \
        if (refuse_strikes(#name, code, false)) {                              \
            SetLastError((DWORD)refuse_native());                              \
            return bad;                                                        \
        }                                                                      \
        find(&real, module, #name);                                            \
        return real args;                                                      \
    }                                                                          \
    extern type(kind *const __imp_##name) params;                              \
    type(kind *const __imp_##name) params = see_##name

#define SOCK(type, name, code, params, args)                                   \
    CALL(type, WSAAPI, "ws2_32.dll", name, (type)-1, code, params, args)

#define FILE_OR(type, name, bad, params, args)                                 \
    CALL(type, WINAPI, "kernel32.dll", name, bad, ERROR_NOT_ENOUGH_MEMORY,     \
         params, args)

/* ---- sockets ----------------------------------------------------------- */

SOCK(SOCKET, WSASocketW, WSAEMFILE,
     (int a, int b, int c, void *d, unsigned e, DWORD f), (a, b, c, d, e, f));
SOCK(SOCKET, accept, WSAEMFILE, (SOCKET a, void *b, int *c), (a, b, c));
SOCK(int, bind, WSAENOBUFS, (SOCKET a, const void *b, int c), (a, b, c));
SOCK(int, listen, WSAENOBUFS, (SOCKET a, int b), (a, b));
SOCK(int, connect, WSAENOBUFS, (SOCKET a, const void *b, int c), (a, b, c));
SOCK(int, shutdown, WSAENOBUFS, (SOCKET a, int b), (a, b));
SOCK(int, getsockname, WSAENOBUFS, (SOCKET a, void *b, int *c), (a, b, c));
SOCK(int, getpeername, WSAENOBUFS, (SOCKET a, void *b, int *c), (a, b, c));
SOCK(int, getsockopt, WSAENOBUFS, (SOCKET a, int b, int c, char *d, int *e),
     (a, b, c, d, e));
SOCK(int, setsockopt, WSAENOBUFS,
     (SOCKET a, int b, int c, const char *d, int e), (a, b, c, d, e));
SOCK(int, ioctlsocket, WSAENOBUFS, (SOCKET a, long b, ULONG *c), (a, b, c));
SOCK(int, WSAIoctl, WSAENOBUFS,
     (SOCKET a, DWORD b, void *c, DWORD d, void *e, DWORD f, DWORD *g, void *h,
      void *i),
     (a, b, c, d, e, f, g, h, i));
SOCK(int, select, WSAENOBUFS, (int a, void *b, void *c, void *d, const void *e),
     (a, b, c, d, e));
SOCK(int, send, WSAENOBUFS, (SOCKET a, const char *b, int c, int d),
     (a, b, c, d));
SOCK(int, sendto, WSAENOBUFS,
     (SOCKET a, const char *b, int c, int d, const void *e, int f),
     (a, b, c, d, e, f));
SOCK(int, recvfrom, WSAENOBUFS,
     (SOCKET a, char *b, int c, int d, void *e, int *f), (a, b, c, d, e, f));
SOCK(int, WSASend, WSAENOBUFS,
     (SOCKET a, void *b, DWORD c, DWORD *d, DWORD e, void *f, void *g),
     (a, b, c, d, e, f, g));
SOCK(int, WSARecv, WSAENOBUFS,
     (SOCKET a, void *b, DWORD c, DWORD *d, DWORD *e, void *f, void *g),
     (a, b, c, d, e, f, g));

/* ---- the kernel's ------------------------------------------------------ */

FILE_OR(HANDLE, CreateIoCompletionPort, NULL,
        (HANDLE a, HANDLE b, ULONG_PTR c, DWORD d), (a, b, c, d));
FILE_OR(BOOL, SetFileCompletionNotificationModes, FALSE, (HANDLE a, UCHAR b),
        (a, b));
FILE_OR(BOOL, PostQueuedCompletionStatus, FALSE,
        (HANDLE a, DWORD b, ULONG_PTR c, void *d), (a, b, c, d));
FILE_OR(BOOL, GetQueuedCompletionStatusEx, FALSE,
        (HANDLE a, void *b, ULONG c, ULONG *d, DWORD e, BOOL f),
        (a, b, c, d, e, f));
FILE_OR(BOOL, SetHandleInformation, FALSE, (HANDLE a, DWORD b, DWORD c),
        (a, b, c));
FILE_OR(BOOL, SetConsoleCtrlHandler, FALSE, (void *a, BOOL b), (a, b));
FILE_OR(HMODULE, LoadLibraryExW, NULL, (const wchar_t *a, HANDLE b, DWORD c),
        (a, b, c));
FILE_OR(HMODULE, GetModuleHandleW, NULL, (const wchar_t *a), (a));
FILE_OR(HANDLE, CreateEventW, NULL, (void *a, BOOL b, BOOL c, const wchar_t *d),
        (a, b, c, d));
CALL(uintptr_t, __cdecl, "msvcrt.dll", _beginthreadex, 0, EAGAIN,
     (void *a, unsigned b, void *c, void *d, unsigned e, void *f),
     (a, b, c, d, e, f));

/* Names are looked up by other threads. None is known, and nobody is asked. */
static int WSAAPI know_no_name(const char *host, const char *service,
                               const void *hints, void **list)
{
    (void)host;
    (void)service;
    (void)hints;
    *list = NULL;
    return WSAHOST_NOT_FOUND;
}
extern int(WSAAPI *const __imp_getaddrinfo)(const char *, const char *,
                                            const void *, void **);
int(WSAAPI *const __imp_getaddrinfo)(const char *, const char *, const void *,
                                     void **) = know_no_name;

/* ---- what is no import ------------------------------------------------- */

typedef void function(void);

typedef LONG(WINAPI *control)(HANDLE, HANDLE, void *, void *, void *, ULONG,
                              void *, ULONG, void *, ULONG);

static control real_control;

/* Each poll of AFD is one. */
static LONG WINAPI see_control(HANDLE a, HANDLE b, void *c, void *d, void *e,
                               ULONG f, void *g, ULONG h, void *i, ULONG j)
{
    refuse_saw("NtDeviceIoControlFile");
    return real_control(a, b, c, d, e, f, g, h, i, j);
}

static function *see_through(const char *name, function *found)
{
    if (strcmp(name, "NtDeviceIoControlFile") != 0 || found == NULL) {
        return found;
    }
    real_control = (control)found;
    return (function *)see_control;
}

function *__real_duos__library_find(HMODULE library, const char *name);
function *__wrap_duos__library_find(HMODULE library, const char *name);
function *__wrap_duos__library_find(HMODULE library, const char *name)
{
    return refuse_strikes("duos__library_find", ERROR_PROC_NOT_FOUND, false)
               ? NULL
               : see_through(name, __real_duos__library_find(library, name));
}

void *__real_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_realloc(void *old, size_t size)
{
    return refuse_strikes("realloc", ERROR_NOT_ENOUGH_MEMORY, false)
               ? NULL
               : __real_realloc(old, size);
}
