/* SPDX-License-Identifier: MIT */
/*
 * cidr.h - prefixes of IP addresses, as access lists use them:
 * "10.0.0.0/8", "2001:db8::/32".
 *
 * On a dual-stack socket an IPv4 client appears as ::ffff:a.b.c.d. Here such
 * an address is the IPv4 address that it stands for, always: 10.0.0.0/8
 * matches ::ffff:10.1.2.3, and ::/0 does not. So does a prefix of at least
 * /96 within ::ffff:0:0/96 stand for the IPv4 prefix. A rule therefore means
 * the same whichever kind of socket a client came in by.
 */
#ifndef DUOSOCK_CIDR_H
#define DUOSOCK_CIDR_H

#include <duosock/addr.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Bytes that any formatted prefix needs, with its final NUL. */
#define DUOS_CIDR_TEXT_MAX 48

/*
 * A prefix as a plain value; copy it freely, compare it with memcmp.
 *
 * family: DUOS_IPV4 or DUOS_IPV6. bits: how many count, 0..32 or 0..128.
 * bytes: in network order, 4 or 16; the others, and all bits that do not
 * count, are 0.
 *
 * Life cycle: a zeroed duos_cidr matches nothing; nothing is to be freed.
 */
typedef struct duos_cidr {
    uint8_t family;
    uint8_t bits;
    uint8_t bytes[16];
} duos_cidr;

/*
 * Reads a prefix, or an address, which is a prefix of full length.
 *
 * text: an address of duos_ip_parse without a zone, then perhaps "/" and a
 *     decimal number without leading zeros. Bits beyond the prefix must be 0:
 *     somebody who writes 10.1.2.3/8 means either less or more than it says.
 * out: receives the prefix.
 *
 * Returns: DUOS_OK; DUOS_EINVAL when text or out is NULL; DUOS_ESYNTAX for
 *     anything that is no prefix; DUOS_ERANGE for more bits than the family
 *     has, and for an address that has bits beyond them.
 * Blocking: never.
 * Thread: any.
 * Source: RFC 4632 section 3.1, RFC 4291 section 2.3.
 */
DUOS_API DUOS_CHECKED duos_err duos_cidr_parse(const char *text,
                                               duos_cidr *out);

/*
 * The prefix that one address is: full length, without port and zone.
 *
 * Returns: DUOS_OK; DUOS_EINVAL when addr or out is NULL; DUOS_EAFNOSUPPORT
 *     for other families than IPv4 and IPv6.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API DUOS_CHECKED duos_err duos_cidr_from_addr(const duos_addr *addr,
                                                   duos_cidr *out);

/*
 * Writes a prefix as text that duos_cidr_parse reads back: the address as
 * duos_ip_format writes it, "/", and the number of bits, always.
 *
 * text: receives the text; DUOS_CIDR_TEXT_MAX bytes are enough.
 *
 * Returns: DUOS_OK; DUOS_EINVAL when a pointer is NULL; DUOS_EAFNOSUPPORT for
 *     other families than IPv4 and IPv6; DUOS_ENOSPACE when cap is too small,
 *     with nothing written.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API DUOS_CHECKED duos_err duos_cidr_format(const duos_cidr *cidr,
                                                char *text, size_t cap);

/*
 * Whether an address lies within a prefix. Port and zone do not matter.
 *
 * Returns: true or false; false for NULL, for an address that is neither IPv4
 *     nor IPv6, and for more bits than the family has.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API bool duos_cidr_match(const duos_cidr *cidr, const duos_addr *addr);

#ifdef __cplusplus
}
#endif

#endif
