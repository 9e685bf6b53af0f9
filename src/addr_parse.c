/* SPDX-License-Identifier: MIT */
/*
 * addr_parse.c - reads addresses: strict, without asking any server.
 *
 * Parsers that accept "127.1" or octal disagree with each other, and that has
 * been the hole in many an access check (CVE-2021-29921 and its kin). So a
 * form is accepted here only if it can mean one thing.
 */
#include "addr_text.h"

#include <string.h>

/* Text that is being read: never past end. */
typedef struct cursor {
    const char *at;
    const char *end;
} cursor;

static bool take(cursor *c, char wanted)
{
    if (c->at == c->end || *c->at != wanted) {
        return false;
    }
    c->at++;
    return true;
}

static bool take_word(cursor *c, const char *word)
{
    size_t len = strlen(word);

    if ((size_t)(c->end - c->at) < len || memcmp(c->at, word, len) != 0) {
        return false;
    }
    c->at += len;
    return true;
}

static int digit_of(char ch, uint32_t base)
{
    int value = -1;

    if (ch >= '0' && ch <= '9') {
        value = ch - '0';
    } else if (ch >= 'a' && ch <= 'f') {
        value = ch - 'a' + 10;
    } else if (ch >= 'A' && ch <= 'F') {
        value = ch - 'A' + 10;
    }
    return value < (int)base ? value : -1;
}

/*
 * Reads 1 to max_digits digits. Decimal numbers carry no leading zero.
 * Stops at the first other character.
 */
static bool take_number(cursor *c, uint32_t base, int max_digits,
                        uint32_t *out)
{
    const char *start = c->at;
    uint32_t value = 0;

    while (c->at < c->end && digit_of(*c->at, base) >= 0) {
        if (c->at - start >= max_digits) {
            return false;
        }
        value = value * base + (uint32_t)digit_of(*c->at, base);
        c->at++;
    }
    if (c->at == start) {
        return false;
    }
    if (base == 10 && *start == '0' && c->at - start > 1) {
        return false;
    }
    *out = value;
    return true;
}

static bool take_ipv4(cursor *c, uint8_t *bytes)
{
    int i;

    for (i = 0; i < 4; i++) {
        uint32_t value;

        if (i > 0 && !take(c, '.')) {
            return false;
        }
        if (!take_number(c, 10, 3, &value) || value > 255) {
            return false;
        }
        bytes[i] = (uint8_t)value;
    }
    return true;
}

/* One group of an IPv6 address, or the dotted end of one. */
typedef enum group_kind {
    GROUP_NONE,
    GROUP_HEX,
    GROUP_DOTTED
} group_kind;

static group_kind take_group(cursor *c, uint8_t *bytes, bool room_for_dots)
{
    const char *start = c->at;
    uint32_t value;

    if (!take_number(c, 16, 4, &value)) {
        return GROUP_NONE;
    }
    if (c->at < c->end && *c->at == '.') {
        c->at = start;
        return room_for_dots && take_ipv4(c, bytes) ? GROUP_DOTTED
                                                    : GROUP_NONE;
    }
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
    return GROUP_HEX;
}

/* Reads groups up to the end or the gap "::"; false for anything odd. */
static bool take_groups(cursor *c, uint8_t *bytes, size_t *used, size_t *gap)
{
    *used = 0;
    *gap = SIZE_MAX;
    if (take_word(c, "::")) {
        *gap = 0;
    }
    while (c->at < c->end && *c->at != ']' && *c->at != '%') {
        group_kind kind;

        if (*used > 14) {
            return false;
        }
        kind = take_group(c, bytes + *used, *used <= 12);
        if (kind == GROUP_NONE) {
            return false;
        }
        *used += kind == GROUP_DOTTED ? 4 : 2;
        if (c->at == c->end || *c->at == ']' || *c->at == '%') {
            return true;
        }
        if (kind == GROUP_DOTTED || !take(c, ':')) {
            return false;
        }
        if (take(c, ':')) {
            if (*gap != SIZE_MAX) {
                return false;
            }
            *gap = *used;
        } else if (c->at == c->end || *c->at == ']' || *c->at == '%') {
            return false;
        }
    }
    return *used > 0 || *gap != SIZE_MAX;
}

static bool take_ipv6(cursor *c, uint8_t *bytes)
{
    uint8_t read[16] = {0};
    size_t used;
    size_t gap;

    if (!take_groups(c, read, &used, &gap)) {
        return false;
    }
    memset(bytes, 0, 16);
    if (gap == SIZE_MAX) {
        memcpy(bytes, read, 16);
        return used == 16;
    }
    if (used > 14) {
        return false;
    }
    memcpy(bytes, read, gap);
    memcpy(bytes + 16 - (used - gap), read + gap, used - gap);
    return true;
}

