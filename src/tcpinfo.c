/* SPDX-License-Identifier: MIT */
/*
 * tcpinfo.c - the struct of every age that a caller may have.
 */
#include <duosock/tcpinfo.h>

#include <string.h>

#include "sys.h"
#include "versioned.h"

void(duos_tcp_info_init)(duos_tcp_info *info, size_t size)
{
    duos_tcp_info known;

    memset(&known, 0, sizeof known);
    known.state = DUOS_TCP_UNKNOWN;
    known.rtt_us = -1;
    known.rtt_var_us = -1;
    known.mss = -1;
    known.cwnd = -1;
    known.in_flight = -1;
    known.retransmits = -1;
    duos__versioned_init(info, size, &known, sizeof known);
}

duos_err duos_get_tcp_info(duos_socket s, duos_tcp_info *info)
{
    duos_tcp_info now;
    duos_err err;

    if (!duos__versioned_fits(info, sizeof now)) {
        return DUOS_EINVAL;
    }
    duos_tcp_info_init(&now);
    err = sys_tcp_info(s, &now);
    if (err == DUOS_OK) {
        duos__versioned_give(info, &now);
    }
    return err;
}
