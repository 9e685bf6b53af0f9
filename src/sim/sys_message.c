/* SPDX-License-Identifier: MIT */
/*
 * sys_message.c - bytes in parts over the simulated streams; what needs
 * datagrams, files or urgent bytes is not here.
 */
#include "sim_internal.h"

/* Few, so that what is above the limit gets its turn in simulations, too. */
#define PARTS_MAX 16u

size_t sys_parts_max(void)
{
    return PARTS_MAX;
}

typedef sys_count (*mover)(sim_socket *sock, void *data, size_t len);

static sys_count send_more(sim_socket *sock, void *data, size_t len)
{
    return duos__sim_send(sock, data, len);
}

/* The first part was moved, n bytes; the rest, as far as it goes by itself. */
static sys_count move_rest(mover call, duos_socket s, const duos_buf *parts,
                           size_t count, sys_count n)
{
    sim_socket *sock;
    size_t last = n >= 0 ? (size_t)n : 0;
    sys_count total = n;
    size_t i;

    if (n < 0 || duos__sim_find(s, &sock) != DUOS_OK) {
        return n;
    }
    for (i = 1; i < count && last == parts[i - 1].len; i++) {
        sys_count more = 0;

        if (parts[i].len > 0) {
            more = call(sock, parts[i].data, parts[i].len);
        }
        if (more < 0) {
            break;
        }
        last = (size_t)more;
        total += more;
    }
    return total;
}

/* Empty parts say nothing, but a call with 0 bytes could mean the end. */
static size_t skip_empty(const duos_buf *parts, size_t count)
{
    size_t i;

    for (i = 0; i + 1 < count && parts[i].len == 0; i++) {
    }
    return i;
}

sys_count sys_sendv(duos_socket s, const duos_buf *parts, size_t count,
                    unsigned flags)
{
    size_t first = skip_empty(parts, count);
    const duos_buf *from = parts + first;

    if (flags != 0) {
        return DUOS_ENOTSUP;
    }
    return move_rest(send_more, s, from, count - first,
                     sys_send(s, from->data, from->len));
}

sys_count sys_recvv(duos_socket s, const duos_buf *parts, size_t count,
                    unsigned flags)
{
    size_t first = skip_empty(parts, count);
    const duos_buf *into = parts + first;

    if (flags != 0) {
        return DUOS_ENOTSUP;
    }
    return move_rest(duos__sim_recv, s, into, count - first,
                     sys_recv(s, into->data, into->len));
}

duos_err sys_at_mark(duos_socket s, bool *at)
{
    (void)s;
    (void)at;
    return DUOS_ENOTSUP;
}

/* ---- there are no datagram sockets yet ---------------------------------- */

static duos_err no_datagrams(duos_socket s)
{
    sim_socket *sock;
    duos_err err = duos__sim_find(s, &sock);

    return err == DUOS_OK ? DUOS_EOPNOTSUPP : err;
}

duos_err sys_sendmsg(duos_socket s, const duos_message *message)
{
    (void)message;
    return no_datagrams(s);
}

duos_err sys_recvmsg(duos_socket s, duos_message *message)
{
    (void)message;
    return no_datagrams(s);
}

sys_count sys_send_batch(duos_socket s, const duos_message *list, size_t count)
{
    (void)s;
    (void)list;
    (void)count;
    return DUOS_ENOTSUP;
}

sys_count sys_recv_batch(duos_socket s, duos_message *list, size_t count)
{
    (void)list;
    (void)count;
    return no_datagrams(s);
}

/* ---- files, pairs, chance ------------------------------------------------ */

sys_count sys_sendfile(duos_socket s, intptr_t file, uint64_t offset,
                       size_t len)
{
    (void)s;
    (void)file;
    (void)offset;
    (void)len;
    return DUOS_ENOTSUP;
}

sys_count sys_file_read(intptr_t file, uint64_t offset, void *data, size_t cap)
{
    (void)file;
    (void)offset;
    (void)data;
    (void)cap;
    return DUOS_ENOTSUP;
}

duos_err sys_pair(duos_type type, unsigned flags, duos_socket out[2])
{
    (void)type;
    (void)flags;
    (void)out;
    return DUOS_ENOTSUP; /* over loopback, as on Windows */
}

duos_err sys_random(void *data, size_t len)
{
    duos_sim *sim = duos__sim_current();
    unsigned char *bytes = (unsigned char *)data;
    size_t i;
    duos_err err = duos__sim_host_call(DUOS_SIM_CALL_RANDOM);

    if (sim == NULL || err != DUOS_OK) {
        return sim == NULL ? DUOS_ENOTREADY : err;
    }
    for (i = 0; i < len; i++) {
        bytes[i] = (unsigned char)(duos__sim_random(sim) >> 56);
    }
    return DUOS_OK;
}
