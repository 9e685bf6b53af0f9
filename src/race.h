/* SPDX-License-Identifier: MIT */
/*
 * race.h - attempts to connect to one of several addresses, each begun a
 * moment after the one before; the first that stands wins (RFC 8305).
 */
#ifndef DUOS_RACE_H
#define DUOS_RACE_H

#include <duosock/client.h>

#include "conn_core.h"

typedef struct duos__race duos__race;

/*
 * What is tried, and how. list: count addresses in their order, whose other
 * fields are filled in while the race goes on; it must stay. The times in it
 * count from begin_ns. source: family DUOS_UNSPEC for any.
 */
typedef struct duos__course {
    duos_loop *loop;
    const duos__engine_ops *engine;
    duos_client_attempt *list;
    size_t count;
    uint64_t begin_ns;
    int32_t delay_ms;
    int32_t attempt_ms; /* 0: no limit */
    duos_addr source;
    /*
     * The end, once: DUOS_OK with a connected socket, which is the callee's,
     * and the attempt that it came from; or the last failure. Calls
     * duos__race_end.
     */
    void (*done)(void *user, duos_err err, duos_client_attempt *won,
                 duos_socket sock);
    void *user;
} duos__course;

/*
 * Begins. On failure nothing is under way, and done does not come:
 * DUOS_ENOMEM, or why no attempt could be begun.
 */
duos_err duos__race_start(const duos__course *course, duos__race **out);

/* Ends it: what is under way is closed, and told as reason in the list. */
void duos__race_end(duos__race *race, duos_err reason);

/* Milliseconds from begin_ns until now. */
int32_t duos__ms_since(uint64_t begin_ns, uint64_t now_ns);

#endif
