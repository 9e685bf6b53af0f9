/* SPDX-License-Identifier: MIT */
/*
 * pair.c - socketpair, by the system or over loopback.
 */
#include "pair.h"

#include <duosock/pair.h>

#include <string.h>

#include "deadline.h"

#define NONCE_BYTES 16

/* ---- beginning --------------------------------------------------------- */

static void give_up(duos__pairing *p)
{
    (void)duos_close(&p->listener);
    (void)duos_close(&p->ends[0]);
    (void)duos_close(&p->ends[1]);
}

/* A socket of our own on loopback, which nobody else can bind to. */
static duos_err open_at_loopback(duos_family family, duos_type type,
                                 duos_socket *out)
{
    duos_addr at = duos_addr_loopback(family, 0);
    duos_err err = sys_open(family, type, SYS_OPEN_NONBLOCK, out);

    if (err == DUOS_OK) {
        err = sys_set_reuse(*out, DUOS_REUSE_SAFE);
    }
    return err == DUOS_OK ? sys_bind(*out, &at) : err;
}

static duos_err begin_stream(duos__pairing *p, duos_family family)
{
    duos_err err = open_at_loopback(family, DUOS_STREAM, &p->listener);

    if (err == DUOS_OK) {
        err = sys_listen(p->listener, 0);
    }
    if (err == DUOS_OK) {
        err = sys_open(family, DUOS_STREAM, SYS_OPEN_NONBLOCK, &p->ends[0]);
    }
    return err == DUOS_OK ? sys_local_addr(p->listener, &p->at) : err;
}

static duos_err begin_dgram(duos__pairing *p, duos_family family)
{
    duos_err err = open_at_loopback(family, DUOS_DGRAM, &p->ends[0]);

    if (err == DUOS_OK) {
        err = open_at_loopback(family, DUOS_DGRAM, &p->ends[1]);
    }
    return err == DUOS_OK ? sys_local_addr(p->ends[0], &p->at) : err;
}

duos_err duos__pair_begin(duos__pairing *p, duos_type type, duos_family family)
{
    static const duos_socket none = DUOS_SOCKET_INVALID;
    duos_err err;

    memset(p, 0, sizeof *p);
    p->type = type;
    p->listener = none;
    p->ends[0] = none;
    p->ends[1] = none;
    err =
        type == DUOS_STREAM ? begin_stream(p, family) : begin_dgram(p, family);
    if (err != DUOS_OK) {
        give_up(p);
    }
    return err;
}

/* ---- the number that proves it ------------------------------------------ */

/* Receives until n bytes are there, or one datagram of at most n. */
static duos_err receive_nonce(duos_socket s, void *data, size_t n,
                              bool datagram, const duos__deadline *deadline)
{
    size_t done = 0;
    duos_err err = DUOS_OK;

    while (done < n && err == DUOS_OK) {
        size_t got = 0;

        err = duos_wait(s, DUOS_READ, duos__deadline_left(deadline), NULL);
        if (err == DUOS_OK) {
            err = duos_recv(s, (char *)data + done, n - done, &got);
            err = err == DUOS_EWOULDBLOCK ? DUOS_OK : err;
        }
        done += got;
        if (datagram && got > 0) {
            break;
        }
    }
    return err;
}

/*
 * The number goes from one end to the other. Of datagrams it is the first
 * that counts: what a stranger sent before the ends were connected lies in
 * front of it, and nothing of a stranger comes behind.
 */
static duos_err prove(duos_socket from, duos_socket to, bool datagrams,
                      const duos__deadline *deadline)
{
    unsigned char sent[NONCE_BYTES] = {0};
    unsigned char got[NONCE_BYTES + 1] = {0};
    size_t room = datagrams ? sizeof got : sizeof sent;
    size_t n;
    bool same;
    duos_err err = sys_random(sent, sizeof sent);

    while (datagrams && duos_recv(to, got, room, &n) == DUOS_OK) {
    }
    if (err == DUOS_OK) {
        err = duos_send(from, sent, sizeof sent, &n);
    }
    do {
        if (err == DUOS_OK) {
            err = receive_nonce(to, got, room, datagrams, deadline);
        }
        same = memcmp(sent, got, sizeof sent) == 0;
    } while (err == DUOS_OK && datagrams && !same);
    return err == DUOS_OK && !same ? DUOS_ECONNABORTED : err;
}

/* ---- joining ------------------------------------------------------------ */

