/* SPDX-License-Identifier: MIT */
/*
 * socket.c - the BSD calls: checks arguments, retries what a signal cut
 * short, and settles what the systems answer differently.
 */
#include <duosock/socket.h>

#include <string.h>

#include "deadline.h"
#include "kind.h"
#include "sys.h"

duos_socket duos_socket_from_os(intptr_t os)
{
    duos_socket s;

    s.os = os;
    return s;
}

intptr_t duos_socket_to_os(duos_socket s)
{
    return s.os;
}

bool duos_socket_valid(duos_socket s)
{
    return s.os != -1;
}

static bool is_family(int family)
{
    return family == DUOS_IPV4 || family == DUOS_IPV6 || family == DUOS_UNIX;
}

/* An address to bind or to send to. A path ends where it says (trap 22). */
static duos_err check_addr(const duos_addr *addr)
{
    if (!is_family(addr->family)) {
        return DUOS_EAFNOSUPPORT;
    }
    if (addr->family != DUOS_UNIX) {
        return DUOS_OK;
    }
    if (addr->path_len > DUOS_UNIX_PATH_MAX) {
        return DUOS_ENAMETOOLONG;
    }
    if (addr->path_len == 0 ||
        (addr->ip.path[0] != '\0' &&
         memchr(addr->ip.path, '\0', addr->path_len) != NULL)) {
        return DUOS_EINVAL;
    }
    return DUOS_OK;
}

static duos_err open_with(duos_family family, duos_type type, unsigned flags,
                          duos_socket *out)
{
    if (out == NULL || (type != DUOS_STREAM && type != DUOS_DGRAM)) {
        return DUOS_EINVAL;
    }
    if (!is_family((int)family)) {
        return DUOS_EAFNOSUPPORT;
    }
    return sys_open(family, type, flags, out);
}

duos_err duos_open(duos_family family, duos_type type, unsigned flags,
                   duos_socket *out)
{
    if ((flags & ~(unsigned)DUOS_NONBLOCK) != 0) {
        return DUOS_EINVAL;
    }
    return open_with(family, type,
                     (flags & DUOS_NONBLOCK) != 0 ? SYS_OPEN_NONBLOCK : 0, out);
}

duos_err duos_open_raw(duos_family family, duos_type type, duos_socket *out)
{
    return open_with(family, type, SYS_OPEN_RAW, out);
}

duos_err duos_close(duos_socket *s)
{
    duos_socket closing;

    if (s == NULL) {
        return DUOS_EINVAL;
    }
    if (!duos_socket_valid(*s)) {
        return DUOS_OK;
    }
    closing = *s;
    s->os = -1;
    return sys_close(closing);
}

duos_err duos_set_nonblocking(duos_socket s, bool on)
{
    return sys_set_nonblocking(s, on);
}

duos_err duos_bind(duos_socket s, const duos_addr *addr)
{
    duos_err err = addr == NULL ? DUOS_EINVAL : check_addr(addr);

    return err == DUOS_OK ? sys_bind(s, addr) : err;
}

duos_err duos_listen(duos_socket s, int backlog)
{
    return sys_listen(s, backlog > 0 ? backlog : 0);
}

/*
 * What a network had to say of one connection before it was taken (trap 37).
 * The listener is as good as before.
 */
static bool is_of_one_peer(duos_err err)
{
    switch (err) {
    case DUOS_ECONNRESET:
    case DUOS_EPROTO:
    case DUOS_ENOPROTOOPT:
    case DUOS_ENETDOWN:
    case DUOS_ENETUNREACH:
    case DUOS_EHOSTDOWN:
    case DUOS_EHOSTUNREACH:
        return true;
    default:
        return false;
    }
}

duos_err duos_accept(duos_socket s, unsigned flags, duos_socket *out,
                     duos_addr *peer)
{
    duos_err err;

    if (out == NULL || (flags & ~(unsigned)DUOS_NONBLOCK) != 0) {
        return DUOS_EINVAL;
    }
    do {
        err = sys_accept(s, (flags & DUOS_NONBLOCK) != 0, out, peer);
    } while (err == DUOS_EINTERRUPTED);
    return is_of_one_peer(err) ? DUOS_ECONNABORTED : err;
}

static bool is_unspecified(const duos_addr *addr)
{
    static const uint8_t zero[16] = {0};
    size_t len = addr->family == DUOS_IPV4 ? 4 : 16;
    size_t i;

    if (addr->family == DUOS_UNIX) {
        return false;
    }
    for (i = 0; i < len; i++) {
        if (addr->ip.v6[i] != zero[i]) {
            return false;
        }
    }
    return true;
}

