/* SPDX-License-Identifier: MIT */
/*
 * sys_tcp_info.c - what is known of a connection: its state, and a network
 * that loses nothing.
 */
#include "sim_internal.h"

#define MSS 1460

static duos_tcp_state closing_state(const sim_end *end)
{
    if (end->send_closed && end->eof) {
        return end->first ? DUOS_TCP_TIME_WAIT : DUOS_TCP_CLOSED;
    }
    if (end->send_closed) {
        return DUOS_TCP_FIN_WAIT_2;
    }
    return end->eof ? DUOS_TCP_CLOSE_WAIT : DUOS_TCP_ESTABLISHED;
}

static duos_tcp_state state_of(const sim_socket *sock)
{
    if (sock->kind == SIM_LISTENER) {
        return DUOS_TCP_LISTEN;
    }
    if (sock->conn == NULL) {
        return DUOS_TCP_CLOSED;
    }
    switch (duos__sim_near(sock)->state) {
    case SIM_CONNECTING:
        return DUOS_TCP_SYN_SENT;
    case SIM_CONNECTED:
        return closing_state(duos__sim_near(sock));
    case SIM_FAILED:
    case SIM_RESET:
    case SIM_GONE:
        break;
    }
    return DUOS_TCP_CLOSED;
}

duos_err sys_tcp_info(duos_socket s, duos_tcp_info *info)
{
    const duos_sim_config *config;
    sim_socket *sock;
    duos_err err = duos__sim_call(DUOS_SIM_CALL_TCP_INFO, s, &sock);

    if (err != DUOS_OK) {
        return err;
    }
    if (sock->family == DUOS_UNIX ||
        (sock->kind != SIM_STREAM && sock->kind != SIM_LISTENER)) {
        return DUOS_ENOTSUP;
    }
    config = &sock->sim->config;
    info->state = state_of(sock);
    info->mss = MSS;
    info->retransmits = 0;
    if (sock->conn != NULL) {
        info->rtt_us = (int64_t)config->latency_min_us + config->latency_max_us;
        info->rtt_var_us =
            (int64_t)config->latency_max_us - config->latency_min_us;
        info->cwnd = config->buffer;
        info->in_flight = duos__sim_far(sock)->in.flying;
    }
    return DUOS_OK;
}
