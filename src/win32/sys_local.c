/* SPDX-License-Identifier: MIT */
/*
 * sys_local.c - unix sockets on Windows tell the process of the peer, and
 * nothing else: no user, no handles in messages. Sockets that a service
 * manager hands over are not the custom here.
 */
#include "win32.h"

duos_err sys_peer_credentials(duos_socket s, duos_credentials *out)
{
    ULONG pid = 0;
    DWORD bytes;
    duos_err err =
        duos__wsa_result(s, WSAIoctl(duos__os(s), SIO_AF_UNIX_GETPEERPID, NULL,
                                     0, &pid, sizeof pid, &bytes, NULL, NULL));

    if (err == DUOS_OK) {
        out->known = DUOS_CREDENTIAL_PID;
        out->pid = pid;
        out->uid = 0;
        out->gid = 0;
    }
    return err;
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
    if (SetHandleInformation((HANDLE)duos__os(s), HANDLE_FLAG_INHERIT, 0)) {
        return DUOS_OK;
    }
    return sys_err_from_native((int32_t)GetLastError());
}
