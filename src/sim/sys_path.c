/* SPDX-License-Identifier: MIT */
/*
 * sys_path.c - the files of unix sockets, as file.c keeps them. There is one
 * lock on each host, since there is one directory.
 */
#include "sim_internal.h"

static duos_err find(duos_sim_call call, const duos_addr *addr, sim_file **out)
{
    const duos_sim *sim = duos__sim_current();
    duos_err err = duos__sim_host_call(call);

    if (sim == NULL || sim->host == 0) {
        return DUOS_ENOTREADY;
    }
    if (err != DUOS_OK) {
        return err;
    }
    *out = duos__sim_file(sim, addr);
    return *out != NULL ? DUOS_OK : DUOS_ENOENT;
}

duos_err sys_path_look(const duos_addr *addr, sys_path_id *id)
{
    sim_file *file;
    duos_err err = find(DUOS_SIM_CALL_PATH_LOOK, addr, &file);

    if (err == DUOS_OK) {
        id->device = file->host;
        id->inode = file->inode;
        id->is_socket = true;
    }
    return err;
}

duos_err sys_path_remove(const duos_addr *addr)
{
    sim_file *file;
    duos_err err = find(DUOS_SIM_CALL_PATH_REMOVE, addr, &file);

    if (err == DUOS_OK) {
        duos__sim_file_remove(duos__sim_current(), file);
    }
    return err;
}

duos_err sys_path_set_mode(const duos_addr *addr, uint32_t mode)
{
    sim_file *file;
    duos_err err = find(DUOS_SIM_CALL_PATH_SET_MODE, addr, &file);

    if (err == DUOS_OK) {
        file->mode = mode;
    }
    return err;
}

duos_err sys_path_lock(const duos_addr *addr, intptr_t *lock)
{
    duos_sim *sim = duos__sim_current();
    duos_err err = duos__sim_host_call(DUOS_SIM_CALL_PATH_LOCK);

    (void)addr;
    if (sim == NULL || sim->host == 0) {
        return DUOS_ENOTREADY;
    }
    if (err != DUOS_OK) {
        return err;
    }
    if (sim->host_of[sim->host].locked) {
        return DUOS_EBUSY;
    }
    sim->host_of[sim->host].locked = true;
    *lock = (intptr_t)sim->host;
    return DUOS_OK;
}

void sys_path_unlock(intptr_t lock)
{
    duos_sim *sim = duos__sim_current();

    if (sim != NULL) {
        sim->host_of[lock].locked = false;
    }
}
