/* SPDX-License-Identifier: MIT */
/*
 * addr.h - an end point of communication: address and port.
 *
 * A connection is named by two of them, the 4-tuple (duos_tuple). Parsing and
 * formatting are shared code: what one system accepts, the other accepts, and
 * both print it the same way.
 *
 *   duos_ip_parse        192.0.2.7  ::1  fe80::1%3
 *   duos_addr_parse      192.0.2.7:80  [::1]:80  [fe80::1%3]:80
 *   duos_endpoint_parse  those of duos_addr_parse; [fe80::1%eth0]:80  :80  *:80
 *                        localhost:80  unix:/path  unix:@abstract, and with
 *                        tcp: tcp4: tcp6: udp: udp4: udp6: before an IP form
 *
 * The first two ask nobody: a text means the same on every machine. A zone by
 * name does not, so the third one asks the system for its index; the value
 * holds that number, and the number is what is printed.
 */
#ifndef DUOSOCK_ADDR_H
#define DUOSOCK_ADDR_H

#include <duosock/error.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Address family. */
typedef enum duos_family {
    DUOS_UNSPEC = 0,
    DUOS_IPV4 = 4,
    DUOS_IPV6 = 6,
    DUOS_UNIX = 1
} duos_family;

/* What travels: a byte stream (TCP) or datagrams (UDP). */
typedef enum duos_type {
    DUOS_STREAM = 1,
    DUOS_DGRAM = 2
} duos_type;

/* Longest path of a unix socket in bytes, without its final NUL. */
#define DUOS_UNIX_PATH_MAX 107

/* Bytes that any formatted address or tuple needs, with its final NUL. */
#define DUOS_ADDR_TEXT_MAX  128
#define DUOS_TUPLE_TEXT_MAX 264

/*
 * An address as a plain value; copy and compare it freely. Everything is in
 * host byte order but the address bytes, which are in network order, as they
 * are written.
 *
 * family: a duos_family. port: 0..65535, 0 for unix. scope: the IPv6 zone as
 * an interface index, 0 for none.
 *
 * Life cycle: a zeroed duos_addr is the unspecified address; nothing is to be
 * freed.
 */
typedef struct duos_addr {
    uint8_t family;
    uint8_t path_len; /* bytes in ip.path; a leading NUL is abstract */
    uint16_t port;
    uint32_t scope;
    union {
        uint8_t v4[4];
        uint8_t v6[16];
        char path[DUOS_UNIX_PATH_MAX + 1];
    } ip;
} duos_addr;

/* Names a connection: who speaks to whom. */
typedef struct duos_tuple {
    duos_addr local;
    duos_addr remote;
} duos_tuple;

/*
 * What a text form said besides the address itself.
 *
 * type: DUOS_DGRAM after "udp:", DUOS_STREAM otherwise. any: the host was
 * "*" or empty, so IPv4 as well as IPv6 is meant. family: the family that
 * the text allows, DUOS_UNSPEC for IPv4 and IPv6, DUOS_UNIX after "unix:".
 * localhost: the host was that name.
 */
typedef struct duos_endpoint {
    duos_addr addr;
    duos_type type;
    duos_family family;
    bool any;
    bool localhost;
} duos_endpoint;

/*
 * Reads a numeric address: "127.0.0.1:80", "[::1]:80", "[fe80::1%3]:80".
 *
 * text: NUL-terminated. IPv4 needs four decimal numbers without leading
 *     zeros; "127.1", hex and octal are refused. The port is required, 0..65535
 *     in decimal without leading zeros or a sign. An IPv6 address stands in
 *     brackets; its zone is a number, 0..4294967295, as an interface index.
 * out: receives the address.
 *
 * Returns: DUOS_OK; DUOS_EINVAL when text or out is NULL; DUOS_ESYNTAX for
 *     anything that is no such address; DUOS_ERANGE for a port over 65535.
 * Blocking: never.
 * Thread: any.
 * Source: RFC 4291 section 2.2, RFC 3986 section 3.2.2.
 */
DUOS_API DUOS_CHECKED duos_err duos_addr_parse(const char *text,
                                               duos_addr *out);

/*
 * The same for a text that is no string: part of a message, say.
 *
 * text: len bytes; all of them count, a NUL among them is an error.
 *
 * Returns: as duos_addr_parse: DUOS_OK, DUOS_EINVAL, DUOS_ESYNTAX,
 *     DUOS_ERANGE.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API DUOS_CHECKED duos_err duos_addr_parse_n(const char *text, size_t len,
                                                 duos_addr *out);

/*
 * Reads an IP address without a port: "127.0.0.1", "::1", "fe80::1%3". No
 * brackets.
 *
 * out: receives the address, with port 0.
 *
 * Returns: DUOS_OK; DUOS_EINVAL when text or out is NULL; DUOS_ESYNTAX for
 *     anything that is no such address.
 * Blocking: never.
 * Thread: any.
 * Source: RFC 4291 section 2.2.
 */
DUOS_API DUOS_CHECKED duos_err duos_ip_parse(const char *text, duos_addr *out);

