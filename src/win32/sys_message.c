/* SPDX-License-Identifier: MIT */
/*
 * sys_message.c - bytes in parts, urgent bytes, and datagrams one at a time.
 *
 * WSARecvMsg has to be looked up for each socket. That asks no kernel, so it
 * is done for each call, and nothing has to be kept.
 */
#include "envelope.h"

size_t sys_parts_max(void)
{
    return DUOS__PARTS_MAX;
}

/* ---- sending ------------------------------------------------------------- */

sys_count sys_sendv(duos_socket s, const duos_buf *parts, size_t count,
                    unsigned flags)
{
    DWORD native = (flags & DUOS_MSG_OOB) != 0 ? MSG_OOB : 0;
    DWORD taken = 0;
    duos__parts to;

    duos__parts_init(&to, parts, count);
    if (WSASend(duos__os(s), to.list, to.count, &taken, native, NULL, NULL) !=
        0) {
        return duos__io_error(s, WSAGetLastError());
    }
    return taken == 0 && to.bytes > 0 ? DUOS_EWOULDBLOCK : (sys_count)taken;
}

static int send_plain(duos_socket s, duos__envelope *envelope)
{
    WSAMSG *header = &envelope->header;
    DWORD taken;

    return WSASendTo(duos__os(s), header->lpBuffers, header->dwBufferCount,
                     &taken, 0, header->name, header->namelen, NULL, NULL);
}

static int send_with_control(duos_socket s, duos__envelope *envelope)
{
    DWORD taken;

    return WSASendMsg(duos__os(s), &envelope->header, 0, &taken, NULL, NULL);
}

static duos_err not_sent(duos_socket s, const duos_message *message, int code)
{
    duos_addr peer;

    if ((message->has & DUOS_HAS_PEER) != 0 && code != WSAEWOULDBLOCK) {
        return duos__wsa_addr_error(s, &message->peer, code);
    }
    if ((message->has & DUOS_HAS_PEER) == 0 &&
        sys_peer_addr(s, &peer) == DUOS_ENOTCONN) {
        return DUOS_EDESTADDRREQ;
    }
    return duos__io_error(s, code);
}

duos_err sys_sendmsg(duos_socket s, const duos_message *message)
{
    duos__envelope envelope;
    duos__parts parts;
    duos_err err = duos__envelope_seal(&envelope, &parts, s, message);
    bool plain = envelope.header.Control.len == 0;
    int code;

    if (err != DUOS_OK || (plain ? send_plain(s, &envelope)
                                 : send_with_control(s, &envelope)) == 0) {
        return err;
    }
    code = WSAGetLastError();
    /* Older systems do not know the control message. */
    return code == WSAEINVAL && (message->has & DUOS_HAS_TOS) != 0
               ? DUOS_ENOTSUP
               : not_sent(s, message, code);
}

/* ---- receiving ----------------------------------------------------------- */

/* A receive into a WSAMSG, by WSARecvMsg or, if that is NULL, by WSARecv. */
typedef struct intake {
    duos_socket s;
    LPFN_WSARECVMSG call;
    WSAMSG *header;
    size_t cap; /* of all parts */
    bool truncated;
} intake;

static int receive_message_once(const intake *in, DWORD *n)
{
    WSAMSG *header = in->header;

    return in->call != NULL ? in->call(duos__os(in->s), header, n, NULL, NULL)
                            : WSARecv(duos__os(in->s), header->lpBuffers,
                                      header->dwBufferCount, n,
                                      &header->dwFlags, NULL, NULL);
}

static sys_count receive_message(intake *in)
{
    const WSAMSG before = *in->header;
    int tries;

    for (tries = 0; tries < DUOS__STALE_REPORTS_MAX; tries++) {
        DWORD n = 0;
        int code;

        *in->header = before;
        if (receive_message_once(in, &n) == 0) {
            in->truncated = (in->header->dwFlags & MSG_TRUNC) != 0;
            return (sys_count)n;
        }
        code = WSAGetLastError();
        if (!duos__is_stale_report(in->s, code)) {
            return duos__receive_ended(in->s, code, in->cap, &in->truncated);
        }
    }
    return DUOS_EWOULDBLOCK;
}

sys_count sys_recvv(duos_socket s, const duos_buf *parts, size_t count,
                    unsigned flags)
{
    duos__parts into;
    WSAMSG header = {0};
    intake in = {s, NULL, &header, 0, false};

    duos__parts_init(&into, parts, count);
    header.lpBuffers = into.list;
    header.dwBufferCount = into.count;
    header.dwFlags = ((flags & DUOS_MSG_PEEK) != 0 ? MSG_PEEK : 0) |
                     ((flags & DUOS_MSG_OOB) != 0 ? MSG_OOB : 0);
    in.cap = into.bytes;
    return receive_message(&in);
}

duos_err sys_at_mark(duos_socket s, bool *at)
{
    u_long answer = 0;
    duos_err err = duos__wsa_result(
        s, ioctlsocket(duos__os(s), (long)SIOCATMARK, &answer));

    if (err == DUOS_OK) {
        *at = answer != 0;
    }
    return err;
}

static duos_err look_up(duos_socket s, LPFN_WSARECVMSG *call)
{
    GUID id = WSAID_WSARECVMSG;
    DWORD bytes;

    return duos__wsa_result(
        s, WSAIoctl(duos__os(s), SIO_GET_EXTENSION_FUNCTION_POINTER, &id,
                    sizeof id, call, sizeof *call, &bytes, NULL, NULL));
}

duos_err sys_recvmsg(duos_socket s, duos_message *message)
{
    duos__envelope envelope;
    duos__parts parts;
    intake in = {s, NULL, &envelope.header, 0, false};
    sys_count n;
    duos_err err = look_up(s, &in.call);

    if (err != DUOS_OK) {
        return err;
    }
    duos__parts_init(&parts, message->parts, message->count);
    duos__envelope_lay(&envelope, &parts);
    envelope.header.dwFlags =
        (message->flags & DUOS_MSG_PEEK) != 0 ? MSG_PEEK : 0;
    in.cap = parts.bytes;
    n = receive_message(&in);
    if (n < 0) {
        return (duos_err)n;
    }
    duos__envelope_open(&envelope, message);
    message->len = (size_t)n;
    message->truncated = in.truncated;
    return DUOS_OK;
}
