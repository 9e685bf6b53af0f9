/* SPDX-License-Identifier: MIT */
/*
 * fdset.h - what duos_select needs of a set besides its public functions.
 */
#ifndef DUOS_FDSET_H
#define DUOS_FDSET_H

#include <duosock/select.h>

#define DUOS__FDSET_NONE UINT32_MAX

/* Position in members, or DUOS__FDSET_NONE; set may be NULL. */
uint32_t duos__fdset_find(const duos_fdset *set, duos_socket s);

/* Adds a socket to a set that has held it before, so there is room. */
void duos__fdset_add(duos_fdset *set, duos_socket s);

/* size bytes of memory, aligned for any type, that stay with the set. */
duos_err duos__fdset_reserve_scratch(duos_fdset *set, size_t size,
                                     unsigned char **memory);

#endif
