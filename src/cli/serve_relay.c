/* SPDX-License-Identifier: MIT */
/*
 * serve_relay.c - mode relay of duosock serve: each client gets a connection
 * of its own to one address, and everything passes between the two: bytes,
 * the end of either direction, and resets.
 *
 * The near connection is the client's, the far one ours. Whoever brings bytes
 * is paused while more than queue_high of them wait on the other side, so a
 * pair holds no more than two queues. A near one that has ended well leaves
 * what still waits on the far side to go out without it.
 */
#include "cli.h"
#include "escape.h"
#include "report.h"
#include "serve.h"
#include "setup.h"
#include "trace.h"

#include <duosock/client.h>
#include <duosock/resolve.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct relay relay;

/* All pairs of a server. */
typedef struct relay_set {
    serve *serve;
    duos_client_config config; /* of far connections */
    size_t high;
    duos_timer limit; /* of draining */
    relay *first;
} relay_set;

/* A pair; it is there until both connections are gone. */
struct relay {
    relay *next;
    relay **link; /* where the set or the one before points here */
    relay_set *set;
    uint64_t number;
    duos_conn *near; /* NULL when it is gone */
    duos_client *far;
    bool open; /* the far connection stood */
};

static duos_conn *far_of(const relay *r)
{
    return duos_client_conn(r->far);
}

static void free_relay(relay *r)
{
    serve *s = r->set->serve;

    *r->link = r->next;
    if (r->next != NULL) {
        r->next->link = r->link;
    }
    duos_client_destroy(r->far);
    free(r);
    serve_less_busy(s);
}

/* Passes bytes on; from waits while the other side has enough. */
static void pass(const relay *r, duos_conn *from, duos_conn *to,
                 const void *data, size_t len)
{
    serve_send(to, data, len);
    if (duos_conn_queued(to) > r->set->high) {
        (void)duos_conn_pause(from);
    }
}

/* ---- the far side ------------------------------------------------------ */

static void say_connected(const relay *r, duos_conn *far)
{
    char tuple[DUOS_TUPLE_TEXT_MAX];
    char safe[ESCAPE_GROWTH * DUOS_TUPLE_TEXT_MAX];

    if (say_wants(SAY_VERBOSE)) {
        setup_tuple(tuple, far, false);
        escape_line(safe, sizeof safe, tuple);
        say_detail("#%" PRIu64 " relayed as %s", r->number, safe);
    }
}

static void on_far_open(duos_conn *far, void *user)
{
    relay *r = user;

    r->open = true;
    say_connected(r, far);
    (void)duos_conn_resume(r->near);
}

static void on_far_data(duos_conn *far, const void *data, size_t len,
                        void *user)
{
    const relay *r = user;

    if (r->near != NULL) {
        pass(r, far, r->near, data, len);
    }
}

static void on_far_eof(duos_conn *far, void *user)
{
    const relay *r = user;

    (void)far;
    (void)duos_conn_shutdown(r->near);
}

static void on_far_drain(duos_conn *far, void *user)
{
    const relay *r = user;

    (void)far;
    (void)duos_conn_resume(r->near);
}

static void report_unreachable(const relay *r, duos_err reason)
{
    char tried[32];

    snprintf(tried, sizeof tried, "#%" PRIu64 " relay", r->number);
    report_failure(tried, r->set->serve->mode_address, reason);
}

/* An end of stream has been passed on already, or is now; all else cuts. */
static void on_far_close(duos_conn *far, duos_err reason, void *user)
{
    relay *r = user;

    (void)far;
    if (r->near == NULL) {
        free_relay(r);
        return;
    }
    if (!r->open && reason != DUOS_ECANCELED) {
        report_unreachable(r, reason);
    }
    if (r->open && reason == DUOS_EEOF) {
        (void)duos_conn_shutdown(r->near);
    } else {
        duos_conn_abort(r->near, reason);
    }
}

/* ---- the near side ----------------------------------------------------- */

static relay *new_relay(relay_set *set, const serve_client *c)
{
    relay *r = calloc(1, sizeof *r);

    if (r != NULL) {
        r->set = set;
        r->number = c->number;
        r->near = c->conn;
        r->next = set->first;
        r->link = &set->first;
        if (r->next != NULL) {
            r->next->link = &r->next;
        }
        set->first = r;
        set->serve->busy++;
    }
    return r;
}

static duos_err enter(serve_client *c)
{
    relay_set *set = c->serve->state;
    duos_client_config config = set->config;
    relay *r = new_relay(set, c);
    duos_err err;

    if (r == NULL) {
        return DUOS_ENOMEM;
    }
    c->state = r;
    config.user = r;
    (void)duos_conn_pause(c->conn); /* until there is somebody to tell */
    err = duos_client_create(c->serve->loop, &config, &r->far);
    if (err == DUOS_OK) {
        err = duos_client_connect(r->far, c->serve->mode_address);
    }
    if (err != DUOS_OK) {
        report_unreachable(r, err);
    }
    return err;
}

