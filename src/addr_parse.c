/* SPDX-License-Identifier: MIT */
/*
 * addr_parse.c - "address:port": numbers only, so that nobody is asked, and
 * the same text means the same everywhere.
 */
#include "addr_text.h"

#include <string.h>

duos_err duos__port_read(duos__span s, uint16_t *port)
{
    uint64_t value;

    if (!duos__span_take_number(&s, 10, 9, &value) || s.len > 0) {
        return DUOS_ESYNTAX;
    }
    if (value > 65535) {
        return DUOS_ERANGE;
    }
    *port = (uint16_t)value;
    return DUOS_OK;
}

duos_err duos__addr_read(duos__span s, duos__zone zone, duos_addr *addr)
{
    bool brackets = duos__span_take(&s, '[');
    duos__span ip;
    duos_err err;

    if (!duos__span_split(&s, brackets ? ']' : ':', &ip) ||
        (brackets && !duos__span_take(&s, ':'))) {
        return DUOS_ESYNTAX;
    }
    err = duos__ip_read(ip, zone, addr);
    if (err == DUOS_OK && brackets != (addr->family == DUOS_IPV6)) {
        err = DUOS_ESYNTAX;
    }
    return err == DUOS_OK ? duos__port_read(s, &addr->port) : err;
}

duos_err duos_addr_parse_n(const char *text, size_t len, duos_addr *out)
{
    duos__span s;
    duos_addr addr;
    duos_err err;

    if (text == NULL || out == NULL) {
        return DUOS_EINVAL;
    }
    s.at = text;
    s.len = len;
    memset(&addr, 0, sizeof addr);
    err = duos__addr_read(s, duos__zone_index, &addr);
    if (err == DUOS_OK) {
        *out = addr;
    }
    return err;
}

duos_err duos_addr_parse(const char *text, duos_addr *out)
{
    return duos_addr_parse_n(text, text != NULL ? strlen(text) : 0, out);
}
