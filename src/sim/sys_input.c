/* SPDX-License-Identifier: MIT */
/*
 * sys_input.c - a host's standard input, as duos_sim_input fills it. There is
 * no thread: what was written is there.
 */
#include <string.h>

#include <duosock/input.h>

#include "mem.h"
#include "sim_internal.h"

struct sys_input {
    duos_sim *sim;
    sim_process *process;
    sys_wakeup ready;
    size_t len;
    unsigned char block[DUOS_INPUT_BLOCK];
};

void duos__sim_input_came(struct sys_input *reader)
{
    const sim_process *process;

    if (reader == NULL) {
        return;
    }
    process = reader->process;
    if (reader->len > 0 || process->input_len > 0 || process->input_ended) {
        (void)duos__sim_wakeup_set(&reader->ready, true);
    } else {
        sys_wakeup_drain(&reader->ready);
    }
}

static duos_err open_on(sim_process *process, duos_sim *sim, sys_input **out)
{
    sys_input *in;
    duos_err err;

    if (process == NULL) {
        return DUOS_ENOMEM;
    }
    if (process->reader != NULL) {
        return DUOS_EBUSY;
    }
    in = (sys_input *)duos__new(&sim->alloc, sizeof *in);
    if (in == NULL) {
        return DUOS_ENOMEM;
    }
    err = duos__sim_wakeup_open(&in->ready);
    if (err != DUOS_OK) {
        duos__free(&sim->alloc, in, sizeof *in);
        return err;
    }
    in->sim = sim;
    in->process = process;
    process->reader = in;
    *out = in;
    return DUOS_OK;
}

duos_err sys_input_open(sys_input **out, duos_socket *ready)
{
    duos_sim *sim = duos__sim_current();
    duos_err err;

    if (sim == NULL || sim->host == 0) {
        return DUOS_ENOTREADY;
    }
    err = duos__sim_host_call(DUOS_SIM_CALL_INPUT_OPEN);
    if (err == DUOS_OK) {
        err = open_on(duos__sim_process(sim, sim->host), sim, out);
    }
    if (err == DUOS_OK) {
        *ready = (*out)->ready.recv_end;
        duos__sim_input_came(*out);
    }
    return err;
}

/* Moves a block out, since more may come while somebody looks at it. */
static void fill(sys_input *in)
{
    sim_process *process = in->process;
    size_t len = process->input_len;

    if (len > sizeof in->block) {
        len = sizeof in->block;
    }
    if (len > 0) {
        memcpy(in->block, process->input, len);
        memmove(process->input, process->input + len, process->input_len - len);
        process->input_len -= len;
    }
    in->len = len;
}

duos_err sys_input_peek(sys_input *in, const void **data, size_t *len)
{
    duos_err err = duos__sim_host_call(DUOS_SIM_CALL_INPUT_PEEK);

    if (err != DUOS_OK) {
        return err;
    }
    if (in->len == 0) {
        fill(in);
    }
    if (in->len == 0) {
        return in->process->input_ended ? DUOS_EEOF : DUOS_EWOULDBLOCK;
    }
    *data = in->block;
    *len = in->len;
    return DUOS_OK;
}

void sys_input_next(sys_input *in)
{
    in->len = 0;
    duos__sim_input_came(in);
}

void sys_input_close(sys_input *in)
{
    in->process->reader = NULL;
    sys_wakeup_close(&in->ready);
    duos__free(&in->sim->alloc, in, sizeof *in);
}
