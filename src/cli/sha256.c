/* SPDX-License-Identifier: MIT */
/*
 * sha256.c - SHA-256 as FIPS 180-4 writes it; names are those of the standard.
 */
#include "sha256.h"

#include <stdio.h>
#include <string.h>

/* The fractional parts of the cube roots of the first 64 primes. */
static const uint32_t k[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
    0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
    0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
    0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
    0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
    0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
    0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

void sha256_begin(sha256 *hash)
{
    static const uint32_t begin[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372,
                                      0xa54ff53a, 0x510e527f, 0x9b05688c,
                                      0x1f83d9ab, 0x5be0cd19};

    memcpy(hash->state, begin, sizeof begin);
    hash->bytes = 0;
}

static uint32_t rotr(uint32_t x, unsigned n)
{
    return x >> n | x << (32 - n);
}

/* The message schedule of one block. */
static void expand(uint32_t w[64], const unsigned char *block)
{
    size_t t;

    for (t = 0; t < 16; t++) {
        const unsigned char *at = block + 4 * t;

        w[t] = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
               (uint32_t)at[2] << 8 | at[3];
    }
    for (t = 16; t < 64; t++) {
        uint32_t s0 = rotr(w[t - 15], 7) ^ rotr(w[t - 15], 18) ^ w[t - 15] >> 3;
        uint32_t s1 = rotr(w[t - 2], 17) ^ rotr(w[t - 2], 19) ^ w[t - 2] >> 10;

        w[t] = s1 + w[t - 7] + s0 + w[t - 16];
    }
}

/* The eight working variables change names every round instead of places. */
static void mix(uint32_t state[8], const unsigned char *block)
{
    uint32_t w[64];
    uint32_t v[8];
    size_t t;

    expand(w, block);
    memcpy(v, state, sizeof v);
    for (t = 0; t < 64; t++) {
        uint32_t a = v[(64 - t) % 8];
        uint32_t b = v[(65 - t) % 8];
        uint32_t c = v[(66 - t) % 8];
        uint32_t e = v[(68 - t) % 8];
        uint32_t f = v[(69 - t) % 8];
        uint32_t g = v[(70 - t) % 8];
        uint32_t *h = &v[(71 - t) % 8];
        uint32_t s1 = rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25);
        uint32_t s0 = rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22);
        uint32_t t1 = *h + s1 + ((e & f) ^ (~e & g)) + k[t] + w[t];

        v[(67 - t) % 8] += t1; /* d, soon e */
        *h = t1 + s0 + ((a & b) ^ (a & c) ^ (b & c));
    }
    for (t = 0; t < 8; t++) {
        state[t] += v[t];
    }
}

void sha256_add(sha256 *hash, const void *data, size_t len)
{
    const unsigned char *at = data;
    size_t filled = (size_t)(hash->bytes % SHA256_BLOCK);

    hash->bytes += len;
    while (len > 0) {
        size_t part = SHA256_BLOCK - filled;

        if (filled == 0 && len >= SHA256_BLOCK) {
            mix(hash->state, at);
        } else {
            part = part < len ? part : len;
            memcpy(hash->block + filled, at, part);
            filled = (filled + part) % SHA256_BLOCK;
            if (filled == 0) {
                mix(hash->state, hash->block);
            }
        }
        at += part;
        len -= part;
    }
}

void sha256_end(sha256 *hash, char *text)
{
    static const unsigned char padding[SHA256_BLOCK] = {0x80};
    uint64_t bits = hash->bytes * 8;
    size_t filled = (size_t)(hash->bytes % SHA256_BLOCK);
    unsigned char length[8];
    size_t i;

    for (i = 0; i < 8; i++) {
        length[i] = (unsigned char)(bits >> (56 - 8 * i) & 255);
    }
    sha256_add(hash, padding, (filled < 56 ? 56 : 120) - filled);
    sha256_add(hash, length, sizeof length);
    for (i = 0; i < 8; i++) {
        sprintf(text + 8 * i, "%08x", (unsigned)hash->state[i]);
    }
}
