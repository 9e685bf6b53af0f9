/* SPDX-License-Identifier: MIT */
/*
 * sys_report_linux.c - the queue of errors that Linux keeps beside the
 * datagrams of a socket with IP_RECVERR: each comes as a message without
 * bytes, from the address that the lost datagram was sent to.
 */
#include "envelope.h"

/* struct sock_extended_err of the kernel, whose header not every C library
 * brings along. */
typedef struct extended_error {
    uint32_t code; /* an errno */
    uint8_t origin, type, detail, padding;
    uint32_t info, data;
} extended_error;

/* Enough for the report, with the address of the router behind it. */
typedef union report_control {
    struct cmsghdr align;
    unsigned char bytes[256];
} report_control;

static bool is_report(const struct cmsghdr *item)
{
    return (item->cmsg_level == IPPROTO_IP && item->cmsg_type == IP_RECVERR) ||
           (item->cmsg_level == IPPROTO_IPV6 &&
            item->cmsg_type == IPV6_RECVERR);
}

static duos_err read_report(struct msghdr *header, duos_err *what)
{
    extended_error report;
    struct cmsghdr *item;

    for (item = CMSG_FIRSTHDR(header); item != NULL;
         item = duos__cmsg_next(header, item)) {
        if (is_report(item) && item->cmsg_len >= CMSG_LEN(sizeof report)) {
            memcpy(&report, CMSG_DATA(item), sizeof report);
            *what = sys_err_from_native((int32_t)report.code);
            return DUOS_OK;
        }
    }
    return DUOS_EPROTO; /* taken, and not understood */
}

duos_err sys_take_report(duos_socket s, duos_addr *to, duos_err *what)
{
    duos__sockaddr name;
    report_control room;
    struct msghdr header;
    duos_err err;

    memset(&header, 0, sizeof header);
    memset(&name, 0, sizeof name);
    header.msg_name = &name;
    header.msg_namelen = sizeof name;
    header.msg_control = &room;
    header.msg_controllen = sizeof room;
    if (recvmsg(duos__fd(s), &header, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) {
        return duos__last_error();
    }
    err = read_report(&header, what);
    if (err == DUOS_OK) {
        (void)duos__addr_from_native(&name, header.msg_namelen, to);
    }
    return err;
}
