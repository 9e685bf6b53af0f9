/* SPDX-License-Identifier: MIT */
/*
 * proxy.h - the header of the PROXY protocol, in which a load balancer says
 * for whom it speaks.
 *
 * The reader takes bytes as they come and needs 108 bytes of memory for any
 * header. What it says does not depend on how the bytes were cut.
 */
#ifndef DUOS_PROXY_H
#define DUOS_PROXY_H

#include <duosock/addr.h>

/* The longest header of version 1, and what we take of version 2: its sender
 * should stay below 536, but certificates in it need more. */
#define DUOS__PROXY_LINE_MAX   107u
#define DUOS__PROXY_BINARY_MAX 4096u

typedef struct duos__proxy {
    uint32_t have;      /* bytes of the header so far */
    uint32_t total;     /* of version 2 */
    uint32_t skip_to;   /* where the addresses, or an extension, end */
    uint8_t item[3];    /* the head of an extension: type and length */
    uint8_t item_have;  /* bytes of it */
    bool has_origin;    /* the header names the two ends */
    uint8_t bytes[108]; /* the line, or the head and both addresses */
} duos__proxy;

/*
 * Reads on. proxy was zeroed before the first call.
 *
 * used: receives how many bytes belonged to the header.
 *
 * Returns: DUOS_OK at its end; DUOS_EINPROGRESS when all bytes were used and
 *     more must come; DUOS_EPROTO for what is no header, after which the
 *     reader is of no use.
 */
duos_err duos__proxy_read(duos__proxy *proxy, const void *data, size_t len,
                          size_t *used);

/* The two ends that a complete header with has_origin names. */
void duos__proxy_origin(const duos__proxy *proxy, duos_tuple *out);

/*
 * Looks for the beginning of a header where none may be. seen, 0 at first,
 * counts the bytes that looked like one.
 *
 * Returns: DUOS_OK: it is none; DUOS_EINPROGRESS: it may be one;
 *     DUOS_EPROTO: it is one.
 */
duos_err duos__proxy_sniff(uint8_t *seen, const void *data, size_t len);

#endif
