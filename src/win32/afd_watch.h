/* SPDX-License-Identifier: MIT */
/*
 * afd_watch.h - the sockets of an AFD poller, by number and by socket.
 *
 * A watch is what the kernel writes into while it is asked about a socket, so
 * it does not move, and it outlives the poller's entry: it is free again when
 * the entry is gone and no completion is to come. Numbers begin with 1; 0
 * stands for none.
 */
#ifndef DUOS_AFD_WATCH_H
#define DUOS_AFD_WATCH_H

#include "afd.h"
#include "poller_ops.h"

/* idle -> pending -> idle; pending -> cancelled -> idle; any -> gone */
typedef enum duos__afd_status {
    DUOS__AFD_IDLE,
    DUOS__AFD_PENDING,
    DUOS__AFD_CANCELLED, /* and its completion is to come */
    DUOS__AFD_GONE       /* closed while it was watched: nothing more to say */
} duos__afd_status;

#define DUOS__AFD_NO_ENTRY UINT32_MAX

/* 80 bytes on 64-bit systems, besides what the kernel needs for a poll. */
typedef struct duos__afd_watch {
    duos__slot slot; /* link: next number with the same hash */
    duos__afd_request request;
    SOCKET base;
    uint32_t entry; /* index in the poller, DUOS__AFD_NO_ENTRY if removed */
    uint32_t next;  /* on the list of those out of date */
    uint32_t prev;
    uint16_t asked; /* the events of the poll that is pending */
    uint8_t status; /* duos__afd_status */
    bool listed;
} duos__afd_watch;

typedef struct duos__afd_watches {
    duos__slots slots;
    uint32_t *chains; /* first numbers, by hash */
    uint32_t chain_count;
    uint32_t outdated; /* first number of the list of those out of date */
} duos__afd_watches;

duos_err duos__afd_watches_init(duos__afd_watches *watches,
                                const duos_alloc *alloc);

/* Must not be called while a completion is to come. */
void duos__afd_watches_fini(duos__afd_watches *watches);

static inline duos__afd_watch *duos__afd_watch_at(
    const duos__afd_watches *watches, uint32_t number)
{
    return (duos__afd_watch *)duos__slots_at(&watches->slots, number - 1,
                                             sizeof(duos__afd_watch));
}

/* The number of a socket that p has an entry of, or 0. */
uint32_t duos__afd_watch_find(const duos__afd_watches *watches,
                              const duos_poller *p, intptr_t os);

/* Makes one for an entry, idle and without a base: DUOS_OK, DUOS_ENOMEM. */
duos_err duos__afd_watch_add(duos__afd_watches *watches, const duos_poller *p,
                             uint32_t entry, uint32_t *number);

/* Its entry goes: it is neither found nor listed any more. */
void duos__afd_watch_forget(duos__afd_watches *watches, const duos_poller *p,
                            uint32_t number);

/* Gives one back that was forgotten. */
void duos__afd_watch_free(duos__afd_watches *watches, uint32_t number);

/* Puts one on the list of those out of date; it may be there already. */
void duos__afd_watch_list(duos__afd_watches *watches, uint32_t number);

/* Takes one off the list; it need not be there. */
void duos__afd_watch_unlist(duos__afd_watches *watches, uint32_t number);

#endif
