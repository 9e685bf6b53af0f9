/* SPDX-License-Identifier: MIT */
/*
 * fault_service.c - the server of the scenarios, and its books.
 */
#include "fault_service.h"

#include "support/check.h"

static void on_open(duos_conn *conn, void *user)
{
    (void)conn;
    fault_service_opened((fault_service *)user);
}

static void on_data(duos_conn *conn, const void *data, size_t len, void *user)
{
    fault_service *s = (fault_service *)user;

    if (fault_told(s->run, duos_conn_send(conn, data, len)) != DUOS_OK) {
        duos_conn_abort(conn, DUOS_OK);
    }
}

static void on_close(duos_conn *conn, duos_err reason, void *user)
{
    (void)conn;
    fault_service_closed((fault_service *)user, reason);
}

static void on_error(duos_server *server, duos_err err, void *user)
{
    fault_service *s = (fault_service *)user;

    (void)server;
    (void)fault_told(s->run, err);
}

void fault_service_opened(fault_service *s)
{
    s->opens++;
}

void fault_service_closed(fault_service *s, duos_err reason)
{
    s->closes++;
    fault_check(s->run, s->closes <= s->opens, "a connection ends twice");
    (void)fault_told(s->run, reason);
}

void fault_service_config(fault_run *run, fault_service *s,
                          duos_server_config *config)
{
    s->run = run;
    duos_server_config_init(config);
    config->handler.on_open = on_open;
    config->handler.on_data = on_data;
    config->handler.on_close = on_close;
    config->on_error = on_error;
    config->user = s;
    config->limits.first_byte_ms = 0;
    config->limits.idle_ms = 0;
}

duos_err fault_service_start(fault_run *run, fault_service *s,
                             const duos_server_config *config,
                             const char *address)
{
    duos_err err = fault_loop(run, &s->loop);

    if (err == DUOS_OK && s->server == NULL) {
        err = duos_server_create(s->loop, config, &s->server);
        s->lost = 0;
    }
    if (err == DUOS_OK && !s->listening) {
        err = duos_server_listen(s->server, address, NULL, NULL);
        s->listening = err == DUOS_OK;
    }
    return err;
}

bool fault_service_idle(fault_service *s)
{
    duos_server_stats stats;

    stats.size = sizeof stats;
    if (s->server != NULL &&
        duos_server_get_stats(s->server, &stats) == DUOS_OK) {
        uint64_t lost = stats.accept_errors + stats.shed;

        s->run->told += (unsigned)(lost - s->lost);
        s->lost = lost;
    }
    return s->opens == s->closes;
}

void fault_service_end_server(fault_service *s)
{
    if (s->server != NULL) {
        duos_server_destroy(s->server);
        fault_check(s->run, s->opens == s->closes,
                    "a connection has no on_close");
    }
    s->server = NULL;
    s->listening = false;
}

void fault_service_end(fault_run *run, fault_service *s)
{
    fault_service_end_server(s);
    fault_loop_end(run, &s->loop);
}
