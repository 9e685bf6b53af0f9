/* SPDX-License-Identifier: MIT */
/*
 * sys_group.c - membership of multicast groups: by interface index (RFC 3678;
 * trap 59), or by the older calls where those are not there, as in Wine.
 */
#include "win32.h"

/* One change, in each of the forms that it may take. */
typedef struct change {
    duos_socket s;
    bool join;
    duos__sockaddr group;
    duos__sockaddr source; /* if has_source */
    bool has_source;
    uint32_t if_index;
} change;

static int level_of(const change *c)
{
    return c->group.any.sa_family == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP;
}

static duos_err by_index(const change *c)
{
    GROUP_REQ any;
    GROUP_SOURCE_REQ one;

    if (!c->has_source) {
        memset(&any, 0, sizeof any);
        any.gr_interface = c->if_index;
        any.gr_group = c->group.storage;
        return sys_opt_set_raw(c->s, level_of(c),
                               c->join ? MCAST_JOIN_GROUP : MCAST_LEAVE_GROUP,
                               &any, sizeof any);
    }
    memset(&one, 0, sizeof one);
    one.gsr_interface = c->if_index;
    one.gsr_group = c->group.storage;
    one.gsr_source = c->source.storage;
    return sys_opt_set_raw(c->s, level_of(c),
                           c->join ? MCAST_JOIN_SOURCE_GROUP
                                   : MCAST_LEAVE_SOURCE_GROUP,
                           &one, sizeof one);
}

static duos_err by_address(const change *c)
{
    IP_MREQ any;
    IP_MREQ_SOURCE one;
    DWORD address = 0;
    duos_err err = DUOS_OK;

    if (c->if_index != 0) {
        err = duos__address_of_index(c->if_index, &address);
    }
    if (err != DUOS_OK) {
        return err;
    }
    if (!c->has_source) {
        any.imr_multiaddr = c->group.v4.sin_addr;
        any.imr_interface.s_addr = address;
        return sys_opt_set_raw(c->s, IPPROTO_IP,
                               c->join ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP,
                               &any, sizeof any);
    }
    one.imr_multiaddr = c->group.v4.sin_addr;
    one.imr_sourceaddr = c->source.v4.sin_addr;
    one.imr_interface.s_addr = address;
    return sys_opt_set_raw(c->s, IPPROTO_IP,
                           c->join ? IP_ADD_SOURCE_MEMBERSHIP
                                   : IP_DROP_SOURCE_MEMBERSHIP,
                           &one, sizeof one);
}

/* There was never a call for the sources of IPv6 but the first one. */
static duos_err by_ipv6_index(const change *c)
{
    IPV6_MREQ any;

    if (c->has_source) {
        return DUOS_ENOTSUP;
    }
    any.ipv6mr_multiaddr = c->group.v6.sin6_addr;
    any.ipv6mr_interface = c->if_index;
    return sys_opt_set_raw(c->s, IPPROTO_IPV6,
                           c->join ? IPV6_ADD_MEMBERSHIP : IPV6_DROP_MEMBERSHIP,
                           &any, sizeof any);
}

static bool is_lacking(duos_err err)
{
    return err == DUOS_ENOPROTOOPT || err == DUOS_EOPNOTSUPP;
}

duos_err sys_group(duos_socket s, bool join, const duos_addr *group,
                   const duos_addr *source, uint32_t if_index)
{
    change c;
    int len;
    duos_err err;

    memset(&c, 0, sizeof c);
    c.s = s;
    c.join = join;
    c.if_index = if_index;
    c.has_source = source != NULL;
    err = duos__addr_to_native(group, &c.group, &len);
    if (err == DUOS_OK && source != NULL) {
        err = duos__addr_to_native(source, &c.source, &len);
    }
    if (err == DUOS_OK) {
        err = by_index(&c);
    }
    if (is_lacking(err)) {
        err = group->family == DUOS_IPV6 ? by_ipv6_index(&c) : by_address(&c);
    }
    return is_lacking(err) ? DUOS_ENOTSUP : err;
}
