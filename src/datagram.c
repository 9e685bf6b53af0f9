/* SPDX-License-Identifier: MIT */
/*
 * datagram.c - a server of datagrams: its configuration, its memory, what it
 * sends of its own accord, its end.
 */
#include <duosock/datagram.h>

#include <string.h>

#include "datagram_core.h"
#include "mapped.h"
#include "mem.h"
#include "versioned.h"

#define SIZE_DEFAULT     2048u
#define BATCH_DEFAULT    32u
#define PER_TURN_DEFAULT 256u
#define SOURCES_DEFAULT  4096u

#define BATCH_MAX   1024u
#define SOURCES_MAX (1u << 20)

/* ---- configuration ---------------------------------------------------- */

void(duos_datagram_config_init)(duos_datagram_config *config, size_t size)
{
    duos_datagram_config known;

    memset(&known, 0, sizeof known);
    known.max_size = SIZE_DEFAULT;
    known.batch = BATCH_DEFAULT;
    known.per_turn = PER_TURN_DEFAULT;
    known.service_ports = 1024;
    known.source_ipv4_bits = 24;
    known.source_ipv6_bits = 64;
    known.source_rate = 200;
    known.source_burst = 400;
    known.sources = SOURCES_DEFAULT;
    known.total_rate = 10000;
    known.total_burst = 20000;
    duos__versioned_init(config, size, &known, sizeof known);
}

static void complete(duos_datagram_config *config)
{
    if (config->max_size == 0) {
        config->max_size = SIZE_DEFAULT;
    }
    if (config->batch == 0) {
        config->batch = BATCH_DEFAULT;
    }
    if (config->per_turn == 0) {
        config->per_turn = PER_TURN_DEFAULT;
    }
    if (config->sources == 0) {
        config->sources = SOURCES_DEFAULT;
    }
}

static duos_err read_datagram_config(duos_datagram_config *chosen,
                                     const duos_datagram_config *config)
{
    duos_datagram_config_init(chosen);
    if (config != NULL &&
        !duos__versioned_copy(chosen, sizeof *chosen, config)) {
        return DUOS_EINVAL;
    }
    complete(chosen);
    return chosen->max_size > DUOS_DATAGRAM_MAX || chosen->batch > BATCH_MAX ||
                   chosen->source_ipv4_bits > 32 ||
                   chosen->source_ipv6_bits > 128 ||
                   chosen->sources > SOURCES_MAX
               ? DUOS_ERANGE
               : DUOS_OK;
}

/* ---- memory ----------------------------------------------------------- */

static size_t parcel_size(const duos_datagram_config *config)
{
    return sizeof(duos_message) + sizeof(duos_buf) + config->max_size;
}

/* Messages, their parts, and the bytes behind them all. */
static duos_err new_parcels(duos_datagram *d, duos__parcels *parcels)
{
    size_t count = d->config.batch;
    char *bytes;
    size_t i;

    parcels->messages = (duos_message *)duos__resize(
        &d->loop->alloc, NULL, 0, count, parcel_size(&d->config));
    if (parcels->messages == NULL) {
        return DUOS_ENOMEM;
    }
    parcels->parts = (duos_buf *)(void *)(parcels->messages + count);
    bytes = (char *)(parcels->parts + count);
    memset(parcels->messages, 0, count * sizeof *parcels->messages);
    for (i = 0; i < count; i++) {
        parcels->parts[i].data = bytes + i * d->config.max_size;
        parcels->parts[i].len = d->config.max_size;
        parcels->messages[i].parts = &parcels->parts[i];
        parcels->messages[i].count = 1;
    }
    return DUOS_OK;
}

static void free_parcels(duos_datagram *d, const duos__parcels *parcels)
{
    duos__free(&d->loop->alloc, parcels->messages,
               d->config.batch * parcel_size(&d->config));
}

static void free_memory(duos_datagram *d)
{
    const duos_alloc *alloc = &d->loop->alloc;

    duos__limiter_fini(&d->limiter, alloc, &d->config);
    free_parcels(d, &d->in);
    free_parcels(d, &d->out);
    duos__free(alloc, d, sizeof *d);
}

static duos_err get_memory(duos_datagram *d)
{
    duos_err err = duos__limiter_init(&d->limiter, &d->loop->alloc, &d->config);

    if (err == DUOS_OK) {
        err = new_parcels(d, &d->in);
    }
    if (err == DUOS_OK) {
        err = new_parcels(d, &d->out);
    }
    /* One that can receive nothing must be able to wait. */
    return err == DUOS_OK ? duos__timers_reserve(&d->loop->timers) : err;
}

