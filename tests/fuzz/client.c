/* SPDX-License-Identifier: MIT */
/*
 * client.c - F16: a client and whatever its user does in any order, also from
 * within callbacks, while a name leads to hosts that listen, refuse, hang or
 * are not there. Every connection ends once, every byte was sent or is told,
 * the report agrees with what has happened, and what was closed does not come
 * back. On the simulator.
 */
#include "fuzz_sim.h"

#include <duosock/client.h>
#include <duosock/server.h>

enum {
    ADDRESSES = 9,
    RUNNING_MAX = 6,
    SILENT = 3, /* a host */
    NOBODY = 77
};

typedef struct world {
    fuzz_input in;
    duos_sim *sim;
    uint32_t hosts[2];
    duos_loop *loops[2];
    duos_server *server; /* on the first; NULL while there is none */
    duos_client *client; /* on the second; NULL while there is none */
    uint32_t retry_max;
    bool asks;      /* there is an on_retry */
    uint32_t lives; /* connections that are to end: 0 or 1 */
    bool open;
    bool closed;    /* by us */
    uint64_t taken; /* bytes, by this connection */
    uint32_t sockets;
    bool ending;
} world;

static world w;

/* ---- what a user does -------------------------------------------------- */

static void read_report(duos_client_report *report)
{
    size_t stand = 0;
    size_t i;

    report->size = sizeof *report;
    fuzz_ok(duos_client_get_report(w.client, report));
    for (i = 0; i < report->count; i++) {
        const duos_client_attempt *a = &report->attempts[i];

        stand += a->err == DUOS_OK;
        fuzz_check(a->took_ms >= 0 && a->started_ms >= -1);
        fuzz_check(a->started_ms >= 0 || a->err == DUOS_ECANCELED ||
                   a->err == DUOS_EAFNOSUPPORT);
    }
    fuzz_check(stand == (report->won != NULL ? 1u : 0u));
    fuzz_check(report->won == NULL || report->won->err == DUOS_OK);
    fuzz_check(report->connect_ms >= report->resolve_ms);
    fuzz_check(report->retries <= w.retry_max);
}

static void destroy_client(void)
{
    duos_client *client = w.client;

    w.client = NULL;
    duos_client_destroy(client);
}

static void send_some(duos_conn *conn)
{
    static const char piece[600];
    size_t len = fuzz_byte(&w.in) * 2u;
    duos_err err = duos_conn_send(conn, piece, len);

    if (err == DUOS_OK) {
        fuzz_check(w.open || len == 0);
        w.taken += w.open ? len : 0;
    } else {
        fuzz_check(err == DUOS_ESTATE || err == DUOS_EWOULDBLOCK);
    }
}

static void release(duos_conn *conn)
{
    duos_socket s;

    if (duos_conn_release(conn, &s) == DUOS_OK) {
        fuzz_check(w.open && !w.closed);
        fuzz_ok(duos_close(&s));
        w.open = false;
        w.lives--;
    }
}

/* within: a callback is under way. */
static void use(bool within)
{
    duos_conn *conn = duos_client_conn(w.client);
    duos_client_report report;
    uint8_t what = fuzz_byte(&w.in);

    if (w.client == NULL || conn == NULL) {
        return;
    }
    fuzz_operations++;
    switch (what % 16) {
    case 0:
        duos_conn_close(conn);
        w.closed = true;
        break;
    case 1:
        duos_conn_abort(conn, what < 128 ? DUOS_OK : DUOS_EPROTO);
        break;
    case 2:
        (void)duos_conn_shutdown(conn);
        break;
    case 3:
        release(conn);
        break;
    case 4:
        destroy_client();
        break;
    case 5:
        read_report(&report);
        break;
    case 6:
        fuzz_check(!within ||
                   duos_client_connect(w.client, "10.0.0.1:7") == DUOS_EBUSY);
        break;
    default:
        send_some(conn);
        break;
    }
}

static void use_within(void)
{
    if (!w.ending && fuzz_byte(&w.in) % 4 == 1) {
        use(true);
    }
}

/* ---- what it is told --------------------------------------------------- */

