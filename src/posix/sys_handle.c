/* SPDX-License-Identifier: MIT */
/*
 * sys_handle.c - descriptors that travel through a unix socket.
 *
 * A received descriptor that nobody looks at stays open for ever, so all that
 * come are found, whatever a peer has sent: one is given, the rest is closed.
 */
#include "envelope.h"

/* No system lets more travel in one message. */
#define HANDLES_MAX 255

typedef union handle_control {
    struct cmsghdr align;
    unsigned char bytes[CMSG_SPACE(HANDLES_MAX * sizeof(int))];
} handle_control;

static void prepare_message(struct msghdr *message, struct iovec *part,
                            handle_control *ancillary, size_t room)
{
    memset(message, 0, sizeof *message);
    message->msg_iov = part;
    message->msg_iovlen = 1;
    message->msg_control = ancillary;
    message->msg_controllen = (socklen_t)room; /* or a size_t */
}

sys_count sys_send_handle(duos_socket s, const void *data, size_t len,
                          intptr_t handle)
{
    const int fd = (int)handle;
    struct msghdr message;
    struct cmsghdr *head;
    struct iovec part;
    handle_control ancillary;
    ssize_t result;

    memset(&ancillary, 0, sizeof ancillary);
    part.iov_base = (void *)(uintptr_t)data;
    part.iov_len = len;
    prepare_message(&message, &part, &ancillary, CMSG_SPACE(sizeof fd));
    head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(head), &fd, sizeof fd);
    result = sendmsg(duos__fd(s), &message, MSG_NOSIGNAL);
    return result > 0 ? result : duos__last_error();
}

/* The descriptors of one part of the control data. */
static size_t take_handles(struct cmsghdr *head, int *fds, size_t room)
{
    size_t count = (head->cmsg_len - CMSG_LEN(0)) / sizeof *fds;

    if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS) {
        return 0;
    }
    count = count < room ? count : room;
    memcpy(fds, CMSG_DATA(head), count * sizeof *fds);
    return count;
}

static size_t take_all_handles(struct msghdr *message, int fds[HANDLES_MAX])
{
    struct cmsghdr *head;
    size_t count = 0;

    for (head = CMSG_FIRSTHDR(message); head != NULL;
         head = duos__cmsg_next(message, head)) {
        count += take_handles(head, fds + count, HANDLES_MAX - count);
    }
    return count;
}

static void close_from(const int *fds, size_t first, size_t count)
{
    for (; first < count; first++) {
        (void)close(fds[first]);
    }
}

/* One where the receive itself could not do it. */
static duos_err make_private(int fd)
{
    if (MSG_CMSG_CLOEXEC != 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) == 0) {
        return DUOS_OK;
    }
    return duos__last_error();
}

static duos_err choose_handle(struct msghdr *message, intptr_t *handle)
{
    int fds[HANDLES_MAX];
    size_t count = take_all_handles(message, fds);
    duos_err err = DUOS_OK;

    if ((message->msg_flags & MSG_CTRUNC) != 0) {
        err = DUOS_EMFILE; /* there was room for all that can travel */
    } else if (count > 0) {
        err = make_private(fds[0]);
    }
    if (err == DUOS_OK) {
        *handle = count > 0 ? fds[0] : -1;
    }
    close_from(fds, err == DUOS_OK ? 1 : 0, count);
    return err;
}

sys_count sys_recv_handle(duos_socket s, void *data, size_t cap,
                          intptr_t *handle)
{
    struct msghdr message;
    struct iovec part;
    handle_control ancillary;
    ssize_t result;
    duos_err err;

    part.iov_base = data;
    part.iov_len = cap;
    prepare_message(&message, &part, &ancillary, sizeof ancillary);
    result = recvmsg(duos__fd(s), &message, MSG_CMSG_CLOEXEC);
    if (result < 0) {
        return duos__last_error();
    }
    err = choose_handle(&message, handle);
    return err == DUOS_OK ? result : err;
}
