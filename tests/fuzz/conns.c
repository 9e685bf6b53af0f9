/* SPDX-License-Identifier: MIT */
/*
 * conns.c - F7, API2: the ids of a server's connections, live, ended and made
 * up, in any order, also from within callbacks. An id that is out of date
 * finds nothing, ever; what is done to one connection reaches no other; each
 * gets on_open and on_close once. On the simulator.
 */
#include "fuzz_sim.h"

#include <duosock/client.h>
#include <duosock/server.h>

enum {
    CLIENTS = 6,
    CONNS = 1024,
    PIECE = 64
};

/* A connection as long as anybody may remember its id. */
typedef struct known {
    duos_conn_id id;
    duos_conn *conn;
    bool live;
    bool closing; /* we have closed or aborted it */
} known;

typedef struct world {
    fuzz_input in;
    duos_sim *sim;
    uint32_t hosts[2];
    duos_loop *loops[2];
    duos_server *server;
    duos_client *clients[CLIENTS];
    bool busy[CLIENTS]; /* connected, or trying to */
    known conns[CONNS];
    uint32_t count;
    bool ending;
} world;

static world w;

/* ---- what is done to connections -------------------------------------- */

static known *find_known(uint64_t id)
{
    uint32_t i;

    for (i = 0; i < w.count; i++) {
        if (w.conns[i].id.value == id) {
            return &w.conns[i];
        }
    }
    return NULL;
}

static duos_conn_id any_id(void)
{
    uint8_t what = fuzz_byte(&w.in);
    duos_conn_id id = {0};

    if (w.count > 0) {
        uint32_t back = what % 4 == 0 ? fuzz_u16(&w.in) : what / 4 % 8;

        id = w.conns[w.count - 1 - back % w.count].id;
    }
    if (what % 4 == 3 && what < 192) {
        id.value ^= UINT64_C(1) << what / 4;
    } else if (what % 4 == 3) { /* a later generation */
        id.value += (uint64_t)(what - 191) / 4 << 32;
    }
    return id;
}

static void release(known *k)
{
    duos_socket s;
    duos_err err = duos_conn_release(k->conn, &s);

    if (err == DUOS_OK) {
        fuzz_check(!k->closing);
        k->live = false;
        fuzz_ok(duos_close(&s));
    } else {
        fuzz_check(err == DUOS_ESTATE);
    }
}

static void use(known *k)
{
    static const char piece[PIECE];
    uint8_t what = fuzz_byte(&w.in);
    duos_err err = DUOS_OK;

    fuzz_operations++;
    switch (what % 8) {
    case 0:
        duos_conn_close(k->conn);
        k->closing = true;
        break;
    case 1:
        duos_conn_abort(k->conn, DUOS_OK);
        k->closing = true;
        break;
    case 2:
        err = duos_conn_pause(k->conn);
        break;
    case 3:
        err = duos_conn_resume(k->conn);
        break;
    case 4:
        err = duos_conn_shutdown(k->conn);
        break;
    case 5:
        release(k);
        break;
    default:
        err = duos_conn_send(k->conn, piece, what / 8u);
        break;
    }
    fuzz_check(err == DUOS_OK || err == DUOS_ESTATE || err == DUOS_EWOULDBLOCK);
}

static void find_and_use(void)
{
    duos_conn_id id = any_id();
    known *k = find_known(id.value);
    duos_conn *conn = duos_server_find(w.server, id);

    fuzz_operations++;
    if (k == NULL || !k->live) {
        fuzz_check(conn == NULL);
        return;
    }
    fuzz_check(conn == k->conn && duos_conn_user(conn) == k);
    fuzz_check(duos_conn_id_of(conn).value == k->id.value);
    use(k);
}

/* ---- callbacks of the server ------------------------------------------ */

static void on_open(duos_conn *conn, void *user)
{
    duos_conn_id id = duos_conn_id_of(conn);
    known *k = &w.conns[w.count];

    fuzz_check(user == &w && id.value != 0 && find_known(id.value) == NULL);
    fuzz_check(duos_server_find(w.server, id) == conn);
    if (w.count == CONNS) {
        fuzz_check(w.ending);
        duos_conn_abort(conn, DUOS_OK);
        return;
    }
    w.count++;
    k->id = id;
    k->conn = conn;
    k->live = true;
    duos_conn_set_user(conn, k);
    if (!w.ending && fuzz_byte(&w.in) % 4 == 1) {
        find_and_use();
    }
}

