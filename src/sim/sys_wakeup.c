/* SPDX-License-Identifier: MIT */
/*
 * sys_wakeup.c - a wake-up channel is a socket that is readable while its
 * flag is up. Both of its ends are that socket.
 */
#include "sim_internal.h"

duos_err duos__sim_wakeup_open(sys_wakeup *w)
{
    const duos_sim *sim = duos__sim_current();
    uint32_t host = sim != NULL ? sim->host : 0;
    sim_socket *sock;
    duos_err err = duos__sim_socket_new(host, SIM_WAKEUP, DUOS_UNSPEC, &sock);

    if (err == DUOS_OK) {
        w->recv_end.os = (intptr_t)sock->number;
        w->send_end = w->recv_end;
    }
    return err;
}

duos_err sys_wakeup_open(sys_wakeup *w)
{
    duos_err err = duos__sim_host_call(DUOS_SIM_CALL_WAKEUP_OPEN);

    return err == DUOS_OK ? duos__sim_wakeup_open(w) : err;
}

void sys_wakeup_close(sys_wakeup *w)
{
    sim_socket *sock;

    if (duos__sim_find(w->recv_end, &sock) == DUOS_OK) {
        duos__sim_number_free(sock->sim, sock->number);
    }
}

duos_err duos__sim_wakeup_set(const sys_wakeup *w, bool signaled)
{
    sim_socket *sock;
    duos_err err = duos__sim_find(w->recv_end, &sock);

    if (err == DUOS_OK) {
        sock->signaled = signaled;
    }
    return err;
}

duos_err sys_wakeup_signal(sys_wakeup *w)
{
    duos_err err = duos__sim_host_call(DUOS_SIM_CALL_WAKEUP_SIGNAL);

    return err == DUOS_OK ? duos__sim_wakeup_set(w, true) : err;
}

void sys_wakeup_drain(sys_wakeup *w)
{
    (void)duos__sim_wakeup_set(w, false);
}
