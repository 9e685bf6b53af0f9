/* SPDX-License-Identifier: MIT */
/*
 * sys_message.c - bytes in parts, urgent bytes, and datagrams one at a time:
 * all of it is sendmsg and recvmsg. writev would raise SIGPIPE (trap 41).
 */
#include "envelope.h"

#include <sys/ioctl.h>

size_t sys_parts_max(void)
{
    return IOV_MAX; /* trap 43 */
}

static int native_flags(unsigned flags)
{
    return ((flags & DUOS_MSG_PEEK) != 0 ? MSG_PEEK : 0) |
           ((flags & DUOS_MSG_OOB) != 0 ? MSG_OOB : 0);
}

static bool holds_bytes(const duos_buf *parts, size_t count)
{
    size_t i;

    for (i = 0; i < count && parts[i].len == 0; i++) {
    }
    return i < count;
}

sys_count sys_sendv(duos_socket s, const duos_buf *parts, size_t count,
                    unsigned flags)
{
    struct msghdr header;
    ssize_t result;

    duos__header_init(&header, parts, count);
    result = sendmsg(duos__fd(s), &header, native_flags(flags) | MSG_NOSIGNAL);
    if (DUOS_LIKELY(result > 0)) {
        return result;
    }
    return duos__send_ended(result, holds_bytes(parts, count));
}

sys_count sys_recvv(duos_socket s, const duos_buf *parts, size_t count,
                    unsigned flags)
{
    struct msghdr header;
    ssize_t result;

    duos__header_init(&header, parts, count);
    result = recvmsg(duos__fd(s), &header, native_flags(flags));
    return DUOS_LIKELY(result >= 0) ? result : duos__last_error();
}

duos_err sys_at_mark(duos_socket s, bool *at)
{
    int answer = 0;

    if (ioctl(duos__fd(s), SIOCATMARK, &answer) != 0) {
        return duos__last_error();
    }
    *at = answer != 0;
    return DUOS_OK;
}

duos_err sys_sendmsg(duos_socket s, const duos_message *message)
{
    duos__envelope envelope;
    struct msghdr header;
    duos_err err = duos__envelope_seal(&envelope, &header, s, message);

    if (err == DUOS_OK && sendmsg(duos__fd(s), &header, MSG_NOSIGNAL) < 0) {
        err = duos__last_error();
    }
    return err;
}

duos_err sys_recvmsg(duos_socket s, duos_message *message)
{
    duos__envelope envelope;
    struct msghdr header;
    ssize_t result;

    duos__envelope_lay(&envelope, &header, message);
    result = recvmsg(duos__fd(s), &header,
                     native_flags(message->flags) | MSG_CMSG_CLOEXEC);
    if (result < 0) {
        return duos__last_error();
    }
    duos__envelope_open(&envelope, &header, (size_t)result, message);
    return DUOS_OK;
}
