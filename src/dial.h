/* SPDX-License-Identifier: MIT */
/*
 * dial.h - what a text leads to: addresses that are known at once, or a name
 * to look up first.
 */
#ifndef DUOS_DIAL_H
#define DUOS_DIAL_H

#include <duosock/addr.h>

#include "name.h"

/* A name or a number stands for at most so many addresses. */
#define DUOS__DIAL_KNOWN 2
#define DUOS__DIAL_MAX   64

/* Attempts to connect that are under way at a time, and how long each is the
 * youngest (RFC 8305, section 8). */
#define DUOS__ATTEMPTS_MAX     6
#define DUOS__ATTEMPT_DELAY_MS 250

typedef struct duos__target {
    duos_type type;
    duos_family family; /* that the name is asked for */
    uint16_t port;
    size_t count; /* of addrs; 0: host is to be looked up */
    duos_addr addrs[DUOS__DIAL_KNOWN];
    char host[DUOS__NAME_MAX + 2]; /* with a final dot and NUL */
} duos__target;

/*
 * Reads a text: every form of duos_endpoint_parse, and "name:port". What
 * looks like an address is never left to a name server.
 *
 * family: narrows what the text allows; DUOS_UNSPEC does not.
 *
 * DUOS_OK; as duos_endpoint_parse; DUOS_ENAMETOOLONG; DUOS_EAFNOSUPPORT when
 * text and family do not go together; DUOS_EINVAL for another family;
 * DUOS_ENOTSUP for "unix:", which is no address of a network.
 */
duos_err duos__target_parse(const char *text, duos_family family,
                            duos__target *out);

/* The same for connecting: a stream (DUOS_ENOTSUP) to a port (DUOS_EINVAL), or
 * "unix:". */
duos_err duos__dial_parse(const char *text, duos__target *out);

#endif