static void on_data(duos_conn *conn, const void *data, size_t len, void *user)
{
    known *k = user;

    fuzz_check(k->live && k->conn == conn && !k->closing);
    fuzz_check(data != NULL && len > 0);
    if (!w.ending && fuzz_byte(&w.in) % 2 == 1) {
        find_and_use();
    }
}

static void on_close(duos_conn *conn, duos_err reason, void *user)
{
    known *k = user;

    fuzz_check(reason != DUOS_OK);
    if (user != &w) {
        fuzz_check(k->live && k->conn == conn);
        k->live = false;
    }
}

/* ---- the world -------------------------------------------------------- */

static void open_world(void)
{
    duos_sim_config config;
    duos_server_config how;

    duos_sim_config_init(&config);
    config.seed = 1u + fuzz_byte(&w.in);
    config.buffer = 100;
    fuzz_ok(duos_sim_create(&config, &w.sim));
    w.hosts[0] = fuzz_host(w.sim, 512, &w.loops[0]);
    duos_server_config_init(&how);
    how.handler.on_open = on_open;
    how.handler.on_data = on_data;
    how.handler.on_close = on_close;
    how.user = &w;
    how.limits.queue_max = how.limits.queue_high = 200;
    how.limits.queue_low = 50;
    fuzz_ok(duos_server_create(w.loops[0], &how, &w.server));
    fuzz_ok(duos_server_listen(w.server, "*:7700", NULL, NULL));
    w.hosts[1] = fuzz_host(w.sim, 512, &w.loops[1]);
}

static void close_world(void)
{
    uint32_t i;

    w.ending = true;
    for (i = 0; i < CLIENTS; i++) {
        duos_client_destroy(w.clients[i]);
    }
    duos_server_destroy(w.server);
    for (i = 0; i < w.count; i++) {
        fuzz_check(!w.conns[i].live);
    }
    for (i = 0; i < 2; i++) {
        fuzz_host_end(w.sim, w.loops[i]);
    }
    fuzz_sim_end(w.sim);
}

/* ---- the other side, and steps ---------------------------------------- */

static void client_closed(duos_conn *conn, duos_err reason, void *user)
{
    (void)conn;
    (void)reason;
    *(bool *)user = false;
}

static void connect_client(uint32_t which)
{
    duos_client_config config;

    if (w.clients[which] == NULL) {
        duos_client_config_init(&config);
        config.handler.on_close = client_closed;
        config.user = &w.busy[which];
        fuzz_ok(duos_sim_set_host(w.sim, w.hosts[1]));
        fuzz_ok(duos_client_create(w.loops[1], &config, &w.clients[which]));
    }
    if (!w.busy[which]) {
        fuzz_operations++;
        fuzz_ok(duos_client_connect(w.clients[which], "10.0.0.1:7700"));
        w.busy[which] = true;
    }
}

static void use_client(uint32_t which, uint8_t what)
{
    duos_conn *conn = duos_client_conn(w.clients[which]);

    if (what % 4 == 0) {
        connect_client(which);
        return;
    }
    if (conn == NULL) {
        return;
    }
    fuzz_operations++;
    if (what % 4 == 1) {
        duos_conn_close(conn);
    } else if (what % 4 == 2) {
        duos_conn_abort(conn, DUOS_OK);
    } else {
        (void)(duos_conn_send(conn, "hello", 1u + what % 5u) == DUOS_OK);
    }
}

/* A walk meets only those that are there. */
static void walk(void)
{
    duos_conn *conn = duos_server_next(w.server, NULL);

    fuzz_operations++;
    for (; conn != NULL; conn = duos_server_next(w.server, conn)) {
        known *k = find_known(duos_conn_id_of(conn).value);

        fuzz_check(k != NULL && k->live && k->conn == conn);
    }
}

static void step(void)
{
    uint8_t what = fuzz_byte(&w.in);

    if (what < 128) {
        find_and_use();
    } else if (what < 200) {
        use_client(what % CLIENTS, fuzz_byte(&w.in));
    } else if (what < 250) {
        fuzz_sim_run(w.sim, what % 8);
    } else {
        walk();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    memset(&w, 0, sizeof w);
    w.in.at = data;
    w.in.left = size;
    open_world();
    while (w.in.left > 0 && w.count < CONNS - CLIENTS) {
        step();
    }
    close_world();
    return 0;
}