static void on_open(duos_conn *conn, void *user)
{
    fuzz_check(user == &w && w.lives == 1 && !w.open);
    fuzz_check(w.client != NULL && conn == duos_client_conn(w.client));
    w.open = true;
    use_within();
}

static void on_data(duos_conn *conn, const void *data, size_t len, void *user)
{
    (void)conn;
    (void)data;
    fuzz_check(user == &w && w.open && len > 0);
    use_within();
}

static void on_eof(duos_conn *conn, void *user)
{
    fuzz_check(user == &w && w.open);
    duos_conn_close(conn);
    w.closed = true;
}

/* What was closed, and who is destroyed, has no other connection. */
static void check_end(duos_err reason)
{
    duos_client_report report;
    size_t i;

    read_report(&report);
    for (i = 0; i < report.count; i++) {
        fuzz_check(report.attempts[i].err != DUOS_EINPROGRESS);
    }
    fuzz_check((report.retry_ms >= 0) == (report.retry_err == DUOS_OK));
    if (report.retry_ms >= 0) {
        fuzz_check(!w.closed && reason != DUOS_ECANCELED);
        fuzz_check(report.retries > 0);
        w.lives++;
    }
}

static void on_close(duos_conn *conn, duos_err reason, void *user)
{
    uint64_t sent = 0;

    fuzz_check(user == &w && reason != DUOS_OK && w.lives == 1);
    w.lives--;
    fuzz_ok(duos_conn_bytes(conn, NULL, &sent));
    fuzz_check(sent + duos_conn_queued(conn) == w.taken);
    if (w.client != NULL) {
        check_end(reason);
    }
    w.open = w.closed = false;
    w.taken = 0;
    if (w.client != NULL && !w.ending && fuzz_byte(&w.in) % 8 == 1) {
        w.lives = 0; /* a planned one is dropped without a word */
        destroy_client();
    }
}

static int32_t on_retry(duos_client *client, uint32_t attempt, duos_err reason,
                        int32_t delay_ms, void *user)
{
    uint8_t what = fuzz_byte(&w.in);

    fuzz_check(user == &w && client == w.client && w.asks);
    fuzz_check(attempt > 0 && attempt <= w.retry_max && delay_ms >= 0);
    fuzz_check(reason != DUOS_ECANCELED && !w.closed);
    if (what % 16 == 1) {
        destroy_client();
    }
    return what % 16 == 2 ? -1 : what % 16 == 3 ? delay_ms : 1 + what;
}

/* ---- the world --------------------------------------------------------- */

static void echo(duos_conn *conn, const void *data, size_t len, void *user)
{
    (void)user;
    if (fuzz_byte(&w.in) % 8 == 1 || duos_conn_send(conn, data, len) != 0) {
        duos_conn_abort(conn, DUOS_OK);
    }
}

static void open_server(void)
{
    duos_server_config config;

    duos_server_config_init(&config);
    config.handler.on_data = echo;
    fuzz_ok(duos_sim_set_host(w.sim, w.hosts[0]));
    fuzz_ok(duos_server_create(w.loops[0], &config, &w.server));
    if (duos_server_listen(w.server, "*:7", NULL, NULL) != DUOS_OK) {
        duos_server_destroy(w.server); /* what was before rests there */
        w.server = NULL;
    }
}

static void name_hosts(void)
{
    static const uint32_t hosts[] = {1, 1, 2, SILENT, SILENT, NOBODY};
    duos_addr addrs[ADDRESSES];
    size_t count = 1 + fuzz_below(&w.in, ADDRESSES);
    int64_t delay_ms = (int64_t)fuzz_below(&w.in, 40) - 1; /* or never */
    size_t i;

    for (i = 0; i < count; i++) {
        uint8_t what = fuzz_byte(&w.in);

        addrs[i] = duos_sim_addr(hosts[what % 6],
                                 what < 128 ? DUOS_IPV4 : DUOS_IPV6, 0);
    }
    fuzz_ok(duos_sim_add_name(w.sim, "many", DUOS_OK, addrs, count, delay_ms));
}

