/* SPDX-License-Identifier: MIT */
/*
 * sys_message.c - bytes in parts, and datagrams with what goes with them:
 * forms of what io.c does.
 */
#include <string.h>

#include "sim_internal.h"

/* Few, so that what is above the limit gets its turn in simulations, too. */
#define PARTS_MAX 16u

size_t sys_parts_max(void)
{
    return PARTS_MAX;
}

static sys_count move_parts(duos_socket s, duos_sim_call call,
                            const duos_buf *parts, size_t count, unsigned flags)
{
    sim_io io;

    memset(&io, 0, sizeof io);
    io.m.parts = parts;
    io.m.count = count;
    io.m.flags = flags;
    return duos__sim_move(s, call, &io);
}

sys_count sys_sendv(duos_socket s, const duos_buf *parts, size_t count,
                    unsigned flags)
{
    return move_parts(s, DUOS_SIM_CALL_SENDV, parts, count, flags);
}

sys_count sys_recvv(duos_socket s, const duos_buf *parts, size_t count,
                    unsigned flags)
{
    return move_parts(s, DUOS_SIM_CALL_RECVV, parts, count, flags);
}

duos_err sys_at_mark(duos_socket s, bool *at)
{
    sim_socket *sock;
    const sim_wire *wire;
    duos_err err = duos__sim_call(DUOS_SIM_CALL_AT_MARK, s, &sock);

    if (err != DUOS_OK) {
        return err;
    }
    if (sock->kind != SIM_STREAM || sock->family == DUOS_UNIX) {
        return DUOS_EOPNOTSUPP;
    }
    *at = false;
    if (sock->conn != NULL) {
        wire = &duos__sim_near(sock)->in;
        *at = wire->marked != SIM_NO_MARK && wire->got == wire->mark;
    }
    return DUOS_OK;
}

/* ---- datagrams ---------------------------------------------------------- */

duos_err sys_sendmsg(duos_socket s, const duos_message *message)
{
    sim_io io;
    sys_count n;

    memset(&io, 0, sizeof io);
    io.m = *message;
    n = duos__sim_move(s, DUOS_SIM_CALL_SENDMSG, &io);
    return n < 0 ? (duos_err)n : DUOS_OK;
}

static duos_err recv_message(duos_socket s, duos_message *message)
{
    sim_io io;
    sys_count n;

    memset(&io, 0, sizeof io);
    io.m = *message;
    io.m.has = 0;
    io.m.truncated = false;
    n = duos__sim_move(s, DUOS_SIM_CALL_RECVMSG, &io);
    if (n < 0) {
        return (duos_err)n;
    }
    io.m.len = (size_t)n;
    *message = io.m;
    return DUOS_OK;
}

duos_err sys_recvmsg(duos_socket s, duos_message *message)
{
    return recv_message(s, message);
}

sys_count sys_send_batch(duos_socket s, const duos_message *list, size_t count)
{
    sim_socket *sock;
    duos_err err = duos__sim_call(DUOS_SIM_CALL_SEND_BATCH, s, &sock);

    (void)list;
    (void)count;
    return err != DUOS_OK ? err : DUOS_ENOTSUP; /* they are sent one by one */
}

/* An error that lies behind datagrams stays there for the next call. */
sys_count sys_recv_batch(duos_socket s, duos_message *list, size_t count)
{
    sim_socket *sock;
    size_t n = 0;
    duos_err err = duos__sim_call(DUOS_SIM_CALL_RECV_BATCH, s, &sock);

    if (err != DUOS_OK) {
        return err;
    }
    do {
        err = sys_recvmsg(s, &list[n]);
        n += err == DUOS_OK;
    } while (err == DUOS_OK && n < count &&
             duos__sim_find(s, &sock) == DUOS_OK &&
             sock->dgram.error == DUOS_OK && sock->dgram.queue.count > 0);
    return n > 0 ? (sys_count)n : err;
}

/* ---- there are no files -------------------------------------------------- */

sys_count sys_sendfile(duos_socket s, intptr_t file, uint64_t offset,
                       size_t len)
{
    sim_socket *sock;
    duos_err err = duos__sim_call(DUOS_SIM_CALL_SENDFILE, s, &sock);

    (void)file;
    (void)offset;
    (void)len;
    return err != DUOS_OK ? err : DUOS_ENOTSUP;
}

sys_count sys_file_read(intptr_t file, uint64_t offset, void *data, size_t cap)
{
    duos_err err = duos__sim_host_call(DUOS_SIM_CALL_FILE_READ);

    (void)file;
    (void)offset;
    (void)data;
    (void)cap;
    return err != DUOS_OK ? err : DUOS_ENOTSUP;
}
