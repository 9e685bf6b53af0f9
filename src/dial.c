/* SPDX-License-Identifier: MIT */
/*
 * dial.c - from the text of an address to what is tried.
 */
#include "dial.h"

duos_err duos__dial_targets(const char *address, duos_addr *targets,
                            size_t *count)
{
    duos_endpoint end;
    duos_err err = duos_endpoint_parse(address, &end);

    if (err != DUOS_OK) {
        return err;
    }
    if (end.type != DUOS_STREAM) {
        return DUOS_ENOTSUP;
    }
    if (end.addr.port == 0) {
        return DUOS_EINVAL;
    }
    *count = 0;
    if (!end.any && !end.localhost) {
        targets[(*count)++] = end.addr;
        return DUOS_OK;
    }
    /* This machine: IPv4 first, where servers on loopback mostly listen. */
    if (end.family != DUOS_IPV6) {
        targets[(*count)++] = duos_addr_loopback(DUOS_IPV4, end.addr.port);
    }
    if (end.family != DUOS_IPV4) {
        targets[(*count)++] = duos_addr_loopback(DUOS_IPV6, end.addr.port);
    }
    return DUOS_OK;
}
