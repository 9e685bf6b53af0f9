/* SPDX-License-Identifier: MIT */
/*
 * siphash.h - a hash with a secret, for tables whose keys strangers choose:
 * without the secret nobody finds keys that meet in one entry.
 */
#ifndef DUOS_SIPHASH_H
#define DUOS_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

/* SipHash-2-4 of len bytes. key: 16 secret bytes. */
uint64_t duos__siphash(const uint8_t key[16], const void *data, size_t len);

#endif
