/* SPDX-License-Identifier: MIT */
/*
 * sys_credentials_peereid.c - who the peer is, by getpeereid: macOS and the
 * BSDs. The process is told by macOS alone.
 */
#include "posix.h"

static void ask_process(int fd, duos_credentials *out)
{
    const int option = DUOS__LOCAL_PEERPID;
    pid_t pid = 0;
    socklen_t len = sizeof pid;

    if (option != DUOS__NO_OPTION &&
        getsockopt(fd, DUOS__SOL_LOCAL, option, &pid, &len) == 0 && pid > 0) {
        out->known |= DUOS_CREDENTIAL_PID;
        out->pid = (uint64_t)pid;
    }
}

duos_err sys_peer_credentials(duos_socket s, duos_credentials *out)
{
    uid_t uid;
    gid_t gid;

    if (getpeereid(duos__fd(s), &uid, &gid) != 0) {
        return duos__last_error();
    }
    out->known = DUOS_CREDENTIAL_UID | DUOS_CREDENTIAL_GID;
    out->pid = 0;
    out->uid = (uint32_t)uid;
    out->gid = (uint32_t)gid;
    ask_process(duos__fd(s), out);
    return DUOS_OK;
}
