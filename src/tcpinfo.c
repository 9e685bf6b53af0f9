/* SPDX-License-Identifier: MIT */
/*
 * tcpinfo.c - the struct of every age that a caller may have.
 */
#include <duosock/tcpinfo.h>

#include <string.h>

#include "sys.h"

void duos_tcp_info_init(duos_tcp_info *info)
{
    if (info != NULL) {
        info->size = sizeof *info;
        info->state = DUOS_TCP_UNKNOWN;
        info->rtt_us = -1;
        info->rtt_var_us = -1;
        info->mss = -1;
        info->cwnd = -1;
        info->in_flight = -1;
        info->retransmits = -1;
    }
}

duos_err duos_get_tcp_info(duos_socket s, duos_tcp_info *info)
{
    duos_tcp_info now;
    duos_err err;

    if (info == NULL || info->size < sizeof info->size ||
        info->size > sizeof now) {
        return DUOS_EINVAL;
    }
    duos_tcp_info_init(&now);
    err = sys_tcp_info(s, &now);
    if (err == DUOS_OK) {
        now.size = info->size;
        memcpy(info, &now, now.size);
    }
    return err;
}
