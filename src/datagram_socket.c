/* SPDX-License-Identifier: MIT */
/*
 * datagram_socket.c - the sockets of a server of datagrams: opened by it or
 * adopted, and what they must be and are told before they are received from.
 */
#include <duosock/option.h>

#include <string.h>

#include "datagram_core.h"
#include "kind.h"
#include "listen_path.h"
#include "mem.h"

static duos_err set_if_there(duos_socket s, duos_opt option, bool on)
{
    duos_err err = duos_set_bool(s, option, on);

    return err == DUOS_ENOTSUP ? DUOS_OK : err;
}

/*
 * Where it is not bound to one address, it wants to know which one was asked,
 * to answer from there. Where that cannot be had, the system chooses.
 */
static duos_err ask_for_local(const duos__datagram_socket *s)
{
    return s->at.family == DUOS_UNIX || duos__is_one_host(&s->at)
               ? DUOS_OK
               : set_if_there(s->sock, DUOS_OPT_PKTINFO, true);
}

static duos_err add_socket(duos_datagram *d, duos_socket sock,
                           const duos_addr *at, bool connected)
{
    const duos_alloc *alloc = &d->loop->alloc;
    duos__datagram_socket *s =
        (duos__datagram_socket *)duos__new(alloc, sizeof *s);
    duos_err err;

    if (s == NULL) {
        return DUOS_ENOMEM;
    }
    s->sock = sock;
    s->at = *at;
    s->connected = connected;
    s->datagram = d;
    (void)duos_watch_init(&s->watch, d->loop, duos__datagram_ready, s);
    err = ask_for_local(s);
    if (err == DUOS_OK) {
        err = duos__datagram_start(s);
    }
    if (err != DUOS_OK) {
        duos__free(alloc, s, sizeof *s);
        return err;
    }
    s->next = d->sockets;
    d->sockets = s;
    return DUOS_OK;
}

/* Gives the newest socket back, which has received nothing yet. */
static void drop_newest_socket(duos_datagram *d)
{
    duos__datagram_socket *s = d->sockets;

    d->sockets = s->next;
    duos_watch_stop(&s->watch);
    duos__free(&d->loop->alloc, s, sizeof *s);
}

static duos_err need_datagrams(duos_socket s)
{
    duos_err err = duos__need_type(s, DUOS_DGRAM);

    return err == DUOS_EOPNOTSUPP ? DUOS_EINVAL : err;
}

static duos_err add_all(duos_datagram *d, const duos_listener *listener)
{
    size_t i;

    for (i = 0; i < listener->count; i++) {
        duos_err err =
            add_socket(d, listener->socks[i], &listener->bound[i], false);

        if (err != DUOS_OK) {
            while (i-- > 0) {
                drop_newest_socket(d);
            }
            return err;
        }
    }
    return DUOS_OK;
}

duos_err duos_datagram_listen(duos_datagram *d, const char *address,
                              const duos_listen_options *options,
                              duos_addr *bound)
{
    duos_listener listener;
    duos_addr first;
    duos_err err;

    if (d == NULL) {
        return DUOS_EINVAL;
    }
    if (d->draining) {
        return DUOS_ESTATE;
    }
    err = duos__listener_open(address, DUOS_DGRAM, options, &listener);
    if (err != DUOS_OK) {
        return err;
    }
    first = listener.bound[0];
    err = duos_datagram_adopt_listener(d, &listener);
    if (err != DUOS_OK) {
        duos_listener_close(&listener);
    } else if (bound != NULL) {
        *bound = first;
    }
    return err;
}

duos_err duos_datagram_adopt_listener(duos_datagram *d, duos_listener *listener)
{
    duos_err err;

    if (d == NULL || listener == NULL || listener->count == 0) {
        return DUOS_EINVAL;
    }
    if (d->draining) {
        return DUOS_ESTATE;
    }
    err = need_datagrams(listener->socks[0]);
    if (err == DUOS_OK) {
        err = add_all(d, listener);
    }
    if (err == DUOS_OK) {
        memset(listener, 0, sizeof *listener);
    }
    return err;
}

/* Whoever is not bound hears nothing; a unix pair needs no name. */
static duos_err check_bound(duos_socket s, duos_addr *at)
{
    duos_err err = need_datagrams(s);

    if (err == DUOS_OK) {
        err = duos_local_addr(s, at);
    }
    return err == DUOS_OK && at->family != DUOS_UNIX && at->port == 0
               ? DUOS_EINVAL
               : err;
}

duos_err duos_datagram_adopt(duos_datagram *d, duos_socket s)
{
    duos_addr at;
    duos_addr peer;
    duos_err err;

    if (d == NULL) {
        return DUOS_EINVAL;
    }
    if (d->draining) {
        return DUOS_ESTATE;
    }
    err = check_bound(s, &at);
    if (err == DUOS_OK) {
        err = duos_set_nonblocking(s, true);
    }
    if (err == DUOS_OK) { /* reports that nobody takes would never end */
        err = set_if_there(s, DUOS_OPT_RECV_ERROR, false);
    }
    return err == DUOS_OK
               ? add_socket(d, s, &at, duos_peer_addr(s, &peer) == DUOS_OK)
               : err;
}