static void open_world(void)
{
    duos_sim_config config;
    uint32_t silent;

    duos_sim_config_init(&config);
    config.seed = 1u + fuzz_byte(&w.in);
    config.buffer = 1000;
    fuzz_ok(duos_sim_create(&config, &w.sim));
    w.hosts[0] = fuzz_host(w.sim, 512, &w.loops[0]);
    w.hosts[1] = fuzz_host(w.sim, 512, &w.loops[1]);
    fuzz_ok(duos_sim_add_host(w.sim, &silent));
    fuzz_check(silent == SILENT);
    fuzz_ok(duos_sim_partition(w.sim, w.hosts[1], silent, -1));
    name_hosts();
    open_server();
    fuzz_ok(duos_sim_set_host(w.sim, w.hosts[1]));
    w.sockets = duos_sim_descriptors(w.sim, w.hosts[1]);
}

static void close_world(void)
{
    int i;

    w.ending = true;
    if (w.client != NULL) {
        destroy_client();
    }
    fuzz_check(w.lives == 0);
    duos_server_destroy(w.server);
    for (i = 0; i < 2; i++) {
        fuzz_host_end(w.sim, w.loops[i]);
    }
    fuzz_sim_end(w.sim);
}

/* ---- steps ------------------------------------------------------------- */

static void make_client(void)
{
    duos_client_config config;
    uint8_t what = fuzz_byte(&w.in);

    duos_client_config_init(&config);
    config.handler.on_open = on_open;
    config.handler.on_data = on_data;
    config.handler.on_eof = (what & 1) != 0 ? on_eof : NULL;
    config.handler.on_close = on_close;
    config.user = &w;
    config.limits.queue_max = config.limits.queue_high = 2000;
    config.limits.queue_low = 500;
    config.connect_ms = (what & 2) != 0 ? 700 : 0;
    config.attempt_ms = (what & 4) != 0 ? 90 : 0;
    config.attempt_delay_ms = (what & 8) != 0 ? 10 : 250;
    config.retry_first_ms = 1 + fuzz_byte(&w.in);
    config.retry_steady_ms = 300;
    w.retry_max = config.retry_max = (what & 16) != 0 ? 0 : what >> 5;
    w.asks = (what & 32) != 0;
    config.on_retry = w.asks ? on_retry : NULL;
    if (what == 255) {
        config.source = duos_sim_addr(w.hosts[1], DUOS_IPV4, 0);
    }
    fuzz_ok(duos_sim_set_host(w.sim, w.hosts[1]));
    fuzz_ok(duos_client_create(w.loops[1], &config, &w.client));
}

static void connect_client(uint8_t what)
{
    static const char *const addresses[] = {"many:7",     "10.0.0.1:7",
                                            "many:7",     "[fd00::1]:7",
                                            "10.0.0.2:7", "unknown:7"};
    duos_err err;
    bool busy;

    if (w.client == NULL) {
        make_client();
    }
    fuzz_ok(duos_sim_set_host(w.sim, w.hosts[1]));
    busy = w.lives > 0 || duos_client_conn(w.client) != NULL;
    err = duos_client_connect(w.client, addresses[what % 6]);
    fuzz_operations++;
    fuzz_check(err == (busy ? DUOS_EBUSY : DUOS_OK));
    if (err == DUOS_OK) {
        w.lives = 1;
        w.closed = false;
        w.taken = 0;
    }
}

static void run(int64_t limit_ms)
{
    fuzz_sim_run(w.sim, limit_ms);
    fuzz_check(duos_sim_descriptors(w.sim, w.hosts[1]) - w.sockets <=
               RUNNING_MAX);
}

static void step(void)
{
    uint8_t what = fuzz_byte(&w.in);

    if (what < 70) {
        connect_client(what);
    } else if (what < 150) {
        fuzz_ok(duos_sim_set_host(w.sim, w.hosts[1]));
        use(false);
    } else if (what < 235) {
        run(what < 200 ? what % 8 : what * 2);
    } else if (what < 245) {
        fuzz_ok(duos_sim_reset(w.sim, w.hosts[0]));
    } else if (w.server == NULL) {
        open_server();
    } else {
        duos_server_destroy(w.server);
        w.server = NULL;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    memset(&w, 0, sizeof w);
    w.in.at = data;
    w.in.left = size;
    open_world();
    while (w.in.left > 0) {
        step();
    }
    close_world();
    return 0;
}
