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
    sim_socket *sock;
    duos_err err;

    if (type != DUOS_STREAM) {
        return DUOS_ENOTSUP;
    }
    if (family == DUOS_UNIX) {
        return DUOS_EAFNOSUPPORT;
    }
    err = duos__sim_host_call(DUOS_SIM_CALL_OPEN);
    if (err == DUOS_OK) {
        err = duos__sim_socket_new(SIM_STREAM, family, &sock);
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
    duos_err err = duos__sim_find(s, &sock);

    if (err == DUOS_OK) {
        err = duos__sim_call(DUOS_SIM_CALL_CLOSE, s, &same);
        (void)traced(sock, DUOS_SIM_CLOSE, err);
        duos__sim_close(sock); /* whatever it said: see sys.h */
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
    return traced(sock, DUOS_SIM_BIND, duos__sim_bind(sock, addr));
}

duos_err sys_listen(duos_socket s, int backlog)
{
    sim_socket *sock;
    duos_err err = duos__sim_call(DUOS_SIM_CALL_LISTEN, s, &sock);

    if (err != DUOS_OK) {
        return err;
    }
    if (sock->kind == SIM_WAKEUP || sock->conn != NULL ||
        sock->local.port == 0) {
        return traced(sock, DUOS_SIM_LISTEN, DUOS_EINVAL);
    }
    sock->kind = SIM_LISTENER;
    sock->options[DUOS_OPT_LISTENING].on = true;
    sock->backlog = SIM_BACKLOG_MAX;
    if (backlog > 0 && (uint32_t)backlog < SIM_BACKLOG_MAX) {
        sock->backlog = (uint32_t)backlog;
    }
    return traced(sock, DUOS_SIM_LISTEN, DUOS_OK);
}

duos_err sys_accept(duos_socket s, bool nonblock, duos_socket *out,
                    duos_addr *peer)
{
    sim_socket *listener;
    sim_socket *sock;
    duos_err err = duos__sim_call(DUOS_SIM_CALL_ACCEPT, s, &listener);

    if (err == DUOS_OK) {
        err = duos__sim_spurious(listener, DUOS_READ)
                  ? DUOS_EWOULDBLOCK
                  : duos__sim_accept(listener, &sock);
    }
    while (err == DUOS_EWOULDBLOCK && !listener->nonblocking) {
        err = duos__sim_block(s, DUOS_READ, SIM_NEVER, &listener);
        if (err != DUOS_OK) {
            return err;
        }
        err = duos__sim_accept(listener, &sock);
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

duos_err sys_connect(duos_socket s, const duos_addr *addr)
{
    sim_socket *sock;
    duos_err err = duos__sim_call(DUOS_SIM_CALL_CONNECT, s, &sock);

    if (err != DUOS_OK) {
        return err;
    }
    err = traced(sock, DUOS_SIM_CONNECT, duos__sim_connect(sock, addr));
    if (err != DUOS_EINPROGRESS || sock->nonblocking) {
        return err;
    }
    err = duos__sim_block(s, DUOS_WRITE, SIM_NEVER, &sock);
    return err == DUOS_OK ? duos__sim_take_error(sock) : err;
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
    if (sock->conn == NULL ||
        sock->conn->ends[sock->side].state != SIM_CONNECTED) {
        return DUOS_ENOTCONN;
    }
    *out = sock->conn->ends[sock->side].peer;
    return DUOS_OK;
}
