/* SPDX-License-Identifier: MIT */
/*
 * fault_caller.c - the books of a client on the host under test.
 */
#include "fault_caller.h"

#include "support/check.h"

static void on_open(duos_conn *conn, void *user)
{
    fault_caller *c = (fault_caller *)user;
    duos_err err = duos_conn_send(conn, fault_text, FAULT_TEXT_LEN);

    c->heard = 0;
    if (fault_told(c->run, err) != DUOS_OK) {
        duos_conn_abort(conn, DUOS_EPROTO); /* which may be tried again */
    }
}

static void on_data(duos_conn *conn, const void *data, size_t len, void *user)
{
    fault_caller *c = (fault_caller *)user;

    if (fault_heard(c->run, &c->heard, data, len)) {
        duos_conn_close(conn);
    }
}

static void on_close(duos_conn *conn, duos_err reason, void *user)
{
    fault_caller *c = (fault_caller *)user;
    uint64_t sent = 0;

    fault_check(c->run, c->lasts, "a connection ends twice");
    fault_check(c->run,
                duos_conn_bytes(conn, NULL, &sent) == DUOS_OK &&
                    (sent + duos_conn_queued(conn)) % FAULT_TEXT_LEN == 0,
                "a byte is neither sent nor told");
    (void)fault_told(c->run, reason);
    c->lasts = false;
    if (c->ended != NULL) {
        c->ended(c, reason);
    }
}

void fault_caller_config(fault_caller *c, duos_client_config *config)
{
    duos_client_config_init(config);
    config->handler.on_open = on_open;
    config->handler.on_data = on_data;
    config->handler.on_close = on_close;
    config->user = c;
}

duos_err fault_caller_make(fault_run *run, fault_caller *c, duos_loop *loop,
                           const duos_client_config *config)
{
    duos_client_config plain;

    c->run = run;
    if (c->client != NULL) {
        return DUOS_OK;
    }
    fault_caller_config(c, &plain);
    return duos_client_create(loop, config != NULL ? config : &plain,
                              &c->client);
}

duos_err fault_call(fault_caller *c, const char *address)
{
    duos_err err;

    c->heard = 0;
    err = duos_client_connect(c->client, address);
    c->lasts = err == DUOS_OK;
    return err;
}

bool fault_caller_content(const fault_caller *c)
{
    return c->heard == FAULT_TEXT_LEN;
}

void fault_caller_end(fault_run *run, fault_caller *c)
{
    duos_client_destroy(c->client);
    fault_check(run, !c->lasts, "a connection has no on_close");
}
