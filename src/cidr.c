/* SPDX-License-Identifier: MIT */
/*
 * cidr.c - prefixes of addresses. An IPv4-mapped IPv6 address is the IPv4
 * address here, on either side, so that a rule holds whichever kind of socket
 * a client came in by.
 */
#include <duosock/cidr.h>

#include <string.h>

#include "addr_text.h"
#include "cidr_list.h"
#include "mapped.h"

#define MAPPED_BITS 96

static unsigned bits_of(unsigned family)
{
    return family == DUOS_IPV4 ? 32 : 128;
}

/* Whether two addresses agree in their first bits. */
static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    unsigned whole = bits / 8;
    unsigned mask = 0xff00u >> bits % 8;

    return memcmp(a, b, whole) == 0 &&
           (bits % 8 == 0 || ((a[whole] ^ b[whole]) & mask & 0xff) == 0);
}

/* Whether all bits but the first ones are 0. */
static bool rest_is_zero(const duos_cidr *cidr)
{
    static const uint8_t zeros[16];
    duos_cidr cut = *cidr;
    unsigned whole = cidr->bits / 8u;

    memset(cut.bytes, 0, whole);
    if (cidr->bits % 8 != 0) {
        cut.bytes[whole] &= (uint8_t)(0xff >> cidr->bits % 8);
    }
    return memcmp(cut.bytes, zeros, sizeof zeros) == 0;
}

static duos_err read_bits(duos__span s, duos_cidr *cidr)
{
    uint64_t bits;

    if (!duos__span_take_number(&s, 10, 9, &bits) || s.len > 0) {
        return DUOS_ESYNTAX;
    }
    if (bits > bits_of(cidr->family)) {
        return DUOS_ERANGE;
    }
    cidr->bits = (uint8_t)bits;
    return rest_is_zero(cidr) ? DUOS_OK : DUOS_ERANGE;
}

static duos_err no_zone(duos__span zone, uint32_t *index)
{
    (void)zone;
    (void)index;
    return DUOS_ESYNTAX;
}

duos_err duos_cidr_parse(const char *text, duos_cidr *out)
{
    duos__span s;
    duos__span ip;
    duos_addr addr;
    duos_cidr cidr;
    bool has_bits;
    duos_err err;

    if (text == NULL || out == NULL) {
        return DUOS_EINVAL;
    }
    s = duos__span_of(text);
    has_bits = duos__span_split(&s, '/', &ip);
    memset(&addr, 0, sizeof addr);
    err = duos__ip_read(ip, no_zone, &addr);
    if (err == DUOS_OK) {
        err = duos_cidr_from_addr(&addr, &cidr);
    }
    if (err == DUOS_OK && has_bits) {
        err = read_bits(s, &cidr);
    }
    if (err == DUOS_OK) {
        *out = cidr;
    }
    return err;
}

duos_err duos_cidr_from_addr(const duos_addr *addr, duos_cidr *out)
{
    if (addr == NULL || out == NULL) {
        return DUOS_EINVAL;
    }
    if (addr->family != DUOS_IPV4 && addr->family != DUOS_IPV6) {
        return DUOS_EAFNOSUPPORT;
    }
    memset(out, 0, sizeof *out);
    out->family = addr->family;
    out->bits = (uint8_t)bits_of(addr->family);
    memcpy(out->bytes, addr->ip.v6, out->bits / 8u);
    return DUOS_OK;
}

duos_err duos_cidr_format(const duos_cidr *cidr, char *text, size_t cap)
{
    char room[DUOS_CIDR_TEXT_MAX];
    duos__text t = {room, sizeof room, 0};
    duos_addr addr;

    if (cidr == NULL || text == NULL) {
        return DUOS_EINVAL;
    }
    if (cidr->family != DUOS_IPV4 && cidr->family != DUOS_IPV6) {
        return DUOS_EAFNOSUPPORT;
    }
    addr = duos_addr_ipv6(cidr->bytes, 0);
    addr.family = cidr->family;
    duos__put_ip(&t, &addr);
    duos__put_char(&t, '/');
    duos__put_number(&t, cidr->bits, 10);
    return duos__text_finish(&t, text, cap);
}

/* ---- matching --------------------------------------------------------- */

/* The IPv4 prefix that an IPv4-mapped one stands for; others stay. */
static void unmap(duos_cidr *cidr)
{
    if (cidr->family == DUOS_IPV6 && cidr->bits >= MAPPED_BITS &&
        duos__is_mapped(cidr->bytes)) {
        cidr->family = DUOS_IPV4;
        cidr->bits = (uint8_t)(cidr->bits - MAPPED_BITS);
        memmove(cidr->bytes, cidr->bytes + MAPPED_BITS / 8, 4);
    }
}

bool duos_cidr_match(const duos_cidr *cidr, const duos_addr *addr)
{
    duos_cidr wanted;
    duos_cidr found;

    if (cidr == NULL || duos_cidr_from_addr(addr, &found) != DUOS_OK ||
        cidr->bits > bits_of(cidr->family)) {
        return false;
    }
    wanted = *cidr;
    unmap(&wanted);
    unmap(&found);
    return wanted.family == found.family &&
           same_bits(wanted.bytes, found.bytes, wanted.bits);
}

bool duos__cidrs_match(const duos_cidr *list, size_t count,
                       const duos_addr *addr)
{
    size_t i;

    for (i = 0; i < count; i++) {
        if (duos_cidr_match(&list[i], addr)) {
            return true;
        }
    }
    return false;
}
