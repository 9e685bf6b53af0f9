/* SPDX-License-Identifier: MIT */
/*
 * unix.c - unix streams are connections within a host: nothing is under way,
 * a connect succeeds or fails at once.
 */
#include "sim_internal.h"

/* A connection whose ends have their sockets, or none yet. */
static sim_conn *new_conn(sim_socket *one, const sim_socket *other)
{
    sim_conn *conn = duos__sim_conn_new(one->sim);

    if (conn != NULL) {
        conn->local = true;
        conn->ends[0].state = conn->ends[1].state = SIM_CONNECTED;
        conn->ends[0].host = conn->ends[1].host = one->host;
        conn->ends[0].number = one->number;
        conn->ends[0].local = conn->ends[1].peer = one->local;
        conn->ends[0].peer = conn->ends[1].local = other->local;
        one->conn = conn;
        one->side = 0;
    }
    return conn;
}

duos_err duos__sim_unix_connect(sim_socket *sock, const duos_addr *addr)
{
    sim_socket *listener;
    sim_conn *conn;
    duos_err err = duos__sim_unix_find(sock, addr, &listener);

    if (err != DUOS_OK) {
        return err;
    }
    if (listener->kind != SIM_LISTENER) {
        return DUOS_ECONNREFUSED;
    }
    if (listener->pending_count >= listener->backlog) {
        return DUOS_EBUSY;
    }
    conn = new_conn(sock, listener);
    if (conn == NULL) {
        return DUOS_ENOMEM;
    }
    duos__sim_enqueue(listener, conn);
    return DUOS_OK;
}

static duos_err join_streams(sim_socket *one, sim_socket *other)
{
    sim_conn *conn = new_conn(one, other);

    if (conn == NULL) {
        return DUOS_ENOMEM;
    }
    conn->ends[1].number = other->number;
    other->conn = conn;
    other->side = 1;
    return DUOS_OK;
}

duos_err duos__sim_unix_join(sim_socket *one, sim_socket *other)
{
    if (one->kind == SIM_STREAM) {
        return join_streams(one, other);
    }
    one->dgram.partner = other;
    other->dgram.partner = one;
    one->dgram.peer = other->local;
    other->dgram.peer = one->local;
    return DUOS_OK;
}
