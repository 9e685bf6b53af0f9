/* SPDX-License-Identifier: MIT */
/*
 * sys_quit.c - requests to quit, as duos_sim_quit makes them. Each host is a
 * process of its own here.
 */
#include <string.h>

#include "sim_internal.h"

duos_err sys_quit_open(void (*on_signal)(uint32_t count, duos_quit_kind kind),
                       duos_socket *channel)
{
    duos_sim *sim = duos__sim_current();
    sim_process *process;
    duos_err err;

    if (sim == NULL || sim->host == 0) {
        return DUOS_ENOTREADY;
    }
    err = duos__sim_host_call(DUOS_SIM_CALL_QUIT_OPEN);
    if (err != DUOS_OK) {
        return err;
    }
    process = duos__sim_process(sim, sim->host);
    if (process == NULL) {
        return DUOS_ENOMEM;
    }
    if (process->watched) {
        return DUOS_EBUSY;
    }
    err = duos__sim_wakeup_open(&process->quit);
    if (err == DUOS_OK) {
        process->watched = true;
        process->on_signal = on_signal;
        process->count = 0;
        process->waiting = 0;
        *channel = process->quit.recv_end;
    }
    return err;
}

/* The one whose channel this is, whichever host is the current one. */
static sim_process *find(duos_sim *sim, duos_socket channel)
{
    sim_socket *sock;

    if (sim == NULL || duos__sim_find(channel, &sock) != DUOS_OK) {
        return NULL;
    }
    return sim->processes[sock->host];
}

duos_err sys_quit_take(duos_socket channel, duos_quit_kind *kind)
{
    sim_process *process = find(duos__sim_current(), channel);
    duos_err err = duos__sim_host_call(DUOS_SIM_CALL_QUIT_TAKE);

    if (err != DUOS_OK) {
        return err;
    }
    if (process == NULL || process->waiting == 0) {
        return DUOS_EWOULDBLOCK;
    }
    *kind = (duos_quit_kind)process->quits[0];
    process->waiting--;
    memmove(process->quits, process->quits + 1, process->waiting);
    if (process->waiting == 0) {
        sys_wakeup_drain(&process->quit);
    }
    return DUOS_OK;
}

void sys_quit_close(duos_socket channel)
{
    sim_process *process = find(duos__sim_current(), channel);

    if (process != NULL) {
        sys_wakeup_close(&process->quit);
        process->watched = false;
    }
}
