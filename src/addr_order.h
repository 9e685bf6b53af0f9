/* SPDX-License-Identifier: MIT */
/*
 * addr_order.h - in which order the addresses of a name are tried.
 *
 * The system's resolver has sorted them as RFC 6724 says, by the preferences
 * of whoever runs this machine (gai.conf, prefixpolicy), where it can; that
 * order is kept. What is done here is the same everywhere: what cannot be
 * reached from here goes behind (rule 1), then what is reached from an address
 * of another scope (rule 2), and the families take turns (RFC 8305).
 */
#ifndef DUOS_ADDR_ORDER_H
#define DUOS_ADDR_ORDER_H

#include "dial.h"

/* How good an address is; less is better. */
typedef enum duos__addr_rank {
    DUOS__ADDR_FITS,
    DUOS__ADDR_OTHER_SCOPE,
    DUOS__ADDR_UNREACHED,
    DUOS__ADDR_RANKS
} duos__addr_rank;

/* source: what packets to addr come from; NULL when they cannot be sent. */
duos__addr_rank duos__addr_rank_of(const duos_addr *addr,
                                   const duos_addr *source);

/*
 * Fills in the order: indices of the count addresses (at most
 * DUOS__DIAL_MAX), those with a better rank first, and of those that are
 * reached the families in turn.
 */
void duos__addr_arrange(const duos_addr *addrs, const uint8_t *ranks,
                        size_t count, uint8_t *order);

/* The same, with ranks that the system is asked for. */
void duos__addr_order(const duos_addr *addrs, size_t count, uint8_t *order);

#endif
