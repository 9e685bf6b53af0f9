/* SPDX-License-Identifier: MIT */
/*
 * sys_tcp_info_darwin.c - TCP_CONNECTION_INFO: macOS counts time in
 * milliseconds.
 */
#include "posix.h"

/* The BSD numbers of the states. */
static const duos_tcp_state states[] = {
    DUOS_TCP_CLOSED,       DUOS_TCP_LISTEN,      DUOS_TCP_SYN_SENT,
    DUOS_TCP_SYN_RECEIVED, DUOS_TCP_ESTABLISHED, DUOS_TCP_CLOSE_WAIT,
    DUOS_TCP_FIN_WAIT_1,   DUOS_TCP_CLOSING,     DUOS_TCP_LAST_ACK,
    DUOS_TCP_FIN_WAIT_2,   DUOS_TCP_TIME_WAIT,
};

duos_err sys_tcp_info(duos_socket s, duos_tcp_info *info)
{
    struct tcp_connection_info native;
    size_t len = sizeof native;
    duos_err err;

    memset(&native, 0, sizeof native);
    err = sys_opt_get_raw(s, IPPROTO_TCP, TCP_CONNECTION_INFO, &native, &len);
    if (err != DUOS_OK) {
        return err == DUOS_ENOPROTOOPT || err == DUOS_EOPNOTSUPP ? DUOS_ENOTSUP
                                                                 : err;
    }
    if (native.tcpi_state < sizeof states / sizeof states[0]) {
        info->state = states[native.tcpi_state];
    }
    info->rtt_us = (int64_t)native.tcpi_srtt * 1000;
    info->rtt_var_us = (int64_t)native.tcpi_rttvar * 1000;
    info->mss = native.tcpi_maxseg;
    info->cwnd = native.tcpi_snd_cwnd;
    info->retransmits = (int64_t)native.tcpi_txretransmitpackets;
    return DUOS_OK;
}
