/* SPDX-License-Identifier: MIT */
/*
 * proxy.c - versions 1 and 2 of the PROXY protocol, byte by byte: what is
 * allowed at each place of a header.
 *
 * Source: HAProxy, "The PROXY protocol, versions 1 & 2". Where it leaves a
 * choice: addresses of unix sockets and of unknown families are no origin;
 * datagrams do not come by a stream, so they are an error; extensions are
 * counted and skipped, and must fill the header exactly.
 */
#include "proxy.h"

#include <string.h>

#include "addr_text.h"

/* Where things stand in version 2. */
enum {
    AT_COMMAND = 12,
    AT_FAMILY = 13,
    AT_LENGTH = 14,
    AT_ADDRESSES = 16
};

static const uint8_t line_mark[] = {'P', 'R', 'O', 'X', 'Y', ' '};
static const uint8_t binary_mark[AT_COMMAND] = {
    '\r', '\n', '\r', '\n', '\0', '\r', '\n', 'Q', 'U', 'I', 'T', '\n'};

/* Marks the counts of those who have begun like version 2. */
#define BINARY_SEEN 64u

/* ---- version 1: a line ------------------------------------------------ */

static bool read_ip(duos__span text, duos_family family, duos_addr *addr)
{
    char zone = '%';
    duos_err err;

    memset(addr, 0, sizeof *addr);
    if (memchr(text.at, zone, text.len) != NULL) {
        return false;
    }
    err = duos__ip_read(text, duos__zone_index, addr);
    return err == DUOS_OK && addr->family == family;
}

static bool read_ends(duos__span line, duos_family family, duos_tuple *out)
{
    duos__span from;
    duos__span to;
    duos__span port;

    return duos__span_split(&line, ' ', &from) &&
           duos__span_split(&line, ' ', &to) &&
           duos__span_split(&line, ' ', &port) &&
           read_ip(from, family, &out->remote) &&
           read_ip(to, family, &out->local) &&
           duos__port_read(port, &out->remote.port) == DUOS_OK &&
           duos__port_read(line, &out->local.port) == DUOS_OK;
}

/* What stands between the mark and the end of the line. */
static duos__span line_of(const duos__proxy *proxy)
{
    duos__span line;

    line.at = (const char *)proxy->bytes + sizeof line_mark;
    line.len = proxy->have - sizeof line_mark - 2;
    return line;
}

static bool line_ends(const duos__proxy *proxy, duos_tuple *out)
{
    duos__span line = line_of(proxy);

    if (duos__span_take_word(&line, "TCP4 ")) {
        return read_ends(line, DUOS_IPV4, out);
    }
    return duos__span_take_word(&line, "TCP6 ") &&
           read_ends(line, DUOS_IPV6, out);
}

static duos_err line_complete(duos__proxy *proxy)
{
    duos__span line = line_of(proxy);
    duos_tuple ends;

    if (duos__span_take_word(&line, "UNKNOWN")) {
        /* What follows it is to be ignored. */
        return line.len == 0 || line.at[0] == ' ' ? DUOS_OK : DUOS_EPROTO;
    }
    proxy->has_origin = line_ends(proxy, &ends);
    return proxy->has_origin ? DUOS_OK : DUOS_EPROTO;
}

static duos_err line_byte(duos__proxy *proxy, uint8_t byte)
{
    uint8_t before = proxy->bytes[proxy->have - 1];

    proxy->bytes[proxy->have++] = byte;
    if (before == '\r') {
        return byte == '\n' ? line_complete(proxy) : DUOS_EPROTO;
    }
    if (byte == '\n' || byte == '\0' || proxy->have == DUOS__PROXY_LINE_MAX) {
        return DUOS_EPROTO;
    }
    return DUOS_EINPROGRESS;
}

/* ---- version 2: binary ------------------------------------------------ */

