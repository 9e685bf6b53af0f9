/* SPDX-License-Identifier: MIT */
/*
 * opt_scope.h - which kind of socket each duos_opt_scope means. Shared by the
 * platforms, so that they cannot disagree.
 */
#ifndef DUOS_OPT_SCOPE_H
#define DUOS_OPT_SCOPE_H

#include <duosock/option.h>

/* family, type: 0 for those that we have no name for. */
static inline bool duos__scope_has(duos_opt_scope scope, int family, int type)
{
    bool is_ip = family == DUOS_IPV4 || family == DUOS_IPV6;

    switch (scope) {
    case DUOS_FOR_ANY:
        return true;
    case DUOS_FOR_STREAM:
        return type == DUOS_STREAM;
    case DUOS_FOR_IP:
        return is_ip;
    case DUOS_FOR_IPV6:
        return family == DUOS_IPV6;
    case DUOS_FOR_TCP:
        return is_ip && type == DUOS_STREAM;
    case DUOS_FOR_UDP:
        return is_ip && type == DUOS_DGRAM;
    case DUOS_FOR_UDP_IPV4:
        return family == DUOS_IPV4 && type == DUOS_DGRAM;
    }
    return false;
}

#endif
