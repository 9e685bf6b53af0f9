/* SPDX-License-Identifier: MIT */
/*
 * tcpinfo.h - what the system has measured on a TCP connection.
 */
#ifndef DUOSOCK_TCPINFO_H
#define DUOSOCK_TCPINFO_H

#include <duosock/socket.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The states of RFC 9293. */
typedef enum duos_tcp_state {
    DUOS_TCP_UNKNOWN = 0,
    DUOS_TCP_CLOSED,
    DUOS_TCP_LISTEN,
    DUOS_TCP_SYN_SENT,
    DUOS_TCP_SYN_RECEIVED,
    DUOS_TCP_ESTABLISHED,
    DUOS_TCP_FIN_WAIT_1,
    DUOS_TCP_FIN_WAIT_2,
    DUOS_TCP_CLOSE_WAIT,
    DUOS_TCP_CLOSING,
    DUOS_TCP_LAST_ACK,
    DUOS_TCP_TIME_WAIT
} duos_tcp_state;

/*
 * A connection at one moment. A number that this system does not tell is -1.
 * Set up by duos_tcp_info_init; later versions append fields.
 */
typedef struct duos_tcp_info {
    size_t size;
    duos_tcp_state state;
    int64_t rtt_us;      /* round-trip time, smoothed */
    int64_t rtt_var_us;  /* its variation */
    int64_t mss;         /* largest segment that is sent, in bytes */
    int64_t cwnd;        /* congestion window in bytes */
    int64_t in_flight;   /* sent and not acknowledged, in bytes */
    int64_t retransmits; /* segments sent again, since the beginning */
} duos_tcp_info;

/*
 * Sets the size and marks every number as not told.
 *
 * info: NULL is ignored.
 * size: sizeof(duos_tcp_info), which the macro of this name adds.
 *
 * Blocking: never.
 * Thread: any.
 */
DUOS_API void duos_tcp_info_init(duos_tcp_info *info, size_t size);
#define duos_tcp_info_init(info)                                               \
    (duos_tcp_info_init)(info, sizeof(duos_tcp_info))

/*
 * Reads what the system has measured.
 *
 * info: initialised; receives what fits into its size.
 *
 * Returns: DUOS_OK; DUOS_EINVAL for NULL or an info that was not initialised;
 *     DUOS_ENOTSUP where the system tells nothing, or the socket is no TCP
 *     socket; DUOS_EBADF; the system's code.
 * Blocking: never.
 * Thread: any.
 * Platform: Linux counts the window and what is in flight in segments; they
 *     are multiplied by the segment's size here. Windows tells since 10 1703.
 * Source: tcp(7) TCP_INFO, SIO_TCP_INFO.
 */
DUOS_API DUOS_CHECKED duos_err duos_get_tcp_info(duos_socket s,
                                                 duos_tcp_info *info);

#ifdef __cplusplus
}
#endif

#endif
