/* SPDX-License-Identifier: MIT */
/*
 * dial.h - which addresses a client tries for a text, and in which order.
 */
#ifndef DUOS_DIAL_H
#define DUOS_DIAL_H

#include <duosock/addr.h>

#define DUOS__DIAL_MAX 2

/*
 * targets: receives 1 to DUOS__DIAL_MAX addresses. Errors as duos_dial.
 */
duos_err duos__dial_targets(const char *address, duos_addr *targets,
                            size_t *count);

#endif
