/* SPDX-License-Identifier: MIT */
/*
 * addr_ip.c - IP addresses without anything around them: RFC 4291 and four
 * decimal numbers in, RFC 5952 out.
 *
 * Parsers that accept "127.1" or octal disagree with each other, and that has
 * been the hole in many an access check (CVE-2021-29921 and its kin). So a
 * form is accepted here only if it can mean one thing.
 */
#include "addr_text.h"

#include <string.h>

#include "mapped.h"

/* ---- reading ---------------------------------------------------------- */

static bool read_ipv4(duos__span s, uint8_t *bytes)
{
    int i;

    for (i = 0; i < 4; i++) {
        uint64_t value;

        if (i > 0 && !duos__span_take(&s, '.')) {
            return false;
        }
        if (!duos__span_take_number(&s, 10, 3, &value) || value > 255) {
            return false;
        }
        bytes[i] = (uint8_t)value;
    }
    return s.len == 0;
}

/*
 * Reads the next group, or all of a dotted end. Returns the number of bytes,
 * 0 for anything odd or for want of room.
 */
static size_t take_group(duos__span *s, uint8_t *bytes, size_t room)
{
    const duos__span start = *s;
    uint64_t value;

    if (room < 2 || !duos__span_take_number(s, 16, 4, &value)) {
        return 0;
    }
    if (s->len > 0 && *s->at == '.') {
        s->len = 0;
        return room >= 4 && read_ipv4(start, bytes) ? 4 : 0;
    }
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
    return 2;
}

#define NO_GAP SIZE_MAX

/* Reads groups; gap receives how many bytes stand before the "::". */
static bool read_groups(duos__span s, uint8_t *bytes, size_t *used, size_t *gap)
{
    *used = 0;
    *gap = duos__span_take_word(&s, "::") ? 0 : NO_GAP;
    while (s.len > 0) {
        size_t n = take_group(&s, bytes + *used, 16 - *used);

        if (n == 0) {
            return false;
        }
        *used += n;
        if (s.len == 0) {
            break;
        }
        if (!duos__span_take(&s, ':') || s.len == 0) {
            return false;
        }
        if (duos__span_take(&s, ':')) {
            if (*gap != NO_GAP) {
                return false;
            }
            *gap = *used;
        }
    }
    return true;
}

static bool read_ipv6(duos__span s, uint8_t *bytes)
{
    uint8_t read[16] = {0};
    size_t used;
    size_t gap;

    if (!read_groups(s, read, &used, &gap)) {
        return false;
    }
    if (gap == NO_GAP) {
        memcpy(bytes, read, 16);
        return used == 16;
    }
    if (used > 14) {
        return false; /* "::" stands for at least one group */
    }
    memset(bytes, 0, 16);
    memcpy(bytes, read, gap);
    memcpy(bytes + 16 - (used - gap), read + gap, used - gap);
    return true;
}

duos_err duos__zone_index(duos__span zone, uint32_t *index)
{
    uint64_t value;

    if (!duos__span_take_number(&zone, 10, 10, &value) || zone.len > 0 ||
        value > UINT32_MAX) {
        return DUOS_ESYNTAX;
    }
    *index = (uint32_t)value;
    return DUOS_OK;
}

duos_err duos__ip_read(duos__span s, duos__zone zone, duos_addr *addr)
{
    duos__span bytes;
    bool has_zone;

    if (read_ipv4(s, addr->ip.v4)) {
        addr->family = DUOS_IPV4;
        return DUOS_OK;
    }
    has_zone = duos__span_split(&s, '%', &bytes);
    if (!read_ipv6(bytes, addr->ip.v6)) {
        return DUOS_ESYNTAX;
    }
    addr->family = DUOS_IPV6;
    return has_zone ? zone(s, &addr->scope) : DUOS_OK;
}

duos_err duos_ip_parse(const char *text, duos_addr *out)
{
    duos_addr addr;
    duos_err err;

    if (text == NULL || out == NULL) {
        return DUOS_EINVAL;
    }
    memset(&addr, 0, sizeof addr);
    err = duos__ip_read(duos__span_of(text), duos__zone_index, &addr);
    if (err == DUOS_OK) {
        *out = addr;
    }
    return err;
}

/* ---- printing --------------------------------------------------------- */

static void put_ipv4(duos__text *t, const uint8_t *bytes)
{
    int i;

    for (i = 0; i < 4; i++) {
        if (i > 0) {
            duos__put_char(t, '.');
        }
        duos__put_number(t, bytes[i], 10);
    }
}

static uint32_t group_at(const uint8_t *bytes, int i)
{
    return (uint32_t)bytes[2 * i] << 8 | bytes[2 * i + 1];
}

/* The first longest run of at least two zero groups (RFC 5952 4.2). */
static void longest_zeros(const uint8_t *bytes, int groups, int *start,
                          int *length)
{
    int i;
    int run = 0;

    *start = -1;
    *length = 1;
    for (i = 0; i < groups; i++) {
        run = group_at(bytes, i) == 0 ? run + 1 : 0;
        if (run > *length) {
            *length = run;
            *start = i - run + 1;
        }
    }
}

static void put_ipv6(duos__text *t, const uint8_t *bytes)
{
    bool dots = duos__is_mapped(bytes);
    int groups = dots ? 6 : 8;
    int start;
    int length;
    int i = 0;

    longest_zeros(bytes, groups, &start, &length);
    while (i < groups) {
        if (i == start) {
            duos__put_string(t, "::");
            i += length;
            continue;
        }
        duos__put_number(t, group_at(bytes, i), 16);
        i++;
        if (i < groups && i != start) {
            duos__put_char(t, ':');
        }
    }
    if (dots) {
        duos__put_char(t, ':');
        put_ipv4(t, bytes + 12);
    }
}

void duos__put_ip(duos__text *t, const duos_addr *addr)
{
    if (addr->family == DUOS_IPV4) {
        put_ipv4(t, addr->ip.v4);
    } else if (addr->family == DUOS_IPV6) {
        put_ipv6(t, addr->ip.v6);
        if (addr->scope != 0) {
            duos__put_char(t, '%');
            duos__put_number(t, addr->scope, 10);
        }
    }
}

duos_err duos_ip_format(const duos_addr *addr, char *out, size_t cap)
{
    char room[DUOS_ADDR_TEXT_MAX];
    duos__text t = {room, sizeof room, 0};

    if (addr == NULL || out == NULL) {
        return DUOS_EINVAL;
    }
    if (addr->family != DUOS_IPV4 && addr->family != DUOS_IPV6) {
        return DUOS_EAFNOSUPPORT;
    }
    duos__put_ip(&t, addr);
    return duos__text_finish(&t, out, cap);
}
