/* SPDX-License-Identifier: MIT */
/*
 * addr_order.c - ranks of addresses, and families in turn. Which address of
 * this machine would be the source is what a datagram socket says that has
 * been connected there: the routes decide, and nothing is sent.
 */
#include "addr_order.h"

#include <string.h>

#include "mapped.h"
#include "sys.h"

/* ---- ranks ------------------------------------------------------------ */

/* RFC 6724, 3.1 and 3.2; the numbers are those of IPv6 multicast. */
enum {
    LINK_LOCAL = 2,
    SITE_LOCAL = 5,
    GLOBAL = 14
};

static int scope_of_ipv4(const uint8_t *ip)
{
    return ip[0] == 127 || (ip[0] == 169 && ip[1] == 254) ? LINK_LOCAL : GLOBAL;
}

static int scope_of(const duos_addr *addr)
{
    static const uint8_t loopback[16] = {0, 0, 0, 0, 0, 0, 0, 0,
                                         0, 0, 0, 0, 0, 0, 0, 1};
    const uint8_t *ip = addr->ip.v6;

    if (addr->family == DUOS_IPV4) {
        return scope_of_ipv4(addr->ip.v4);
    }
    if (duos__is_mapped(ip)) {
        return scope_of_ipv4(ip + 12);
    }
    if (ip[0] == 0xff) {
        return ip[1] & 0x0f;
    }
    if (memcmp(ip, loopback, sizeof loopback) == 0 ||
        (ip[0] == 0xfe && (ip[1] & 0xc0) == 0x80)) {
        return LINK_LOCAL;
    }
    return ip[0] == 0xfe && (ip[1] & 0xc0) == 0xc0 ? SITE_LOCAL : GLOBAL;
}

duos__addr_rank duos__addr_rank_of(const duos_addr *addr,
                                   const duos_addr *source)
{
    if (source == NULL) {
        return DUOS__ADDR_UNREACHED;
    }
    return scope_of(addr) == scope_of(source) ? DUOS__ADDR_FITS
                                              : DUOS__ADDR_OTHER_SCOPE;
}

/* Without a descriptor nothing can be said against an address. */
static uint8_t ask_rank(const duos_addr *addr)
{
    duos_addr source;
    duos_socket probe = DUOS_SOCKET_INVALID;
    duos_err err = sys_open((duos_family)addr->family, DUOS_DGRAM,
                            SYS_OPEN_NONBLOCK, &probe);

    if (err != DUOS_OK) {
        return err == DUOS_EAFNOSUPPORT ? DUOS__ADDR_UNREACHED
                                        : DUOS__ADDR_FITS;
    }
    err = sys_connect(probe, addr);
    if (err == DUOS_OK) {
        err = sys_local_addr(probe, &source);
    }
    (void)sys_close(probe);
    return (uint8_t)duos__addr_rank_of(addr, err == DUOS_OK ? &source : NULL);
}

/* ---- the order -------------------------------------------------------- */

static void sort(const uint8_t *ranks, size_t count, uint8_t *order)
{
    size_t n = 0;
    unsigned rank;
    size_t i;

    for (rank = 0; rank < DUOS__ADDR_RANKS; rank++) {
        for (i = 0; i < count; i++) {
            if (ranks[i] == rank) {
                order[n++] = (uint8_t)i;
            }
        }
    }
}

/* The next index whose family is, or is not, that one; count for none. */
static size_t find_family(const duos_addr *addrs, const uint8_t *order,
                          size_t count, size_t from, bool other)
{
    uint8_t first = addrs[order[0]].family;

    while (from < count && (addrs[order[from]].family != first) != other) {
        from++;
    }
    return from;
}

static void interleave(const duos_addr *addrs, size_t count, uint8_t *order)
{
    uint8_t sorted[DUOS__DIAL_MAX];
    size_t place[2]; /* of the first one's family, and of the other */
    bool other = false;
    size_t n;

    memcpy(sorted, order, count);
    place[0] = find_family(addrs, sorted, count, 0, false);
    place[1] = find_family(addrs, sorted, count, 0, true);
    for (n = 0; n < count; n++) {
        if (place[other] == count) {
            other = !other;
        }
        order[n] = sorted[place[other]];
        place[other] =
            find_family(addrs, sorted, count, place[other] + 1, other);
        other = !other;
    }
}

void duos__addr_arrange(const duos_addr *addrs, const uint8_t *ranks,
                        size_t count, uint8_t *order)
{
    size_t reached = count;

    sort(ranks, count, order);
    while (reached > 0 && ranks[order[reached - 1]] == DUOS__ADDR_UNREACHED) {
        reached--;
    }
    if (reached > 1) {
        interleave(addrs, reached, order);
    }
}

void duos__addr_order(const duos_addr *addrs, size_t count, uint8_t *order)
{
    uint8_t ranks[DUOS__DIAL_MAX];
    size_t i;

    for (i = 0; i < count; i++) {
        ranks[i] = count > 1 ? ask_rank(&addrs[i]) : (uint8_t)DUOS__ADDR_FITS;
    }
    duos__addr_arrange(addrs, ranks, count, order);
}
