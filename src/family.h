/* SPDX-License-Identifier: MIT */
/*
 * family.h - which errors mean that this system lacks a family of addresses,
 * so that what is left is tried; and which ones say that there is no use in it.
 */
#ifndef DUOS_FAMILY_H
#define DUOS_FAMILY_H

#include <duosock/error.h>

/* The system has no such family, or not for this. */
static inline bool duos__lacks_family(duos_err err)
{
    return err == DUOS_EAFNOSUPPORT || err == DUOS_EADDRNOTAVAIL ||
           err == DUOS_ENOTSUP || err == DUOS_EPROTONOSUPPORT;
}

/* How much the failure of an attempt says: first what this machine lacks, then
 * what its addresses and routes do not reach, then what was met on the way. */
static inline int duos__weight(duos_err err)
{
    switch (err) {
    case DUOS_EAFNOSUPPORT:
    case DUOS_EPROTONOSUPPORT:
    case DUOS_ENOTSUP:
        return 0;
    case DUOS_EADDRNOTAVAIL:
    case DUOS_EINVAL:
        return 1;
    case DUOS_ENETUNREACH:
        return 2;
    default:
        return 3;
    }
}

/* Of two failures the one to tell: the later one, unless it says less. */
static inline duos_err duos__more_telling(duos_err before, duos_err after)
{
    return before == DUOS_OK || duos__weight(after) >= duos__weight(before)
               ? after
               : before;
}

/* What every other address will find again. */
static inline bool duos__is_shortage(duos_err err)
{
    return err == DUOS_EMFILE || err == DUOS_ENFILE || err == DUOS_ENOBUFS ||
           err == DUOS_ENOMEM;
}

#endif