/*
 * Reads every form that the program and duos_listen_at understand: see the
 * top of this file. No host is ever looked up; duos_resolve does that.
 *
 * text: NUL-terminated. A zone is a number or the name of an interface. A
 *     unix path may have up to DUOS_UNIX_PATH_MAX bytes, and so may an
 *     abstract name with its "@".
 * out: receives the address; ":port" gives [::] unless a prefix says 4,
 *     "localhost" gives 127.0.0.1 unless a prefix says 6.
 *
 * Returns: DUOS_OK; DUOS_EINVAL when text or out is NULL; DUOS_ESYNTAX for
 *     anything else, a host name included; DUOS_ERANGE for a port over 65535;
 *     DUOS_EAFNOSUPPORT when prefix and address differ in family;
 *     DUOS_ENOENT for a zone that no interface has; DUOS_ENAMETOOLONG for a
 *     unix path or zone that is; for a zone by name the system's code.
 * Blocking: never.
 * Thread: any.
 * Platform: whether the system has unix sockets, or abstract names, is found
 *     out when one is opened.
 */
DUOS_API DUOS_CHECKED duos_err duos_endpoint_parse(const char *text,
                                                   duos_endpoint *out);

/*
 * The same for a text that is no string.
 *
 * text: len bytes; all of them count, a NUL among them is an error.
 *
 * Returns: as duos_endpoint_parse: DUOS_OK, DUOS_EINVAL, DUOS_ESYNTAX,
 *     DUOS_ERANGE, DUOS_EAFNOSUPPORT, DUOS_ENOENT, DUOS_ENAMETOOLONG.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API DUOS_CHECKED duos_err duos_endpoint_parse_n(const char *text,
                                                     size_t len,
                                                     duos_endpoint *out);

/*
 * Builds an IPv4 address from its four bytes: duos_addr_ipv4(127,0,0,1, 80).
 *
 * Returns: the address.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API duos_addr duos_addr_ipv4(uint8_t a, uint8_t b, uint8_t c, uint8_t d,
                                  uint16_t port);

/*
 * Builds an IPv6 address from 16 bytes in network order.
 *
 * bytes: 16 bytes; NULL gives the unspecified address ::.
 *
 * Returns: the address, without a scope.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API duos_addr duos_addr_ipv6(const uint8_t *bytes, uint16_t port);

/*
 * The loopback address of a family: 127.0.0.1 or ::1.
 *
 * Returns: the address; a zeroed one for any other family.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API duos_addr duos_addr_loopback(duos_family family, uint16_t port);

/*
 * Whether two addresses name the same end point: family, port, scope and
 * bytes.
 *
 * Returns: true when equal; false also when one is NULL.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API bool duos_addr_equal(const duos_addr *a, const duos_addr *b);

/*
 * Writes an address as text that the parsers read back: "127.0.0.1:80",
 * "[::1]:80", "[fe80::1%3]:80", "unix:/path", "unix:@abstract". IPv6 is
 * canonical: lower case, longest run of zeros shortened, IPv4-mapped with
 * dots.
 *
 * Three forms are for people alone: "none" for the unspecified address,
 * "unix:" for a socket without a name, and an abstract name with a NUL in it,
 * for which "@" is written. A path that begins with "@" gets "./" before it.
 *
 * text: receives the text with its final NUL; DUOS_ADDR_TEXT_MAX bytes
 *     are enough for every address.
 * cap: bytes that text has room for.
 *
 * Returns: DUOS_OK; DUOS_EINVAL when a pointer is NULL; DUOS_ENOSPACE when
 *     cap is too small, with nothing written.
 * Blocking: never.
 * Thread: any.
 * Source: RFC 5952.
 */
DUOS_API DUOS_CHECKED duos_err duos_addr_format(const duos_addr *addr,
                                                char *text, size_t cap);

/*
 * Writes an IP address without its port, as duos_ip_parse reads it.
 *
 * text: receives the text; DUOS_ADDR_TEXT_MAX bytes are enough.
 *
 * Returns: DUOS_OK; DUOS_EINVAL when a pointer is NULL; DUOS_EAFNOSUPPORT for
 *     other families than IPv4 and IPv6; DUOS_ENOSPACE when cap is too small,
 *     with nothing written.
 * Blocking: never.
 * Thread: any.
 * Source: RFC 5952.
 */
DUOS_API DUOS_CHECKED duos_err duos_ip_format(const duos_addr *addr, char *text,
                                              size_t cap);

/*
 * Writes a 4-tuple as text: "127.0.0.1:50514 -> 127.0.0.1:7700", the remote
 * end first, as a server sees its client.
 *
 * text: receives the text; DUOS_TUPLE_TEXT_MAX bytes are enough.
 *
 * Returns: DUOS_OK; DUOS_EINVAL when a pointer is NULL; DUOS_ENOSPACE when
 *     cap is too small, with nothing written.
 * Blocking: never.
 * Thread: any.
 */
DUOS_API DUOS_CHECKED duos_err duos_tuple_format(const duos_tuple *tuple,
                                                 char *text, size_t cap);

#ifdef __cplusplus
}
#endif

#endif
