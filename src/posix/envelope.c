/* SPDX-License-Identifier: MIT */
/*
 * envelope.c - what goes with a datagram, as control messages: RFC 3542 for
 * IPv6, and what each system has made of it for IPv4.
 */
#include "envelope.h"

#include "route.h"

void duos__header_init(struct msghdr *header, const duos_buf *parts,
                       size_t count)
{
    memset(header, 0, sizeof *header);
    duos__header_point(header, parts, count);
}

void duos__header_point(struct msghdr *header, const duos_buf *parts,
                        size_t count)
{
    header->msg_iov = (struct iovec *)(uintptr_t)parts;
    header->msg_iovlen = (unsigned short)count; /* an int on some systems */
}

/* ---- sending ------------------------------------------------------------- */

/* There is room for all that are ever sent. */
duos_err duos__header_put(struct msghdr *header, int level, int type,
                          const void *data, size_t len)
{
    unsigned char *end =
        (unsigned char *)header->msg_control + header->msg_controllen;
    struct cmsghdr *item = (struct cmsghdr *)(void *)end;

    if (type == DUOS__NO_OPTION) {
        return DUOS_ENOTSUP;
    }
    memset(item, 0, CMSG_SPACE(len));
    item->cmsg_level = level;
    item->cmsg_type = type;
    item->cmsg_len = (socklen_t)CMSG_LEN(len);
    memcpy(CMSG_DATA(item), data, len);
    header->msg_controllen += (socklen_t)CMSG_SPACE(len);
    return DUOS_OK;
}

static duos_err put_item_number(struct msghdr *header, int level, int type,
                                int number)
{
    return duos__header_put(header, level, type, &number, sizeof number);
}

static duos_err put_source4(struct msghdr *header, const duos_message *message)
{
    bool index = (message->has & DUOS_HAS_IFINDEX) != 0;
    duos__pktinfo4 info;

    memset(&info, 0, sizeof info);
    if ((message->has & DUOS_HAS_LOCAL) != 0) {
        memcpy(&info.ipi_spec_dst, duos__addr_bytes4(&message->local), 4);
    }
    if (DUOS__PKTINFO4 == DUOS__NO_OPTION && !index) {
        return duos__header_put(header, IPPROTO_IP, DUOS__IP_SENDSRCADDR,
                                &info.ipi_spec_dst, sizeof info.ipi_spec_dst);
    }
    if (index) {
        memcpy(&info.ipi_ifindex, &message->ifindex, sizeof message->ifindex);
    }
    return duos__header_put(header, IPPROTO_IP, DUOS__PKTINFO4, &info,
                            sizeof info);
}

static duos_err put_source6(struct msghdr *header, const duos_message *message)
{
    struct in6_pktinfo info;

    memset(&info, 0, sizeof info);
    if ((message->has & DUOS_HAS_LOCAL) != 0) {
        memcpy(&info.ipi6_addr, message->local.ip.v6, 16);
        info.ipi6_ifindex = message->local.scope;
    }
    if ((message->has & DUOS_HAS_IFINDEX) != 0) {
        info.ipi6_ifindex = message->ifindex;
    }
    return duos__header_put(header, IPPROTO_IPV6, IPV6_PKTINFO, &info,
                            sizeof info);
}

static duos_err put_all4(struct msghdr *header, const duos_message *message)
{
    duos_err err = DUOS_OK;

    if ((message->has & (DUOS_HAS_LOCAL | DUOS_HAS_IFINDEX)) != 0) {
        err = put_source4(header, message);
    }
    if (err == DUOS_OK && (message->has & DUOS_HAS_TTL) != 0) {
        err =
            put_item_number(header, IPPROTO_IP, DUOS__SEND_TTL4, message->ttl);
    }
    if (err == DUOS_OK && (message->has & DUOS_HAS_TOS) != 0) {
        err = duos__header_put(header, IPPROTO_IP, DUOS__SEND_TOS4,
                               &message->tos, 1);
    }
    return err;
}

