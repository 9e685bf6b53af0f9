/* SPDX-License-Identifier: MIT */
/*
 * sys_handover.c - what duos_sim_handover has said to the process of a host,
 * whose number is the host's. There are no child processes.
 */
#include "sim_internal.h"

static sim_process *own_process(void)
{
    const duos_sim *sim = duos__sim_current();

    return sim != NULL ? sim->processes[sim->host] : NULL;
}

void sys_handover_get(sys_handover *out)
{
    const sim_process *process = own_process();

    if (process != NULL) {
        out->count = process->said_at[0];
        out->pid = process->said_at[1];
        out->names = process->said_at[2];
        out->own_pid = duos__sim_current()->host;
        out->first = process->said_first;
    }
}

void sys_handover_forget(void)
{
    sim_process *process = own_process();

    if (process != NULL) {
        duos__sim_unsay(duos__sim_current(), process);
    }
}

duos_err sys_disinherit(duos_socket s)
{
    sim_socket *sock;

    return duos__sim_call(DUOS_SIM_CALL_DISINHERIT, s, &sock);
}
