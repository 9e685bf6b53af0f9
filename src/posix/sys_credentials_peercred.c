/* SPDX-License-Identifier: MIT */
/*
 * sys_credentials_peercred.c - who the peer is, by SO_PEERCRED: Linux.
 */
#include "posix.h"

duos_err sys_peer_credentials(duos_socket s, duos_credentials *out)
{
    struct ucred peer;
    socklen_t len = sizeof peer;

    if (getsockopt(duos__fd(s), SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0) {
        return duos__last_error();
    }
    out->known = DUOS_CREDENTIAL_UID | DUOS_CREDENTIAL_GID;
    out->pid = 0;
    out->uid = (uint32_t)peer.uid;
    out->gid = (uint32_t)peer.gid;
    if (peer.pid > 0) { /* 0: it lives where we see no processes */
        out->known |= DUOS_CREDENTIAL_PID;
        out->pid = (uint64_t)peer.pid;
    }
    return DUOS_OK;
}
