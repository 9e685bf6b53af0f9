/* SPDX-License-Identifier: MIT */
/*
 * race_support.h - a client on host b, and a name whose addresses are hosts
 * that listen, refuse, do not answer, or are not there; and what the client
 * was told, with the report as it was in the last callback.
 */
#ifndef TESTS_RACE_SUPPORT_H
#define TESTS_RACE_SUPPORT_H

#include "sim_support.h"

#define RACE_ADDRESS "many.test:7"
#define RACE_MAX     64

/* A transport that changes nothing. stands: DUOS_EINPROGRESS for a handshake
 * that never ends, else DUOS_OK. */
typedef struct race_transport {
    duos_transport_sink *sink;
    duos_err stands;
} race_transport;

typedef struct race_world {
    world w; /* the client is on b; all listeners are like those on a */
    duos_loop *loop;
    duos_client_config config;
    duos_client *client;
    int64_t name_ms;
    duos_socket listeners[8];
    size_t listener_count;
    uint32_t others; /* descriptors of b besides the connections */
    uint32_t last;   /* host */
    duos_sim_failure plan;
    race_transport transport;
    char log[32]; /* o(pen), c(lose) */
    duos_err reason;
    duos_addr peer;
    duos_addr local;
    duos_client_report report;
    duos_client_attempt attempts[RACE_MAX];
} race_world;

/* ---- what the client is told ------------------------------------------ */

static inline void race_note(race_world *r, duos_conn *conn, const char *what)
{
    assert_true(strlen(r->log) + 1 < sizeof r->log);
    strcat(r->log, what);
    r->report.size = sizeof r->report;
    if (r->client != NULL) {
        assert_ok(duos_client_get_report(r->client, &r->report));
        if (r->report.count > 0) {
            memcpy(r->attempts, r->report.attempts,
                   r->report.count * sizeof r->attempts[0]);
        }
    }
    assert_ok(duos_conn_peer(conn, &r->peer));
}

static inline void race_on_open(duos_conn *conn, void *user)
{
    race_world *r = (race_world *)user;
    duos_tuple tuple;

    race_note(r, conn, "o");
    assert_ok(duos_conn_tuple(conn, &tuple));
    r->local = tuple.local;
    duos_sim_stop(r->w.sim);
}

static inline void race_on_close(duos_conn *conn, duos_err reason, void *user)
{
    race_world *r = (race_world *)user;

    race_note(r, conn, "c");
    r->reason = reason;
}

/* ---- the world --------------------------------------------------------- */

static inline void race_world_open(race_world *r, uint64_t seed)
{
    duos_sim_config config;

    memset(r, 0, sizeof *r);
    duos_sim_config_init(&config);
    config.seed = seed;
    world_open(&r->w, &config);
    r->last = r->w.b;
    r->loop = loop_on(&r->w, r->w.b);
    duos_client_config_init(&r->config);
    r->config.handler.on_open = race_on_open;
    r->config.handler.on_close = race_on_close;
    r->config.user = r;
}

static inline void race_world_close(race_world *r)
{
    size_t i;

    duos_client_destroy(r->client);
    end_loop(&r->w, r->loop);
    duos_sim_unfail(r->w.sim, &r->plan);
    for (i = 0; i < r->listener_count; i++) {
        assert_ok(duos_close(&r->listeners[i]));
    }
    world_close(&r->w);
}

static inline int race_setup(void **state)
{
    race_world *r = (race_world *)calloc(1, sizeof *r);

    assert_non_null(r);
    race_world_open(r, 1);
    *state = r;
    return 0;
}

static inline int race_teardown(void **state)
{
    race_world_close((race_world *)*state);
    free(*state);
    return 0;
}

/* ---- hosts ------------------------------------------------------------- */

static inline void race_listen(race_world *r, uint32_t host, duos_family family)
{
    duos_addr any = family == DUOS_IPV4 ? duos_addr_ipv4(0, 0, 0, 0, 7)
                                        : duos_sim_addr(host, family, 7);
    duos_socket s;

    assert_ok(duos_sim_set_host(r->w.sim, host));
    assert_ok(duos_open(family, DUOS_STREAM, DUOS_NONBLOCK, &s));
    assert_ok(duos_bind(s, &any));
    assert_ok(duos_listen(s, 0));
    assert_true(r->listener_count < 8);
    r->listeners[r->listener_count++] = s;
    assert_ok(duos_sim_set_host(r->w.sim, r->w.b));
}

/* Something that listens on host a, port 7. */
static inline void race_serve(race_world *r)
{
    race_listen(r, r->w.a, DUOS_IPV4);
    r->others = duos_sim_descriptors(r->w.sim, r->w.b);
}

/* A new host: l(istens), r(efuses), h(angs), or is n(ot there). */
static inline duos_addr race_host(race_world *r, char family, char kind)
{
    duos_family f = family == '4' ? DUOS_IPV4 : DUOS_IPV6;
    uint32_t host = 200;

    if (kind == 'n') {
        return duos_sim_addr(host, f, 0);
    }
    assert_ok(duos_sim_add_host(r->w.sim, &host));
    r->last = host;
    if (kind == 'l') {
        race_listen(r, host, f);
    } else if (kind == 'h') {
        assert_ok(duos_sim_partition(r->w.sim, r->w.b, host, -1));
    }
    return duos_sim_addr(host, f, 0);
}

