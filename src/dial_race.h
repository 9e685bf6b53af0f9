/* SPDX-License-Identifier: MIT */
/*
 * dial_race.h - the blocking race for a connection: race.h without a loop.
 */
#ifndef DUOS_DIAL_RACE_H
#define DUOS_DIAL_RACE_H

#include "deadline.h"
#include "dial.h"

/*
 * Connects to one of count addresses (1..DUOS__DIAL_MAX): each is begun a
 * quarter of a second after the one before, or when that has failed; the
 * first that stands wins. Non-blocking; errors as duos_dial.
 */
duos_err duos__dial_race(const duos_addr *addrs, size_t count,
                         const duos__deadline *deadline, duos_socket *out);

#endif
