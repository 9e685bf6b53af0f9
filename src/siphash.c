/* SPDX-License-Identifier: MIT */
/*
 * siphash.c - SipHash-2-4, as Aumasson and Bernstein define it: four words are
 * mixed, two rounds for each eight bytes, four at the end.
 */
#include "siphash.h"

typedef struct sip_state {
    uint64_t v[4];
} sip_state;

static uint64_t rotate(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

/* Up to eight bytes, the first one lowest, whatever the machine's order. */
static uint64_t load(const uint8_t *bytes, size_t len)
{
    uint64_t word = 0;

    while (len-- > 0) {
        word = word << 8 | bytes[len];
    }
    return word;
}

static void half_round(uint64_t *a, uint64_t *b, uint64_t *c, uint64_t *d,
                       unsigned first, unsigned second)
{
    *a += *b;
    *c += *d;
    *b = rotate(*b, first) ^ *a;
    *d = rotate(*d, second) ^ *c;
    *a = rotate(*a, 32);
}

static void rounds(sip_state *s, int count)
{
    uint64_t *v = s->v;

    while (count-- > 0) {
        half_round(&v[0], &v[1], &v[2], &v[3], 13, 16);
        half_round(&v[2], &v[1], &v[0], &v[3], 17, 21);
    }
}

static void absorb(sip_state *s, uint64_t word)
{
    s->v[3] ^= word;
    rounds(s, 2);
    s->v[0] ^= word;
}

uint64_t duos__siphash(const uint8_t key[16], const void *data, size_t len)
{
    const uint8_t *bytes = (const uint8_t *)data;
    uint64_t k0 = load(key, 8);
    uint64_t k1 = load(key + 8, 8);
    uint64_t last = (uint64_t)len << 56;
    sip_state s;

    s.v[0] = k0 ^ UINT64_C(0x736f6d6570736575);
    s.v[1] = k1 ^ UINT64_C(0x646f72616e646f6d);
    s.v[2] = k0 ^ UINT64_C(0x6c7967656e657261);
    s.v[3] = k1 ^ UINT64_C(0x7465646279746573);
    for (; len >= 8; len -= 8, bytes += 8) {
        absorb(&s, load(bytes, 8));
    }
    absorb(&s, last | load(bytes, len));
    s.v[2] ^= 0xff;
    rounds(&s, 4);
    return s.v[0] ^ s.v[1] ^ s.v[2] ^ s.v[3];
}