static duos_err put_all6(struct msghdr *header, const duos_message *message)
{
    duos_err err = DUOS_OK;

    if ((message->has & (DUOS_HAS_LOCAL | DUOS_HAS_IFINDEX)) != 0) {
        err = put_source6(header, message);
    }
    if (err == DUOS_OK && (message->has & DUOS_HAS_TTL) != 0) {
        err =
            put_item_number(header, IPPROTO_IPV6, IPV6_HOPLIMIT, message->ttl);
    }
    if (err == DUOS_OK && (message->has & DUOS_HAS_TOS) != 0) {
        err = put_item_number(header, IPPROTO_IPV6, IPV6_TCLASS, message->tos);
    }
    return err;
}

static duos_err put_all(struct msghdr *header, duos_socket s,
                        const duos_message *message)
{
    int version;
    duos_err err = duos__route_of(s, message, &version);

    if (err != DUOS_OK) {
        return err;
    }
    return version == DUOS_IPV4 ? put_all4(header, message)
                                : put_all6(header, message);
}

duos_err duos__envelope_seal(duos__envelope *envelope, struct msghdr *header,
                             duos_socket s, const duos_message *message)
{
    duos_err err = DUOS_OK;

    duos__header_init(header, message->parts, message->count);
    if ((message->has & DUOS_HAS_PEER) != 0) {
        socklen_t len = 0;

        err = duos__addr_to_native(&message->peer, &envelope->name, &len);
        header->msg_name = &envelope->name;
        header->msg_namelen = len;
    }
    if (err == DUOS_OK && (message->has & ~(unsigned)DUOS_HAS_PEER) != 0) {
        header->msg_control = &envelope->control;
        err = put_all(header, s, message);
    }
    return err;
}

/* ---- receiving ----------------------------------------------------------- */

void duos__envelope_lay(duos__envelope *envelope, struct msghdr *header,
                        const duos_message *message)
{
    duos__header_init(header, message->parts, message->count);
    header->msg_name = &envelope->name;
    header->msg_namelen = sizeof envelope->name;
    header->msg_control = &envelope->control;
    header->msg_controllen = sizeof envelope->control;
}

typedef void (*reader)(const void *data, size_t len, duos_message *message);

/* An int, or one byte: systems differ, and so do the two IPs. */
static uint8_t small_number(const void *data, size_t len)
{
    uint8_t byte;
    int number;

    if (len >= sizeof number) {
        memcpy(&number, data, sizeof number);
        return (uint8_t)number;
    }
    memcpy(&byte, data, 1);
    return byte;
}

static void read_ttl(const void *data, size_t len, duos_message *message)
{
    message->ttl = small_number(data, len);
    message->has |= DUOS_HAS_TTL;
}

static void read_tos(const void *data, size_t len, duos_message *message)
{
    message->tos = small_number(data, len);
    message->has |= DUOS_HAS_TOS;
}

static void read_address4(const void *data, size_t len, duos_message *message)
{
    (void)len;
    memset(&message->local, 0, sizeof message->local);
    message->local.family = DUOS_IPV4;
    memcpy(message->local.ip.v4, data, 4);
    message->has |= DUOS_HAS_LOCAL;
}

static void read_pktinfo4(const void *data, size_t len, duos_message *message)
{
    duos__pktinfo4 info;

    if (len >= sizeof info) {
        memcpy(&info, data, sizeof info);
        read_address4(&info.ipi_addr, sizeof info.ipi_addr, message);
        message->ifindex = (uint32_t)info.ipi_ifindex;
        message->has |= DUOS_HAS_IFINDEX;
    }
}

static void read_pktinfo6(const void *data, size_t len, duos_message *message)
{
    struct in6_pktinfo info;
    duos_addr *local = &message->local;

    if (len < sizeof info) {
        return;
    }
    memcpy(&info, data, sizeof info);
    memset(local, 0, sizeof *local);
    local->family = DUOS_IPV6;
    memcpy(local->ip.v6, &info.ipi6_addr, 16);
    if (local->ip.v6[0] == 0xfe && (local->ip.v6[1] & 0xc0) == 0x80) {
        local->scope = info.ipi6_ifindex;
    }
    message->ifindex = info.ipi6_ifindex;
    message->has |= DUOS_HAS_LOCAL | DUOS_HAS_IFINDEX;
}

