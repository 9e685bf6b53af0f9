/* SPDX-License-Identifier: MIT */
/*
 * group.c - which multicast groups a socket has joined, by which interface,
 * and whom it hears there. A socket hears what it has joined itself, never
 * what others on its host have.
 */
#include "mem.h"
#include "sim_internal.h"

static duos_addr without_port(const duos_addr *addr)
{
    duos_addr bare = *addr;

    bare.port = 0;
    bare.scope = 0;
    return bare;
}

static bool is_same(const sim_group *a, const sim_group *b)
{
    return duos_addr_equal(&a->group, &b->group) &&
           a->source.family == b->source.family &&
           duos_addr_equal(&a->source, &b->source) && a->ifindex == b->ifindex;
}

duos_err duos__sim_group(sim_socket *sock, bool join, sim_group wanted)
{
    sim_group **at = &sock->dgram.groups;
    sim_group *found;

    wanted.group = without_port(&wanted.group);
    wanted.source = without_port(&wanted.source);
    while (*at != NULL && !is_same(*at, &wanted)) {
        at = &(*at)->next;
    }
    found = *at;
    if ((found != NULL) == join) {
        return join ? DUOS_EADDRINUSE : DUOS_EADDRNOTAVAIL;
    }
    if (!join) {
        *at = found->next;
        duos__free(&sock->sim->alloc, found, sizeof *found);
        return DUOS_OK;
    }
    found = (sim_group *)duos__new(&sock->sim->alloc, sizeof *found);
    if (found == NULL) {
        return DUOS_ENOMEM;
    }
    *found = wanted;
    found->next = NULL;
    *at = found;
    return DUOS_OK;
}

void duos__sim_groups_free(sim_socket *sock)
{
    while (sock->dgram.groups != NULL) {
        sim_group *group = sock->dgram.groups;

        sock->dgram.groups = group->next;
        duos__free(&sock->sim->alloc, group, sizeof *group);
    }
}

bool duos__sim_group_hears(const sim_socket *sock, const sim_packet *packet)
{
    duos_addr to = without_port(&packet->to);
    duos_addr from = without_port(&packet->from);
    const sim_group *group = sock->dgram.groups;

    if (duos__sim_is_broadcast(&to)) {
        return true;
    }
    for (; group != NULL; group = group->next) {
        if (duos_addr_equal(&group->group, &to) &&
            group->ifindex == packet->ifindex &&
            (group->source.family == 0 ||
             duos_addr_equal(&group->source, &from))) {
            return true;
        }
    }
    return false;
}