/* Takes connections until ours comes; strangers are closed. */
static duos_err accept_own(duos__pairing *p, const duos_addr *own,
                           const duos__deadline *deadline)
{
    duos_addr peer;
    duos_err err;

    for (;;) {
        err = duos_wait(p->listener, DUOS_READ, duos__deadline_left(deadline),
                        NULL);
        if (err != DUOS_OK) {
            return err;
        }
        err = duos_accept(p->listener, DUOS_NONBLOCK, &p->ends[1], &peer);
        if (err == DUOS_OK && duos_addr_equal(&peer, own)) {
            return DUOS_OK;
        }
        (void)duos_close(&p->ends[1]);
        if (err != DUOS_OK && err != DUOS_EWOULDBLOCK &&
            err != DUOS_ECONNABORTED) {
            return err;
        }
        if (duos__deadline_left(deadline) == 0) {
            return DUOS_ETIMEDOUT; /* strangers that never end */
        }
    }
}

static duos_err connect_stream(duos__pairing *p, const duos__deadline *deadline)
{
    duos_tuple tuple;
    duos_err err = duos_connect(p->ends[0], &p->at);

    if (err == DUOS_EINPROGRESS) {
        err = duos_wait(p->ends[0], DUOS_WRITE, duos__deadline_left(deadline),
                        NULL);
        if (err == DUOS_OK) {
            err = duos_connect_result(p->ends[0]);
        }
    }
    if (err == DUOS_OK) {
        err = duos_socket_tuple(p->ends[0], &tuple);
    }
    if (err == DUOS_OK && !duos_addr_equal(&tuple.remote, &p->at)) {
        err = DUOS_ECONNABORTED;
    }
    return err == DUOS_OK ? accept_own(p, &tuple.local, deadline) : err;
}

static duos_err connect_dgram(duos__pairing *p)
{
    duos_addr other;
    duos_err err = sys_local_addr(p->ends[1], &other);

    if (err == DUOS_OK) {
        err = sys_connect(p->ends[0], &other);
    }
    return err == DUOS_OK ? sys_connect(p->ends[1], &p->at) : err;
}

static duos_err finish_pair(duos__pairing *p, unsigned flags)
{
    const sys_optval on = {true};
    duos_err err = DUOS_OK;
    int i;

    for (i = 0; i < 2 && err == DUOS_OK; i++) {
        if (p->type == DUOS_STREAM) {
            err = sys_opt_set(p->ends[i], DUOS_OPT_NODELAY, &on);
        }
        if (err == DUOS_OK && (flags & SYS_OPEN_NONBLOCK) == 0) {
            err = sys_set_nonblocking(p->ends[i], false);
        }
    }
    return err;
}

duos_err duos__pair_join(duos__pairing *p, unsigned flags, duos_socket out[2])
{
    duos__deadline deadline = duos__deadline_in(DUOS__PAIR_TIMEOUT_MS);
    bool datagrams = p->type == DUOS_DGRAM;
    duos_err err = datagrams ? connect_dgram(p) : connect_stream(p, &deadline);

    if (err == DUOS_OK) {
        err = prove(p->ends[0], p->ends[1], datagrams, &deadline);
    }
    if (err == DUOS_OK && datagrams) {
        err = prove(p->ends[1], p->ends[0], datagrams, &deadline);
    }
    if (err == DUOS_OK) {
        err = finish_pair(p, flags);
    }
    if (err != DUOS_OK) {
        give_up(p);
        return err;
    }
    (void)duos_close(&p->listener);
    memcpy(out, p->ends, sizeof p->ends);
    return DUOS_OK;
}

duos_err duos__pair_loopback(duos_type type, unsigned flags, duos_socket out[2])
{
    duos__pairing p;
    duos_err err = duos__pair_begin(&p, type, DUOS_IPV4);

    if (err == DUOS_EAFNOSUPPORT || err == DUOS_EADDRNOTAVAIL) {
        err = duos__pair_begin(&p, type, DUOS_IPV6);
    }
    return err == DUOS_OK ? duos__pair_join(&p, flags, out) : err;
}

/* ---- the call ------------------------------------------------------------ */

duos_err duos_socketpair(duos_type type, unsigned flags, duos_socket out[2])
{
    unsigned how = (flags & DUOS_NONBLOCK) != 0 ? SYS_OPEN_NONBLOCK : 0;
    duos_err err;

    if (out == NULL || (type != DUOS_STREAM && type != DUOS_DGRAM) ||
        (flags & ~(unsigned)DUOS_NONBLOCK) != 0) {
        return DUOS_EINVAL;
    }
    err = sys_pair(type, how, out);
    return err == DUOS_ENOTSUP ? duos__pair_loopback(type, how, out) : err;
}
