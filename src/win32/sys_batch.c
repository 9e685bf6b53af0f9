/* SPDX-License-Identifier: MIT */
/*
 * sys_batch.c - many datagrams, one call each.
 *
 * An error that a receive has taken from the socket cannot be put back. Only
 * a connected socket has errors of its own (trap 48), so that one is asked
 * for a single datagram. A blocking socket would wait for the second one, and
 * cannot be told not to (trap 51), so it is asked first whether one is there.
 */
#include "win32.h"

sys_count sys_send_batch(duos_socket s, const duos_message *list, size_t count)
{
    (void)s;
    (void)list;
    (void)count;
    return DUOS_ENOTSUP;
}

static bool is_readable(duos_socket s)
{
    struct timeval no_time = {0, 0};
    fd_set set;

    FD_ZERO(&set);
    FD_SET(duos__os(s), &set);
    return select(0, &set, NULL, NULL, &no_time) == 1;
}

sys_count sys_recv_batch(duos_socket s, duos_message *list, size_t count)
{
    duos_addr peer;
    size_t n = 1;
    duos_err err = sys_recvmsg(s, &list[0]);

    if (err != DUOS_OK) {
        return err;
    }
    if (count > 1 && sys_peer_addr(s, &peer) == DUOS_OK) {
        return 1;
    }
    while (n < count && is_readable(s) && sys_recvmsg(s, &list[n]) == DUOS_OK) {
        n++;
    }
    return (sys_count)n;
}