static inline void race_named(race_world *r, const duos_addr *addrs,
                              size_t count)
{
    assert_ok(duos_sim_add_name(r->w.sim, "many.test", DUOS_OK, addrs, count,
                                r->name_ms));
    assert_ok(duos_sim_set_host(r->w.sim, r->w.b));
    r->others = duos_sim_descriptors(r->w.sim, r->w.b);
}

/* The addresses of the name: two letters each, a family and a kind. */
static inline void race_name(race_world *r, const char *kinds)
{
    duos_addr addrs[RACE_MAX];
    size_t count = 0;

    for (; *kinds != '\0'; kinds += 2) {
        addrs[count++] = race_host(r, kinds[0], kinds[1]);
    }
    race_named(r, addrs, count);
}

/* One host that hangs, many times, and one that listens. */
static inline void race_many(race_world *r, size_t count)
{
    duos_addr addrs[RACE_MAX];
    size_t i;

    addrs[0] = race_host(r, '4', 'h');
    for (i = 1; i + 1 < count; i++) {
        addrs[i] = addrs[0];
    }
    addrs[count - 1] = race_host(r, '4', 'l');
    race_named(r, addrs, count);
}

/* All hosts but b are cut off for so long. */
static inline void race_partition(race_world *r, int64_t for_ms)
{
    uint32_t host;

    for (host = r->w.b + 1; host <= r->last; host++) {
        assert_ok(duos_sim_partition(r->w.sim, r->w.b, host, for_ms));
    }
}

/* ---- a transport -------------------------------------------------------- */

static inline duos_err race_create(void *user, duos_transport_side side,
                                   duos_transport_sink *sink, void **session)
{
    (void)side;
    ((race_transport *)user)->sink = sink;
    *session = user;
    return DUOS_OK;
}

static inline void race_destroy(void *session)
{
    (void)session;
}

static inline duos_err race_start(void *session)
{
    return ((const race_transport *)session)->stands;
}

static inline duos_err race_feed(void *session, const void *data, size_t len)
{
    const race_transport *t = (const race_transport *)session;

    return t->sink->emit_plain(t->sink, data, len);
}

static inline duos_err race_seal(void *session, const void *data, size_t len)
{
    const race_transport *t = (const race_transport *)session;

    return t->sink->emit_cipher(t->sink, data, len);
}

static const duos_transport_ops race_transport_ops = {
    sizeof(duos_transport_ops),
    race_create,
    race_destroy,
    race_start,
    race_feed,
    race_seal,
    race_start};

static inline void race_pass(race_world *r, duos_err stands)
{
    r->transport.stands = stands;
    r->config.transport = &race_transport_ops;
    r->config.transport_user = &r->transport;
}

/* ---- calls that fail --------------------------------------------------- */

/* What no other address would help against. */
static const duos_err race_shortages[] = {DUOS_EMFILE, DUOS_ENFILE,
                                          DUOS_ENOBUFS, DUOS_ENOMEM};

/* The client's calls of this kind from the first-th on, so many, 0 for all. */
static inline void race_fail(race_world *r, duos_sim_call call, uint64_t first,
                             uint64_t times, duos_err err)
{
    duos_sim_unfail(r->w.sim, &r->plan);
    memset(&r->plan, 0, sizeof r->plan);
    r->plan.host = r->w.b;
    r->plan.call = (uint32_t)call;
    r->plan.first = first;
    r->plan.times = times;
    r->plan.err = err;
    assert_ok(duos_sim_fail(r->w.sim, &r->plan));
}

/* ---- running ----------------------------------------------------------- */

static inline void race_client(race_world *r)
{
    assert_ok(duos_sim_set_host(r->w.sim, r->w.b));
    assert_ok(duos_client_create(r->loop, &r->config, &r->client));
    r->others = duos_sim_descriptors(r->w.sim, r->w.b);
}

static inline void race_begin(race_world *r)
{
    if (r->client == NULL) {
        race_client(r);
    }
    assert_ok(duos_client_connect(r->client, RACE_ADDRESS));
}

/* Until it is open, or nothing is left that could happen. */
static inline void race_run(race_world *r)
{
    duos_err err = duos_sim_run(r->w.sim, 3600 * 1000);

    assert_true(err == DUOS_OK || err == DUOS_EDEADLOCK);
    assert_ok(duos_sim_set_host(r->w.sim, r->w.b));
}

/* To a name of such addresses; how it went, as in log. */
static inline void race_to(race_world *r, const char *kinds, const char *log)
{
    race_name(r, kinds);
    race_begin(r);
    race_run(r);
    assert_string_equal(r->log, log);
}

/* Waits are whole milliseconds, so each attempt may be late by one. */
#define assert_about(value, expected, steps)                                   \
    assert_between((int)(value), (int)(expected), (int)((expected) + (steps)))

#define race_test(name)                                                        \
    cmocka_unit_test_setup_teardown(name, race_setup, race_teardown)

/* Sockets that the client has open. */
static inline uint32_t race_sockets(const race_world *r)
{
    return duos_sim_descriptors(r->w.sim, r->w.b) - r->others;
}

#endif
