/* SPDX-License-Identifier: MIT */
/*
 * envelope.h - what the POSIX systems call the things that go with a
 * datagram, and a duos_message as a struct msghdr and back.
 *
 * A name that a system lacks is DUOS__NO_OPTION, which no message has.
 */
#ifndef DUOS_ENVELOPE_H
#define DUOS_ENVELOPE_H

#include "posix.h"

/* ---- what a system may lack -------------------------------------------- */

/* FreeBSD and OpenBSD tell the address alone, by another name. */
#ifdef IP_PKTINFO
#define DUOS__PKTINFO4 IP_PKTINFO
typedef struct in_pktinfo duos__pktinfo4;
#else
#define DUOS__PKTINFO4 DUOS__NO_OPTION
typedef struct duos__pktinfo4 {
    unsigned ipi_ifindex;
    struct in_addr ipi_spec_dst;
    struct in_addr ipi_addr;
} duos__pktinfo4;
#endif
#ifdef IP_RECVDSTADDR
#define DUOS__IP_RECVDSTADDR IP_RECVDSTADDR
#else
#define DUOS__IP_RECVDSTADDR DUOS__NO_OPTION
#endif
#ifdef IP_SENDSRCADDR
#define DUOS__IP_SENDSRCADDR IP_SENDSRCADDR
#else
#define DUOS__IP_SENDSRCADDR DUOS__NO_OPTION
#endif

/* Linux uses one name to ask, another to tell; the BSDs one for both. */
#ifndef IP_RECVTTL
#define IP_RECVTTL DUOS__NO_OPTION
#endif
#ifndef IP_RECVTOS
#define IP_RECVTOS DUOS__NO_OPTION
#endif
#ifndef IPV6_TCLASS
#define IPV6_TCLASS DUOS__NO_OPTION
#endif
#ifndef SCM_TIMESTAMP
#define SCM_TIMESTAMP DUOS__NO_OPTION
#endif
#ifndef SCM_TIMESTAMPNS
#define SCM_TIMESTAMPNS DUOS__NO_OPTION
#endif

/* Who can set them for one IPv4 datagram. */
#ifdef __linux__
#define DUOS__SEND_TTL4 IP_TTL
#else
#define DUOS__SEND_TTL4 DUOS__NO_OPTION
#endif
#if defined(__linux__) || defined(__FreeBSD__)
#define DUOS__SEND_TOS4 IP_TOS
#else
#define DUOS__SEND_TOS4 DUOS__NO_OPTION
#endif

/* ---- parts --------------------------------------------------------------- */

/*
 * duos_buf is struct iovec by another name, so nothing is copied. On a system
 * where it is not, this array has -1 elements and does not compile.
 */
typedef char duos__buf_is_iovec[sizeof(duos_buf) == sizeof(struct iovec) &&
                                        offsetof(duos_buf, data) ==
                                            offsetof(struct iovec, iov_base) &&
                                        offsetof(duos_buf, len) ==
                                            offsetof(struct iovec, iov_len)
                                    ? 1
                                    : -1];

/* Points a header at parts and at nothing else. */
void duos__header_init(struct msghdr *header, const duos_buf *parts,
                       size_t count);

/* Points it at other parts, and leaves the rest as it is. */
void duos__header_point(struct msghdr *header, const duos_buf *parts,
                        size_t count);

/* Appends a control message. DUOS_ENOTSUP if type is DUOS__NO_OPTION. */
duos_err duos__header_put(struct msghdr *header, int level, int type,
                          const void *data, size_t len);

/* The part of the control data after item, or NULL. */
struct cmsghdr *duos__cmsg_next(const struct msghdr *header,
                                struct cmsghdr *item);

/* ---- messages ------------------------------------------------------------ */

/* The memory that a header points to, besides the parts. */
typedef struct duos__envelope {
    duos__sockaddr name;
    union {
        uint64_t align; /* for a struct cmsghdr */
        unsigned char bytes[256];
    } control;
} duos__envelope;

/* For sending; as sys_sendmsg says. */
duos_err duos__envelope_seal(duos__envelope *envelope, struct msghdr *header,
                             duos_socket s, const duos_message *message);

/* For receiving: makes room, and tells what has come with len bytes. */
void duos__envelope_lay(duos__envelope *envelope, struct msghdr *header,
                        const duos_message *message);
void duos__envelope_open(const duos__envelope *envelope, struct msghdr *header,
                         size_t len, duos_message *message);

#endif
