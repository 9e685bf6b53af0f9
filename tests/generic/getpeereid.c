/* SPDX-License-Identifier: MIT */
/*
 * getpeereid.c - the BSDs' call over what Linux has instead of it.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif

#include "getpeereid.h"

#include <sys/socket.h>

int getpeereid(int fd, unsigned *uid, unsigned *gid)
{
    struct ucred peer;
    socklen_t len = sizeof peer;
    int result = getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len);

    if (result == 0) {
        *uid = peer.uid;
        *gid = peer.gid;
    }
    return result;
}
