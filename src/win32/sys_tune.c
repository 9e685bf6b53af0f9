/* SPDX-License-Identifier: MIT */
/*
 * sys_tune.c - two habits of Windows' TCP that cost a program time, and what
 * is to be said so that it drops them. A system that knows neither goes on as
 * before.
 */
#include "win32.h"

/*
 * The number that stands for "do not send it again" came with Windows 10
 * 1709, as TCP_KEEPIDLE did. An older system would take it for a count.
 */
static bool knows_no_repetition(SOCKET os)
{
    DWORD seconds;
    int len = (int)sizeof seconds;

    return getsockopt(os, IPPROTO_TCP, TCP_KEEPIDLE, (char *)&seconds, &len) ==
           0;
}

static bool is_loopback(const duos_addr *addr)
{
    const duos_addr v6 = {.family = DUOS_IPV6, .ip.v6 = {[15] = 1}};

    return addr->family == DUOS_IPV4
               ? addr->ip.v4[0] == 127
               : memcmp(addr->ip.v6, v6.ip.v6, sizeof v6.ip.v6) == 0;
}

/*
 * A refusal counts only after two more attempts, 2 s in all (trap 32): on the
 * way here something might have been wrong. On loopback nothing can be.
 */
void duos__believe_refusals(duos_socket s, const duos_addr *addr)
{
    TCP_INITIAL_RTO_PARAMETERS rto = {TCP_INITIAL_RTO_UNSPECIFIED_RTT,
                                      TCP_INITIAL_RTO_NO_SYN_RETRANSMISSIONS};
    DWORD bytes;

    if (is_loopback(addr) && knows_no_repetition(duos__os(s))) {
        (void)WSAIoctl(duos__os(s), SIO_TCP_INITIAL_RTO, &rto, sizeof rto, NULL,
                       0, &bytes, NULL, NULL);
    }
}

/* What a user has set to more, or to nothing at all, stays. */
void sys_send_blocked(duos_socket s)
{
    SOCKET os = duos__os(s);
    ULONG ideal = 0;
    DWORD bytes;
    int now = 0;
    int len = (int)sizeof now;

    if (WSAIoctl(os, SIO_IDEAL_SEND_BACKLOG_QUERY, NULL, 0, &ideal,
                 sizeof ideal, &bytes, NULL, NULL) == 0 &&
        getsockopt(os, SOL_SOCKET, SO_SNDBUF, (char *)&now, &len) == 0 &&
        now > 0 && ideal > (ULONG)now && ideal <= INT_MAX) {
        now = (int)ideal;
        (void)setsockopt(os, SOL_SOCKET, SO_SNDBUF, (const char *)&now,
                         (int)sizeof now);
    }
}
