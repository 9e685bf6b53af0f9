/* SPDX-License-Identifier: MIT */
/*
 * posix.h - what the POSIX systems call things, and what some of them lack.
 *
 * Every .c file of this folder includes it first, since features.h must stand
 * before any system header. An option that a system does not have is
 * DUOS__NO_OPTION here or in option_names.h, so no other file asks which system
 * it is compiled for.
 */
#ifndef DUOS_POSIX_H
#define DUOS_POSIX_H

#include "features.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/types.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#ifdef __APPLE__
#include <sys/random.h> /* getentropy; elsewhere it is in unistd.h */
#endif

#include "sys.h"

/* ---- what a system may lack -------------------------------------------- */

#define DUOS__NO_OPTION (-1)

/* Older macOS: SO_NOSIGPIPE does it there, set when a socket is born. */
#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif
#ifndef SO_NOSIGPIPE
#define SO_NOSIGPIPE DUOS__NO_OPTION
#endif

/*
 * DUOS__SO_BALANCE lets several listeners have one port, where the kernel
 * deals the connections out among them (trap 17). DUOS__SO_GROUP is what
 * receivers of one multicast group need besides SO_REUSEADDR (trap 16).
 */
#if defined(__linux__)
#define DUOS__SO_BALANCE SO_REUSEPORT
#define DUOS__SO_GROUP   DUOS__NO_OPTION
#elif defined(SO_REUSEPORT_LB)
#define DUOS__SO_BALANCE SO_REUSEPORT_LB
#define DUOS__SO_GROUP   SO_REUSEPORT
#else
#define DUOS__SO_BALANCE DUOS__NO_OPTION
#define DUOS__SO_GROUP   SO_REUSEPORT
#endif

/* Linux alone has unix sockets whose name is no path and begins with NUL. */
#ifdef __linux__
#define DUOS__ABSTRACT_NAMES 1
#else
#define DUOS__ABSTRACT_NAMES 0
#endif

/*
 * Bytes that a sockaddr of the system has, at most max. macOS and the BSDs
 * write into it how many, and leave away zeros at the end of a mask.
 */
#if defined(__APPLE__) || defined(__FreeBSD__) || defined(__NetBSD__) ||       \
    defined(__OpenBSD__) || defined(__DragonFly__)
#define DUOS__SOCKADDR_LEN(addr, max)                                          \
    ((addr)->sa_len < (max) ? (socklen_t)(addr)->sa_len : (max))
#else
#define DUOS__SOCKADDR_LEN(addr, max) (max)
#endif

/* The process at the other end of a unix socket; macOS alone has this one. */
#ifdef LOCAL_PEERPID
#define DUOS__LOCAL_PEERPID LOCAL_PEERPID
#define DUOS__SOL_LOCAL     SOL_LOCAL
#else
#define DUOS__LOCAL_PEERPID DUOS__NO_OPTION
#define DUOS__SOL_LOCAL     0
#endif

/* macOS: descriptors that arrive are made close-on-exec right afterwards. */
#ifndef MSG_CMSG_CLOEXEC
#define MSG_CMSG_CLOEXEC 0
#endif

/*
 * errno: no system's comes near the greatest. A code that a system lacks gets
 * a number beyond it.
 */
#define DUOS__ERRNO_MAX 99999
#ifndef ENONET
#define ENONET (DUOS__ERRNO_MAX + 1) /* Linux, illumos */
#endif
#ifndef EPROCLIM
#define EPROCLIM (DUOS__ERRNO_MAX + 2) /* macOS, the BSDs */
#endif
#ifndef ETIME
#define ETIME (DUOS__ERRNO_MAX + 3) /* FreeBSD and OpenBSD lack it */
#endif

/*
 * Codes of getaddrinfo that POSIX does not have. What is missing becomes a
 * number that is never given.
 */
#ifdef EAI_NODATA
#define DUOS__EAI_NODATA EAI_NODATA
#else
#define DUOS__EAI_NODATA INT_MAX
#endif
#ifdef EAI_ADDRFAMILY
#define DUOS__EAI_ADDRFAMILY EAI_ADDRFAMILY
#else
#define DUOS__EAI_ADDRFAMILY (INT_MAX - 1)
#endif
#ifdef EAI_BADHINTS
#define DUOS__EAI_BADHINTS EAI_BADHINTS /* macOS, the BSDs */
#else
#define DUOS__EAI_BADHINTS (INT_MAX - 2)
#endif
#ifdef EAI_PROTOCOL
#define DUOS__EAI_PROTOCOL EAI_PROTOCOL /* macOS, the BSDs */
#else
#define DUOS__EAI_PROTOCOL (INT_MAX - 3)
#endif

/* ---- shared by the files of this folder -------------------------------- */

/* A descriptor is an int that was widened. */
static inline int duos__fd(duos_socket s)
{
    return (int)s.os;
}

/* errno as one of our codes, for the path on which a call has failed. */
duos_err duos__last_error(void);

/*
 * A code of getaddrinfo or getnameinfo as one of ours. native: errno, which
 * EAI_SYSTEM refers to.
 */
duos_err duos__eai_error(int code, int native);

/* The most parts that one call takes; POSIX promises no more. */
#ifndef IOV_MAX
#define IOV_MAX 16
#endif

/* What a send of len bytes gave that took none. */
sys_count duos__send_ended(ssize_t result, size_t len);

/* A pipe, close-on-exec and non-blocking: ends[0] is read, ends[1] written. */
duos_err duos__pipe(int ends[2]);

/* The sockaddr of any family that an address may have. */
typedef union duos__sockaddr {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    struct sockaddr_un path;
    struct sockaddr_storage storage;
} duos__sockaddr;

/* AF_INET, AF_INET6, AF_UNIX or AF_UNSPEC. */
int duos__family_to_native(duos_family family);

/*
 * DUOS_EAFNOSUPPORT; DUOS_ENAMETOOLONG for a path that is too long here;
 * DUOS_ENOTSUP for an abstract name where there are none.
 */
duos_err duos__addr_to_native(const duos_addr *addr, duos__sockaddr *native,
                              socklen_t *len);

/*
 * len: as the system told it; 0 gives the unspecified address. Fails like
 * duos__addr_to_native, and *addr is then the unspecified address.
 */
duos_err duos__addr_from_native(const duos__sockaddr *native, socklen_t len,
                                duos_addr *addr);

#endif
