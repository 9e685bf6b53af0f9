/* SPDX-License-Identifier: MIT */
/*
 * option_rows.c - what each option is called here: one row per option, with
 * its names on IPv4 and on IPv6. What is not listed no POSIX system has.
 * docs/options.md is made of these rows, too.
 */
#include "option_rows.h"

#include "option_names.h"

/* How a row is written: ROW(form, name), with the unit where it is not 1. */
#define BOTH(f, level, name, unit)                                             \
    {                                                                          \
        {DUOS__FORM_##f, level, name, unit},                                   \
        {                                                                      \
            DUOS__FORM_##f, level, name, unit                                  \
        }                                                                      \
    }
#define SOCKET_ROW(f, name) BOTH(f, SOL_SOCKET, name, 1)
/* What is no option; this one is asked to see whether it is a socket. */
#define TOLD_ROW(f)                 BOTH(f, SOL_SOCKET, SO_TYPE, 1)
#define TCP_ROW(f, name)            BOTH(f, IPPROTO_TCP, name, 1)
#define TCP_UNIT_ROW(f, name, unit) BOTH(f, IPPROTO_TCP, name, unit)
#define UDP_ROW(f, name)            BOTH(f, IPPROTO_UDP, name, 1)
#define IP_ONLY_ROW(f, name)        BOTH(f, IPPROTO_IP, name, 1)
#define IPV6_ROW(f, name)           BOTH(f, IPPROTO_IPV6, name, 1)
#define IP_ROW(f, name4, name6)                                                \
    {                                                                          \
        {DUOS__FORM_##f, IPPROTO_IP, name4, 1},                                \
        {                                                                      \
            DUOS__FORM_##f, IPPROTO_IPV6, name6, 1                             \
        }                                                                      \
    }

const duos__row duos__rows[DUOS_OPT_COUNT] = {
    [DUOS_OPT_BROADCAST] = SOCKET_ROW(BOOL, SO_BROADCAST),
    [DUOS_OPT_KEEPALIVE] = SOCKET_ROW(BOOL, SO_KEEPALIVE),
    [DUOS_OPT_KEEPALIVE_IDLE] = TCP_ROW(INT, TCP_KEEPIDLE),
    [DUOS_OPT_KEEPALIVE_INTERVAL] = TCP_ROW(INT, TCP_KEEPINTVL),
    [DUOS_OPT_KEEPALIVE_COUNT] = TCP_ROW(INT, TCP_KEEPCNT),
    [DUOS_OPT_LINGER] = SOCKET_ROW(LINGER, DUOS__SO_LINGER),
    [DUOS_OPT_SEND_BUFFER] = SOCKET_ROW(INT, SO_SNDBUF),
    [DUOS_OPT_RECV_BUFFER] = SOCKET_ROW(INT, SO_RCVBUF),
    [DUOS_OPT_SEND_TIMEOUT] = SOCKET_ROW(TIMEVAL, SO_SNDTIMEO),
    [DUOS_OPT_RECV_TIMEOUT] = SOCKET_ROW(TIMEVAL, SO_RCVTIMEO),
    [DUOS_OPT_NODELAY] = TCP_ROW(BOOL, TCP_NODELAY),
    [DUOS_OPT_V6ONLY] = IPV6_ROW(BOOL, IPV6_V6ONLY),
    [DUOS_OPT_TTL] = IP_ROW(INT, IP_TTL, IPV6_UNICAST_HOPS),
    [DUOS_OPT_OOB_INLINE] = SOCKET_ROW(BOOL, SO_OOBINLINE),
    [DUOS_OPT_TYPE] = SOCKET_ROW(TYPE, SO_TYPE),
    [DUOS_OPT_LISTENING] = SOCKET_ROW(BOOL, SO_ACCEPTCONN),
    [DUOS_OPT_FAMILY] = TOLD_ROW(FAMILY),
    [DUOS_OPT_PROTOCOL] = SOCKET_ROW(PROTOCOL, SO_PROTOCOL),
    [DUOS_OPT_SEND_LOWAT] = SOCKET_ROW(INT, DUOS__SO_SNDLOWAT),
    [DUOS_OPT_RECV_LOWAT] = SOCKET_ROW(INT, SO_RCVLOWAT),
    [DUOS_OPT_DONTROUTE] = SOCKET_ROW(BOOL, SO_DONTROUTE),
    [DUOS_OPT_PRIORITY] = SOCKET_ROW(INT, SO_PRIORITY),
    [DUOS_OPT_MARK] = SOCKET_ROW(INT, SO_MARK),
    [DUOS_OPT_BIND_DEVICE] = {{DUOS__DEVICE_FORM, DUOS__BIND_DEVICE_LEVEL_4,
                               DUOS__SO_BINDTODEVICE, 1},
                              {DUOS__DEVICE_FORM, DUOS__BIND_DEVICE_LEVEL_6,
                               DUOS__SO_BINDTODEVICE_6, 1}},
    [DUOS_OPT_TIMESTAMP] = SOCKET_ROW(BOOL, SO_TIMESTAMP),
    [DUOS_OPT_TIMESTAMP_NS] = SOCKET_ROW(BOOL, SO_TIMESTAMPNS),
    [DUOS_OPT_BUSY_POLL] = SOCKET_ROW(INT, SO_BUSY_POLL),
    [DUOS_OPT_INCOMING_CPU] = SOCKET_ROW(INT, SO_INCOMING_CPU),
    [DUOS_OPT_PEEK_OFFSET] = SOCKET_ROW(INT, SO_PEEK_OFF),
    [DUOS_OPT_PACING_RATE] = SOCKET_ROW(LIMIT, SO_MAX_PACING_RATE),
    [DUOS_OPT_CORK] = TCP_ROW(BOOL, DUOS__TCP_CORK),
    [DUOS_OPT_QUICKACK] = TCP_ROW(BOOL, TCP_QUICKACK),
    [DUOS_OPT_USER_TIMEOUT] =
        TCP_UNIT_ROW(MS, DUOS__TCP_USER_TIMEOUT, DUOS__USER_TIMEOUT_UNIT),
    [DUOS_OPT_CONNECT_TIMEOUT] =
        TCP_UNIT_ROW(MS, DUOS__TCP_CONNECTIONTIMEOUT, 1000),
    [DUOS_OPT_MAXSEG] = TCP_ROW(INT, TCP_MAXSEG),
    [DUOS_OPT_NOTSENT_LOWAT] = TCP_ROW(LIMIT, TCP_NOTSENT_LOWAT),
    [DUOS_OPT_FASTOPEN] = {{DUOS__FASTOPEN_FORM, IPPROTO_TCP, TCP_FASTOPEN, 1},
                           {DUOS__FASTOPEN_FORM, IPPROTO_TCP, TCP_FASTOPEN, 1}},
    [DUOS_OPT_FASTOPEN_CONNECT] = TCP_ROW(BOOL, TCP_FASTOPEN_CONNECT),
    [DUOS_OPT_CONGESTION] = TCP_ROW(TEXT, TCP_CONGESTION),
    [DUOS_OPT_DEFER_ACCEPT] = TCP_UNIT_ROW(MS, TCP_DEFER_ACCEPT, 1000),
    [DUOS_OPT_LINGER2] = TCP_ROW(INT, TCP_LINGER2),
    [DUOS_OPT_SYN_COUNT] = TCP_ROW(INT, TCP_SYNCNT),
    [DUOS_OPT_WINDOW_CLAMP] = TCP_ROW(INT, TCP_WINDOW_CLAMP),
    [DUOS_OPT_THIN_LINEAR] = TCP_ROW(BOOL, TCP_THIN_LINEAR_TIMEOUTS),
    [DUOS_OPT_TOS] = IP_ROW(INT, IP_TOS, IPV6_TCLASS),
    [DUOS_OPT_DONTFRAG] = {{DUOS__FORM_BOOL, IPPROTO_IP, DUOS__IP_MTU_DISCOVER,
                            DUOS__DONTFRAG_ON},
                           {DUOS__FORM_BOOL, IPPROTO_IPV6, IPV6_DONTFRAG, 1}},
    [DUOS_OPT_PATH_MTU] = IP_ROW(INT, IP_MTU, IPV6_MTU),
    [DUOS_OPT_MIN_TTL] = IP_ROW(INT, IP_MINTTL, IPV6_MINHOPCOUNT),
    [DUOS_OPT_PKTINFO] = IP_ROW(BOOL, DUOS__IP_PKTINFO, IPV6_RECVPKTINFO),
    [DUOS_OPT_RECV_TTL] = IP_ROW(BOOL, IP_RECVTTL, IPV6_RECVHOPLIMIT),
    [DUOS_OPT_RECV_TOS] = IP_ROW(BOOL, IP_RECVTOS, IPV6_RECVTCLASS),
    [DUOS_OPT_RECV_ERROR] = IP_ROW(BOOL, IP_RECVERR, IPV6_RECVERR),
    [DUOS_OPT_FREEBIND] = IP_ROW(BOOL, IP_FREEBIND, IPV6_FREEBIND),
    [DUOS_OPT_TRANSPARENT] = IP_ROW(BOOL, IP_TRANSPARENT, IPV6_TRANSPARENT),
    [DUOS_OPT_BIND_NO_PORT] = IP_ONLY_ROW(BOOL, IP_BIND_ADDRESS_NO_PORT),
    [DUOS_OPT_UNICAST_IF] = IP_ROW(INDEX, IP_UNICAST_IF, IPV6_UNICAST_IF),
    [DUOS_OPT_MULTICAST_IF] = {{DUOS__MULTICAST_IF_FORM, IPPROTO_IP,
                                DUOS__IP_MULTICAST_IF, 1},
                               {DUOS__FORM_INT, IPPROTO_IPV6, IPV6_MULTICAST_IF,
                                1}},
    [DUOS_OPT_MULTICAST_TTL] = {{DUOS__FORM_BYTE, IPPROTO_IP, IP_MULTICAST_TTL,
                                 1},
                                {DUOS__FORM_INT, IPPROTO_IPV6,
                                 IPV6_MULTICAST_HOPS, 1}},
    [DUOS_OPT_MULTICAST_LOOP] = {{DUOS__FORM_BOOL8, IPPROTO_IP,
                                  IP_MULTICAST_LOOP, 1},
                                 {DUOS__FORM_BOOL, IPPROTO_IPV6,
                                  IPV6_MULTICAST_LOOP, 1}},
    [DUOS_OPT_MULTICAST_ALL] =
        IP_ROW(BOOL, IP_MULTICAST_ALL, IPV6_MULTICAST_ALL),
    [DUOS_OPT_AUTO_FLOWLABEL] = IPV6_ROW(BOOL, IPV6_AUTOFLOWLABEL),
    [DUOS_OPT_SEGMENT] = UDP_ROW(INT, UDP_SEGMENT),
};
