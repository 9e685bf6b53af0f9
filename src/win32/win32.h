/* SPDX-License-Identifier: MIT */
/*
 * win32.h - Winsock's headers in the order they need, and what the files of
 * this folder share.
 *
 * winsock2.h must come before windows.h, or the old winsock.h gets in
 * (trap 76). Constants that older MinGW or SDK headers lack are defined here
 * and nowhere else.
 */
#ifndef DUOS_WIN32_H
#define DUOS_WIN32_H

#include "features.h"

#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <mstcpip.h>
#include <windows.h>

#include <limits.h>
#include <string.h>

#include "sys.h"

/* ---- what older headers lack ------------------------------------------- */

#ifndef WSA_FLAG_NO_HANDLE_INHERIT
#define WSA_FLAG_NO_HANDLE_INHERIT 0x80 /* Windows 7 SP1 */
#endif
#ifndef SIO_UDP_CONNRESET
#define SIO_UDP_CONNRESET _WSAIOW(IOC_VENDOR, 12)
#endif
#ifndef SIO_UDP_NETRESET
#define SIO_UDP_NETRESET _WSAIOW(IOC_VENDOR, 15)
#endif
#ifndef SIO_BSP_HANDLE_POLL
#define SIO_BSP_HANDLE_POLL _WSAIOR(IOC_WS2, 29)
#endif
#ifndef SIO_BASE_HANDLE
#define SIO_BASE_HANDLE _WSAIOR(IOC_WS2, 34)
#endif
#ifndef SIO_TCP_INFO
#define SIO_TCP_INFO _WSAIORW(IOC_VENDOR, 39)
#endif
#ifndef LOAD_LIBRARY_SEARCH_SYSTEM32
#define LOAD_LIBRARY_SEARCH_SYSTEM32 0x800
#endif
#ifndef SIO_AF_UNIX_GETPEERPID
#define SIO_AF_UNIX_GETPEERPID _WSAIOR(IOC_VENDOR, 256) /* Windows 10 */
#endif
#ifndef SIO_TCP_INITIAL_RTO
#define SIO_TCP_INITIAL_RTO _WSAIOW(IOC_VENDOR, 17)
#endif
#ifndef TCP_INITIAL_RTO_NO_SYN_RETRANSMISSIONS
#define TCP_INITIAL_RTO_NO_SYN_RETRANSMISSIONS ((UCHAR)-2)
#endif
#ifndef SIO_IDEAL_SEND_BACKLOG_QUERY
#define SIO_IDEAL_SEND_BACKLOG_QUERY _IOR('t', 123, ULONG)
#endif
#ifndef SO_EXCLUSIVEADDRUSE
#define SO_EXCLUSIVEADDRUSE ((int)(~SO_REUSEADDR))
#endif
#ifndef TCP_KEEPIDLE
#define TCP_KEEPIDLE 3 /* the three: Windows 10 1709 */
#endif
#ifndef TCP_KEEPCNT
#define TCP_KEEPCNT 16
#endif
#ifndef TCP_KEEPINTVL
#define TCP_KEEPINTVL 17
#endif

/* Options, in the order of their rows in option_rows.c. */
#ifndef TCP_MAXSEG
#define TCP_MAXSEG 4
#endif
#ifndef TCP_MAXRT
#define TCP_MAXRT 5
#endif
#ifndef TCP_FASTOPEN
#define TCP_FASTOPEN 15 /* Windows 10 1607 */
#endif
#ifndef UDP_SEND_MSG_SIZE
#define UDP_SEND_MSG_SIZE 2 /* Windows 10 2004 */
#endif
#ifndef SO_PAUSE_ACCEPT
#define SO_PAUSE_ACCEPT 0x3003
#endif
#ifndef SO_RANDOMIZE_PORT
#define SO_RANDOMIZE_PORT 0x3005
#endif
#ifndef IP_MTU
#define IP_MTU 73 /* both: Windows 10 1809 */
#endif
#ifndef IPV6_MTU
#define IPV6_MTU 72
#endif
#ifndef IPV6_RECVTCLASS
#define IPV6_RECVTCLASS 40
#endif
#ifndef IP_RECVTOS
#define IP_RECVTOS 40
#endif
#ifndef IP_RECVTTL
#define IP_RECVTTL 21
#endif

