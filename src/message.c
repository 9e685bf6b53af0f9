/* SPDX-License-Identifier: MIT */
/*
 * message.c - bytes in parts, and datagrams one by one or in batches: checks
 * arguments, starts again after a signal, and cuts what one call of the
 * system cannot take. Of a stream that leaves the rest for the next call; a
 * datagram is never cut.
 */
#include <duosock/message.h>

#include "kind.h"

/* ---- parts ------------------------------------------------------------ */

/* How far one call reaches: parts from the first on, and their bytes. */
typedef struct reach {
    size_t parts;
    size_t bytes;
    bool all;  /* it reaches the last part */
    bool room; /* there are bytes, be it beyond its reach */
} reach;

static duos_err measure_each(const duos_buf *parts, size_t count, reach *r)
{
    size_t most = sys_parts_max();
    size_t i;

    r->parts = 0;
    r->bytes = 0;
    r->all = true;
    r->room = false;
    if (parts == NULL && count > 0) {
        return DUOS_EINVAL;
    }
    for (i = 0; i < count; i++) {
        if (parts[i].data == NULL && parts[i].len > 0) {
            return DUOS_EINVAL;
        }
        r->all = r->all && i < most && parts[i].len <= SYS_IO_MAX - r->bytes;
        r->room = r->room || parts[i].len > 0;
        if (r->all) {
            r->parts++;
            r->bytes += parts[i].len;
        }
    }
    return DUOS_OK;
}

/* One part that a call can take, as a rule: that of a datagram in a batch. */
static inline duos_err measure(const duos_buf *parts, size_t count, reach *r)
{
    if (DUOS_LIKELY(count == 1 && parts != NULL && parts->data != NULL &&
                    parts->len <= SYS_IO_MAX)) {
        r->parts = 1;
        r->bytes = parts->len;
        r->all = true;
        r->room = parts->len > 0;
        return DUOS_OK;
    }
    return measure_each(parts, count, r);
}

typedef sys_count (*mover)(duos_socket s, const duos_buf *parts, size_t count,
                           unsigned flags);

static sys_count move(mover call, duos_socket s, const duos_buf *parts,
                      size_t count, unsigned flags)
{
    sys_count n;

    do {
        n = call(s, parts, count, flags);
    } while (n == DUOS_EINTERRUPTED);
    return n;
}

/* More than one call can take: the beginning, of a stream (traps 42, 43). */
static sys_count move_beginning(mover call, duos_socket s,
                                const duos_buf *parts, size_t count,
                                unsigned flags)
{
    duos_buf first;
    reach r;
    duos_err err = duos__need_type(s, DUOS_STREAM);

    if (err != DUOS_OK) {
        return err == DUOS_EOPNOTSUPP ? DUOS_EMSGSIZE : err;
    }
    while (count > 1 && parts->len == 0) {
        parts++;
        count--;
    }
    if (parts->len > SYS_IO_MAX) {
        first.data = parts->data;
        first.len = SYS_IO_MAX;
        return move(call, s, &first, 1, flags);
    }
    (void)measure(parts, count, &r); /* was found good before */
    return move(call, s, parts, r.parts, flags);
}

static sys_count move_parts(mover call, duos_socket s, const duos_buf *parts,
                            size_t count, unsigned flags, const reach *r)
{
    static const duos_buf nothing;

    if ((flags & DUOS_MSG_OOB) != 0) {
        duos_err err = duos__need_type(s, DUOS_STREAM);

        if (err != DUOS_OK) {
            return err;
        }
    }
    if (count == 0) {
        return move(call, s, &nothing, 1, flags); /* an empty datagram */
    }
    return r->all ? move(call, s, parts, count, flags)
                  : move_beginning(call, s, parts, count, flags);
}

duos_err duos_sendv(duos_socket s, const duos_buf *parts, size_t count,
                    unsigned flags, size_t *sent)
{
    reach r;
    sys_count n;
    duos_err err = measure(parts, count, &r);

    if (err != DUOS_OK || sent == NULL ||
        (flags & ~(unsigned)DUOS_MSG_OOB) != 0) {
        return DUOS_EINVAL;
    }
    n = move_parts(sys_sendv, s, parts, count, flags, &r);
    if (n < 0) {
        return (duos_err)n;
    }
    *sent = (size_t)n;
    return DUOS_OK;
}

/*
 * "Invalid", say the systems when no urgent byte is there; but that is what
 * they say to a socket that keeps it inline, or has no connection, as well.
 */
static duos_err no_urgent_byte(duos_socket s)
{
    duos_addr peer;
    sys_optval keeps;
    duos_err err = sys_peer_addr(s, &peer);

    if (err == DUOS_OK) {
        err = sys_opt_get(s, DUOS_OPT_OOB_INLINE, &keeps);
    }
    return err != DUOS_OK ? err : keeps.on ? DUOS_EINVAL : DUOS_EWOULDBLOCK;
}

