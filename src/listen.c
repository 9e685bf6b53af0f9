/* SPDX-License-Identifier: MIT */
/*
 * listen.c - what an address asks for: which sockets, in which order of
 * options, bind and listen, and what is done without where a system lacks it.
 */
#include <duosock/listen.h>

#include <duosock/option.h>

#include <string.h>

#include "family.h"
#include "listen_path.h"
#include "versioned.h"

#define MODE_MAX 0777u

/* Draws of a port that must be free in two families. */
#define PORT_TRIES 16

void(duos_listen_options_init)(duos_listen_options *options, size_t size)
{
    duos_listen_options known;

    memset(&known, 0, sizeof known);
    known.backlog = 0;
    known.reuse = DUOS_REUSE_SAFE;
    known.v6only = false;
    known.nodelay = true;
    known.mode = 0600;
    duos__versioned_init(options, size, &known, sizeof known);
}

/* ---- one socket ------------------------------------------------------- */

/* One that is to be made: at goes in and comes out as it was bound. */
typedef struct wish {
    duos_addr at;
    duos_type type;
    bool dual; /* IPv4 on IPv6 */
    duos_socket sock;
    sys_path_id file; /* only of a path */
} wish;

/* Options before bind, since some systems refuse V6ONLY later (trap 19). */
static duos_err prepare_listening(const wish *w,
                                  const duos_listen_options *options)
{
    duos_err err = duos_set_reuse(w->sock, options->reuse);

    if (err == DUOS_OK && w->at.family == DUOS_IPV6) {
        err = duos_set_bool(w->sock, DUOS_OPT_V6ONLY, !w->dual);
    }
    if (err == DUOS_OK && w->type == DUOS_STREAM && options->nodelay) {
        err = duos_set_bool(w->sock, DUOS_OPT_NODELAY, true);
    }
    return err;
}

static duos_err listen_inet(const wish *w, const duos_listen_options *options)
{
    duos_err err = prepare_listening(w, options);

    if (err == DUOS_OK) {
        err = duos_bind(w->sock, &w->at);
    }
    /* Some systems find out here that the port is taken (trap 20). */
    if (err == DUOS_OK && w->type == DUOS_STREAM) {
        err = duos_listen(w->sock, options->backlog);
    }
    return err;
}

static duos_err listen_unix(wish *w, const duos_listen_options *options)
{
    duos_err err;

    if (options->reuse != DUOS_REUSE_SAFE) {
        return DUOS_ENOTSUP;
    }
    if (duos__is_path(&w->at)) {
        return duos__path_listen(w->sock, &w->at, options->backlog,
                                 options->mode, &w->file);
    }
    err = duos_bind(w->sock, &w->at);
    return err == DUOS_OK ? duos_listen(w->sock, options->backlog) : err;
}

static duos_err fulfil(wish *w, const duos_listen_options *options)
{
    duos_err err =
        duos_open((duos_family)w->at.family, w->type, DUOS_NONBLOCK, &w->sock);

    if (err != DUOS_OK) {
        return err;
    }
    if (w->at.family == DUOS_UNIX) {
        err = listen_unix(w, options);
    } else {
        err = listen_inet(w, options);
        if (err == DUOS_OK) {
            err = duos_local_addr(w->sock, &w->at);
        }
    }
    if (err != DUOS_OK) {
        (void)duos_close(&w->sock);
    }
    return err;
}

/* ---- what is asked for ------------------------------------------------ */

static duos_err read_request(const char *address,
                             const duos_listen_options *options,
                             duos_listen_options *chosen, duos_endpoint *end)
{
    duos_listen_options_init(chosen);
    if (options != NULL &&
        !duos__versioned_copy(chosen, sizeof *chosen, options)) {
        return DUOS_EINVAL;
    }
    if (chosen->mode > MODE_MAX) {
        return DUOS_ERANGE;
    }
    return duos_endpoint_parse(address, end);
}

static wish wish_for(const duos_endpoint *end, const duos_addr *at)
{
    wish w;

    memset(&w, 0, sizeof w);
    w.at = *at;
    w.type = end->type;
    return w;
}

static bool wants_both(const duos_endpoint *end,
                       const duos_listen_options *options)
{
    return end->family == DUOS_UNSPEC &&
           (end->localhost || (end->any && !options->v6only));
}

/* ---- all that are asked for ------------------------------------------- */

static void add_listening(duos_listener *l, const wish *w)
{
    l->socks[l->count] = w->sock;
    l->bound[l->count] = w->at;
    l->count++;
    l->file_ours = duos__is_path(&w->at);
    l->file_device = w->file.device;
    l->file_inode = w->file.inode;
}

