/* SPDX-License-Identifier: MIT */
/*
 * endpoint.c - what people write on a command line: prefixes, "*", zones by
 * name, unix sockets, on top of the plain addresses of addr_parse.c.
 */
#include "addr_text.h"

#include <duosock/interface.h>

#include <string.h>

#include "sys.h"

/* ---- parts ------------------------------------------------------------ */

typedef struct kind_prefix {
    const char *word;
    duos_type type;
    duos_family family;
} kind_prefix;

static const kind_prefix prefixes[] = {
    {"tcp:", DUOS_STREAM, DUOS_UNSPEC}, {"tcp4:", DUOS_STREAM, DUOS_IPV4},
    {"tcp6:", DUOS_STREAM, DUOS_IPV6},  {"udp:", DUOS_DGRAM, DUOS_UNSPEC},
    {"udp4:", DUOS_DGRAM, DUOS_IPV4},   {"udp6:", DUOS_DGRAM, DUOS_IPV6},
};

static void take_prefix(duos__span *s, duos_type *type, duos_family *family)
{
    size_t i;

    *type = DUOS_STREAM;
    *family = DUOS_UNSPEC;
    for (i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        if (duos__span_take_word(s, prefixes[i].word)) {
            *type = prefixes[i].type;
            *family = prefixes[i].family;
            return;
        }
    }
}

/* What no interface is called on any system. */
static bool is_zone_char(char ch)
{
    return (unsigned char)ch > ' ' && ch != 0x7f && ch != '%' && ch != '/' &&
           ch != ':';
}

/* Digits are the index itself; a name is the system's to know (trap 75). */
static duos_err zone_by_name(duos__span zone, uint32_t *index)
{
    char name[DUOS_INTERFACE_NAME_MAX + 1];
    size_t digits = 0;
    size_t i;

    for (i = 0; i < zone.len; i++) {
        if (!is_zone_char(zone.at[i])) {
            return DUOS_ESYNTAX;
        }
        digits += duos__is_digit(zone.at[i]);
    }
    if (digits == zone.len) {
        return duos__zone_index(zone, index);
    }
    if (zone.len > DUOS_INTERFACE_NAME_MAX) {
        return DUOS_ENAMETOOLONG;
    }
    memcpy(name, zone.at, zone.len);
    name[zone.len] = '\0';
    return sys_interface_index(name, index);
}

/* ---- forms ------------------------------------------------------------ */

/* "/path" or "@abstract"; trap 22: too long is an error, never cut. */
static duos_err read_unix(duos__span s, duos_endpoint *end)
{
    bool abstract = duos__span_take(&s, '@');

    if (s.len == 0 || memchr(s.at, '\0', s.len) != NULL) {
        return DUOS_ESYNTAX;
    }
    if (s.len + abstract > DUOS_UNIX_PATH_MAX) {
        return DUOS_ENAMETOOLONG;
    }
    memcpy(end->addr.ip.path + abstract, s.at, s.len);
    end->addr.path_len = (uint8_t)(s.len + abstract);
    end->addr.family = DUOS_UNIX;
    end->family = DUOS_UNIX;
    return DUOS_OK;
}

/* "*", nothing at all, or "localhost": a host that is no number. */
static bool take_named_host(duos__span *s, duos_endpoint *end)
{
    duos__span rest = *s;

    end->localhost = duos__span_take_word(&rest, "localhost");
    end->any = !end->localhost;
    if (end->any) {
        (void)duos__span_take(&rest, '*');
    }
    if (!duos__span_take(&rest, ':')) {
        end->any = end->localhost = false;
        return false;
    }
    *s = rest;
    return true;
}

static duos_err read_named_host(duos__span port_text, duos_endpoint *end)
{
    uint16_t port;
    duos_err err = duos__port_read(port_text, &port);

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

static duos_err read_endpoint(duos__span s, duos_endpoint *end)
{
    duos_err err;

    end->type = DUOS_STREAM;
    if (duos__span_take_word(&s, "unix:")) {
        return read_unix(s, end);
    }
    take_prefix(&s, &end->type, &end->family);
    if (take_named_host(&s, end)) {
        return read_named_host(s, end);
    }
    err = duos__addr_read(s, zone_by_name, &end->addr);
    if (err == DUOS_OK && end->family != DUOS_UNSPEC &&
        end->family != (duos_family)end->addr.family) {
        err = DUOS_EAFNOSUPPORT;
    }
    return err;
}

duos_err duos_endpoint_parse_n(const char *text, size_t len, duos_endpoint *out)
{
    duos_endpoint end;
    duos__span s;
    duos_err err;

    if (text == NULL || out == NULL) {
        return DUOS_EINVAL;
    }
    s.at = text;
    s.len = len;
    memset(&end, 0, sizeof end);
    err = read_endpoint(s, &end);
    if (err == DUOS_OK) {
        *out = end;
    }
    return err;
}

duos_err duos_endpoint_parse(const char *text, duos_endpoint *out)
{
    return duos_endpoint_parse_n(text, text != NULL ? strlen(text) : 0, out);
}

/* ":port" at the end of a name, which has no colon itself. */
duos_err duos__named_parse(const char *text, duos__named *out)
{
    duos__span s = duos__span_of(text);
    duos__span host;

    take_prefix(&s, &out->type, &out->family);
    if (!duos__span_split(&s, ':', &host)) {
        return DUOS_ESYNTAX;
    }
    out->host = host.at;
    out->len = host.len;
    return duos__port_read(s, &out->port);
}
