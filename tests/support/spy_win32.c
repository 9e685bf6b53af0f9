/* SPDX-License-Identifier: MIT */
/*
 * spy_win32.c - calls of Winsock, seen and bent: the pointers that an import
 * library would bring are here instead. Only where C can spell their names,
 * which 32-bit compilers decorate.
 */
#define WIN32_LEAN_AND_MEAN
#define _WIN32_WINNT 0x0601

#include <winsock2.h>
#include <windows.h>

#include "support/spy.h"

spy spied;
static size_t next_error;

void spy_reset(void)
{
    memset(&spied, 0, sizeof spied);
    next_error = 0;
}

const int spy_network_errors[] = {
    WSAENETDOWN,    WSAENOPROTOOPT, WSAEHOSTDOWN,    WSAEHOSTUNREACH,
    WSAENETUNREACH, WSAECONNRESET,  WSAECONNABORTED, WSAENOTCONN};
const size_t spy_network_error_count =
    sizeof spy_network_errors / sizeof spy_network_errors[0];
const int spy_no_descriptor = WSAEMFILE;
const int spy_refused = WSAECONNREFUSED;

/* C has no cast for what GetProcAddress gives, either. */
static void find(void *function, const char *name)
{
    FARPROC found = GetProcAddress(GetModuleHandleA("ws2_32.dll"), name);

    assert_true(found != NULL);
    memcpy(function, &found, sizeof found);
}

static SOCKET WSAAPI see_socket(int family, int type, int protocol, void *info,
                                unsigned group, DWORD flags)
{
    SOCKET(WSAAPI * real)(int, int, int, void *, unsigned, DWORD);

    find(&real, "WSASocketW");
    spied.opened++;
    spied.opened_tcp += type == SOCK_STREAM;
    spied.inheritable += (flags & 0x80 /* ..._NO_HANDLE_INHERIT */) == 0;
    if (spied.old_windows && (flags & 0x80) != 0) {
        WSASetLastError(WSAEINVAL);
        return INVALID_SOCKET;
    }
    return real(family, type, protocol, info, group, flags);
}

static int error_of_accept(void)
{
    int code = 0;

    if (next_error < sizeof spied.accept_errors / sizeof(int)) {
        code = spied.accept_errors[next_error++];
    }
    return code != 0 ? code : spied.accept_always;
}

static SOCKET WSAAPI see_accept(SOCKET s, void *addr, int *len)
{
    SOCKET(WSAAPI * real)(SOCKET, void *, int *);
    int code = error_of_accept();
    SOCKET accepted;

    find(&real, "accept");
    if (code != 0) {
        WSASetLastError(code);
        return INVALID_SOCKET;
    }
    accepted = real(s, addr, len);
    if (accepted != INVALID_SOCKET) {
        spied.accepted++;
        if (spied.forget_peer && addr != NULL) {
            memset(addr, 0, (size_t)*len);
            *len = 0;
        }
    }
    return accepted;
}

static int WSAAPI see_connect(SOCKET s, const void *addr, int len)
{
    int(WSAAPI * real)(SOCKET, const void *, int);

    find(&real, "connect");
    spied.connects++;
    if (spied.connect_error != 0) {
        WSASetLastError(spied.connect_error);
        return SOCKET_ERROR;
    }
    return real(s, addr, len);
}

static int WSAAPI see_setsockopt(SOCKET s, int level, int name,
                                 const char *value, int len)
{
    int(WSAAPI * real)(SOCKET, int, int, const char *, int);

    find(&real, "setsockopt");
    spied.reuse += level == SOL_SOCKET && name == SO_REUSEADDR && *value != 0;
    spied.exclusive += level == SOL_SOCKET && name == ~SO_REUSEADDR;
    if (level == SOL_SOCKET && name == SO_SNDBUF) {
        spied.send_buffers++;
        memcpy(&spied.send_buffer, value, sizeof spied.send_buffer);
    }
    return real(s, level, name, value, len);
}

#define KEEPIDLE 3

static int WSAAPI see_getsockopt(SOCKET s, int level, int name, char *value,
                                 int *len)
{
    int(WSAAPI * real)(SOCKET, int, int, char *, int *);

    find(&real, "getsockopt");
    if (spied.know_keepidle && level == IPPROTO_TCP && name == KEEPIDLE) {
        return 0;
    }
    return real(s, level, name, value, len);
}

