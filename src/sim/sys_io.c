/* SPDX-License-Identifier: MIT */
/*
 * sys_io.c - moving bytes; a blocking socket waits while the simulation goes
 * on, for as long as its time limit says.
 */
#include "sim_internal.h"

/* The limit of a call on a blocking socket; an option of 0 means none. */
static uint64_t limit_of(const sim_socket *sock, duos_opt opt)
{
    int32_t ms = sock->options[opt].number;

    return duos__sim_limit(sock->sim, ms > 0 ? ms : -1);
}

static sys_count traced(const sim_socket *sock, duos_sim_kind kind, sys_count n)
{
    duos__sim_trace(sock->sim, kind, sock->host, sock->number, (int64_t)n);
    return n;
}

sys_count sys_send(duos_socket s, const void *data, size_t len)
{
    sim_socket *sock;
    uint64_t limit;
    sys_count n;
    duos_err err = duos__sim_call(DUOS_SIM_CALL_SEND, s, &sock);

    if (err != DUOS_OK) {
        return err;
    }
    limit = limit_of(sock, DUOS_OPT_SEND_TIMEOUT);
    n = duos__sim_spurious(sock, DUOS_WRITE) ? (sys_count)DUOS_EWOULDBLOCK
                                             : duos__sim_send(sock, data, len);
    while (n == DUOS_EWOULDBLOCK && !sock->nonblocking) {
        err = duos__sim_block(s, DUOS_WRITE, limit, &sock);
        if (err != DUOS_OK) {
            return err;
        }
        n = duos__sim_send(sock, data, len);
    }
    return traced(sock, DUOS_SIM_SEND, n);
}

sys_count sys_recv(duos_socket s, void *data, size_t cap)
{
    sim_socket *sock;
    uint64_t limit;
    sys_count n;
    duos_err err = duos__sim_call(DUOS_SIM_CALL_RECV, s, &sock);

    if (err != DUOS_OK) {
        return err;
    }
    limit = limit_of(sock, DUOS_OPT_RECV_TIMEOUT);
    n = duos__sim_spurious(sock, DUOS_READ) ? (sys_count)DUOS_EWOULDBLOCK
                                            : duos__sim_recv(sock, data, cap);
    while (n == DUOS_EWOULDBLOCK && !sock->nonblocking) {
        err = duos__sim_block(s, DUOS_READ, limit, &sock);
        if (err != DUOS_OK) {
            return err;
        }
        n = duos__sim_recv(sock, data, cap);
    }
    return traced(sock, DUOS_SIM_RECV, n);
}

/* There are no datagram sockets yet. */
sys_count sys_sendto(duos_socket s, const void *data, size_t len,
                     const duos_addr *to)
{
    sim_socket *sock;
    duos_err err = duos__sim_call(DUOS_SIM_CALL_SENDTO, s, &sock);

    (void)data;
    (void)len;
    (void)to;
    return err == DUOS_OK ? DUOS_EOPNOTSUPP : err;
}

sys_count sys_recvfrom(duos_socket s, void *data, size_t cap, duos_addr *from,
                       bool *truncated)
{
    sim_socket *sock;
    duos_err err = duos__sim_call(DUOS_SIM_CALL_RECVFROM, s, &sock);

    (void)data;
    (void)cap;
    (void)from;
    (void)truncated;
    return err == DUOS_OK ? DUOS_EOPNOTSUPP : err;
}

void sys_send_blocked(duos_socket s)
{
    (void)s;
}
