/* SPDX-License-Identifier: MIT */
/*
 * sys_tcp_info_linux.c - TCP_INFO: how Linux numbers the states, and that it
 * counts in segments.
 */
#include "posix.h"

/* Linux begins with 1. */
static const duos_tcp_state states[] = {
    DUOS_TCP_UNKNOWN,      DUOS_TCP_ESTABLISHED, DUOS_TCP_SYN_SENT,
    DUOS_TCP_SYN_RECEIVED, DUOS_TCP_FIN_WAIT_1,  DUOS_TCP_FIN_WAIT_2,
    DUOS_TCP_TIME_WAIT,    DUOS_TCP_CLOSED,      DUOS_TCP_CLOSE_WAIT,
    DUOS_TCP_LAST_ACK,     DUOS_TCP_LISTEN,      DUOS_TCP_CLOSING,
};

duos_err sys_tcp_info(duos_socket s, duos_tcp_info *info)
{
    struct tcp_info native;
    size_t len = sizeof native;
    duos_err err;

    memset(&native, 0, sizeof native);
    err = sys_opt_get_raw(s, IPPROTO_TCP, TCP_INFO, &native, &len);
    if (err != DUOS_OK) {
        return err == DUOS_ENOPROTOOPT || err == DUOS_EOPNOTSUPP ? DUOS_ENOTSUP
                                                                 : err;
    }
    if (native.tcpi_state < sizeof states / sizeof states[0]) {
        info->state = states[native.tcpi_state];
    }
    info->rtt_us = native.tcpi_rtt;
    info->rtt_var_us = native.tcpi_rttvar;
    info->mss = native.tcpi_snd_mss;
    info->cwnd = (int64_t)native.tcpi_snd_cwnd * native.tcpi_snd_mss;
    info->in_flight = (int64_t)native.tcpi_unacked * native.tcpi_snd_mss;
    info->retransmits = native.tcpi_total_retrans;
    if (info->state == DUOS_TCP_LISTEN) {
        info->in_flight = -1; /* the length of the backlog stands there */
    }
    return DUOS_OK;
}
