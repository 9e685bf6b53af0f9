/* SPDX-License-Identifier: MIT */
/*
 * envelope.c - what goes with a datagram, as control messages.
 *
 * Windows has none for the TTL of one datagram. It ignores the option IP_TOS
 * but takes the control message (trap 50).
 */
#include "envelope.h"

#include "route.h"

void duos__parts_init(duos__parts *to, const duos_buf *parts, size_t count)
{
    size_t i;

    to->bytes = 0;
    for (i = 0; i < count; i++) {
        to->list[i].len = (ULONG)parts[i].len;
        to->list[i].buf = (char *)parts[i].data;
        to->bytes += parts[i].len;
    }
    if (count == 0) {
        to->list[0].len = 0;
        to->list[0].buf = NULL;
    }
    to->count = count == 0 ? 1 : (DWORD)count;
}

static void init_envelope(duos__envelope *envelope, duos__parts *parts)
{
    memset(&envelope->header, 0, sizeof envelope->header);
    memset(&envelope->name, 0, sizeof envelope->name);
    envelope->header.lpBuffers = parts->list;
    envelope->header.dwBufferCount = parts->count;
}

/*
 * WSA_CMSG_SPACE and its kin in types that fit: as headers have them, they
 * mix signed and unsigned numbers.
 */
#define ITEM_ALIGN  sizeof(SIZE_T)
#define ITEM_HEADER ((sizeof(WSACMSGHDR) + ITEM_ALIGN - 1) & ~(ITEM_ALIGN - 1))

static size_t item_space(size_t len)
{
    return ITEM_HEADER + ((len + ITEM_ALIGN - 1) & ~(ITEM_ALIGN - 1));
}

/* ---- sending ------------------------------------------------------------- */

static void put_item(duos__envelope *envelope, int level, int type,
                     const void *data, size_t len)
{
    WSABUF *control = &envelope->header.Control;
    WSACMSGHDR *item = (WSACMSGHDR *)(void *)(control->buf + control->len);

    memset(item, 0, item_space(len));
    item->cmsg_level = level;
    item->cmsg_type = type;
    item->cmsg_len = ITEM_HEADER + len;
    memcpy((char *)item + ITEM_HEADER, data, len);
    control->len += (ULONG)item_space(len);
}

