/* SPDX-License-Identifier: MIT */
/*
 * os_win32.c - what tests ask of Windows itself. What Windows does not have,
 * a limit of descriptors and signals above all, is answered by false.
 */
#define WIN32_LEAN_AND_MEAN
#define _WIN32_WINNT 0x0601

#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>

#include "support/os.h"

#include <stdlib.h>
#include <string.h>

/* ---- which system ----------------------------------------------------- */

bool os_is_windows(void)
{
    return true;
}

bool os_is_linux(void)
{
    return false;
}

bool os_is_wine(void)
{
    HMODULE ntdll = GetModuleHandleA("ntdll.dll");

    return ntdll != NULL && GetProcAddress(ntdll, "wine_get_version") != NULL;
}

/* ---- descriptors ------------------------------------------------------ */

bool os_allow_descriptors(size_t count)
{
    (void)count;
    return true;
}

bool os_begin_shortage(void)
{
    return false;
}

bool os_shortage_is_exact(void)
{
    return true;
}

void os_end_shortage(void)
{
}

/* Handles have no numbers that one could choose. */
size_t os_unix_path_max(void)
{
    return 107; /* UNIX_PATH_MAX of afunix.h without the NUL */
}

bool os_duplicate_above(duos_socket s, int number, duos_socket *out)
{
    (void)s;
    (void)number;
    (void)out;
    return false;
}

bool os_open_file(duos_socket *out)
{
    char folder[MAX_PATH];
    char path[MAX_PATH];
    HANDLE file;

    if (GetTempPathA(sizeof folder, folder) == 0 ||
        GetTempFileNameA(folder, "duo", 0, path) == 0) {
        return false;
    }
    file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL,
                       CREATE_ALWAYS, FILE_FLAG_DELETE_ON_CLOSE, NULL);
    out->os = (intptr_t)file;
    return file != INVALID_HANDLE_VALUE;
}

void os_close_file(duos_socket file)
{
    CloseHandle((HANDLE)file.os);
}

bool os_datagram_pair(duos_socket ends[2])
{
    (void)ends;
    return false;
}

bool os_packet_pair(duos_socket ends[2])
{
    (void)ends;
    return false;
}

bool os_is_inherited(duos_socket s)
{
    DWORD flags = 0;

    return GetHandleInformation((HANDLE)s.os, &flags) &&
           (flags & HANDLE_FLAG_INHERIT) != 0;
}

bool os_get_nonblocking(duos_socket s, bool *on)
{
    (void)s;
    (void)on;
    return false;
}

bool os_send_urgent(duos_socket s, char byte)
{
    return send((SOCKET)s.os, &byte, 1, MSG_OOB) == 1;
}

/* Wine does not say how many there are, but which ones. */
bool os_count_handles(size_t *count)
{
    DWORD handles = 0;
    DWORD flags;
    uintptr_t handle;

    if (!GetProcessHandleCount(GetCurrentProcess(), &handles) || handles == 0) {
        for (handle = 4; handle < 16384; handle += 4) {
            handles += GetHandleInformation((HANDLE)handle, &flags) != 0;
        }
    }
    *count = handles;
    return true;
}

/* ---- Winsock ---------------------------------------------------------- */

bool os_start_winsock(void)
{
    WSADATA data;

    return WSAStartup(MAKEWORD(2, 2), &data) == 0;
}

bool os_stop_winsock(void)
{
    return WSACleanup() == 0;
}

bool os_winsock_is_started(void)
{
    SOCKET s = socket(AF_INET, SOCK_DGRAM, 0);

    if (s == INVALID_SOCKET) {
        return WSAGetLastError() != WSANOTINITIALISED;
    }
    closesocket(s);
    return true;
}

/* ---- rights ----------------------------------------------------------- */

bool os_begin_no_rights(void)
{
    return false;
}

void os_end_no_rights(void)
{
}

/* ---- signals ---------------------------------------------------------- */

bool os_begin_storm(void)
{
    return false;
}

void os_end_storm(void)
{
}

unsigned os_storm_count(void)
{
    return 0;
}

bool os_sigpipe_is_default(void)
{
    return true;
}

/* ---- requests to quit -------------------------------------------------- */

/* What duosock gives to SetConsoleCtrlHandler: Windows itself calls handlers
 * only where there is a console. */
BOOL WINAPI duos__on_console_event(DWORD event);

static unsigned own_quits;

