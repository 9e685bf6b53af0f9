/* SPDX-License-Identifier: MIT */
/*
 * sha256.h - SHA-256 (FIPS 180-4), to compare files at two ends of a
 * transfer; what sha256sum prints.
 */
#ifndef CLI_SHA256_H
#define CLI_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum {
    SHA256_BLOCK = 64,
    SHA256_TEXT_MAX = 64 + 1
};

/* The fields are private. */
typedef struct sha256 {
    uint32_t state[8];
    uint64_t bytes;
    unsigned char block[SHA256_BLOCK]; /* bytes % SHA256_BLOCK are filled */
} sha256;

void sha256_begin(sha256 *hash);
void sha256_add(sha256 *hash, const void *data, size_t len);

/* Writes 64 small hexadecimal digits and a NUL: SHA256_TEXT_MAX bytes. */
void sha256_end(sha256 *hash, char *text);

#endif
