/* SPDX-License-Identifier: MIT */
/*
 * sys_group.c - sharing policies, groups, and reports of what was not
 * delivered.
 */
#include <string.h>

#include "sim_internal.h"

duos_err sys_set_reuse(duos_socket s, duos_reuse policy)
{
    sim_socket *sock;
    duos_err err = duos__sim_call(DUOS_SIM_CALL_SET_REUSE, s, &sock);

    if (err == DUOS_OK) {
        sock->reuse =
            policy == DUOS_REUSE_SHARED ? SIM_REUSE_SHARED : SIM_REUSE_SAFE;
    }
    return err;
}

duos_err sys_get_reuse(duos_socket s, duos_reuse *policy)
{
    sim_socket *sock;
    duos_err err = duos__sim_call(DUOS_SIM_CALL_GET_REUSE, s, &sock);

    if (err == DUOS_OK) {
        *policy = sock->reuse == SIM_REUSE_SHARED ? DUOS_REUSE_SHARED
                                                  : DUOS_REUSE_SAFE;
    }
    return err;
}

duos_err sys_group(duos_socket s, bool join, const duos_addr *group,
                   const duos_addr *source, uint32_t if_index)
{
    sim_socket *sock;
    sim_group wanted;
    duos_err err = duos__sim_call(DUOS_SIM_CALL_GROUP, s, &sock);

    if (err != DUOS_OK) {
        return err;
    }
    if (sock->kind != SIM_DGRAM || group->family != (uint8_t)sock->family) {
        return DUOS_ENOPROTOOPT;
    }
    if (if_index > SIM_INTERFACES) {
        return DUOS_ENXIO;
    }
    memset(&wanted, 0, sizeof wanted);
    wanted.group = *group;
    wanted.ifindex = if_index != 0 ? if_index : SIM_ETHERNET;
    if (source != NULL) {
        wanted.source = *source;
    }
    return duos__sim_group(sock, join, wanted);
}

duos_err sys_take_report(duos_socket s, duos_addr *to, duos_err *what)
{
    sim_socket *sock;
    sim_packet *word;
    duos_err err = duos__sim_call(DUOS_SIM_CALL_TAKE_REPORT, s, &sock);

    if (err != DUOS_OK) {
        return err;
    }
    if (sock->dgram.reports.count == 0) {
        return DUOS_EWOULDBLOCK;
    }
    word = duos__sim_queue_take(&sock->dgram.reports);
    *to = duos__sim_seen_by(sock, &word->to);
    *what = word->error;
    duos__sim_packet_free(sock->sim, word);
    sock->dgram.error = sock->dgram.reports.count > 0
                            ? sock->dgram.reports.first->error
                            : DUOS_OK;
    return DUOS_OK;
}
