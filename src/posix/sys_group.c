/* SPDX-License-Identifier: MIT */
/*
 * sys_group.c - membership of multicast groups: one set of calls for IPv4 and
 * IPv6, by interface index (RFC 3678; trap 59).
 */
#include "posix.h"

static duos_err change(duos_socket s, int family, int name, const void *value,
                       size_t len)
{
    int level = family == DUOS_IPV6 ? IPPROTO_IPV6 : IPPROTO_IP;

    return sys_opt_set_raw(s, level, name, value, len);
}

static duos_err change_group(duos_socket s, bool join, int family,
                             const duos__sockaddr *group, uint32_t if_index)
{
    struct group_req request;

    memset(&request, 0, sizeof request);
    request.gr_interface = if_index;
    request.gr_group = group->storage;
    return change(s, family, join ? MCAST_JOIN_GROUP : MCAST_LEAVE_GROUP,
                  &request, sizeof request);
}

static duos_err change_source(duos_socket s, bool join, int family,
                              const duos__sockaddr *group,
                              const duos__sockaddr *source, uint32_t if_index)
{
    struct group_source_req request;

    memset(&request, 0, sizeof request);
    request.gsr_interface = if_index;
    request.gsr_group = group->storage;
    request.gsr_source = source->storage;
    return change(s, family,
                  join ? MCAST_JOIN_SOURCE_GROUP : MCAST_LEAVE_SOURCE_GROUP,
                  &request, sizeof request);
}

duos_err sys_group(duos_socket s, bool join, const duos_addr *group,
                   const duos_addr *source, uint32_t if_index)
{
    duos__sockaddr to, from;
    socklen_t len;
    duos_err err;

    memset(&to, 0, sizeof to);
    memset(&from, 0, sizeof from);
    err = duos__addr_to_native(group, &to, &len);
    if (err == DUOS_OK && source != NULL) {
        err = duos__addr_to_native(source, &from, &len);
    }
    if (err != DUOS_OK) {
        return err;
    }
    return source == NULL
               ? change_group(s, join, group->family, &to, if_index)
               : change_source(s, join, group->family, &to, &from, if_index);
}
