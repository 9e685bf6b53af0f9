/* SPDX-License-Identifier: MIT */
/*
 * afd.h - AFD, the driver below Winsock, as far as polling sockets goes.
 *
 * What select() asks AFD can be asked directly, and then the answer comes to
 * an I/O completion port. Microsoft documents the functions of ntdll but not
 * this request; it has been the same since Windows Vista. Nothing here is
 * linked: a system that refuses any of it has no such poller.
 */
#ifndef DUOS_AFD_H
#define DUOS_AFD_H

#include "win32.h"

/* What AFD can tell of a socket. */
enum {
    DUOS__AFD_RECEIVE = 0x001,
    DUOS__AFD_SEND = 0x004,
    DUOS__AFD_DISCONNECT = 0x008, /* the peer has ended its side */
    DUOS__AFD_ABORT = 0x010,      /* reset */
    DUOS__AFD_LOCAL_CLOSE = 0x020,
    DUOS__AFD_ACCEPT = 0x080,
    DUOS__AFD_CONNECT_FAIL = 0x100
};

/* NTSTATUS: negative for a failure. */
typedef LONG duos__nt_status;

/* IO_STATUS_BLOCK */
typedef struct duos__nt_io {
    union {
        duos__nt_status status;
        void *pointer;
    } result;
    ULONG_PTR information;
} duos__nt_io;

/* AFD_POLL_INFO with one AFD_POLL_HANDLE_INFO: goes in and comes out. */
typedef struct duos__afd_poll {
    LARGE_INTEGER timeout;
    ULONG count; /* of sockets: 1, and 0 for a time-out */
    ULONG exclusive;
    HANDLE socket;
    ULONG events;
    duos__nt_status status;
} duos__afd_poll;

/*
 * One poll. The kernel writes into it until its completion was taken from
 * the port, so it must not move or go before that.
 */
typedef struct duos__afd_request {
    duos__nt_io io;
    duos__afd_poll poll;
} duos__afd_request;

/* UNICODE_STRING */
typedef struct duos__nt_string {
    USHORT length; /* in bytes */
    USHORT room;
    const WCHAR *text;
} duos__nt_string;

/* OBJECT_ATTRIBUTES */
typedef struct duos__nt_object {
    ULONG length;
    HANDLE root;
    const duos__nt_string *name;
    ULONG attributes;
    void *security;
    void *quality;
} duos__nt_object;

/* NtCreateFile, NtDeviceIoControlFile, NtCancelIoFileEx, and the codes. */
typedef duos__nt_status(WINAPI *duos__nt_create_file)(
    HANDLE *file, ULONG access, const duos__nt_object *object, duos__nt_io *io,
    const LARGE_INTEGER *size, ULONG attributes, ULONG share, ULONG disposition,
    ULONG options, void *extra, ULONG extra_size);
typedef duos__nt_status(WINAPI *duos__nt_control)(HANDLE file, HANDLE event,
                                                  void *apc, void *context,
                                                  duos__nt_io *io, ULONG code,
                                                  void *in, ULONG in_size,
                                                  void *out, ULONG out_size);
typedef duos__nt_status(WINAPI *duos__nt_cancel)(HANDLE file, duos__nt_io *of,
                                                 duos__nt_io *io);
typedef ULONG(WINAPI *duos__nt_to_dos)(duos__nt_status status);

/* The functions of ntdll, all found or none used. */
typedef struct duos__afd {
    duos__nt_create_file create_file;
    duos__nt_control control;
    duos__nt_cancel cancel;
    duos__nt_to_dos to_dos_error;
} duos__afd;

/* Our code for a failure that AFD reports, DUOS_OK for one it does not. */
duos_err duos__nt_error(duos__nt_status status);

/* DUOS_ENOTSUP if a function is missing. */
duos_err duos__afd_load(duos__afd *afd);

/* A handle to issue polls by; their completions go to port. */
duos_err duos__afd_open(const duos__afd *afd, HANDLE port, HANDLE *device);

/*
 * Polls the socket base for events. After DUOS_OK exactly one completion with
 * context (not NULL) comes to the port, even if the answer is there at once.
 * No completion comes after DUOS_ENOMEM, which says nothing about the socket,
 * nor after any other error, which is then also what the request has found.
 */
duos_err duos__afd_submit(const duos__afd *afd, HANDLE device,
                          duos__afd_request *request, SOCKET base, ULONG events,
                          void *context);

/* Hurries the completion of a poll, which comes in any case. */
void duos__afd_cancel(const duos__afd *afd, HANDLE device,
                      duos__afd_request *request);

/*
 * What a completed poll has found, 0 if it was cancelled. LOCAL_CLOSE if the
 * handle is not that of an open socket any more; ABORT for any other failure.
 */
ULONG duos__afd_found(const duos__afd_request *request);

/* The socket that AFD knows, below whatever is layered over Winsock. */
duos_err duos__afd_base(duos_socket s, SOCKET *base);

#endif