/* Both directions of a near one that ended well have ended; what waits on the
 * far side still goes out. */
static void leave(serve_client *c, duos_err reason)
{
    relay *r = c->state;

    if (r == NULL) {
        return;
    }
    r->near = NULL;
    if (far_of(r) == NULL) {
        free_relay(r);
    } else if (reason == DUOS_EEOF && r->open) {
        (void)duos_conn_shutdown(far_of(r));
    } else {
        duos_conn_abort(far_of(r), reason);
    }
}

static void on_data(duos_conn *near, const void *data, size_t len, void *user)
{
    const serve_client *c = user;
    const relay *r = c->state;

    pass(r, near, far_of(r), data, len);
}

static void on_eof(duos_conn *near, void *user)
{
    const serve_client *c = user;

    (void)near;
    (void)duos_conn_shutdown(far_of(c->state));
}

static void on_drain(duos_conn *near, void *user)
{
    const serve_client *c = user;

    (void)near;
    (void)duos_conn_resume(far_of(c->state));
}

/* ---- all pairs --------------------------------------------------------- */

static void abort_all(const relay_set *set, duos_err reason)
{
    const relay *r;

    for (r = set->first; r != NULL; r = r->next) {
        duos_conn_abort(far_of(r), reason);
    }
}

static void on_limit(duos_timer *timer, void *user)
{
    (void)timer;
    abort_all(user, DUOS_EDRAINED);
}

/* The server's own deadline knows nothing of those whose near side is gone. */
static void stop(serve *s)
{
    relay_set *set = s->state;
    int32_t limit_ms = s->options->drain_ms;

    if (limit_ms > 0 && duos_timer_start(&set->limit, limit_ms) != DUOS_OK) {
        abort_all(set, DUOS_ENOMEM);
    }
}

/* The near ones are gone; nobody runs the loop for the others any more. */
static void end(serve *s)
{
    relay_set *set = s->state;

    duos_timer_stop(&set->limit);
    while (set->first != NULL) {
        duos_client_destroy(set->first->far); /* on_close frees the pair */
    }
    free(set);
}

static void on_looked_up(duos_lookup *lookup, duos_err err,
                         const duos_addr *addrs, size_t count, void *user)
{
    (void)lookup;
    (void)err;
    (void)addrs;
    (void)count;
    (void)user;
}

static duos_err check_endpoint(const duos_endpoint *endpoint)
{
    if (endpoint->type != DUOS_STREAM) {
        return DUOS_ENOTSUP;
    }
    return endpoint->addr.family != DUOS_UNIX && endpoint->addr.port == 0
               ? DUOS_EINVAL
               : DUOS_OK;
}

/* Whether the text is an address at all is asked once, before it matters. */
static duos_err check_address(const serve *s)
{
    duos_endpoint endpoint;
    duos_lookup lookup;
    duos_err err = duos_endpoint_parse(s->mode_address, &endpoint);

    if (err == DUOS_OK) {
        return check_endpoint(&endpoint);
    }
    if (err != DUOS_ESYNTAX) {
        return err;
    }
    err = duos_lookup_init(&lookup, s->loop, on_looked_up, NULL);
    if (err == DUOS_OK) {
        err = duos_lookup_start(&lookup, s->mode_address, DUOS_UNSPEC, -1);
        duos_lookup_stop(&lookup);
    }
    return err;
}

static void init_config(relay_set *set, const duos_conn_limits *limits)
{
    duos_client_config *config = &set->config;

    duos_client_config_init(config);
    config->handler.on_open = on_far_open;
    config->handler.on_data = on_far_data;
    config->handler.on_eof = on_far_eof;
    config->handler.on_drain = on_far_drain;
    config->handler.on_close = on_far_close;
    config->limits.queue_max = limits->queue_max;
    config->limits.queue_high = limits->queue_high;
    config->limits.queue_low = limits->queue_low;
    set->high = limits->queue_high;
}

static int start(serve *s, duos_server_config *config)
{
    duos_err err = check_address(s);
    relay_set *set;

    if (err != DUOS_OK) {
        setup_say_address(s->mode_address, err);
        return CLI_USAGE;
    }
    set = calloc(1, sizeof *set);
    if (set == NULL) {
        report_failure("start", "relay", DUOS_ENOMEM);
        return CLI_FAILED;
    }
    s->state = set;
    set->serve = s;
    config->limits.backpressure = false; /* two directions, each on its own */
    config->drain_waits = true;          /* a peer's answer is not ours */
    init_config(set, &config->limits);
    (void)duos_timer_init(&set->limit, s->loop, on_limit, set);
    return CLI_DONE;
}

const serve_mode serve_relay = {
    .name = "relay=",
    .start = start,
    .stop = stop,
    .end = end,
    .enter = enter,
    .leave = leave,
    .on_data = on_data,
    .on_eof = on_eof,
    .on_drain = on_drain,
};
