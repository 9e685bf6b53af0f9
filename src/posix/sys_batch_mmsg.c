/* SPDX-License-Identifier: MIT */
/*
 * sys_batch_mmsg.c - many datagrams with one call: sendmmsg and recvmmsg, of
 * Linux.
 *
 * Datagrams that go the same way, one after another and of one size, leave as
 * one that the kernel, or the network card, cuts apart again (UDP_SEGMENT, of
 * Linux 4.18): the way through the kernel is most of what a datagram costs.
 *
 * Linux keeps an error that comes after the first datagram of a receive for
 * the next call. MSG_WAITFORONE: a blocking socket waits for the first only.
 */
#include "envelope.h"
#include "option_names.h"

/* At a time: what goes with them lies on the stack, 450 bytes each. */
#define BATCH_MAX 32

/*
 * What is merged is never fragmented, so a longer datagram would be refused
 * on most ways: an Ethernet's 1,500 bytes without the headers of IPv6 and UDP.
 */
#define SEGMENT_MAX 1452

typedef struct batch {
    struct mmsghdr headers[BATCH_MAX];
    duos__envelope envelopes[BATCH_MAX];
} batch;

static unsigned clamp(size_t count)
{
    return count < BATCH_MAX ? (unsigned)count : BATCH_MAX;
}

/* ---- sending ------------------------------------------------------------- */

/* Messages on their way: header i holds the next runs[i] of them. */
typedef struct outgoing {
    batch b;
    duos_buf parts[BATCH_MAX]; /* of those that are merged */
    unsigned runs[BATCH_MAX];
    unsigned count; /* of headers */
} outgoing;

static bool same_way(const duos_message *a, const duos_message *b)
{
    return a->has == b->has &&
           ((a->has & DUOS_HAS_PEER) == 0 ||
            duos_addr_equal(&a->peer, &b->peer)) &&
           ((a->has & DUOS_HAS_LOCAL) == 0 ||
            duos_addr_equal(&a->local, &b->local)) &&
           ((a->has & DUOS_HAS_IFINDEX) == 0 || a->ifindex == b->ifindex) &&
           ((a->has & DUOS_HAS_TTL) == 0 || a->ttl == b->ttl) &&
           ((a->has & DUOS_HAS_TOS) == 0 || a->tos == b->tos);
}

static bool is_segment(const duos_message *message)
{
    return message->count == 1 && message->parts->len > 0 &&
           message->parts->len <= SEGMENT_MAX;
}

/* How many from the first on can be one: the last of them may be shorter. */
static unsigned run_length(const duos_message *list, unsigned count)
{
    unsigned n = 1;

    if (!is_segment(list)) {
        return 1;
    }
    while (n < count && is_segment(&list[n]) &&
           list[n - 1].parts->len == list->parts->len &&
           list[n].parts->len <= list->parts->len && same_way(list, &list[n])) {
        n++;
    }
    return n;
}

/* A kernel, or a socket, that does not know of it would send one long one. */
static bool knows_segments(duos_socket s)
{
    int size = -1;
    socklen_t len = sizeof size;

    return getsockopt(duos__fd(s), IPPROTO_UDP, UDP_SEGMENT, &size, &len) ==
               0 &&
           size == 0;
}

static bool can_merge(duos_socket s, const duos_message *list, unsigned count)
{
    unsigned i;

    for (i = 0; i + 1 < count && run_length(&list[i], 2) == 1; i++) {
    }
    return i + 1 < count && knows_segments(s);
}

static void merge_run(outgoing *out, const duos_message *list, unsigned run,
                      duos_buf *parts)
{
    duos__envelope *envelope = &out->b.envelopes[out->count];
    struct msghdr *header = &out->b.headers[out->count].msg_hdr;
    uint16_t size = (uint16_t)list->parts->len;
    unsigned i;

    for (i = 0; i < run; i++) {
        parts[i] = *list[i].parts;
    }
    duos__header_point(header, parts, run);
    header->msg_control = &envelope->control;
    (void)duos__header_put(header, IPPROTO_UDP, UDP_SEGMENT, &size,
                           sizeof size);
}

/* A message that cannot be sent ends the batch before it. */
static duos_err pack(outgoing *out, duos_socket s, const duos_message *list,
                     unsigned count, bool merging)
{
    unsigned done = 0;

    out->count = 0;
    while (done < count) {
        unsigned run = merging ? run_length(&list[done], count - done) : 1;
        duos_err err = duos__envelope_seal(&out->b.envelopes[out->count],
                                           &out->b.headers[out->count].msg_hdr,
                                           s, &list[done]);

        if (err != DUOS_OK) {
            return out->count > 0 ? DUOS_OK : err;
        }
        if (run > 1) {
            merge_run(out, &list[done], run, &out->parts[done]);
        }
        out->runs[out->count++] = run;
        done += run;
    }
    return DUOS_OK;
}

static sys_count send_packed(outgoing *out, duos_socket s,
                             const duos_message *list, unsigned count,
                             bool merging)
{
    sys_count messages = 0;
    duos_err err = pack(out, s, list, count, merging);
    int i, result;

    if (err != DUOS_OK) {
        return err;
    }
    result = sendmmsg(duos__fd(s), out->b.headers, out->count, MSG_NOSIGNAL);
    if (result < 0) {
        return duos__last_error();
    }
    for (i = 0; i < result; i++) {
        messages += (sys_count)out->runs[i];
    }
    return messages;
}

/*
 * Too long for the way, no checksums, a network card that cannot: nothing was
 * sent, and what is merged no more may go.
 */
static bool is_refusal_to_merge(sys_count result)
{
    return result == DUOS_EINVAL || result == DUOS_EMSGSIZE ||
           result == DUOS_EIO;
}

sys_count sys_send_batch(duos_socket s, const duos_message *list, size_t count)
{
    outgoing out;
    unsigned most = clamp(count);
    sys_count result =
        send_packed(&out, s, list, most, can_merge(s, list, most));

    if (out.count > 0 && out.runs[0] > 1 && is_refusal_to_merge(result)) {
        result = send_packed(&out, s, list, most, false);
    }
    return result;
}

/* ---- receiving ----------------------------------------------------------- */

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
