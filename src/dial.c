/* SPDX-License-Identifier: MIT */
/*
 * dial.c - from the text of an address to what is tried.
 */
#include "dial.h"

#include <string.h>

#include "addr_text.h"

/* This machine: IPv4 first, where servers on loopback mostly listen. */
static void add_loopback(duos__target *out)
{
    if (out->family != DUOS_IPV6) {
        out->addrs[out->count++] = duos_addr_loopback(DUOS_IPV4, out->port);
    }
    if (out->family != DUOS_IPV4) {
        out->addrs[out->count++] = duos_addr_loopback(DUOS_IPV6, out->port);
    }
}

/* What the text allows and what the caller wants: both, or nothing. */
static duos_err narrow(duos_family *text, duos_family wanted)
{
    if (wanted != DUOS_UNSPEC && wanted != DUOS_IPV4 && wanted != DUOS_IPV6) {
        return DUOS_EINVAL;
    }
    if (*text == DUOS_UNSPEC) {
        *text = wanted;
    }
    return wanted == DUOS_UNSPEC || wanted == *text ? DUOS_OK
                                                    : DUOS_EAFNOSUPPORT;
}

static duos_err from_endpoint(duos_endpoint *end, duos_family family,
                              duos__target *out)
{
    bool here = end->any || end->localhost;
    duos_err err;

    if (!here) {
        end->family = (duos_family)end->addr.family;
    }
    err = narrow(&end->family, family);
    if (err != DUOS_OK) {
        return err;
    }
    out->type = end->type;
    out->family = end->family;
    out->port = end->addr.port;
    if (here) {
        add_loopback(out);
    } else {
        out->addrs[out->count++] = end->addr;
    }
    return DUOS_OK;
}

static duos_err from_name(const char *text, duos_family family,
                          duos__target *out)
{
    duos__named named;
    duos_err err = duos__named_parse(text, &named);

    if (err == DUOS_OK) {
        err = duos__name_check(named.host, named.len);
    }
    if (err == DUOS_OK) {
        err = narrow(&named.family, family);
    }
    if (err != DUOS_OK) {
        return err;
    }
    out->type = named.type;
    out->family = named.family;
    out->port = named.port;
    if (duos__name_is_local(named.host, named.len)) {
        add_loopback(out);
    } else {
        memcpy(out->host, named.host, named.len);
    }
    return DUOS_OK;
}

static duos_err parse(const char *text, duos_family family, duos__target *out)
{
    duos_endpoint end;
    duos_err err = duos_endpoint_parse(text, &end);

    memset(out, 0, sizeof *out);
    if (err == DUOS_OK) {
        return from_endpoint(&end, family, out);
    }
    return err == DUOS_ESYNTAX ? from_name(text, family, out) : err;
}

duos_err duos__target_parse(const char *text, duos_family family,
                            duos__target *out)
{
    duos_err err = parse(text, family, out);

    return err == DUOS_OK && out->family == DUOS_UNIX ? DUOS_ENOTSUP : err;
}

duos_err duos__dial_parse(const char *text, duos__target *out)
{
    duos_err err = parse(text, DUOS_UNSPEC, out);

    if (err == DUOS_OK && out->type != DUOS_STREAM) {
        err = DUOS_ENOTSUP;
    }
    if (err == DUOS_OK && out->port == 0 && out->family != DUOS_UNIX) {
        err = DUOS_EINVAL;
    }
    return err;
}