static void read_time(const void *data, size_t len, duos_message *message)
{
    struct timeval time;

    if (len >= sizeof time) {
        memcpy(&time, data, sizeof time);
        message->time_ns = (uint64_t)time.tv_sec * 1000000000u +
                           (uint64_t)time.tv_usec * 1000u;
        message->has |= DUOS_HAS_TIME;
    }
}

static void read_time_ns(const void *data, size_t len, duos_message *message)
{
    struct timespec time;

    if (len >= sizeof time) {
        memcpy(&time, data, sizeof time);
        message->time_ns =
            (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
        message->has |= DUOS_HAS_TIME;
    }
}

/* Nobody asked for them, so nobody would close them. */
static void close_descriptors(const void *data, size_t len,
                              duos_message *message)
{
    size_t i;
    int fd;

    (void)message;
    for (i = 0; i + sizeof fd <= len; i += sizeof fd) {
        memcpy(&fd, (const char *)data + i, sizeof fd);
        (void)close(fd);
    }
}

static const struct row {
    int level;
    int type; /* may be DUOS__NO_OPTION */
    size_t least;
    reader read;
} item_rows[] = {
    {IPPROTO_IP, DUOS__PKTINFO4, 4, read_pktinfo4},
    {IPPROTO_IP, DUOS__IP_RECVDSTADDR, 4, read_address4},
    {IPPROTO_IP, IP_TTL, 1, read_ttl},
    {IPPROTO_IP, IP_RECVTTL, 1, read_ttl},
    {IPPROTO_IP, IP_TOS, 1, read_tos},
    {IPPROTO_IP, IP_RECVTOS, 1, read_tos},
    {IPPROTO_IPV6, IPV6_PKTINFO, 4, read_pktinfo6},
    {IPPROTO_IPV6, IPV6_HOPLIMIT, 1, read_ttl},
    {IPPROTO_IPV6, IPV6_TCLASS, 1, read_tos},
    {SOL_SOCKET, SCM_TIMESTAMP, 4, read_time},
    {SOL_SOCKET, SCM_TIMESTAMPNS, 4, read_time_ns},
    {SOL_SOCKET, SCM_RIGHTS, 4, close_descriptors},
};

/* CMSG_NXTHDR of musl compares signed with unsigned. */
struct cmsghdr *duos__cmsg_next(const struct msghdr *header,
                                struct cmsghdr *item)
{
    unsigned char *at = (unsigned char *)item;
    size_t left = (size_t)((unsigned char *)header->msg_control +
                           header->msg_controllen - at);
    size_t step;

    if (item->cmsg_len < CMSG_LEN(0) || item->cmsg_len > left) {
        return NULL;
    }
    step = CMSG_SPACE(item->cmsg_len - CMSG_LEN(0));
    if (step > left || left - step < CMSG_LEN(0)) {
        return NULL;
    }
    return (struct cmsghdr *)(void *)(at + step);
}

static void read_item(const struct cmsghdr *item, duos_message *message)
{
    size_t len = item->cmsg_len - CMSG_LEN(0);
    size_t i;

    for (i = 0; i < sizeof item_rows / sizeof item_rows[0]; i++) {
        if (item_rows[i].level == item->cmsg_level &&
            item_rows[i].type == item->cmsg_type && item_rows[i].least <= len) {
            item_rows[i].read(CMSG_DATA(item), len, message);
        }
    }
}

void duos__envelope_open(const duos__envelope *envelope, struct msghdr *header,
                         size_t len, duos_message *message)
{
    struct cmsghdr *item;
    duos_addr from;

    message->len = len;
    message->truncated = (header->msg_flags & MSG_TRUNC) != 0;
    message->has = 0;
    if (header->msg_namelen > 0 &&
        duos__addr_from_native(&envelope->name, header->msg_namelen, &from) ==
            DUOS_OK) {
        message->peer = from;
        message->has |= DUOS_HAS_PEER;
    }
    for (item = CMSG_FIRSTHDR(header); item != NULL;
         item = duos__cmsg_next(header, item)) {
        if (item->cmsg_len >= CMSG_LEN(0)) {
            read_item(item, message);
        }
    }
}
