/* SPDX-License-Identifier: MIT */
/*
 * envelope.h - what Winsock calls the things that go with a datagram, and a
 * duos_message as a WSAMSG and back.
 */
#ifndef DUOS_ENVELOPE_H
#define DUOS_ENVELOPE_H

#include "win32.h"

/* ---- what older headers lack ------------------------------------------- */

#ifndef IP_HOPLIMIT
#define IP_HOPLIMIT 21
#endif
#ifndef IP_RECVTOS
#define IP_RECVTOS 40
#endif
#ifndef IPV6_TCLASS
#define IPV6_TCLASS 39
#endif
#ifndef IPV6_RECVTCLASS
#define IPV6_RECVTCLASS 40
#endif

/* ---- parts --------------------------------------------------------------- */

/* Winsock has no limit; this one is what POSIX systems have. */
#define DUOS__PARTS_MAX 1024

/* Length first, pointer second: the other way round than duos_buf. */
typedef struct duos__parts {
    WSABUF list[DUOS__PARTS_MAX];
    DWORD count;
    size_t bytes; /* all together */
} duos__parts;

/* There is at least one afterwards, as WSARecvMsg wants it. */
void duos__parts_init(duos__parts *to, const duos_buf *parts, size_t count);

/* ---- messages ------------------------------------------------------------ */

/* A WSAMSG and the memory that it points to, besides the bytes. */
typedef struct duos__envelope {
    WSAMSG header;
    duos__sockaddr name;
    union {
        uint64_t align; /* for a WSACMSGHDR */
        char bytes[256];
    } control;
} duos__envelope;

/* For sending; as sys_sendmsg says. */
duos_err duos__envelope_seal(duos__envelope *envelope, duos__parts *parts,
                             duos_socket s, const duos_message *message);

/* For receiving: makes room, and tells what has come besides the bytes. */
void duos__envelope_lay(duos__envelope *envelope, duos__parts *parts);
void duos__envelope_open(duos__envelope *envelope, duos_message *message);

#endif
