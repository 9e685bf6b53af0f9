/* SPDX-License-Identifier: MIT */
/*
 * cidr_list.h - several prefixes at once, as access lists and lists of load
 * balancers are; in cidr.c.
 */
#ifndef DUOS_CIDR_LIST_H
#define DUOS_CIDR_LIST_H

#include <duosock/cidr.h>

/* Whether an address lies within one of count prefixes. */
bool duos__cidrs_match(const duos_cidr *list, size_t count,
                       const duos_addr *addr);

#endif
