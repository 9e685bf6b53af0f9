/* SPDX-License-Identifier: MIT */
/*
 * sys_local.c - the simulated network has no unix sockets, no files and no
 * service manager.
 */
#include "sim_internal.h"

duos_err sys_path_look(const duos_addr *addr, sys_path_id *id)
{
    (void)addr;
    (void)id;
    return DUOS_ENOTSUP;
}

duos_err sys_path_remove(const duos_addr *addr)
{
    (void)addr;
    return DUOS_ENOTSUP;
}

duos_err sys_path_set_mode(const duos_addr *addr, uint32_t mode)
{
    (void)addr;
    (void)mode;
    return DUOS_ENOTSUP;
}

duos_err sys_path_lock(const duos_addr *addr, intptr_t *lock)
{
    (void)addr;
    (void)lock;
    return DUOS_ENOTSUP;
}

void sys_path_unlock(intptr_t lock)
{
    (void)lock;
}

duos_err sys_peer_credentials(duos_socket s, duos_credentials *out)
{
    (void)s;
    (void)out;
    return DUOS_ENOTSUP;
}

sys_count sys_send_handle(duos_socket s, const void *data, size_t len,
                          intptr_t handle)
{
    (void)s;
    (void)data;
    (void)len;
    (void)handle;
    return DUOS_ENOTSUP;
}

sys_count sys_recv_handle(duos_socket s, void *data, size_t cap,
                          intptr_t *handle)
{
    (void)s;
    (void)data;
    (void)cap;
    (void)handle;
    return DUOS_ENOTSUP;
}

void sys_handover_get(sys_handover *out)
{
    (void)out;
}

void sys_handover_forget(void)
{
}

duos_err sys_disinherit(duos_socket s)
{
    sim_socket *sock;

    return duos__sim_call(DUOS_SIM_CALL_DISINHERIT, s, &sock);
}
