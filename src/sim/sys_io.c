/* SPDX-License-Identifier: MIT */
/*
 * sys_io.c - moving bytes from and to one place, and datagrams with their
 * address: forms of what io.c does.
 */
#include <string.h>

#include "sim_internal.h"

/* One part; data is only written to by a call that receives. */
static void fill(sim_io *io, duos_buf *part, const void *data, size_t len)
{
    union {
        const void *in;
        void *out;
    } where;

    where.in = data;
    part->data = where.out;
    part->len = len;
    memset(io, 0, sizeof *io);
    io->m.parts = part;
    io->m.count = 1;
}

sys_count sys_send(duos_socket s, const void *data, size_t len)
{
    duos_buf part;
    sim_io io;

    fill(&io, &part, data, len);
    return duos__sim_move(s, DUOS_SIM_CALL_SEND, &io);
}

sys_count sys_recv(duos_socket s, void *data, size_t cap)
{
    duos_buf part;
    sim_io io;

    fill(&io, &part, data, cap);
    return duos__sim_move(s, DUOS_SIM_CALL_RECV, &io);
}

sys_count sys_sendto(duos_socket s, const void *data, size_t len,
                     const duos_addr *to)
{
    duos_buf part;
    sim_io io;

    fill(&io, &part, data, len);
    if (to != NULL) {
        io.m.has = DUOS_HAS_PEER;
        io.m.peer = *to;
    }
    return duos__sim_move(s, DUOS_SIM_CALL_SENDTO, &io);
}

sys_count sys_recvfrom(duos_socket s, void *data, size_t cap, duos_addr *from,
                       bool *truncated)
{
    duos_buf part;
    sim_io io;
    sys_count n;

    fill(&io, &part, data, cap);
    n = duos__sim_move(s, DUOS_SIM_CALL_RECVFROM, &io);
    if (n >= 0) {
        *from = io.m.peer;
        *truncated = io.m.truncated;
    }
    return n;
}

void sys_send_blocked(duos_socket s)
{
    (void)s;
}