#define INITIAL_RTO   0x98000011u
#define IDEAL_BACKLOG 0x4004747bu
#define CONNRESET     0x9800000cu
#define TCP_INFO_CODE 0xd8000027u
#define BASE_HANDLE   0x48000022u
#define BELOW_HANDLE  0x4800001du

/* A connection that was measured: the fields are their own numbers. */
static int tell_tcp_info(void *out, DWORD out_len)
{
    const struct {
        DWORD state, mss;
        ULONG64 connection_ms;
        DWORD timestamps, rtt_us, min_rtt_us, in_flight, cwnd, windows[3];
        ULONG64 bytes[2];
        DWORD reordered, retransmitted, fast, duplicate, timeouts, syns;
    } told = {spied.tcp_state, 1000,   0, 0, 20,  0, 30, 4000,
              {0, 0, 0},       {0, 0}, 0, 0, 100, 0, 10, 1};

    memcpy(out, &told, out_len < sizeof told ? out_len : sizeof told);
    return 0;
}

/* What a layer above the system's says that knows only the one below it. */
static bool ask_layer(SOCKET s, DWORD code, void *out, int *result)
{
    if (spied.layered == 0 || (intptr_t)s != spied.layered) {
        return false;
    }
    *result = SOCKET_ERROR;
    if (code == BASE_HANDLE) {
        WSASetLastError(WSAEOPNOTSUPP);
    } else if (code == BELOW_HANDLE) {
        memcpy(out, &spied.below, sizeof spied.below);
        *result = 0;
    }
    return code == BASE_HANDLE || code == BELOW_HANDLE;
}

static int WSAAPI see_ioctl(SOCKET s, DWORD code, void *in, DWORD in_len,
                            void *out, DWORD out_len, DWORD *bytes,
                            void *overlapped, void *routine)
{
    int(WSAAPI * real)(SOCKET, DWORD, void *, DWORD, void *, DWORD, DWORD *,
                       void *, void *);
    int result;

    find(&real, "WSAIoctl");
    if (code == TCP_INFO_CODE && spied.tcp_state != 0) {
        return tell_tcp_info(out, out_len);
    }
    if (ask_layer(s, code, out, &result)) {
        return result;
    }
    spied.believed += code == INITIAL_RTO;
    spied.silenced += code == CONNRESET && *(const BOOL *)in == FALSE;
    if (code == IDEAL_BACKLOG && spied.ideal != 0) {
        memcpy(out, &spied.ideal, sizeof spied.ideal);
        return 0;
    }
    return real(s, code, in, in_len, out, out_len, bytes, overlapped, routine);
}

static int WSAAPI see_recvfrom(SOCKET s, char *data, int cap, int flags,
                               void *from, int *len)
{
    int(WSAAPI * real)(SOCKET, char *, int, int, void *, int *);

    find(&real, "recvfrom");
    if (spied.lost > 0) {
        spied.lost--;
        WSASetLastError(WSAECONNRESET);
        return SOCKET_ERROR;
    }
    return real(s, data, cap, flags, from, len);
}

static int WSAAPI see_closesocket(SOCKET s)
{
    int(WSAAPI * real)(SOCKET);

    find(&real, "closesocket");
    if (spied.close_blocks > 0) {
        spied.close_blocks--;
        WSASetLastError(WSAEWOULDBLOCK);
        return SOCKET_ERROR;
    }
    return real(s);
}

/* What the linker would take from the import library. */
#define INSTEAD_OF(type, name, args, seen)                                     \
    extern type(WSAAPI *const __imp_##name) args;                              \
    type(WSAAPI *const __imp_##name) args = seen

INSTEAD_OF(SOCKET, WSASocketW, (int, int, int, void *, unsigned, DWORD),
           see_socket);
INSTEAD_OF(SOCKET, accept, (SOCKET, void *, int *), see_accept);
INSTEAD_OF(int, connect, (SOCKET, const void *, int), see_connect);
INSTEAD_OF(int, setsockopt, (SOCKET, int, int, const char *, int),
           see_setsockopt);
INSTEAD_OF(int, getsockopt, (SOCKET, int, int, char *, int *), see_getsockopt);
INSTEAD_OF(int, WSAIoctl,
           (SOCKET, DWORD, void *, DWORD, void *, DWORD, DWORD *, void *,
            void *),
           see_ioctl);
INSTEAD_OF(int, recvfrom, (SOCKET, char *, int, int, void *, int *),
           see_recvfrom);
INSTEAD_OF(int, closesocket, (SOCKET), see_closesocket);
