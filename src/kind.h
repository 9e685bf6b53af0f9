/* SPDX-License-Identifier: MIT */
/*
 * kind.h - what kind of socket this is, asked of the system where an answer
 * depends on it: never on the path of a byte.
 */
#ifndef DUOS_KIND_H
#define DUOS_KIND_H

#include "sys.h"

/* DUOS_OK if its type can be told. */
static inline duos_err duos__type_of(duos_socket s, duos_type *type)
{
    sys_optval value;
    duos_err err = sys_opt_get(s, DUOS_OPT_TYPE, &value);

    if (err == DUOS_OK) {
        *type = (duos_type)value.number;
    }
    return err;
}

/* DUOS_OK for a socket of this type, DUOS_EOPNOTSUPP for another. */
static inline duos_err duos__need_type(duos_socket s, duos_type wanted)
{
    duos_type type;
    duos_err err = duos__type_of(s, &type);

    return err == DUOS_OK && type != wanted ? DUOS_EOPNOTSUPP : err;
}

/* Nothing came: an empty datagram, or the end of a stream (trap 49)? */
static inline duos_err duos__judge_empty(duos_socket s)
{
    return duos__need_type(s, DUOS_DGRAM) == DUOS_OK ? DUOS_OK : DUOS_EEOF;
}

#endif