/* A blocking connect that a signal interrupted goes on by itself. */
static duos_err await_connect(duos_socket s)
{
    duos_err err = duos_wait(s, DUOS_WRITE, DUOS__NO_TIMEOUT, NULL);

    return err == DUOS_OK ? duos_connect_result(s) : err;
}

duos_err duos_connect(duos_socket s, const duos_addr *addr)
{
    duos_addr target;
    duos_err err;

    if (addr == NULL || (addr->port == 0 && addr->family != DUOS_UNIX)) {
        return DUOS_EINVAL;
    }
    err = check_addr(addr);
    if (err != DUOS_OK) {
        return err;
    }
    target = *addr;
    if (is_unspecified(addr)) { /* trap 31: Windows would refuse */
        target = duos_addr_loopback((duos_family)addr->family, addr->port);
    }
    err = sys_connect(s, &target);
    return err == DUOS_EINTERRUPTED ? await_connect(s) : err;
}

/*
 * Connected, as far as the error slot says: but writable does not mean
 * connected (trap 29), and a socket can meet itself (trap 35).
 */
static duos_err check_peer(duos_socket s)
{
    duos_tuple tuple;
    duos_err err = duos_socket_tuple(s, &tuple);

    if (err == DUOS_OK && tuple.local.family != DUOS_UNIX &&
        duos_addr_equal(&tuple.local, &tuple.remote)) {
        return DUOS_ESELFCONNECT;
    }
    return err;
}

/* A socket that tries to connect has a local address, so one without has not
 * begun to: Windows tells the two apart by that alone. */
static duos_err judge_waiting(duos_socket s)
{
    duos_addr local;

    return sys_local_addr(s, &local) == DUOS_EINVAL ? DUOS_ENOTCONN
                                                    : DUOS_EINPROGRESS;
}

duos_err duos_connect_result(duos_socket s)
{
    duos_err pending;
    duos_err err;
    int tries;

    for (tries = 0; tries < 2; tries++) {
        err = sys_take_error(s, &pending);
        if (err != DUOS_OK || pending != DUOS_OK) {
            return err != DUOS_OK ? err : pending;
        }
        err = check_peer(s);
        if (err != DUOS_ENOTCONN) {
            return err;
        }
        err = duos_wait(s, DUOS_WRITE, 0, NULL);
        if (err != DUOS_OK) {
            return err == DUOS_ETIMEDOUT ? judge_waiting(s) : err;
        }
        /* It ended between the two questions: ask once more. */
    }
    return DUOS_ENOTCONN;
}

duos_err duos_shutdown(duos_socket s, duos_how how)
{
    if (how != DUOS_SHUT_RECV && how != DUOS_SHUT_SEND &&
        how != DUOS_SHUT_BOTH) {
        return DUOS_EINVAL;
    }
    return sys_shutdown(s, how);
}

/*
 * duos_send and duos_recv run once per message, so what is rare stands in
 * functions of its own: odd arguments, a signal, an error, the end.
 */
static duos_err send_again(duos_socket s, const void *data, size_t len,
                           size_t *sent, sys_count n)
{
    while (n == DUOS_EINTERRUPTED) {
        n = sys_send(s, data, len);
    }
    if (n < 0) {
        return (duos_err)n;
    }
    *sent = (size_t)n;
    return DUOS_OK;
}

static duos_err send_odd(duos_socket s, const void *data, size_t len,
                         size_t *sent)
{
    if (sent == NULL || (data == NULL && len > 0)) {
        return DUOS_EINVAL;
    }
    return send_again(s, data != NULL ? data : "", duos__io_clamp(len), sent,
                      DUOS_EINTERRUPTED);
}

duos_err duos_send(duos_socket s, const void *data, size_t len, size_t *sent)
{
    sys_count n;

    if (DUOS_UNLIKELY(sent == NULL || data == NULL || len > SYS_IO_MAX)) {
        return send_odd(s, data, len, sent);
    }
    n = sys_send(s, data, len);
    if (DUOS_UNLIKELY(n < 0)) {
        return send_again(s, data, len, sent, n);
    }
    *sent = (size_t)n;
    return DUOS_OK;
}

static duos_err recv_again(duos_socket s, void *data, size_t cap,
                           size_t *received, sys_count n)
{
    duos_err err = DUOS_OK;

    while (n == DUOS_EINTERRUPTED) {
        n = sys_recv(s, data, cap);
    }
    if (n < 0) {
        return (duos_err)n;
    }
    if (n == 0 && cap > 0) {
        err = duos__judge_empty(s);
    }
    if (err == DUOS_OK) {
        *received = (size_t)n;
    }
    return err;
}

