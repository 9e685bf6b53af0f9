/* SPDX-License-Identifier: MIT */
/*
 * sys_socket.c - a socket from its opening to its end, without the bytes:
 * finds the socket, waits where it is a blocking one, writes the trace.
 */
#include "sim_internal.h"

static duos_err traced(const sim_socket *sock, duos_sim_kind kind, duos_err err)
{
    duos__sim_trace(sock->sim, kind, sock->host, sock->number, err);
    return err;
}

duos_err sys_open(duos_family family, duos_type type, unsigned flags,
                  duos_socket *out)
{
    const duos_sim *sim = duos__sim_current();
    sim_kind kind = type == DUOS_DGRAM ? SIM_DGRAM : SIM_STREAM;
    sim_socket *sock;
    duos_err err = duos__sim_host_call(DUOS_SIM_CALL_OPEN);

    if (err == DUOS_OK) {
        err = duos__sim_socket_new(sim != NULL ? sim->host : 0, kind, family,
                                   &sock);
    }
    if (err != DUOS_OK) {
        return err;
    }
    sock->nonblocking = (flags & SYS_OPEN_NONBLOCK) != 0;
    out->os = (intptr_t)sock->number;
    return traced(sock, DUOS_SIM_OPEN, DUOS_OK);
}

duos_err sys_close(duos_socket s)
{
    sim_socket *sock;
    sim_socket *same;
    duos_sim *sim = duos__sim_current();
    duos_err err = duos__sim_find(s, &sock);

    if (err == DUOS_EBADF) { /* closed before: a mistake to be seen */
        duos__sim_trace(sim, DUOS_SIM_CLOSE, sim->host, 0, err);
    }
    if (err == DUOS_OK) {
        err = duos__sim_call(DUOS_SIM_CALL_CLOSE, s, &same);
        (void)traced(sock, DUOS_SIM_CLOSE, err);
        duos__sim_number_free(sock->sim, (uint32_t)s.os); /* see sys.h */
    }
    return err;
}

duos_err sys_set_nonblocking(duos_socket s, bool on)
{
    sim_socket *sock;
    duos_err err = duos__sim_call(DUOS_SIM_CALL_SET_NONBLOCKING, s, &sock);

    if (err == DUOS_OK) {
        sock->nonblocking = on;
    }
    return err;
}

duos_err sys_bind(duos_socket s, const duos_addr *addr)
{
    sim_socket *sock;
    duos_err err = duos__sim_call(DUOS_SIM_CALL_BIND, s, &sock);

    if (err != DUOS_OK) {
        return err;
    }
    return traced(sock, DUOS_SIM_BIND,
                  sock->family == DUOS_UNIX ? duos__sim_unix_bind(sock, addr)
                                            : duos__sim_bind(sock, addr));
}

static bool has_name(const sim_socket *sock)
{
    return sock->family == DUOS_UNIX ? sock->local.path_len > 0
                                     : sock->local.port != 0;
}

static duos_err begin_to_listen(sim_socket *sock, int backlog)
{
    if (sock->kind == SIM_DGRAM) {
        return DUOS_EOPNOTSUPP;
    }
    if (sock->kind == SIM_WAKEUP || sock->conn != NULL || !has_name(sock)) {
        return DUOS_EINVAL;
    }
    sock->kind = SIM_LISTENER;
    sock->options[DUOS_OPT_LISTENING].on = true;
    sock->backlog = SIM_BACKLOG_MAX;
    if (backlog > 0 && (uint32_t)backlog < SIM_BACKLOG_MAX) {
        sock->backlog = (uint32_t)backlog;
    }
    return DUOS_OK;
}

duos_err sys_listen(duos_socket s, int backlog)
{
    sim_socket *sock;
    duos_err err = duos__sim_call(DUOS_SIM_CALL_LISTEN, s, &sock);

    if (err != DUOS_OK) {
        return err;
    }
    return traced(sock, DUOS_SIM_LISTEN, begin_to_listen(sock, backlog));
}

