/* SPDX-License-Identifier: MIT */
/*
 * trace_more.c - the calls of --trace that fit no list, and what is called
 * back: a handler of ours stands before the command's. A connection of a
 * server has a name, one of a client has none; so there is one such handler
 * for both, and one of each that they pass on to.
 */
#include "trace.h"

#include "os.h"
#include "report.h"
#include "say.h"
#include "trace_line.h"

#include <inttypes.h>

enum {
    OF_CLIENT,
    OF_SERVER
};

/* The commands' own. All servers of the program have the same, as all clients
 * do; but those of workers write it from threads of theirs. */
static os_monitor *lock;
static duos_conn_handler told[2];
static void (*told_datagram)(duos_datagram *datagram, const duos_addr *peer,
                             const void *data, size_t len, unsigned flags,
                             void *user);

bool trace_start(void)
{
    duos_err err = lock == NULL ? os_monitor_create(&lock) : DUOS_OK;

    if (err != DUOS_OK) {
        report_failure("start", "--trace", err);
    }
    trace_on = err == DUOS_OK;
    return trace_on;
}

/* ---- what is called back ------------------------------------------------- */

static duos_conn_handler handler_of(const duos_conn *conn)
{
    duos_conn_handler handler;

    os_monitor_enter(lock);
    handler = told[duos_conn_id_of(conn).value != 0 ? OF_SERVER : OF_CLIENT];
    os_monitor_leave(lock);
    return handler;
}

static void begin_event(trace_line *l, const char *name, const duos_conn *conn)
{
    trace_begin_event(l, name);
    trace_add_conn(l, conn);
}

static void on_open(duos_conn *conn, void *user)
{
    trace_line l;

    begin_event(&l, "on_open", conn);
    trace_end_void(&l);
    handler_of(conn).on_open(conn, user);
}

static void on_data(duos_conn *conn, const void *data, size_t len, void *user)
{
    trace_line l;

    begin_event(&l, "on_data", conn);
    trace_add_bytes(&l, data, len);
    trace_end_void(&l);
    handler_of(conn).on_data(conn, data, len, user);
}

static void on_eof(duos_conn *conn, void *user)
{
    trace_line l;

    begin_event(&l, "on_eof", conn);
    trace_end_void(&l);
    handler_of(conn).on_eof(conn, user);
}

static void on_drain(duos_conn *conn, void *user)
{
    trace_line l;

    begin_event(&l, "on_drain", conn);
    trace_end_void(&l);
    handler_of(conn).on_drain(conn, user);
}

static void on_close(duos_conn *conn, duos_err reason, void *user)
{
    trace_line l;

    begin_event(&l, "on_close", conn);
    trace_add(&l, "%s", duos_err_name(reason));
    trace_end_void(&l);
    handler_of(conn).on_close(conn, reason, user);
}

/* What is NULL means something, and stays it. */
static void stand_before(duos_conn_handler *handler, int whose)
{
    os_monitor_enter(lock);
    told[whose] = *handler;
    os_monitor_leave(lock);
    handler->on_open = handler->on_open != NULL ? on_open : NULL;
    handler->on_data = handler->on_data != NULL ? on_data : NULL;
    handler->on_eof = handler->on_eof != NULL ? on_eof : NULL;
    handler->on_drain = handler->on_drain != NULL ? on_drain : NULL;
    handler->on_close = handler->on_close != NULL ? on_close : NULL;
}

static void on_datagram(duos_datagram *datagram, const duos_addr *peer,
                        const void *data, size_t len, unsigned flags,
                        void *user)
{
    trace_line l;

    trace_begin_event(&l, "on_data");
    trace_add_addr(&l, peer);
    trace_add_bytes(&l, data, len);
    trace_end_void(&l);
    told_datagram(datagram, peer, data, len, flags, user);
}

/* ---- those who call back ------------------------------------------------- */

duos_err trace_server_create(duos_loop *loop, const duos_server_config *config,
                             duos_server **out)
{
    duos_server_config mine = *config;
    trace_line l;

    stand_before(&mine.handler, OF_SERVER);
    trace_begin(&l, "server_create", (duos_server_create)(loop, &mine, out));
    return trace_end(&l);
}

duos_err trace_client_create(duos_loop *loop, const duos_client_config *config,
                             duos_client **out)
{
    duos_client_config mine = *config;
    trace_line l;

    stand_before(&mine.handler, OF_CLIENT);
    trace_begin(&l, "client_create", (duos_client_create)(loop, &mine, out));
    return trace_end(&l);
}

duos_err trace_datagram_create(duos_loop *loop,
                               const duos_datagram_config *config,
                               duos_datagram **out)
{
    duos_datagram_config mine = *config;
    trace_line l;

    told_datagram = config->on_data;
    mine.on_data = config->on_data != NULL ? on_datagram : NULL;
    trace_begin(&l, "datagram_create",
                (duos_datagram_create)(loop, &mine, out));
    return trace_end(&l);
}

/* It is told twice: what happens in it stands between. */
duos_err trace_loop_run(duos_loop *loop)
{
    trace_line l;

    say("trace: duos_loop_run() ...");
    trace_begin(&l, "loop_run", (duos_loop_run)(loop));
    return trace_end(&l);
}

/* ---- the others ---------------------------------------------------------- */

duos_err trace_close(duos_socket *s)
{
    intptr_t number = s->os; /* it is gone afterwards */
    trace_line l;

    trace_begin(&l, "close", (duos_close)(s));
    trace_add(&l, "%" PRIdPTR, number);
    return trace_end(&l);
}

duos_err trace_resolve(const char *address, duos_family family,
                       int64_t timeout_ms, duos_addr *addrs, size_t cap,
                       size_t *count)
{
    trace_line l;
    size_t i;

    trace_begin(&l, "resolve",
                (duos_resolve)(address, family, timeout_ms, addrs, cap, count));
    trace_add_text(&l, address);
    for (i = 0; l.err == DUOS_OK && i < *count && i < cap; i++) {
        trace_add_addr(&l, &addrs[i]);
    }
    return trace_end(&l);
}

duos_err trace_sendto(duos_socket s, const void *data, size_t len,
                      const duos_addr *to)
{
    trace_line l;

    trace_begin(&l, "sendto", (duos_sendto)(s, data, len, to));
    trace_add(&l, "%" PRIdPTR, s.os);
    trace_add_bytes(&l, data, len);
    if (to != NULL) {
        trace_add_addr(&l, to);
    }
    return trace_end(&l);
}

duos_err trace_conn_send(duos_conn *conn, const void *data, size_t len)
{
    trace_line l;

    trace_begin(&l, "conn_send", (duos_conn_send)(conn, data, len));
    trace_add_conn(&l, conn);
    trace_add_bytes(&l, data, len);
    return trace_end(&l);
}

duos_err trace_datagram_reply(duos_datagram *datagram, const void *data,
                              size_t len)
{
    trace_line l;

    trace_begin(&l, "datagram_reply",
                (duos_datagram_reply)(datagram, data, len));
    trace_add_bytes(&l, data, len);
    return trace_end(&l);
}
