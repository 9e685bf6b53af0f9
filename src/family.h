/* SPDX-License-Identifier: MIT */
/*
 * family.h - which errors mean that this system lacks a family of addresses,
 * so that what is left is tried.
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

#endif