bool os_ask_to_quit(duos_quit_kind kind)
{
    static const DWORD events[] = {CTRL_C_EVENT, CTRL_BREAK_EVENT,
                                   CTRL_CLOSE_EVENT};

    if (!duos__on_console_event(events[kind - DUOS_QUIT_INTERRUPT])) {
        own_quits++; /* the next in the chain */
    }
    return true;
}

bool os_begin_own_quit(void)
{
    own_quits = 0;
    return true;
}

void os_end_own_quit(void)
{
}

unsigned os_own_quits(void)
{
    return own_quits;
}

/* ---- standard input --------------------------------------------------- */

const char *const os_null_device = "NUL";

static HANDLE input_before;
static HANDLE typing = INVALID_HANDLE_VALUE;

static bool replace_input(HANDLE handle)
{
    input_before = GetStdHandle(STD_INPUT_HANDLE);
    return SetStdHandle(STD_INPUT_HANDLE, handle) != 0;
}

bool os_begin_input_pipe(void)
{
    HANDLE reading;

    return CreatePipe(&reading, &typing, NULL, 0) && replace_input(reading);
}

bool os_begin_input_file(const char *path)
{
    HANDLE file =
        CreateFileA(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE,
                    NULL, OPEN_EXISTING, 0, NULL);

    return file != INVALID_HANDLE_VALUE && replace_input(file);
}

bool os_begin_no_input(void)
{
    return replace_input(INVALID_HANDLE_VALUE);
}

/* A handle on which a thread still reads is not closed: it may hang. */
void os_end_input(void)
{
    os_type_end();
    SetStdHandle(STD_INPUT_HANDLE, input_before);
}

bool os_type(const void *data, size_t len)
{
    DWORD written = 0;

    return WriteFile(typing, data, (DWORD)len, &written, NULL) &&
           written == len;
}

void os_type_end(void)
{
    if (typing != INVALID_HANDLE_VALUE) {
        CloseHandle(typing);
        typing = INVALID_HANDLE_VALUE;
    }
}

/* ---- threads ---------------------------------------------------------- */

struct os_thread {
    HANDLE handle;
    void (*run)(void *user);
    void *user;
};

static DWORD WINAPI run_thread(void *user)
{
    os_thread *thread = user;

    thread->run(thread->user);
    return 0;
}

os_thread *os_thread_start(void (*run)(void *user), void *user)
{
    os_thread *thread = malloc(sizeof *thread);

    if (thread == NULL) {
        return NULL;
    }
    thread->run = run;
    thread->user = user;
    thread->handle = CreateThread(NULL, 0, run_thread, thread, 0, NULL);
    if (thread->handle == NULL) {
        free(thread);
        return NULL;
    }
    return thread;
}

void os_thread_join(os_thread *thread)
{
    WaitForSingleObject(thread->handle, INFINITE);
    CloseHandle(thread->handle);
    free(thread);
}

/* ---- words of the system ---------------------------------------------- */

const int os_level_socket = SOL_SOCKET;
const int os_opt_reuse_address = SO_REUSEADDR;
const int os_opt_type = SO_TYPE;
const int os_opt_unknown = 0x7abc;
const int os_number_refused = WSAECONNREFUSED;
const char *const os_name_refused = "WSAECONNREFUSED";

bool os_read_address(duos_family family, const char *text, uint8_t *bytes)
{
    return inet_pton(family == DUOS_IPV4 ? AF_INET : AF_INET6, text, bytes) ==
           1;
}

bool os_write_address(duos_family family, const uint8_t *bytes, char *text,
                      size_t cap)
{
    uint8_t copy[16] = {0}; /* MinGW's wants to write to it */

    memcpy(copy, bytes, family == DUOS_IPV4 ? 4 : 16);
    return inet_ntop(family == DUOS_IPV4 ? AF_INET : AF_INET6, copy, text,
                     cap) != NULL;
}

static uint64_t ns_of(const FILETIME *time)
{
    return ((uint64_t)time->dwHighDateTime << 32 | time->dwLowDateTime) * 100;
}

uint64_t os_cpu_ns(void)
{
    FILETIME created, ended, kernel, user;

    if (!GetProcessTimes(GetCurrentProcess(), &created, &ended, &kernel,
                         &user)) {
        return 0;
    }
    return ns_of(&kernel) + ns_of(&user);
}

void os_set_variable(const char *name, const char *value)
{
    (void)_putenv_s(name, value != NULL ? value : "");
}
