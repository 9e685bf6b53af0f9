/* SPDX-License-Identifier: MIT */
/*
 * io.c - one call that moves something: a blocking socket tries again while
 * the simulation goes on, for as long as its time limit says.
 */
#include "sim_internal.h"

size_t duos__sim_total(const duos_message *m)
{
    size_t total = 0;
    size_t i;

    for (i = 0; i < m->count; i++) {
        total += m->parts[i].len;
    }
    return total;
}

/* The limit of a call on a blocking socket; an option of 0 means none. */
static uint64_t limit_of(const sim_socket *sock, bool sending)
{
    duos_opt opt = sending ? DUOS_OPT_SEND_TIMEOUT : DUOS_OPT_RECV_TIMEOUT;
    int32_t ms = sock->options[opt].number;

    return duos__sim_limit(sock->sim, ms > 0 ? ms : -1);
}

static sys_count attempt(sim_socket *sock, bool sending, sim_io *io)
{
    if (sock->kind == SIM_DGRAM) {
        return sending ? duos__sim_dgram_send(sock, io)
                       : duos__sim_dgram_recv(sock, io);
    }
    return sending ? duos__sim_send(sock, io) : duos__sim_recv(sock, io);
}

static bool is_send(duos_sim_call call)
{
    return call == DUOS_SIM_CALL_SEND || call == DUOS_SIM_CALL_SENDTO ||
           call == DUOS_SIM_CALL_SENDV || call == DUOS_SIM_CALL_SENDMSG ||
           call == DUOS_SIM_CALL_SEND_HANDLE;
}

sys_count duos__sim_move(duos_socket s, duos_sim_call call, sim_io *io)
{
    bool sending = is_send(call);
    duos_sim_kind kind = sending ? DUOS_SIM_SEND : DUOS_SIM_RECV;
    sim_socket *sock;
    uint64_t limit;
    sys_count n;
    duos_err err = duos__sim_call(call, s, &sock);

    if (err != DUOS_OK) {
        return err;
    }
    limit = limit_of(sock, sending);
    n = duos__sim_spurious(sock, sending ? DUOS_WRITE : DUOS_READ)
            ? (sys_count)DUOS_EWOULDBLOCK
            : attempt(sock, sending, io);
    while (n == DUOS_EWOULDBLOCK && !sock->nonblocking) {
        err = duos__sim_go_on(s, limit, &sock);
        if (err != DUOS_OK) {
            return err;
        }
        n = attempt(sock, sending, io);
    }
    duos__sim_trace(sock->sim, kind, sock->host, sock->number, (int64_t)n);
    if (n == DUOS_EWOULDBLOCK || n == DUOS_EINVAL) { /* no urgent byte */
        err = duos__sim_look(sock->sim);
    }
    return err == DUOS_OK ? n : err;
}
