/* SPDX-License-Identifier: MIT */
/*
 * sys_local.c - what only unix sockets can do. The process of host N has the
 * number N; all belong to one user.
 */
#include <string.h>

#include "sim_internal.h"

duos_err sys_peer_credentials(duos_socket s, duos_credentials *out)
{
    sim_socket *sock;
    duos_err err = duos__sim_call(DUOS_SIM_CALL_PEER_CREDENTIALS, s, &sock);

    if (err != DUOS_OK) {
        return err;
    }
    if (sock->family != DUOS_UNIX || sock->conn == NULL) {
        return sock->family != DUOS_UNIX ? DUOS_ENOTSUP : DUOS_ENOTCONN;
    }
    out->known =
        DUOS_CREDENTIAL_PID | DUOS_CREDENTIAL_UID | DUOS_CREDENTIAL_GID;
    out->pid = sock->host;
    out->uid = SIM_UID;
    out->gid = SIM_GID;
    return DUOS_OK;
}

sys_count sys_send_handle(duos_socket s, const void *data, size_t len,
                          intptr_t handle)
{
    sim_socket *sock;
    duos_buf part;
    sim_io io;
    sys_count n;
    duos_err err = duos__sim_find(s, &sock);

    memset(&io, 0, sizeof io);
    if (err == DUOS_OK) {
        err = duos__sim_find(duos_socket_from_os(handle), &io.handle);
    }
    if (err == DUOS_OK && io.handle->host != sock->host) {
        err = DUOS_EBADF; /* what another process has */
    }
    if (err != DUOS_OK) {
        return err;
    }
    memcpy(&part.data, &data, sizeof part.data); /* it is only read */
    part.len = len;
    io.m.parts = &part;
    io.m.count = 1;
    io.handle->holds++; /* its number may be closed while the call waits */
    n = duos__sim_move(s, DUOS_SIM_CALL_SEND_HANDLE, &io);
    duos__sim_release(io.handle);
    return n;
}

sys_count sys_recv_handle(duos_socket s, void *data, size_t cap,
                          intptr_t *handle)
{
    duos_buf part;
    sim_io io;
    sys_count n;
    uint32_t number;
    duos_err err = DUOS_OK;

    part.data = data;
    part.len = cap;
    memset(&io, 0, sizeof io);
    io.m.parts = &part;
    io.m.count = 1;
    io.wants_handle = true;
    n = duos__sim_move(s, DUOS_SIM_CALL_RECV_HANDLE, &io);
    if (n < 0) {
        return n;
    }
    *handle = -1;
    if (io.handle != NULL) {
        err = duos__sim_number_new(io.handle, &number);
        duos__sim_release(io.handle);
        *handle = err == DUOS_OK ? (intptr_t)number : -1;
    }
    return err == DUOS_OK ? n : err;
}

static duos_err open_two(uint32_t host, sim_kind kind, sim_socket *two[2])
{
    duos_err err = duos__sim_socket_new(host, kind, DUOS_UNIX, &two[0]);

    if (err != DUOS_OK) {
        return err;
    }
    err = duos__sim_socket_new(host, kind, DUOS_UNIX, &two[1]);
    if (err != DUOS_OK) {
        duos__sim_number_free(two[0]->sim, two[0]->number);
        return err;
    }
    err = duos__sim_unix_join(two[0], two[1]);
    if (err != DUOS_OK) {
        duos__sim_number_free(two[0]->sim, two[0]->number);
        duos__sim_number_free(two[1]->sim, two[1]->number);
    }
    return err;
}

duos_err sys_pair(duos_type type, unsigned flags, duos_socket out[2])
{
    const duos_sim *sim = duos__sim_current();
    sim_kind kind = type == DUOS_DGRAM ? SIM_DGRAM : SIM_STREAM;
    sim_socket *two[2];
    duos_err err = duos__sim_host_call(DUOS_SIM_CALL_PAIR);
    int i;

    if (err == DUOS_OK) {
        err = open_two(sim != NULL ? sim->host : 0, kind, two);
    }
    for (i = 0; i < 2 && err == DUOS_OK; i++) {
        two[i]->nonblocking = (flags & SYS_OPEN_NONBLOCK) != 0;
        out[i].os = (intptr_t)two[i]->number;
        duos__sim_trace(two[i]->sim, DUOS_SIM_OPEN, two[i]->host,
                        two[i]->number, DUOS_OK);
    }
    return err;
}
