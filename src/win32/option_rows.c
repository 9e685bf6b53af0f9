/* SPDX-License-Identifier: MIT */
/*
 * option_rows.c - what Winsock calls each option: one row per option, with
 * its names on IPv4 and on IPv6. What is not listed Windows does not have.
 * docs/options.md is made of these rows, too.
 *
 * IP_TOS and IPV6_TCLASS are not listed on purpose: Windows takes a value,
 * and ignores it (trap 50).
 */
#include "option_rows.h"

/* How a row is written: ROW(form, name). */
#define BOTH(f, level, name)                                                   \
    {                                                                          \
        {DUOS__FORM_##f, level, name},                                         \
        {                                                                      \
            DUOS__FORM_##f, level, name                                        \
        }                                                                      \
    }
#define SOCKET_ROW(f, name)     BOTH(f, SOL_SOCKET, name)
#define TCP_OPTION_ROW(f, name) BOTH(f, IPPROTO_TCP, name)
#define UDP_OPTION_ROW(f, name) BOTH(f, IPPROTO_UDP, name)
#define IP_ONLY_ROW(f, name)    BOTH(f, IPPROTO_IP, name)
#define IPV6_ROW(f, name)       BOTH(f, IPPROTO_IPV6, name)
#define IP_ROW(f, name4, name6) IP_ROWS(f, name4, f, name6)
#define IP_ROWS(f4, name4, f6, name6)                                          \
    {                                                                          \
        {DUOS__FORM_##f4, IPPROTO_IP, name4},                                  \
        {                                                                      \
            DUOS__FORM_##f6, IPPROTO_IPV6, name6                               \
        }                                                                      \
    }

const duos__row duos__rows[DUOS_OPT_COUNT] = {
    [DUOS_OPT_BROADCAST] = SOCKET_ROW(BOOL, SO_BROADCAST),
    [DUOS_OPT_KEEPALIVE] = SOCKET_ROW(BOOL, SO_KEEPALIVE),
    [DUOS_OPT_KEEPALIVE_IDLE] = TCP_OPTION_ROW(INT, TCP_KEEPIDLE),
    [DUOS_OPT_KEEPALIVE_INTERVAL] = TCP_OPTION_ROW(INT, TCP_KEEPINTVL),
    [DUOS_OPT_KEEPALIVE_COUNT] = TCP_OPTION_ROW(INT, TCP_KEEPCNT),
    [DUOS_OPT_LINGER] = SOCKET_ROW(LINGER, SO_LINGER),
    [DUOS_OPT_SEND_BUFFER] = SOCKET_ROW(INT, SO_SNDBUF),
    [DUOS_OPT_RECV_BUFFER] = SOCKET_ROW(INT, SO_RCVBUF),
    [DUOS_OPT_SEND_TIMEOUT] = SOCKET_ROW(INT, SO_SNDTIMEO),
    [DUOS_OPT_RECV_TIMEOUT] = SOCKET_ROW(INT, SO_RCVTIMEO),
    [DUOS_OPT_NODELAY] = TCP_OPTION_ROW(BOOL, TCP_NODELAY),
    [DUOS_OPT_V6ONLY] = IPV6_ROW(BOOL, IPV6_V6ONLY),
    [DUOS_OPT_TTL] = IP_ROW(INT, IP_TTL, IPV6_UNICAST_HOPS),
    [DUOS_OPT_OOB_INLINE] = SOCKET_ROW(BOOL, SO_OOBINLINE),
    [DUOS_OPT_TYPE] = SOCKET_ROW(TYPE, SO_TYPE),
    [DUOS_OPT_LISTENING] = SOCKET_ROW(BOOL, SO_ACCEPTCONN),
    [DUOS_OPT_FAMILY] = SOCKET_ROW(FAMILY, SO_PROTOCOL_INFOW),
    [DUOS_OPT_PROTOCOL] = SOCKET_ROW(PROTOCOL, SO_PROTOCOL_INFOW),
    [DUOS_OPT_DONTROUTE] = SOCKET_ROW(BOOL, SO_DONTROUTE),
    [DUOS_OPT_USER_TIMEOUT] = TCP_OPTION_ROW(SECONDS, TCP_MAXRT),
    [DUOS_OPT_MAXSEG] = TCP_OPTION_ROW(INT, TCP_MAXSEG),
    [DUOS_OPT_FASTOPEN] = TCP_OPTION_ROW(SWITCH, TCP_FASTOPEN),
    [DUOS_OPT_DONTFRAG] = IP_ROW(BOOL, IP_DONTFRAGMENT, IPV6_DONTFRAG),
    [DUOS_OPT_PATH_MTU] = IP_ROW(INT, IP_MTU, IPV6_MTU),
    [DUOS_OPT_PKTINFO] = IP_ROW(BOOL, IP_PKTINFO, IPV6_PKTINFO),
    [DUOS_OPT_RECV_TTL] = IP_ROW(BOOL, IP_RECVTTL, IPV6_HOPLIMIT),
    [DUOS_OPT_RECV_TOS] = IP_ROW(BOOL, IP_RECVTOS, IPV6_RECVTCLASS),
    [DUOS_OPT_UNICAST_IF] = IP_ROWS(INDEX, IP_UNICAST_IF, INT, IPV6_UNICAST_IF),
    [DUOS_OPT_MULTICAST_IF] =
        IP_ROWS(ADDRESS, IP_MULTICAST_IF, INT, IPV6_MULTICAST_IF),
    [DUOS_OPT_MULTICAST_TTL] =
        IP_ROW(INT, IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS),
    [DUOS_OPT_MULTICAST_LOOP] =
        IP_ROW(BOOL, IP_MULTICAST_LOOP, IPV6_MULTICAST_LOOP),
    [DUOS_OPT_SEGMENT] = UDP_OPTION_ROW(INT, UDP_SEND_MSG_SIZE),
    [DUOS_OPT_RANDOM_PORT] = SOCKET_ROW(BOOL, SO_RANDOMIZE_PORT),
    [DUOS_OPT_PAUSE_ACCEPT] = SOCKET_ROW(BOOL, SO_PAUSE_ACCEPT),
    [DUOS_OPT_CONDITIONAL_ACCEPT] = SOCKET_ROW(BOOL, SO_CONDITIONAL_ACCEPT),
    [DUOS_OPT_RECV_BROADCAST] = IP_ONLY_ROW(BOOL, IP_RECEIVE_BROADCAST),
    [DUOS_OPT_MAX_MESSAGE] = SOCKET_ROW(INT, SO_MAX_MSG_SIZE),
    [DUOS_OPT_CONNECT_TIME] = SOCKET_ROW(INT, SO_CONNECT_TIME),
};