static duos_err recv_odd(duos_socket s, void *data, size_t cap,
                         size_t *received)
{
    char none;

    if (received == NULL || (data == NULL && cap > 0)) {
        return DUOS_EINVAL;
    }
    return recv_again(s, data != NULL ? data : &none, duos__io_clamp(cap),
                      received, DUOS_EINTERRUPTED);
}

duos_err duos_recv(duos_socket s, void *data, size_t cap, size_t *received)
{
    sys_count n;

    if (DUOS_UNLIKELY(received == NULL || data == NULL || cap > SYS_IO_MAX)) {
        return recv_odd(s, data, cap, received);
    }
    n = sys_recv(s, data, cap);
    if (DUOS_UNLIKELY(n <= 0)) {
        return recv_again(s, data, cap, received, n);
    }
    *received = (size_t)n;
    return DUOS_OK;
}

duos_err duos_sendto(duos_socket s, const void *data, size_t len,
                     const duos_addr *to)
{
    sys_count n = DUOS_OK;

    if (data == NULL && len > 0) {
        return DUOS_EINVAL;
    }
    if (to != NULL) {
        n = check_addr(to);
    }
    if (n != DUOS_OK) {
        return (duos_err)n;
    }
    if (len > SYS_IO_MAX) {
        return DUOS_EMSGSIZE;
    }
    do {
        n = sys_sendto(s, data != NULL ? data : "", len, to);
    } while (n == DUOS_EINTERRUPTED);
    return n < 0 ? (duos_err)n : DUOS_OK;
}

duos_err duos_recvfrom(duos_socket s, void *data, size_t cap, size_t *received,
                       duos_addr *from, bool *truncated)
{
    char none;
    duos_addr peer;
    bool cut = false;
    sys_count n;

    if (received == NULL || (data == NULL && cap > 0)) {
        return DUOS_EINVAL;
    }
    do {
        n = sys_recvfrom(s, data != NULL ? data : &none, duos__io_clamp(cap),
                         &peer, &cut);
    } while (n == DUOS_EINTERRUPTED);
    if (n < 0) {
        return (duos_err)n;
    }
    *received = (size_t)n;
    if (from != NULL) {
        *from = peer;
    }
    if (truncated != NULL) {
        *truncated = cut;
    }
    return DUOS_OK;
}

duos_err duos_local_addr(duos_socket s, duos_addr *out)
{
    return out == NULL ? DUOS_EINVAL : sys_local_addr(s, out);
}

duos_err duos_peer_addr(duos_socket s, duos_addr *out)
{
    return out == NULL ? DUOS_EINVAL : sys_peer_addr(s, out);
}

duos_err duos_socket_tuple(duos_socket s, duos_tuple *out)
{
    duos_tuple tuple;
    duos_err err;

    if (out == NULL) {
        return DUOS_EINVAL;
    }
    err = sys_peer_addr(s, &tuple.remote);
    if (err == DUOS_OK) {
        err = sys_local_addr(s, &tuple.local);
    }
    if (err == DUOS_OK) {
        *out = tuple;
    }
    return err;
}

/* Scratch for waiting on one socket, aligned for any platform's needs. */
typedef union wait_scratch {
    void *pointer;
    uint64_t number;
    unsigned char bytes[256];
} wait_scratch;

static duos_err wait_one(sys_wait *w, const duos__deadline *deadline)
{
    wait_scratch room;
    size_t ready = 0;
    duos_err err;
    int32_t left;

    if (sys_wait_scratch(1) > sizeof room) {
        return DUOS_ENOSPACE;
    }
    do {
        left = duos__deadline_left(deadline);
        err = sys_wait_many(w, 1, left, &room, &ready);
    } while (err == DUOS_EINTERRUPTED ||
             (err == DUOS_OK && ready == 0 && left != 0));
    if (err != DUOS_OK) {
        return err;
    }
    if (w->bad) {
        return DUOS_EBADF;
    }
    return ready == 0 ? DUOS_ETIMEDOUT : DUOS_OK;
}

duos_err duos_wait(duos_socket s, unsigned want, int64_t timeout_ms,
                   unsigned *got)
{
    duos__deadline deadline;
    sys_wait w;
    duos_err err;

    if (want == 0 || (want & ~(unsigned)(DUOS_READ | DUOS_WRITE)) != 0) {
        return DUOS_EINVAL;
    }
    if (!duos_socket_valid(s)) {
        return DUOS_EBADF;
    }
    w.sock = s;
    w.want = (uint8_t)want;
    w.got = 0;
    w.bad = false;
    deadline = duos__deadline_in(timeout_ms);
    err = wait_one(&w, &deadline);
    if (err == DUOS_OK && got != NULL) {
        *got = w.got;
    }
    return err;
}
