/* SPDX-License-Identifier: MIT */
/*
 * sys_batch_loop.c - many datagrams, one call each: macOS and the BSDs, whose
 * recvmmsg, where they have one, does not keep a late error.
 *
 * An error that a receive has taken from the socket cannot be put back. Only
 * a connected socket has errors of its own (trap 48), so that one is asked
 * for a single datagram; a batch may always be short.
 */
#include "envelope.h"

sys_count sys_send_batch(duos_socket s, const duos_message *list, size_t count)
{
    (void)s;
    (void)list;
    (void)count;
    return DUOS_ENOTSUP;
}

static duos_err receive_more(duos_socket s, duos_message *message)
{
    duos__envelope envelope;
    struct msghdr header;
    ssize_t result;

    duos__envelope_lay(&envelope, &header, message);
    result = recvmsg(duos__fd(s), &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (result < 0) {
        return duos__last_error();
    }
    duos__envelope_open(&envelope, &header, (size_t)result, message);
    return DUOS_OK;
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
    while (n < count && receive_more(s, &list[n]) == DUOS_OK) {
        n++;
    }
    return (sys_count)n;
}