static uint16_t u16_at(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

/* Bytes of both addresses with their ports; false for what may not be. */
static bool ends_len(const duos__proxy *proxy, uint32_t *len)
{
    if (proxy->bytes[AT_COMMAND] == 0x20) { /* LOCAL, whatever follows */
        *len = 0;
        return true;
    }
    switch (proxy->bytes[AT_FAMILY]) {
    case 0x00: /* unknown */
        *len = 0;
        return true;
    case 0x11: /* TCP over IPv4 */
        *len = 12;
        return true;
    case 0x21: /* TCP over IPv6 */
        *len = 36;
        return true;
    case 0x31: /* a unix stream: two paths */
        *len = 216;
        return true;
    default:
        return false;
    }
}

static duos_err binary_head(duos__proxy *proxy)
{
    uint32_t len;

    proxy->total = AT_ADDRESSES + u16_at(proxy->bytes + AT_LENGTH);
    if (!ends_len(proxy, &len) || AT_ADDRESSES + len > proxy->total ||
        proxy->total > DUOS__PROXY_BINARY_MAX) {
        return DUOS_EPROTO;
    }
    proxy->has_origin = len == 12 || len == 36;
    /* Without addresses, nobody knows what the rest is. */
    proxy->skip_to = len > 0 ? AT_ADDRESSES + len : proxy->total;
    return proxy->have == proxy->total ? DUOS_OK : DUOS_EINPROGRESS;
}

static bool item_byte(duos__proxy *proxy, uint8_t byte)
{
    proxy->item[proxy->item_have++] = byte;
    if (proxy->item_have == sizeof proxy->item) {
        proxy->item_have = 0;
        proxy->skip_to = proxy->have + u16_at(proxy->item + 1);
    }
    return proxy->skip_to <= proxy->total;
}

static duos_err binary_body(duos__proxy *proxy, uint8_t byte)
{
    uint32_t at = proxy->have++;

    if (at >= proxy->skip_to) {
        if (!item_byte(proxy, byte)) {
            return DUOS_EPROTO;
        }
    } else if (at < sizeof proxy->bytes) {
        proxy->bytes[at] = byte;
    }
    if (proxy->have < proxy->total) {
        return DUOS_EINPROGRESS;
    }
    return proxy->item_have == 0 ? DUOS_OK : DUOS_EPROTO;
}

static duos_err binary_byte(duos__proxy *proxy, uint8_t byte)
{
    if (proxy->have >= AT_ADDRESSES) {
        return binary_body(proxy, byte);
    }
    proxy->bytes[proxy->have++] = byte;
    if (proxy->have == AT_COMMAND + 1 && byte != 0x20 && byte != 0x21) {
        return DUOS_EPROTO;
    }
    return proxy->have == AT_ADDRESSES ? binary_head(proxy) : DUOS_EINPROGRESS;
}

/* ---- both ------------------------------------------------------------- */

static duos_err mark_byte(duos__proxy *proxy, const uint8_t *mark, uint8_t byte)
{
    if (byte != mark[proxy->have]) {
        return DUOS_EPROTO;
    }
    proxy->bytes[proxy->have++] = byte;
    return DUOS_EINPROGRESS;
}

static duos_err take_byte(duos__proxy *proxy, uint8_t byte)
{
    bool line = (proxy->have > 0 ? proxy->bytes[0] : byte) == 'P';

    if (line) {
        return proxy->have < sizeof line_mark
                   ? mark_byte(proxy, line_mark, byte)
                   : line_byte(proxy, byte);
    }
    return proxy->have < sizeof binary_mark
               ? mark_byte(proxy, binary_mark, byte)
               : binary_byte(proxy, byte);
}

duos_err duos__proxy_read(duos__proxy *proxy, const void *data, size_t len,
                          size_t *used)
{
    const uint8_t *bytes = (const uint8_t *)data;
    duos_err err = DUOS_EINPROGRESS;
    size_t at = 0;

    while (at < len && err == DUOS_EINPROGRESS) {
        err = take_byte(proxy, bytes[at++]);
    }
    *used = at;
    return err;
}

/* An address and a port that stand at two places. */
static duos_addr end_at(const uint8_t *ip, const uint8_t *port, bool ipv4)
{
    return ipv4 ? duos_addr_ipv4(ip[0], ip[1], ip[2], ip[3], u16_at(port))
                : duos_addr_ipv6(ip, u16_at(port));
}

static void binary_ends(const duos__proxy *proxy, duos_tuple *out)
{
    const uint8_t *at = proxy->bytes + AT_ADDRESSES;
    bool ipv4 = proxy->bytes[AT_FAMILY] == 0x11;
    size_t len = ipv4 ? 4 : 16;

    out->remote = end_at(at, at + 2 * len, ipv4);
    out->local = end_at(at + len, at + 2 * len + 2, ipv4);
}

void duos__proxy_origin(const duos__proxy *proxy, duos_tuple *out)
{
    memset(out, 0, sizeof *out);
    if (proxy->bytes[0] == 'P') {
        (void)line_ends(proxy, out); /* it was read before */
    } else {
        binary_ends(proxy, out);
    }
}

duos_err duos__proxy_sniff(uint8_t *seen, const void *data, size_t len)
{
    const uint8_t *bytes = (const uint8_t *)data;
    size_t at;

    for (at = 0; at < len; at++) {
        bool binary =
            *seen == 0 ? bytes[at] == binary_mark[0] : *seen >= BINARY_SEEN;
        size_t place = *seen >= BINARY_SEEN ? *seen - BINARY_SEEN : *seen;
        const uint8_t *mark = binary ? binary_mark : line_mark;

        if (bytes[at] != mark[place]) {
            return DUOS_OK;
        }
        if (place + 1 == (binary ? sizeof binary_mark : sizeof line_mark)) {
            return DUOS_EPROTO;
        }
        *seen = (uint8_t)(place + 1 + (binary ? BINARY_SEEN : 0));
    }
    return DUOS_EINPROGRESS;
}
