/* SPDX-License-Identifier: MIT */
/*
 * sys_tcp_info.c - SIO_TCP_INFO, which Windows has since 10 1703.
 */
#include "win32.h"

/* Version 0 of what it gives; older headers lack it. */
typedef struct info_v0 {
    DWORD state;
    ULONG mss;
    ULONG64 connection_ms;
    BOOLEAN timestamps;
    ULONG rtt_us;
    ULONG min_rtt_us;
    ULONG bytes_in_flight;
    ULONG cwnd;
    ULONG send_window;
    ULONG recv_window;
    ULONG recv_buffer;
    ULONG64 bytes_out;
    ULONG64 bytes_in;
    ULONG bytes_reordered;
    ULONG bytes_retransmitted;
    ULONG fast_retransmits;
    ULONG duplicate_acks;
    ULONG timeouts;
    UCHAR syn_retransmits;
} info_v0;

/* As TCPSTATE numbers them. */
static const duos_tcp_state states[] = {
    DUOS_TCP_CLOSED,       DUOS_TCP_LISTEN,      DUOS_TCP_SYN_SENT,
    DUOS_TCP_SYN_RECEIVED, DUOS_TCP_ESTABLISHED, DUOS_TCP_FIN_WAIT_1,
    DUOS_TCP_FIN_WAIT_2,   DUOS_TCP_CLOSE_WAIT,  DUOS_TCP_CLOSING,
    DUOS_TCP_LAST_ACK,     DUOS_TCP_TIME_WAIT,
};

static duos_err read_info(duos_socket s, info_v0 *native)
{
    DWORD version = 0;
    DWORD bytes = 0;

    return duos__wsa_result(s, WSAIoctl(duos__os(s), SIO_TCP_INFO, &version,
                                        sizeof version, native, sizeof *native,
                                        &bytes, NULL, NULL));
}

duos_err sys_tcp_info(duos_socket s, duos_tcp_info *info)
{
    info_v0 native;
    int family, type;
    duos_err err = duos__socket_kind(s, &family, &type);

    if (err == DUOS_OK && type != SOCK_STREAM) {
        return DUOS_ENOTSUP;
    }
    memset(&native, 0, sizeof native);
    if (err == DUOS_OK) {
        err = read_info(s, &native);
    }
    if (err != DUOS_OK) {
        return err == DUOS_EOPNOTSUPP || err == DUOS_ENOPROTOOPT ? DUOS_ENOTSUP
                                                                 : err;
    }
    if (native.state < sizeof states / sizeof states[0]) {
        info->state = states[native.state];
    }
    info->rtt_us = native.rtt_us;
    info->mss = native.mss;
    info->cwnd = native.cwnd;
    info->in_flight = native.bytes_in_flight;
    info->retransmits = (int64_t)native.fast_retransmits + native.timeouts +
                        native.syn_retransmits;
    return DUOS_OK;
}
