/* SPDX-License-Identifier: MIT */
/*
 * multicast.c - what a group and its source must be, before the system is
 * asked to join or to leave.
 */
#include <duosock/multicast.h>

#include "interface_err.h"
#include "sys.h"

/* 224.0.0.0/4 (RFC 1112), ff00::/8 (RFC 4291). */
static bool is_multicast(const duos_addr *addr)
{
    return (addr->family == DUOS_IPV4 && (addr->ip.v4[0] & 0xf0) == 0xe0) ||
           (addr->family == DUOS_IPV6 && addr->ip.v6[0] == 0xff);
}

/* The system alone knows of which family the socket is. */
static duos_err check_group(duos_socket s, const duos_addr *group)
{
    sys_optval family;
    duos_err err;

    if (group == NULL || !is_multicast(group)) {
        return DUOS_EINVAL;
    }
    err = sys_opt_get(s, DUOS_OPT_FAMILY, &family);
    if (err == DUOS_OK && family.number != group->family) {
        err = DUOS_EAFNOSUPPORT;
    }
    return err;
}

static duos_err change_membership(duos_socket s, bool join,
                                  const duos_addr *group, uint32_t if_index)
{
    duos_err err = check_group(s, group);

    if (err != DUOS_OK) {
        return err;
    }
    return duos__interface_err(sys_group(s, join, group, NULL, if_index),
                               if_index);
}

static duos_err change_source_membership(duos_socket s, bool join,
                                         const duos_addr *group,
                                         const duos_addr *source,
                                         uint32_t if_index)
{
    duos_err err = source == NULL ? DUOS_EINVAL : check_group(s, group);

    if (err == DUOS_OK && source->family != group->family) {
        err = DUOS_EAFNOSUPPORT;
    }
    if (err != DUOS_OK) {
        return err;
    }
    return duos__interface_err(sys_group(s, join, group, source, if_index),
                               if_index);
}

duos_err duos_multicast_join(duos_socket s, const duos_addr *group,
                             uint32_t if_index)
{
    return change_membership(s, true, group, if_index);
}

duos_err duos_multicast_leave(duos_socket s, const duos_addr *group,
                              uint32_t if_index)
{
    return change_membership(s, false, group, if_index);
}

duos_err duos_multicast_join_source(duos_socket s, const duos_addr *group,
                                    const duos_addr *source, uint32_t if_index)
{
    return change_source_membership(s, true, group, source, if_index);
}

duos_err duos_multicast_leave_source(duos_socket s, const duos_addr *group,
                                     const duos_addr *source, uint32_t if_index)
{
    return change_source_membership(s, false, group, source, if_index);
}