duos_err duos_datagram_create(duos_loop *loop,
                              const duos_datagram_config *config,
                              duos_datagram **out)
{
    duos_datagram_config chosen;
    duos_datagram *d;
    duos_err err;

    if (loop == NULL || out == NULL) {
        return DUOS_EINVAL;
    }
    err = read_datagram_config(&chosen, config);
    if (err != DUOS_OK) {
        return err;
    }
    d = (duos_datagram *)duos__new(&loop->alloc, sizeof *d);
    if (d == NULL) {
        return DUOS_ENOMEM;
    }
    d->loop = loop;
    d->config = chosen;
    d->stats.size = sizeof d->stats;
    d->retry.fire = duos__datagram_retry;
    err = get_memory(d);
    if (err != DUOS_OK) {
        free_memory(d);
        return err;
    }
    *out = d;
    return DUOS_OK;
}

/* ---- sending of one's own accord -------------------------------------- */

static const duos__datagram_socket *socket_for(const duos_datagram *d,
                                               const duos_addr *to)
{
    const duos__datagram_socket *s = d->serving;

    if (s == NULL || s->at.family != to->family) {
        s = d->sockets;
    }
    while (s != NULL &&
           (!duos_socket_valid(s->sock) || s->at.family != to->family)) {
        s = s->next;
    }
    return s;
}

duos_err duos_datagram_send(duos_datagram *d, const duos_addr *to,
                            const void *data, size_t len)
{
    const duos__datagram_socket *s;
    duos_addr v6;
    duos_err err;

    if (d == NULL || to == NULL || (data == NULL && len > 0)) {
        return DUOS_EINVAL;
    }
    if (len > d->config.max_size) {
        return DUOS_EMSGSIZE;
    }
    s = socket_for(d, to);
    if (s == NULL && to->family == DUOS_IPV4) {
        v6 = duos__addr_map(to);
        to = &v6;
        s = socket_for(d, to);
    }
    if (s == NULL) {
        return DUOS_EAFNOSUPPORT;
    }
    err = duos_sendto(s->sock, data, len, to);
    if (err == DUOS_OK) {
        d->stats.sent++;
        d->stats.bytes_sent += len;
    } else if (err == DUOS_EWOULDBLOCK || err == DUOS_ENOBUFS) {
        d->stats.dropped++;
    } else {
        d->stats.send_errors++;
    }
    return err;
}

duos_err duos_datagram_get_stats(const duos_datagram *d,
                                 duos_datagram_stats *stats)
{
    if (d == NULL || !duos__versioned_fits(stats, sizeof d->stats)) {
        return DUOS_EINVAL;
    }
    duos__versioned_give(stats, &d->stats);
    return DUOS_OK;
}

/* ---- the end ---------------------------------------------------------- */

/* The structs stay until the end, since one of them may be receiving. */
static void close_all(duos_datagram *d)
{
    duos__datagram_socket *s;

    duos__timers_stop(&d->loop->timers, &d->retry);
    for (s = d->sockets; s != NULL; s = s->next) {
        duos__datagram_close_socket(s);
    }
}

static void drain_now(duos__deferred *deferred)
{
    duos_datagram *d =
        (duos_datagram *)(void *)((char *)deferred -
                                  offsetof(duos_datagram, drain));
    duos__datagram_socket *s;

    for (s = d->sockets; s != NULL && !d->destroyed; s = s->next) {
        if (duos_socket_valid(s->sock)) {
            duos__datagram_receive(s);
        }
    }
    close_all(d);
}

void duos_datagram_drain(duos_datagram *d)
{
    if (d != NULL && !d->draining) {
        d->draining = true;
        d->drain.run = drain_now;
        duos__loop_defer(d->loop, &d->drain);
        duos__loop_settle(d->loop);
    }
}

static void end_now(duos__deferred *deferred)
{
    duos_datagram *d = (duos_datagram *)(void *)((char *)deferred -
                                                 offsetof(duos_datagram, end));
    duos_loop *loop = d->loop;

    while (d->sockets != NULL) {
        duos__datagram_socket *s = d->sockets;

        d->sockets = s->next;
        duos__free(&loop->alloc, s, sizeof *s);
    }
    duos__timers_unreserve(&loop->timers);
    free_memory(d);
}

void duos_datagram_destroy(duos_datagram *d)
{
    duos_loop *loop;

    if (d == NULL || d->destroyed) {
        return;
    }
    loop = d->loop;
    d->draining = true;
    if (d->serving != NULL && duos_socket_valid(d->serving->sock)) {
        duos__datagram_flush(d);
    }
    d->destroyed = true;
    close_all(d);
    d->end.run = end_now;
    duos__loop_defer(loop, &d->end);
    duos__loop_settle(loop);
}
