/* SPDX-License-Identifier: MIT */
/*
 * name.h - what the name of a host or a service may look like before anybody
 * is asked for it.
 */
#ifndef DUOS_NAME_H
#define DUOS_NAME_H

#include <duosock/error.h>

/* The longest name that DNS can carry, without a final dot and NUL. */
#define DUOS__NAME_MAX 253

/* The longest name of a service; the longest that is in use has 36. */
#define DUOS__SERVICE_MAX 63

/*
 * Checks the len bytes of a name: labels of letters, digits, "-" and "_",
 * with dots between and perhaps one at the end. A name whose last label is a
 * number is none, but an address that somebody spelt oddly: "127.1",
 * "0x7f.1", "1.2.3.4.5".
 *
 * DUOS_OK; DUOS_ENAMETOOLONG; DUOS_ESYNTAX.
 */
duos_err duos__name_check(const char *name, size_t len);

/*
 * Checks the name of a service: at most DUOS__SERVICE_MAX letters, digits and
 * "-_.+", a letter among them, or it is a port (RFC 6335 allows fewer).
 *
 * DUOS_OK; DUOS_ENAMETOOLONG; DUOS_ESYNTAX.
 */
duos_err duos__service_check(const char *name, size_t len);

/* "localhost" and what ends in ".localhost": this machine (RFC 6761). */
bool duos__name_is_local(const char *name, size_t len);

#endif