static void put_source4(duos__envelope *envelope, const duos_message *message)
{
    struct in_pktinfo info;

    memset(&info, 0, sizeof info);
    if ((message->has & DUOS_HAS_LOCAL) != 0) {
        memcpy(&info.ipi_addr, duos__addr_bytes4(&message->local), 4);
    }
    if ((message->has & DUOS_HAS_IFINDEX) != 0) {
        memcpy(&info.ipi_ifindex, &message->ifindex, sizeof message->ifindex);
    }
    put_item(envelope, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
}

static void put_source6(duos__envelope *envelope, const duos_message *message)
{
    struct in6_pktinfo info;
    uint32_t index = 0;

    memset(&info, 0, sizeof info);
    if ((message->has & DUOS_HAS_LOCAL) != 0) {
        memcpy(&info.ipi6_addr, message->local.ip.v6, 16);
        index = message->local.scope;
    }
    if ((message->has & DUOS_HAS_IFINDEX) != 0) {
        index = message->ifindex;
    }
    memcpy(&info.ipi6_ifindex, &index, sizeof index);
    put_item(envelope, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
}

static duos_err put_all(duos__envelope *envelope, duos_socket s,
                        const duos_message *message)
{
    int version;
    duos_err err = duos__route_of(s, message, &version);
    bool ipv4 = err == DUOS_OK && version == DUOS_IPV4;

    if (err != DUOS_OK || (message->has & DUOS_HAS_TTL) != 0) {
        return err != DUOS_OK ? err : DUOS_ENOTSUP;
    }
    if ((message->has & (DUOS_HAS_LOCAL | DUOS_HAS_IFINDEX)) != 0) {
        if (ipv4) {
            put_source4(envelope, message);
        } else {
            put_source6(envelope, message);
        }
    }
    if ((message->has & DUOS_HAS_TOS) != 0) {
        int tos = message->tos;

        put_item(envelope, ipv4 ? IPPROTO_IP : IPPROTO_IPV6,
                 ipv4 ? IP_TOS : IPV6_TCLASS, &tos, sizeof tos);
    }
    return DUOS_OK;
}

duos_err duos__envelope_seal(duos__envelope *envelope, duos__parts *parts,
                             duos_socket s, const duos_message *message)
{
    duos_err err = DUOS_OK;

    duos__parts_init(parts, message->parts, message->count);
    init_envelope(envelope, parts);
    if ((message->has & DUOS_HAS_PEER) != 0) {
        int len = 0;

        err = duos__addr_to_native(&message->peer, &envelope->name, &len);
        envelope->header.name = &envelope->name.any;
        envelope->header.namelen = len;
    }
    if (err == DUOS_OK && (message->has & ~(unsigned)DUOS_HAS_PEER) != 0) {
        envelope->header.Control.buf = envelope->control.bytes;
        err = put_all(envelope, s, message);
    }
    return err;
}

/* ---- receiving ----------------------------------------------------------- */

/* The bytes are cleared: a provider may leave Control.len as it was. */
void duos__envelope_lay(duos__envelope *envelope, duos__parts *parts)
{
    init_envelope(envelope, parts);
    memset(&envelope->control, 0, sizeof envelope->control);
    envelope->header.name = &envelope->name.any;
    envelope->header.namelen = (int)sizeof envelope->name;
    envelope->header.Control.buf = envelope->control.bytes;
    envelope->header.Control.len = (ULONG)sizeof envelope->control;
}

typedef void (*reader)(const void *data, duos_message *message);

static void read_ttl(const void *data, duos_message *message)
{
    int number;

    memcpy(&number, data, sizeof number);
    message->ttl = (uint8_t)number;
    message->has |= DUOS_HAS_TTL;
}

static void read_tos(const void *data, duos_message *message)
{
    int number;

    memcpy(&number, data, sizeof number);
    message->tos = (uint8_t)number;
    message->has |= DUOS_HAS_TOS;
}

static void read_pktinfo4(const void *data, duos_message *message)
{
    struct in_pktinfo info;

    memcpy(&info, data, sizeof info);
    memset(&message->local, 0, sizeof message->local);
    message->local.family = DUOS_IPV4;
    memcpy(message->local.ip.v4, &info.ipi_addr, 4);
    message->ifindex = (uint32_t)info.ipi_ifindex;
    message->has |= DUOS_HAS_LOCAL | DUOS_HAS_IFINDEX;
}

static void read_pktinfo6(const void *data, duos_message *message)
{
    struct in6_pktinfo info;
    duos_addr *local = &message->local;

    memcpy(&info, data, sizeof info);
    memset(local, 0, sizeof *local);
    local->family = DUOS_IPV6;
    memcpy(local->ip.v6, &info.ipi6_addr, 16);
    if (local->ip.v6[0] == 0xfe && (local->ip.v6[1] & 0xc0) == 0x80) {
        local->scope = (uint32_t)info.ipi6_ifindex;
    }
    message->ifindex = (uint32_t)info.ipi6_ifindex;
    message->has |= DUOS_HAS_LOCAL | DUOS_HAS_IFINDEX;
}

static const struct row {
    int level;
    int type;
    size_t bytes;
    reader read;
} item_rows[] = {
    {IPPROTO_IP, IP_PKTINFO, sizeof(struct in_pktinfo), read_pktinfo4},
    {IPPROTO_IP, IP_TTL, sizeof(int), read_ttl},
    {IPPROTO_IP, IP_HOPLIMIT, sizeof(int), read_ttl},
    {IPPROTO_IP, IP_TOS, sizeof(int), read_tos},
    {IPPROTO_IP, IP_RECVTOS, sizeof(int), read_tos},
    {IPPROTO_IPV6, IPV6_PKTINFO, sizeof(struct in6_pktinfo), read_pktinfo6},
    {IPPROTO_IPV6, IPV6_HOPLIMIT, sizeof(int), read_ttl},
    {IPPROTO_IPV6, IPV6_TCLASS, sizeof(int), read_tos},
    {IPPROTO_IPV6, IPV6_RECVTCLASS, sizeof(int), read_tos},
};

static void read_item(const WSACMSGHDR *item, duos_message *message)
{
    size_t len = item->cmsg_len - ITEM_HEADER;
    size_t i;

    for (i = 0; i < sizeof item_rows / sizeof item_rows[0]; i++) {
        if (item_rows[i].level == item->cmsg_level &&
            item_rows[i].type == item->cmsg_type && item_rows[i].bytes <= len) {
            item_rows[i].read((const char *)item + ITEM_HEADER, message);
        }
    }
}

void duos__envelope_open(duos__envelope *envelope, duos_message *message)
{
    const WSABUF *control = &envelope->header.Control;
    duos_addr from;
    size_t at = 0;

    message->has = 0;
    duos__addr_from_native(&envelope->name, &from);
    if (from.family != DUOS_UNSPEC) {
        message->peer = from;
        message->has |= DUOS_HAS_PEER;
    }
    while (at + ITEM_HEADER <= control->len) {
        const WSACMSGHDR *item =
            (const WSACMSGHDR *)(const void *)(control->buf + at);

        if (item->cmsg_len < ITEM_HEADER ||
            item->cmsg_len > control->len - at) {
            break;
        }
        read_item(item, message);
        at += item_space(item->cmsg_len - ITEM_HEADER);
    }
}