static bool take_bracketed(cursor *c, duos_addr *addr)
{
    if (!take_ipv6(c, addr->ip.v6)) {
        return false;
    }
    if (take(c, '%') && !take_number(c, 10, 9, &addr->scope)) {
        return false;
    }
    addr->family = DUOS_IPV6;
    return take(c, ']');
}

/* The port is the last thing: all digits, up to the end. */
static duos_err take_port(cursor *c, uint16_t *port)
{
    uint32_t value;

    if (!take(c, ':') || !take_number(c, 10, 9, &value) || c->at != c->end) {
        return DUOS_ESYNTAX;
    }
    if (value > 65535) {
        return DUOS_ERANGE;
    }
    *port = (uint16_t)value;
    return DUOS_OK;
}

static duos_err take_numeric(cursor *c, duos_addr *addr)
{
    bool ok;

    if (take(c, '[')) {
        ok = take_bracketed(c, addr);
    } else {
        ok = take_ipv4(c, addr->ip.v4);
        addr->family = DUOS_IPV4;
    }
    return ok ? take_port(c, &addr->port) : DUOS_ESYNTAX;
}

duos_err duos_addr_parse(const char *text, duos_addr *out)
{
    cursor c;
    duos_addr addr;
    duos_err err;

    if (text == NULL || out == NULL) {
        return DUOS_EINVAL;
    }
    memset(&addr, 0, sizeof addr);
    c.at = text;
    c.end = text + strlen(text);
    err = take_numeric(&c, &addr);
    if (err == DUOS_OK) {
        *out = addr;
    }
    return err;
}

typedef struct prefix {
    const char *word;
    duos_type type;
    duos_family family;
} prefix;

static const prefix prefixes[] = {
    {"tcp:", DUOS_STREAM, DUOS_UNSPEC}, {"tcp4:", DUOS_STREAM, DUOS_IPV4},
    {"tcp6:", DUOS_STREAM, DUOS_IPV6},  {"udp:", DUOS_DGRAM, DUOS_UNSPEC},
    {"udp4:", DUOS_DGRAM, DUOS_IPV4},   {"udp6:", DUOS_DGRAM, DUOS_IPV6},
};

static void take_prefix(cursor *c, duos_endpoint *end)
{
    size_t i;

    for (i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        if (take_word(c, prefixes[i].word)) {
            end->type = prefixes[i].type;
            end->family = prefixes[i].family;
            return;
        }
    }
}

/* "*", nothing at all, or "localhost": a host that is no number. */
static bool take_named_host(cursor *c, duos_endpoint *end)
{
    if (c->at < c->end && *c->at == ':') {
        end->any = true;
    } else if (take(c, '*')) {
        end->any = true;
    } else if (take_word(c, "localhost")) {
        end->localhost = true;
    } else {
        return false;
    }
    return true;
}

static duos_err read_endpoint(cursor *c, duos_endpoint *end)
{
    duos_err err;
    uint16_t port = 0;

    take_prefix(c, end);
    if (!take_named_host(c, end)) {
        err = take_numeric(c, &end->addr);
        if (err == DUOS_OK && end->family != DUOS_UNSPEC &&
            end->family != (duos_family)end->addr.family) {
            err = DUOS_EAFNOSUPPORT;
        }
        return err;
    }
    err = take_port(c, &port);
    if (err != DUOS_OK) {
        return err;
    }
    if (end->localhost) {
        end->addr = duos_addr_loopback(
            end->family == DUOS_IPV6 ? DUOS_IPV6 : DUOS_IPV4, port);
    } else if (end->family == DUOS_IPV4) {
        end->addr = duos_addr_ipv4(0, 0, 0, 0, port);
    } else {
        end->addr = duos_addr_ipv6(NULL, port);
    }
    return DUOS_OK;
}

duos_err duos_endpoint_parse(const char *text, duos_endpoint *out)
{
    duos_endpoint end;
    duos_err err;
    cursor c;

    if (text == NULL || out == NULL) {
        return DUOS_EINVAL;
    }
    memset(&end, 0, sizeof end);
    end.type = DUOS_STREAM;
    c.at = text;
    c.end = text + strlen(text);
    if (take_word(&c, "unix:")) {
        return DUOS_ENOTSUP;
    }
    err = read_endpoint(&c, &end);
    if (err == DUOS_OK) {
        *out = end;
    }
    return err;
}

/* ":port" at the end of a name, which has no colon itself. */
duos_err duos__named_parse(const char *text, duos__named *out)
{
    duos_endpoint end;
    const char *colon;
    cursor c;

    memset(&end, 0, sizeof end);
    end.type = DUOS_STREAM;
    c.at = text;
    c.end = text + strlen(text);
    take_prefix(&c, &end);
    colon = strrchr(c.at, ':');
    if (colon == NULL) {
        return DUOS_ESYNTAX;
    }
    out->type = end.type;
    out->family = end.family;
    out->host = c.at;
    out->len = (size_t)(colon - c.at);
    c.at = colon;
    return take_port(&c, &out->port);
}
