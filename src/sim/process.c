/* SPDX-License-Identifier: MIT */
/*
 * process.c - what a test does to the process that a host stands for: asks
 * it to quit, types at its standard input.
 */
#include <string.h>

#include "mem.h"
#include "sim_internal.h"

sim_process *duos__sim_process(duos_sim *sim, uint32_t host)
{
    sim_process *process = sim->processes[host];

    if (process == NULL) {
        process = (sim_process *)duos__new(&sim->alloc, sizeof *process);
        sim->processes[host] = process;
    }
    return process;
}

void duos__sim_unsay(duos_sim *sim, sim_process *process)
{
    duos__free(&sim->alloc, process->said, process->said_len);
    process->said = NULL;
    process->said_len = 0;
    process->said_at[0] = process->said_at[1] = process->said_at[2] = NULL;
}

void duos__sim_process_fini(duos_sim *sim)
{
    uint32_t host;

    for (host = 0; host <= sim->hosts; host++) {
        sim_process *process = sim->processes[host];

        if (process != NULL) {
            duos__sim_unsay(sim, process);
            duos__free(&sim->alloc, process->input, process->input_room);
            duos__free(&sim->alloc, process, sizeof *process);
        }
    }
}

/* ---- requests to quit ------------------------------------------------- */

static duos_err ask(sim_process *process, duos_quit_kind kind)
{
    if (process == NULL || !process->watched) {
        return DUOS_ESTATE;
    }
    if (process->waiting == SIM_QUITS_MAX) {
        return DUOS_ELIMIT;
    }
    process->count++;
    process->quits[process->waiting++] = (unsigned char)kind;
    if (process->on_signal != NULL) {
        process->on_signal(process->count, kind);
    }
    return duos__sim_wakeup_set(&process->quit, true);
}

duos_err duos_sim_quit(duos_sim *sim, uint32_t host, duos_quit_kind kind)
{
    duos_err err;

    if (sim == NULL || kind < DUOS_QUIT_INTERRUPT || kind > DUOS_QUIT_CLOSE) {
        return DUOS_EINVAL;
    }
    if (host == 0 || host > sim->hosts) {
        return DUOS_ENOENT;
    }
    err = ask(sim->processes[host], kind);
    if (err == DUOS_OK) {
        duos__sim_trace(sim, DUOS_SIM_QUIT, host, 0, (int64_t)kind);
    }
    return err;
}

/* ---- standard input --------------------------------------------------- */

static duos_err append(duos_sim *sim, sim_process *process, const void *data,
                       size_t len)
{
    size_t room = process->input_len + len;

    if (len > SIZE_MAX - process->input_len) {
        return DUOS_ENOMEM;
    }
    if (room > process->input_room) {
        unsigned char *grown = (unsigned char *)duos__resize(
            &sim->alloc, process->input, process->input_room, room, 1);

        if (grown == NULL) {
            return DUOS_ENOMEM;
        }
        process->input = grown;
        process->input_room = room;
    }
    memcpy(process->input + process->input_len, data, len);
    process->input_len += len;
    return DUOS_OK;
}

duos_err duos_sim_input(duos_sim *sim, uint32_t host, const void *data,
                        size_t len)
{
    sim_process *process;
    duos_err err = DUOS_OK;

    if (sim == NULL || (data == NULL && len > 0)) {
        return DUOS_EINVAL;
    }
    if (host == 0 || host > sim->hosts) {
        return DUOS_ENOENT;
    }
    process = duos__sim_process(sim, host);
    if (process == NULL) {
        return DUOS_ENOMEM;
    }
    if (process->input_ended) {
        return DUOS_ESTATE;
    }
    if (len > 0) {
        err = append(sim, process, data, len);
    }
    if (err == DUOS_OK) {
        process->input_ended = len == 0;
        duos__sim_trace(sim, DUOS_SIM_INPUT, host, 0, (int64_t)len);
        duos__sim_input_came(process->reader);
    }
    return err;
}

/* ---- a hand-over ------------------------------------------------------- */

static duos_err say(duos_sim *sim, sim_process *process,
                    const char *const texts[3])
{
    size_t lens[3];
    size_t total = 0;
    char *copy;
    int i;

    for (i = 0; i < 3; i++) {
        lens[i] = texts[i] != NULL ? strlen(texts[i]) + 1 : 0;
        total += lens[i];
    }
    copy = (char *)duos__new(&sim->alloc, total + 1);
    if (copy == NULL) {
        return DUOS_ENOMEM;
    }
    duos__sim_unsay(sim, process);
    process->said = copy;
    process->said_len = total + 1;
    for (i = 0; i < 3; i++) {
        if (texts[i] != NULL) {
            memcpy(copy, texts[i], lens[i]);
            process->said_at[i] = copy;
            copy += lens[i];
        }
    }
    return DUOS_OK;
}

duos_err duos_sim_handover(duos_sim *sim, uint32_t host, const char *count,
                           const char *pid, const char *names,
                           duos_socket first)
{
    const char *texts[3];
    sim_process *process;
    duos_err err;

    if (sim == NULL) {
        return DUOS_EINVAL;
    }
    if (host == 0 || host > sim->hosts) {
        return DUOS_ENOENT;
    }
    process = duos__sim_process(sim, host);
    if (process == NULL) {
        return DUOS_ENOMEM;
    }
    texts[0] = count;
    texts[1] = pid;
    texts[2] = names;
    err = say(sim, process, texts);
    if (err == DUOS_OK) {
        process->said_first = duos_socket_to_os(first);
    }
    return err;
}