/* ---- shared by the files of this folder -------------------------------- */

static inline SOCKET duos__os(duos_socket s)
{
    return (SOCKET)s.os;
}

/* Starts Winsock; once more is no harm. */
duos_err duos__start_winsock(void);

/* The same, unless we have done so before. */
duos_err duos__hold_winsock(void);

/*
 * Whether a call that ended with code is to be made once more: Winsock was
 * not started, since somebody cleaned up once too often, and is again.
 */
bool duos__winsock_restarted(int code);

/* getaddrinfo, which may be the first user of Winsock. */
int duos__getaddrinfo(const char *host, const char *service,
                      const struct addrinfo *hints, struct addrinfo **list);

/* Before a connect: on loopback a refusal ends it (trap 32). */
void duos__believe_refusals(duos_socket s, const duos_addr *addr);

/* What a call on s failed with, code, as one of ours. */
duos_err duos__wsa_error(duos_socket s, int code);

/* DUOS_OK for a result of 0, otherwise what the call on s failed with. */
duos_err duos__wsa_result(duos_socket s, int result);

/* Our own sockaddr_un: MinGW has no afunix.h (trap 23). */
typedef struct duos__sockaddr_un {
    USHORT sun_family;
    char sun_path[108];
} duos__sockaddr_un;

/* The sockaddr of any family that an address may have. */
typedef union duos__sockaddr {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    duos__sockaddr_un path;
    struct sockaddr_storage storage;
} duos__sockaddr;

/* AF_INET, AF_INET6 or AF_UNIX, AF_UNSPEC for any other family. */
int duos__family_to_native(int family);

/* DUOS_EAFNOSUPPORT; DUOS_ENOTSUP for an abstract name. */
duos_err duos__addr_to_native(const duos_addr *addr, duos__sockaddr *native,
                              int *len);

/* A family that we do not know gives the unspecified address. */
void duos__addr_from_native(const duos__sockaddr *native, duos_addr *addr);

/* DUOS_OK if s is an open socket. */
duos_err duos__socket_check(duos_socket s);

/* What kind of socket this is: AF_..., SOCK_... */
duos_err duos__socket_kind(duos_socket s, int *family, int *type);

/*
 * A library of the system, to be freed with FreeLibrary (DUOS_ENOTSUP where
 * it is missing), and a function in it, NULL where it has none. No cast leads
 * from one kind of function to another but by way of this type.
 */
typedef void (*duos__function)(void);
duos_err duos__library_open(const wchar_t *name, HMODULE *out);
duos__function duos__library_find(HMODULE library, const char *name);

/*
 * An IPv4 address, in network byte order, of the interface with this index,
 * and the reverse. DUOS_ENOENT where there is none.
 */
duos_err duos__address_of_index(uint32_t index, DWORD *address);
duos_err duos__index_of_address(DWORD address, uint32_t *index);

/*
 * Why a call with an address failed. Winsock has several codes for one of the
 * wrong family; we have DUOS_EAFNOSUPPORT.
 */
duos_err duos__wsa_addr_error(duos_socket s, const duos_addr *addr, int code);

/* What a send or receive on s failed with, code, as one of ours. */
duos_err duos__io_error(duos_socket s, int code);

/*
 * A receive has failed with code: what sys_recv gives. cap is the room for
 * the bytes; *truncated is only ever set to true.
 */
sys_count duos__receive_ended(duos_socket s, int code, size_t cap,
                              bool *truncated);

/*
 * Whether code only tells a socket without a peer that an earlier datagram
 * got lost, and how many of those one receive passes over.
 */
bool duos__is_stale_report(duos_socket s, int code);
#define DUOS__STALE_REPORTS_MAX 64

/* What Windows calls at a console event; TRUE: we have seen to it. */
BOOL WINAPI duos__on_console_event(DWORD event);

extern const struct duos__poller_ops duos__poller_afd;
extern const struct duos__poller_ops duos__poller_select;

#endif