duos_err duos_recvv(duos_socket s, const duos_buf *parts, size_t count,
                    unsigned flags, size_t *received)
{
    reach r;
    sys_count n;
    duos_err err = measure(parts, count, &r);

    if (err != DUOS_OK || received == NULL ||
        (flags & ~(unsigned)(DUOS_MSG_PEEK | DUOS_MSG_OOB)) != 0) {
        return DUOS_EINVAL;
    }
    n = move_parts(sys_recvv, s, parts, count, flags, &r);
    if (n == DUOS_EINVAL && (flags & DUOS_MSG_OOB) != 0) {
        n = no_urgent_byte(s);
    }
    if (n == 0 && r.room) {
        err = duos__judge_empty(s);
    }
    if (n < 0 || err != DUOS_OK) {
        return n < 0 ? (duos_err)n : err;
    }
    *received = (size_t)n;
    return DUOS_OK;
}

duos_err duos_at_mark(duos_socket s, bool *at)
{
    duos_err err;

    if (at == NULL) {
        return DUOS_EINVAL;
    }
    err = duos__need_type(s, DUOS_STREAM);
    return err == DUOS_OK ? sys_at_mark(s, at) : err;
}

/* ---- datagrams -------------------------------------------------------- */

static duos_err check_message(const duos_message *message, unsigned flags,
                              reach *r)
{
    duos_err err;

    if (message == NULL || (message->flags & ~flags) != 0) {
        return DUOS_EINVAL;
    }
    err = measure(message->parts, message->count, r);
    return err == DUOS_OK && !r->all ? DUOS_EMSGSIZE : err;
}

static duos_err check_outgoing(const duos_message *message)
{
    const unsigned known = DUOS_HAS_PEER | DUOS_HAS_LOCAL | DUOS_HAS_IFINDEX |
                           DUOS_HAS_TTL | DUOS_HAS_TOS;
    reach r;

    if (message == NULL || (message->has & ~known) != 0 ||
        ((message->has & DUOS_HAS_TTL) != 0 && message->ttl == 0)) {
        return DUOS_EINVAL;
    }
    return check_message(message, 0, &r);
}

/* Whoever sent a datagram is known; at the end of a stream nobody is. */
static duos_err judge_ends(duos_socket s, const duos_message *message,
                           const reach *r)
{
    bool nothing = message->len == 0 && (message->has & DUOS_HAS_PEER) == 0;

    return nothing && r->room ? duos__judge_empty(s) : DUOS_OK;
}

duos_err duos_recvmsg(duos_socket s, duos_message *message)
{
    duos_message got;
    reach r;
    duos_err err = check_message(message, DUOS_MSG_PEEK, &r);

    if (err != DUOS_OK) {
        return err;
    }
    got = *message;
    do {
        err = sys_recvmsg(s, &got);
    } while (err == DUOS_EINTERRUPTED);
    if (err == DUOS_OK) {
        err = judge_ends(s, &got, &r);
    }
    if (err == DUOS_OK) {
        *message = got;
    }
    return err;
}

duos_err duos_sendmsg(duos_socket s, const duos_message *message)
{
    duos_err err = check_outgoing(message);

    if (err != DUOS_OK) {
        return err;
    }
    do {
        err = sys_sendmsg(s, message);
    } while (err == DUOS_EINTERRUPTED);
    return err;
}

/* ---- batches ---------------------------------------------------------- */

/* What is wrong with a later message is told when its turn comes. */
duos_err duos_recv_batch(duos_socket s, duos_message *list, size_t count,
                         size_t *received)
{
    reach first, r;
    sys_count n;
    size_t good;
    duos_err err = DUOS_OK;

    if (received == NULL || (list == NULL && count > 0)) {
        return DUOS_EINVAL;
    }
    for (good = 0; good < count && err == DUOS_OK;) {
        err = check_message(&list[good], 0, good == 0 ? &first : &r);
        good += err == DUOS_OK;
    }
    if (err != DUOS_OK && good == 0) {
        return err;
    }
    if (count == 0) {
        *received = 0;
        return DUOS_OK;
    }
    do {
        n = sys_recv_batch(s, list, good);
    } while (n == DUOS_EINTERRUPTED);
    err = n < 0 ? (duos_err)n : judge_ends(s, list, &first);
    if (err == DUOS_OK) {
        *received = (size_t)n;
    }
    return err;
}

static sys_count send_each(duos_socket s, const duos_message *list,
                           size_t count)
{
    size_t n;
    duos_err err = DUOS_OK;

    for (n = 0; n < count; n++) {
        err = sys_sendmsg(s, &list[n]);
        if (err != DUOS_OK) {
            break;
        }
    }
    return n > 0 ? (sys_count)n : err;
}

duos_err duos_send_batch(duos_socket s, const duos_message *list, size_t count,
                         size_t *sent)
{
    sys_count n;
    size_t good;
    duos_err err = DUOS_OK;

    if (sent == NULL || (list == NULL && count > 0)) {
        return DUOS_EINVAL;
    }
    for (good = 0; good < count && err == DUOS_OK;) {
        err = check_outgoing(&list[good]);
        good += err == DUOS_OK;
    }
    if (err != DUOS_OK && good == 0) {
        return err;
    }
    if (count == 0) {
        *sent = 0;
        return DUOS_OK;
    }
    do {
        n = sys_send_batch(s, list, good);
        if (n == DUOS_ENOTSUP) {
            n = send_each(s, list, good);
        }
    } while (n == DUOS_EINTERRUPTED);
    if (n < 0) {
        return (duos_err)n;
    }
    *sent = (size_t)n;
    return DUOS_OK;
}
