/* SPDX-License-Identifier: MIT */
/*
 * server_address.h - how many clients a server has of each address.
 *
 * An entry per address that has any, none per client and nothing per message.
 * The hash is seeded, so nobody can choose addresses that fall together.
 */
#ifndef DUOS_SERVER_ADDRESS_H
#define DUOS_SERVER_ADDRESS_H

#include <duosock/addr.h>

#include "slots.h"

typedef struct duos__addresses {
    duos__slots entries;
    uint32_t *buckets;     /* the first of each chain: its index + 1, or 0 */
    uint32_t bucket_count; /* a power of 2, or 0 */
    uint32_t limit;        /* 0: nobody is counted */
    uint32_t prefix_v6;
    uint8_t seed[16];
} duos__addresses;

/* DUOS_OK, or why there is no seed. */
duos_err duos__addresses_init(duos__addresses *table, uint32_t limit,
                              uint32_t prefix_v6, const duos_alloc *alloc);
void duos__addresses_fini(duos__addresses *table);

/*
 * Counts one client more. *entry is for leave; 0 if it is not counted.
 * DUOS_EUSERS: there are as many as may be; DUOS_ENOMEM.
 */
duos_err duos__addresses_enter(duos__addresses *table, const duos_addr *peer,
                               uint32_t *entry);

/* Counts one less; entry 0 does nothing. */
void duos__addresses_leave(duos__addresses *table, uint32_t entry);

#endif
