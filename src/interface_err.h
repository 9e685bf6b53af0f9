/* SPDX-License-Identifier: MIT */
/*
 * interface_err.h - that there is no such interface, which the systems say in
 * many ways: ENODEV, ENXIO, EADDRNOTAVAIL, EINVAL.
 */
#ifndef DUOS_INTERFACE_ERR_H
#define DUOS_INTERFACE_ERR_H

#include "sys.h"

/* err: why a call that named this interface failed; 0 names none. */
static inline duos_err duos__interface_err(duos_err err, uint32_t index)
{
    char name[DUOS_INTERFACE_NAME_MAX + 1];

    if (err == DUOS_OK || err == DUOS_ENOTSUP || err == DUOS_EBADF ||
        index == 0 || sys_interface_name(index, name) != DUOS_ENOENT) {
        return err;
    }
    return DUOS_ENOENT;
}

#endif