static duos_err open_one(const duos_endpoint *end,
                         const duos_listen_options *options, duos_listener *l)
{
    wish w = wish_for(end, &end->addr);
    duos_err err;

    w.dual = end->any && wants_both(end, options);
    err = fulfil(&w, options);
    if (err == DUOS_OK) {
        add_listening(l, &w);
    }
    return err;
}

/* Sockets on one port: most of them, or those whose family there is. */
static duos_err open_pair(const duos_endpoint *end, const duos_addr at[2],
                          const duos_listen_options *options, size_t most,
                          duos_listener *l)
{
    uint16_t port = end->addr.port;
    duos_err err = DUOS_OK;
    size_t i;

    for (i = 0; i < 2 && l->count < most; i++) {
        wish w = wish_for(end, &at[i]);

        w.at.port = port;
        err = fulfil(&w, options);
        if (err == DUOS_OK) {
            add_listening(l, &w);
            port = w.at.port;
        } else if (!duos__lacks_family(err)) {
            duos_listener_close(l);
            return err;
        }
    }
    return l->count > 0 ? DUOS_OK : err;
}

/* A port that the system chose for one family may be taken in the other. */
static duos_err open_each(const duos_endpoint *end,
                          const duos_listen_options *options, size_t most,
                          duos_listener *l)
{
    int tries = end->addr.port == 0 ? PORT_TRIES : 1;
    duos_addr at[2];
    duos_err err;

    if (end->localhost) {
        at[0] = duos_addr_loopback(DUOS_IPV4, 0);
        at[1] = duos_addr_loopback(DUOS_IPV6, 0);
    } else {
        at[0] = duos_addr_ipv6(NULL, 0);
        at[1] = duos_addr_ipv4(0, 0, 0, 0, 0);
    }
    do {
        err = open_pair(end, at, options, most, l);
    } while ((err == DUOS_EADDRINUSE || err == DUOS_EACCES) && --tries > 0);
    return err;
}

/* IPv4 on the IPv6 socket is refused with EINVAL where it cannot be. */
static duos_err open_all(const duos_endpoint *end,
                         const duos_listen_options *options, size_t most,
                         duos_listener *l)
{
    duos_err err;

    if (end->localhost && wants_both(end, options)) {
        return open_each(end, options, most, l);
    }
    err = open_one(end, options, l);
    if ((duos__lacks_family(err) || err == DUOS_EINVAL) &&
        wants_both(end, options)) {
        err = open_each(end, options, most, l);
    }
    return err;
}

static duos_err open_up_to(size_t most, const char *address,
                           const duos_listen_options *options, duos_listener *l)
{
    duos_listen_options chosen;
    duos_endpoint end;
    duos_err err = read_request(address, options, &chosen, &end);

    if (err == DUOS_OK) {
        memset(l, 0, sizeof *l);
        err = open_all(&end, &chosen, most, l);
    }
    return err;
}

duos_err duos_listener_open(const char *address,
                            const duos_listen_options *options,
                            duos_listener *out)
{
    duos_listener listener;
    duos_err err;

    if (out == NULL) {
        return DUOS_EINVAL;
    }
    err = open_up_to(DUOS_LISTENER_MAX, address, options, &listener);
    if (err == DUOS_OK) {
        *out = listener;
    }
    return err;
}

duos_err duos_listen_at(const char *address, const duos_listen_options *options,
                        duos_socket *out, duos_addr *bound)
{
    duos_listener listener;
    duos_err err;

    if (out == NULL) {
        return DUOS_EINVAL;
    }
    err = open_up_to(1, address, options, &listener);
    if (err == DUOS_OK) {
        *out = listener.socks[0];
        if (bound != NULL) {
            *bound = listener.bound[0];
        }
    }
    return err;
}

void duos_listener_close(duos_listener *listener)
{
    sys_path_id file;

    if (listener == NULL) {
        return;
    }
    if (listener->file_ours) {
        file.device = listener->file_device;
        file.inode = listener->file_inode;
        file.is_socket = true;
        duos__path_leave(&listener->bound[0], &file);
        listener->file_ours = false;
    }
    while (listener->count > 0) {
        (void)duos_close(&listener->socks[--listener->count]);
    }
}

duos_err duos__listener_open(const char *address, duos_type type,
                             const duos_listen_options *options,
                             duos_listener *out)
{
    duos_endpoint end;
    duos_err err = duos_endpoint_parse(address, &end);

    if (err == DUOS_OK && end.type != type) {
        err = DUOS_ENOTSUP;
    }
    return err == DUOS_OK ? duos_listener_open(address, options, out) : err;
}
