/* SPDX-License-Identifier: MIT */
/*
 * test_fault_retry.c - a client that races to the addresses of a name, of
 * which one does not answer and one refuses, whose server then breaks the
 * connection, and which comes back by itself until it has heard its text.
 */
#include "fault_peer.h"

#include "support/check.h"

#define RETRIES 5

typedef struct retry {
    fault_run *run;
    duos_loop *loop;
    duos_client *client;
    fault_host onward;
    uint32_t silent; /* a host that does not answer */
    bool lasts;
    size_t heard;
} retry;

static void on_open(duos_conn *conn, void *user)
{
    retry *r = (retry *)user;

    r->heard = 0;
    if (fault_told(r->run, duos_conn_send(conn, fault_text, FAULT_TEXT_LEN)) !=
        DUOS_OK) {
        duos_conn_abort(conn, DUOS_EPROTO);
    }
}

static void on_data(duos_conn *conn, const void *data, size_t len, void *user)
{
    retry *r = (retry *)user;

    fault_check(r->run,
                len <= FAULT_TEXT_LEN - r->heard &&
                    memcmp(fault_text + r->heard, data, len) == 0,
                "a byte came that was not sent");
    r->heard += len;
    if (r->heard == FAULT_TEXT_LEN) {
        duos_conn_close(conn);
    }
}

/* What the report says of the attempts was told as well. */
static void read_report(retry *r)
{
    duos_client_report report;
    size_t i;

    report.size = sizeof report;
    fault_check(r->run, duos_client_get_report(r->client, &report) == DUOS_OK,
                "there is no report");
    for (i = 0; i < report.count; i++) {
        fault_check(r->run, report.attempts[i].err != DUOS_EINPROGRESS,
                    "an attempt outlives its connection");
        (void)fault_told(r->run, report.attempts[i].err);
    }
    r->lasts = report.retry_ms >= 0;
    fault_check(r->run, r->lasts == (report.retry_err == DUOS_OK),
                "no retry follows, and nobody knows why");
    (void)fault_told(r->run, report.retry_err);
}

static void on_close(duos_conn *conn, duos_err reason, void *user)
{
    retry *r = (retry *)user;
    uint64_t sent = 0;

    fault_check(r->run, r->lasts, "a connection ends twice");
    fault_check(r->run,
                duos_conn_bytes(conn, NULL, &sent) == DUOS_OK &&
                    (sent + duos_conn_queued(conn)) % FAULT_TEXT_LEN == 0,
                "a byte is neither sent nor told");
    (void)fault_told(r->run, reason);
    r->lasts = false;
    read_report(r);
    if (r->lasts) {
        fault_check(r->run, reason != DUOS_ECANCELED, "a close was retried");
    }
}

static duos_err make_client(retry *r)
{
    duos_client_config config;

    if (r->client != NULL) {
        return DUOS_OK;
    }
    duos_client_config_init(&config);
    config.handler.on_open = on_open;
    config.handler.on_data = on_data;
    config.handler.on_close = on_close;
    config.user = r;
    config.attempt_delay_ms = 50;
    config.source = duos_sim_addr(FAULT_HOST, DUOS_IPV4, 0);
    config.retry_max = RETRIES;
    config.retry_first_ms = 10;
    return duos_client_create(r->loop, &config, &r->client);
}

/* One without an answer, one that refuses, and the one that it is. */
static void name_them(fault_run *run, retry *r)
{
    duos_addr many[3];

    if (r->silent == 0) {
        assert_ok(duos_sim_add_host(run->sim, &r->silent));
        assert_ok(duos_sim_partition(run->sim, FAULT_HOST, r->silent, -1));
    }
    many[0] = duos_sim_addr(FAULT_HOST, DUOS_IPV4, 0);
    many[1] = duos_sim_addr(r->silent, DUOS_IPV4, 0);
    many[2] = duos_sim_addr(FAULT_PEER, DUOS_IPV4, 0);
    assert_ok(duos_sim_add_name(run->sim, "many", DUOS_OK, many, 3, 3));
}

static duos_err start(fault_run *run, void *state)
{
    retry *r = (retry *)state;
    duos_err err;

    r->run = run;
    r->onward.drop_first = 2;
    name_them(run, r);
    fault_host_start(run, &r->onward, "*:7800");
    err = fault_loop(run, &r->loop);
    if (err == DUOS_OK) {
        err = make_client(r);
    }
    if (err == DUOS_OK) {
        r->heard = 0;
        err = duos_client_connect(r->client, "many:7800");
        r->lasts = err == DUOS_OK;
    }
    return err;
}

static bool done(void *state)
{
    return !((const retry *)state)->lasts;
}

static bool whole(void *state)
{
    return ((const retry *)state)->heard == FAULT_TEXT_LEN;
}

static void stop(fault_run *run, void *state)
{
    retry *r = (retry *)state;

    duos_client_destroy(r->client);
    fault_check(run, !r->lasts, "a connection has no on_close");
    fault_loop_end(run, &r->loop);
    fault_host_end(run, &r->onward);
}

static const duos_err normal[] = {DUOS_EEOF, DUOS_ECANCELED, DUOS_ECONNRESET,
                                  DUOS_ECONNREFUSED, DUOS_OK};
static const duos_err allowed[] = {DUOS_EPROTO, DUOS_ETIMEDOUT, DUOS_ELIMIT,
                                   DUOS_OK};
static const fault_scenario scenario = {
    "retry", sizeof(retry), start,   done,  whole,
    stop,    normal,        allowed, 60000, 0};

FAULT_MAIN(DN3_SY6_SY8_SY9_SY10_SY11, retry)
