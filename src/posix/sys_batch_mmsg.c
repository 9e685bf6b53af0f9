/* SPDX-License-Identifier: MIT */
/*
 * sys_batch_mmsg.c - many datagrams with one call: sendmmsg and recvmmsg, of
 * Linux.
 *
 * Linux keeps an error that comes after the first datagram of a receive for
 * the next call. MSG_WAITFORONE: a blocking socket waits for the first only.
 */
#include "envelope.h"

/* At a time: what goes with them lies on the stack, 450 bytes each. */
#define BATCH_MAX 32

typedef struct batch {
    struct mmsghdr headers[BATCH_MAX];
    duos__envelope envelopes[BATCH_MAX];
} batch;

static unsigned clamp(size_t count)
{
    return count < BATCH_MAX ? (unsigned)count : BATCH_MAX;
}

/* A message that cannot be sent ends the batch before it. */
sys_count sys_send_batch(duos_socket s, const duos_message *list, size_t count)
{
    batch b;
    unsigned most = clamp(count);
    unsigned n;
    int result;

    for (n = 0; n < most; n++) {
        duos_err err = duos__envelope_seal(&b.envelopes[n],
                                           &b.headers[n].msg_hdr, s, &list[n]);

        if (err != DUOS_OK && n == 0) {
            return err;
        }
        if (err != DUOS_OK) {
            break;
        }
    }
    result = sendmmsg(duos__fd(s), b.headers, n, MSG_NOSIGNAL);
    return result >= 0 ? result : duos__last_error();
}

sys_count sys_recv_batch(duos_socket s, duos_message *list, size_t count)
{
    batch b;
    unsigned most = clamp(count);
    unsigned n;
    int i, result;

    for (n = 0; n < most; n++) {
        duos__envelope_lay(&b.envelopes[n], &b.headers[n].msg_hdr, &list[n]);
    }
    result = recvmmsg(duos__fd(s), b.headers, most,
                      MSG_WAITFORONE | MSG_CMSG_CLOEXEC, NULL);
    if (result < 0) {
        return duos__last_error();
    }
    for (i = 0; i < result; i++) {
        duos__envelope_open(&b.envelopes[i], &b.headers[i].msg_hdr,
                            b.headers[i].msg_len, &list[i]);
    }
    return result;
}