duos_err sys_accept(duos_socket s, bool nonblock, duos_socket *out,
                    duos_addr *peer)
{
    sim_socket *listener;
    sim_socket *sock;
    duos_err err = duos__sim_call(DUOS_SIM_CALL_ACCEPT, s, &listener);

    if (err != DUOS_OK) {
        return err;
    }
    err = duos__sim_spurious(listener, DUOS_READ)
              ? DUOS_EWOULDBLOCK
              : duos__sim_accept(listener, &sock);
    while (err == DUOS_EWOULDBLOCK && !listener->nonblocking) {
        err = duos__sim_block(s, DUOS_READ, SIM_NEVER, &listener);
        if (err != DUOS_OK) {
            return err;
        }
        err = duos__sim_accept(listener, &sock);
    }
    if (err == DUOS_EWOULDBLOCK) {
        duos_err failed = duos__sim_look(listener->sim);

        err = failed != DUOS_OK ? failed : err;
    }
    if (err != DUOS_OK) {
        return err;
    }
    sock->nonblocking = nonblock;
    out->os = (intptr_t)sock->number;
    if (peer != NULL) {
        *peer = sock->conn->ends[1].peer;
    }
    return traced(sock, DUOS_SIM_ACCEPT, DUOS_OK);
}

static duos_err connect_by_kind(sim_socket *sock, const duos_addr *addr)
{
    bool is_unix = sock->family == DUOS_UNIX;

    if (sock->kind == SIM_DGRAM) {
        return is_unix ? duos__sim_unix_aim(sock, addr)
                       : duos__sim_udp_connect(sock, addr);
    }
    return duos__sim_connect(sock, addr);
}

/* A full backlog holds a blocking connect to a path up, until there is room;
 * over the network it is the answer that is waited for. */
static duos_err await_connect(duos_socket s, sim_socket *sock,
                              const duos_addr *addr, duos_err err)
{
    if (err == DUOS_EINPROGRESS) {
        err = duos__sim_block(s, DUOS_WRITE, SIM_NEVER, &sock);
        return err == DUOS_OK ? duos__sim_take_error(sock) : err;
    }
    while (err == DUOS_EBUSY) {
        err = duos__sim_go_on(s, SIM_NEVER, &sock);
        if (err == DUOS_OK) {
            err = connect_by_kind(sock, addr);
        }
    }
    return err;
}

duos_err sys_connect(duos_socket s, const duos_addr *addr)
{
    sim_socket *sock;
    duos_err err = duos__sim_call(DUOS_SIM_CALL_CONNECT, s, &sock);

    if (err != DUOS_OK) {
        return err;
    }
    err = traced(sock, DUOS_SIM_CONNECT, connect_by_kind(sock, addr));
    return sock->nonblocking ? err : await_connect(s, sock, addr, err);
}

duos_err sys_take_error(duos_socket s, duos_err *pending)
{
    sim_socket *sock;
    duos_err err = duos__sim_call(DUOS_SIM_CALL_TAKE_ERROR, s, &sock);

    if (err == DUOS_OK) {
        *pending = duos__sim_take_error(sock);
    }
    return err;
}

duos_err sys_shutdown(duos_socket s, duos_how how)
{
    sim_socket *sock;
    duos_err err = duos__sim_call(DUOS_SIM_CALL_SHUTDOWN, s, &sock);

    if (err != DUOS_OK) {
        return err;
    }
    return traced(sock, DUOS_SIM_SHUTDOWN, duos__sim_shutdown(sock, how));
}

duos_err sys_local_addr(duos_socket s, duos_addr *out)
{
    sim_socket *sock;
    duos_err err = duos__sim_call(DUOS_SIM_CALL_LOCAL_ADDR, s, &sock);

    if (err == DUOS_OK) {
        *out = sock->local;
    }
    return err;
}

duos_err sys_peer_addr(duos_socket s, duos_addr *out)
{
    sim_socket *sock;
    duos_err err = duos__sim_call(DUOS_SIM_CALL_PEER_ADDR, s, &sock);

    if (err != DUOS_OK) {
        return err;
    }
    if (sock->kind == SIM_DGRAM) {
        *out = sock->dgram.peer;
        return sock->dgram.peer.family != 0 ? DUOS_OK : DUOS_ENOTCONN;
    }
    if (sock->conn == NULL ||
        sock->conn->ends[sock->side].state != SIM_CONNECTED) {
        return DUOS_ENOTCONN;
    }
    *out = sock->conn->ends[sock->side].peer;
    return DUOS_OK;
}
